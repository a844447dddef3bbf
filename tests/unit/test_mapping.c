// SPDX-License-Identifier: MIT
/* The mapping: which cluster streams run on, against every mapping there is. */
#include <criterion/criterion.h>
#include <linux/dnn_gov.h>
#include <stdio.h>

#include "mapping.h"
#include "planner_kit.h"

#define A7	0
#define A15	1

/* Odroid XU3: MHz, and mW of one busy core. */
static const u32 a7_mw[] = { 14, 21, 28, 35, 46, 58, 70, 86, 103, 121, 142, 167, 198 };
static const u32 a15_mw[] = { 74, 111, 146, 182, 219, 255, 299, 343, 401, 465, 540, 614, 697,
	789, 909, 1049, 1188, 1405, 1675 };

struct board {
	struct map_input in;
	struct map_output out;
	struct map_cluster clusters[MAP_MAX_CLUSTERS];
	struct plan_opp opps[MAP_MAX_CLUSTERS][PLAN_MAX_OPPS];
	u32 other[MAP_MAX_CLUSTERS][PLAN_MAX_CPUS];
	struct map_stream streams[MAP_MAX_STREAMS];
	struct map_scratch scratch;
};

static struct board b;

static void add_cluster(u32 type, const u32 *mw, u32 nr_opps, u32 nr_cpus)
{
	u32 c = b.in.nr_clusters++, i;

	for (i = 0; i < nr_opps; i++)
		b.opps[c][i] = (struct plan_opp) {
			.khz = 200000 + 100000 * i,
			.busy_uw = mw[i] * 1000,
		};
	b.clusters[c] = (struct map_cluster) {
		.opps = b.opps[c],
		.nr_opps = nr_opps,
		.min_khz = b.opps[c][0].khz,
		.max_khz = b.opps[c][nr_opps - 1].khz,
		.type = type,
		.capacity = type == A15 ? 1024 : 377,
		.cpus = (1ULL << nr_cpus) - 1,
		.nr_cpus = nr_cpus,
		.other_ppm = b.other[c],
		.margin_ppm = 20000,
	};
}

static void board_init(u32 nr_cpus)
{
	memset(&b, 0, sizeof(b));
	b.in.clusters = b.clusters;
	b.in.streams = b.streams;
	b.in.scratch = &b.scratch;
	add_cluster(A7, a7_mw, sizeof(a7_mw) / sizeof(*a7_mw), nr_cpus);
	add_cluster(A15, a15_mw, sizeof(a15_mw) / sizeof(*a15_mw), nr_cpus);
}

/* Level k takes k * @mcycles of an A15, and 1.9 times that of an A7. */
static struct map_stream *add_stream(u32 levels, u32 period_ms, u32 mcycles, u32 cluster)
{
	struct map_stream *st = &b.streams[b.in.nr_streams++];
	u32 i, c;

	*st = (struct map_stream) {
		.levels = levels,
		.min_level = 1,
		.period_ns = period_ms * MS,
		.deadline_ns = period_ms * MS,
		.weight = 1,
		.cluster = cluster,
	};
	for (i = 0; i < levels; i++) {
		st->accuracy_ppm[i] = 800000 - 200000 / (i + 1);
		st->cost[A15][i] = (struct plan_cost) {
			.cycles = (i + 1) * mcycles * MCYCLES,
			.tail_ppm = PLAN_PPM,
		};
		st->cost[A7][i] = st->cost[A15][i];
		st->cost[A7][i].cycles = st->cost[A15][i].cycles * 19 / 10;
	}
	for (c = 0; c < b.in.nr_clusters; c++)
		st->cpus[c] = b.clusters[c].cpus;
	return st;
}

static void map_now(void)
{
	map_streams(&b.in, &b.out);
}

/********************************* One stream ***********************************/

