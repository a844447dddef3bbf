// SPDX-License-Identifier: MIT
/* What running does not do: allocate, call the system, keep more memory than was promised. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../engine/eval/resident.h"
#include "../../engine/infer/expect.h"
#include "../../engine/model/model.h"
#include "alloc_count.h"
#include "small_model.h"

#define MAX_CLASSES	10
#define GROUPS		4

/* --- a session under test ------------------------------------------------------------- */

struct bed {
	void *file;
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	uint8_t *pixels;
	struct dyndnn_image image;
};

static void *encode(enum small_shape shape, bool triangular, size_t *bytes)
{
	struct small_model small;
	void *file;

	if (triangular)
		small_model_init_triangular(&small, shape, GROUPS, 11);
	else
		small_model_init(&small, shape, GROUPS, 11);
	file = small_model_encode(&small, bytes);
	small_model_free(&small);
	return file;
}

static void bed_open(struct bed *bed, enum small_shape shape, bool triangular,
		     unsigned int threads, enum dyndnn_compute compute)
{
	const struct dyndnn_session_options options = { .threads = threads, .compute = compute };
	const struct dyndnn_info *info;
	struct dyndnn_error err = { 0 };
	unsigned int seed = 7;
	size_t bytes;

	bed->file = encode(shape, triangular, &bytes);
	cr_assert_eq(dyndnn_model_open_memory(bed->file, bytes, &bed->model, &err), 0, "%s",
		     err.text);
	cr_assert_eq(dyndnn_session_open(bed->model, &options, &bed->session, &err), 0, "%s",
		     err.text);
	info = dyndnn_model_info(bed->model);
	bytes = (size_t)info->channels * info->height * info->width;
	bed->pixels = malloc(bytes);
	cr_assert_not_null(bed->pixels);
	for (size_t i = 0; i < bytes; i++)
		bed->pixels[i] = rand_r(&seed) >> 7;
	bed->image = (struct dyndnn_image) {
		.values = bed->pixels, .count = bytes, .type = DYNDNN_U8, .layout = DYNDNN_HWC,
	};
}

static void bed_close(struct bed *bed)
{
	dyndnn_session_close(bed->session);
	dyndnn_model_close(bed->model);
	free(bed->pixels);
	free(bed->file);
}

/* --- every kind of frame ----------------------------------------------------------------- */

static int stop_in_group_3(void *ctx, unsigned int level_done, unsigned int layer)
{
	(void)ctx;
	return level_done == 2 && layer == 1;
}

/* Return 0, or -1 if a frame fails. */
static int run_levels(const struct bed *bed)
{
	static const unsigned int order[] = { 1, 4, 2, 3, 1, 1, 4, 4, 3, 2 };
	float logits[MAX_CLASSES];
	int bad = dyndnn_set_input(bed->session, &bed->image);

	for (size_t i = 0; !bad && i < sizeof(order) / sizeof(order[0]); i++)
		bad = dyndnn_run(bed->session, order[i], logits);
	return bad ? -1 : 0;
}

static int run_ends_early(const struct bed *bed)
{
	const struct dyndnn_limits limits[] = {
		{ .margin = 1e-6f }, { .margin = 1 }, { .margin = 0.3f, .min_level = 2 },
		{ .stop = stop_in_group_3 }, { .level = 3, .margin = 1, .stop = stop_in_group_3 },
	};
	float logits[MAX_CLASSES];
	unsigned int done;
	int bad = dyndnn_set_input(bed->session, &bed->image);

	for (size_t i = 0; !bad && i < sizeof(limits) / sizeof(limits[0]); i++)
		bad = dyndnn_run_limited(bed->session, &limits[i], logits, &done);
	return bad ? -1 : 0;
}

static int run_deadlines(const struct bed *bed)
{
	static const uint64_t budgets_ns[] = { 0, 60000000000, 1000, 200000, 50000, 400000 };
	float logits[MAX_CLASSES];
	unsigned int done;
	int bad = dyndnn_run_until(bed->session, &bed->image, logits, 0, &done);

	for (size_t i = 0; !bad && i < sizeof(budgets_ns) / sizeof(budgets_ns[0]); i++) {
		uint64_t deadline = expect_now_ns() + budgets_ns[i];

		bad = dyndnn_run_until(bed->session, i % 2 ? &bed->image : NULL, logits, deadline,
				       &done);
	}
	return bad ? -1 : 0;
}

/* What the program has allocated now. */
static size_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static int run_all(const struct bed *bed)
{
	return run_levels(bed) || run_ends_early(bed) || run_deadlines(bed) ? -1 : 0;
}

static const struct {
	enum small_shape shape;
	bool triangular;
} nets[] = {
	{ SMALL_SHIPPED, false }, { SMALL_MEANS, false }, { SMALL_MOBILE, false },
	{ SMALL_BRANCHES, false }, { SMALL_MEANS, true }, { SMALL_SHIPPED, true },
};

