// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "early.h"

enum { PROGRESS_STEP = 64 };

const char early_header[] = "model,margin,top1,mean_level,mean_us\n";

size_t early_parse(const char *text, struct early *early)
{
	size_t count = 0;

	for (;;) {
		char *end;
		float margin;

		if (count == EARLY_MAX || !isdigit((unsigned char)*text))
			return 0;
		margin = strtof(text, &end);
		if (!(margin <= 1) || (*end && *end != ','))
			return 0;
		early[count++] = (struct early) { .margin = margin };
		if (!*end)
			return count;
		text = end + 1;
	}
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int run_frame(struct dyndnn_session *session, const struct early_job *job, uint32_t i,
		     struct early *early, float *logits)
{
	const struct dyndnn_limits limits = { .level = job->level, .margin = early->margin };
	unsigned int classes = dyndnn_session_info(session)->classes, level;
	uint64_t start = now_ns();
	int ret;

	ret = dyndnn_run_limited(session, &limits, logits, &level);
	if (ret)
		return ret;
	early->ns += now_ns() - start;
	early->levels += level;
	early->correct += dyndnn_top1(logits, classes) == job->images->labels[i];
	return 0;
}

static int run_images(struct dyndnn_session *session, const struct early_job *job,
		      struct early *early, size_t count, float *logits, uint32_t *image)
{
	struct early warm_up = { .margin = 0 };
	int ret = 0;

	for (uint32_t i = 0; !ret && i < job->count; i++) {
		*image = i;
		ret = dyndnn_set_input_u8(session, dataset_image(job->images, i),
					  dataset_image_bytes(job->images), DYNDNN_CHW);
		if (!ret && !i)
			ret = run_frame(session, job, i, &warm_up, logits);
		for (size_t m = 0; !ret && m < count; m++)
			ret = run_frame(session, job, i, &early[m], logits);
		if (job->progress && i % PROGRESS_STEP == 0)
			job->progress(i, job->count);
	}
	if (!ret && job->progress)
		job->progress(job->count, job->count);
	return ret;
}

int early_run(const struct early_job *job, struct early *early, size_t count,
	      struct dyndnn_error *err)
{
	const struct dyndnn_session_options options = { .max_level = job->level };
	struct dyndnn_session *session;
	uint32_t image = 0;
	float *logits;
	int ret;

	ret = dyndnn_session_open(job->model, &options, &session, err);
	if (ret)
		return ret;
	logits = calloc(dyndnn_session_info(session)->classes, sizeof(*logits));
	ret = logits ? run_images(session, job, early, count, logits, &image) : -ENOMEM;
	if (ret) {
		err->code = ret;
		snprintf(err->text, sizeof(err->text), "image %u: %.200s", image,
			 logits ? dyndnn_session_error(session) : "no memory for the logits");
	}
	free(logits);
	dyndnn_session_close(session);
	return ret;
}

void early_print(FILE *to, const struct early *early, size_t count, uint32_t images)
{
	fprintf(to, "%8s %9s %11s %11s\n", "margin", "top-1", "mean level", "mean us");
	for (const struct early *e = early; e < early + count; e++)
		fprintf(to, "%8g %7.2f %% %11.3f %11.1f\n", (double)e->margin,
			100.0 * e->correct / images, (double)e->levels / images,
			e->ns / 1e3 / images);
}

int early_put(const char *path, const char *model, const struct early *early, size_t count,
	      uint32_t images)
{
	struct csv_row rows[EARLY_MAX];

	for (size_t i = 0; i < count; i++) {
		const struct early *e = &early[i];
		struct csv_row *row = &rows[i];

		row->key = snprintf(row->text, sizeof(row->text), "%s,%g,", model,
				    (double)e->margin);
		snprintf(row->text + row->key, sizeof(row->text) - row->key, "%.2f,%.3f,%.1f",
			 100.0 * e->correct / images, (double)e->levels / images,
			 e->ns / 1e3 / images);
	}
	return csv_put(path, early_header, rows, count);
}
