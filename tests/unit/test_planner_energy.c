// SPDX-License-Identifier: MIT
/* The planner's energy: power and energy budgets, goals, two OPPs in a frame. */
#include <criterion/criterion.h>

#include "planner_kit.h"

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(power, .init = setup);
TestSuite(energy, .init = setup);
TestSuite(goal, .init = setup);
TestSuite(steps, .init = setup);
TestSuite(hold, .init = setup);

/* --- power budgets ---------------------------------------------------------- */

/* The A15 draws 362 mW at 800 MHz and 419 at 900. */
Test(power, caps_the_frequency)
{
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.budget_uw = 400000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 800000);
	cr_assert_eq(kit.out.cap_khz, 800000);
	cr_assert_not(kit.out.feasible);

	kit.in.budget_uw = 419000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000, "a budget may be used up");
}

Test(power, holds_without_frames)
{
	kit.in.budget_uw = 400000;
	kit.in.other_ppm = kit.other;
	kit.other[0] = PLAN_PPM;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 0);
	cr_assert_eq(kit.out.cap_khz, 800000);
}

/* Two CPUs of streams draw twice as much; one that others use by half, half as much. */
Test(power, counts_busy_cpus)
{
	kit.in.nr_cpus = 4;
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 1, 0, 20);
	/* at 500 MHz 2 * 221 busy and 2 * 50 idle, at 600 642 */
	kit.in.budget_uw = 600000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.cap_khz, 500000);

	/* at 500 MHz 3 * 221 and 50, at 400 2.5 * 178 and 1.5 * 44 = 511 */
	kit.other[2] = PLAN_PPM / 2;
	kit_plan(&kit);
	cr_assert_eq(kit.out.cap_khz, 400000);
}

Test(power, never_below_the_lower_limit)
{
	kit.in.min_khz = 600000;
	kit.in.budget_uw = 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.cap_khz, 600000);
}

Test(power, sheds_with_its_cause)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 5);

	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.budget_uw = 400000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3, "800 MHz: 16 M in 20 ms");
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_POWER_BUDGET);

	/* the lower of the two is the cause */
	kit.in.max_khz = 600000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
}

/* A CPU whose power is not known is taken for one of 1 W. */
Test(power, guesses_what_is_unknown)
{
	u32 i;

	for (i = 0; i < kit.in.nr_opps; i++)
		kit.opps[i].busy_uw = 0;
	kit_stream(&kit, 1, 40);
	kit_frame(&kit, 0, 0, 0, 21);
	kit.in.budget_uw = 1000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.cap_khz, 2000000);
	kit.in.budget_uw = 500000;
	kit_plan(&kit);
	cr_assert_lt(kit.out.cap_khz, 1700000);
	cr_assert_gt(kit.out.cap_khz, 1400000);
}

/* --- energy budgets --------------------------------------------------------- */

/*
 * 20 M cycles in 20 ms: level 4 at 1 GHz takes 9.84 mJ, level 3 at 800 MHz 15 * 362 / 800 =
 * 6.79, level 2 at 500 MHz 10 * 221 / 500 = 4.42.
 */
Test(energy, drops_what_is_too_dear)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 5);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, 0, 20);

	frame->deadline_ns += 1000;
	stream->energy_budget_nj = 9850000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_NONE);

	stream->energy_budget_nj = 9800000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_ENERGY_BUDGET);
	cr_assert_eq(kit.out.khz, 800000);

	stream->energy_budget_nj = 4500000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);

	stream->energy_budget_nj = 1;
	stream->min_level = 2;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2, "never below the lowest level of use");
}

/* Alone it takes 4 * 91 / 200 = 1.82 mJ; another stream that needs 1.6 GHz makes it dear. */
Test(energy, pays_for_what_all_need)
{
	struct plan_stream *thrifty = kit_stream(&kit, 4, 1);

	kit.in.nr_cpus = 2;
	kit_frame(&kit, 0, 0, 0, 20);
	thrifty->energy_budget_nj = 2000000;
	kit_plan(&kit);
	cr_assert_eq(thrifty->grant, 4);

	kit_stream(&kit, 1, 31);
	kit_frame(&kit, 1, 1, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1600000);
	cr_assert_eq(thrifty->grant, 2, "4 M take 2.76 mJ, 3 M 2.07, 2 M 1.38");
	cr_assert_eq(thrifty->cause, DNN_GOV_CAUSE_ENERGY_BUDGET);
}

