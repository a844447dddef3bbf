// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resident.h"

/* glibc's default, but fixed: it would grow with the first large block that is freed. */
enum { MMAP_BYTES = 128 * 1024 };

/* What the child tells, through a pipe. */
struct answer {
	int ret;
	struct resident resident;
	struct dyndnn_error err;
};

static int fail(struct dyndnn_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct dyndnn_error *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->code = code;
	return code;
}

static int read_rss(uint64_t *bytes, struct dyndnn_error *err)
{
	static const char path[] = "/proc/self/smaps_rollup";
	uint64_t kib = UINT64_MAX;
	char line[256];
	FILE *file = fopen(path, "r");

	if (!file)
		return fail(err, -errno, "%s: %s", path, strerror(errno));
	while (kib == UINT64_MAX && fgets(line, sizeof(line), file))
		sscanf(line, "Rss: %" SCNu64 " kB", &kib);
	fclose(file);
	if (kib == UINT64_MAX)
		return fail(err, -EBADMSG, "%s: no line Rss", path);
	*bytes = kib * 1024;
	return 0;
}

static int run_frame(struct dyndnn_session *session)
{
	const struct dyndnn_info *info = dyndnn_session_info(session);
	size_t bytes = (size_t)info->channels * info->height * info->width;
	uint8_t *pixels = malloc(bytes);
	float *logits = malloc(info->classes * sizeof(*logits));
	int ret = -ENOMEM;

	if (pixels && logits) {
		for (size_t i = 0; i < bytes; i++)
			pixels[i] = i * 37;
		ret = dyndnn_set_input_u8(session, pixels, bytes, DYNDNN_HWC);
		if (!ret)
			ret = dyndnn_run(session, dyndnn_session_levels(session), logits);
	}
	free(logits);
	free(pixels);
	return ret;
}

static int open_one(const struct resident_use *use, struct dyndnn_session **session,
		    struct dyndnn_error *err)
{
	struct dyndnn_session_options options = {
		.max_level = use->level, .compute = use->compute,
		.small_memory = use->small_memory,
	};
	struct dyndnn_error why;
	struct dyndnn_model *model;
	int ret;

	ret = dyndnn_model_open(use->path, &model, &why);
	if (ret)
		return fail(err, ret, "%.100s: %.140s", use->path, why.text);
	ret = dyndnn_session_open(model, &options, session, &why);
	dyndnn_model_close(model);
	if (ret)
		return fail(err, ret, "%.100s: %.140s", use->path, why.text);
	ret = run_frame(*session);
	if (ret) {
		fail(err, ret, "%.100s: a frame fails: %.120s", use->path,
		     dyndnn_session_error(*session));
		dyndnn_session_close(*session);
	}
	return ret;
}

/* Return how much the sessions add, having closed them again. */
static int one_round(const struct resident_use *uses, size_t count,
		     struct dyndnn_session **sessions, uint64_t *bytes, struct dyndnn_error *err)
{
	uint64_t before = 0, after = 0;
	size_t opened = 0;
	int ret;

	malloc_trim(0);
	ret = read_rss(&before, err);
	for (; !ret && opened < count; opened++) {
		ret = open_one(&uses[opened], &sessions[opened], err);
		if (ret)
			break;
	}
	if (!ret)
		malloc_trim(0);
	if (!ret)
		ret = read_rss(&after, err);
	*bytes = after > before ? after - before : 0;
	while (opened)
		dyndnn_session_close(sessions[--opened]);
	return ret;
}

static void measure_here(const struct resident_use *uses, size_t count, struct answer *answer)
{
	struct dyndnn_session **sessions = calloc(count, sizeof(*sessions));
	uint64_t first = 0, second = 0;

	if (!sessions) {
		answer->ret = fail(&answer->err, -ENOMEM, "no memory for %zu sessions", count);
		return;
	}
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
	mallopt(M_TRIM_THRESHOLD, MMAP_BYTES);
	/* Reading takes memory the first time: not the networks' either. */
	answer->ret = read_rss(&first, &answer->err);
	if (!answer->ret)
		answer->ret = one_round(uses, count, sessions, &first, &answer->err);
	if (!answer->ret)
		answer->ret = one_round(uses, count, sessions, &second, &answer->err);
	answer->resident.networks = second;
	answer->resident.code = first > second ? first - second : 0;
	free(sessions);
}

static int read_answer(int fd, struct answer *answer)
{
	size_t have = 0;

	while (have < sizeof(*answer)) {
		ssize_t n = read(fd, (char *)answer + have, sizeof(*answer) - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EIO;
		have += n;
	}
	return 0;
}

int resident_measure(const struct resident_use *uses, size_t count, struct resident *resident,
		     struct dyndnn_error *err)
{
	struct answer answer = { 0 };
	int fd[2], status = 0, ret;
	pid_t child;

	if (pipe(fd))
		return fail(err, -errno, "measuring memory: pipe: %s", strerror(errno));
	child = fork();
	if (child < 0) {
		ret = fail(err, -errno, "measuring memory: fork: %s", strerror(errno));
		close(fd[0]);
		close(fd[1]);
		return ret;
	}
	if (!child) {
		close(fd[0]);
		measure_here(uses, count, &answer);
		_exit(write(fd[1], &answer, sizeof(answer)) != sizeof(answer));
	}
	close(fd[1]);
	ret = read_answer(fd[0], &answer);
	close(fd[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (ret)
		return fail(err, ret, "measuring memory: the process for it ended with status %#x",
			    status);
	if (answer.ret)
		*err = answer.err;
	else
		*resident = answer.resident;
	return answer.ret;
}
