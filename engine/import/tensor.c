// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdalign.h>
#include <string.h>

#include "tensor.h"

/* More could not be in a .dnn file either. */
#define MAX_COUNT	(DNNFILE_MAX_BYTES / sizeof(float))

static int read_dims(struct importer *im, const Onnx__TensorProto *proto, const char *what,
		     struct tensor *t)
{
	if (proto->n_dims > TENSOR_MAX_DIMS)
		return import_fail(im, -EOPNOTSUPP, "%s has %zu dimensions, allowed: 0..%d", what,
				   proto->n_dims, TENSOR_MAX_DIMS);
	t->dims = proto->n_dims;
	t->count = 1;
	for (unsigned int i = 0; i < t->dims; i++) {
		int64_t dim = proto->dims[i];

		if (dim < 1 || (uint64_t)dim > MAX_COUNT / t->count)
			return import_fail(im, -EINVAL,
					   "dimension %u of %s is %lld, allowed: 1..%llu", i + 1,
					   what, (long long)dim,
					   (unsigned long long)(MAX_COUNT / t->count));
		t->dim[i] = dim;
		t->count *= dim;
	}
	return 0;
}

/* The field for this type, or the raw bytes; *at is NULL when the number of values is wrong. */
static int read_values(struct importer *im, const Onnx__TensorProto *proto, const char *what,
		       size_t count, size_t size, const void *field, size_t in_field,
		       const void **at)
{
	size_t have = in_field;

	if (proto->has_raw_data && !in_field) {
		have = proto->raw_data.len / size;
		if (proto->raw_data.len % size)
			return import_fail(im, -EINVAL, "%s has %zu raw bytes, must be %zu", what,
					   proto->raw_data.len, count * size);
		field = proto->raw_data.data;
	}
	if (have != count)
		return import_fail(im, -EINVAL, "%s has %zu values, must be %zu", what, have,
				   count);
	*at = field;
	return 0;
}

/* Shapes may be of 32 bits. */
static int widen(struct importer *im, const Onnx__TensorProto *proto, const char *what,
		 struct tensor *t)
{
	const void *at;
	int64_t *wide;
	int ret;

	ret = read_values(im, proto, what, t->count, sizeof(int32_t), proto->int32_data,
			  proto->n_int32_data, &at);
	if (ret)
		return ret;
	wide = import_alloc(im, t->count, sizeof(*wide));
	if (!wide)
		return -ENOMEM;
	for (size_t i = 0; i < t->count; i++)
		wide[i] = ((const int32_t *)at)[i];
	t->i64 = wide;
	return 0;
}

static const char *type_name(int32_t type)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
			&onnx__tensor_proto__data_type__descriptor, type);

	return value ? value->name : "unknown";
}

int tensor_read(struct importer *im, const Onnx__TensorProto *proto, const char *what,
		struct tensor *t)
{
	const void *at;
	int ret;

	memset(t, 0, sizeof(*t));
	if (proto->has_data_location &&
	    proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
		return import_fail(im, -EOPNOTSUPP, "%s is in another file", what);
	if (proto->segment)
		return import_fail(im, -EOPNOTSUPP, "%s is in segments", what);
	ret = read_dims(im, proto, what, t);
	if (ret)
		return ret;
	switch (proto->data_type) {
	case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
		ret = read_values(im, proto, what, t->count, sizeof(float), proto->float_data,
				  proto->n_float_data, &at);
		t->f32 = ret ? NULL : at;
		return ret;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
		ret = read_values(im, proto, what, t->count, sizeof(int64_t), proto->int64_data,
				  proto->n_int64_data, &at);
		t->i64 = ret ? NULL : at;
		return ret;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
		return widen(im, proto, what, t);
	default:
		return import_fail(im, -EOPNOTSUPP, "%s is of type %s (%d), must be FLOAT", what,
				   type_name(proto->data_type), proto->data_type);
	}
}
