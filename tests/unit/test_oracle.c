// SPDX-License-Identifier: MIT
/*
 * The oracle against brute force, and the planner against the oracle on random task sets.
 * All random choices follow from seeds, which are printed.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "oracle_blind.h"
#include "oracle_fair.h"
#include "oracle_play.h"

#define MS		1000000ULL
#define SLACK_MIN	0.1
#define SETS		2000
#define FIRST_SEED	1000001

TestSuite(oracle, .timeout = 300);

/* --- the oracle itself ------------------------------------------------------ */

static const struct plan_opp opps[] = {
	{ 500000, 100000, 20000 }, { 1000000, 300000, 30000 },
	{ 1500000, 700000, 60000 }, { 2000000, 1400000, 100000 },
};

#define OPPS	4

static double job_ns(const struct oracle_job *job, u32 opp)
{
	return (job->cycles * 1e6 / opps[opp].khz + job->stall_ns) * job->wall;
}

/* Least energy of one job in a time, by any two OPPs. */
static double least_in(const struct oracle_job *job, double ns)
{
	double least = INFINITY;
	u32 a, b;

	for (a = 0; a < OPPS; a++) {
		double t_a = job_ns(job, a), e_a = t_a * oracle_excess_uw(opps, 1, a) * 1e-6;

		if (t_a <= ns + 0.5)
			least = fmin(least, e_a);
		for (b = a + 1; b < OPPS; b++) {
			double t_b = job_ns(job, b), x = (ns - t_b) / (t_a - t_b);
			double e_b = t_b * oracle_excess_uw(opps, 1, b) * 1e-6;

			if (x >= 0 && x <= 1)
				least = fmin(least, x * e_a + (1 - x) * e_b);
		}
	}
	return least;
}

/* Do jobs that take these times make it by earliest deadline first? */
static bool windows_hold(const struct oracle_job *jobs, u32 nr, const double *ns)
{
	u32 r, d, i;

	for (r = 0; r < nr; r++) {
		for (d = 0; d < nr; d++) {
			double demand = 0;

			for (i = 0; i < nr; i++)
				if (jobs[i].release_ns >= jobs[r].release_ns &&
				    jobs[i].deadline_ns <= jobs[d].deadline_ns)
					demand += ns[i];
			if (demand && demand > (double)jobs[d].deadline_ns -
					       (double)jobs[r].release_ns + 1)
				return false;
		}
	}
	return true;
}

static void random_jobs(u64 seed, struct oracle_job *jobs, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		double length = 5 + 20 * oracle_random(seed, i, 0);

		jobs[i].release_ns = 100 * MS + oracle_random(seed, i, 1) * 15 * MS;
		jobs[i].deadline_ns = jobs[i].release_ns + length * MS;
		jobs[i].cycles = (1 + 9 * oracle_random(seed, i, 2)) * 1e6;
		jobs[i].stall_ns = i % 2 ? oracle_random(seed, i, 3) * MS : 0;
		jobs[i].wall = 1 + oracle_random(seed, i, 4) / 4;
	}
}

Test(oracle, one_job_takes_all_its_time)
{
	struct oracle_job job = { 0, 0, 10 * MS, 8e6, 0, 1 };
	double walls, nj = oracle_least_nj(&job, 1, opps, OPPS, 1, &walls);

	/* 8 M in 10 ms: 0.6 of the work at 1 GHz, 0.4 at 0.5 */
	cr_assert_float_eq(walls, 10 * MS, 1);
	cr_assert_float_eq(nj, 6 * 280000.0 + 4 * 80000.0, 1);
	cr_assert_float_eq(oracle_slack(&job, 1, 2000000), 0.6, 1e-9);
	job.deadline_ns = 100 * MS;
	nj = oracle_least_nj(&job, 1, opps, OPPS, 1, &walls);
	cr_assert_float_eq(walls, 16 * MS, 1, "slower than the lowest OPP there is nothing");
	job.deadline_ns = 3 * MS;
	cr_assert_lt(oracle_least_nj(&job, 1, opps, OPPS, 1, NULL), 0);
	cr_assert_lt(oracle_slack(&job, 1, 2000000), 0);
	cr_assert_float_eq(oracle_slack(&job, 0, 2000000), 1, 1e-9);
}

