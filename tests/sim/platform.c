// SPDX-License-Identifier: MIT
/*
 * The power of a cluster is shared out to its CPUs as the emulating driver does: each idle
 * CPU takes its part of the idle cluster's, a running one adds what one running core adds.
 */
#include "platform.h"

#include <errno.h>
#include <string.h>

#define KHZ_MAX		100000000U
#define UW_MAX		1000000000U
#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

/**
 * struct loader - a platform that is read
 * @text: the file
 * @p: the platform
 * @c: the cluster that lines are about; NULL before the first
 * @named: the platform has its name
 */
struct loader {
	struct text text;
	struct platform *p;
	struct platform_cluster *c;
	bool named;
};

static int read_platform(struct loader *l)
{
	u64 base_uw = 0, ambient_mc = 25000;
	const struct text_field fields[] = {
		{ "base_uw", 0, UW_MAX, &base_uw, 0 },
		{ "ambient_mc", 0, 100000, &ambient_mc, 0 },
	};
	int ret;

	if (l->named)
		return text_fail(&l->text, -EINVAL, "platform: is there twice");
	if (l->text.nr_words < 2)
		return text_fail(&l->text, -EINVAL, "platform: a name is missing");
	ret = text_name(&l->text, "platform", l->text.words[1], l->p->name);
	if (!ret)
		ret = text_fields(&l->text, 2, fields, COUNT(fields));
	l->p->base_uw = base_uw;
	l->p->ambient_mc = (s64)ambient_mc;
	l->named = true;
	return ret;
}

/* What can be said of a cluster only once it is complete. */
static int end_cluster(struct loader *l)
{
	const struct platform_cluster *c = l->c;
	u32 i;

	if (!c)
		return 0;
	if (!c->nr_opps)
		return text_fail(&l->text, -EINVAL, "opp: cluster '%s' has none, 1..%d", c->name,
				 PLAN_MAX_OPPS);
	for (i = 0; i < c->nr_trips; i++)
		if (c->trips[i].floor_khz < c->opps[0].khz)
			return text_fail(&l->text, -ERANGE,
					 "floor_khz: %u is below the OPPs of cluster '%s', %u..%u",
					 c->trips[i].floor_khz, c->name, c->opps[0].khz,
					 c->opps[c->nr_opps - 1].khz);
	return 0;
}

static int read_cluster(struct loader *l, bool device)
{
	u64 cpus = 1, latency_us = 0, fast = 0, switch_nj = 0, wake_uw = 0;
	const struct text_field fields[] = {
		{ "latency_us", 0, 1000000, &latency_us, 0 },
		{ "fast", 0, 1, &fast, 0 },
		{ "switch_nj", 0, UW_MAX, &switch_nj, 0 },
		{ "wake_uw", 0, UW_MAX, &wake_uw, 0 },
		{ "cpus", 1, PLATFORM_CPUS_MAX, &cpus, 1 },
	};
	int ret = end_cluster(l);

	if (ret)
		return ret;
	if (!l->named)
		return text_fail(&l->text, -EINVAL, "%s: 'platform' must come first",
				 l->text.words[0]);
	if (l->p->nr_clusters == PLATFORM_CLUSTERS_MAX)
		return text_fail(&l->text, -E2BIG, "%s: more than %d clusters", l->text.words[0],
				 PLATFORM_CLUSTERS_MAX);
	if (l->text.nr_words < 2)
		return text_fail(&l->text, -EINVAL, "%s: a name is missing", l->text.words[0]);
	if (platform_find(l->p, l->text.words[1]) >= 0)
		return text_fail(&l->text, -EINVAL, "%s: there is a '%s' already", l->text.words[0],
				 l->text.words[1]);
	l->c = &l->p->clusters[l->p->nr_clusters];
	ret = text_name(&l->text, l->text.words[0], l->text.words[1], l->c->name);
	if (!ret)
		ret = text_fields(&l->text, 2, fields, COUNT(fields) - device);
	if (ret)
		return ret;
	l->p->nr_clusters++;
	l->c->nr_cpus = (u32)cpus;
	l->c->device = device;
	l->c->latency_ns = latency_us * 1000;
	l->c->fast = fast || !latency_us;
	l->c->switch_nj = switch_nj;
	l->c->wake_uw = (u32)wake_uw;
	return 0;
}