/* Restored after the hold time when the budget is raised, and not before. */
Test(energy, restores)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 5);

	stream->period_ns = 20 * MS;
	kit_frame(&kit, 0, 0, 0, 20);
	stream->energy_budget_nj = 9000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);

	stream->energy_budget_nj = 20000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_ENERGY_BUDGET);

	kit.in.now_ns += 500 * MS;
	kit.in.nr_frames = 0;
	kit_frame(&kit, 0, 0, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_RELIEF);
}

/* --- goals ------------------------------------------------------------------ */

/* A budget is nobody else's, and without a frame nothing is spent. */
Test(energy, of_one_of_two_streams)
{
	struct plan_stream *tight = kit_stream(&kit, 4, 5), *free = kit_stream(&kit, 4, 5);

	tight->energy_budget_nj = 1;
	kit_frame(&kit, 1, 0, 0, 40);
	kit_plan(&kit);
	cr_assert_eq(tight->grant, 4, "it has no frame");
	kit_frame(&kit, 0, 0, 0, 40);
	kit_plan(&kit);
	cr_assert_eq(tight->grant, 1);
	cr_assert_eq(tight->cause, DNN_GOV_CAUSE_ENERGY_BUDGET);
	cr_assert_eq(free->grant, 4);
}

/* Each level is asked for anew: two that fit are not two that are paid for. */
Test(energy, restores_one_after_the_other)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 5);
	u32 t;

	stream->grant = 1;
	stream->energy_budget_nj = 1;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	/* 10 M at 266 mW and 600 MHz are 4.4 mJ, which is more than any OPP below takes */
	stream->energy_budget_nj = 5000000;
	for (t = 0; t < 300; t++) {
		kit.in.now_ns += 10 * MS;
		kit.in.nr_frames = 0;
		kit_frame(&kit, 0, 0, 0, 100);
		kit_plan(&kit);
		if (stream->grant == 2)
			break;
	}
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	for (t = 0; t < 300; t++) {
		kit.in.now_ns += 10 * MS;
		kit.in.nr_frames = 0;
		kit_frame(&kit, 0, 0, 0, 100);
		kit_plan(&kit);
	}
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_ENERGY_BUDGET);
}

Test(goal, highest_level)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 2);

	kit_frame(&kit, 0, 0, 0, 20);
	stream->floor_ppm = 600000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	cr_assert_eq(stream->target, 4);
}

/* Accuracies are 600, 650, 675 and 687.5 thousand ppm. */
Test(goal, least_energy_above_a_floor)
{
	static const struct {
		u32 floor_ppm, min_level, level;
	} cases[] = {
		{ 0, 1, 1 }, { 0, 2, 2 }, { 600000, 1, 1 }, { 600001, 1, 2 }, { 675000, 1, 3 },
		{ 680000, 1, 4 }, { 990000, 1, 4 }, { 600000, 3, 3 },
	};
	u32 i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan_stream *stream;

		setup();
		stream = kit_stream(&kit, 4, 2);
		kit_frame(&kit, 0, 0, 0, 20);
		stream->goal = DNN_GOV_GOAL_MIN_ENERGY;
		stream->floor_ppm = cases[i].floor_ppm;
		stream->min_level = cases[i].min_level;
		kit_plan(&kit);
		cr_assert_eq(stream->grant, cases[i].level, "case %u: %u", i, stream->grant);
		cr_assert_eq(stream->cause, DNN_GOV_CAUSE_NONE, "it is what the client wants");
		cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	}
}

/* Pressure takes a stream below its floor, and relief brings it back to it only. */
Test(goal, floor_is_no_guarantee)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 8);

	stream->goal = DNN_GOV_GOAL_MIN_ENERGY;
	stream->floor_ppm = 675000;
	stream->period_ns = 20 * MS;
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.max_khz = 500000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);

	kit.in.max_khz = 2000000;
	while (kit.in.now_ns < KIT_NOW + 5000 * MS) {
		kit.in.nr_frames = 0;
		kit_frame(&kit, 0, 0, 0, 20);
		kit_plan(&kit);
		kit.in.now_ns += 100 * MS;
	}
	cr_assert_eq(stream->grant, 3);
}

