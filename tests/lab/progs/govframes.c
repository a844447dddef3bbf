// SPDX-License-Identifier: MIT
/*
 * A stream whose frames are an integer loop: the same work per level, every period, up to
 * the level granted. One line per frame with -v, one of sums at the end.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <dnnhint.h>

#include "prog.h"
#include "prog_hint.h"

#define STALE_NS 1000000000	/* the governor's default */

struct arguments {
	uint64_t frames;
	uint64_t period_us;
	uint64_t deadline_us;
	uint64_t levels;
	uint64_t work;
	uint64_t cpu;
	uint64_t cycles;
	bool pinned;
	bool verbose;
	bool progress;
	bool forever;
	bool hang;
	bool anywhere;
	bool follow;
};

struct sums {
	uint64_t met, missed, level, begin_ns, end_ns, events, lost, latency_max, latency_ns;
};

static const struct argp_option options[] = {
	{ "frames", 'n', "COUNT", 0, "Frames (default 30); 0: until killed", 0 },
	{ "period", 'p', "US", 0, "Between releases (default 33000)", 0 },
	{ "deadline", 'd', "US", 0, "From the release (default: the period)", 0 },
	{ "levels", 'g', "COUNT", 0, "Levels (default 4)", 0 },
	{ "work", 'w', "COUNT", 0, "Of the loop, per level (default 100000)", 0 },
	{ "cycles", 'y', "COUNT", 0, "Cost of one level in the hint (default: none given)", 0 },
	{ "cpu", 'c', "N", 0, "Run on this CPU only", 0 },
	{ "progress", 'r', NULL, 0, "Report each level", 0 },
	{ "anywhere", 'a', NULL, 0, "The stream may run on all CPUs", 0 },
	{ "follow", 'f', NULL, 0, "Go to the CPUs that the plan wants, as the engine does", 0 },
	{ "hang", 'h', NULL, 0, "Stay in the first frame and do nothing", 0 },
	{ "verbose", 'v', NULL, 0, "A line per frame and event", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'n':
		a->frames = prog_number(state, "frames", text, 0, 1000000);
		a->forever = !a->frames;
		break;
	case 'p':
		a->period_us = prog_number(state, "period", text, 0, 60000000);
		break;
	case 'd':
		a->deadline_us = prog_number(state, "deadline", text, 0, 60000000);
		break;
	case 'g':
		a->levels = prog_number(state, "levels", text, 0, 1000);
		break;
	case 'w':
		a->work = prog_number(state, "work", text, 0, 1000000000);
		break;
	case 'y':
		a->cycles = prog_number(state, "cycles", text, 0, UINT64_C(1) << 50);
		break;
	case 'c':
		a->cpu = prog_number(state, "cpu", text, 0, CPU_SETSIZE - 1);
		a->pinned = true;
		break;
	case 'r':
		a->progress = true;
		break;
	case 'a':
		a->anywhere = true;
		break;
	case 'h':
		a->hang = true;
		break;
	case 'f':
		a->follow = true;
		break;
	case 'v':
		a->verbose = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void work(uint64_t count)
{
	uint64_t x = count;

	for (uint64_t i = 0; i < count; i++) {
		x = x * UINT64_C(6364136223846793005) + 1;
		__asm__ volatile("" : "+r"(x));
	}
}

/* What events go into: the grant that stands, while a frame runs. */
struct printer {
	struct sums *sums;
	uint32_t grant;
	bool verbose;
};

static void on_grant(const struct dnnhint_event *event, void *ctx)
{
	struct printer *p = ctx;

	p->sums->events++;
	p->grant = event->grant;
	if (p->verbose)
		printf("event %" PRIu32 "->%" PRIu32 " %s khz=%" PRIu32 "\n", event->grant_old,
		       event->grant, dnnhint_cause_name(event->cause), event->khz);
}

static void on_lost(void *ctx)
{
	((struct printer *)ctx)->sums->lost++;
}

/* Where the plan wants the frame; which is then planned there. */
static void follow(struct dnnhint *h, uint32_t stream, const struct dnnhint_grant *grant)
{
	cpu_set_t now;
	int ret;

	if (sched_getaffinity(0, sizeof(now), &now) || CPU_EQUAL(&now, &grant->cpus))
		return;
	if (sched_setaffinity(0, sizeof(grant->cpus), &grant->cpus))
		return;		/* they went offline meanwhile */
	ret = dnnhint_frame_progress(h, stream, grant->frame_id, 0);
	if (ret)
		prog_fail(h, "progress", ret);
}

static void run_frame(struct dnnhint *h, const struct arguments *a, uint32_t stream,
		      uint64_t release, struct printer *printer)
{
	const struct dnnhint_callbacks callbacks = { on_grant, on_lost };
	struct sums *sums = printer->sums;
	uint64_t before = prog_now_ns(), begun, done;
	struct dnnhint_result result;
	struct dnnhint_grant grant;
	uint32_t level = 0;
	int ret = dnnhint_frame_begin(h, stream, release, &grant);

	/* Kept from running for more than a deadline: what was due then is lost. */
	if (ret == -ERANGE)
		ret = dnnhint_frame_begin(h, stream, 0, &grant);
	begun = prog_now_ns();
	if (ret)
		prog_fail(h, "begin", ret);
	while (a->hang)
		pause();
	printer->grant = grant.level;
	if (a->follow)
		follow(h, stream, &grant);
	do {
		work(a->work);
		level++;
		if (a->progress && level < grant.level) {
			ret = dnnhint_frame_progress(h, stream, grant.frame_id, level);
			if (ret)
				prog_fail(h, "progress", ret);
		}
		dnnhint_dispatch(h, &callbacks, printer);
	} while (level < grant.level && level < printer->grant);
	done = prog_now_ns();
	ret = dnnhint_frame_end(h, stream, grant.frame_id, level, &result);
	/* The system slept for longer than the stale time: the governor gave the frame up. */
	if (ret == -ENOENT && done - before > STALE_NS) {
		sums->missed++;
		return;
	}
	if (ret)
		prog_fail(h, "end", ret);
	sums->begin_ns += begun - before;
	sums->end_ns += prog_now_ns() - done;
	sums->level += level;
	sums->met += result.met;
	sums->missed += !result.met;
	sums->latency_ns += result.latency_ns;
	if (result.latency_ns > sums->latency_max)
		sums->latency_max = result.latency_ns;
	if (a->verbose)
		printf("frame %" PRIu64 " level=%" PRIu32 " cause=%s khz=%" PRIu32
		       " us=%" PRIu64 " met=%d\n", grant.frame_id, level,
		       dnnhint_cause_name(grant.cause), grant.khz, result.latency_ns / 1000,
		       result.met);
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, NULL, "Frames of fixed work.", 0, 0, 0 };
	struct arguments a = { .frames = 30, .period_us = 33000, .levels = 4, .work = 100000 };
	struct dnnhint_cost costs[DNN_GOV_LEVELS_MAX];
	struct dnnhint_stream_params params = { .name = "govframes" };
	struct sums sums = { 0 };
	struct printer printer = { .sums = &sums };
	struct dnnhint_grant grant;
	cpu_set_t all;
	uint64_t release, frames = 0;
	struct dnnhint *h;
	uint32_t stream;
	int ret;

	argp_parse(&argp, argc, argv, 0, 0, &a);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printer.verbose = a.verbose;
	if (a.pinned)
		prog_run_on(a.cpu);
	ret = dnnhint_open(&h);
	if (ret)
		error(1, 0, "open: %s", dnnhint_strerror(ret));
	memset(&all, 0xff, sizeof(all));
	if (a.anywhere)
		params.cpus = &all;
	params.period_ns = a.period_us * 1000;
	params.deadline_ns = (a.deadline_us ? a.deadline_us : a.period_us) * 1000;
	params.levels = (uint32_t)a.levels;
	if (a.cycles && a.levels <= DNN_GOV_LEVELS_MAX) {
		for (uint64_t i = 0; i < a.levels; i++)
			costs[i] = (struct dnnhint_cost) { .cycles = a.cycles * (i + 1) };
		params.costs = costs;
	}
	ret = dnnhint_stream_add(h, &params, &stream, &grant);
	if (ret)
		prog_fail(h, "add", ret);
	printf("stream %" PRIu32 " grant=%" PRIu32 "\n", stream, grant.level);

	for (release = prog_now_ns(); a.forever || frames < a.frames; frames++) {
		run_frame(h, &a, stream, release, &printer);
		release += params.period_ns;
		if (release > prog_now_ns())
			prog_sleep_until(release);
		else
			release = prog_now_ns();
	}
	printf("frames=%" PRIu64 " met=%" PRIu64 " missed=%" PRIu64 " level=%.2f latency_max_us=%"
	       PRIu64 " begin_ns=%" PRIu64 " end_ns=%" PRIu64 " events=%" PRIu64 " lost=%" PRIu64
	       " latency_us=%" PRIu64 "\n", frames, sums.met, sums.missed, (double)sums.level / (double)frames,
	       sums.latency_max / 1000, sums.begin_ns / frames, sums.end_ns / frames, sums.events,
	       sums.lost, sums.latency_ns / frames / 1000);
	dnnhint_close(h);
	return 0;
}
