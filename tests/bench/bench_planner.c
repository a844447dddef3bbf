// SPDX-License-Identifier: MIT
/*
 * How long one plan takes: the module makes it with interrupts off. Prints the
 * median and the longest of many plans, in us; exits with 1 if a case of up to 64
 * streams, 8 levels and 16 OPPs has a median above the limit given (default 50).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "planner.h"

#define MS	((u64)1000000)
#define NOW	(1000 * MS)
#define PLANS	2001

struct bench {
	const char *name;
	u32 streams;
	u32 cpus;
	u32 load_percent;	/* of one CPU's top frequency, all streams together, at the top level */
	bool predicted;
	bool worst;		/* beyond what the limit is for */
};

static const struct bench benches[] = {
	{ "1 stream", 1, 1, 50, true, false },
	{ "4 streams, 1 CPU", 4, 1, 50, true, false },
	{ "4 streams, 1 CPU, too much", 4, 1, 200, true, false },
	{ "16 streams, 4 CPUs", 16, 4, 200, true, false },
	{ "16 streams, 4 CPUs, too much", 16, 4, 800, true, false },
	{ "64 streams pending, 1 CPU", 64, 1, 50, false, false },
	{ "64 streams pending, 1 CPU, too much", 64, 1, 200, false, false },
	{ "64 streams, 4 CPUs", 64, 4, 200, true, false },
	{ "64 streams, 4 CPUs, too much", 64, 4, 800, true, false },
	{ "64 streams and as many to come, 1 CPU", 64, 1, 50, true, true },
	{ "64 streams and as many to come, 1 CPU, too much", 64, 1, 200, true, true },
};

static struct plan_scratch scratch;
static struct plan_stream streams[PLAN_MAX_STREAMS], fresh[PLAN_MAX_STREAMS];
static struct plan_frame frames[PLAN_MAX_FRAMES];
static struct plan_opp opps[16];
static u32 other[PLAN_MAX_CPUS];
static double times[PLANS];

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void fill(const struct bench *bench, struct plan_input *in)
{
	u32 i, k;

	memset(in, 0, sizeof(*in));
	in->now_ns = NOW;
	in->opps = opps;
	in->nr_opps = 16;
	in->max_khz = 1600000;
	in->nr_cpus = bench->cpus;
	in->other_ppm = other;
	in->streams = streams;
	in->frames = frames;
	in->nr_streams = bench->streams;
	in->hold_ns = 500 * MS;
	in->margin_ppm = 20000;
	in->switch_ns = 50000;
	in->scratch = &scratch;
	for (i = 0; i < 16; i++)
		opps[i] = (struct plan_opp){ (i + 1) * 100000, (i + 1) * (i + 2) * 10000, 20000 };

	for (i = 0; i < bench->streams; i++) {
		struct plan_stream *stream = &fresh[i];
		u64 period = (33 + i) * MS;

		memset(stream, 0, sizeof(*stream));
		stream->levels = 8;
		stream->grant = 8;
		stream->min_level = 1;
		stream->weight = 100 + i;
		stream->period_ns = period;
		stream->fit_since_ns = PLAN_NEVER;
		for (k = 0; k < 8; k++) {
			stream->accuracy_ppm[k] = 900000 - 400000 / (k + 1);
			stream->cost[k].cycles = period * 8 / 5 * bench->load_percent / 100 /
						 bench->streams * (k + 1) / 8;
			stream->cost[k].stall_ns = 1000;
			stream->cost[k].tail_ppm = 1050000;
		}
		frames[in->nr_frames++] = (struct plan_frame){
			.stream = i, .cpu = i % bench->cpus, .release_ns = NOW - i * 1000,
			.deadline_ns = NOW - i * 1000 + period, .begin_ns = NOW - i * 1000,
		};
		if (bench->predicted)
			frames[in->nr_frames++] = (struct plan_frame){
				.stream = i, .cpu = i % bench->cpus,
				.release_ns = NOW - i * 1000 + period,
				.deadline_ns = NOW - i * 1000 + 2 * period,
			};
	}
}

int main(int argc, char **argv)
{
	double limit = argc > 1 ? atof(argv[1]) : 50;
	int failed = 0;
	u32 b, i;

	printf("%-50s %9s %9s\n", "one plan, us", "median", "longest");
	for (b = 0; b < sizeof(benches) / sizeof(benches[0]); b++) {
		struct plan_output out;
		struct plan_input in;

		fill(&benches[b], &in);
		for (i = 0; i < PLANS; i++) {
			double start;

			memcpy(streams, fresh, sizeof(streams));
			start = now_us();
			plan_policy(&in, &out);
			times[i] = now_us() - start;
		}
		qsort(times, PLANS, sizeof(times[0]), compare);
		printf("%-50s %9.2f %9.2f%s\n", benches[b].name, times[PLANS / 2], times[PLANS - 1],
		       benches[b].worst ? "  (no limit)" : "");
		if (!benches[b].worst && times[PLANS / 2] > limit)
			failed = 1;
	}
	return failed;
}
