// SPDX-License-Identifier: MIT
#include "buffers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xnnpack.h>

static size_t value_bytes(const struct buffers *buffers)
{
	return buffers->model->shape.dtype == DNNFILE_S8 ? 1 : sizeof(float);
}

static size_t align_up(size_t bytes)
{
	return (bytes + DNNFILE_ALIGN - 1) / DNNFILE_ALIGN * DNNFILE_ALIGN;
}

/* Kernels may read XNN_EXTRA_BYTES past the end of what they need. */
static void *alloc_values(const struct buffers *buffers, size_t count)
{
	size_t bytes = align_up(count * value_bytes(buffers) + XNN_EXTRA_BYTES);
	void *memory = aligned_alloc(DNNFILE_ALIGN, bytes);

	if (memory)
		memset(memory, 0, bytes);
	return memory;
}

/* Later groups read what this layer makes: it must outlive its group. */
static bool is_kept(const struct dnnfile_shape *shape, uint32_t layer)
{
	return shape->wiring == DNNFILE_TRIANGULAR && layer + 1 < shape->layers &&
	       !dnnfile_is_pool(&shape->layer[layer + 1]);
}

/* The last layer that reads this one. */
static uint32_t last_reader(const struct dnnfile_shape *shape, uint32_t layer)
{
	for (uint32_t i = shape->layers - 1; i > layer; i--) {
		if (shape->layer[i].input == layer + 1 || shape->layer[i].addend == layer + 1)
			return i;
	}
	return layer;
}

/*
 * A layer writes to the first buffer whose content nobody needs any more, counting
 * itself among the readers: kernels do not work in place. values: how many each buffer
 * must hold.
 */
static void choose_slots(struct buffers *buffers, size_t *values)
{
	const struct dnnfile_shape *shape = &buffers->model->shape;
	uint32_t needed_by[DNNFILE_MAX_LAYERS];

	for (uint32_t i = 0; i + 1 < shape->layers; i++) {
		size_t count = dnnfile_output_count(&shape->layer[i]);
		uint32_t s = 0;

		if (is_kept(shape, i))
			continue;
		while (s < buffers->slots && needed_by[s] >= i)
			s++;
		if (s == buffers->slots)
			values[buffers->slots++] = 0;
		buffers->slot[i] = s;
		needed_by[s] = last_reader(shape, i);
		if (count > values[s])
			values[s] = count;
	}
}

static int alloc_scratch(struct buffers *buffers)
{
	size_t values[DNNFILE_MAX_LAYERS];

	choose_slots(buffers, values);
	buffers->scratch = calloc((size_t)buffers->lanes * buffers->slots + 1,
				  sizeof(*buffers->scratch));
	if (!buffers->scratch)
		return -ENOMEM;
	for (uint32_t b = 0; b < buffers->lanes * buffers->slots; b++) {
		buffers->scratch[b] = alloc_values(buffers, values[b % buffers->slots]);
		if (!buffers->scratch[b])
			return -ENOMEM;
	}
	return 0;
}

int buffers_alloc(struct buffers *buffers, const struct dyndnn_model *model, uint32_t groups,
		  uint32_t lanes)
{
	const struct dnnfile_shape *shape = &model->shape;

	*buffers = (struct buffers) { .model = model, .groups = groups, .lanes = lanes };
	buffers->logits_bytes = align_up(shape->classes * value_bytes(buffers) + XNN_EXTRA_BYTES);
	buffers->logits = alloc_values(buffers, groups * buffers->logits_bytes /
				       value_bytes(buffers));
	buffers->input = alloc_values(buffers, (size_t)shape->image_c * shape->image_h *
				      shape->image_w);
	if (!buffers->logits || !buffers->input)
		return -ENOMEM;
	for (uint32_t i = 0; i < shape->layers; i++) {
		if (!is_kept(shape, i))
			continue;
		buffers->kept[i] = alloc_values(buffers, groups *
						dnnfile_output_count(&shape->layer[i]));
		if (!buffers->kept[i])
			return -ENOMEM;
	}
	return alloc_scratch(buffers);
}

void buffers_free(struct buffers *buffers)
{
	for (uint32_t b = 0; buffers->scratch && b < buffers->lanes * buffers->slots; b++)
		free(buffers->scratch[b]);
	free(buffers->scratch);
	for (uint32_t i = 0; i < DNNFILE_MAX_LAYERS; i++)
		free(buffers->kept[i]);
	free(buffers->input);
	free(buffers->logits);
	memset(buffers, 0, sizeof(*buffers));
}

struct map buffers_output(const struct buffers *buffers, uint32_t group, uint32_t layer)
{
	const struct dnnfile_shape *shape = &buffers->model->shape;
	uint32_t channels = shape->layer[layer].out_c, lane = (group - 1) % buffers->lanes;
	uint8_t *kept = buffers->kept[layer];

	if (layer == shape->layers - 1)
		return (struct map) {
			buffers->logits + (group - 1) * buffers->logits_bytes, channels,
		};
	if (kept)
		return (struct map) {
			kept + (size_t)(group - 1) * channels * value_bytes(buffers),
			(size_t)buffers->groups * channels,
		};
	return (struct map) {
		buffers->scratch[lane * buffers->slots + buffers->slot[layer]], channels,
	};
}

struct map buffers_input(const struct buffers *buffers, uint32_t group, uint32_t layer, uint32_t n)
{
	const struct dnnfile_shape *shape = &buffers->model->shape;
	bool from_first;

	if (!n)
		return (struct map) { buffers->input, shape->image_c };
	/* From the first group's channels on if the wiring says so. */
	from_first = buffers->kept[n - 1] && !dnnfile_is_pool(&shape->layer[layer]);
	return buffers_output(buffers, from_first ? 1 : group, n - 1);
}
