// SPDX-License-Identifier: MIT
/*
 * Multiply-accumulates say how levels compare, but cycles for one of them differ by a
 * factor of thirty between processors. So the network is run: once to warm up, once for
 * the times. Where groups run at the same time, that is done for each level.
 */
#include "measure.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Without cpufreq nobody plans frequencies either; then only ratios matter. */
#define UNKNOWN_KHZ 1000000

uint64_t measure_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Frequency of the CPU that this runs on, 0 if there is no telling. */
static uint64_t khz_here(void)
{
	unsigned long khz = 0;
	char path[80];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq",
		 sched_getcpu());
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%lu", &khz) != 1)
		khz = 0;
	fclose(file);
	return khz;
}

static int note_step(void *ctx, unsigned int level_done, unsigned int layer)
{
	pace_step(ctx, level_done, layer, measure_now_ns());
	return 0;
}

static int run_groups(struct dyndnn_session *session, unsigned int levels, struct pace *pace,
		      float *logits)
{
	const struct dyndnn_limits limits = {
		.level = levels, .stop = note_step, .ctx = pace,
	};
	unsigned int done;
	int ret;

	*pace = (struct pace) { .layers = 0 };
	pace_begin(pace, measure_now_ns(), true);
	ret = dyndnn_run_limited(session, &limits, logits, &done);
	if (!ret)
		pace_end(pace, done, measure_now_ns());
	return ret;
}

static int run_wholes(struct dyndnn_session *session, unsigned int levels, struct whole *whole,
		      float *logits)
{
	int ret = 0;

	*whole = (struct whole) { .threads = whole->threads };
	for (unsigned int k = levels; !ret && k; k--) {
		uint64_t start = measure_now_ns();
		/* It runs to its end all the same; a deadline lets the engine learn its times. */
		const struct dyndnn_limits limits = {
			.level = k, .min_level = k, .deadline_ns = start + 1,
		};

		ret = dyndnn_run_limited(session, &limits, logits, NULL);
		if (!ret)
			whole->best_ns[k - 1] = measure_now_ns() - start;
	}
	return ret;
}

static int run_once(struct dyndnn_session *session, unsigned int levels, struct paces *paces,
		    float *logits)
{
	if (paces_in_whole(paces))
		return run_wholes(session, levels, paces_whole(paces), logits);
	return run_groups(session, levels, paces_now(paces), logits);
}

static void fill_costs(const struct dyndnn_info *info, unsigned int levels,
		       const struct paces *paces, uint64_t khz, struct dnnhint_cost *costs)
{
	for (unsigned int k = 1; k <= levels; k++) {
		uint64_t cycles = paces_level_ns(paces, k) / 1000 * khz / 1000;

		if (cycles < 1)
			cycles = 1;
		if (cycles > DNN_GOV_CYCLES_MAX)
			cycles = DNN_GOV_CYCLES_MAX;
		costs[k - 1] = (struct dnnhint_cost) {
			.cycles = cycles,
			.accuracy_ppm = info->accuracy_ppm[k - 1],
		};
	}
}

int measure(struct dyndnn_session *session, unsigned int levels, struct paces *paces,
	    struct dnnhint_cost *costs)
{
	const struct dyndnn_info *info = dyndnn_session_info(session);
	size_t values = (size_t)info->channels * info->height * info->width;
	float *image = calloc(values + info->classes, sizeof(*image));
	uint64_t before, after;
	int ret;

	if (!image)
		return -ENOMEM;
	ret = dyndnn_set_input_f32(session, image, values, DYNDNN_CHW);
	if (!ret)
		ret = run_once(session, levels, paces, image + values);
	before = khz_here();
	if (!ret)
		ret = run_once(session, levels, paces, image + values);
	after = khz_here();
	free(image);
	if (ret)
		return ret;
	/* It may have changed meanwhile: better too many cycles than too few. */
	if (after < before)
		after = before;
	fill_costs(info, levels, paces, after ? after : UNKNOWN_KHZ, costs);
	return 0;
}