Test(mapping, a_light_stream_goes_to_the_little_cluster)
{
	board_init(4);
	add_stream(1, 100, 10, A15);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
	cr_assert_eq(b.out.moved, 1);
	/* 19 Mcycles in 100 ms, with the doubt */
	cr_assert_eq(b.out.khz[A7], 300000);
	map_now();
	cr_assert_eq(b.out.moved, 0);
}

Test(mapping, a_heavy_stream_goes_to_the_big_cluster)
{
	board_init(4);
	add_stream(4, 33, 10, A7);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A15);
	cr_assert_eq(b.streams[0].level, 4);
	cr_assert_eq(b.out.late_ppm, 0);
}

Test(mapping, a_goal_for_little_energy_does_not_need_the_big_cluster)
{
	board_init(4);
	add_stream(4, 33, 10, A7);
	b.streams[0].goal = DNN_GOV_GOAL_MIN_ENERGY;
	b.streams[0].floor_ppm = 650000;
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
	cr_assert_eq(b.streams[0].level, 2);
}

Test(mapping, a_balance_goes_where_energy_is_cheap)
{
	struct map_stream *st;

	board_init(4);
	st = add_stream(4, 33, 10, A15);
	st->goal = DNN_GOV_GOAL_BALANCED;
	st->balance_ppm = 900000;
	map_now();
	cr_assert_eq(st->cluster, A7);
	cr_assert_lt(st->level, 4);
	st->balance_ppm = 0;
	map_now();
	cr_assert_eq(st->cluster, A15);
	cr_assert_eq(st->level, 4);
}

Test(mapping, a_cap_moves_a_stream_and_its_end_moves_it_back)
{
	struct map_stream *st;

	board_init(4);
	st = add_stream(4, 100, 5, A15);
	map_now();
	cr_assert_eq(st->cluster, A7);
	b.clusters[A7].max_khz = 300000;
	map_now();
	cr_assert_eq(st->cluster, A15);
	cr_assert_eq(st->level, 4);
	b.clusters[A7].max_khz = 1400000;
	map_now();
	cr_assert_eq(st->cluster, A7);
}

Test(mapping, nowhere_is_not_a_place_to_stay)
{
	board_init(4);
	add_stream(1, 100, 10, MAP_NOWHERE);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
}

Test(mapping, a_mask_is_kept)
{
	board_init(4);
	add_stream(1, 100, 10, A15)->cpus[A7] = 0;
	add_stream(1, 100, 10, 7)->cpus[A7] = 0;
	b.streams[1].cpus[A15] = 0;
	map_now();
	cr_assert_eq(b.streams[0].cluster, A15);
	cr_assert_eq(b.streams[1].cluster, MAP_NOWHERE);
	/* CPUs that are offline are no place either */
	b.streams[0].cpus[A7] = 2;
	b.clusters[A7].cpus = 13;
	map_now();
	cr_assert_eq(b.streams[0].cluster, A15);
	b.clusters[A7].cpus = 15;
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
}

Test(mapping, a_wrong_guess_is_followed)
{
	struct map_stream *st;

	board_init(4);
	st = add_stream(1, 100, 30, A15);
	map_now();
	cr_assert_eq(st->cluster, A7);
	/* it turns out that the little cores are not made for it at all */
	st->cost[A7][0].cycles *= 3;
	map_now();
	cr_assert_eq(st->cluster, A15);
}

Test(mapping, waking_a_cluster_has_its_price)
{
	board_init(4);
	b.clusters[A7].wake_uw = 100000;
	add_stream(1, 100, 10, A15);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A15);
	/* unless somebody else keeps it awake */
	b.other[A7][3] = PLAN_PPM;
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
}

Test(mapping, without_an_energy_model_the_guess_goes_with_capacity)
{
	u32 i;

	board_init(4);
	for (i = 0; i < b.clusters[A7].nr_opps; i++)
		b.opps[A7][i].busy_uw = 0;
	add_stream(1, 100, 20, A15);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
}

/********************************* Two streams **********************************/

