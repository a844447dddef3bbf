/* SPDX-License-Identifier: MIT */
/*
 * Calls of the program's allocator, counted: a program that links alloc_count.o allocates
 * through it, libraries too.
 */
#ifndef TEST_ALLOC_COUNT_H
#define TEST_ALLOC_COUNT_H

#include <stdbool.h>
#include <stddef.h>

/* By the function that was called. */
enum alloc_kind {
	ALLOC_MALLOC,		/* and calloc */
	ALLOC_REALLOC,
	ALLOC_ALIGNED,		/* aligned_alloc */
	ALLOC_MEMALIGN,		/* and posix_memalign */
	ALLOC_KINDS,
};

/* False where there is another allocator, that of a sanitizer or of valgrind. */
bool alloc_is_counted(void);

/* Calls so far, those of free() with something to free among them. */
unsigned long alloc_calls(void);

/* Bytes asked for so far. */
size_t alloc_bytes(enum alloc_kind kind);

#endif
