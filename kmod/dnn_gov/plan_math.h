/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The integer types and 64-bit arithmetic of the planner, in the kernel and in
 * user space. Everything saturates instead of wrapping.
 */
#ifndef DNN_GOV_PLAN_MATH_H
#define DNN_GOV_PLAN_MATH_H

#ifdef __KERNEL__
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef __UINT8_TYPE__ u8;
typedef __UINT16_TYPE__ u16;
typedef __UINT32_TYPE__ u32;
/* As in the kernel: these whatever the machine, so that %llu prints them. */
typedef unsigned long long u64;
typedef long long s64;
#endif

static inline u64 plan_add(u64 a, u64 b)
{
	u64 sum;

	return __builtin_add_overflow(a, b, &sum) ? ~0ULL : sum;
}

static inline u64 plan_sub(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

static inline u64 plan_min(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 plan_max(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* a / b, rounded down; b is not 0 */
static inline u64 plan_div(u64 a, u64 b)
{
#ifdef __KERNEL__
	return div64_u64(a, b);
#else
	return a / b;
#endif
}

/*
 * a * b / c for a product of more than 64 bits. By hand, because the kernel's
 * mul_u64_u64_div_u64() is exact on some architectures, drops low bits on
 * others, and faults or wraps where the quotient does not fit.
 */
static inline u64 plan_mul_div_wide(u64 a, u64 b, u64 c)
{
	u64 a_lo = a & ~0U, a_hi = a >> 32, b_lo = b & ~0U, b_hi = b >> 32;
	u64 mid = a_hi * b_lo + (a_lo * b_lo >> 32);
	u64 mid2 = a_lo * b_hi + (mid & ~0U);
	u64 hi = a_hi * b_hi + (mid >> 32) + (mid2 >> 32);
	u64 lo = a * b;
	int i;

	if (hi >= c)
		return ~0ULL;

	/* long division; hi is the remainder, lo fills with the quotient */
	for (i = 0; i < 64; i++) {
		bool carry = hi >> 63;

		hi = hi << 1 | lo >> 63;
		lo <<= 1;
		if (carry || hi >= c) {
			hi -= c;
			lo |= 1;
		}
	}
	return lo;
}

/* a * b / c, rounded down; c is not 0 */
static inline u64 plan_mul_div(u64 a, u64 b, u64 c)
{
	u64 product;

	if (__builtin_mul_overflow(a, b, &product))
		return plan_mul_div_wide(a, b, c);
	return plan_div(product, c);
}

#endif /* DNN_GOV_PLAN_MATH_H */
