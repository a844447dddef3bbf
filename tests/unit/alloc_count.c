// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "alloc_count.h"
#include "alloc_ours.h"

static atomic_ulong calls;
static atomic_size_t asked[ALLOC_KINDS];

#if !ALLOC_SANITIZED
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *old, size_t bytes);
extern void *__libc_memalign(size_t align, size_t bytes);
extern void __libc_free(void *memory);
void *memalign(size_t align, size_t bytes);

static void count(enum alloc_kind kind, size_t bytes)
{
	atomic_fetch_add(&calls, 1);
	atomic_fetch_add(&asked[kind], bytes);
}

void *malloc(size_t bytes)
{
	count(ALLOC_MALLOC, bytes);
	return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
	count(ALLOC_MALLOC, n * bytes);
	return __libc_calloc(n, bytes);
}

void *realloc(void *old, size_t bytes)
{
	count(ALLOC_REALLOC, bytes);
	return __libc_realloc(old, bytes);
}

void *memalign(size_t align, size_t bytes)
{
	count(ALLOC_MEMALIGN, bytes);
	return __libc_memalign(align, bytes);
}

void *aligned_alloc(size_t align, size_t bytes)
{
	count(ALLOC_ALIGNED, bytes);
	return __libc_memalign(align, bytes);
}

int posix_memalign(void **out, size_t align, size_t bytes)
{
	*out = memalign(align, bytes);
	return *out ? 0 : ENOMEM;
}

void free(void *memory)
{
	if (memory)
		atomic_fetch_add(&calls, 1);
	__libc_free(memory);
}
#endif

bool alloc_is_counted(void)
{
	return alloc_is_ours();
}

unsigned long alloc_calls(void)
{
	return atomic_load(&calls);
}

size_t alloc_bytes(enum alloc_kind kind)
{
	return atomic_load(&asked[kind]);
}
