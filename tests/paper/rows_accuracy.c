// SPDX-License-Identifier: MIT
#include <math.h>

#include "rows.h"

static int confidence_row(struct paper_claims *claims, const char *set, unsigned int level,
			  unsigned int levels, const struct table_row * const *rows)
{
	double mean = rows[level - 1]->confidence;
	char claim[PAPER_CLAIM];

	snprintf(claim, sizeof(claim), "Fig. 3: confidence; %s; %u %% of the groups", set,
		 100 * level / levels);
	return paper_claims_add(claims, claim, NAN, 100 * mean / rows[levels - 1]->confidence, "%",
				"mean softmax of the correct class (%.4f) over that of all groups",
				mean);
}

static int set_rows(struct paper_claims *claims, const struct paper_input *in, const char *dataset)
{
	const struct table_row *rows[DYNDNN_MAX_LEVELS];
	unsigned int levels = paper_levels(in, dataset, MODE_INCREMENTAL, rows);
	const char *set = paper_set_name(dataset);
	char claim[PAPER_CLAIM];
	int ret = 0;

	for (unsigned int k = 1; !ret && k <= levels; k++) {
		snprintf(claim, sizeof(claim), "Fig. 2: top-1; %s; %u %% of the groups", set,
			 100 * k / levels);
		ret = paper_claims_add(claims, claim, NAN, rows[k - 1]->top1, "%",
				       "the engine on the set's test images");
	}
	for (unsigned int k = 1; !ret && k <= levels; k++)
		ret = confidence_row(claims, set, k, levels, rows);
	return ret;
}

/* Without its images: what the trainer found. */
static int file_rows(struct paper_claims *claims, const struct paper_input *in)
{
	const struct dyndnn_info *info = &in->models[PAPER_DYNAMIC].info;
	char claim[PAPER_CLAIM];
	int ret = 0;

	for (unsigned int k = 1; !ret && k <= info->levels; k++) {
		snprintf(claim, sizeof(claim), "Fig. 2: top-1; CIFAR-10; %u %% of the groups",
			 100 * k / info->levels);
		ret = paper_claims_add(claims, claim, NAN, info->accuracy_ppm[k - 1] / 1e4, "%",
				       "in the model file: the trainer on the test set");
	}
	return ret;
}

int paper_rows_accuracy(struct paper_claims *claims, const struct paper_input *in)
{
	const struct table_row *rows[DYNDNN_MAX_LEVELS];
	int ret = 0;

	if (!paper_levels(in, "cifar10", MODE_INCREMENTAL, rows))
		ret = file_rows(claims, in);
	for (int s = 0; !ret && paper_sets[s]; s++)
		ret = set_rows(claims, in, paper_sets[s]);
	return ret;
}
