// SPDX-License-Identifier: MIT
/* Operators that only sort values: Flatten, Reshape, Slice, Split, Concat, Identity ... */
#include <errno.h>

#include "attribute.h"
#include "operator.h"

static unsigned int dimensions(const struct value *value)
{
	return value->kind == VALUE_MAP ? 4 : 2;
}

/* Channels, or columns, are axis 1; negative ones count from behind. */
static int check_axis(struct importer *im, const struct value *value, int64_t axis)
{
	if (axis != 1 && axis != 1 - (int64_t)dimensions(value))
		return import_fail(im, -EOPNOTSUPP, "axis is %lld, must be 1", (long long)axis);
	return 0;
}

/* The attributes of an operator that only has an axis, which is that of the channels if not given. */
static int only_axis(struct importer *im, int64_t *axis)
{
	static const char *const known[] = { "axis", NULL };
	int ret = attr_only(im, known);

	return ret ? ret : attr_int(im, "axis", 1, axis);
}

int op_flatten(struct importer *im, struct value **out)
{
	struct value *value;
	int64_t axis;
	int ret;

	ret = only_axis(im, &axis);
	if (ret)
		return ret;
	value = input_value(im, 0);
	if (!value)
		return import_error(im);
	ret = check_axis(im, value, axis);
	if (ret)
		return ret;
	out[0] = value_flat(im, value);
	return out[0] ? 0 : import_error(im);
}

/* To (batch, columns), with 0, -1 and 1 for what they can stand for. */
int op_reshape(struct importer *im, struct value **out)
{
	static const char *const known[] = { "allowzero", NULL };
	struct value *value;
	struct tensor shape;
	int64_t columns;
	int ret;

	ret = attr_only(im, known);
	if (!ret)
		ret = attr_must_be(im, "allowzero", 0, 0);
	if (!ret)
		ret = input_ints(im, 1, "shape", &shape);
	if (ret)
		return ret;
	value = input_value(im, 0);
	if (!value)
		return import_error(im);
	columns = value_columns(value);
	if (shape.dims != 1 || shape.count != 2)
		return import_fail(im, -EOPNOTSUPP, "the new shape has %zu dimensions, must have 2",
				   shape.count);
	if (shape.i64[0] < -1 || shape.i64[0] > 1 || (shape.i64[0] == -1 && shape.i64[1] == -1) ||
	    (shape.i64[1] != columns && shape.i64[1] != -1 &&
	     !(shape.i64[1] == 0 && value_channels(value) == columns)))
		return import_fail(im, -EOPNOTSUPP,
				   "the new shape is (%lld, %lld), must be (batch, %lld)",
				   (long long)shape.i64[0], (long long)shape.i64[1],
				   (long long)columns);
	out[0] = value_flat(im, value);
	return out[0] ? 0 : import_error(im);
}

/* Length of axis 1, and how many of it make a channel. */
static int64_t length(const struct value *value, int64_t *per_channel)
{
	*per_channel = value->kind == VALUE_MAP ? 1 : (int64_t)value->h * value->w;
	return value_channels(value) * *per_channel;
}

/* from..end of axis 1 as a value of its own. */
static struct value *cut(struct importer *im, const struct value *value, int64_t from, int64_t end)
{
	int64_t per_channel;
	int64_t all = length(value, &per_channel);

	if (from < 0 || from >= end || end > all) {
		import_fail(im, -EINVAL, "it takes %lld..%lld, allowed: 0..%lld", (long long)from,
			    (long long)end - 1, (long long)all - 1);
		return NULL;
	}
	if (from % per_channel || end % per_channel) {
		import_fail(im, -EOPNOTSUPP, "it takes columns %lld..%lld, which are no whole "
			    "channels of %lld", (long long)from, (long long)end - 1,
			    (long long)per_channel);
		return NULL;
	}
	return value_slice(im, value, from / per_channel, (end - from) / per_channel);
}

/* One number, from an input or, in old files, an attribute. */
static int read_one(struct importer *im, size_t input, const char *name, int64_t def, int64_t *one)
{
	struct tensor t = { .count = 1 };
	int ret = 0;

	*one = def;
	if (attr_find(im->node, name))
		ret = attr_ints(im, name, &t.i64, &t.count);
	else if (input_given(im, input))
		ret = input_ints(im, input, name, &t);
	if (ret)
		return ret;
	if (t.count != 1)
		return import_fail(im, -EOPNOTSUPP, "%s has %zu numbers, must have 1", name,
				   t.count);
	if (t.i64)
		*one = t.i64[0];
	return 0;
}

/* As the operator's description has it: negative ones from behind, too large ones to the end. */
static int64_t clamp(int64_t at, int64_t all)
{
	if (at < 0)
		at = at < -all ? 0 : at + all;
	return at < all ? at : all;
}

int op_slice(struct importer *im, struct value **out)
{
	static const char *const known[] = { "axes", "ends", "starts", NULL };
	int64_t start, end, axis, step, all, per_channel;
	struct value *value;
	int ret;

	ret = attr_only(im, known);
	if (!ret)
		ret = read_one(im, 1, "starts", 0, &start);
	if (!ret)
		ret = read_one(im, 2, "ends", INT64_MAX, &end);
	if (!ret)
		ret = read_one(im, 3, "axes", 0, &axis);
	if (!ret)
		ret = read_one(im, 4, "steps", 1, &step);
	if (ret)
		return ret;
	if (step != 1)
		return import_fail(im, -EOPNOTSUPP, "step is %lld, must be 1", (long long)step);
	value = input_value(im, 0);
	if (!value)
		return import_error(im);
	ret = check_axis(im, value, axis);
	if (ret)
		return ret;
	all = length(value, &per_channel);
	out[0] = cut(im, value, clamp(start, all), clamp(end, all));
	return out[0] ? 0 : import_error(im);
}

