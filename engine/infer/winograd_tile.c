// SPDX-License-Identifier: MIT
/*
 * In vectors of the compiler's, which become what the processor has. On x86-64 they are compiled
 * several times, because the baseline has only a part of their width.
 */
#include "winograd_tile.h"

#include <stddef.h>

#include "../model/format.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* What lies outside of the input. */
static const float nothing[DNNFILE_MAX_CHANNELS];

ALWAYS_INLINE const float *pixel(const struct winograd_row *row, int32_t y, int32_t x)
{
	if (y < 0 || x < 0 || y >= (int32_t)row->height || x >= (int32_t)row->width)
		return nothing;
	return row->map + ((size_t)y * row->width + x) * row->stride;
}

#define LANES WINOGRAD_LANES
#define NAME(name) plain_ ## name
#define TARGET
#include "winograd_lanes.h"
#undef LANES
#undef NAME
#undef TARGET

#ifdef __x86_64__
#define LANES WINOGRAD_LANES
#define NAME(name) avx2_ ## name
#define TARGET __attribute__((target("avx2,fma")))
#include "winograd_lanes.h"
#undef LANES
#undef NAME
#undef TARGET

#define LANES 16
#define NAME(name) avx512_ ## name
#define TARGET __attribute__((target("avx512f,avx512dq")))
#include "winograd_lanes.h"

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(uint32_t channels)
{
	return channels >= LANES && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512dq");
}
#endif

void winograd_row_in(const struct winograd_row *row)
{
#ifdef __x86_64__
	if (has_avx512(row->channels)) {
		avx512_row_in(row);
		return;
	}
	if (has_avx2()) {
		avx2_row_in(row);
		return;
	}
#endif
	plain_row_in(row);
}

void winograd_row_out(const struct winograd_row *row)
{
#ifdef __x86_64__
	if (has_avx512(row->channels)) {
		avx512_row_out(row);
		return;
	}
	if (has_avx2()) {
		avx2_row_out(row);
		return;
	}
#endif
	plain_row_out(row);
}
