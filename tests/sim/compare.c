// SPDX-License-Identifier: MIT
#include "compare.h"

#include <string.h>

#define ORACLE_PERCENT	5

/* What is under a governor's control at all. */
static double governed_uj(const struct sim_result *result)
{
	return sim_energy_uj(result) - result->base_nj * 1e-3;
}

static bool same(const struct report *a, const struct report *b)
{
	return a->scenario == b->scenario && a->seed == b->seed;
}

static const struct report *find(const struct report *reports, size_t nr, const struct report *like,
				 const char *governor)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (same(&reports[i], like) && !strcmp(reports[i].governor, governor))
			return &reports[i];
	return NULL;
}

static bool dominates(const struct sim_result *a, const struct sim_result *b)
{
	double uj_a = sim_energy_uj(a), uj_b = sim_energy_uj(b);

	if (a->missed > b->missed || uj_a > uj_b || a->mean_accuracy < b->mean_accuracy)
		return false;
	return a->missed < b->missed || uj_a < uj_b || a->mean_accuracy > b->mean_accuracy;
}

static bool judge_others(FILE *file, const struct report *reports, size_t nr,
			 const struct report *dnn)
{
	bool dominated = false;
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct report *r = &reports[i];

		if (!same(r, dnn) || r == dnn || !strcmp(r->governor, "oracle") ||
		    !dominates(&r->result, &dnn->result))
			continue;
		dominated = true;
		fprintf(file, "%s: %s dominates dnn: %.3fx its energy, misses %llu against %llu in "
			"%u seeds, accuracy %.4f against %.4f\n", dnn->scenario->name, r->governor,
			sim_energy_uj(&r->result) / sim_energy_uj(&dnn->result), r->result.missed,
			dnn->result.missed, dnn->seeds, r->result.mean_accuracy,
			dnn->result.mean_accuracy);
	}
	return dominated;
}

u32 compare_judge(FILE *file, const struct report *reports, size_t nr)
{
	u32 dominated = 0, scenarios = 0, compared = 0, missed = 0;
	double sum = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct report *dnn = &reports[i], *oracle;

		if (strcmp(dnn->governor, "dnn"))
			continue;
		scenarios++;
		dominated += judge_others(file, reports, nr, dnn);
		oracle = find(reports, nr, dnn, "oracle");
		if (!oracle)
			continue;
		fprintf(file, "%s: dnn takes %.3fx the oracle's energy, misses %llu in %u seeds, "
			"accuracy %.4f against %.4f\n", dnn->scenario->name,
			governed_uj(&dnn->result) / governed_uj(&oracle->result),
			dnn->result.missed, dnn->seeds, dnn->result.mean_accuracy,
			oracle->result.mean_accuracy);
		missed += dnn->result.missed != 0;
		sum += governed_uj(&dnn->result) / governed_uj(&oracle->result);
		compared++;
	}
	fprintf(file, "dnn is dominated in %u of %u scenarios.\n", dominated, scenarios);
	if (compared)
		fprintf(file, "%s: dnn takes %.1f %% more than the oracle on average of %u "
			"scenarios (goal %d %%), with misses in %u (goal 0).\n",
			sum / compared <= 1 + ORACLE_PERCENT / 100.0 && !missed ? "met" : "MISSED",
			100 * (sum / compared - 1), compared, ORACLE_PERCENT, missed);
	return dominated;
}
