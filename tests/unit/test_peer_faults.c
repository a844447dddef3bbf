// SPDX-License-Identifier: MIT
/*
 * libdnnhint when something is wrong: the module goes, answers are lost or damaged, system calls
 * fail, memory is short. Every call ends with an error that says what it was, and the handle can
 * be used again.
 */
#include <dirent.h>
#include <sys/socket.h>

#include "alloc_fail.h"
#include "peer_kit.h"

/* --- all the calls, one like the other ------------------------------------------------- */

struct world {
	struct dnnhint *h;
	uint32_t id;
	uint64_t frame_id;
};

static const struct dnnhint_stream_params some_params = {
	.name = "stream", .deadline_ns = 40 * MS, .levels = 4,
};
static const struct dnnhint_stream_params some_change = { .weight = 3 };

static int add(struct world *w)
{
	uint32_t id;

	return dnnhint_stream_add(w->h, &some_params, &id, NULL);
}

static int set(struct world *w)
{
	return dnnhint_stream_set(w->h, w->id, &some_change, NULL);
}

static int del(struct world *w)
{
	return dnnhint_stream_del(w->h, w->id);
}

static int get(struct world *w)
{
	struct dnnhint_stream_info info;

	return dnnhint_stream_get(w->h, w->id, &info);
}

static int begin(struct world *w)
{
	struct dnnhint_grant grant;

	return dnnhint_frame_begin(w->h, w->id, 0, &grant);
}

static int progress(struct world *w)
{
	return dnnhint_frame_progress(w->h, w->id, w->frame_id, 1);
}

static int end(struct world *w)
{
	return dnnhint_frame_end(w->h, w->id, w->frame_id, 2, NULL);
}

static int stats(struct world *w)
{
	struct dnnhint_stats sums;

	return dnnhint_stats_get(w->h, &sums);
}

static int next_stream(const struct dnnhint_stream_info *info, void *ctx)
{
	(void)info;
	(void)ctx;
	return 0;
}

static int all_streams(struct world *w)
{
	return dnnhint_streams_get(w->h, next_stream, NULL);
}

static int next_policy(const struct dnnhint_policy_info *info, void *ctx)
{
	(void)info;
	(void)ctx;
	return 0;
}

static int all_policies(struct world *w)
{
	return dnnhint_policies_get(w->h, next_policy, NULL);
}

static int post_end(struct world *w)
{
	return dnnhint_frame_post_end(w->h, w->id, w->frame_id, 2);
}

enum kind { ANSWERED, ACKNOWLEDGED, DUMPED, POSTED };

static const struct call {
	const char *name;
	int (*make)(struct world *w);
	enum kind kind;
} calls[] = {
	{ "stream_add", add, ANSWERED },
	{ "stream_set", set, ANSWERED },
	{ "stream_del", del, ACKNOWLEDGED },
	{ "stream_get", get, ANSWERED },
	{ "frame_begin", begin, ANSWERED },
	{ "frame_progress", progress, ACKNOWLEDGED },
	{ "frame_end", end, ANSWERED },
	{ "stats_get", stats, ANSWERED },
	{ "streams_get", all_streams, DUMPED },
	{ "policies_get", all_policies, DUMPED },
	{ "frame_post_end", post_end, POSTED },
};

#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

static struct world new_world(void)
{
	struct world w = { .h = peer_open() };
	struct dnnhint_grant grant;

	w.id = peer_add(w.h, "first");
	assert_ret(w.h, dnnhint_frame_begin(w.h, w.id, 0, &grant), 0);
	w.frame_id = grant.frame_id;
	return w;
}

static void end_world(struct world *w)
{
	dnnhint_close(w->h);
	gov_unload();
}

static void assert_call(const struct call *call, struct world *w, int want, const char *text)
{
	int ret = call->make(w);

	cr_assert_eq(ret, want, "%s returned %d (%s), must be %d", call->name, ret,
		     dnnhint_error(w->h), want);
	if (text)
		cr_assert_str_eq(dnnhint_error(w->h), text, "%s: '%s'", call->name,
				 dnnhint_error(w->h));
}

/* --- answers ----------------------------------------------------------------------------- */

static const char malformed[] = "the kernel's answer is malformed";

