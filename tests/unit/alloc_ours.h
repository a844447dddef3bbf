/* SPDX-License-Identifier: MIT */
/* For tests that bring an allocator: neither a sanitizer's nor valgrind's can be replaced. */
#ifndef ALLOC_OURS_H
#define ALLOC_OURS_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOC_SANITIZED 1
#else
#define ALLOC_SANITIZED 0
#endif

static inline bool alloc_is_ours(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return !ALLOC_SANITIZED && (!preload || !strstr(preload, "valgrind"));
}

#endif