Test(mapping, two_streams_part_where_that_is_cheaper)
{
	board_init(4);
	/* The heavy one sets the clock of whoever is beside it. */
	add_stream(4, 33, 12, A15);
	add_stream(1, 100, 10, A15);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A15);
	cr_assert_eq(b.streams[1].cluster, A7);
	map_now();
	cr_assert_eq(b.out.moved, 0);
}

Test(mapping, two_streams_of_one_cpu_part)
{
	u64 together;
	u32 i;

	/* One CPU each: half of an A7 and a bit more for both; only one fits there. */
	board_init(1);
	for (i = 0; i < 2; i++)
		add_stream(1, 100, 40, A15);
	map_now();
	cr_assert_neq(b.streams[0].cluster, b.streams[1].cluster);
	together = b.out.uw;
	b.streams[0].cpus[A7] = 0;
	b.streams[1].cpus[A7] = 0;
	b.streams[0].cluster = b.streams[1].cluster = A15;
	map_now();
	cr_assert_gt(b.out.uw, together);
}

Test(mapping, streams_that_are_held_stay)
{
	board_init(4);
	add_stream(1, 100, 10, A15)->held = true;
	add_stream(1, 100, 10, A15);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A15);
	cr_assert_eq(b.streams[1].cluster, A7);
	/* but not where they may not be any more */
	b.streams[0].cpus[A15] = 0;
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
}

Test(mapping, small_savings_move_nobody)
{
	board_init(4);
	/* two clusters alike but for 4 % */
	b.in.nr_clusters = 1;
	add_cluster(A7, a7_mw, sizeof(a7_mw) / sizeof(*a7_mw), 4);
	add_stream(1, 100, 20, 0);
	for (u32 i = 0; i < b.clusters[0].nr_opps; i++) {
		b.opps[0][i].busy_uw = 100000 + 1000 * i;
		b.opps[1][i].busy_uw = 96000 + 960 * i;
	}
	/* the same room, or the doubt decides */
	b.clusters[0].max_khz = b.clusters[0].min_khz = 800000;
	b.clusters[1].max_khz = b.clusters[1].min_khz = 800000;
	map_now();
	cr_assert_eq(b.streams[0].cluster, 0);
	for (u32 i = 0; i < b.clusters[0].nr_opps; i++)
		b.opps[1][i].busy_uw = 94000 + 940 * i;
	map_now();
	cr_assert_eq(b.streams[0].cluster, 1);
}

/* What is learnt wavers from frame to frame. */
Test(mapping, wavering_costs_make_nobody_wander)
{
	u64 seed = 7;
	u32 round, wandering = 0, worst = 0;

	for (u32 mcycles = 4; mcycles <= 48; mcycles++) {
		u32 moves = 0;

		board_init(4);
		add_stream(1, 50, mcycles, A15);
		add_stream(2, 33, 8, A7);
		map_now();
		for (round = 0; round < 100; round++) {
			for (u32 i = 0; i < 2; i++) {
				struct plan_cost *cost = b.streams[i].cost[b.streams[i].cluster];
				u64 mean = i ? 8 : mcycles;

				mean *= MCYCLES * (b.streams[i].cluster == A7 ? 19 : 10) / 10;
				for (u32 l = 0; l < b.streams[i].levels; l++)
					cost[l].cycles = (l + 1) * mean *
							 (980 + kit_random(&seed, 41)) / 1000;
			}
			map_now();
			moves += b.out.moved;
		}
		wandering += moves > 4;
		if (moves > worst)
			worst = moves;
	}
	printf("of 45 pairs of streams %u wander, at most %u moves in 100\n", wandering, worst);
	cr_assert_leq(wandering, 2);
}

/*********************************** Power **************************************/

static u64 budget_sum(void)
{
	u64 sum = 0;

	for (u32 c = 0; c < b.in.nr_clusters; c++)
		sum += b.out.budget_uw[c];
	return sum;
}

