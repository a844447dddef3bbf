// SPDX-License-Identifier: MIT
#include <math.h>

#include "rows.h"

static int core_rows(struct paper_claims *claims, const struct paper_board *board,
		     unsigned int cluster, const struct paper_net *net)
{
	const struct platform_cluster *c = &board->platform.clusters[cluster];
	char claim[PAPER_CLAIM], core[PAPER_LABEL];
	int ret = 0;

	paper_core_name(board, cluster, core);
	for (unsigned int k = 1; !ret && k <= net->levels; k++) {
		struct paper_point p = paper_point_make(board, cluster, c->nr_opps - 1, net, k);

		snprintf(claim, sizeof(claim), "Fig. 4: time; %s at %u MHz; %u %% of the groups",
			 core, c->opps[c->nr_opps - 1].khz / 1000, 100 * k / net->levels);
		ret = paper_claims_add(claims, claim, NAN, p.takes[PAPER_TIME], "ms",
				       "ESTIMATE: guest's %.2f ms over the core's relative speed",
				       net->ms[k - 1]);
	}
	return ret;
}

static int share_rows(struct paper_claims *claims, const struct paper_input *in)
{
	const char *name = in->models[PAPER_DYNAMIC].name;
	const struct paper_times *guest = paper_times_find(in->guest, in->nr_guest, name);
	const struct paper_times *native = paper_times_find(in->native, in->nr_native, name);
	char claim[PAPER_CLAIM];
	int ret = 0;

	for (unsigned int k = 1; guest && !ret && k < guest->levels; k++) {
		unsigned int percent = 100 * k / guest->levels;

		snprintf(claim, sizeof(claim), "cost of %u %% of the groups; Arm", percent);
		ret = paper_claims_add(claims, claim, NAN,
				       100 * guest->median_us[k - 1] /
				       guest->median_us[guest->levels - 1], "%",
				       "instructions in the lab's guest over those of all groups");
	}
	for (unsigned int k = 1; native && !ret && k < native->levels; k++) {
		unsigned int percent = 100 * k / native->levels;

		snprintf(claim, sizeof(claim), "cost of %u %% of the groups; here", percent);
		ret = paper_claims_add(claims, claim, NAN,
				       100 * native->p10_us[k - 1] /
				       native->p10_us[native->levels - 1], "%",
				       "dyndnn-bench; tenth percentile; %.0f us",
				       native->p10_us[k - 1]);
	}
	return ret;
}

int paper_rows_times(struct paper_claims *claims, const struct paper_input *in)
{
	struct paper_net net;
	int ret = paper_net(in, PAPER_DYNAMIC, &net);

	for (size_t b = 0; !ret && b < in->nr_boards; b++)
		for (unsigned int c = 0; !ret && c < in->boards[b].platform.nr_clusters; c++)
			ret = core_rows(claims, &in->boards[b], c, &net);
	return ret ? ret : share_rows(claims, in);
}
