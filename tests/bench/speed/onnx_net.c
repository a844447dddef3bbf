// SPDX-License-Identifier: MIT
/* A walk over the layers with one function for each kind of layer. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "gather.h"
#include "onnx.pb-c.h"
#include "onnx_net.h"

enum { OPSET = 13, IR_VERSION = 7 };

/**
 * struct net - the network while it is made
 * @model: what it is made of
 * @level: of the model
 * @groups: 1..level
 * @graph: nodes and weights so far
 * @owned: memory of its parts
 * @owned_nr: number of these
 * @failed: no memory; what was not made is NULL then
 */
struct net {
	const struct dyndnn_model *model;
	uint32_t level;
	struct speed_groups groups;
	Onnx__GraphProto graph;
	void **owned;
	size_t owned_nr;
	bool failed;
};

/* Take over memory that free() releases. */
static void *own(struct net *net, void *memory)
{
	void **grown = realloc(net->owned, (net->owned_nr + 1) * sizeof(*grown));

	if (grown)
		net->owned = grown;
	if (!grown || !memory) {
		net->failed = true;
		free(memory);
		return NULL;
	}
	net->owned[net->owned_nr++] = memory;
	return memory;
}

static void *copy(struct net *net, const void *from, size_t bytes)
{
	void *memory = own(net, malloc(bytes));

	if (memory)
		memcpy(memory, from, bytes);
	return memory;
}

static char *copy_text(struct net *net, const char *text)
{
	return copy(net, text, strlen(text) + 1);
}

/* Append to a list of pointers. */
static void append(struct net *net, size_t *nr, void *list, void *item)
{
	void **old = *(void ***)list;
	void **grown = own(net, malloc((*nr + 1) * sizeof(*grown)));

	if (!grown || !item)
		return;
	if (*nr)
		memcpy(grown, old, *nr * sizeof(*grown));
	grown[(*nr)++] = item;
	*(void ***)list = grown;
}

/* --- what a graph consists of --------------------------------------------------------------- */

/* The name of a layer's output, or of a part of the layer. */
static char *name_of(struct net *net, uint32_t layer, const char *part)
{
	char text[32];

	if (!part && layer == net->model->shape.layers - 1)
		return copy_text(net, SPEED_ONNX_OUTPUT);
	snprintf(text, sizeof(text), "layer%u%s%s", layer + 1, part ? "_" : "", part ? part : "");
	return copy_text(net, text);
}

/* The name of what layer number n (0: the image) makes. */
static char *source(struct net *net, uint32_t n)
{
	return n ? name_of(net, n - 1, NULL) : copy_text(net, SPEED_ONNX_INPUT);
}

static char *input_of(struct net *net, uint32_t layer)
{
	return source(net, net->model->shape.layer[layer].input);
}

static Onnx__NodeProto *add_node(struct net *net, const char *operator, char *input, char *output)
{
	Onnx__NodeProto init = ONNX__NODE_PROTO__INIT;
	Onnx__NodeProto *node;

	init.op_type = copy_text(net, operator);
	node = copy(net, &init, sizeof(init));
	append(net, &net->graph.n_node, &net->graph.node, node);
	if (!node)
		return NULL;
	append(net, &node->n_input, &node->input, input);
	append(net, &node->n_output, &node->output, output);
	return node;
}

static void add_attribute(struct net *net, Onnx__NodeProto *node, const char *name,
			  Onnx__AttributeProto attribute)
{
	attribute.name = copy_text(net, name);
	attribute.has_type = true;
	if (node)
		append(net, &node->n_attribute, &node->attribute,
		       copy(net, &attribute, sizeof(attribute)));
}

static void set_int(struct net *net, Onnx__NodeProto *node, const char *name, int64_t value)
{
	Onnx__AttributeProto attribute = ONNX__ATTRIBUTE_PROTO__INIT;

	attribute.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
	attribute.has_i = true;
	attribute.i = value;
	add_attribute(net, node, name, attribute);
}

/* The same value for all dimensions. */
static void set_ints(struct net *net, Onnx__NodeProto *node, const char *name, size_t count,
		     int64_t value)
{
	const int64_t values[] = { value, value, value, value };
	Onnx__AttributeProto attribute = ONNX__ATTRIBUTE_PROTO__INIT;

	attribute.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
	attribute.n_ints = count;
	attribute.ints = copy(net, values, count * sizeof(values[0]));
	add_attribute(net, node, name, attribute);
}

