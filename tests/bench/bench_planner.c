// SPDX-License-Identifier: MIT
/*
 * How long one plan takes: the module makes it with interrupts off. 8 levels and
 * 16 OPPs throughout. Prints the median and the longest of many plans, in us; exits
 * with 1 if a median is above its limit times the factor given (default 1).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "planner.h"

#define MS	((u64)1000000)
#define NOW	(1000 * MS)
#define PLANS	2001

enum bench_load {
	LOAD_FITS,	/* all levels fit */
	LOAD_HELD,	/* they do not, and did not before */
	LOAD_DROPS,	/* they do not, and this plan finds out */
	LOAD_NEVER,	/* no level would, nor is one any better: somebody means ill */
};

struct bench {
	u32 streams;
	u32 cpus;
	bool predicted;		/* a pending frame and one to come of each stream */
	bool shares;		/* CPUs are shared evenly, as by all threads but deadline ones */
	enum bench_load load;
	double limit_us;
};

static const struct bench benches[] = {
	{ 1, 1, true, false, LOAD_FITS, 2 },
	{ 4, 1, true, false, LOAD_FITS, 5 },
	{ 4, 1, true, false, LOAD_HELD, 10 },
	{ 4, 1, true, false, LOAD_DROPS, 20 },
	{ 16, 4, true, false, LOAD_FITS, 10 },
	{ 16, 4, true, false, LOAD_HELD, 20 },
	{ 16, 4, true, false, LOAD_DROPS, 50 },
	{ 64, 1, false, false, LOAD_FITS, 25 },
	{ 64, 1, false, false, LOAD_HELD, 50 },
	{ 64, 1, false, false, LOAD_DROPS, 100 },
	{ 64, 4, true, false, LOAD_FITS, 50 },
	{ 64, 4, true, false, LOAD_HELD, 75 },
	{ 64, 4, true, false, LOAD_DROPS, 150 },
	{ 64, 1, true, false, LOAD_FITS, 100 },
	{ 64, 1, true, false, LOAD_HELD, 250 },
	{ 64, 1, true, false, LOAD_DROPS, 500 },
	{ 64, 1, false, true, LOAD_FITS, 50 },
	{ 64, 1, false, true, LOAD_HELD, 60 },
	{ 64, 1, false, true, LOAD_DROPS, 150 },
	{ 64, 4, true, true, LOAD_FITS, 60 },
	{ 64, 4, true, true, LOAD_HELD, 120 },
	{ 64, 4, true, true, LOAD_DROPS, 250 },
	{ 12, 1, true, true, LOAD_NEVER, 2500 },
	{ 64, 1, true, true, LOAD_NEVER, 2500 },
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
	in->two_opps = true;
	in->scratch = &scratch;
	for (i = 0; i < 16; i++)
		opps[i] = (struct plan_opp){ (i + 1) * 100000, (i + 1) * (i + 2) * 10000, 20000 };

	for (i = 0; i < bench->streams; i++) {
		struct plan_stream *stream = &fresh[i];
		u64 period = (33 + i) * MS;
		bool never = bench->load == LOAD_NEVER;

		memset(stream, 0, sizeof(*stream));
		stream->levels = 8;
		stream->grant = 8;
		stream->min_level = 1;
		stream->weight = 100 + i;
		stream->period_ns = never ? MS / 10 : period;
		stream->fit_since_ns = PLAN_NEVER;
		for (k = 0; k < 8; k++) {
			stream->accuracy_ppm[k] = 900000 - 400000 / (k + 1);
			/* half of the CPUs' time at 1.6 GHz, or twice of it */
			stream->cost[k].cycles = period * 8 / 5 * bench->cpus *
						 (bench->load == LOAD_FITS ? 1 : 4) / 2 /
						 bench->streams * (k + 1) / 8;
			if (never)
				stream->cost[k].cycles = 1000 * MS;
			stream->cost[k].stall_ns = 1000;
			stream->cost[k].tail_ppm = 1050000;
		}
		frames[in->nr_frames++] = (struct plan_frame){
			.stream = i, .cpu = i % bench->cpus, .release_ns = NOW - i * 1000,
			.deadline_ns = NOW - i * 1000 + period, .begin_ns = NOW - i * 1000,
			.shares = bench->shares,
		};
		if (bench->predicted)
			frames[in->nr_frames++] = (struct plan_frame){
				.stream = i, .cpu = i % bench->cpus,
				.release_ns = NOW - i * 1000 + period,
				.deadline_ns = NOW - i * 1000 + 2 * period,
				.shares = bench->shares,
			};
	}
}

int main(int argc, char **argv)
{
	static const char *const loads[] = { "fits", "held down", "drops", "never fits" };
	double factor = argc > 1 ? atof(argv[1]) : 1;
	int failed = 0;
	u32 b, i;

	printf("streams CPUs jobs shared load       median us  longest us  limit us\n");
	for (b = 0; b < sizeof(benches) / sizeof(benches[0]); b++) {
		const struct bench *bench = &benches[b];
		struct plan_output out;
		struct plan_input in;

		fill(bench, &in);
		memcpy(streams, fresh, sizeof(streams));
		if (bench->load == LOAD_HELD)
			plan_policy(&in, &out);
		for (i = 0; i < PLANS; i++) {
			double start;

			if (bench->load != LOAD_HELD)
				memcpy(streams, fresh, sizeof(streams));
			start = now_us();
			plan_policy(&in, &out);
			times[i] = now_us() - start;
		}
		qsort(times, PLANS, sizeof(times[0]), compare);
		printf("%7u %4u %4u %-6s %-10s %9.2f %11.2f %9.0f\n", bench->streams, bench->cpus,
		       in.nr_frames, bench->shares ? "yes" : "no", loads[bench->load],
		       times[PLANS / 2], times[PLANS - 1], bench->limit_us);
		if (times[PLANS / 2] > bench->limit_us * factor)
			failed = 1;
	}
	return failed;
}
