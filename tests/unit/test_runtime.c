// SPDX-License-Identifier: MIT
/* The co-scheduling client without the kernel's module: its clockwork, and frames run alone. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <dyndnn_runtime.h>

#include "../../engine/runtime/alone.h"
#include "../../engine/runtime/gap.h"
#include "../../engine/runtime/measure.h"
#include "../../engine/runtime/paces.h"
#include "small_model.h"

#define MS 1000000ULL

/* --- pace ---------------------------------------------------------------------- */

/* A frame of groups that take group_ns, of which four layers take 40, 30, 20 and 10 %. */
static uint64_t play(struct pace *pace, unsigned int level, uint64_t start, uint64_t group_ns)
{
	static const unsigned int gone[] = { 0, 40, 70, 90 };
	uint64_t now = start;

	pace_begin(pace, now, true);
	for (unsigned int done = 1; done < level; done++) {
		now += group_ns;
		for (unsigned int layer = 0; layer < 4; layer++)
			pace_step(pace, done, layer, now + group_ns * gone[layer] / 100);
	}
	now += group_ns;
	pace_end(pace, level, now);
	return now;
}

Test(pace, learns_groups_and_layers)
{
	struct pace pace = { 0 };

	cr_expect_eq(pace_level_ns(&pace, 4), 0);
	play(&pace, 4, 0, 10 * MS);
	cr_expect_eq(pace.layers, 4);
	cr_expect_eq(pace.gone_ppm[1], 400000);
	cr_expect_eq(pace.gone_ppm[3], 900000);
	cr_expect_eq(pace_level_ns(&pace, 1), 10 * MS);
	cr_expect_eq(pace_level_ns(&pace, 4), 40 * MS);
}

Test(pace, best_time_is_taken_at_once_and_forgotten_slowly)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	play(&pace, 4, 0, 5 * MS);
	cr_expect_eq(pace_level_ns(&pace, 4), 20 * MS);
	play(&pace, 4, 0, 10 * MS);
	cr_expect_lt(pace_level_ns(&pace, 4), 22 * MS);
	for (int i = 0; i < 100; i++)
		play(&pace, 4, 0, 10 * MS);
	cr_expect_gt(pace_level_ns(&pace, 4), 39 * MS);
}

Test(pace, groups_that_never_ran_are_taken_for_their_neighbours)
{
	struct pace pace = { 0 };

	play(&pace, 2, 0, 10 * MS);
	cr_expect_eq(pace_level_ns(&pace, 4), 40 * MS);
}

Test(paces, times_belong_to_the_cpus_they_were_taken_on)
{
	cpu_set_t set[PACES + 1];
	struct paces paces;

	for (size_t i = 0; i <= PACES; i++) {
		CPU_ZERO(&set[i]);
		CPU_SET(i, &set[i]);
	}
	paces_init(&paces, &set[0]);
	play(paces_now(&paces), 4, 0, 10 * MS);
	paces_move(&paces, &set[1]);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 0, "other CPUs may be as fast as any");
	cr_expect_eq(paces_now(&paces)->layers, 4);
	play(paces_now(&paces), 4, 0, 30 * MS);
	paces_move(&paces, &set[0]);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 40 * MS);
	paces_move(&paces, &set[1]);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 120 * MS);
	/* there is not room for all */
	for (size_t i = 2; i <= PACES; i++) {
		paces_move(&paces, &set[i]);
		play(paces_now(&paces), 4, 0, i * MS);
	}
	paces_move(&paces, &set[1]);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 120 * MS);
	paces_move(&paces, &set[0]);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 0);
}

Test(pace, rest_fits_until_its_last_instant)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	/* the next frame at its best, asked when its second group begins */
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	cr_expect(pace_fits(&pace, 1, 0, 10 * MS, 20 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 0, 10 * MS, 20 * MS - 1000, false));
	/* and when 70 % of the group are done */
	pace_step(&pace, 1, 1, 14 * MS);
	pace_step(&pace, 1, 2, 17 * MS);
	cr_expect(pace_fits(&pace, 1, 2, 17 * MS, 20 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 2, 17 * MS, 20 * MS - 1000, false));
}

