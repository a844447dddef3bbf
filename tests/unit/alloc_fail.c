// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include "alloc_fail.h"
#include "alloc_ours.h"

static _Thread_local unsigned int left;

#if !ALLOC_SANITIZED
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *old, size_t bytes);

static bool fails(void)
{
	if (!left || --left)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t bytes)
{
	return fails() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
	return fails() ? NULL : __libc_calloc(n, bytes);
}

void *realloc(void *old, size_t bytes)
{
	return fails() ? NULL : __libc_realloc(old, bytes);
}
#endif

bool alloc_can_fail(void)
{
	return alloc_is_ours();
}

void alloc_fail(unsigned int nr)
{
	left = nr;
}

bool alloc_fail_waits(void)
{
	return left;
}