enum { NETS = sizeof(nets) / sizeof(nets[0]) };

Test(promises, running_allocates_and_frees_nothing)
{
	if (!alloc_is_counted())
		cr_skip_test("the allocator of this build cannot be counted");
	for (int i = 0; i < 2 * NETS; i++) {
		unsigned int most = i % 2 ? 2 : 1;
		unsigned long before = alloc_calls();
		struct bed bed;
		int bad = 0;

		bed_open(&bed, nets[i / 2].shape, nets[i / 2].triangular, most,
			 DYNDNN_COMPUTE_XNNPACK);
		cr_assert_gt(alloc_calls(), before, "the counter does not count");
		/* From the very first run on. */
		before = alloc_calls();
		for (unsigned int threads = most; !bad && threads; threads--)
			bad = dyndnn_session_set_threads(bed.session, threads) || run_all(&bed);
		if (!bad)
			bad = dyndnn_session_set_threads(bed.session, most) || run_all(&bed);
		cr_expect_eq(alloc_calls(), before, "net %d, %u threads: %lu calls", i / 2, most,
			     alloc_calls() - before);
		cr_expect_eq(bad, 0, "%s", dyndnn_session_error(bed.session));
		bed_close(&bed);
	}
}

/* Whatever a compute library takes for a call it gives back. */
Test(promises, running_keeps_nothing)
{
	struct bed bed;
	size_t before;

	if (!alloc_is_counted())
		cr_skip_test("the allocator of this build cannot be counted");
	for (int i = 0; i < NETS; i++) {
		bed_open(&bed, nets[i].shape, nets[i].triangular, 1, DYNDNN_COMPUTE_AUTO);
		/* Frames with a deadline differ: so does what the allocator keeps for the next. */
		cr_expect_eq(run_levels(&bed) || run_ends_early(&bed), 0);
		before = heap_bytes();
		for (int n = 0; n < 30; n++)
			cr_expect_eq(run_levels(&bed) || run_ends_early(&bed), 0);
		cr_expect_eq(heap_bytes(), before, "net %d: %zu bytes", i, heap_bytes() - before);
		bed_close(&bed);
	}
}

/* --- system calls ------------------------------------------------------------------------- */

/* From now on, any call but these ends the process. */
static int forbid_system_calls(bool but_the_clock)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 but_the_clock ? __NR_clock_gettime : __NR_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]), .filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

enum { ENDS_WELL, FRAME_FAILS, NO_FILTER };

/* How a process ends that may not call the system while it does this. */
static int status_without_calls(const struct bed *bed, int (*run)(const struct bed *bed),
				bool but_the_clock)
{
	int status = 0;
	pid_t child = fork();

	cr_assert_geq(child, 0);
	if (!child) {
		if (forbid_system_calls(but_the_clock))
			_exit(NO_FILTER);
		_exit(run(bed) ? FRAME_FAILS : ENDS_WELL);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	return status;
}

static int call_the_system(const struct bed *bed)
{
	(void)bed;
	return getppid() < 0;
}

static void expect_no_calls(const struct bed *bed, int (*run)(const struct bed *bed),
			    bool but_the_clock)
{
	int status = status_without_calls(bed, run, but_the_clock);

	cr_expect_eq(status, 0, "status %#x, clock %d", status, but_the_clock);
}

Test(promises, frames_at_changing_levels_call_the_system_never)
{
	if (!alloc_is_counted())
		cr_skip_test("sanitizers and valgrind make calls of their own");
	for (int i = 0; i < NETS; i++) {
		struct bed bed;
		int status;

		bed_open(&bed, nets[i].shape, nets[i].triangular, 1, DYNDNN_COMPUTE_XNNPACK);
		status = status_without_calls(&bed, call_the_system, false);
		cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
			  "calls are not seen: status %#x", status);
		expect_no_calls(&bed, run_levels, false);
		expect_no_calls(&bed, run_ends_early, false);
		/* Most systems answer that one without a call. */
		expect_no_calls(&bed, run_deadlines, true);
		bed_close(&bed);
	}
}

/* --- memory ------------------------------------------------------------------------------- */

/* Buffers of the session, and the compute library's tables of pointers into them. */
static size_t scratch_bytes(void)
{
	return alloc_bytes(ALLOC_ALIGNED) + alloc_bytes(ALLOC_REALLOC);
}

/* How many times the weights of the file a session's may be. */
static double most_weights(bool small_memory)
{
	/* But for what rounds them to the width of a vector, once; or 16/9 times. */
	return small_memory ? 1.3 : 2.1;
}