Test(pace, slow_frame_may_still_speed_up_unless_nobody_sees_to_it)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	/* slow on purpose: group 2 begins at 20 ms */
	pace_begin(&pace, 0, false);
	pace_step(&pace, 1, 0, 20 * MS);
	/* the group takes 10 ms at its best, 20 ms like this; its first layer 8 ms like this */
	cr_expect(pace_fits(&pace, 1, 0, 20 * MS, 31 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 0, 20 * MS, 31 * MS, true));
	cr_expect(pace_fits(&pace, 1, 0, 20 * MS, 41 * MS, true));
}

Test(pace, frames_that_are_slow_on_purpose_hardly_change_the_best_time)
{
	struct pace pace = { 0 };

	play(&pace, 1, 0, 10 * MS);
	for (int i = 0; i < 20; i++) {
		pace_begin(&pace, 0, false);
		pace_end(&pace, 1, 20 * MS);
	}
	cr_expect_lt(pace_level_ns(&pace, 1), 11 * MS);
}

Test(pace, what_one_group_did_in_this_frame_the_next_can_do)
{
	struct pace pace = { 0 };

	/* from a slow time: 20 ms a group */
	play(&pace, 4, 0, 20 * MS);
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	cr_expect(pace_fits(&pace, 1, 0, 10 * MS, 21 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 0, 10 * MS, 19 * MS, false));
}

Test(pace, short_delay_in_a_short_layer_is_no_slow_cpu)
{
	struct pace pace = { 0 };

	/* the first layer is a hundredth of the group */
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	pace_step(&pace, 1, 1, 10 * MS + MS / 10);
	pace_end(&pace, 2, 20 * MS);
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	pace_step(&pace, 1, 1, 11 * MS);	/* ten times as long */
	cr_expect(pace_fits(&pace, 1, 1, 11 * MS, 22 * MS, false));
}

Test(pace, layer_that_would_pass_the_instant_is_not_begun)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	/* the first layer took three times its best */
	pace_step(&pace, 1, 1, 22 * MS);
	/* the rest is 6 ms at best, its next layer 9 ms like this */
	cr_expect(pace_fits(&pace, 1, 1, 22 * MS, 32 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 1, 22 * MS, 30 * MS, false));
}

/* --- time lost to others ----------------------------------------------------------- */

static void spin(uint64_t ns)
{
	uint64_t end = measure_now_ns() + ns;

	while (measure_now_ns() < end)
		;
}

static long preemptions(void)
{
	struct rusage usage;

	cr_assert_eq(getrusage(RUSAGE_THREAD, &usage), 0);
	return usage.ru_nivcsw;
}

Test(gap, sleeping_is_not_losing, .timeout = 60)
{
	const struct timespec pause = { .tv_nsec = 20 * MS };
	struct gap gap;
	long before;

	/* a host that preempts the test right here takes time away indeed: again then */
	do {
		before = preemptions();
		gap_begin(&gap, measure_now_ns());
		nanosleep(&pause, NULL);
		gap_look(&gap, measure_now_ns());
	} while (preemptions() != before);
	cr_expect_eq(gap.worst_ns, 0);
}

Test(gap, sharing_the_cpu_is, .timeout = 60)
{
	cpu_set_t one;
	struct gap gap;
	size_t cpu = 0;
	pid_t hog;

	cr_assert_eq(sched_getaffinity(0, sizeof(one), &one), 0);
	while (!CPU_ISSET(cpu, &one))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	hog = fork();
	while (!hog)
		;
	gap_begin(&gap, measure_now_ns());
	/* as long as it takes: the scheduler is fair in the end */
	while (gap.losses < 2) {
		spin(MS);
		gap_look(&gap, measure_now_ns());
	}
	kill(hog, SIGKILL);
	waitpid(hog, NULL, 0);
	cr_expect_gt(gap.worst_ns, 0);
	cr_expect_lt(gap.worst_ns, 10000 * MS);
	cr_expect_gt(gap.turn_ns, 0);
}