/* Two that share the CPU end later than one after the other would. */
Test(oracle, fair_cpu_gives_each_its_share)
{
	struct oracle_job jobs[] = {
		{ 0, 0, 10 * MS, 4e6, 0, 1 },
		{ 1, 0, 40 * MS, 16e6, 0, 1 },
		{ 0, 20 * MS, 40 * MS, 1e6, 0, 2 },
	};

	cr_assert_float_eq(oracle_fair_slack(jobs, 1, 1000000), 0.6, 1e-9);
	cr_assert_float_eq(oracle_fair_slack(jobs, 2, 1000000), 0.2, 1e-9, "8 of 10 ms");
	cr_assert_float_eq(oracle_fair_slack(jobs, 3, 1000000), 0.2, 1e-9);
	cr_assert_float_eq(oracle_fair_slack(jobs + 2, 1, 1000000), 0.9, 1e-9);
	jobs[1].cycles = 24e6;
	/* of 4 M left at 20 ms half is done at 24, when the other ends, and the rest at 26 */
	cr_assert_float_eq(oracle_fair_slack(jobs + 1, 2, 1000000), 0.35, 1e-9);
	jobs[1].stream = 0;
	jobs[1].deadline_ns = 21 * MS;
	cr_assert_lt(oracle_fair_slack(jobs, 2, 1000000), 0, "one after the other");
	cr_assert_float_eq(oracle_fair_slack(jobs, 0, 1000000), 1, 1e-9);
}

/* No choice of times on a grid that holds in all windows takes less. */
Test(oracle, is_the_least_of_a_grid)
{
	enum { JOBS = 3, GRID = 40 };
	u32 compared = 0;
	u64 seed;

	for (seed = 1; seed <= 100; seed++) {
		double fast[JOBS], slow[JOBS], cost[JOBS][GRID], ns[JOBS], best = INFINITY, nj;
		struct oracle_job jobs[JOBS];
		u32 i, k, at;

		random_jobs(seed, jobs, JOBS);
		for (i = 0; i < JOBS; i++) {
			fast[i] = job_ns(&jobs[i], OPPS - 1);
			slow[i] = job_ns(&jobs[i], 0);
			for (k = 0; k < GRID; k++)
				cost[i][k] = least_in(&jobs[i], fast[i] + (slow[i] - fast[i]) *
								k / (GRID - 1));
		}
		for (at = 0; at < GRID * GRID * GRID; at++) {
			u32 index[JOBS] = { at % GRID, at / GRID % GRID, at / GRID / GRID };
			double sum = 0;

			for (i = 0; i < JOBS; i++) {
				ns[i] = fast[i] + (slow[i] - fast[i]) * index[i] / (GRID - 1);
				sum += cost[i][index[i]];
			}
			if (sum < best && windows_hold(jobs, JOBS, ns))
				best = sum;
		}
		nj = oracle_least_nj(jobs, JOBS, opps, OPPS, 1, ns);
		cr_assert_eq(nj < 0, isinf(best), "seed %llu", seed);
		if (nj < 0)
			continue;
		compared++;
		cr_assert_leq(nj, best * (1 + 1e-9), "seed %llu: %g against %g", seed, nj, best);
		cr_assert_geq(nj, best * 0.95, "seed %llu: %g against %g", seed, nj, best);
		cr_assert(windows_hold(jobs, JOBS, ns), "seed %llu", seed);
	}
	cr_assert_gt(compared, 50);
}

/* Who does not know which frame comes begins as slowly as the longest permits. */
Test(oracle, blind_hurries_late)
{
	struct oracle_job jobs[] = {
		{ 0, 0, 10 * MS, 8e6, 0, 1 },
		{ 0, 20 * MS, 30 * MS, 8e6, 0, 1 },
		{ 0, 40 * MS, 50 * MS, 12e6, 0, 1 },
	};
	double alike = oracle_least_nj(jobs, 2, opps, OPPS, 1, NULL), nj;

	cr_assert_float_eq(oracle_blind_nj(jobs, 2, opps, OPPS, 1), alike, 1);
	/* 8 M at 1 GHz in 8 ms by all, 4 M at 2 GHz in 2 ms by one: power 280 and 1380 mW */
	nj = oracle_blind_nj(jobs, 3, opps, OPPS, 1);
	cr_assert_float_eq(nj, 3 * 8 * 280000.0 + 2 * 1380000.0, 1);
	cr_assert_gt(nj, oracle_least_nj(jobs, 3, opps, OPPS, 1, NULL));
	jobs[2].cycles = 21e6;
	cr_assert_lt(oracle_blind_nj(jobs, 3, opps, OPPS, 1), 0, "10.5 ms at the top");
	cr_assert_eq(oracle_blind_nj(jobs, 0, opps, OPPS, 1), 0);
}

