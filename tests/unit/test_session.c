// SPDX-License-Identifier: MIT
/* What may end a frame early, how threads share it, and which library runs it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <dyndnn.h>

#include "small_model.h"

#define MAX_CLASSES	10
#define LEVELS		4

struct bed {
	struct small_model small;
	void *image;
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	uint8_t *pixels;
	size_t count;
	float exact[LEVELS + 1][MAX_CLASSES];	/* what level k must answer, at [k] */
};

static struct dyndnn_session *must_start(struct bed *bed,
					 const struct dyndnn_session_options *options)
{
	struct dyndnn_error err = { 0 };
	struct dyndnn_session *session;

	cr_assert_eq(dyndnn_session_open(bed->model, options, &session, &err), 0, "%s", err.text);
	cr_assert_eq(dyndnn_set_input_u8(session, bed->pixels, bed->count, DYNDNN_CHW), 0);
	return session;
}

static void bed_open_model(struct bed *bed, const struct dyndnn_session_options *options)
{
	const struct dnnfile_shape *s = &bed->small.desc.shape;
	struct dyndnn_error err = { 0 };
	unsigned int seed = 7;
	size_t bytes;

	bed->image = small_model_encode(&bed->small, &bytes);
	cr_assert_eq(dyndnn_model_open_memory(bed->image, bytes, &bed->model, &err), 0, "%s",
		     err.text);
	bed->count = (size_t)s->image_c * s->image_h * s->image_w;
	bed->pixels = malloc(bed->count);
	cr_assert_not_null(bed->pixels);
	for (size_t i = 0; i < bed->count; i++)
		bed->pixels[i] = rand_r(&seed) >> 7;
	bed->session = must_start(bed, options);
	for (unsigned int k = 1; k <= LEVELS; k++)
		cr_assert_eq(dyndnn_run(bed->session, k, bed->exact[k]), 0);
}

static void bed_open(struct bed *bed, const struct dyndnn_session_options *options)
{
	small_model_init(&bed->small, SMALL_SHIPPED, LEVELS, 11);
	bed_open_model(bed, options);
}

