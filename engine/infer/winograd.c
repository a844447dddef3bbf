// SPDX-License-Identifier: MIT
#include "winograd.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
	KERNEL = 3,
	MIN_TILES = 4,			/* fewer rows than that leave the kernels idle */
	MIN_LARGE_TILES = 12,		/* likewise: with more weights, it takes more rows to pay */
	BAND_BYTES = 256 << 10,		/* scratch memory that stays in a core's cache */
	MAX_BAND_BYTES = 4 << 20,
};

/**
 * struct tiling - the tiles of a layer
 * @tile: pixels of one, in each direction
 * @values: of one and a channel, between the transformations
 * @columns: of tiles
 * @rows: of tiles
 * @band: rows of tiles that are worked on at a time
 */
struct tiling {
	uint32_t tile, values;
	uint32_t columns, rows, band;
};

static size_t row_bytes(const struct dnnfile_layer *l, const struct tiling *t)
{
	return (size_t)t->columns * t->values * (l->in_c + l->out_c) * sizeof(float);
}

static struct tiling tiles_of(const struct dnnfile_layer *l, uint32_t tile)
{
	return (struct tiling) {
		.tile = tile,
		.values = (tile + KERNEL - 1) * (tile + KERNEL - 1),
		.columns = (l->out_w + tile - 1) / tile,
		.rows = (l->out_h + tile - 1) / tile,
	};
}

/* Large tiles where they are enough, and do not waste on the map's edges what they save. */
static struct tiling tiling_of(const struct dnnfile_layer *l)
{
	struct tiling t = tiles_of(l, 4), small = tiles_of(l, 2);

	if (t.rows * t.columns < MIN_LARGE_TILES ||
	    t.rows * t.columns * t.values >= small.rows * small.columns * small.values)
		t = small;
	t.band = BAND_BYTES / row_bytes(l, &t);
	if (t.band < 1)
		t.band = 1;
	if (t.band > t.rows)
		t.band = t.rows;
	return t;
}

/* On boards memory counts for more, and what it would save there is not known. */
#ifdef __x86_64__
static const bool pays = true;
#else
static const bool pays;
#endif

bool winograd_fits(const struct dnnfile_shape *shape, uint32_t layer)
{
	const struct dnnfile_layer *l = &shape->layer[layer];
	struct tiling t;

	if (!pays || shape->dtype != DNNFILE_F32 || shape->wiring != DNNFILE_SEPARATE ||
	    l->kind != DNNFILE_CONV2D || l->kernel != KERNEL || l->stride != 1 ||
	    l->in_c < WINOGRAD_LANES || l->out_c < WINOGRAD_LANES)
		return false;
	t = tiling_of(l);
	return t.rows * t.columns >= MIN_TILES && row_bytes(l, &t) <= MAX_BAND_BYTES;
}

/* Bytes of the values of a band before the channels are mixed, and after. */
static size_t values_bytes(const struct tiling *t, uint32_t channels)
{
	size_t bytes = (size_t)t->band * t->columns * t->values * channels * sizeof(float) +
		       XNN_EXTRA_BYTES;

	return (bytes + DNNFILE_ALIGN - 1) / DNNFILE_ALIGN * DNNFILE_ALIGN;
}

size_t winograd_scratch_bytes(const struct dnnfile_layer *layer)
{
	struct tiling t = tiling_of(layer);

	return values_bytes(&t, layer->in_c) + values_bytes(&t, layer->out_c);
}

static float *mixed_values(const struct dnnfile_layer *l, const struct tiling *t, void *scratch)
{
	return (float *)scratch + values_bytes(t, l->in_c) / sizeof(float);
}

static const double by_small[][KERNEL] = {
	{ 1, 0, 0 }, { 0.5, 0.5, 0.5 }, { 0.5, -0.5, 0.5 }, { 0, 0, 1 },
};

static const double by_large[][KERNEL] = {
	{ 1 / 4., 0, 0 }, { -1 / 6., -1 / 6., -1 / 6. }, { -1 / 6., 1 / 6., -1 / 6. },
	{ 1 / 24., 1 / 12., 1 / 6. }, { 1 / 24., -1 / 12., 1 / 6. }, { 0, 0, 1 },
};

/* Value i of one output's weights of one channel, 3 x 3, step values apart. */
static float transform_kernel(uint32_t tile, uint32_t i, const float *w, size_t step)
{
	const double (*by)[KERNEL] = tile == 2 ? by_small : by_large;
	const uint32_t side = tile + KERNEL - 1;
	double sum = 0;

	for (int y = 0; y < KERNEL; y++) {
		for (int x = 0; x < KERNEL; x++)
			sum += by[i / side][y] * by[i % side][x] * w[(y * KERNEL + x) * step];
	}
	return sum;
}