static void set_window(struct net *net, Onnx__NodeProto *node, const struct dnnfile_layer *l)
{
	set_ints(net, node, "kernel_shape", 2, l->kernel);
	set_ints(net, node, "strides", 2, l->stride);
	set_ints(net, node, "pads", 4, l->padding);
}

/* Give a node weights of its own as one more input; values are for free(). */
static void add_weights(struct net *net, Onnx__NodeProto *node, char *name, size_t dims,
			const int64_t *dim, float *values)
{
	Onnx__TensorProto init = ONNX__TENSOR_PROTO__INIT;
	size_t count = 1;

	for (size_t i = 0; i < dims; i++)
		count *= dim[i];
	init.name = name;
	init.n_dims = dims;
	init.dims = copy(net, dim, dims * sizeof(*dim));
	init.has_data_type = true;
	init.data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
	init.has_raw_data = true;
	init.raw_data.data = own(net, values);
	init.raw_data.len = count * sizeof(*values);
	append(net, &net->graph.n_initializer, &net->graph.initializer,
	       copy(net, &init, sizeof(init)));
	if (node)
		append(net, &node->n_input, &node->input, name);
}

/* --- layers --------------------------------------------------------------------------------- */

/* The output of a layer's main node: its own if nothing follows. */
static char *main_output(struct net *net, uint32_t layer)
{
	bool relu = net->model->shape.layer[layer].flags & DNNFILE_RELU;

	return name_of(net, layer, relu ? "sum" : NULL);
}

static void add_relu(struct net *net, uint32_t layer)
{
	if (net->model->shape.layer[layer].flags & DNNFILE_RELU)
		add_node(net, "Relu", main_output(net, layer), name_of(net, layer, NULL));
}

/* The image is read by all groups: who reads it is not grouped. */
static void add_conv(struct net *net, uint32_t layer)
{
	const struct dnnfile_layer *l = &net->model->shape.layer[layer];
	bool depthwise = l->kind == DNNFILE_DEPTHWISE;
	const int64_t outputs = (int64_t)net->level * l->out_c;
	const int64_t dims[] = { outputs, depthwise ? 1 : l->in_c, l->kernel, l->kernel };
	Onnx__NodeProto *node = add_node(net, "Conv", input_of(net, layer),
					 main_output(net, layer));

	set_window(net, node, l);
	set_int(net, node, "group", depthwise ? outputs : l->input ? net->level : 1);
	add_weights(net, node, name_of(net, layer, "weights"), 4, dims,
		    speed_conv_weights(net->model, layer, net->groups));
	add_weights(net, node, name_of(net, layer, "bias"), 1, &outputs,
		    speed_conv_bias(net->model, layer, net->groups));
	add_relu(net, layer);
}

static void add_residual(struct net *net, uint32_t layer)
{
	Onnx__NodeProto *node = add_node(net, "Add", input_of(net, layer),
					 main_output(net, layer));

	if (node)
		append(net, &node->n_input, &node->input,
		       source(net, net->model->shape.layer[layer].addend));
	add_relu(net, layer);
}

static void add_max_pool(struct net *net, uint32_t layer)
{
	set_window(net, add_node(net, "MaxPool", input_of(net, layer), name_of(net, layer, NULL)),
		   &net->model->shape.layer[layer]);
}

static void add_avg_pool(struct net *net, uint32_t layer)
{
	const struct dnnfile_layer *l = &net->model->shape.layer[layer];
	bool global = dnnfile_is_global_pool(l);
	Onnx__NodeProto *node = add_node(net, global ? "GlobalAveragePool" : "AveragePool",
					 input_of(net, layer), name_of(net, layer, NULL));

	if (!global)
		set_window(net, node, l);
}

static void add_classifier(struct net *net, uint32_t layer)
{
	const struct dnnfile_layer *l = &net->model->shape.layer[layer];
	const int64_t classes = l->out_c;
	const int64_t dims[] = { classes, (int64_t)net->level * l->in_c * l->in_h * l->in_w };
	float scale = net->model->logit_scale[net->level - 1];
	char *flat = name_of(net, layer, "flat");
	Onnx__NodeProto *node;

	set_int(net, add_node(net, "Flatten", input_of(net, layer), flat), "axis", 1);
	node = add_node(net, "Gemm", flat, name_of(net, layer, NULL));
	set_int(net, node, "transB", 1);
	add_weights(net, node, name_of(net, layer, "weights"), 2, dims,
		    speed_classifier_weights(net->model, layer, net->groups, scale));
	add_weights(net, node, name_of(net, layer, "bias"), 1, &classes,
		    speed_classifier_bias(net->model, layer, net->groups, scale));
}

