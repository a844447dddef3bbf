// SPDX-License-Identifier: MIT
#include "sim_kit.h"

#include <criterion/criterion.h>
#include <string.h>

#define MS 1000000ULL

void sim_kit_init(struct sim_kit *kit, u32 cpus)
{
	struct platform_cluster *c = &kit->s.platform.clusters[0];

	memset(kit, 0, sizeof(*kit));
	strcpy(kit->s.name, "kit");
	strcpy(c->name, "big");
	kit->s.platform.nr_clusters = 1;
	kit->s.duration_ns = 100 * MS;
	kit->s.warm_ns = 10 * MS;
	c->nr_cpus = cpus;
	c->fast = true;
	c->nr_opps = 2;
	c->opps[0] = (struct platform_opp){ 1000000, 400, 50, 500000 };
	c->opps[1] = (struct platform_opp){ 2000000, 1000, 100, 1000000 };
}

void sim_kit_ten_opps(struct sim_kit *kit)
{
	struct platform_cluster *c = &kit->s.platform.clusters[0];
	u32 i;

	c->nr_opps = 10;
	for (i = 0; i < 10; i++)
		c->opps[i] = (struct platform_opp) {
			.khz = 100000 * (i + 1),
			.busy_uw = 1000 * (i + 1) * (i + 1),
			.idle_uw = 10 * (i + 1),
			.speed_ppm = 100000 * (i + 1),
		};
}

struct scenario_stream *sim_kit_stream(struct sim_kit *kit, u64 period_us, u64 work_us)
{
	struct scenario_stream *st = &kit->s.streams[kit->s.nr_streams++];
	u32 c;

	*st = (struct scenario_stream) {
		.period_ns = period_us * 1000,
		.deadline_ns = period_us * 1000,
		.weight = 100,
		.prior_ppm = PLAN_PPM,
		.outlier_factor_ppm = PLAN_PPM,
		.nr_levels = 1,
		.levels = { { work_us * 1000, 0, 900000 } },
	};
	for (c = 0; c < PLATFORM_CLUSTERS_MAX; c++)
		st->factor_ppm[c] = PLAN_PPM;
	return st;
}

struct scenario_load *sim_kit_load(struct sim_kit *kit, u64 period_us, u64 work_us)
{
	struct scenario_load *load = &kit->s.loads[kit->s.nr_loads++];

	*load = (struct scenario_load) {
		.period_ns = period_us * 1000,
		.work_ns = work_us * 1000,
		.to_ns = 1000000 * MS,
	};
	return load;
}

static void note(void *ctx, const struct scenario *scenario, const struct sim_frame *frame)
{
	struct sim_kit *kit = ctx;

	(void)scenario;
	if (kit->nr_frames < KIT_TRACE_MAX)
		kit->frames[kit->nr_frames++] = *frame;
}

void sim_kit_run(struct sim_kit *kit, const struct sim_governor *governor, u64 seed)
{
	kit->nr_frames = 0;
	cr_assert_eq(sim_run(&kit->s, governor, seed, note, kit, &kit->result), 0);
}

/* Criterion runs each test in a process of its own. */
static const struct sim_governor *watched;
static struct sim_kit_step *watch_steps;
static u32 watch_room, watch_nr;

static void watch(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event)
{
	const struct sim_cluster *c = &sim->clusters[0];
	u32 khz;

	watched->cpu(sim, cluster, cpu, event);
	khz = c->p->opps[c->want].khz;
	if (watch_nr == watch_room || (watch_nr && watch_steps[watch_nr - 1].khz == khz))
		return;
	watch_steps[watch_nr++] = (struct sim_kit_step){ (sim->now - SIM_START_NS) / 1000, khz };
}

u32 sim_kit_watch(struct sim_kit *kit, const struct sim_governor *governor,
		  struct sim_kit_step *steps, u32 room)
{
	struct sim_governor watching = *governor;

	watched = governor;
	watch_steps = steps;
	watch_room = room;
	watch_nr = 0;
	watching.cpu = watch;
	sim_kit_run(kit, &watching, 1);
	return watch_nr;
}
