// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <string.h>

#include "rows.h"

static const struct paper_memory *find(const struct paper_input *in, const char *what)
{
	for (int i = 0; i < in->nr_memory; i++)
		if (!strcmp(in->memory[i].what, what))
			return &in->memory[i];
	return NULL;
}

int paper_rows_memory(struct paper_claims *claims, const struct paper_input *in)
{
	static const struct {
		const char *what, *text;
		double paper;
	} others[] = {
		{ "triangular", "a triangular network", 2.4 },
		{ "static", "a network for each level", NAN },
	};
	const struct paper_memory *ours = find(in, "incremental");
	char claim[PAPER_CLAIM];
	int ret = ours ? 0 : -ENOENT;

	for (int i = 0; !ret && i < 2; i++) {
		const struct paper_memory *m = find(in, others[i].what);

		if (!m)
			return -ENOENT;
		snprintf(claim, sizeof(claim), "memory of %s over ours; files", others[i].text);
		ret = paper_claims_add(claims, claim, others[i].paper,
				       m->file_bytes / ours->file_bytes, "x",
				       "%.0f over %.0f bytes; all levels", m->file_bytes,
				       ours->file_bytes);
		snprintf(claim, sizeof(claim), "memory of %s over ours; process", others[i].text);
		if (!ret)
			ret = paper_claims_add(claims, claim, others[i].paper,
					       m->resident_bytes / ours->resident_bytes, "x",
					       "%.0f over %.0f bytes resident; all levels at hand",
					       m->resident_bytes, ours->resident_bytes);
	}
	return ret;
}
