// SPDX-License-Identifier: MIT
/*
 * The governor's planner beside the oracle on many random task sets: what it misses, and
 * the energy it takes over the least possible, by platform, utilisation and number of
 * streams. Only sets in which the oracle leaves a tenth of the fullest window free count.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "oracle_play.h"

#define SLACK_MIN	0.1
#define GROUPS		(ORACLE_PLATFORMS * ORACLE_LOADS * ORACLE_STREAMS_MAX)

/* All sets once more, by what is asked of the planner. */
enum kind {
	KIND_EDF_BOUNDED,	/* earliest deadline first, costs within bounds */
	KIND_EDF,
	KIND_BLIND,		/* one stream, over what is possible without knowing the future */
	KIND_FAIR,
	KIND_ALL,
	KINDS,
};

static const char *const kind_names[KINDS] = { "edf, bounded", "edf", "one, blind", "fair", "all" };

struct options {
	u64 seed;
	u32 count;
	const char *csv;
	bool one;
	bool one_opp;
	bool verbose;
};

/**
 * struct group - sets that are alike
 * @sets: all of them
 * @eligible: those with enough slack at the lowest levels
 * @unexpected: of those, without streams whose costs nothing announces
 * @missed: sets with misses that no surprise excuses, of those eligible
 * @frames: frames of those eligible
 * @misses: their misses
 * @excused: late because of a surprise
 * @lowered: frames below their top level where that had slack enough too
 * @ratios: energy over the oracle's, of those with slack enough at the levels played
 * @nr_ratios: how many
 * @worst_seed: of the highest
 */
struct group {
	u32 sets;
	u32 eligible;
	u32 missed;
	u32 frames;
	u32 misses;
	u32 excused;
	u32 lowered;
	double *ratios;
	u32 nr_ratios;
	double worst;
	u64 worst_seed;
};