/* What others took comes again after a turn, not before, and not for ever. */
Test(gap, is_due_after_a_turn)
{
	struct gap gap = { .worst_ns = 8 * MS, .turn_ns = 6 * MS, .ran_ns = 2 * MS, .losses = 2 };

	cr_expect_eq(gap_reserve(&gap, 4 * MS), 0);
	cr_expect_eq(gap_reserve(&gap, 4 * MS + 1), 8 * MS);
	gap.ran_ns = 7 * MS;
	cr_expect_eq(gap_reserve(&gap, 1), 8 * MS);
	gap.ran_ns = 13 * MS;
	cr_expect_eq(gap_reserve(&gap, 20 * MS), 0);
	gap = (struct gap) { .ran_ns = MS };
	cr_expect_eq(gap_reserve(&gap, 20 * MS), 0, "nothing was lost");
}

/* --- own level control ------------------------------------------------------------ */

static void learn(struct alone *alone, struct pace *pace, uint64_t group_ns, uint64_t deadline_ns)
{
	uint64_t run = play(pace, alone->level, 0, group_ns);

	alone_learn(alone, pace, alone->level, 0, run, deadline_ns);
}

Test(alone, stays_up_while_it_fits)
{
	struct pace pace = { 0 };
	struct alone alone;

	alone_init(&alone, 1, 4);
	for (int i = 0; i < 100; i++) {
		learn(&alone, &pace, 5 * MS, 30 * MS);
		cr_assert_eq(alone.level, 4);
		cr_assert_eq(alone.cause, DNN_GOV_CAUSE_NONE);
	}
}

Test(alone, drops_at_once_and_restores_after_a_while)
{
	struct pace pace = { 0 };
	struct alone alone;
	int frames;

	alone_init(&alone, 1, 4);
	for (int i = 0; i < 20; i++)
		learn(&alone, &pace, 5 * MS, 30 * MS);
	learn(&alone, &pace, 10 * MS, 30 * MS);		/* now 40 ms in all */
	cr_assert_leq(alone.level, 3);
	for (int i = 0; i < 3; i++)
		learn(&alone, &pace, 10 * MS, 30 * MS);
	cr_expect_leq(alone.level, 2);
	cr_expect_eq(alone.cause, DNN_GOV_CAUSE_DEADLINE);
	for (int i = 0; i < 200; i++) {
		learn(&alone, &pace, 10 * MS, 30 * MS);
		cr_assert_leq(alone.level, 2, "frame %d", i);
	}
	for (frames = 0; alone.level < 4 && frames < 300; frames++)
		learn(&alone, &pace, 5 * MS, 30 * MS);
	cr_expect_eq(alone.level, 4);
	cr_expect_geq(frames, 12, "restored after %d frames", frames);
	cr_expect_eq(alone.cause, DNN_GOV_CAUSE_NONE);
}

Test(alone, never_leaves_its_bounds)
{
	struct pace pace = { 0 };
	struct alone alone;

	alone_init(&alone, 2, 3);
	for (int i = 0; i < 50; i++) {
		learn(&alone, &pace, 100 * MS, 30 * MS);
		cr_assert(alone.level == 2 || alone.level == 3);
	}
	cr_expect_eq(alone.level, 2);
	for (int i = 0; i < 500; i++) {
		learn(&alone, &pace, MS, 30 * MS);
		cr_assert(alone.level == 2 || alone.level == 3);
	}
	cr_expect_eq(alone.level, 3);
}

Test(alone, starts_from_where_somebody_else_was)
{
	struct pace pace = { 0 };
	struct alone alone;

	alone_init(&alone, 1, 4);
	for (int i = 0; i < 20; i++)
		learn(&alone, &pace, 20 * MS, 30 * MS);
	cr_expect_eq(alone.level, 1);
	alone_follow(&alone, 3);
	cr_expect_eq(alone.level, 3);
	alone_follow(&alone, 4);
	cr_expect_eq(alone.level, 4);
	cr_expect_eq(alone.cause, DNN_GOV_CAUSE_NONE);
}

Test(alone, late_begin_counts)
{
	struct pace pace = { 0 };
	struct alone alone;
	uint64_t run;

	alone_init(&alone, 1, 4);
	run = play(&pace, 4, 0, 5 * MS);
	alone_learn(&alone, &pace, 4, 15 * MS, run, 30 * MS);
	cr_expect_leq(alone.level, 3);
}

