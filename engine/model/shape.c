// SPDX-License-Identifier: MIT
#include <string.h>

#include "shape.h"
#include "tensors.h"
#include "window.h"

uint32_t dnnfile_read_channels(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	const struct dnnfile_layer *l = &shape->layer[layer];
	bool earlier = shape->wiring == DNNFILE_TRIANGULAR && layer && !dnnfile_is_pool(l);

	return earlier ? group * l->in_c : l->in_c;
}

uint64_t dnnfile_group_macs(const struct dnnfile_shape *shape, uint32_t group)
{
	uint64_t macs = 0;

	for (uint32_t i = 0; i < shape->layers; i++) {
		const struct dnnfile_layer *layer = &shape->layer[i];

		macs += dnnfile_weights_count(shape, i, group) * layer->out_h * layer->out_w;
	}
	return macs;
}

void dnnfile_shape_init(struct dnnfile_shape *shape, uint32_t groups, uint32_t classes,
			uint32_t image_c, uint32_t image_h, uint32_t image_w)
{
	memset(shape, 0, sizeof(*shape));
	shape->dtype = DNNFILE_F32;
	shape->groups = groups;
	shape->classes = classes;
	shape->image_c = image_c;
	shape->image_h = image_h;
	shape->image_w = image_w;
}

void dnnfile_go_on_from(struct dnnfile_shape *shape, uint32_t layer)
{
	shape->at = layer;
}

/* Counts past a full table, so that the check refuses the shape. */
static void append(struct dnnfile_shape *shape, const struct dnnfile_layer *like)
{
	uint32_t i = shape->layers++;
	bool whole = like->kind == DNNFILE_CLASSIFIER;
	struct dnnfile_layer *layer;

	if (i >= DNNFILE_MAX_LAYERS)
		return;
	layer = &shape->layer[i];
	*layer = *like;
	layer->input = shape->at;
	dnnfile_set_input(shape, layer);
	if (!layer->out_c)
		layer->out_c = layer->in_c;
	layer->out_h = whole ? 1 : dnnfile_window_out(layer->in_h, layer);
	layer->out_w = whole ? 1 : dnnfile_window_out(layer->in_w, layer);
	shape->at = shape->layers;
}

static uint32_t relu_flag(bool relu)
{
	return relu ? DNNFILE_RELU : 0;
}

void dnnfile_add_conv(struct dnnfile_shape *shape, uint32_t out_c, uint32_t kernel,
		      uint32_t stride, uint32_t padding, bool relu)
{
	append(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_CONV2D, .flags = relu_flag(relu),
		.kernel = kernel, .stride = stride, .padding = padding, .out_c = out_c,
	});
}

void dnnfile_add_depthwise(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
			   uint32_t padding, bool relu)
{
	append(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_DEPTHWISE, .flags = relu_flag(relu),
		.kernel = kernel, .stride = stride, .padding = padding,
	});
}

void dnnfile_add_residual(struct dnnfile_shape *shape, uint32_t addend, bool relu)
{
	append(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_RESIDUAL, .flags = relu_flag(relu), .addend = addend,
		.kernel = 1, .stride = 1,
	});
}

void dnnfile_add_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
		      uint32_t padding)
{
	append(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_MAX_POOL, .kernel = kernel, .stride = stride, .padding = padding,
	});
}

void dnnfile_add_avg_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
			  uint32_t padding)
{
	append(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_AVG_POOL, .kernel = kernel, .stride = stride, .padding = padding,
	});
}

void dnnfile_add_classifier(struct dnnfile_shape *shape)
{
	append(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_CLASSIFIER, .kernel = 1, .stride = 1, .out_c = shape->classes,
	});
}
