// SPDX-License-Identifier: MIT
/* paper_eval: the paper's claims beside what was measured here, as a table and as pictures. */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "rows.h"

struct arguments {
	struct paper_files files;
	const char *boards[PAPER_BOARDS_MAX];
	size_t nr_boards;
	const char *out;
};

enum { OPT_ACCURACY = 0x100, OPT_GUEST, OPT_NATIVE, OPT_MEMORY, OPT_MODELS };

static const struct argp_option options[] = {
	{ "accuracy", OPT_ACCURACY, "FILE", 0, "table of dyndnn-eval", 0 },
	{ "guest", OPT_GUEST, "FILE", 0, "table of dyndnn-bench in the lab's guest", 0 },
	{ "native", OPT_NATIVE, "FILE", 0, "table of dyndnn-bench on this machine", 0 },
	{ "memory", OPT_MEMORY, "FILE", 0, "table of dyndnn-eval --memory", 0 },
	{ "models", OPT_MODELS, "DIR", 0, "the models", 0 },
	{ "output", 'o', "DIR", 0, "where paper.csv and the pictures go", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case OPT_ACCURACY:
		a->files.accuracy = arg;
		break;
	case OPT_GUEST:
		a->files.guest = arg;
		break;
	case OPT_NATIVE:
		a->files.native = arg;
		break;
	case OPT_MEMORY:
		a->files.memory = arg;
		break;
	case OPT_MODELS:
		a->files.models = arg;
		break;
	case 'o':
		a->out = arg;
		break;
	case ARGP_KEY_ARG:
		if (a->nr_boards == PAPER_BOARDS_MAX)
			argp_error(state, "more than %d boards", PAPER_BOARDS_MAX);
		a->boards[a->nr_boards++] = arg;
		break;
	case ARGP_KEY_END:
		if (!a->files.guest || !a->files.native || !a->files.memory || !a->files.models ||
		    !a->out || !a->nr_boards)
			argp_error(state, "all options but --accuracy, and a board, are needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int fail(const char *what, int ret)
{
	fprintf(stderr, "paper_eval: %s: %s\n", what, strerror(-ret));
	return EXIT_FAILURE;
}

static FILE *create(const struct arguments *a, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", a->out, name);
	return fopen(path, "w");
}

/* A picture that is not whole must not stay. */
static int finish(FILE *file, const char *path, int ret)
{
	if (!ret && ferror(file))
		ret = -EIO;
	if (fclose(file) && !ret)
		ret = -errno;
	if (!ret)
		return 0;
	remove(path);
	return fail(path, ret);
}

static int draw_bars(const struct arguments *a, const struct paper_input *in)
{
	static const struct {
		const char *name;
		int (*draw)(FILE *svg, const struct paper_input *in);
	} figures[] = {
		{ "fig2_accuracy.svg", paper_figure_accuracy },
		{ "fig3_confidence.svg", paper_figure_confidence },
		{ "fig4_time.svg", paper_figure_times },
	};
	char path[PATH_MAX];
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(figures) / sizeof(*figures); i++) {
		FILE *svg = create(a, figures[i].name, path);

		ret = svg ? finish(svg, path, figures[i].draw(svg, in)) : fail(path, -errno);
	}
	return ret;
}

static int draw_clouds(const struct arguments *a, const struct paper_cloud *cloud)
{
	static const char * const names[PAPER_QUANTITIES] = {
		[PAPER_ENERGY] = "fig5_energy.svg",
		[PAPER_POWER] = "fig5_power.svg",
		[PAPER_TIME] = "fig5_time.svg",
	};
	char path[PATH_MAX];
	int ret = 0;

	for (int q = 0; !ret && q < PAPER_QUANTITIES; q++) {
		FILE *svg = create(a, names[q], path);

		ret = svg ? finish(svg, path,
				   paper_cloud_draw(svg, cloud->points, cloud->count, q)) :
			    fail(path, -errno);
	}
	return ret;
}

static int tell(const struct arguments *a, const struct paper_input *in,
		const struct paper_cloud *cloud)
{
	struct paper_claims *claims = calloc(1, sizeof(*claims));
	char path[PATH_MAX];
	FILE *file;
	int ret = claims ? paper_rows_accuracy(claims, in) : -ENOMEM;

	if (!ret)
		ret = paper_rows_times(claims, in);
	if (!ret)
		ret = paper_rows_cloud(claims, in, cloud);
	if (!ret)
		ret = paper_rows_ranges(claims, in, cloud);
	if (!ret)
		ret = paper_rows_memory(claims, in);
	if (ret) {
		ret = fail("the table", ret);
	} else {
		paper_claims_print(claims, stdout);
		file = create(a, "paper.csv", path);
		if (file)
			paper_claims_write(claims, file);
		ret = file ? finish(file, path, 0) : fail(path, -errno);
	}
	free(claims);
	return ret;
}

static int run(const struct arguments *a, struct paper_input *in)
{
	struct paper_cloud cloud = { 0 };
	char error[PAPER_ERROR];
	int ret = paper_input_read(in, &a->files, error);

	for (size_t b = 0; !ret && b < a->nr_boards; b++)
		ret = paper_input_board(in, a->boards[b], error);
	if (ret) {
		fprintf(stderr, "paper_eval: %s\n", error);
		return EXIT_FAILURE;
	}
	ret = paper_cloud_make(in, &cloud);
	if (ret)
		ret = fail("operating points", ret);
	if (!ret)
		ret = tell(a, in, &cloud);
	if (!ret)
		ret = draw_bars(a, in);
	if (!ret)
		ret = draw_clouds(a, &cloud);
	free(cloud.points);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "PLATFORM:MFLOPS...",
		.doc = "Put the claims of arXiv 2105.03600 beside what was measured. MFLOPS is "
		       "what a platform's reference computes at the most in a second.",
	};
	struct paper_input *in = calloc(1, sizeof(*in));
	struct arguments a = { 0 };
	int ret;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	ret = in ? run(&a, in) : fail("input", -ENOMEM);
	if (in)
		paper_input_free(in);
	free(in);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