Test(goal, balance)
{
	u32 worth, last = 4, seen = 0;

	for (worth = 0; worth <= PLAN_PPM; worth += PLAN_PPM / 50) {
		struct plan_stream *stream;

		setup();
		stream = kit_stream(&kit, 4, 5);
		stream->period_ns = 20 * MS;
		stream->goal = DNN_GOV_GOAL_BALANCED;
		stream->balance_ppm = worth;
		kit_frame(&kit, 0, 0, 0, 20);
		kit_plan(&kit);
		cr_assert_leq(stream->grant, last, "the more energy counts the lower the level");
		last = stream->grant;
		seen |= 1U << last;
	}
	cr_assert_eq(last, 1, "energy alone");
	cr_assert_eq(seen, 0x1e, "every level is the best balance somewhere");
}

/* Costs that are learnt anew with each frame do not move the target to and fro. */
Test(goal, balance_is_steady)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 5);
	u32 worth, changes = 0, target;
	u64 seed = 5, i, k;

	stream->period_ns = 20 * MS;
	stream->goal = DNN_GOV_GOAL_BALANCED;
	for (worth = 0; worth <= PLAN_PPM; worth += PLAN_PPM / 100) {
		stream->balance_ppm = worth;
		for (i = 0; i < 50; i++) {
			for (k = 0; k < 4; k++)
				stream->cost[k].cycles = (k + 1) * (4985000 + kit_random(&seed, 30000));
			kit.in.nr_frames = 0;
			kit_frame(&kit, 0, 0, 0, 20);
			target = stream->target;
			kit_plan(&kit);
			changes += target && target != stream->target;
		}
	}
	cr_assert_leq(changes, 4, "%u", changes);
}

/* Without a period there is time for the cheapest OPP of each level, as with a long one. */
Test(goal, balance_without_a_period)
{
	static const u64 periods[] = { 0, 1000 * MS, 20 * MS };
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	u32 targets[3], i;

	stream->goal = DNN_GOV_GOAL_BALANCED;
	stream->balance_ppm = 300000;
	kit_frame(&kit, 0, 0, 0, 1000);
	for (i = 0; i < 3; i++) {
		stream->target = 0;
		stream->period_ns = periods[i];
		kit_plan(&kit);
		targets[i] = stream->target;
	}
	cr_assert_eq(targets[0], targets[1]);
	cr_assert_neq(targets[0], targets[2], "all %u", targets[0]);
}

/* A target of more levels than there are now is none. */
Test(goal, levels_become_fewer)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	stream->goal = DNN_GOV_GOAL_BALANCED;
	stream->target = 4;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->target, 4);
	stream->levels = 2;
	kit_plan(&kit);
	cr_assert_eq(stream->target, 2);
	cr_assert_eq(stream->grant, 2);
}

/* --- two OPPs in a frame ---------------------------------------------------- */

/* 30.4 M cycles in 20 ms: 1500 MHz are too slow by 0.4 M, which 1600 MHz do in 4 ms. */
Test(steps, begins_slow)
{
	struct plan_frame *frame;
	u32 plans;

	kit_stream(&kit, 1, 1)->cost[0].cycles = 30400000;
	frame = kit_frame(&kit, 0, 0, 0, 20);
	kit.in.cur_khz = 200000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1600000, "not without a caller that can");

	kit.in.two_opps = true;
	for (plans = 0; plans < 30; plans++) {
		kit_plan(&kit);
		cr_assert(kit.out.feasible);
		if (kit.out.khz != 1500000)
			break;
		/* plans before the step are the guard's */
		kit.in.now_ns = kit.out.guard_ns;
		kit.in.cur_khz = 1500000;
		frame->done_ns = kit.in.now_ns - KIT_NOW;
		frame->done_cycles = frame->done_ns * 3 / 2;
	}
	cr_assert_eq(kit.out.khz, 1600000);
	cr_assert_geq(frame->done_ns, 15 * MS);
	cr_assert_leq(frame->done_ns, 16 * MS);

	/* and if it is not, there is more */
	frame->done_cycles -= 1500000;
	kit_plan(&kit);
	cr_assert_gt(kit.out.khz, 1600000);
	cr_assert(kit.out.feasible);
}

/*
 * The same 30.4 M cycles, of which 10.4 M come after 10 ms; what comes when all of it is due,
 * and what there is on another CPU, has no say.
 */