Test(mapping, no_budget_is_any)
{
	board_init(4);
	add_stream(4, 33, 10, A15);
	map_now();
	cr_assert_eq(budget_sum(), 0);
}

Test(mapping, a_budget_is_shared_by_need)
{
	board_init(4);
	add_stream(4, 33, 12, A15);
	add_stream(1, 100, 10, A7);
	b.in.budget_uw = 600000;
	map_now();
	cr_assert_leq(budget_sum(), 600000);
	cr_assert_geq(budget_sum(), 599990, "all of it is given away");
	cr_assert_lt(b.streams[0].level, 4, "it needs 789 mW");
	cr_assert_gt(b.out.budget_uw[A15], b.out.budget_uw[A7]);
	cr_assert_geq(b.out.budget_uw[A7], 14000);
	b.in.budget_uw = 5000000;
	map_now();
	cr_assert_eq(b.streams[0].level, 4);
	cr_assert_leq(budget_sum(), 5000000);
}

Test(mapping, a_budget_that_is_too_small_is_not_exceeded)
{
	board_init(4);
	add_stream(4, 33, 12, A15)->cpus[A7] = 0;
	add_stream(4, 33, 12, A7)->cpus[A15] = 0;
	for (u32 uw = 1000; uw < 2000000; uw += uw / 3) {
		b.in.budget_uw = uw;
		map_now();
		cr_assert_leq(budget_sum(), uw);
		for (u32 c = 0; c < 2; c++)
			cr_assert_neq(b.out.budget_uw[c], 0, "0 would be any");
	}
}

Test(mapping, a_cluster_of_its_own_budget_is_left_for_another)
{
	board_init(4);
	add_stream(1, 100, 20, A7);
	map_now();
	cr_assert_eq(b.streams[0].cluster, A7);
	b.clusters[A7].budget_uw = 20000;
	map_now();
	cr_assert_eq(b.streams[0].cluster, A15);
}

/* What is left of the common budget is not for who may not use it. */
Test(mapping, a_share_is_not_above_the_clusters_own_budget)
{
	board_init(4);
	add_stream(1, 100, 10, A7);
	b.other[A15][0] = PLAN_PPM;
	b.clusters[A15].follow_khz = 2000000;
	b.clusters[A15].budget_uw = 300000;
	b.in.budget_uw = 5000000;
	map_now();
	cr_assert_leq(b.out.budget_uw[A15], 300000);
	cr_assert_eq(b.streams[0].cluster, A7);
	cr_assert_geq(b.out.budget_uw[A7], 20000);
	b.clusters[A15].budget_uw = 0;
	map_now();
	cr_assert_gt(b.out.budget_uw[A15], 300000);
}

/* A frame that is too dear loses levels, down to what must be. */
Test(mapping, energy_budgets_take_levels)
{
	struct map_stream *st;
	u32 level;

	board_init(4);
	st = add_stream(4, 100, 5, A7);
	map_now();
	cr_assert_eq(st->level, 4);
	/* 19 M cycles, two levels, at 21 mW and 300 MHz are 1.33 mJ; three are 2 mJ */
	st->energy_budget_nj = 1500000;
	map_now();
	cr_assert_eq(st->level, 2, "%u", st->level);
	st->energy_budget_nj = 1;
	for (level = 1; level <= 4; level++) {
		st->min_level = level;
		map_now();
		cr_assert_eq(st->level, level);
	}
}

/* Who is bound to one CPU of a cluster has it, others use what there is beside. */
Test(mapping, bound_streams_go_first)
{
	board_init(2);
	/* 70 % of a CPU at the top, and 50 % twice: together they fit in one way only */
	add_stream(1, 100, 140, A15)->cpus[A15] = 1;
	add_stream(1, 100, 90, A15);
	add_stream(1, 100, 90, A15);
	for (u32 i = 0; i < 3; i++)
		b.streams[i].cpus[A7] = 0;
	map_now();
	cr_assert_eq(b.out.late_ppm, 0);
	b.streams[0].cpus[A15] = 3;
	b.streams[1].cpus[A15] = 1;
	b.streams[2].cpus[A15] = 1;
	map_now();
	cr_assert_eq(b.out.late_ppm, 0);
	b.streams[0].cpus[A15] = 1;
	map_now();
	cr_assert_gt(b.out.late_ppm, 300000);
}

