// SPDX-License-Identifier: MIT
/* dyndnn-plot: draw the table of dyndnn-eval. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "chart.h"

const char *argp_program_version = "dyndnn-plot 0.2";

struct arguments {
	const char *table, *out;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "write the SVG to FILE (default: standard output)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'o':
		a->out = arg;
		break;
	case ARGP_KEY_ARG:
		if (a->table)
			argp_error(state, "'%s': only one TABLE", arg);
		a->table = arg;
		break;
	case ARGP_KEY_END:
		if (!a->table)
			argp_error(state, "TABLE is missing: a file that dyndnn-eval --csv wrote");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "dyndnn-plot: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static int draw(const struct arguments *a, struct table_row *rows, size_t count)
{
	const char *name = a->out ? a->out : "standard output";
	FILE *svg = a->out ? fopen(a->out, "w") : stdout;
	int ret;

	if (!svg)
		return fail(name, strerror(errno));
	ret = chart_draw(svg, rows, count);
	if (!ret && ferror(svg))
		ret = -EIO;
	if (fclose(svg) && !ret)
		ret = -errno;
	if (!ret)
		return 0;
	if (a->out)
		remove(a->out);
	return fail(name, strerror(-ret));
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "TABLE",
		.doc = "Draw top-1 against multiply-accumulates from a table of dyndnn-eval, "
		       "as SVG.",
	};
	struct arguments a = { 0 };
	struct table_row *rows;
	char why[TABLE_ERR_LEN];
	size_t count;
	FILE *table;
	int ret;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	table = fopen(a.table, "r");
	if (!table)
		return fail(a.table, strerror(errno));
	ret = table_read(table, &rows, &count, why);
	fclose(table);
	if (ret)
		return fail(a.table, why);
	ret = count ? draw(&a, rows, count) : fail(a.table, "no row but the header");
	free(rows);
	return ret;
}
