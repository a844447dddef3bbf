/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the mapping's parts share. Nobody else includes this.
 */
#ifndef DNN_GOV_MAPPING_PARTS_H
#define DNN_GOV_MAPPING_PARTS_H

#include "mapping.h"

/**
 * struct map - one mapping in the making
 * @in: what is known
 * @s: working memory
 * @nr_clusters: clusters, bounded
 * @nr_streams: streams, bounded
 * @known: the power of every OPP of every cluster is known
 * @effort: streams that may still be looked at on their clusters
 */
struct map {
	const struct map_input *in;
	struct map_scratch *s;
	u32 nr_clusters;
	u32 nr_streams;
	bool known;
	u32 effort;
};

/**
 * struct map_score - how good a mapping is: less late, then more accurate, then cheaper
 */
struct map_score {
	u64 late_ppm;
	u64 accuracy;
	u64 uw;
};

static inline bool map_better(const struct map_score *a, const struct map_score *b)
{
	if (a->late_ppm != b->late_ppm)
		return a->late_ppm < b->late_ppm;
	if (a->accuracy != b->accuracy)
		return a->accuracy > b->accuracy;
	return a->uw < b->uw;
}

static inline void map_spend(struct map *m, u32 effort)
{
	m->effort -= plan_min(m->effort, effort);
}

/* May the stream run on the cluster? */
static inline bool map_allowed(const struct map *m, u32 stream, u32 cluster)
{
	return cluster < m->nr_clusters &&
	       m->in->streams[stream].cpus[cluster] & m->in->clusters[cluster].cpus;
}

/* mapping_cluster.c */
u64 map_frame_nj(const struct map *m, u32 stream, u32 cluster, u32 level, u32 opp);
u32 map_own_opp(const struct map *m, u32 stream, u32 cluster, u32 level);
u64 map_stream_uw(const struct map *m, u32 stream, u32 cluster, u32 level, u32 opp);
u64 map_density(const struct map *m, u32 stream, u32 cluster, u32 level, u32 opp);
void map_limits(const struct map *m, u32 cluster, u32 *lo, u32 *hi);
void map_look(struct map *m, u32 cluster, const u8 *assign, u32 hi, struct map_load *load);

/* mapping_budget.c */
void map_cut(struct map *m, const u8 *assign, struct map_load *load);
void map_share(const struct map *m, const u8 *assign, const struct map_load *load,
	       u32 *budget_uw);
u64 map_peak_uw(const struct map *m, u32 cluster, const u8 *assign, u32 opp);

#endif /* DNN_GOV_MAPPING_PARTS_H */
