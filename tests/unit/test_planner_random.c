// SPDX-License-Identifier: MIT
/*
 * The planner against brute force on random task sets: frames run by a small EDF
 * simulator, every OPP tried, every combination of levels tried. Seeds are printed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "planner_kit.h"

static struct kit kit;

TestSuite(random, .timeout = 120);

enum look {
	FOR_LEVELS,
	FOR_FREQUENCY,
	FOR_HIGHEST,
};

/* Wall time of what is left of a frame, by the tail estimate, on the CPU it is on. */
static double left_ns(const struct plan_frame *frame, u32 level, u32 khz, enum look look)
{
	const struct plan_cost *cost = &kit.streams[frame->stream].cost[level - 1];
	double tail = cost->tail_ppm / 1e6, done = frame->done_cycles;
	double whole = cost->cycles * tail, least = cost->cycles / 128;
	double cycles = whole, time;

	if (frame->level_done >= level)
		return 0;
	if (look == FOR_HIGHEST && done >= cost->cycles)
		cycles += whole - cost->cycles;
	if (look != FOR_LEVELS) {
		least = cost->cycles / 4;
		if (done < cycles && cycles - cost->cycles < least)
			least = cycles - cost->cycles;
	}
	if (done > cycles - least && (done >= cycles || look != FOR_LEVELS))
		done = cycles - least;
	time = (cycles - done) * 1e6 / khz + cost->stall_ns * tail * (cycles - done) / whole;
	return time / (1 - kit.other[frame->cpu] / 1e6);
}

/* Run all frames of a CPU by earliest deadline first: does each make its deadline? */
static bool edf_makes_it(u32 cpu, const u32 *levels, u32 khz, bool only_pending, enum look look)
{
	double left[PLAN_MAX_FRAMES], now = kit.in.now_ns, slack = 0.5;
	u32 i;

	for (i = 0; i < kit.in.nr_frames; i++) {
		const struct plan_frame *frame = &kit.frames[i];

		left[i] = 0;
		if (frame->cpu == cpu && (!only_pending || frame->release_ns <= kit.in.now_ns))
			left[i] = left_ns(frame, levels[frame->stream], khz, look);
	}

	for (;;) {
		double next = 1e30, until;
		int best = -1;

		for (i = 0; i < kit.in.nr_frames; i++) {
			if (left[i] <= 0)
				continue;
			if (kit.frames[i].release_ns > now) {
				if (kit.frames[i].release_ns < next)
					next = kit.frames[i].release_ns;
			} else if (best < 0 ||
				   kit.frames[i].deadline_ns < kit.frames[best].deadline_ns) {
				best = i;
			}
		}
		if (best < 0) {
			if (next > 1e29)
				return true;
			now = next;
			continue;
		}
		until = now + left[best] < next ? now + left[best] : next;
		left[best] -= until - now;
		if (left[best] < 1e-3)
			left[best] = 0;
		now = until;
		if (now > kit.frames[best].deadline_ns + slack)
			return false;
	}
}

static bool all_make_it_by(const u32 *levels, u32 khz, bool only_pending, enum look look)
{
	u32 cpu;

	for (cpu = 0; cpu < kit.in.nr_cpus; cpu++) {
		if (!edf_makes_it(cpu, levels, khz, only_pending, look))
			return false;
	}
	return true;
}

static bool all_make_it(const u32 *levels, u32 khz, bool only_pending)
{
	return all_make_it_by(levels, khz, only_pending, FOR_LEVELS);
}

static void grants(u32 *levels)
{
	u32 i;

	for (i = 0; i < kit.in.nr_streams; i++)
		levels[i] = kit.streams[i].grant;
}

/*
 * Up to @max_streams streams of up to four levels on one or two CPUs, with @load per
 * cent of the top frequency's time asked for, give or take.
 */
