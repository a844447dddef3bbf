/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The integer types and 64-bit arithmetic of the planner, in the kernel and in
 * user space. Everything saturates instead of wrapping.
 */
#ifndef DNN_GOV_PLAN_MATH_H
#define DNN_GOV_PLAN_MATH_H

#ifdef __KERNEL__
#include <linux/math64.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
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

/* a * b / c, rounded down; c is not 0 */
static inline u64 plan_mul_div(u64 a, u64 b, u64 c)
{
	u64 product;

	if (!__builtin_mul_overflow(a, b, &product)) {
#ifdef __KERNEL__
		return div64_u64(product, c);
#else
		return product / c;
#endif
	}
#ifdef __KERNEL__
	/* mul_u64_u64_div_u64() wraps when the quotient does not fit */
	if (mul_u64_u64_shr(a, b, 64) >= c)
		return ~0ULL;
	return mul_u64_u64_div_u64(a, b, c);
#else
	unsigned __int128 wide = (unsigned __int128)a * b / c;

	return wide > ~0ULL ? ~0ULL : (u64)wide;
#endif
}

#endif /* DNN_GOV_PLAN_MATH_H */
