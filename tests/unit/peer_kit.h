/* SPDX-License-Identifier: MIT */
/* What tests of libdnnhint's calls against fake_gov.c have in common. */
#ifndef TEST_PEER_KIT_H
#define TEST_PEER_KIT_H

#include <criterion/criterion.h>
#include <dnnhint.h>
#include <errno.h>
#include <string.h>

#include "fake_gov.h"

#define MS 1000000ULL

/* A call that must return this. */
#define assert_ret(h, call, want) \
	do { \
		int ret_ = (call), want_ = (want); \
		cr_assert_eq(ret_, want_, "returned %d (%s), must be %d", ret_, \
			     dnnhint_error(h), want_); \
	} while (0)

/* The same, and this is what the handle says of it. */
#define assert_error(h, call, want, text) \
	do { \
		assert_ret(h, call, want); \
		cr_assert_str_eq(dnnhint_error(h), text); \
	} while (0)

/* With the module loaded. */
struct dnnhint *peer_open(void);

/* A stream of four levels with a period and a deadline of 40 ms. */
uint32_t peer_add(struct dnnhint *h, const char *name);

/* Its descriptor says that there is something to dispatch. */
bool peer_readable(struct dnnhint *h);

/* The handle does what it should: a stream of its own lives through a frame. */
void peer_is_well(struct dnnhint *h);

#endif