/* Streams keep to their clusters also where they are looked at in pairs. */
Test(mapping, masks_are_kept_in_pairs)
{
	for (u32 n = 0; n < 8; n++) {
		board_init(2);
		for (u32 i = 0; i < 4; i++) {
			struct map_stream *st = add_stream(3, 50, 5 + 5 * i, i & 1);

			st->goal = i & 2 ? DNN_GOV_GOAL_BALANCED : DNN_GOV_GOAL_MAX_ACCURACY;
			st->balance_ppm = 500000;
			if (i && n >> (i - 1) & 1)
				st->cpus[i & 1] = 0;
		}
		map_now();
		for (u32 i = 0; i < 4; i++)
			cr_assert(b.streams[i].cpus[b.streams[i].cluster], "%u of %u", i, n);
	}
}

/* A level that takes as much as a lower one saves nothing. */
Test(mapping, levels_that_save_nothing_are_passed_over)
{
	struct map_stream *st;

	board_init(4);
	st = add_stream(3, 20, 30, A15);
	st->cpus[A7] = 0;
	st->cost[A15][1] = st->cost[A15][2];
	map_now();
	cr_assert_eq(st->level, 1);
	cr_assert_eq(b.out.late_ppm, 0);
}

Test(mapping, other_tasks_get_what_streams_do_not_need)
{
	board_init(4);
	add_stream(1, 100, 10, A7);
	b.other[A15][0] = PLAN_PPM;
	b.clusters[A15].follow_khz = 2000000;
	b.in.budget_uw = 1000000;
	map_now();
	cr_assert_leq(budget_sum(), 1000000);
	cr_assert_gt(b.out.budget_uw[A15], 800000);
	/* 20 mW at the least for a stream that runs at 300 MHz */
	cr_assert_geq(b.out.budget_uw[A7], 20000);
}

/***************************** Against all mappings *****************************/

#define FEW		4
#define FEW_LEVELS	3
#define CPUS		2

struct result {
	bool feasible;
	u64 accuracy;
	double uw;
};

/* Can the shares be split over two CPUs? */
static bool fits(const double *share, u32 nr, const u32 *other)
{
	for (u32 split = 0; split < 1U << nr; split++) {
		double sum[CPUS] = { 0 };

		for (u32 i = 0; i < nr; i++)
			sum[split >> i & 1] += share[i];
		if (sum[0] <= (PLAN_PPM - other[0]) * 1e-6 && sum[1] <= (PLAN_PPM - other[1]) * 1e-6)
			return true;
	}
	return false;
}

/* The least power of a cluster for streams and levels; below 0: it does not work. */
static double cluster_uw(u32 c, const u32 *place, const u32 *level)
{
	const struct map_cluster *cl = &b.clusters[c];
	double best = -1, share[FEW];

	for (u32 o = 0; o < cl->nr_opps; o++) {
		double uw = cl->wake_uw * (1 - (b.other[c][0] > b.other[c][1] ?
						b.other[c][0] : b.other[c][1]) * 1e-6);
		u32 nr = 0;

		if (cl->opps[o].khz > cl->max_khz)
			break;
		if (cl->opps[o].khz < cl->follow_khz && o < cl->nr_opps - 1 &&
		    cl->opps[o + 1].khz <= cl->max_khz)
			continue;
		for (u32 i = 0; i < b.in.nr_streams; i++) {
			const struct map_stream *st = &b.streams[i];
			const struct plan_cost *cost = &st->cost[cl->type][level[i] - 1];
			double ns = cost->cycles * 1e6 / cl->opps[o].khz + cost->stall_ns;

			if (place[i] != c)
				continue;
			share[nr++] = ns * cost->tail_ppm * 1e-6 * 1.02 /
				      (st->deadline_ns < st->period_ns ? st->deadline_ns :
				       st->period_ns);
			uw += ns / st->period_ns * cl->opps[o].busy_uw;
		}
		if (!nr)
			return 0;
		if (fits(share, nr, cl->other_ppm) && (best < 0 || uw < best))
			best = uw;
	}
	return best;
}