Test(steps, counts_what_comes_meanwhile)
{
	u64 done_ns;
	u32 plans;

	kit.in.nr_cpus = 2;
	kit_stream(&kit, 1, 20);
	kit_stream(&kit, 1, 1)->cost[0].cycles = 10400000;
	kit_stream(&kit, 1, 5);
	kit_frame(&kit, 0, 0, 0, 18);
	kit_frame(&kit, 1, 0, 10, 20);
	kit_frame(&kit, 2, 0, 20, 100);
	kit_frame(&kit, 2, 1, 0, 20);
	kit.in.two_opps = true;
	kit.in.cur_khz = 200000;
	for (plans = 0; plans < 60; plans++) {
		kit_plan(&kit);
		cr_assert(kit.out.feasible);
		if (kit.out.khz != 1500000)
			break;
		kit.in.now_ns = kit.in.cur_khz == 1500000 ? kit.out.guard_ns : KIT_NOW + 1 * MS;
		kit.in.cur_khz = 1500000;
		done_ns = kit.in.now_ns - KIT_NOW;
		kit.frames[0].done_cycles = plan_min(done_ns * 3 / 2, 20 * MCYCLES);
		kit.frames[0].level_done = kit.frames[0].done_cycles == 20 * MCYCLES;
		kit.frames[1].done_cycles = done_ns * 3 / 2 - kit.frames[0].done_cycles;
		kit.frames[3].level_done = done_ns > 4 * MS;
	}
	cr_assert_eq(kit.out.khz, 1600000);
	cr_assert_geq(done_ns, 15 * MS, "%llu", done_ns);
	cr_assert_leq(done_ns, 16 * MS, "%llu", done_ns);
}

/* An OPP that needs more energy than those beside it is left out; and there may be none below. */
Test(steps, not_where_slow_is_dear)
{
	kit_stream(&kit, 1, 1)->cost[0].cycles = 30400000;
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.two_opps = true;
	kit.opps[13].busy_uw = kit.opps[14].busy_uw + 100000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1400000, "%u", kit.out.khz);
	cr_assert_neq(kit.out.guard_ns, PLAN_NEVER);

	setup();
	kit_stream(&kit, 1, 1);
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.two_opps = true;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 20 * MS - MS / 2 - 2);
}

/* A driver that takes 2 ms for a change is not asked for another one. */
Test(steps, not_on_slow_drivers)
{
	kit_stream(&kit, 1, 1)->cost[0].cycles = 26900000;
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.two_opps = true;
	kit.in.switch_ns = 2 * MS;
	kit.in.cur_khz = 200000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1500000);
	cr_assert_gt(kit.out.guard_ns, KIT_NOW);
}

/* Random frames, played with random true costs up to the tail: none is late. */
Test(steps, makes_deadlines)
{
	u64 seed = 11, stepped = 0, i;

	for (i = 0; i < 5000; i++) {
		double left, now_ns = 0, energy = 0;
		struct plan_stream *stream;
		struct plan_frame *frame;
		u64 cycles, plans, guard;

		setup();
		stream = kit_stream(&kit, 1, 1);
		cycles = 3000000 + kit_random(&seed, 35000000);
		stream->cost[0].cycles = cycles;
		stream->cost[0].tail_ppm = PLAN_PPM + kit_random(&seed, 200000);
		frame = kit_frame(&kit, 0, 0, 0, 20);
		kit.in.two_opps = true;
		kit.in.cur_khz = 200000;
		kit.in.margin_ppm = 10000;
		left = (double)cycles * stream->cost[0].tail_ppm / PLAN_PPM *
		       (800 + kit_random(&seed, 200)) / 1000;
		if ((double)cycles * stream->cost[0].tail_ppm / PLAN_PPM * 1.02 > 40000000)
			continue;

		for (plans = 0; left > 0; plans++) {
			double end, rate;

			kit_plan(&kit);
			cr_assert(kit.out.feasible);
			cr_assert_lt(plans, 100);
			rate = kit.out.khz / 1e6;
			end = now_ns + left / rate;
			/* the module's timer does not come sooner */
			guard = plan_max(kit.out.guard_ns, kit.in.now_ns + 100000);
			if (kit.out.guard_ns != PLAN_NEVER && end > guard - KIT_NOW)
				end = guard - KIT_NOW;
			stepped += plans && kit.out.khz > kit.in.cur_khz;
			left -= (end - now_ns) * rate;
			energy += (end - now_ns) * rate;
			now_ns = end;
			frame->done_cycles = energy;
			frame->done_ns = now_ns;
			kit.in.now_ns = KIT_NOW + (u64)now_ns;
			kit.in.cur_khz = kit.out.khz;
			if (left < 1)
				break;
		}
		cr_assert_leq(now_ns, 20.0 * MS, "frame %llu", i);
	}
	cr_assert_gt(stepped, 500);
}