/* No schedule of two frequencies, changed once on the way, takes less. */
Test(oracle, blind_is_the_least_of_a_grid)
{
	enum { JOBS = 8, GRID = 200 };
	u64 seed;

	for (seed = 1; seed <= 50; seed++) {
		double nj, best = INFINITY, longest = 0;
		struct oracle_job jobs[JOBS];
		u32 i, at, a, b;

		for (i = 0; i < JOBS; i++) {
			jobs[i] = (struct oracle_job){ 0, 0, 10 * MS, 0, 0, 1 };
			jobs[i].cycles = (4 + 8 * oracle_random(seed, i, 0)) * 1e6;
			longest = fmax(longest, jobs[i].cycles);
		}
		nj = oracle_blind_nj(jobs, JOBS, opps, OPPS, 1);
		for (at = 0; at < GRID * OPPS * OPPS; at++) {
			double turn = longest * (at / OPPS / OPPS) / (GRID - 1), sum = 0;

			a = at % OPPS;
			b = at / OPPS % OPPS;
			if (turn / opps[a].khz + (longest - turn) / opps[b].khz > 10)
				continue;
			for (i = 0; i < JOBS; i++) {
				double slow = fmin(jobs[i].cycles, turn);

				sum += slow / opps[a].khz * oracle_excess_uw(opps, 1, a) +
				       (jobs[i].cycles - slow) / opps[b].khz *
				       oracle_excess_uw(opps, 1, b);
			}
			best = fmin(best, sum);
		}
		cr_assert_leq(nj, best * (1 + 1e-9), "seed %llu: %g against %g", seed, nj, best);
		cr_assert_geq(nj, best * 0.9, "seed %llu: %g against %g", seed, nj, best);
	}
}

/* --- the planner beside it -------------------------------------------------- */

/**
 * struct tally - sets of one kind
 * @sets: those that the oracle leaves slack enough
 * @frames: their frames
 * @missed: of those, late without a surprise
 * @compared: sets whose energy is compared
 * @sum: of their ratios of energy
 * @worst: of these
 * @above: ratios above 1.25
 */
struct tally {
	u32 sets;
	u32 frames;
	u32 missed;
	u32 compared;
	double sum;
	double worst;
	u32 above;
};

static void count(struct tally *tally, const struct oracle_verdict *v, double least_nj)
{
	double ratio = v->energy_nj / least_nj;

	tally->sets++;
	tally->frames += v->frames;
	tally->missed += v->missed;
	if (v->slack_played < SLACK_MIN || least_nj <= 0)
		return;
	tally->compared++;
	tally->sum += ratio;
	tally->worst = fmax(tally->worst, ratio);
	tally->above += ratio > 1.25;
}

static double ppm(const struct tally *tally)
{
	return tally->missed * 1e6 / tally->frames;
}

static void tell(const char *what, const struct tally *tally)
{
	cr_log_info("%s: %u sets, %u of %u frames missed, energy x%.3f on the mean, x%.3f at worst, "
		    "%u of %u above x1.25", what, tally->sets, tally->missed, tally->frames,
		    tally->sum / tally->compared, tally->worst, tally->above, tally->compared);
}

/*
 * Where the oracle, which knows every cost beforehand and shares the CPU in the same way,
 * leaves a tenth of its time free, no frame is late if costs are bounded, and far fewer than
 * the target of 1,000 ppm otherwise. Where some frame may always take longer, a quarter above
 * the oracle's energy is more than the future is worth: that is held against who does not
 * know it either.
 */
Test(oracle, planner_beside_it)
{
	struct tally bounded = { 0 }, edf = { 0 }, blind = { 0 }, fair = { 0 };
	u32 i;

	for (i = 0; i < SETS; i++) {
		struct oracle_verdict v;
		struct oracle_set set;

		oracle_set_init(&set, FIRST_SEED + i);
		cr_assert_eq(oracle_judge(&set, &v, NULL), 0);
		if (v.slack_lowest < SLACK_MIN)
			continue;
		count(set.fair ? &fair : &edf, &v, v.least_nj);
		if (!set.fair && oracle_set_bounded(&set))
			count(&bounded, &v, v.least_nj);
		if (!set.fair && set.nr_streams == 1)
			count(&blind, &v, v.blind_nj);
		if (v.slack_played >= SLACK_MIN && !v.missed && !v.excused)
			cr_assert_geq(v.ratio, 0.9999, "seed %u: less than the least energy", FIRST_SEED + i);
	}
	tell("bounded costs, earliest deadline first", &bounded);
	tell("all costs, earliest deadline first", &edf);
	tell("one stream, over who does not know the future", &blind);
	tell("all costs, CPUs shared evenly", &fair);
	cr_assert_gt(bounded.sets, SETS / 3);
	cr_assert_gt(blind.compared, SETS / 10);
	cr_assert_eq(bounded.missed, 0);
	cr_assert_leq(ppm(&edf), 100);
	cr_assert_leq(ppm(&fair), 500);
	cr_assert_leq(edf.sum / edf.compared, 1.10);
	cr_assert_leq(blind.above, 0);
	cr_assert_leq(bounded.above, bounded.compared / 200);
	cr_assert_leq(edf.above, edf.compared / 100);
}
