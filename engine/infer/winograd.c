// SPDX-License-Identifier: MIT
#include "winograd.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
	KERNEL = 3,
	MIN_TILES = 4,			/* fewer rows than that leave the kernels idle */
	BAND_BYTES = 256 << 10,		/* scratch memory that stays in a core's cache */
	MAX_BAND_BYTES = 4 << 20,
};

/* Tiles of a layer and how many rows of them are worked on at a time. */
struct tiling {
	uint32_t columns, rows, band;
};

static size_t row_bytes(const struct dnnfile_layer *l, uint32_t columns)
{
	return (size_t)columns * WINOGRAD_VALUES * (l->in_c + l->out_c) * sizeof(float);
}

static struct tiling tiling_of(const struct dnnfile_layer *l)
{
	struct tiling t = {
		.columns = (l->out_w + WINOGRAD_TILE - 1) / WINOGRAD_TILE,
		.rows = (l->out_h + WINOGRAD_TILE - 1) / WINOGRAD_TILE,
	};

	t.band = BAND_BYTES / row_bytes(l, t.columns);
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
	return t.rows * t.columns >= MIN_TILES && row_bytes(l, t.columns) <= MAX_BAND_BYTES;
}

/* Bytes of the values of a band before the channels are mixed, and after. */
static size_t values_bytes(const struct tiling *t, uint32_t channels)
{
	size_t bytes = (size_t)t->band * t->columns * WINOGRAD_VALUES * channels * sizeof(float) +
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

/* One output's weights of one channel, 3 x 3, step values apart, to 4 x 4. */
static void transform_kernel(const float *w, size_t step, float out[WINOGRAD_VALUES])
{
	static const double by[4][KERNEL] = {
		{ 1, 0, 0 }, { 0.5, 0.5, 0.5 }, { 0.5, -0.5, 0.5 }, { 0, 0, 1 },
	};

	for (int i = 0; i < WINOGRAD_VALUES; i++) {
		double sum = 0;

		for (int y = 0; y < KERNEL; y++) {
			for (int x = 0; x < KERNEL; x++)
				sum += by[i / 4][y] * by[i % 4][x] * w[(y * KERNEL + x) * step];
		}
		out[i] = sum;
	}
}

/* O,H,W,I to [value][O][I]. */
static void transform_weights(const struct dnnfile_layer *l, const float *weights, float *out)
{
	const size_t plane = (size_t)l->out_c * l->in_c;
	float values[WINOGRAD_VALUES];

	for (uint32_t o = 0; o < l->out_c; o++) {
		for (uint32_t i = 0; i < l->in_c; i++) {
			transform_kernel(weights + (size_t)o * KERNEL * KERNEL * l->in_c + i,
					 l->in_c, values);
			for (int v = 0; v < WINOGRAD_VALUES; v++)
				out[v * plane + (size_t)o * l->in_c + i] = values[v];
		}
	}
}

/* The value in the middle goes once into each of a tile's outputs: it brings the bias. */
static void place_bias(const struct dnnfile_layer *l, const float *bias, float *out)
{
	for (uint32_t o = 0; o < l->out_c; o++)
		out[5 * l->out_c + o] = bias[o];
}

enum xnn_status winograd_operator(const struct recipe *r, void *scratch, uint32_t first,
				  uint32_t count, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	const uint32_t in = l->in_c, out = l->out_c;
	const struct tiling t = tiling_of(l);
	float *weights = malloc(sizeof(float) * WINOGRAD_VALUES * out * in);
	float *bias = calloc((size_t)WINOGRAD_VALUES * out, sizeof(*bias));
	enum xnn_status status = xnn_status_out_of_memory;

	if (weights && bias) {
		transform_weights(l, dyndnn_model_weights(r->model, r->group, r->index), weights);
		place_bias(l, dyndnn_model_bias(r->model, r->group, r->index), bias);
		status = xnn_create_convolution2d_nhwc_f32(
				0, 0, 0, 0, 1, 1, 1, 1, 1, 1, count, in, out,
				WINOGRAD_VALUES * in, WINOGRAD_VALUES * out,
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

/* A band: rows of tiles from @first on. */
struct band {
	const struct winograd_step *step;
	struct tiling tiling;
	uint32_t first;
	atomic_int status;
};

static void row_in(void *context, uint32_t i)
{
	const struct band *band = context;
	const struct dnnfile_layer *l = band->step->layer;
	const struct winograd_row row = {
		.map = band->step->in.values, .stride = band->step->in.stride,
		.height = l->in_h, .width = l->in_w, .channels = l->in_c,
		.y = (int32_t)(WINOGRAD_TILE * (band->first + i)) - (int32_t)l->padding,
		.x = -(int32_t)l->padding, .tiles = band->tiling.columns,
		.values = (float *)band->step->scratch +
			  i * band->tiling.columns * WINOGRAD_VALUES * l->in_c,
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

static void row_out(void *context, uint32_t i)
{
	const struct band *band = context;
	const struct dnnfile_layer *l = band->step->layer;
	const struct winograd_row row = {
		.map = band->step->out.values, .stride = band->step->out.stride,
		.height = l->out_h, .width = l->out_w, .channels = l->out_c,
		.y = WINOGRAD_TILE * (band->first + i), .tiles = band->tiling.columns,
		.values = mixed_values(l, &band->tiling, band->step->scratch) +
			  i * band->tiling.columns * WINOGRAD_VALUES * l->out_c,
		.relu = l->flags & DNNFILE_RELU,
	};

	winograd_row_out(&row);
}

/* The last band may have fewer rows: the operator then works on what the others left, too. */
enum xnn_status winograd_run(const struct winograd_step *step)
{
	struct band band = { .step = step, .tiling = tiling_of(step->layer) };
	const struct tiling *t = &band.tiling;

	for (; band.first < t->rows; band.first += t->band) {
		uint32_t left = t->rows - band.first, rows = left < t->band ? left : t->band;

		workers_share(step->workers, step->threads, row_in, &band, rows);
		workers_share(step->workers, step->threads, mix, &band, step->parts);
		workers_share(step->workers, step->threads, row_out, &band, rows);
	}
	return atomic_load(&band.status);
}
