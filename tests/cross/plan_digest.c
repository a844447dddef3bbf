// SPDX-License-Identifier: MIT
/*
 * plan_digest: plan random policies, whole runs of them, and print a digest of every number
 * that comes out. All integers: every machine has to print the same lines.
 */
#include <stdio.h>

#include "planner_kit.h"

#define RUNS	4000
#define PLANS	8	/* of a run: what one leaves in the streams is what the next starts from */

static struct kit kit;
static u64 digest = 0xcbf29ce484222325;

/* FNV-1a, a byte at a time whatever the machine's order of bytes. */
static void add(u64 value)
{
	for (int byte = 0; byte < 8; byte++)
		digest = (digest ^ (value >> (8 * byte) & 0xff)) * 0x100000001b3;
}

static void random_stream(u64 *seed)
{
	/* One draw a statement: the order of a call's arguments is up to the compiler. */
	u32 levels = 1 + kit_random(seed, PLAN_MAX_LEVELS), mcycles = 1 + kit_random(seed, 20);
	struct plan_stream *stream = kit_stream(&kit, levels, mcycles);

	for (u32 k = 0; k < stream->levels; k++) {
		struct plan_cost *cost = &stream->cost[k];

		cost->cycles += kit_random(seed, 1 << 20);
		cost->stall_ns = kit_random(seed, 3) ? kit_random(seed, 5 * MS) : 0;
		cost->tail_ppm = 1000000 + kit_random(seed, 500000);
	}
	stream->min_level = 1 + kit_random(seed, stream->levels);
	stream->period_ns = kit_random(seed, 4) ? 1 + kit_random(seed, 200 * MS) : 0;
	stream->weight = 1 + kit_random(seed, 100);
	stream->goal = kit_random(seed, 3);
	stream->floor_ppm = kit_random(seed, 2) ? kit_random(seed, 900000) : 0;
	stream->balance_ppm = kit_random(seed, 1000001);
	stream->energy_budget_nj = kit_random(seed, 4) ? 0 : 1 + kit_random(seed, ~0U);
}

static void random_policy(u64 *seed)
{
	u32 streams = 1 + kit_random(seed, 6);

	kit_init(&kit);
	kit.in.nr_cpus = 1 + kit_random(seed, 4);
	for (u32 cpu = 0; cpu < kit.in.nr_cpus; cpu++)
		kit.other[cpu] = kit_random(seed, 2) ? kit_random(seed, 600000) : 0;
	kit.in.max_khz = kit.opps[kit_random(seed, kit.in.nr_opps)].khz;
	kit.in.budget_uw = kit_random(seed, 4) ? 0 : 1 + kit_random(seed, 8000000);
	kit.in.hold_ns = kit_random(seed, 300 * MS);
	kit.in.margin_ppm = kit_random(seed, 100000);
	kit.in.switch_ns = kit_random(seed, 2 * MS);
	kit.in.turn_ns = kit_random(seed, 2) ? kit_random(seed, 8 * MS) : 0;
	kit.in.two_opps = kit_random(seed, 2);
	for (u32 i = 0; i < streams; i++)
		random_stream(seed);
}

static void random_frames(u64 *seed)
{
	kit.in.nr_frames = 0;
	for (u32 i = 0; i < kit.in.nr_streams; i++) {
		u32 cpu = kit_random(seed, kit.in.nr_cpus);
		int release = (int)kit_random(seed, 80) - 40;
		int deadline = release + 1 + (int)kit_random(seed, 150);
		struct plan_frame *frame;

		if (!kit_random(seed, 5))
			continue;
		frame = kit_frame(&kit, i, cpu, release, deadline);
		if (frame->release_ns > kit.in.now_ns)
			continue;
		frame->level_done = kit_random(seed, kit.streams[i].grant);
		frame->done_cycles = kit_random(seed, 30 * MCYCLES);
		frame->begin_ns = kit_random(seed, 2) ? frame->release_ns : 0;
		frame->done_ns = kit_random(seed, 40 * MS);
		frame->shares = kit_random(seed, 2);
	}
}

static void add_plan(void)
{
	add(kit.out.khz);
	add(kit.out.cap_khz);
	add(kit.out.feasible);
	add(kit.out.guard_ns);
	for (u32 i = 0; i < kit.in.nr_streams; i++) {
		const struct plan_stream *stream = &kit.streams[i];

		add(stream->grant);
		add(stream->cause);
		add(stream->fit_since_ns);
		add(stream->target);
		add(stream->rose_ns);
		add(stream->hold_shift);
	}
}

int main(void)
{
	u32 feasible = 0, dropped = 0;
	u64 seed = 1;

	for (u32 run = 1; run <= RUNS; run++) {
		random_policy(&seed);
		for (u32 plan = 0; plan < PLANS; plan++) {
			random_frames(&seed);
			kit_plan(&kit);
			add_plan();
			feasible += kit.out.feasible;
			for (u32 i = 0; i < kit.in.nr_streams; i++)
				dropped += kit.streams[i].grant < kit.streams[i].levels;
			kit.in.cur_khz = kit.out.khz;
			kit.in.now_ns += 1 + kit_random(&seed, 100 * MS);
		}
		if (run % (RUNS / 4) == 0)
			printf("%u plans, %u feasible, %u streams below their highest level: "
			       "%016llx\n", run * PLANS, feasible, dropped, digest);
	}
	return 0;
}
