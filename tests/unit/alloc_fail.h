/* SPDX-License-Identifier: MIT */
/* An allocator that has no memory when it is told so: for programs that link alloc_fail.o. */
#ifndef TEST_ALLOC_FAIL_H
#define TEST_ALLOC_FAIL_H

#include <stdbool.h>

/* False where there is another allocator, that of a sanitizer or of valgrind. */
bool alloc_can_fail(void);

/* The @nr-th allocation of this thread from now on fails; 0: none. */
void alloc_fail(unsigned int nr);

/* It has not come to that yet. */
bool alloc_fail_waits(void);

#endif