static void random_input(u64 *seed, u32 max_streams, u32 load, bool predicted)
{
	u32 i, k, n = 1 + kit_random(seed, max_streams);

	kit_init(&kit);
	kit.in.nr_cpus = 1 + kit_random(seed, 2);
	for (i = 0; i < kit.in.nr_cpus; i++)
		kit.other[i] = kit_random(seed, 3) ? 0 : kit_random(seed, 600000);
	kit.in.max_khz = (5 + kit_random(seed, 16)) * 100000;

	for (i = 0; i < n; i++) {
		u32 levels = 1 + kit_random(seed, 4), deadline = 5 + kit_random(seed, 95);
		u32 cpu = kit_random(seed, kit.in.nr_cpus), accuracy = 300000;
		u64 step = 2000 * (u64)deadline * load / 100 * (10 + kit_random(seed, 200)) / 110 *
			   kit.in.nr_cpus / n / levels;
		u32 tail = 1000000 + kit_random(seed, 100000), stall = kit_random(seed, 4) ? 0 : 1;
		struct plan_stream *stream = kit_stream(&kit, levels, 0);
		struct plan_frame *frame;

		stream->weight = 1 + kit_random(seed, 1000);
		for (k = 0; k < levels; k++) {
			accuracy += 1 + kit_random(seed, 200000 / (k + 1));
			stream->accuracy_ppm[k] = accuracy;
			stream->cost[k].cycles = (k ? stream->cost[k - 1].cycles : 0) + 1 +
				step * (500 + kit_random(seed, 1000));
			stream->cost[k].stall_ns = stall * stream->cost[k].cycles / 4;
			stream->cost[k].tail_ppm = tail;
		}
		if (kit_random(seed, 4)) {
			frame = kit_frame(&kit, i, cpu, -(int)kit_random(seed, 10), deadline);
			if (kit_random(seed, 2))
				frame->done_cycles =
					stream->cost[levels - 1].cycles / (1 + kit_random(seed, 4));
			if (frame->done_cycles && kit_random(seed, 2))
				frame->level_done = kit_random(seed, levels);
		}
		if (predicted) {
			deadline += kit_random(seed, 30);
			kit_frame(&kit, i, cpu, deadline, deadline * 2 + 5);
		}
	}
}

/*
 * What is called feasible is: simulated with the tail estimate at the planned
 * frequency, no pending frame misses; with all frames at the top allowed and the
 * levels granted none does either, unless levels were at their floors.
 */
Test(random, feasible_plans_never_miss)
{
	u32 n, feasible = 0, dropped = 0, infeasible = 0;

	for (n = 1; n <= 20000; n++) {
		u32 levels[PLAN_MAX_STREAMS], before[PLAN_MAX_STREAMS], i;
		u64 seed = n;
		bool drops = false, fits, floor = true;

		random_input(&seed, 6, 80, n % 2);
		grants(before);
		fits = all_make_it(before, kit.in.max_khz, false);
		kit_plan(&kit);
		grants(levels);

		for (i = 0; i < kit.in.nr_streams; i++) {
			drops |= levels[i] < before[i];
			floor &= levels[i] == kit.streams[i].min_level;
			cr_assert_leq(levels[i], before[i], "seed %u", n);
		}
		if (fits)
			cr_assert_not(drops, "seed %u: dropped without need", n);
		dropped += drops;

		if (kit.out.khz && kit.out.feasible)
			cr_assert(all_make_it(levels, kit.out.khz, true), "seed %u", n);
		feasible += kit.out.khz && kit.out.feasible;
		infeasible += !kit.out.feasible;
		if (!kit.out.feasible)
			cr_assert_eq(kit.out.khz, kit.in.max_khz, "seed %u", n);
	}
	cr_log_info("%u feasible, %u infeasible, %u dropped levels", feasible, infeasible, dropped);
	cr_assert_gt(feasible, 5000);
	cr_assert_gt(infeasible, 100);
	cr_assert_gt(dropped, 2000);
}

/*
 * When all can be made at some level and the streams are on a CPU each, or share
 * it with the same deadline, the granted levels make it.
 */