static const struct argp_option argp_options[] = {
	{ "seed", 's', "N", 0, "First seed (default 1)", 0 },
	{ "count", 'n', "N", 0, "Number of sets, one for each seed (default 10000)", 0 },
	{ "csv", 'c', "FILE", 0, "Write one line for each set to FILE", 0 },
	{ "one", '1', 0, 0, "Print the first set and all that happens in it", 0 },
	{ "one-opp", 'o', 0, 0, "No second OPP within a frame, to see what it saves", 0 },
	{ "verbose", 'v', 0, 0, "Print every set with misses", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	char *end = NULL;

	switch (key) {
	case 's':
		options->seed = strtoull(arg, &end, 0);
		break;
	case 'n':
		options->count = strtoul(arg, &end, 0);
		break;
	case 'c':
		options->csv = arg;
		break;
	case '1':
		options->one = true;
		break;
	case 'o':
		options->one_opp = true;
		break;
	case 'v':
		options->verbose = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (end && (end == arg || *end))
		argp_error(state, "%s is not a number", arg);
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.doc = "Play random task sets and compare the planner with the offline optimum.",
};

static void csv_head(FILE *csv)
{
	fprintf(csv, "seed,platform,cpus,switch,sharing,load,utilisation,others,streams,noises,");
	fprintf(csv, "frames,missed,excused,lowered,slack_played,slack_top,slack_lowest,");
	fprintf(csv, "energy_mj_per_frame,oracle_mj_per_frame,idle_mj_per_frame,ratio,blind_mj_per_frame\n");
}

static void csv_line(FILE *csv, const struct oracle_set *set, const struct oracle_verdict *v)
{
	double frames = v->frames ? v->frames : 1;
	u32 i;

	fprintf(csv, "%llu,%s,%u,%s,%s,%s,%.4f,%.4f,%u,", (unsigned long long)set->seed,
		set->platform->name, set->nr_cpus, set->slow_switch ? "slow" : "fast",
		set->fair ? "fair" : "edf", oracle_load_names[set->load], set->utilisation,
		set->other, set->nr_streams);
	for (i = 0; i < set->nr_streams; i++)
		fprintf(csv, "%s%s", i ? "+" : "", oracle_noise_names[set->streams[i].noise]);
	fprintf(csv, ",%u,%u,%u,%u,%.4f,%.4f,%.4f,", v->frames, v->missed, v->excused, v->lowered,
		v->slack_played, v->slack_top, v->slack_lowest);
	fprintf(csv, "%.6f,%.6f,%.6f,%.5f,%.6f\n", v->energy_nj / frames / 1e6,
		v->least_nj < 0 ? 0 : v->least_nj / frames / 1e6, v->idle_nj / frames / 1e6,
		v->ratio, v->blind_nj < 0 ? 0 : v->blind_nj / frames / 1e6);
}

static void group_add(struct group *group, const struct oracle_set *set,
		      const struct oracle_verdict *v, double least_nj)
{
	group->sets++;
	if (v->slack_lowest >= SLACK_MIN) {
		group->eligible++;
		group->missed += v->missed > 0;
		group->frames += v->frames;
		group->misses += v->missed;
		group->excused += v->excused;
	}
	if (v->slack_top >= SLACK_MIN)
		group->lowered += v->lowered;
	if (v->slack_played >= SLACK_MIN && least_nj > 0) {
		double ratio = v->energy_nj / least_nj;

		group->ratios[group->nr_ratios++] = ratio;
		if (ratio > group->worst) {
			group->worst = ratio;
			group->worst_seed = set->seed;
		}
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void group_print(const char *name, const char *load, u32 streams, struct group *group)
{
	double sum = 0, p95 = 0;
	char count[16] = "";
	u32 i;

	if (!group->sets)
		return;
	qsort(group->ratios, group->nr_ratios, sizeof(double), compare);
	for (i = 0; i < group->nr_ratios; i++)
		sum += group->ratios[i];
	if (group->nr_ratios)
		p95 = group->ratios[(u32)((group->nr_ratios - 1) * 0.95)];
	if (streams)
		snprintf(count, sizeof(count), "%u", streams);
	printf("%-12s %-7s %7s %6u %8u %6u %8u %7u %8u %8u %6.3f %6.3f %6.3f %9llu\n", name, load, count,
	       group->sets, group->eligible, group->missed, group->frames, group->misses,
	       group->excused, group->lowered, group->nr_ratios ? sum / group->nr_ratios : 0, p95,
	       group->worst, (unsigned long long)group->worst_seed);
}

static int play_one(const struct options *options)
{
	struct oracle_verdict v;
	struct oracle_set set;
	int ret;

	oracle_set_init(&set, options->seed);
	set.one_opp = options->one_opp;
	oracle_set_print(&set);
	ret = oracle_judge(&set, &v, stdout);
	if (ret)
		return ret;
	printf("%u frames, %u missed, %u excused, %u lowered; slack played %.3f, top %.3f, lowest %.3f; "
	       "%.3f mJ, oracle %.3f, idle %.3f: x%.3f\n", v.frames, v.missed, v.excused, v.lowered,
	       v.slack_played, v.slack_top, v.slack_lowest, v.energy_nj / 1e6, v.least_nj / 1e6,
	       v.idle_nj / 1e6, v.ratio);
	return 0;
}

static int play_all(const struct options *options, struct group *groups, struct group *kinds,
		    FILE *csv)
{
	struct oracle_verdict v;
	struct oracle_set set;
	u32 i;

	for (i = 0; i < options->count; i++) {
		u32 index;
		int ret;

		oracle_set_init(&set, options->seed + i);
		set.one_opp = options->one_opp;
		ret = oracle_judge(&set, &v, NULL);
		if (ret)
			return ret;
		if (csv)
			csv_line(csv, &set, &v);
		index = ((set.platform - oracle_platforms) * ORACLE_LOADS + set.load) *
			ORACLE_STREAMS_MAX + set.nr_streams - 1;
		group_add(&groups[index], &set, &v, v.least_nj);
		group_add(&kinds[KIND_ALL], &set, &v, v.least_nj);
		group_add(&kinds[set.fair ? KIND_FAIR : KIND_EDF], &set, &v, v.least_nj);
		if (!set.fair && oracle_set_bounded(&set))
			group_add(&kinds[KIND_EDF_BOUNDED], &set, &v, v.least_nj);
		if (!set.fair && set.nr_streams == 1)
			group_add(&kinds[KIND_BLIND], &set, &v, v.blind_nj);
		if (options->verbose && v.missed && v.slack_lowest >= SLACK_MIN) {
			printf("%u missed of %u, slack %.3f: ", v.missed, v.frames, v.slack_lowest);
			oracle_set_print(&set);
		}
	}
	return 0;
}

static void print_table(struct group *groups, struct group *kinds)
{
	u32 i;

	printf("%-12s %-7s %7s %6s %8s %6s %8s %7s %8s %8s %6s %6s %6s %9s\n", "platform", "load",
	       "streams", "sets", "eligible", "failed", "frames", "misses", "excused", "lowered",
	       "mean", "p95", "worst", "its seed");
	for (i = 0; i < GROUPS; i++)
		group_print(oracle_platforms[i / ORACLE_STREAMS_MAX / ORACLE_LOADS].name,
			    oracle_load_names[i / ORACLE_STREAMS_MAX % ORACLE_LOADS],
			    i % ORACLE_STREAMS_MAX + 1, &groups[i]);
	for (i = 0; i < KINDS; i++)
		group_print(kind_names[i], "", 0, &kinds[i]);
	printf("\nmean, p95, worst: energy over the least of who knows all costs beforehand; \"blind\": over that\n"
	       "of who knows how the costs of a lone stream are distributed, but not which comes next.\n");
}

int main(int argc, char **argv)
{
	struct options options = { .seed = 1, .count = 10000 };
	static struct group groups[GROUPS + KINDS];
	FILE *csv = NULL;
	int ret = 0;
	u32 i;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (options.one)
		return play_one(&options) ? 2 : 0;
	if (options.csv) {
		csv = fopen(options.csv, "w");
		if (!csv) {
			perror(options.csv);
			return 2;
		}
		csv_head(csv);
	}
	for (i = 0; i < GROUPS + KINDS; i++) {
		groups[i].ratios = calloc(options.count + 1, sizeof(double));
		if (!groups[i].ratios)
			ret = 2;
	}
	if (!ret && play_all(&options, groups, &groups[GROUPS], csv))
		ret = 2;
	if (ret)
		fprintf(stderr, "bench_oracle: out of memory\n");
	else
		print_table(groups, &groups[GROUPS]);
	for (i = 0; i < GROUPS + KINDS; i++)
		free(groups[i].ratios);
	if (csv && fclose(csv)) {
		perror(options.csv);
		ret = 2;
	}
	return ret;
}