Test(peer_faults, an_answer_that_is_wrong)
{
	static const struct { enum gov_fault fault; int ret; const char *text; } faults[] = {
		{ GOV_SILENT, -ETIMEDOUT, "the kernel gave no answer" },
		{ GOV_CUT, -ETIMEDOUT, NULL },
		{ GOV_TOO_LONG, -EBADMSG, "the kernel's answer is too long" },
		{ GOV_BARE_ACK, -EBADMSG, malformed },
		{ GOV_OTHER_TYPE, -ETIMEDOUT, NULL },
		{ GOV_AFTER_FORGERY, 0, NULL },
		{ GOV_AFTER_OLD, 0, NULL },
	};

	for (size_t i = 0; i < NR_CALLS; i++) {
		for (size_t f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
			struct world w;

			if (calls[i].kind != ANSWERED)
				continue;
			w = new_world();
			gov.fault = faults[f].fault;
			assert_call(&calls[i], &w, faults[f].ret, faults[f].text);
			peer_is_well(w.h);
			end_world(&w);
		}
	}
}

Test(peer_faults, an_answer_that_lacks_something)
{
	static const struct { const char *call; int attr; } needed[] = {
		{ "stream_add", DNN_GOV_A_STREAM_ID }, { "stream_add", DNN_GOV_A_GRANT },
		{ "stream_set", DNN_GOV_A_GRANT }, { "stream_get", DNN_GOV_A_STREAM_ID },
		{ "stream_get", DNN_GOV_A_LEVELS }, { "stream_get", DNN_GOV_A_GRANT },
		{ "frame_begin", DNN_GOV_A_FRAME_ID }, { "frame_begin", DNN_GOV_A_GRANT },
		{ "frame_begin", DNN_GOV_A_DEADLINE_ABS_NS }, { "frame_end", DNN_GOV_A_LATENCY_NS },
		{ "frame_end", DNN_GOV_A_MET }, { "frame_end", DNN_GOV_A_GRANT },
		{ "stats_get", DNN_GOV_A_FRAMES }, { "streams_get", DNN_GOV_A_LEVELS },
		{ "policies_get", DNN_GOV_A_POLICY_CPU },
	};

	for (size_t n = 0; n < sizeof(needed) / sizeof(needed[0]); n++) {
		struct world w = new_world();

		gov.without = needed[n].attr;
		for (size_t i = 0; i < NR_CALLS; i++)
			if (!strcmp(calls[i].name, needed[n].call))
				assert_call(&calls[i], &w, -EBADMSG, malformed);
		gov.without = 0;
		peer_is_well(w.h);
		end_world(&w);
	}
}

Test(peer_faults, a_dump_that_is_wrong)
{
	for (size_t i = 0; i < NR_CALLS; i++) {
		struct world w = new_world();

		if (calls[i].kind == DUMPED) {
			gov.fault = GOV_DUMP_CHANGED;
			assert_call(&calls[i], &w, -EINTR,
				    "streams came or went while they were read");
			for (int more = 0; more < 3; more++)
				peer_add(w.h, "more");
			gov.fault = GOV_DUMP_FAILS;
			assert_call(&calls[i], &w, -ENOMEM, "Cannot allocate memory");
			gov.fault = GOV_DUMP_ENDS_BARE;
			assert_call(&calls[i], &w, 0, NULL);
		}
		peer_is_well(w.h);
		end_world(&w);
	}
}

/* An answer that finds no room is lost; the call says so and does not wait for it. */
Test(peer_faults, an_answer_that_finds_no_room)
{
	const struct dnnhint_callbacks callbacks = { 0 };

	for (size_t i = 0; i < NR_CALLS; i++) {
		struct world w = new_world();

		fake_room(0);
		if (calls[i].kind == POSTED)
			assert_call(&calls[i], &w, 0, NULL);
		else
			assert_call(&calls[i], &w, -ENOBUFS,
				    "the kernel's answer was lost: too many events were waiting");
		cr_assert(calls[i].kind == POSTED || peer_readable(w.h));
		fake_room(100);
		peer_is_well(w.h);
		assert_ret(w.h, dnnhint_dispatch(w.h, &callbacks, NULL), calls[i].kind != POSTED);
		cr_assert_not(peer_readable(w.h));
		end_world(&w);
	}
}

/* --- the module ---------------------------------------------------------------------------- */

