// SPDX-License-Identifier: MIT
#include "summary.h"

#include <inttypes.h>

void summary_add(struct summary *summary, const struct result *result)
{
	const struct dyndnn_client_frame *frame = &result->frame;

	if (!summary->frames++)
		summary->first_ns = frame->release_ns;
	summary->last_ns = frame->end_ns;
	summary->levels[frame->level_done]++;
	summary->missed += result->has_deadline && !frame->met;
	if (result->label >= 0) {
		summary->labelled++;
		summary->correct += (unsigned int)result->label == result->top[0].index;
	}
	histogram_add(&summary->latency_us, result_latency_us(result));
}

static double percent(uint64_t part, uint64_t all)
{
	return 100.0 * (double)part / (double)all;
}

static void print_levels(const struct summary *summary, unsigned int levels, FILE *file)
{
	fputs("level:", file);
	for (unsigned int k = 1; k <= levels; k++)
		fprintf(file, "%s %u: %" PRIu64 " (%.1f %%)", k > 1 ? "," : "", k,
			summary->levels[k], percent(summary->levels[k], summary->frames));
	fputc('\n', file);
}

static void print_frames(const struct summary *summary, unsigned int levels, uint64_t deadline_ns,
			 FILE *file)
{
	const struct histogram *latency = &summary->latency_us;
	double seconds = (double)(summary->last_ns - summary->first_ns) / 1e9;

	fprintf(file, " in %.2f s, %.1f per second\n", seconds, (double)summary->frames / seconds);
	print_levels(summary, levels, file);
	fprintf(file,
		"latency: median %" PRIu64 " us, p99 %" PRIu64 " us, highest %" PRIu64 " us\n",
		histogram_quantile(latency, 0.5), histogram_quantile(latency, 0.99), latency->max);
	if (deadline_ns)
		fprintf(file, "deadline: %.6g ms, missed by %" PRIu64 " (%.2f %%)\n",
			(double)deadline_ns / 1e6, summary->missed,
			percent(summary->missed, summary->frames));
	if (summary->labelled)
		fprintf(file, "accuracy: %.2f %% of %" PRIu64 "\n",
			percent(summary->correct, summary->labelled), summary->labelled);
}

void summary_print(const struct summary *summary, unsigned int levels, uint64_t deadline_ns,
		   FILE *file)
{
	fprintf(file, "images: %" PRIu64, summary->frames);
	if (summary->frames)
		print_frames(summary, levels, deadline_ns, file);
	else
		fputc('\n', file);
	if (summary->dropped)
		fprintf(file, "dropped: %" PRIu64 "\n", summary->dropped);
	if (summary->unreadable)
		fprintf(file, "unreadable: %" PRIu64 "\n", summary->unreadable);
}