static void bed_close(struct bed *bed)
{
	dyndnn_session_close(bed->session);
	dyndnn_model_close(bed->model);
	free(bed->pixels);
	free(bed->image);
	small_model_free(&bed->small);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* An emulated thread that waits for another one spins its whole time slice away. */
static bool is_emulated(void)
{
	const char *emulator = getenv("EMULATOR");

	return emulator && *emulator;
}

/* One thread; then two. */
static int ways(void)
{
	return is_emulated() ? 1 : 2;
}

static const struct dyndnn_session_options *one_or_two(int way)
{
	static const struct dyndnn_session_options two = { .threads = 2 };

	return way ? &two : NULL;
}

/* --- deadlines ------------------------------------------------------------------------- */

Test(session, a_deadline_that_has_passed_leaves_level_1)
{
	float logits[MAX_CLASSES];
	unsigned int done;
	struct bed bed;

	for (int way = 0; way < ways(); way++) {
		bed_open(&bed, one_or_two(way));
		done = 0;
		cr_assert_eq(dyndnn_run_until(bed.session, NULL, logits, 1, &done), 0);
		cr_expect_eq(done, 1);
		cr_expect_arr_eq(logits, bed.exact[1], sizeof(logits));
		bed_close(&bed);
	}
}

Test(session, without_a_deadline_in_sight_all_levels_run)
{
	float logits[MAX_CLASSES];
	unsigned int done;
	struct bed bed;

	bed_open(&bed, NULL);
	cr_assert_eq(dyndnn_run_until(bed.session, NULL, logits, 0, &done), 0);
	cr_expect_eq(done, LEVELS);
	cr_expect_arr_eq(logits, bed.exact[LEVELS], sizeof(logits));
	cr_assert_eq(dyndnn_run_until(bed.session, NULL, logits, now_ns() + 3600000000000, NULL),
		     0);
	cr_expect_arr_eq(logits, bed.exact[LEVELS], sizeof(logits));
	bed_close(&bed);
}

/* Which level a deadline leaves depends on the machine; its answer must not. */
Test(session, the_answer_is_that_of_the_level_that_was_reached)
{
	float logits[MAX_CLASSES];
	struct bed bed;

	for (int way = 0; way < ways(); way++) {
		bed_open(&bed, one_or_two(way));
		for (unsigned int us = 10; us < 20000; us += us / 2) {
			unsigned int done = 0;

			cr_assert_eq(dyndnn_run_until(bed.session, NULL, logits,
						      now_ns() + us * 1000, &done), 0);
			cr_assert(done >= 1 && done <= LEVELS);
			cr_assert_arr_eq(logits, bed.exact[done], sizeof(logits), "level %u", done);
		}
		bed_close(&bed);
	}
}

Test(session, an_image_comes_with_the_call)
{
	struct dyndnn_image image = { .type = DYNDNN_U8, .layout = DYNDNN_CHW };
	float logits[MAX_CLASSES];
	struct bed bed;

	bed_open(&bed, NULL);
	image.values = bed.pixels;
	image.count = bed.count;
	memset(bed.pixels, 0, bed.count / 2);
	cr_assert_eq(dyndnn_run_until(bed.session, &image, logits, 0, NULL), 0);
	cr_expect_neq(memcmp(logits, bed.exact[LEVELS], sizeof(logits)), 0);
	image.count--;
	cr_expect_eq(dyndnn_run_until(bed.session, &image, logits, 0, NULL), -EINVAL);
	image.type = 7;
	cr_expect_eq(dyndnn_run_until(bed.session, &image, logits, 0, NULL), -EINVAL);
	cr_expect_str_eq(dyndnn_session_error(bed.session), "type is 7, allowed: 0..1");
	bed_close(&bed);
}

/* --- other limits ---------------------------------------------------------------------- */

Test(session, the_lowest_level_completes_in_any_case)
{
	float logits[MAX_CLASSES];
	struct bed bed;

	for (int way = 0; way < ways(); way++) {
		bed_open(&bed, one_or_two(way));
		for (unsigned int k = 1; k <= LEVELS; k++) {
			const struct dyndnn_limits limits = { .min_level = k, .deadline_ns = 1 };
			unsigned int done = 0;

			cr_assert_eq(dyndnn_run_limited(bed.session, &limits, logits, &done), 0);
			cr_expect_eq(done, k);
			cr_expect_arr_eq(logits, bed.exact[k], sizeof(logits));
		}
		bed_close(&bed);
	}
}

static float margin_of(const float *logits, unsigned int classes)
{
	unsigned int best = dyndnn_top1(logits, classes);
	double second = 0;

	for (unsigned int c = 0; c < classes; c++) {
		if (c != best)
			second = fmax(second, dyndnn_probability(logits, classes, c));
	}
	return dyndnn_probability(logits, classes, best) - second;
}

Test(session, ends_early_when_it_is_sure)
{
	float logits[MAX_CLASSES];
	struct bed bed;

	bed_open(&bed, NULL);
	for (float margin = 0.001f; margin < 1; margin *= 1.3f) {
		const struct dyndnn_limits limits = { .margin = margin };
		unsigned int done, expect = 1;
		bool close = false;

		for (unsigned int k = 1; k < LEVELS; k++)
			close |= fabsf(margin_of(bed.exact[k], 10) - margin) < 1e-5f;
		if (close)
			continue;
		while (expect < LEVELS && margin_of(bed.exact[expect], 10) < margin)
			expect++;
		cr_assert_eq(dyndnn_run_limited(bed.session, &limits, logits, &done), 0);
		cr_expect_eq(done, expect, "margin %g: level %u, must be %u", (double)margin, done,
			     expect);
		cr_expect_arr_eq(logits, bed.exact[done], sizeof(logits));
	}
	bed_close(&bed);
}

Test(session, limits_out_of_range_are_named)
{
	static const struct {
		struct dyndnn_limits limits;
		const char *why;
	} bad[] = {
		{ { .level = 5 }, "level is 5, allowed: 1..4" },
		{ { .min_level = 5 }, "min_level is 5, allowed: 0..4" },
		{ { .level = 2, .min_level = 3 }, "min_level is 3, allowed: 0..2" },
		{ { .margin = 1.5f }, "margin is 1.5, allowed: 0..1" },
		{ { .margin = -1 }, "margin is -1, allowed: 0..1" },
		{ { .margin = NAN }, "allowed: 0..1" },
	};
	float logits[MAX_CLASSES];
	struct bed bed;

	bed_open(&bed, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(dyndnn_run_limited(bed.session, &bad[i].limits, logits, NULL),
			     -ERANGE);
		cr_expect_neq(strstr(dyndnn_session_error(bed.session), bad[i].why), NULL, "%s",
			      dyndnn_session_error(bed.session));
	}
	bed_close(&bed);
}

/* --- threads --------------------------------------------------------------------------- */

Test(session, threads_change_no_bit)
{
	static const enum small_shape shapes[] = {
		SMALL_SHIPPED, SMALL_ODD, SMALL_MOBILE, SMALL_BRANCHES,
	};
	float logits[MAX_CLASSES];
	struct bed bed;

	if (is_emulated())
		cr_skip_test("threads that wait are slow in emulation");
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		small_model_init(&bed.small, shapes[s], LEVELS, 11);
		bed_open_model(&bed, NULL);
		for (unsigned int threads = 2; threads <= 4; threads++) {
			const struct dyndnn_session_options options = { .threads = threads };
			struct dyndnn_session *session = must_start(&bed, &options);
			size_t bytes = bed.small.desc.shape.classes * sizeof(float);

			for (unsigned int used = 1; used <= dyndnn_session_threads(session);
			     used++) {
				cr_assert_eq(dyndnn_session_set_threads(session, used), 0);
				for (unsigned int k = 1; k <= LEVELS; k++) {
					cr_assert_eq(dyndnn_run(session, k, logits), 0);
					cr_assert_arr_eq(logits, bed.exact[k], bytes,
							 "shape %zu, %u of %u threads, level %u",
							 s, used, threads, k);
				}
				dyndnn_session_set_threads(session, threads);
			}
			dyndnn_session_close(session);
		}
		bed_close(&bed);
	}
}