Test(peer_faults, open_without_the_module)
{
	struct dnnhint *h = (struct dnnhint *)1;

	cr_expect_eq(dnnhint_open(&h), -EPROTONOSUPPORT);
	cr_expect_null(h);
	gov_load();
	gov.no_group = true;
	cr_expect_eq(dnnhint_open(&h), -EPROTONOSUPPORT);
	cr_expect_null(h);
	cr_expect_null(fake_socket_next(NULL));
}

Test(peer_faults, the_module_is_unloaded_in_mid_frame)
{
	for (size_t i = 0; i < NR_CALLS; i++) {
		struct world w = new_world();

		gov_unload();
		if (calls[i].kind == POSTED)
			assert_call(&calls[i], &w, 0, NULL);
		else
			assert_call(&calls[i], &w, -EPROTONOSUPPORT,
				    "the dnn_gov module was unloaded");
		end_world(&w);
	}
}

/* Loaded anew it is another family, which knows nothing of the handle. */
Test(peer_faults, the_module_is_loaded_anew)
{
	for (size_t i = 0; i < NR_CALLS; i++) {
		struct world w = new_world();

		gov_unload();
		gov_load();
		if (calls[i].kind == POSTED)
			assert_call(&calls[i], &w, 0, NULL);
		else
			assert_call(&calls[i], &w, -EPROTONOSUPPORT,
				    "the dnn_gov module was unloaded");
		dnnhint_close(w.h);
		w.h = peer_open();
		peer_is_well(w.h);
		end_world(&w);
	}
}

/* A refusal with no words, by a module that is there: its own error stays. */
Test(peer_faults, refused_without_words)
{
	struct world w = new_world();

	gov.refuse = ENOENT;
	assert_error(w.h, get(&w), -ENOENT, "No such file or directory");
	peer_is_well(w.h);
	/* whether the module is there cannot be told */
	gov.refuse = ENOENT;
	fake_fail(3, EMFILE);
	assert_error(w.h, get(&w), -ENOENT, "No such file or directory");
	cr_expect_not(fake_fail_waits());
	peer_is_well(w.h);
	end_world(&w);
}

/* With no memory to ask whether the module is there: an error, and the handle is not lost. */
Test(peer_faults, refused_without_words_and_memory)
{
	int ret;

	if (!alloc_can_fail())
		cr_skip_test("another allocator");
	for (unsigned int nr = 1;; nr++) {
		struct world w = new_world();

		gov.refuse = ENOENT;
		alloc_fail(nr);
		ret = get(&w);
		if (alloc_fail_waits())
			break;
		cr_assert(ret == -ENOMEM || ret == -ENOENT || ret == -EPROTONOSUPPORT, "%d", ret);
		gov.refuse = 0;
		peer_is_well(w.h);
		end_world(&w);
	}
	alloc_fail(0);
	cr_expect_eq(ret, -ENOENT);
}

/* libnl makes the same of every error that the kernel answers with. */
Test(peer_faults, open_where_asking_is_refused)
{
	struct dnnhint *h;

	gov_load();
	gov.ctrl_error = EPERM;
	cr_expect_eq(dnnhint_open(&h), -EPROTONOSUPPORT);
	cr_expect_null(h);
}

/* --- system calls ---------------------------------------------------------------------------- */

static unsigned int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	cr_assert_not_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* The first that is made, for the socket. */
Test(peer_faults, open_says_what_was_wrong)
{
	static const struct { int err; int ret; } errors[] = {
		{ EPERM, -EPERM }, { EACCES, -EACCES }, { ENOMEM, -ENOMEM }, { EBUSY, -EBUSY },
		{ EINVAL, -EINVAL }, { ERANGE, -ERANGE }, { EEXIST, -EADDRINUSE },
		{ EAGAIN, -EAGAIN }, { EINTR, -EINTR },
		{ EAFNOSUPPORT, -EPROTONOSUPPORT }, { EPROTONOSUPPORT, -EPROTONOSUPPORT },
		{ EMFILE, -EIO }, { EIO, -EIO },
	};
	struct dnnhint *h;

	gov_load();
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_fail(1, errors[i].err);
		cr_expect_eq(dnnhint_open(&h), errors[i].ret, "%s", strerror(errors[i].err));
		cr_expect_null(h);
	}
}

