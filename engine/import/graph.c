// SPDX-License-Identifier: MIT
/* The graph from its input to its output, node by node in the order of the file. */
#include <errno.h>
#include <string.h>

#include "../model/error.h"
#include "assemble.h"
#include "operator.h"
#include "unpack.h"

/* Versions of the operators' descriptions that were read; newer ones may mean other things. */
#define MIN_OPSET	7
#define MAX_OPSET	22

#define MAX_NODES	65536

struct operator {
	const char *name;
	unsigned int min_inputs, max_inputs, max_outputs;
	operator_fn read;
};

static const struct operator operators[] = {
	{ "Add", 2, 2, 1, op_add },
	{ "AveragePool", 1, 1, 1, op_average_pool },
	{ "BatchNormalization", 5, 5, 5, op_batch_norm },
	{ "Concat", 1, VALUE_MAX_PIECES, 1, op_concat },
	{ "Constant", 0, 0, 1, op_constant },
	{ "Conv", 2, 3, 1, op_conv },
	{ "Dropout", 1, 3, 2, op_dropout },
	{ "Flatten", 1, 1, 1, op_flatten },
	{ "Gemm", 2, 3, 1, op_gemm },
	{ "GlobalAveragePool", 1, 1, 1, op_global_average_pool },
	{ "Identity", 1, 1, 1, op_identity },
	{ "MatMul", 2, 2, 1, op_matmul },
	{ "MaxPool", 1, 1, 2, op_max_pool },
	{ "Relu", 1, 1, 1, op_relu },
	{ "Reshape", 2, 2, 1, op_reshape },
	{ "Slice", 1, 5, 1, op_slice },
	{ "Split", 1, 2, VALUE_MAX_PIECES, op_split },
	{ "Sum", 1, VALUE_MAX_PIECES, 1, op_add },
};

#define OPERATORS	(sizeof(operators) / sizeof(operators[0]))

static bool is_default_domain(const char *domain)
{
	return !domain || !domain[0] || !strcmp(domain, "ai.onnx");
}

static const struct operator *find_operator(const Onnx__NodeProto *node)
{
	if (!is_default_domain(node->domain) || !node->op_type)
		return NULL;
	for (size_t i = 0; i < OPERATORS; i++) {
		if (!strcmp(operators[i].name, node->op_type))
			return &operators[i];
	}
	return NULL;
}

static int refuse_operator(struct importer *im)
{
	char names[DYNDNN_ERROR_BYTES] = "";

	for (size_t i = 0; i < OPERATORS; i++) {
		strcat(names, i ? " " : "");
		strcat(names, operators[i].name);
	}
	return import_fail(im, -EOPNOTSUPP, "operator is not supported, allowed: %s", names);
}

static int read_node(struct importer *im, const Onnx__NodeProto *node)
{
	const struct operator *op = find_operator(node);
	struct value **out;
	int ret;

	im->label = import_label(im, node);
	if (!im->label)
		return -ENOMEM;
	im->node = node;
	im->steps++;
	if (!op)
		return refuse_operator(im);
	if (node->n_input < op->min_inputs || node->n_input > op->max_inputs)
		return import_fail(im, -EINVAL, "it has %zu inputs, allowed: %u..%u", node->n_input,
				   op->min_inputs, op->max_inputs);
	if (node->n_output < 1 || node->n_output > op->max_outputs)
		return import_fail(im, -EINVAL, "it has %zu outputs, allowed: 1..%u",
				   node->n_output, op->max_outputs);
	out = import_alloc(im, node->n_output, sizeof(struct value *));
	if (!out)
		return -ENOMEM;
	ret = op->read(im, out);
	for (size_t i = 0; !ret && i < node->n_output; i++) {
		if (out[i] && node->output[i][0])
			ret = import_define(im, node->output[i], out[i]);
	}
	return ret;
}

static int read_initializers(struct importer *im)
{
	for (size_t i = 0; i < im->graph->n_initializer; i++) {
		const Onnx__TensorProto *tensor = im->graph->initializer[i];
		struct value *value = value_new(im, VALUE_CONST);
		int ret;

		if (!value)
			return -ENOMEM;
		if (!tensor->name || !tensor->name[0])
			return import_fail(im, -EINVAL, "initializer %zu has no name", i + 1);
		value->proto = tensor;
		ret = import_define(im, tensor->name, value);
		if (ret)
			return ret;
	}
	return 0;
}

/* Only the batch may be left open. */
static int read_dim(struct importer *im, const Onnx__TensorShapeProto *shape, size_t i,
		    uint32_t max, uint32_t *size)
{
	static const char *const what[] = { "batch", "channels", "height", "width" };
	const Onnx__TensorShapeProto__Dimension *dim = shape->dim[i];
	bool known = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;

	*size = 1;
	if (!i && !known)
		return 0;
	if (!known)
		return import_fail(im, -EOPNOTSUPP,
				   "%s of the image is not a number, allowed: 1..%u", what[i], max);
	if (dim->dim_value < 1 || dim->dim_value > max)
		return import_fail(im, -EOPNOTSUPP, "%s of the image is %lld, allowed: 1..%u",
				   what[i], (long long)dim->dim_value, max);
	*size = dim->dim_value;
	return 0;
}

