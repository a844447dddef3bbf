// SPDX-License-Identifier: MIT
/*
 * Do one thing again and again, each time with another of the kernel's allocations on its way
 * failing (failslab), until one goes through untouched: the first, the second ...
 *
 *	allocfail load FILE.ko ARGUMENTS	load a module, and unload it
 *	allocfail write FILE TEXT UNDO		write TEXT to FILE, and UNDO after it
 *	allocfail stream			a stream with one frame, from open to close
 *
 * Each must fail with ENOMEM or do what it should all the same. Prints how many allocations
 * failed and how often the whole did; status 1 tells that an error was another one.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <dnnhint.h>

/* More than any of it needs: without a bound a broken counter would never end. */
#define MOST 20000

static char **words;
static const char *at = "";	/* what failed */

static int load(void)
{
	int fd = open(words[0], O_RDONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, words[1], 0))
		ret = -errno;
	close(fd);
	return ret;
}

static int unload(void)
{
	char name[64];
	const char *base = strrchr(words[0], '/');

	snprintf(name, sizeof(name), "%s", base ? base + 1 : words[0]);
	name[strcspn(name, ".")] = 0;
	return syscall(SYS_delete_module, name, 0) ? -errno : 0;
}

static int put(const char *text)
{
	int fd = open(words[0], O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int put_text(void)
{
	return put(words[1]);
}

static int put_undo(void)
{
	return put(words[2]);
}

static int stream(void)
{
	const struct dnnhint_stream_params params = {
		.name = "allocfail", .period_ns = 100000000, .deadline_ns = 100000000, .levels = 4,
	};
	struct dnnhint_result result;
	struct dnnhint_grant grant;
	struct dnnhint *h;
	uint32_t id;
	int ret;

	at = "open";
	ret = dnnhint_open(&h);
	if (!ret) {
		at = "stream_add";
		ret = dnnhint_stream_add(h, &params, &id, &grant);
	}
	if (!ret) {
		at = "frame_begin";
		ret = dnnhint_frame_begin(h, id, 0, &grant);
	}
	if (!ret) {
		at = "frame_end";
		ret = dnnhint_frame_end(h, id, grant.frame_id, 4, &result);
	}
	dnnhint_close(h);
	return ret;
}

static int nothing(void)
{
	return 0;
}

static const struct {
	const char *name;
	int words;
	int (*act)(void);
	int (*undo)(void);
} actions[] = {
	{ "load", 2, load, unload },
	{ "write", 3, put_text, put_undo },
	{ "stream", 0, stream, nothing },
};

/* The allocation @n of this thread from now on fails; 0: none. */
static void arm(int fd, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	if (pwrite(fd, text, (size_t)len, 0) != len)
		err(2, "fail-nth");
}

/* How many allocations were still to come before the one that should have failed. */
static int left(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		err(2, "fail-nth");
	return atoi(text);
}

static int repeat(int fd, int (*act)(void), int (*undo)(void))
{
	int failed = 0, other = 0;

	for (int n = 1; n < MOST; n++) {
		int ret, rest;

		arm(fd, n);
		ret = act();
		rest = left(fd);
		arm(fd, 0);
		if (ret) {
			failed++;
		} else {
			ret = undo();
			if (ret)
				errx(1, "allocation %d: undoing: %s", n, strerror(-ret));
		}
		if (ret && ret != -ENOMEM) {
			other++;
			printf("allocation %d: %s: %s\n", n, at, strerror(-ret));
		}
		if (rest) {
			printf("%d allocations failed, %d times the whole did\n", n - 1, failed);
			return ret || other ? 1 : 0;
		}
	}
	errx(1, "no end after %d allocations", MOST);
}

int main(int argc, char **argv)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(2, "fail-nth");
	for (size_t i = 0; argc > 1 && i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(argv[1], actions[i].name) || argc != 2 + actions[i].words)
			continue;
		words = argv + 2;
		return repeat(fd, actions[i].act, actions[i].undo);
	}
	fputs("usage: allocfail load FILE.ko ARGUMENTS | write FILE TEXT UNDO | stream\n", stderr);
	return 2;
}
