// SPDX-License-Identifier: MIT
/*
 * In vectors of the compiler's, which become what the processor has. On x86-64 they are compiled
 * twice, because the baseline has only half of their width.
 */
#include "winograd_tile.h"

#include <stddef.h>

#include "../model/format.h"

typedef float vec __attribute__((vector_size(4 * WINOGRAD_LANES), aligned(4), may_alias));
typedef int32_t mask __attribute__((vector_size(4 * WINOGRAD_LANES)));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* What lies outside of the input. */
static const float nothing[DNNFILE_MAX_CHANNELS];

/* The last vector of channels overlaps the one before: it has no rest to care for. */
ALWAYS_INLINE uint32_t clamp(uint32_t channel, uint32_t channels)
{
	return channel < channels - WINOGRAD_LANES ? channel : channels - WINOGRAD_LANES;
}

ALWAYS_INLINE const float *pixel(const struct winograd_row *row, int32_t y, int32_t x)
{
	if (y < 0 || x < 0 || y >= (int32_t)row->height || x >= (int32_t)row->width)
		return nothing;
	return row->map + ((size_t)y * row->width + x) * row->stride;
}

ALWAYS_INLINE void tile_in(const struct winograd_row *row, uint32_t tile)
{
	float *values = row->values + (size_t)tile * WINOGRAD_VALUES * row->channels;
	const size_t step = row->channels;
	const float *d[4][4];

	for (int i = 0; i < 4; i++) {
		for (int j = 0; j < 4; j++)
			d[i][j] = pixel(row, row->y + i, row->x + WINOGRAD_TILE * (int)tile + j);
	}
	for (uint32_t at = 0; at < row->channels; at += WINOGRAD_LANES) {
		uint32_t c = clamp(at, row->channels);
		float *v = values + c;
		vec t[4][4];

#pragma GCC unroll 4
		for (int j = 0; j < 4; j++) {
			vec p = *(const vec *)(d[0][j] + c), q = *(const vec *)(d[1][j] + c);
			vec r = *(const vec *)(d[2][j] + c), s = *(const vec *)(d[3][j] + c);

			t[0][j] = p - r;
			t[1][j] = q + r;
			t[2][j] = r - q;
			t[3][j] = q - s;
		}
#pragma GCC unroll 4
		for (int i = 0; i < 4; i++) {
			*(vec *)(v + (4 * i + 0) * step) = t[i][0] - t[i][2];
			*(vec *)(v + (4 * i + 1) * step) = t[i][1] + t[i][2];
			*(vec *)(v + (4 * i + 2) * step) = t[i][2] - t[i][1];
			*(vec *)(v + (4 * i + 3) * step) = t[i][1] - t[i][3];
		}
	}
}

ALWAYS_INLINE void tile_out(const struct winograd_row *row, uint32_t tile)
{
	const float *values = row->values + (size_t)tile * WINOGRAD_VALUES * row->channels;
	const uint32_t x = row->x + WINOGRAD_TILE * tile, y = row->y;
	const size_t step = row->channels, line = (size_t)row->width * row->stride;
	const bool right = x + 1 < row->width, below = y + 1 < row->height;
	const mask any = (mask) { 0 } - !row->relu;

	for (uint32_t at = 0; at < row->channels; at += WINOGRAD_LANES) {
		uint32_t c = clamp(at, row->channels);
		float *out = row->map + y * line + (size_t)x * row->stride + c;
		vec t[2][4], r[2][2];

#pragma GCC unroll 4
		for (int j = 0; j < 4; j++) {
			const float *m = values + j * step + c;
			vec p = *(const vec *)m, q = *(const vec *)(m + 4 * step);
			vec s = *(const vec *)(m + 8 * step), u = *(const vec *)(m + 12 * step);

			t[0][j] = p + q + s;
			t[1][j] = q - s - u;
		}
#pragma GCC unroll 2
		for (int i = 0; i < 2; i++) {
			r[i][0] = t[i][0] + t[i][1] + t[i][2];
			r[i][1] = t[i][1] - t[i][2] - t[i][3];
			r[i][0] = (vec)((mask)r[i][0] & ((r[i][0] > 0) | any));
			r[i][1] = (vec)((mask)r[i][1] & ((r[i][1] > 0) | any));
		}
		*(vec *)out = r[0][0];
		if (right)
			*(vec *)(out + row->stride) = r[0][1];
		if (below)
			*(vec *)(out + line) = r[1][0];
		if (right && below)
			*(vec *)(out + line + row->stride) = r[1][1];
	}
}

ALWAYS_INLINE void all_in(const struct winograd_row *row)
{
	for (uint32_t tile = 0; tile < row->tiles; tile++)
		tile_in(row, tile);
}

ALWAYS_INLINE void all_out(const struct winograd_row *row)
{
	for (uint32_t tile = 0; tile < row->tiles; tile++)
		tile_out(row, tile);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void wide_in(const struct winograd_row *row)
{
	all_in(row);
}

__attribute__((target("avx2"))) static void wide_out(const struct winograd_row *row)
{
	all_out(row);
}
#endif

void winograd_row_in(const struct winograd_row *row)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		wide_in(row);
		return;
	}
#endif
	all_in(row);
}

void winograd_row_out(const struct winograd_row *row)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		wide_out(row);
		return;
	}
#endif
	all_out(row);
}