/* opp KHZ ONE_BUSY_UW IDLE_UW SPEED_PPM, power of the whole cluster */
static int read_opp(struct loader *l)
{
	struct platform_cluster *c = l->c;
	struct platform_opp *opp = &c->opps[c->nr_opps];
	u64 khz, run_uw, idle_uw, speed;
	int ret;

	if (c->nr_opps == PLAN_MAX_OPPS)
		return text_fail(&l->text, -E2BIG, "opp: more than %d", PLAN_MAX_OPPS);
	if (l->text.nr_words != 5)
		return text_fail(&l->text, -EINVAL,
				 "opp: 4 numbers, KHZ ONE_BUSY_UW IDLE_UW SPEED_PPM");
	ret = text_number(&l->text, "khz", l->text.words[1],
			  c->nr_opps ? (opp - 1)->khz + 1 : 1, KHZ_MAX, &khz);
	if (!ret)
		ret = text_number(&l->text, "idle_uw", l->text.words[3], 0, UW_MAX, &idle_uw);
	if (!ret)
		ret = text_number(&l->text, "one_busy_uw", l->text.words[2], idle_uw, UW_MAX,
				  &run_uw);
	if (!ret)
		ret = text_number(&l->text, "speed_ppm", l->text.words[4],
				  c->nr_opps ? (opp - 1)->speed_ppm : 1, PLAN_PPM, &speed);
	if (ret)
		return ret;
	opp->khz = (u32)khz;
	opp->idle_uw = (u32)(idle_uw / c->nr_cpus);
	opp->busy_uw = (u32)(opp->idle_uw + run_uw - idle_uw);
	opp->speed_ppm = (u32)speed;
	c->nr_opps++;
	return 0;
}

static int read_thermal(struct loader *l)
{
	u64 r, c, poll_ms = 100;
	const struct text_field fields[] = {
		{ "r_mk_per_w", 1, 1000000, &r, 1 },
		{ "c_mj_per_k", 1, 1000000000, &c, 1 },
		{ "poll_ms", 1, 60000, &poll_ms, 0 },
	};
	int ret = text_fields(&l->text, 1, fields, COUNT(fields));

	if (ret)
		return ret;
	l->c->heats = true;
	l->c->r_mk_per_w = (u32)r;
	l->c->c_mj_per_k = (u32)c;
	l->c->poll_ns = poll_ms * 1000000;
	return 0;
}

static int read_trip(struct loader *l)
{
	struct platform_trip *trip = &l->c->trips[l->c->nr_trips];
	u64 temp, hyst = 0, floor;
	const struct text_field fields[] = {
		{ "temp_mc", 1, 200000, &temp, 1 },
		{ "hyst_mc", 0, 100000, &hyst, 0 },
		{ "floor_khz", 1, KHZ_MAX, &floor, 1 },
	};
	int ret;

	if (!l->c->heats)
		return text_fail(&l->text, -EINVAL, "trip: 'thermal' must come first");
	if (l->c->nr_trips == PLATFORM_TRIPS_MAX)
		return text_fail(&l->text, -E2BIG, "trip: more than %d", PLATFORM_TRIPS_MAX);
	ret = text_fields(&l->text, 1, fields, COUNT(fields));
	if (ret)
		return ret;
	trip->temp_mc = (s64)temp;
	trip->hyst_mc = (s64)hyst;
	trip->floor_khz = (u32)floor;
	l->c->nr_trips++;
	return 0;
}

static int read_line(struct loader *l)
{
	const char *word = l->text.words[0];

	if (!strcmp(word, "platform"))
		return read_platform(l);
	if (!strcmp(word, "cluster"))
		return read_cluster(l, false);
	if (!strcmp(word, "device"))
		return read_cluster(l, true);
	if (strcmp(word, "opp") && strcmp(word, "thermal") && strcmp(word, "trip"))
		return text_fail(&l->text, -EINVAL,
				 "%s: is not platform, cluster, device, opp, thermal or trip",
				 word);
	if (!l->c)
		return text_fail(&l->text, -EINVAL, "%s: a cluster or device must come first",
				 word);
	if (!strcmp(word, "opp"))
		return read_opp(l);
	return strcmp(word, "trip") ? read_thermal(l) : read_trip(l);
}

int platform_load(const char *path, struct platform *platform, char *error)
{
	struct loader l = { .p = platform };
	int ret = text_open(&l.text, path, error);

	if (ret)
		return ret;
	memset(platform, 0, sizeof(*platform));
	for (;;) {
		ret = text_next(&l.text);
		if (ret <= 0)
			break;
		ret = read_line(&l);
		if (ret)
			break;
	}
	if (!ret && !platform->nr_clusters)
		ret = text_fail(&l.text, -EINVAL, "cluster: there is none, 1..%d",
				PLATFORM_CLUSTERS_MAX);
	if (!ret)
		ret = end_cluster(&l);
	text_close(&l.text);
	return ret;
}

int platform_find(const struct platform *platform, const char *name)
{
	u32 i;

	for (i = 0; i < platform->nr_clusters; i++)
		if (!strcmp(platform->clusters[i].name, name))
			return (int)i;
	return -ENOENT;
}
