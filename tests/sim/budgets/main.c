// SPDX-License-Identifier: MIT
/* dnnbudget: how well the governor dnn follows budgets that change, as a table and pictures. */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "figures.h"
#include "governors.h"
#include "play.h"

enum { TRACES_MAX = 32, KEY_HEAT = 0x100 };

struct arguments {
	const char *traces[TRACES_MAX];
	size_t nr;
	const char *heat;
	const char *out;
};

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0, "Where tables and pictures go", 0 },
	{ "heat", KEY_HEAT, "SCENARIO", 0,
	  "Draw temperature over time under dnn and under schedutil, too", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'o':
		a->out = arg;
		return 0;
	case KEY_HEAT:
		a->heat = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->nr == TRACES_MAX)
			argp_error(state, "at most %d traces", TRACES_MAX);
		a->traces[a->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!a->out || (!a->nr && !a->heat))
			argp_error(state, "--output, and a trace or --heat, are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int fail(const char *what, int ret)
{
	fprintf(stderr, "dnnbudget: %s: %s\n", what, strerror(-ret));
	return ret;
}

static FILE *create(const struct arguments *a, const char *prefix, const char *name,
		    const char *suffix, char *path)
{
	FILE *file;

	snprintf(path, PATH_MAX, "%s/%s%s%s", a->out, prefix, name, suffix);
	file = fopen(path, "we");
	if (!file)
		fail(path, -errno);
	return file;
}

/* A file that is not whole must not stay. */
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

static int write_frames(const struct arguments *a, const struct budget_trace *trace,
			const struct budget_run *run)
{
	char path[PATH_MAX];
	FILE *csv = create(a, "budgets_", trace->name, ".csv", path);
	size_t i;

	if (!csv)
		return -EIO;
	fputs("time_ms,budget,used,cluster,khz,level,accuracy,violated\n", csv);
	for (i = 0; i < run->nr; i++) {
		const struct budget_frame *f = &run->frames[i];

		fprintf(csv, "%.3f,%.0f,%.0f,%s,%u,%u,%.4f,%d\n", (double)f->release_ns * 1e-6,
			f->budget, f->used, trace->scenario.platform.clusters[f->cluster].name,
			f->khz, f->level, f->accuracy, f->violated);
	}
	return finish(csv, path, 0);
}

static int draw(const struct arguments *a, const struct budget_trace *trace,
		const struct budget_run *run, const struct budget_run *oracle)
{
	char path[PATH_MAX];
	FILE *svg = create(a, "budgets_", trace->name, ".svg", path);

	if (!svg)
		return -EIO;
	budget_figure(svg, trace, run, oracle);
	return finish(svg, path, 0);
}

static void tell_head(FILE *csv)
{
	fputs("trace,governor,budget_kind,unit,frames,missed,violations,worst_violation_percent,"
	      "settle_ms,mean_level,mean_accuracy,energy_uj_per_frame\n", csv);
	printf("%-8s %-8s %-8s %7s %7s %10s %8s %9s %6s %9s %9s\n", "trace", "governor", "budget",
	       "frames", "missed", "violations", "worst %", "settle ms", "level", "accuracy",
	       "mJ/frame");
}

static void tell(FILE *csv, const struct budget_trace *trace, const char *who,
		 const struct budget_sums *s)
{
	fprintf(csv, "%s,%s,%s,%s,%llu,%llu,%llu,%.2f,%.1f,%.4f,%.6f,%.1f\n", trace->name, who,
		budget_kinds[trace->kind], budget_units[trace->kind], s->frames, s->missed,
		s->violations, s->worst_percent, s->settle_ms, s->mean_level, s->mean_accuracy,
		s->uj_per_frame);
	printf("%-8s %-8s %-8s %7llu %7llu %10llu %8.2f %9.1f %6.3f %8.2f%% %9.3f\n", trace->name,
	       who, budget_kinds[trace->kind], s->frames, s->missed, s->violations,
	       s->worst_percent, s->settle_ms, s->mean_level, 100 * s->mean_accuracy,
	       s->uj_per_frame * 1e-3);
}

static void tell_fixed(const struct budget_trace *trace, const struct budget_run *run)
{
	const struct budget_frame *f = run->frames;

	if (run->nr)
		printf("%-8s static is %s at %u MHz, level %u\n", trace->name,
		       trace->scenario.platform.clusters[f->cluster].name, f->khz / 1000, f->level);
}

static int play(const struct arguments *a, FILE *csv, const struct budget_trace *trace)
{
	struct budget_run dnn = { 0 }, fixed = { 0 }, oracle = { 0 };
	int ret = budget_play(trace, &gov_dnn, &dnn);

	if (!ret)
		ret = budget_play_fixed(trace, &fixed);
	if (!ret)
		ret = budget_play_oracle(trace, &oracle);
	if (ret) {
		fail(trace->name, ret);
	} else {
		tell(csv, trace, "dnn", &dnn.sums);
		tell(csv, trace, "static", &fixed.sums);
		tell(csv, trace, "oracle", &oracle.sums);
		tell_fixed(trace, &fixed);
		ret = write_frames(a, trace, &dnn);
	}
	if (!ret)
		ret = draw(a, trace, &dnn, &oracle);
	free(dnn.frames);
	free(fixed.frames);
	free(oracle.frames);
	return ret;
}

static int play_all(const struct arguments *a)
{
	struct budget_trace *trace = calloc(1, sizeof(*trace));
	char path[PATH_MAX], error[TEXT_ERROR_MAX];
	FILE *csv = trace ? create(a, "", "budgets", ".csv", path) : NULL;
	int ret = csv ? 0 : -EIO;
	size_t i;

	if (csv)
		tell_head(csv);
	for (i = 0; !ret && i < a->nr; i++) {
		ret = budget_trace_load(a->traces[i], trace, error);
		if (ret)
			fprintf(stderr, "dnnbudget: %s\n", error);
		else
			ret = play(a, csv, trace);
	}
	free(trace);
	return csv ? finish(csv, path, ret) : ret;
}

enum { HEATS = 2 };

static int draw_heats(const struct arguments *a, const struct scenario *s)
{
	static const struct sim_governor *const shown[HEATS] = { &gov_dnn, &gov_schedutil };
	struct budget_heat *heats[HEATS] = { 0 };
	char path[PATH_MAX];
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < HEATS; i++) {
		heats[i] = budget_heat_play(s, shown[i]);
		if (!heats[i])
			ret = fail(s->name, -ENOMEM);
	}
	for (i = 0; !ret && i < HEATS; i++) {
		FILE *svg = create(a, "thermal_", shown[i]->name, ".svg", path);

		if (svg)
			budget_figure_heat(svg, heats, HEATS, i);
		ret = svg ? finish(svg, path, 0) : -EIO;
	}
	for (i = 0; i < HEATS; i++)
		free(heats[i]);
	return ret;
}

static int draw_heat(const struct arguments *a)
{
	struct scenario *s = calloc(1, sizeof(*s));
	char error[TEXT_ERROR_MAX];
	int ret = s ? scenario_load(a->heat, s, error) : -ENOMEM;

	if (!ret && !s->nr_streams) {
		snprintf(error, sizeof(error), "%s: stream: is missing", a->heat);
		ret = -EINVAL;
	}
	if (ret)
		fprintf(stderr, "dnnbudget: %s\n", s ? error : strerror(ENOMEM));
	else
		ret = draw_heats(a, s);
	free(s);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[TRACE...]",
		.doc = "Play budgets that change over time: under dnn, at the best fixed operating "
		       "point, and as an oracle would.",
	};
	struct arguments a = { 0 };
	int ret;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	ret = a.nr ? play_all(&a) : 0;
	if (!ret && a.heat)
		ret = draw_heat(&a);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