Test(session, threads_and_their_cpus_out_of_range)
{
	const struct dyndnn_session_options two = { .threads = 2 };
	cpu_set_t cpus;
	struct bed bed;

	if (is_emulated())
		cr_skip_test("threads that wait are slow in emulation");
	bed_open(&bed, &two);
	cr_expect_eq(dyndnn_session_threads(bed.session), 2);
	cr_expect_eq(dyndnn_session_set_threads(bed.session, 0), -ERANGE);
	cr_expect_eq(dyndnn_session_set_threads(bed.session, 3), -ERANGE);
	cr_expect_str_eq(dyndnn_session_error(bed.session), "threads is 3, allowed: 1..2");
	cr_expect_eq(dyndnn_session_set_threads(bed.session, 1), 0);
	cr_expect_eq(dyndnn_session_threads(bed.session), 1);
	CPU_ZERO(&cpus);
	cr_expect_eq(dyndnn_session_set_cpus(bed.session, &cpus), -EINVAL);
	cr_assert_eq(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	cr_expect_eq(dyndnn_session_set_cpus(bed.session, &cpus), 0);
	bed_close(&bed);
}

static unsigned int count_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int lines = 0;
	int c;

	cr_assert_not_null(file);
	while ((c = fgetc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	cr_assert_eq(stat(path, &st), 0);
	return st.st_ino;
}

/* A schedule that is noted replaces the file by a new one. */
Test(session, the_schedule_is_measured_once)
{
	char folder[] = "/tmp/test_session.XXXXXX", path[64];
	struct dyndnn_session_options options = { .threads = 2, .schedule_file = path };
	struct bed bed;
	FILE *file;
	ino_t inode;

	if (is_emulated())
		cr_skip_test("threads that wait are slow in emulation");
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/schedule", folder);
	bed_open(&bed, &options);
	cr_expect_eq(count_lines(path), 2);
	inode = inode_of(path);
	dyndnn_session_close(must_start(&bed, &options));
	cr_expect_eq(inode_of(path), inode, "measured again");
	/* Another highest level is another schedule. */
	options.max_level = 2;
	dyndnn_session_close(must_start(&bed, &options));
	cr_expect_eq(count_lines(path), 3);
	cr_expect_neq(inode_of(path), inode);
	inode = inode_of(path);
	options.max_level = 0;
	dyndnn_session_close(must_start(&bed, &options));
	cr_expect_eq(inode_of(path), inode, "forgotten");

	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs("garbage\n", file);
	fclose(file);
	dyndnn_session_close(must_start(&bed, &options));
	cr_expect_eq(count_lines(path), 2);
	unlink(path);
	/* A folder cannot be used, which is no failure. */
	snprintf(path, sizeof(path), "%s", folder);
	dyndnn_session_close(must_start(&bed, &options));
	rmdir(folder);
	bed_close(&bed);
}

/* --- compute libraries ------------------------------------------------------------------ */

Test(session, compute_libraries_agree)
{
	const struct dyndnn_session_options xnnpack = { .compute = DYNDNN_COMPUTE_XNNPACK };
	const struct dyndnn_session_options onednn = { .compute = DYNDNN_COMPUTE_ONEDNN };
	float logits[MAX_CLASSES];
	struct dyndnn_session *other;
	struct dyndnn_error err;
	struct bed bed;
	int ret;

	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape++) {
		small_model_init(&bed.small, shape, LEVELS, 3);
		bed_open_model(&bed, &xnnpack);
		cr_expect_str_eq(dyndnn_session_compute(bed.session), "XNNPACK");
		ret = dyndnn_session_open(bed.model, &onednn, &other, &err);
		if (ret == -ENOTSUP) {
			/* It is not for every machine, but says so. */
			cr_expect_neq(strstr(err.text, "oneDNN"), NULL, "%s", err.text);
			bed_close(&bed);
			continue;
		}
		cr_assert_eq(ret, 0, "%s", err.text);
		cr_expect_str_eq(dyndnn_session_compute(other), "oneDNN");
		dyndnn_set_input_u8(other, bed.pixels, bed.count, DYNDNN_CHW);
		for (unsigned int k = 1; k <= LEVELS; k++) {
			cr_assert_eq(dyndnn_run(other, k, logits), 0);
			for (uint32_t c = 0; c < bed.small.desc.shape.classes; c++)
				cr_assert_lt(fabsf(logits[c] - bed.exact[k][c]),
					     1e-4f * (1 + fabsf(bed.exact[k][c])));
		}
		dyndnn_session_close(other);
		bed_close(&bed);
	}
}

Test(session, compute_libraries_that_cannot_be_had)
{
	const struct dyndnn_session_options none = { .compute = 3 };
	const struct dyndnn_session_options onednn = { .compute = DYNDNN_COMPUTE_ONEDNN };
	struct dyndnn_session *session;
	struct dyndnn_error err;
	struct bed bed;

	small_model_init_triangular(&bed.small, SMALL_SHIPPED, LEVELS, 1);
	bed_open_model(&bed, NULL);
	cr_expect_str_eq(dyndnn_session_compute(bed.session), "XNNPACK");
	cr_expect_str_eq(dyndnn_session_error(bed.session), "");
	cr_expect_eq(dyndnn_session_open(bed.model, &onednn, &session, &err), -ENOTSUP);
	cr_expect_neq(strstr(err.text, "oneDNN"), NULL, "%s", err.text);
	cr_expect_eq(dyndnn_session_open(bed.model, &none, &session, &err), -ERANGE);
	cr_expect_str_eq(err.text, "compute is 3, allowed: 0..2");
	bed_close(&bed);
}