static void try_levels(const u32 *place, struct result *best)
{
	u32 combinations = 1, level[FEW];

	for (u32 i = 0; i < b.in.nr_streams; i++)
		combinations *= b.streams[i].levels;
	for (u32 n = 0; n < combinations; n++) {
		struct result r = { .feasible = true };
		u32 rest = n;

		for (u32 i = 0; i < b.in.nr_streams; i++) {
			level[i] = rest % b.streams[i].levels + 1;
			rest /= b.streams[i].levels;
			r.accuracy += (u64)b.streams[i].weight *
				      b.streams[i].accuracy_ppm[level[i] - 1];
		}
		if (best->feasible && r.accuracy < best->accuracy)
			continue;
		for (u32 c = 0; c < b.in.nr_clusters && r.feasible; c++) {
			double uw = cluster_uw(c, place, level);

			r.feasible = uw >= 0;
			r.uw += uw;
		}
		if (r.feasible && (!best->feasible || r.accuracy > best->accuracy ||
				   r.uw < best->uw))
			*best = r;
	}
}

static struct result try_all(void)
{
	struct result best = { .feasible = false };
	u32 mappings = 1, place[FEW];

	for (u32 i = 0; i < b.in.nr_streams; i++)
		mappings *= b.in.nr_clusters;
	for (u32 n = 0; n < mappings; n++) {
		u32 rest = n;

		for (u32 i = 0; i < b.in.nr_streams; i++) {
			place[i] = rest % b.in.nr_clusters;
			rest /= b.in.nr_clusters;
		}
		try_levels(place, &best);
	}
	return best;
}

static void random_board(u64 *seed)
{
	u32 nr;

	board_init(CPUS);
	if (!kit_random(seed, 3))
		add_cluster(2, a15_mw, 11, CPUS);
	for (u32 c = 0; c < b.in.nr_clusters; c++) {
		if (!kit_random(seed, 3))
			b.other[c][kit_random(seed, CPUS)] = kit_random(seed, 600000);
		if (!kit_random(seed, 4))
			b.clusters[c].max_khz = 400000 + 100000 * kit_random(seed, 8);
		if (!kit_random(seed, 4))
			b.clusters[c].wake_uw = kit_random(seed, 60000);
		if (!kit_random(seed, 5))
			b.clusters[c].follow_khz = kit_random(seed, 1000000);
	}
	nr = 1 + kit_random(seed, FEW);
	for (u32 i = 0; i < nr; i++) {
		struct map_stream *st = add_stream(1 + kit_random(seed, FEW_LEVELS),
						   10 + kit_random(seed, 90),
						   1 + kit_random(seed, 20), MAP_NOWHERE);

		st->weight = 1 + kit_random(seed, 4);
		if (!kit_random(seed, 3))
			st->deadline_ns = st->deadline_ns * (400 + kit_random(seed, 600)) / 1000;
		for (u32 l = 0; l < st->levels; l++) {
			st->cost[A15][l].tail_ppm = st->cost[A7][l].tail_ppm = 1100000;
			st->cost[A15][l].stall_ns = st->cost[A7][l].stall_ns =
				kit_random(seed, 2) * (l + 1) * MS / 2;
			st->cost[2][l] = st->cost[A15][l];
			st->cost[2][l].cycles = st->cost[A15][l].cycles *
						(1000 + kit_random(seed, 500)) / 1000;
		}
	}
}