/* --- the client -------------------------------------------------------------------- */

struct fixture {
	void *image;
	struct dyndnn_model *model;
	struct dyndnn_session *session;
};

static void fixture_open(struct fixture *f, enum small_shape shape)
{
	struct small_model small;
	struct dyndnn_error err;
	size_t bytes;

	small_model_init(&small, shape, 4, 1);
	f->image = small_model_encode(&small, &bytes);
	small_model_free(&small);
	cr_assert_eq(dyndnn_model_open_memory(f->image, bytes, &f->model, &err), 0, "%s", err.text);
	cr_assert_eq(dyndnn_session_open(f->model, NULL, &f->session, &err), 0, "%s", err.text);
}

static void fixture_close(struct fixture *f)
{
	dyndnn_session_close(f->session);
	dyndnn_model_close(f->model);
	free(f->image);
}

static void set_noise(struct fixture *f)
{
	const struct dyndnn_info *info = dyndnn_model_info(f->model);
	size_t count = (size_t)info->channels * info->height * info->width;
	float *values = malloc(count * sizeof(*values));
	unsigned int seed = 5;

	small_model_noise(values, count, 1, &seed);
	cr_assert_eq(dyndnn_set_input_f32(f->session, values, count, DYNDNN_CHW), 0);
	free(values);
}

static void assert_refused(const struct dyndnn_client_options *options, int code, const char *text)
{
	struct dyndnn_client *client;
	struct dyndnn_error err = { 0 };
	struct fixture f;

	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(dyndnn_client_open(f.session, options, &client, &err), code);
	cr_assert_null(client);
	cr_expect_eq(err.code, code);
	cr_expect_str_eq(err.text, text);
	fixture_close(&f);
}

Test(client, options_are_checked)
{
	cpu_set_t none;

	CPU_ZERO(&none);
#define OPTIONS(...) (&(struct dyndnn_client_options) { .deadline_ns = MS, __VA_ARGS__ })
	assert_refused(&(struct dyndnn_client_options) { 0 }, -ERANGE,
		       "deadline_ns: 0 is out of range, must be 100000..60000000000");
	assert_refused(&(struct dyndnn_client_options) { .deadline_ns = 61000000000 }, -ERANGE,
		       "deadline_ns: 61000000000 is out of range, must be 100000..60000000000");
	assert_refused(OPTIONS(.period_ns = 1), -ERANGE,
		       "period_ns: 1 is out of range, must be 100000..60000000000");
	assert_refused(OPTIONS(.level = 5), -ERANGE, "level: 5 is out of range, must be 1..4");
	assert_refused(OPTIONS(.level = 2, .min_level = 3), -ERANGE,
		       "min_level: 3 is out of range, must be 1..2");
	assert_refused(OPTIONS(.weight = 1001), -ERANGE,
		       "weight: 1001 is out of range, must be 1..1000");
	assert_refused(OPTIONS(.name = ""), -EINVAL, "name: must be 1..31 bytes");
	assert_refused(OPTIONS(.mode = 3), -EINVAL, "mode: 3 is none");
	assert_refused(OPTIONS(.cpus = &none), -EINVAL, "cpus: must hold a CPU, or be NULL");
#undef OPTIONS
}

static void run_all(enum dyndnn_client_mode mode, unsigned int level)
{
	struct dyndnn_client_options options = { .deadline_ns = 10000 * MS, .mode = mode,
						 .level = level };
	float logits[16], expected[16];
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	struct dyndnn_error err;
	struct fixture f;

	fixture_open(&f, SMALL_ODD);
	cr_assert_leq(dyndnn_model_info(f.model)->classes, 16);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, &err), 0, "%s", err.text);
	set_noise(&f);
	for (int i = 0; i < 20; i++) {
		struct dyndnn_client_frame frame = { 0 };

		cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
		cr_assert_eq(frame.level_done, level ? level : 4);
		cr_assert_eq(frame.grant, frame.level_done);
		cr_assert(frame.met && !frame.stopped);
		cr_assert_gt(frame.release_ns, 0);
		cr_assert_eq(frame.deadline_ns, frame.release_ns + options.deadline_ns);
		cr_assert_geq(frame.end_ns, frame.release_ns);
	}
	cr_assert_eq(dyndnn_run(f.session, level ? level : 4, expected), 0);
	cr_expect_arr_eq(logits, expected,
			 dyndnn_model_info(f.model)->classes * sizeof(float));
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.frames, 20);
	cr_expect_eq(status.met, 20);
	cr_expect_eq(status.stopped, 0);
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, alone_runs_all_levels_when_there_is_time)
{
	run_all(DYNDNN_CLIENT_ALONE, 0);
	run_all(DYNDNN_CLIENT_ALONE, 3);
}