Test(random, levels_make_it_if_any_do)
{
	u32 n, tight = 0;

	for (n = 1; n <= 20000; n++) {
		u32 levels[PLAN_MAX_STREAMS], floor[PLAN_MAX_STREAMS], i;
		u64 seed = n;

		random_input(&seed, 5, 150, n % 2);
		for (i = 0; i < kit.in.nr_streams; i++)
			floor[i] = 1;
		for (i = 0; i < kit.in.nr_frames; i++)
			kit.frames[i].done_cycles = 0;
		if (!all_make_it(floor, kit.in.max_khz, false))
			continue;
		tight++;
		kit_plan(&kit);
		grants(levels);
		/* one ns of rounding more or less may decide */
		for (i = 0; i < kit.in.nr_frames; i++)
			kit.frames[i].deadline_ns += 100;
		cr_assert(all_make_it(levels, kit.in.max_khz, false), "seed %u", n);
	}
	cr_log_info("%u of 20000", tight);
	cr_assert_gt(tight, 5000);
}

/*
 * Pending frames alone: the planned OPP costs what the best feasible one does. When twice
 * the doubt does not even fit at the highest frequency, that is what is left to do.
 */
Test(random, energy_is_that_of_brute_force)
{
	u32 n, above_lowest = 0, compared = 0, doubtful = 0;

	for (n = 1; n <= 20000; n++) {
		double least = 1e300, mine = 0;
		u32 levels[PLAN_MAX_STREAMS], i, k, lowest = 0;
		u64 seed = n;

		random_input(&seed, 4, 40, false);
		for (k = 0; n % 2 && k < kit.in.nr_opps; k++)
			kit.opps[k].busy_uw += 300000;
		kit_plan(&kit);
		if (!kit.out.khz || !kit.out.feasible)
			continue;
		grants(levels);
		if (!all_make_it_by(levels, kit.in.max_khz, true, FOR_HIGHEST)) {
			cr_assert_eq(kit.out.khz, kit.in.max_khz, "seed %u", n);
			doubtful++;
			continue;
		}

		for (k = 0; k < kit.in.nr_opps && kit.opps[k].khz <= kit.in.max_khz; k++) {
			double energy = 0;

			if (!all_make_it_by(levels, kit.opps[k].khz, true, FOR_FREQUENCY))
				continue;
			if (!lowest)
				lowest = kit.opps[k].khz;
			for (i = 0; i < kit.in.nr_frames; i++) {
				const struct plan_frame *frame = &kit.frames[i];
				struct plan_cost cost =
					kit.streams[frame->stream].cost[levels[frame->stream] - 1];
				double left = (double)cost.cycles - frame->done_cycles, time;

				if (frame->level_done >= levels[frame->stream])
					continue;
				if (left <= 0)
					left = cost.cycles / 4;
				time = left * 1e6 / kit.opps[k].khz +
				       cost.stall_ns * left / cost.cycles;
				energy += time * ((double)kit.opps[k].busy_uw -
						  kit.opps[0].idle_uw);
			}
			if (energy < least)
				least = energy;
			if (kit.opps[k].khz == kit.out.khz)
				mine = energy;
		}
		cr_assert_leq(mine, least * 1.000001 + 1e6, "seed %u: %g against %g", n, mine,
			      least);
		compared++;
		above_lowest += kit.out.khz > lowest;
	}
	cr_log_info("%u compared, %u above the lowest feasible OPP", compared, above_lowest);
	cr_assert_gt(compared, 8000);
	cr_assert_gt(above_lowest, 500);
	cr_assert_gt(doubtful, 10, "%u", doubtful);
}

static double worth(const u32 *levels)
{
	double sum = 0;
	u32 i;

	for (i = 0; i < kit.in.nr_streams; i++)
		sum += (double)kit.streams[i].weight *
		       kit.streams[i].accuracy_ppm[levels[i] - 1];
	return sum;
}

/* The best of all combinations of levels that make all deadlines; 0: none does. */
static double best_worth(void)
{
	u32 levels[PLAN_MAX_STREAMS], i;
	double best = 0;

	for (i = 0; i < kit.in.nr_streams; i++)
		levels[i] = 1;
	for (;;) {
		if (worth(levels) > best && all_make_it(levels, kit.in.max_khz, false))
			best = worth(levels);
		for (i = 0; i < kit.in.nr_streams; i++) {
			if (++levels[i] <= kit.streams[i].levels)
				break;
			levels[i] = 1;
		}
		if (i == kit.in.nr_streams)
			return best;
	}
}