/* --- the hold time ---------------------------------------------------------- */

/* A level that others take away each time it is restored: once a hold, then seldom. */
Test(hold, doubles)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 12);
	u32 rises = 0, grant, i;

	stream->period_ns = 20 * MS;
	for (i = 0; i < 1000; i++) {
		/* what is measured with level 1 leaves room for level 2, and is wrong */
		kit.other[0] = stream->grant == 2 ? 600000 : 300000;
		kit.in.nr_frames = 0;
		kit_frame(&kit, 0, 0, 0, 20);
		grant = stream->grant;
		kit_plan(&kit);
		rises += stream->grant > grant;
		kit.in.now_ns += 20 * MS;
	}
	cr_assert_geq(rises, 4);
	cr_assert_leq(rises, 8, "20 s at 4 s each in the end: %u", rises);
	cr_assert_eq(stream->hold_shift, PLAN_HOLD_SHIFT_MAX);

	/* others have gone for good: back soon, and the next trouble finds a short hold */
	kit.other[0] = 0;
	for (i = 0; i < 1000; i++) {
		kit.in.nr_frames = 0;
		kit_frame(&kit, 0, 0, 0, 20);
		kit_plan(&kit);
		kit.in.now_ns += 20 * MS;
	}
	cr_assert_eq(stream->grant, 2);
	kit.other[0] = 600000;
	kit.in.nr_frames = 0;
	kit_frame(&kit, 0, 0, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->hold_shift, 0);
}

/* --- idle CPUs --------------------------------------------------------------- */

/* Voltages 1 and 1.5: busy power goes with frequency times their squares. */
static struct plan_opp idle_opps[] = {
	{ .khz = 500000, .busy_uw = 100000 },
	{ .khz = 1000000, .busy_uw = 200000 },
	{ .khz = 2000000, .busy_uw = 900000 },
};

Test(idle, goes_by_the_voltage_from_the_lowest)
{
	plan_set_idle_power(idle_opps, 3, 20000, 0);
	cr_expect_eq(idle_opps[0].idle_uw, 20000);
	cr_expect_eq(idle_opps[1].idle_uw, 20000);
	cr_expect_eq(idle_opps[2].idle_uw, 45000);
}

Test(idle, goes_as_busy_power_does_between_both_ends)
{
	plan_set_idle_power(idle_opps, 3, 20000, 180000);
	cr_expect_eq(idle_opps[0].idle_uw, 20000);
	cr_expect_eq(idle_opps[1].idle_uw, 40000);
	cr_expect_eq(idle_opps[2].idle_uw, 180000);
	/* Nobody said what the lowest draws. */
	plan_set_idle_power(idle_opps, 3, 0, 160000);
	cr_expect_eq(idle_opps[0].idle_uw, 0);
	cr_expect_eq(idle_opps[1].idle_uw, 20000);
	/* Less at the top than at the lowest is not possible. */
	plan_set_idle_power(idle_opps, 3, 20000, 10000);
	cr_expect_eq(idle_opps[2].idle_uw, 20000);
}

Test(idle, is_at_most_that_of_a_busy_one)
{
	plan_set_idle_power(idle_opps, 3, 150000, 1000000000);
	cr_expect_eq(idle_opps[0].idle_uw, 100000);
	cr_expect_eq(idle_opps[1].idle_uw, 200000);
	cr_expect_eq(idle_opps[2].idle_uw, 900000);
}

Test(idle, goes_by_the_frequency_without_an_energy_model)
{
	struct plan_opp opps[] = { { .khz = 500000 }, { .khz = 1000000 }, { .khz = 2000000 } };

	plan_set_idle_power(opps, 3, 20000, 80000);
	cr_expect_eq(opps[0].idle_uw, 20000);
	cr_expect_eq(opps[1].idle_uw, 40000);
	cr_expect_eq(opps[2].idle_uw, 80000);
	plan_set_idle_power(opps, 3, 20000, 0);
	cr_expect_eq(opps[2].idle_uw, 20000);
	plan_set_idle_power(opps, 1, 20000, 80000);
	cr_expect_eq(opps[0].idle_uw, 20000);
}