static bool add_layer(struct net *net, uint32_t layer, char *why)
{
	switch (net->model->shape.layer[layer].kind) {
	case DNNFILE_CONV2D:
	case DNNFILE_DEPTHWISE:
		add_conv(net, layer);
		return true;
	case DNNFILE_RESIDUAL:
		add_residual(net, layer);
		return true;
	case DNNFILE_MAX_POOL:
		add_max_pool(net, layer);
		return true;
	case DNNFILE_AVG_POOL:
		add_avg_pool(net, layer);
		return true;
	case DNNFILE_CLASSIFIER:
		add_classifier(net, layer);
		return true;
	default:
		return speed_cannot(why, "layer %u is of kind %u, which this peer was not taught",
				    layer + 1, net->model->shape.layer[layer].kind);
	}
}

/* --- the file ------------------------------------------------------------------------------- */

static Onnx__ValueInfoProto *value_info(struct net *net, const char *name, size_t dims,
					const int64_t *dim)
{
	Onnx__TypeProto__Tensor tensor = ONNX__TYPE_PROTO__TENSOR__INIT;
	Onnx__TensorShapeProto shape = ONNX__TENSOR_SHAPE_PROTO__INIT;
	Onnx__ValueInfoProto info = ONNX__VALUE_INFO_PROTO__INIT;
	Onnx__TypeProto type = ONNX__TYPE_PROTO__INIT;

	for (size_t i = 0; i < dims; i++) {
		Onnx__TensorShapeProto__Dimension d = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT;

		d.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
		d.dim_value = dim[i];
		append(net, &shape.n_dim, &shape.dim, copy(net, &d, sizeof(d)));
	}
	tensor.has_elem_type = true;
	tensor.elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
	tensor.shape = copy(net, &shape, sizeof(shape));
	type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
	type.tensor_type = copy(net, &tensor, sizeof(tensor));
	info.name = copy_text(net, name);
	info.type = copy(net, &type, sizeof(type));
	return copy(net, &info, sizeof(info));
}

static void add_ends(struct net *net)
{
	const struct dnnfile_shape *shape = &net->model->shape;
	const int64_t image[] = { 1, shape->image_c, shape->image_h, shape->image_w };
	const int64_t logits[] = { 1, shape->classes };

	append(net, &net->graph.n_input, &net->graph.input,
	       value_info(net, SPEED_ONNX_INPUT, 4, image));
	append(net, &net->graph.n_output, &net->graph.output,
	       value_info(net, SPEED_ONNX_OUTPUT, 2, logits));
	net->graph.name = copy_text(net, "level");
}

static uint8_t *pack(struct net *net, size_t *bytes)
{
	Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT;
	Onnx__ModelProto file = ONNX__MODEL_PROTO__INIT;
	Onnx__OperatorSetIdProto *opsets = &opset;
	uint8_t *packed;

	opset.domain = "";
	opset.has_version = true;
	opset.version = OPSET;
	file.has_ir_version = true;
	file.ir_version = IR_VERSION;
	file.n_opset_import = 1;
	file.opset_import = &opsets;
	file.graph = &net->graph;
	*bytes = onnx__model_proto__get_packed_size(&file);
	packed = malloc(*bytes);
	if (packed)
		onnx__model_proto__pack(&file, packed);
	return packed;
}

uint8_t *speed_onnx_net(const struct dyndnn_model *model, uint32_t level, size_t *bytes, char *why)
{
	struct net net = { .model = model, .level = level, .groups = { 1, level },
			   .graph = ONNX__GRAPH_PROTO__INIT };
	bool known = speed_is_groupable(model, why);
	uint8_t *packed = NULL;

	for (uint32_t i = 0; known && i < model->shape.layers; i++)
		known = add_layer(&net, i, why);
	add_ends(&net);
	if (known && !net.failed)
		packed = pack(&net, bytes);
	if (known && !packed)
		speed_cannot(why, "no memory for the network");
	for (size_t i = 0; i < net.owned_nr; i++)
		free(net.owned[i]);
	free(net.owned);
	return packed;
}