/* The greedy choice is seldom worse than the best one, and never much. */
Test(random, levels_are_nearly_the_best)
{
	double sum = 0, worst = 1;
	u32 n, compared = 0, worst_seed = 0, exact = 0;

	for (n = 1; n <= 6000; n++) {
		u32 levels[PLAN_MAX_STREAMS];
		double best, ratio;
		u64 seed = n;

		random_input(&seed, 4, 150, n % 2);
		best = best_worth();
		kit_plan(&kit);
		grants(levels);
		if (!best || worth(levels) == 0)
			continue;
		ratio = worth(levels) / best;
		/* rounding may make the planner a hair stricter, never laxer */
		cr_assert_leq(ratio, 1.0001, "seed %u", n);
		sum += ratio;
		compared++;
		exact += ratio > 0.99999;
		if (ratio < worst) {
			worst = ratio;
			worst_seed = n;
		}
	}
	cr_log_info("%u compared: %u optimal, mean %.4f, worst %.4f (seed %u)", compared, exact,
		    sum / compared, worst, worst_seed);
	cr_assert_gt(compared, 2000);
	cr_assert_gt(sum / compared, 0.99);
	cr_assert_gt(worst, 0.75, "seed %u", worst_seed);
}

/* One stream: a tighter cap, a busier CPU or a nearer deadline never grants more. */
Test(random, grants_are_monotone)
{
	u32 n;

	for (n = 1; n <= 3000; n++) {
		u32 step, last = PLAN_MAX_LEVELS, axis = n % 3;
		u64 seed = n;

		random_input(&seed, 1, 150, false);
		if (!kit.in.nr_frames)
			continue;
		kit.frames[0].done_cycles = 0;
		kit.frames[0].level_done = 0;
		for (step = 0; step < 20; step++) {
			struct plan_stream *stream = &kit.streams[0];

			if (axis == 0)
				kit.in.max_khz = 2000000 - step * 95000;
			else if (axis == 1)
				kit.other[kit.frames[0].cpu] = step * 50000;
			else
				kit.frames[0].deadline_ns -= kit.frames[0].deadline_ns > KIT_NOW +
							     6 * MS ? 5 * MS : 0;
			stream->grant = stream->levels;
			kit_plan(&kit);
			cr_assert_leq(stream->grant, last, "seed %u step %u", n, step);
			last = stream->grant;
		}
	}
}

/*
 * From random grants, with no hold time: what rises fits, one stream by one level;
 * and where any single one would fit, one rises.
 */
Test(random, restores_what_fits)
{
	u32 n, rose = 0, stayed = 0;

	for (n = 1; n <= 20000; n++) {
		u32 before[PLAN_MAX_STREAMS], after[PLAN_MAX_STREAMS], rises = 0, i;
		bool possible = false;
		u64 seed = n;

		random_input(&seed, 5, 120, true);
		kit.in.hold_ns = 0;
		for (i = 0; i < kit.in.nr_streams; i++)
			kit.streams[i].grant = 1 + kit_random(&seed, kit.streams[i].levels);
		for (i = 0; i < kit.in.nr_frames; i++) {
			kit.frames[i].done_cycles = 0;
			kit.frames[i].level_done = 0;
			if (kit.frames[i].release_ns < KIT_NOW)
				kit.frames[i].release_ns = KIT_NOW;
			/* deadlines within deadlines */
			kit.frames[i].deadline_ns += kit_random(&seed, 40) * MS;
		}
		grants(before);
		if (!all_make_it(before, kit.in.max_khz, false))
			continue;
		for (i = 0; i < kit.in.nr_frames; i++)
			kit.frames[i].deadline_ns -= 100;
		for (i = 0; i < kit.in.nr_streams; i++) {
			u32 one[PLAN_MAX_STREAMS];

			grants(one);
			one[i]++;
			possible |= before[i] < kit.streams[i].levels &&
				    all_make_it(one, kit.in.max_khz, false);
		}
		for (i = 0; i < kit.in.nr_frames; i++)
			kit.frames[i].deadline_ns += 100;
		kit_plan(&kit);
		grants(after);
		for (i = 0; i < kit.in.nr_streams; i++) {
			cr_assert_geq(after[i], before[i], "seed %u", n);
			rises += after[i] - before[i];
		}
		cr_assert_leq(rises, 1, "seed %u", n);
		cr_assert(!possible || rises, "seed %u: nothing rose", n);
		if (rises)
			cr_assert(all_make_it(after, kit.in.max_khz, false), "seed %u", n);
		rose += rises;
		stayed += !rises;
	}
	cr_log_info("%u rose, %u did not", rose, stayed);
	cr_assert_gt(rose, 2000);
	cr_assert_gt(stayed, 1000);
}