static int read_image(struct importer *im, const Onnx__ValueInfoProto *info)
{
	static const uint32_t max[] = { 1, DNNFILE_MAX_IMAGE_C, DNNFILE_MAX_IMAGE_HW,
					DNNFILE_MAX_IMAGE_HW };
	const Onnx__TypeProto__Tensor *type = NULL;
	struct value *value;
	uint32_t size[4];

	if (info->type && info->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
		type = info->type->tensor_type;
	if (!type || type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
		return import_fail(im, -EOPNOTSUPP,
				   "the input '%s' of the graph must be a tensor of FLOAT",
				   import_quote(info->name).text);
	if (!type->shape || type->shape->n_dim != 4)
		return import_fail(im, -EOPNOTSUPP,
				   "the input '%s' of the graph must have 4 dimensions: "
				   "(batch, channels, height, width)",
				   import_quote(info->name).text);
	for (size_t i = 0; i < 4; i++) {
		int ret = read_dim(im, type->shape, i, max[i], &size[i]);

		if (ret)
			return ret;
	}
	im->input = part_image(im, size[1], size[2], size[3]);
	value = value_map(im, 1, size[2], size[3]);
	if (!im->input || !value)
		return -ENOMEM;
	value_set(value, 0, im->input);
	return import_define(im, info->name, value);
}

/* Old files list the initializers as inputs, too. */
static int read_input(struct importer *im)
{
	const Onnx__ValueInfoProto *image = NULL;

	for (size_t i = 0; i < im->graph->n_input; i++) {
		const Onnx__ValueInfoProto *info = im->graph->input[i];

		if (!info->name || !info->name[0])
			return import_fail(im, -EINVAL, "input %zu of the graph has no name",
					   i + 1);
		if (import_lookup(im, info->name))
			continue;
		if (image)
			return import_fail(im, -EOPNOTSUPP,
					   "the graph has inputs '%s' and '%s', must "
					   "have one",
					   import_quote(image->name).text,
					   import_quote(info->name).text);
		image = info;
	}
	if (!image)
		return import_fail(im, -EINVAL, "the graph has no input");
	return read_image(im, image);
}

static int find_output(struct importer *im, struct value **output)
{
	const char *name;

	if (im->graph->n_output != 1)
		return import_fail(im, -EOPNOTSUPP, "the graph has %zu outputs, must have 1",
				   im->graph->n_output);
	name = im->graph->output[0]->name;
	*output = name ? import_lookup(im, name) : NULL;
	if (!*output)
		return import_fail(im, -EINVAL, "no node makes the output '%s' of the graph",
				   import_quote(name).text);
	return 0;
}

static int read_opset(struct importer *im, const Onnx__ModelProto *model)
{
	for (size_t i = 0; i < model->n_opset_import; i++) {
		if (is_default_domain(model->opset_import[i]->domain))
			im->opset = model->opset_import[i]->version;
	}
	if (im->opset < MIN_OPSET || im->opset > MAX_OPSET)
		return import_fail(im, -EOPNOTSUPP,
				   "version of the operator set is %lld, allowed: %d..%d",
				   (long long)im->opset, MIN_OPSET, MAX_OPSET);
	return 0;
}

static int start_names(struct importer *im)
{
	size_t names = im->graph->n_initializer + im->graph->n_input;

	for (size_t i = 0; i < im->graph->n_node; i++)
		names += im->graph->node[i]->n_output;
	if (im->graph->n_node > MAX_NODES)
		return import_fail(im, -EOPNOTSUPP, "the graph has %zu nodes, allowed: 1..%d",
				   im->graph->n_node, MAX_NODES);
	/* A third more than needed, so that looking up stays short. */
	if (!hcreate_r(names + names / 3 + 1, &im->names))
		return import_fail(im, -ENOMEM, "no memory for %zu names", names);
	return 0;
}

static int read_graph(struct importer *im, struct value **output)
{
	int ret;

	ret = read_initializers(im);
	if (!ret)
		ret = read_input(im);
	for (size_t i = 0; !ret && i < im->graph->n_node; i++)
		ret = read_node(im, im->graph->node[i]);
	im->node = NULL;
	return ret ? ret : find_output(im, output);
}

static int import_model(struct importer *im, const Onnx__ModelProto *model, void **image,
			size_t *image_bytes)
{
	struct value *output;
	int ret;

	if (!model->graph)
		return import_fail(im, -EBADMSG, "truncated or no ONNX file: it has no graph");
	im->graph = model->graph;
	ret = read_opset(im, model);
	if (!ret)
		ret = start_names(im);
	if (ret)
		return ret;
	ret = read_graph(im, &output);
	if (!ret)
		ret = assemble(im, output, image, image_bytes);
	hdestroy_r(&im->names);
	return ret;
}

int import_onnx(const void *data, size_t bytes, const struct import_options *options,
		void **image, size_t *image_bytes, struct dyndnn_error *err)
{
	static const struct import_options defaults;
	struct dyndnn_error ignored = { 0 };
	struct importer im = {
		.options = options ? options : &defaults,
		.err = err ? err : &ignored,
	};
	Onnx__ModelProto *model = import_unpack(data, bytes, im.err);
	int ret;

	if (!model)
		return import_error(&im);
	ret = import_model(&im, model, image, image_bytes);
	import_free_all(&im);
	onnx__model_proto__free_unpacked(model, NULL);
	return ret;
}
