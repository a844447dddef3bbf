/* SPDX-License-Identifier: MIT */
/* What the targets share. */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "dyndnn.h"

/* Not assert(): no NDEBUG shall take it away. */
#define CHECK(condition) do { \
	if (!(condition)) \
		check_failed(__FILE__, __LINE__, #condition); \
} while (0)

/* Says so and aborts. */
void check_failed(const char *file, int line, const char *what) __attribute__((noreturn));

/* A copy that is aligned and exactly as long, so that a sanitizer sees a read past its end. */
void *check_aligned(const void *data, size_t bytes);

/* A number that only depends on the input. */
unsigned int check_dice(const uint8_t *data, size_t bytes);

/* The refusal has a code and a text that begins with the section. */
void check_refusal(int ret, const struct dyndnn_error *err);

#endif