/* What the planner says is the cause, against runs with the causes taken away. */
Test(random, causes_are_true)
{
	u32 n, seen[__DNN_GOV_CAUSE_MAX] = { 0 };

	for (n = 1; n <= 20000; n++) {
		u32 i, cap;
		u64 seed = n;

		random_input(&seed, 3, 130, true);
		/* only frames to come: now and fresh are the same */
		for (i = 0; i < kit.in.nr_frames; ) {
			if (kit.frames[i].release_ns > KIT_NOW)
				i++;
			else
				kit.frames[i] = kit.frames[--kit.in.nr_frames];
		}
		cap = kit.in.max_khz;
		kit_plan(&kit);
		kit_plan(&kit);

		for (i = 0; i < kit.in.nr_streams; i++) {
			const struct plan_stream *stream = &kit.streams[i];
			u32 levels[PLAN_MAX_STREAMS], up, uncapped, alone, both, k;
			u32 nr_frames = kit.in.nr_frames, other[2], own = 0;
			struct plan_frame frames[PLAN_MAX_FRAMES];

			if (stream->grant == stream->levels) {
				cr_assert_eq(stream->cause, DNN_GOV_CAUSE_NONE, "seed %u", n);
				continue;
			}
			seen[stream->cause]++;
			grants(levels);
			up = stream->grant;
			uncapped = up;
			alone = up;
			both = up;
			for (k = up + 1; k <= stream->levels; k++) {
				levels[i] = k;
				if (all_make_it(levels, cap, false))
					up = k;
				if (all_make_it(levels, 2000000, false))
					uncapped = k;
			}
			memcpy(frames, kit.frames, sizeof(frames));
			memcpy(other, kit.other, sizeof(other));
			memset(kit.other, 0, sizeof(kit.other));
			for (k = 0; k < nr_frames; k++) {
				if (frames[k].stream == i)
					kit.frames[own++] = frames[k];
			}
			kit.in.nr_frames = own;
			for (k = stream->grant + 1; k <= stream->levels; k++) {
				levels[i] = k;
				if (all_make_it(levels, cap, false))
					alone = k;
				if (all_make_it(levels, 2000000, false))
					both = k;
			}
			memcpy(kit.frames, frames, sizeof(frames));
			memcpy(kit.other, other, sizeof(other));
			kit.in.nr_frames = nr_frames;

			/* a neighbour that cannot be helped blurs what fits beside it */
			grants(levels);
			if (up > stream->grant || !all_make_it(levels, cap, false))
				continue;
			if (alone > up && alone > uncapped)
				cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION,
					     "seed %u: %u", n, stream->cause);
			else if (uncapped > up || both > up)
				cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP,
					     "seed %u: %u", n, stream->cause);
			else
				cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE,
					     "seed %u: %u", n, stream->cause);
		}
	}
	cr_log_info("causes: cap %u, contention %u, deadline %u", seen[DNN_GOV_CAUSE_FREQ_CAP],
		    seen[DNN_GOV_CAUSE_CONTENTION], seen[DNN_GOV_CAUSE_DEADLINE]);
	cr_assert_gt(seen[DNN_GOV_CAUSE_FREQ_CAP], 500);
	cr_assert_gt(seen[DNN_GOV_CAUSE_CONTENTION], 500);
	cr_assert_gt(seen[DNN_GOV_CAUSE_DEADLINE], 100);
}