static void measure_session(const struct bed *bed, unsigned int level, bool small_memory)
{
	const struct dyndnn_session_options options = {
		.max_level = level, .compute = DYNDNN_COMPUTE_XNNPACK,
		.small_memory = small_memory,
	};
	uint64_t weights = dyndnn_model_info(bed->model)->weights_bytes[level - 1];
	size_t heap = heap_bytes(), scratch = scratch_bytes();
	struct dyndnn_session *session;

	cr_assert_eq(dyndnn_session_open(bed->model, &options, &session, NULL), 0);
	heap = heap_bytes() - heap;
	scratch = scratch_bytes() - scratch;
	dyndnn_session_close(session);
	cr_expect_geq(scratch, bed->image.count * sizeof(float));
	cr_expect_geq(heap, weights + scratch, "level %u: %zu bytes", level, heap);
	cr_expect_leq(heap, most_weights(small_memory) * weights + scratch,
		      "level %u, small %d: %zu bytes, weights %" PRIu64 ", scratch %zu", level,
		      small_memory, heap, weights, scratch);
}

Test(promises, a_session_holds_the_weights_of_its_levels_once)
{
	struct bed bed;

	if (!alloc_is_counted())
		cr_skip_test("the allocator of this build cannot be counted");
	bed_open(&bed, SMALL_SHIPPED, false, 1, DYNDNN_COMPUTE_XNNPACK);
	for (unsigned int level = 1; level <= GROUPS; level++) {
		measure_session(&bed, level, true);
		measure_session(&bed, level, false);
	}
	bed_close(&bed);
}

static char path[] = "/tmp/test_promises.XXXXXX";

static void write_model(void)
{
	size_t bytes;
	void *file = encode(SMALL_SHIPPED, false, &bytes);
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, file, bytes), bytes);
	close(fd);
	free(file);
}

/* Pages of a group that are mapped here; what others have in the page cache is not asked. */
static size_t present_pages(const struct dyndnn_model *model, uint32_t group)
{
	size_t page = sysconf(_SC_PAGESIZE), present = 0;
	uintptr_t begin = (uintptr_t)model->blob[group - 1] / page;
	uintptr_t end = begin + dnnfile_blob_bytes(&model->shape, group) / page;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	cr_assert_geq(fd, 0);
	cr_assert_gt(end, begin);
	for (uintptr_t at = begin; at < end; at++) {
		uint64_t entry;

		cr_assert_eq(pread(fd, &entry, sizeof(entry), at * sizeof(entry)), sizeof(entry));
		present += entry >> 63;
	}
	close(fd);
	return present;
}

Test(promises, pages_of_groups_that_do_not_run_are_not_in_memory)
{
	const struct dyndnn_session_options options = { .max_level = 2 };
	struct dyndnn_session *session;
	struct dyndnn_model *model;
	float logits[MAX_CLASSES];
	struct bed bed;

	bed_open(&bed, SMALL_SHIPPED, false, 1, DYNDNN_COMPUTE_XNNPACK);
	write_model();
	cr_assert_eq(dyndnn_model_open(path, &model, NULL), 0);
	/* All have been read to be verified. */
	for (uint32_t g = 1; g <= GROUPS; g++)
		cr_expect_eq(present_pages(model, g), 0, "group %u: %zu pages", g,
			     present_pages(model, g));
	cr_assert_eq(dyndnn_session_open(model, &options, &session, NULL), 0);
	cr_assert_eq(dyndnn_set_input(session, &bed.image), 0);
	for (unsigned int k = 1; k <= 2; k++)
		cr_assert_eq(dyndnn_run(session, k, logits), 0);
	cr_expect_not_null(dyndnn_model_class_name(model, 0));
	for (uint32_t g = 1; g <= GROUPS; g++)
		cr_expect_eq(present_pages(model, g), 0, "group %u: %zu pages", g,
			     present_pages(model, g));
	/* One that is read is seen. */
	cr_expect_leq(*(volatile const uint8_t *)model->blob[3], UINT8_MAX);
	cr_expect_gt(present_pages(model, 4), 0);
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	unlink(path);
	bed_close(&bed);
}

/* As the process is charged for it, every allocation rounded up to whole pages. */
Test(promises, a_process_holds_little_more_than_the_file_and_scratch)
{
	struct resident_use use = {
		.path = path, .level = GROUPS, .compute = DYNDNN_COMPUTE_XNNPACK,
	};
	struct dyndnn_error err = { 0 };
	struct resident resident;
	size_t scratch;
	uint64_t file;
	struct bed bed;

	if (!alloc_is_counted())
		cr_skip_test("the allocator of this build cannot be counted");
	write_model();
	scratch = scratch_bytes();
	bed_open(&bed, SMALL_SHIPPED, false, 1, DYNDNN_COMPUTE_XNNPACK);
	scratch = scratch_bytes() - scratch;
	file = dyndnn_model_info(bed.model)->file_bytes;
	for (int small = 0; small < 2; small++) {
		use.small_memory = small;
		cr_assert_eq(resident_measure(&use, 1, &resident, &err), 0, "%s", err.text);
		cr_expect_leq(resident.networks, most_weights(small) * file + scratch,
			      "small %d: %" PRIu64 " bytes, file %" PRIu64 ", scratch %zu", small,
			      resident.networks, file, scratch);
	}
	unlink(path);
	bed_close(&bed);
}