/* Whichever system call of opening fails: an error, and nothing is left open. */
Test(peer_faults, open_when_a_system_call_fails)
{
	static const int errors[] = { EMFILE, ENOMEM, EACCES };
	unsigned int before = open_files(), nr = 0;
	struct dnnhint *h;
	int ret;

	gov_load();
	for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++) {
		for (nr = 1;; nr++) {
			fake_fail(nr, errors[e]);
			ret = dnnhint_open(&h);
			if (fake_fail_waits())
				break;
			cr_assert_lt(ret, 0, "call %u failed and nobody noticed", nr);
			cr_assert_null(h);
			cr_assert_null(fake_socket_next(NULL));
			cr_assert_eq(open_files(), before, "call %u", nr);
		}
		fake_fail(0, 0);
		cr_assert_eq(ret, 0);
		peer_is_well(h);
		dnnhint_close(h);
		cr_assert_eq(open_files(), before);
	}
	cr_expect_gt(nr, 10);
}

Test(peer_faults, a_system_call_of_a_request_fails)
{
	for (size_t i = 0; i < NR_CALLS; i++) {
		for (unsigned int nr = 1; nr <= (calls[i].kind == POSTED ? 1 : 2); nr++) {
			struct world w = new_world();

			fake_fail(nr, EIO);
			assert_call(&calls[i], &w, -EIO, "Input/output error");
			cr_assert_not(fake_fail_waits());
			peer_is_well(w.h);
			end_world(&w);
		}
	}
}

Test(peer_faults, other_system_calls_fail)
{
	const struct dnnhint_callbacks callbacks = { 0 };
	struct world w = new_world();

	fake_fail(1, EPERM);
	assert_ret(w.h, dnnhint_observe(w.h), -EPERM);
	assert_ret(w.h, dnnhint_observe(w.h), 0);
	fake_fail(1, EPERM);
	assert_error(w.h, dnnhint_set_event_room(w.h, 4096), -EPERM, "Operation not permitted");
	assert_ret(w.h, dnnhint_set_event_room(w.h, 4096), 0);
	fake_fail(1, EIO);
	assert_error(w.h, dnnhint_dispatch(w.h, &callbacks, NULL), -EIO, "Input/output error");
	assert_ret(w.h, dnnhint_dispatch(w.h, &callbacks, NULL), 0);
	peer_is_well(w.h);
	end_world(&w);
}

Test(peer_faults, signals_interrupt)
{
	struct world w;

	for (size_t i = 0; i < NR_CALLS; i++) {
		w = new_world();
		fake_interrupt(true);
		assert_call(&calls[i], &w, 0, NULL);
		fake_interrupt(false);
		end_world(&w);
	}
}

/* --- memory ----------------------------------------------------------------------------- */

/* Whichever allocation fails, the kernel has no stream that nobody knows of. */
Test(peer_faults, memory_is_short)
{
	if (!alloc_can_fail())
		cr_skip_test("another allocator");
	for (size_t i = 0; i < NR_CALLS; i++) {
		for (unsigned int nr = 1;; nr++) {
			struct world w = new_world();
			int ret;

			alloc_fail(nr);
			ret = calls[i].make(&w);
			if (alloc_fail_waits()) {
				alloc_fail(0);
				cr_assert_eq(ret, 0);
				end_world(&w);
				break;
			}
			cr_assert_eq(ret, -ENOMEM, "%s: %d", calls[i].name, ret);
			cr_assert_str_eq(dnnhint_error(w.h), "Cannot allocate memory");
			cr_assert_eq(gov_streams(), 1);
			cr_assert_eq(gov_pending(w.id), 1);
			peer_is_well(w.h);
			end_world(&w);
		}
	}
}

Test(peer_faults, memory_is_short_when_opening)
{
	unsigned int before = open_files(), nr;
	struct dnnhint *h;
	int ret;

	if (!alloc_can_fail())
		cr_skip_test("another allocator");
	gov_load();
	for (nr = 1;; nr++) {
		alloc_fail(nr);
		ret = dnnhint_open(&h);
		if (alloc_fail_waits())
			break;
		/* what libnl asks for itself has one error, and it does not need all it asks for */
		if (!ret) {
			peer_is_well(h);
			dnnhint_close(h);
		} else {
			cr_assert(ret == -ENOMEM || ret == -EPROTONOSUPPORT, "allocation %u: %d",
				  nr, ret);
			cr_assert_null(h);
		}
		cr_assert_eq(open_files(), before, "allocation %u", nr);
	}
	alloc_fail(0);
	cr_assert_eq(ret, 0);
	cr_expect_gt(nr, 5);
	dnnhint_close(h);
}
