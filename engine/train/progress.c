// SPDX-License-Identifier: MIT
#include <math.h>
#include <unistd.h>

#include "progress.h"

enum { BAR = 24 };

void progress_init(struct progress *p, FILE *log)
{
	p->log = log;
	p->bar = isatty(STDERR_FILENO);
}

static void epoch_line(FILE *to, const struct train_progress *now)
{
	fprintf(to, "stage %d/%d epoch %d/%d loss %.4f train %.2f %%", now->stage, now->stages,
		now->epoch, now->epochs, now->loss, 100 * now->accuracy);
	if (!isnan(now->validation))
		fprintf(to, " validation %.2f %%", 100 * now->validation);
	fprintf(to, " %.0f s\n", now->seconds);
	fflush(to);
}

static void bar(const struct train_progress *now)
{
	double done = (now->epoch - 1.0 + (double)now->step / now->steps) / now->epochs;
	int left = now->left;
	int full = BAR * done;
	char cells[BAR + 1];

	for (int i = 0; i < BAR; i++)
		cells[i] = i < full ? '#' : '.';
	cells[BAR] = '\0';
	fprintf(stderr, "\r[%s] stage %d/%d epoch %d/%d loss %.4f train %.2f %% ETA %d:%02d\033[K",
		cells, now->stage, now->stages, now->epoch, now->epochs, now->loss,
		100 * now->accuracy, left / 60, left % 60);
}

void progress_show(void *ctx, const struct train_progress *now)
{
	struct progress *p = ctx;

	if (p->bar)
		bar(now);
	if (!now->epoch_done)
		return;
	if (p->bar)
		fputs("\r\033[K", stderr);
	epoch_line(stderr, now);
	if (p->log)
		epoch_line(p->log, now);
}

void progress_teacher(void *ctx, uint32_t done, uint32_t images)
{
	struct progress *p = ctx;

	if (p->bar)
		fprintf(stderr, "\rteacher: %u of %u images\033[K", done, images);
}