Test(client, fixed_runs_its_level)
{
	run_all(DYNDNN_CLIENT_FIXED, 0);
	run_all(DYNDNN_CLIENT_FIXED, 2);
}

Test(client, runs_on_without_the_module)
{
	struct dyndnn_client_options options = { .deadline_ns = 10000 * MS };
	struct dyndnn_client_frame frame = { 0 };
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	struct dyndnn_error err;
	struct fixture f;
	float logits[16];

	if (!access("/sys/module/dnn_gov", F_OK))
		cr_skip_test("the module is loaded");
	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, &err), 0, "%s", err.text);
	dyndnn_client_status(client, &status);
	cr_expect_not(status.hinted);
	cr_expect_str_eq(status.why, "the dnn_gov module is not loaded");
	set_noise(&f);
	cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
	cr_expect_not(frame.hinted);
	cr_expect_eq(frame.level_done, 4);
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.alone, 1);
	dyndnn_client_close(client);
	fixture_close(&f);
}

/* The shortest deadline there can be, in which no machine runs 32 M multiply-accumulates. */
Test(client, alone_drops_groups_when_time_is_short)
{
	struct dyndnn_client_options options = {
		.mode = DYNDNN_CLIENT_ALONE, .deadline_ns = DNN_GOV_TIME_MIN_NS,
	};
	struct dyndnn_client_frame frame;
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	struct dyndnn_error err;
	float logits[16], expected[16];
	unsigned int top = 0;
	struct fixture f;

	fixture_open(&f, SMALL_SHIPPED);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, &err), 0, "%s", err.text);
	set_noise(&f);
	for (int i = 0; i < 30; i++) {
		frame = (struct dyndnn_client_frame){ 0 };
		cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
		cr_assert_geq(frame.level_done, 1);
		/* stopped or not, the answer is that of the level it names */
		cr_assert_eq(dyndnn_run(f.session, frame.level_done, expected), 0);
		cr_assert_arr_eq(logits, expected, 10 * sizeof(float));
		if (i >= 10 && frame.level_done > top)
			top = frame.level_done;
	}
	cr_expect_lt(top, 4);
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.frames, 30);
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, release_in_the_future_is_refused)
{
	struct dyndnn_client_options options = { .deadline_ns = 10 * MS,
						 .mode = DYNDNN_CLIENT_ALONE };
	struct dyndnn_client_frame frame = { .release_ns = UINT64_MAX };
	struct dyndnn_client *client;
	struct fixture f;
	float logits[16];

	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, NULL), 0);
	cr_expect_str_eq(dyndnn_client_error(client), "");
	cr_expect_eq(dyndnn_client_run(client, &frame, logits), -ERANGE);
	cr_expect(strstr(dyndnn_client_error(client), "release_ns: 18446744073709551615"));
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, thread_gets_its_affinity_back)
{
	struct dyndnn_client_options options = { .deadline_ns = 10 * MS,
						 .mode = DYNDNN_CLIENT_ALONE };
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	cpu_set_t before, one, now;
	struct fixture f;
	size_t cpu = 0;

	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	while (!CPU_ISSET(cpu, &before))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	options.cpus = &one;
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, NULL), 0);
	cr_assert_eq(sched_getaffinity(0, sizeof(now), &now), 0);
	cr_expect(CPU_EQUAL(&now, &one));
	dyndnn_client_status(client, &status);
	cr_expect(CPU_EQUAL(&status.cpus, &one));
	dyndnn_client_close(client);
	cr_assert_eq(sched_getaffinity(0, sizeof(now), &now), 0);
	cr_expect(CPU_EQUAL(&now, &before));
	fixture_close(&f);
}
