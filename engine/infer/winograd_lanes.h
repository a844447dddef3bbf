/* SPDX-License-Identifier: MIT */
/*
 * The transformations of a row of tiles, LANES channels at a time, in functions called
 * NAME(...): no guard, because winograd_tile.c includes this once for each width of vectors that
 * processors have. The matrices are those of the points 0, 1, -1 and infinity, and for tiles of
 * 4 x 4 also 2 and -2 (Lavin and Gray, arXiv 1509.09308).
 */

typedef float NAME(vec) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t NAME(mask) __attribute__((vector_size(4 * LANES)));

#define vec NAME(vec)
#define mask NAME(mask)

/* The last vector of channels overlaps the one before: it has no rest to care for. */
ALWAYS_INLINE uint32_t NAME(clamp)(uint32_t channel, uint32_t channels)
{
	return channel < channels - LANES ? channel : channels - LANES;
}

/* One direction of the input's transformation, from and to places step apart. */
ALWAYS_INLINE void NAME(line_in)(int tile, const vec *d, vec *v, int step)
{
	if (tile == 2) {
		v[0 * step] = d[0] - d[2];
		v[1 * step] = d[1] + d[2];
		v[2 * step] = d[2] - d[1];
		v[3 * step] = d[1] - d[3];
	} else {
		vec even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
		vec even2 = d[4] - d[2], odd2 = 2 * (d[3] - d[1]);

		v[0 * step] = 4 * d[0] - 5 * d[2] + d[4];
		v[1 * step] = even + odd;
		v[2 * step] = even - odd;
		v[3 * step] = even2 + odd2;
		v[4 * step] = even2 - odd2;
		v[5 * step] = 4 * d[1] - 5 * d[3] + d[5];
	}
}

/* Likewise of the output's. */
ALWAYS_INLINE void NAME(line_out)(int tile, const vec *m, vec *o, int step)
{
	vec sum = m[1] + m[2], difference = m[1] - m[2];

	if (tile == 2) {
		o[0 * step] = m[0] + sum;
		o[1 * step] = difference - m[3];
	} else {
		vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];

		o[0 * step] = m[0] + sum + sum2;
		o[1 * step] = difference + 2 * difference2;
		o[2 * step] = sum + 4 * sum2;
		o[3 * step] = difference + 8 * difference2 + m[5];
	}
}

ALWAYS_INLINE void NAME(tile_in)(const struct winograd_row *row, int tile, uint32_t number)
{
	const int side = tile + 2;
	float *values = row->values + (size_t)number * side * side * row->channels;
	const size_t step = row->channels;
	const float *d[WINOGRAD_MAX_SIDE][WINOGRAD_MAX_SIDE];

	for (int i = 0; i < side; i++) {
		for (int j = 0; j < side; j++)
			d[i][j] = pixel(row, row->y + i, row->x + tile * (int)number + j);
	}
	for (uint32_t at = 0; at < row->channels; at += LANES) {
		uint32_t c = NAME(clamp)(at, row->channels);
		vec t[WINOGRAD_MAX_SIDE][WINOGRAD_MAX_SIDE];
		vec line[WINOGRAD_MAX_SIDE];

#pragma GCC unroll 6
		for (int j = 0; j < side; j++) {
#pragma GCC unroll 6
			for (int i = 0; i < side; i++)
				line[i] = *(const vec *)(d[i][j] + c);
			NAME(line_in)(tile, line, &t[0][j], WINOGRAD_MAX_SIDE);
		}
#pragma GCC unroll 6
		for (int i = 0; i < side; i++) {
			NAME(line_in)(tile, t[i], line, 1);
#pragma GCC unroll 6
			for (int j = 0; j < side; j++)
				*(vec *)(values + (side * i + j) * step + c) = line[j];
		}
	}
}

ALWAYS_INLINE void NAME(tile_out)(const struct winograd_row *row, int tile, uint32_t number)
{
	const int side = tile + 2;
	const float *values = row->values + (size_t)number * side * side * row->channels;
	const uint32_t x = row->x + tile * number, y = row->y;
	const size_t step = row->channels, next_line = (size_t)row->width * row->stride;
	const int width = row->width - x < (uint32_t)tile ? (int)(row->width - x) : tile;
	const int height = row->height - y < (uint32_t)tile ? (int)(row->height - y) : tile;
	const mask any = (mask) { 0 } - !row->relu;

	for (uint32_t at = 0; at < row->channels; at += LANES) {
		uint32_t c = NAME(clamp)(at, row->channels);
		float *out = row->map + y * next_line + (size_t)x * row->stride + c;
		vec t[WINOGRAD_MAX_TILE][WINOGRAD_MAX_SIDE];
		vec line[WINOGRAD_MAX_SIDE];

#pragma GCC unroll 6
		for (int j = 0; j < side; j++) {
#pragma GCC unroll 6
			for (int i = 0; i < side; i++)
				line[i] = *(const vec *)(values + (side * i + j) * step + c);
			NAME(line_out)(tile, line, &t[0][j], WINOGRAD_MAX_SIDE);
		}
#pragma GCC unroll 4
		for (int i = 0; i < tile; i++) {
			NAME(line_out)(tile, t[i], line, 1);
#pragma GCC unroll 4
			for (int j = 0; j < tile; j++) {
				vec v = (vec)((mask)line[j] & ((line[j] > 0) | any));

				if (i < height && j < width)
					*(vec *)(out + i * next_line + j * row->stride) = v;
			}
		}
	}
}

TARGET static void NAME(row_in)(const struct winograd_row *row)
{
	for (uint32_t i = 0; i < row->tiles; i++) {
		if (row->tile == 2)
			NAME(tile_in)(row, 2, i);
		else
			NAME(tile_in)(row, 4, i);
	}
}

TARGET static void NAME(row_out)(const struct winograd_row *row)
{
	for (uint32_t i = 0; i < row->tiles; i++) {
		if (row->tile == 2)
			NAME(tile_out)(row, 2, i);
		else
			NAME(tile_out)(row, 4, i);
	}
}

#undef vec
#undef mask