Test(mapping, against_all_mappings, .timeout = 120)
{
	u64 seed = 20261123;
	u32 feasible = 0, missed = 0, less = 0, dearer = 0;
	double accuracy_gap = 0, accuracy_worst = 0, energy_gap = 0, energy_worst = 0;

	for (u32 round = 0; round < 600; round++) {
		struct result best;
		double gap;

		random_board(&seed);
		best = try_all();
		map_now();
		if (!best.feasible)
			continue;
		feasible++;
		if (b.out.late_ppm) {
			missed++;
			continue;
		}
		cr_assert_leq(b.out.accuracy, best.accuracy, "round %u: better than the best", round);
		gap = (double)(best.accuracy - b.out.accuracy) / best.accuracy;
		accuracy_gap += gap;
		if (gap > accuracy_worst)
			accuracy_worst = gap;
		less += gap > 0;
		if (gap > 0)
			continue;
		gap = b.out.uw / best.uw - 1;
		cr_assert_geq(gap, -1e-3, "round %u: cheaper than the cheapest, %f", round, gap);
		energy_gap += gap;
		if (gap > energy_worst)
			energy_worst = gap;
		dearer += gap > 1e-3;
	}
	energy_gap /= feasible - missed - less;
	accuracy_gap /= feasible - missed;
	printf("of %u feasible sets: %u not found, %u less accurate (mean gap %.3f %%, worst %.1f %%), "
	       "%u dearer (mean gap %.3f %%, worst %.1f %%)\n", feasible, missed, less,
	       accuracy_gap * 100, accuracy_worst * 100, dearer, energy_gap * 100,
	       energy_worst * 100);
	cr_assert_gt(feasible, 300);
	cr_assert_leq(missed, feasible / 100);
	cr_assert_leq(accuracy_gap, 0.002);
	cr_assert_leq(accuracy_worst, 0.15);
	cr_assert_leq(energy_gap, 0.01);
	/* few and then much: streams are put on CPUs as a scheduler would, here by all ways */
	cr_assert_leq(dearer, feasible / 50);
	cr_assert_leq(energy_worst, 0.6);
}

/* Many streams: it ends, nothing is out of range, and it stays as it is. */
Test(mapping, many_streams, .timeout = 60)
{
	u64 seed = 3;

	board_init(4);
	for (u32 i = 0; i < MAP_MAX_STREAMS; i++)
		add_stream(1 + kit_random(&seed, 8), 50 + kit_random(&seed, 500),
			   1 + kit_random(&seed, 4), kit_random(&seed, 3));
	b.in.budget_uw = 3000000;
	map_now();
	for (u32 i = 0; i < MAP_MAX_STREAMS; i++) {
		cr_assert_lt(b.streams[i].cluster, 2);
		cr_assert_geq(b.streams[i].level, 1);
		cr_assert_leq(b.streams[i].level, b.streams[i].levels);
	}
	cr_assert_leq(budget_sum(), b.in.budget_uw);
}

Test(mapping, absurd_input)
{
	board_init(4);
	for (u32 i = 0; i < 3; i++) {
		struct map_stream *st = add_stream(16, 1, 1, 200);

		st->period_ns = i ? ~0ULL : 0;
		st->deadline_ns = i > 1 ? ~0ULL : 0;
		st->levels = 99;
		st->min_level = 77;
		for (u32 l = 0; l < PLAN_MAX_LEVELS; l++)
			st->cost[A7][l] = st->cost[A15][l] =
				(struct plan_cost) { ~0ULL, ~0ULL, ~0U };
	}
	b.clusters[A7].max_khz = 0;
	b.clusters[A15].min_khz = ~0U;
	b.in.budget_uw = 1;
	map_now();
	cr_assert_gt(b.out.late_ppm, 0);
	b.in.nr_streams = 0;
	map_now();
	cr_assert_eq(b.out.moved, 0);
}