/* Lengths that the file gives, or equal ones: the last may then be shorter. */
static int read_split(struct importer *im, int64_t all, const int64_t **given, int64_t *equal)
{
	struct tensor t = { 0 };
	size_t outputs = im->node->n_output;
	int ret = 0;

	if (attr_find(im->node, "split"))
		ret = attr_ints(im, "split", &t.i64, &t.count);
	else if (input_given(im, 1))
		ret = input_ints(im, 1, "split", &t);
	if (ret)
		return ret;
	if (t.i64 && t.count != outputs)
		return import_fail(im, -EINVAL, "split has %zu numbers for %zu outputs", t.count,
				   outputs);
	*given = t.i64;
	*equal = (all + outputs - 1) / outputs;
	return 0;
}

int op_split(struct importer *im, struct value **out)
{
	static const char *const known[] = { "axis", "num_outputs", "split", NULL };
	const int64_t *given = NULL;
	int64_t axis, all, per_channel, equal = 0, from = 0;
	struct value *value;
	int ret;

	ret = attr_only(im, known);
	if (!ret)
		ret = attr_int(im, "axis", 0, &axis);
	if (!ret)
		ret = attr_must_be(im, "num_outputs", im->node->n_output, im->node->n_output);
	if (ret)
		return ret;
	value = input_value(im, 0);
	if (!value)
		return import_error(im);
	ret = check_axis(im, value, axis);
	if (ret)
		return ret;
	all = length(value, &per_channel);
	ret = read_split(im, all, &given, &equal);
	for (size_t i = 0; !ret && i < im->node->n_output; i++) {
		int64_t count = given ? given[i] : equal < all - from ? equal : all - from;

		/* Nothing that overflows: cut() refuses what is not within the value. */
		if (count < 0 || count > all)
			return import_fail(im, -EINVAL, "split[%zu] is %lld, allowed: 1..%lld", i,
					   (long long)count, (long long)all);
		out[i] = cut(im, value, from, from + count);
		if (!out[i])
			return import_error(im);
		from += count;
	}
	if (!ret && from != all)
		ret = import_fail(im, -EINVAL, "the parts are %lld in sum, the input has %lld",
				  (long long)from, (long long)all);
	return ret;
}

int op_concat(struct importer *im, struct value **out)
{
	size_t count = im->node->n_input;
	struct value **values;
	int64_t axis;
	int ret;

	ret = only_axis(im, &axis);
	if (ret)
		return ret;
	values = import_alloc(im, count, sizeof(struct value *));
	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		values[i] = input_value(im, i);
		if (!values[i])
			return import_error(im);
	}
	ret = check_axis(im, values[0], axis);
	if (ret)
		return ret;
	out[0] = value_concat(im, values, count);
	return out[0] ? 0 : import_error(im);
}

int op_identity(struct importer *im, struct value **out)
{
	static const char *const known[] = { NULL };
	int ret = attr_only(im, known);

	if (ret)
		return ret;
	out[0] = input_any(im, 0);
	return out[0] ? 0 : import_error(im);
}

/* Does nothing but in training. */
int op_dropout(struct importer *im, struct value **out)
{
	static const char *const known[] = { "is_test", "ratio", "seed", NULL };
	struct value *mode;
	int ret;

	ret = attr_only(im, known);
	if (ret)
		return ret;
	if (input_given(im, 2)) {
		mode = input_any(im, 2);
		if (!mode)
			return import_error(im);
		/* One byte, false, in either place. */
		if (mode->kind != VALUE_CONST || !mode->proto ||
		    (mode->proto->raw_data.len != 1 && mode->proto->n_int32_data != 1) ||
		    (mode->proto->raw_data.len ? mode->proto->raw_data.data[0] :
						 mode->proto->int32_data[0]))
			return import_fail(im, -EOPNOTSUPP, "training_mode must be false");
	}
	out[0] = input_any(im, 0);
	return out[0] ? 0 : import_error(im);
}

/* Lists of numbers come from some exporters instead of a tensor. */
static int constant_list(struct importer *im, struct tensor *t)
{
	const Onnx__AttributeProto *attr = im->node->attribute[0];

	if (attr == attr_find(im->node, "value_floats")) {
		t->f32 = attr->floats;
		t->count = attr->n_floats;
	} else if (attr == attr_find(im->node, "value_ints")) {
		t->i64 = attr->ints;
		t->count = attr->n_ints;
	} else if (attr == attr_find(im->node, "value_float")) {
		t->f32 = &attr->f;
		t->count = attr->has_f;
	} else {
		t->i64 = &attr->i;
		t->count = attr->has_i;
	}
	if (!t->count || t->count > UINT32_MAX)
		return import_fail(im, -EOPNOTSUPP, "it has no values");
	t->dims = attr == attr_find(im->node, "value_floats") ||
		  attr == attr_find(im->node, "value_ints");
	t->dim[0] = t->count;
	return 0;
}

int op_constant(struct importer *im, struct value **out)
{
	static const char *const known[] = { "value", "value_float", "value_floats", "value_int",
					     "value_ints", NULL };
	const Onnx__AttributeProto *attr = attr_find(im->node, "value");
	int ret = attr_only(im, known);

	if (ret)
		return ret;
	if (im->node->n_attribute != 1)
		return import_fail(im, -EINVAL, "it has %zu attributes, must have 1",
				   im->node->n_attribute);
	out[0] = value_new(im, VALUE_CONST);
	if (!out[0])
		return -ENOMEM;
	if (!attr)
		return constant_list(im, &out[0]->tensor);
	if (!attr->t)
		return import_fail(im, -EINVAL, "attribute 'value' must be a tensor");
	out[0]->proto = attr->t;
	return 0;
}
