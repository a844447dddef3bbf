// SPDX-License-Identifier: MIT
/*
 * Fuzzing the importer. Random bytes rarely get past the parser, so most mutations
 * change the parsed graph: its sizes, attributes, types, and what reads what. A
 * file that is imported must be a model that loads and runs.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../engine/import/import.h"
#include "onnx.pb-c.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t bytes, size_t max_bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static unsigned int draw(unsigned int *seed, unsigned int below)
{
	*seed = *seed * 1664525 + 1013904223;
	return below ? (*seed >> 8) % below : 0;
}

static int64_t draw_number(unsigned int *seed, int64_t old)
{
	static const int64_t odd[] = { 0, 1, 2, 3, 4, 5, 8, 16, 17, -1, -2, -3, 1024, 1025, 4096,
				       65536, 1 << 24, INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX,
				       INT64_MIN };

	switch (draw(seed, 4)) {
	case 0:
		return (uint64_t)old + 1;
	case 1:
		return (uint64_t)old - 1;
	default:
		return odd[draw(seed, sizeof(odd) / sizeof(odd[0]))];
	}
}

/* Swap two strings: names stay names of something, and are freed once. */
static void swap(char **a, char **b)
{
	char *kept = *a;

	*a = *b;
	*b = kept;
}

static void change_attribute(Onnx__AttributeProto *attr, unsigned int *seed)
{
	if (attr->n_ints && draw(seed, 8)) {
		int64_t *number = &attr->ints[draw(seed, attr->n_ints)];

		*number = draw_number(seed, *number);
	} else if (attr->has_i) {
		attr->i = draw_number(seed, attr->i);
	} else if (attr->has_f) {
		attr->f = draw(seed, 2) ? NAN : 0;
	} else if (attr->n_ints) {
		attr->n_ints--;
	}
}

static void change_tensor(Onnx__TensorProto *tensor, unsigned int *seed)
{
	size_t dim = draw(seed, tensor->n_dims);
	uint32_t value = draw(seed, 2) ? 0x7f800000 : 0;	/* infinity */

	switch (draw(seed, 6)) {
	case 0:
	case 1:
		if (tensor->n_dims)
			tensor->dims[dim] = draw_number(seed, tensor->dims[dim]);
		break;
	case 2:
		tensor->n_dims -= !!tensor->n_dims;
		break;
	case 3:
		tensor->data_type = draw(seed, 18);
		break;
	case 4:
		if (tensor->raw_data.len >= sizeof(value))
			memcpy(tensor->raw_data.data, &value, sizeof(value));
		break;
	default:
		tensor->raw_data.len -= !!tensor->raw_data.len;
	}
}

static void change_image(Onnx__GraphProto *graph, unsigned int *seed)
{
	Onnx__TypeProto *type = graph->n_input ? graph->input[0]->type : NULL;
	Onnx__TensorShapeProto *shape;
	Onnx__TensorShapeProto__Dimension *dim;

	if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
		return;
	shape = type->tensor_type->shape;
	if (!shape || !shape->n_dim)
		return;
	dim = shape->dim[draw(seed, shape->n_dim)];
	if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE)
		dim->dim_value = draw_number(seed, dim->dim_value);
}

static void change_node(Onnx__GraphProto *graph, unsigned int *seed)
{
	Onnx__NodeProto *node = graph->node[draw(seed, graph->n_node)];
	Onnx__NodeProto *other = graph->node[draw(seed, graph->n_node)];

	switch (draw(seed, 6)) {
	case 0:
		swap(&node->op_type, &other->op_type);
		break;
	case 1:
		if (node->n_input && other->n_input)
			swap(&node->input[draw(seed, node->n_input)],
			     &other->input[draw(seed, other->n_input)]);
		break;
	case 2:
		if (node->n_input && other->n_output)
			swap(&node->input[draw(seed, node->n_input)], &other->output[0]);
		break;
	case 3:
		if (node->n_input && node->n_output)
			swap(&node->input[0], &node->output[0]);
		break;
	default:
		if (node->n_attribute)
			change_attribute(node->attribute[draw(seed, node->n_attribute)], seed);
	}
}

static void change_graph(Onnx__GraphProto *graph, unsigned int *seed)
{
	switch (draw(seed, 4)) {
	case 0:
		if (graph->n_initializer)
			change_tensor(graph->initializer[draw(seed, graph->n_initializer)], seed);
		break;
	case 1:
		change_image(graph, seed);
		break;
	default:
		if (graph->n_node)
			change_node(graph, seed);
	}
}

/* 0 if the file does not parse or the new one is too large. */
static size_t change_file(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed)
{
	Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, bytes, data);
	size_t changed = 0;

	if (!model)
		return 0;
	if (model->graph) {
		for (unsigned int n = draw(&seed, 3); n < 3; n++)
			change_graph(model->graph, &seed);
		if (onnx__model_proto__get_packed_size(model) <= max_bytes)
			changed = onnx__model_proto__pack(model, data);
	}
	onnx__model_proto__free_unpacked(model, NULL);
	return changed;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed)
{
	struct dyndnn_error err = { 0 };
	void *image = NULL;
	size_t changed = 0, image_bytes;

	/* The importer looks first at what would make the parser use up the stack. */
	if (seed % 8 && (import_onnx(data, bytes, NULL, &image, &image_bytes, &err) != -EBADMSG) &&
	    !strstr(err.text, "nested"))
		changed = change_file(data, bytes, max_bytes, seed / 8);
	free(image);
	return changed ? changed : LLVMFuzzerMutate(data, bytes, max_bytes);
}

static void run_model(const void *image, size_t bytes)
{
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	const struct dyndnn_info *info;
	float *values, *logits;
	void *aligned;

	if (posix_memalign(&aligned, 64, bytes))
		return;
	memcpy(aligned, image, bytes);
	if (dyndnn_model_open_memory(aligned, bytes, &model, NULL))
		abort();
	info = dyndnn_model_info(model);
	values = calloc((size_t)info->channels * info->height * info->width, sizeof(*values));
	logits = calloc(info->classes, sizeof(*logits));
	/* Large ones are legal but only slow the search down. */
	if (values && logits && info->macs[info->levels - 1] < 10000000 &&
	    !dyndnn_session_open(model, NULL, &session, NULL)) {
		if (dyndnn_set_input_f32(session, values,
					 (size_t)info->channels * info->height * info->width,
					 DYNDNN_CHW) ||
		    dyndnn_run(session, info->levels, logits))
			abort();
		dyndnn_session_close(session);
	}
	free(logits);
	free(values);
	dyndnn_model_close(model);
	free(aligned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct dyndnn_error err = { 0 };
	size_t image_bytes;
	void *image;
	int ret = import_onnx(data, bytes, NULL, &image, &image_bytes, &err);

	if (!ret) {
		run_model(image, image_bytes);
		free(image);
	} else if (ret > 0 || ret != err.code || !err.text[0]) {
		abort();	/* a refusal has a reason */
	}
	return 0;
}