/* O,H,W,I to [value][O][I]. */
static void transform_weights(const struct dnnfile_layer *l, const struct tiling *t,
			      const float *weights, float *out)
{
	for (uint32_t v = 0; v < t->values; v++) {
		for (uint32_t o = 0; o < l->out_c; o++) {
			const float *w = weights + (size_t)o * KERNEL * KERNEL * l->in_c;

			for (uint32_t i = 0; i < l->in_c; i++)
				*out++ = transform_kernel(t->tile, v, w + i, l->in_c);
		}
	}
}

/* That of the point 1 in both directions goes once into each of a tile's outputs. */
static void place_bias(const struct dnnfile_layer *l, const struct tiling *t, const float *bias,
		       float *out)
{
	const uint32_t value = t->tile + KERNEL - 1 + 1;

	for (uint32_t o = 0; o < l->out_c; o++)
		out[value * l->out_c + o] = bias[o];
}

uint32_t winograd_values(const struct dnnfile_layer *layer)
{
	return tiling_of(layer).values;
}

enum xnn_status winograd_operator(const struct recipe *r, void *scratch, uint32_t first,
				  uint32_t count, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	const uint32_t in = l->in_c, out = l->out_c;
	const struct tiling t = tiling_of(l);
	float *weights = malloc(sizeof(float) * t.values * out * in);
	float *bias = calloc((size_t)t.values * out, sizeof(*bias));
	enum xnn_status status = xnn_status_out_of_memory;

	if (weights && bias) {
		transform_weights(l, &t, dyndnn_model_weights(r->model, r->group, r->index), weights);
		place_bias(l, &t, dyndnn_model_bias(r->model, r->group, r->index), bias);
		status = xnn_create_convolution2d_nhwc_f32(
				0, 0, 0, 0, 1, 1, 1, 1, 1, 1, count, in, out,
				t.values * in, t.values * out,
				weights + (size_t)first * out * in, bias + first * out,
				-INFINITY, INFINITY, 0, op);
	}
	free(bias);
	free(weights);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_f32(*op, 1, t.band, t.columns,
						(float *)scratch + first * in,
						mixed_values(l, &t, scratch) + first * out, NULL);
}

/* A band: @rows rows of tiles from @first on. */
struct band {
	const struct winograd_step *step;
	struct tiling tiling;
	uint32_t first, rows;
	atomic_int status;
};

static void row_in(const struct band *band, uint32_t i)
{
	const struct dnnfile_layer *l = band->step->layer;
	const struct winograd_row row = {
		.map = band->step->in.values, .stride = band->step->in.stride,
		.height = l->in_h, .width = l->in_w, .channels = l->in_c,
		.tile = band->tiling.tile,
		.y = (int32_t)(band->tiling.tile * (band->first + i)) - (int32_t)l->padding,
		.x = -(int32_t)l->padding, .tiles = band->tiling.columns,
		.values = (float *)band->step->scratch +
			  i * band->tiling.columns * band->tiling.values * l->in_c,
	};

	winograd_row_in(&row);
}

static void mix(void *context, uint32_t part)
{
	struct band *band = context;
	enum xnn_status status = xnn_run_operator(band->step->op[part], NULL);

	if (status != xnn_status_success)
		atomic_store(&band->status, status);
}

static void row_out(const struct band *band, uint32_t i)
{
	const struct dnnfile_layer *l = band->step->layer;
	const struct winograd_row row = {
		.map = band->step->out.values, .stride = band->step->out.stride,
		.height = l->out_h, .width = l->out_w, .channels = l->out_c,
		.tile = band->tiling.tile,
		.y = band->tiling.tile * (band->first + i), .tiles = band->tiling.columns,
		.values = mixed_values(l, &band->tiling, band->step->scratch) +
			  i * band->tiling.columns * band->tiling.values * l->out_c,
		.relu = l->flags & DNNFILE_RELU,
	};

	winograd_row_out(&row);
}

/* Rows side by side are one thread's: they share pixels. */
static uint32_t row_parts(const struct band *band)
{
	return band->rows < band->step->threads ? band->rows : band->step->threads;
}

static void run_rows(const struct band *band, uint32_t part,
		     void (*row)(const struct band *band, uint32_t i))
{
	uint32_t parts = row_parts(band), end = band->rows * (part + 1) / parts;

	for (uint32_t i = band->rows * part / parts; i < end; i++)
		row(band, i);
}

static void rows_in(void *context, uint32_t part)
{
	run_rows(context, part, row_in);
}

static void rows_out(void *context, uint32_t part)
{
	run_rows(context, part, row_out);
}

/* The last band may have fewer rows: the operator then works on what the others left, too. */
enum xnn_status winograd_run(const struct winograd_step *step)
{
	struct band band = { .step = step, .tiling = tiling_of(step->layer) };
	const struct tiling *t = &band.tiling;

	for (; band.first < t->rows; band.first += t->band) {
		uint32_t left = t->rows - band.first, parts;

		band.rows = left < t->band ? left : t->band;
		parts = row_parts(&band);
		workers_share(step->workers, step->threads, rows_in, &band, parts);
		workers_share(step->workers, step->threads, mix, &band, step->parts);
		workers_share(step->workers, step->threads, rows_out, &band, parts);
	}
	return atomic_load(&band.status);
}
