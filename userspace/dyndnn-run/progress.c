// SPDX-License-Identifier: MIT
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>

#define START_NS 2000000000
#define STEP_NS 200000000
#define BAR 30

static void draw(const struct summary *summary, uint64_t total, double seconds)
{
	uint64_t done = summary->frames + summary->dropped + summary->unreadable;

	/* to the line's begin, and take away what was there */
	fputs("\r\033[K", stderr);
	if (total) {
		uint64_t filled = done < total ? done * BAR / total : BAR;
		char bar[BAR + 1] = "";

		for (uint64_t i = 0; i < BAR; i++)
			bar[i] = i < filled ? '#' : '-';
		fprintf(stderr, "[%s] %" PRIu64 " of %" PRIu64 " images", bar, done, total);
	} else {
		fprintf(stderr, "%" PRIu64 " images", done);
	}
	fprintf(stderr, ", %.1f per second", (double)summary->frames / seconds);
	if (summary->missed)
		fprintf(stderr, ", %" PRIu64 " missed", summary->missed);
	if (summary->dropped)
		fprintf(stderr, ", %" PRIu64 " dropped", summary->dropped);
	fflush(stderr);
}

void progress_show(struct progress *progress, const struct summary *summary, uint64_t total,
		   uint64_t now_ns)
{
	if (!progress->wanted)
		return;
	if (!progress->start_ns) {
		progress->start_ns = now_ns;
		progress->next_ns = now_ns + START_NS;
	}
	if (now_ns < progress->next_ns)
		return;
	draw(summary, total, (double)(now_ns - progress->start_ns) / 1e9);
	progress->shown = true;
	progress->next_ns = now_ns + STEP_NS;
}

void progress_clear(struct progress *progress)
{
	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->shown = false;
}
