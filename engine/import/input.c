// SPDX-License-Identifier: MIT
#include <errno.h>

#include "operator.h"

bool input_given(struct importer *im, size_t i)
{
	return i < im->node->n_input && im->node->input[i][0];
}

struct value *input_any(struct importer *im, size_t i)
{
	struct value *value;

	if (!input_given(im, i)) {
		import_fail(im, -EINVAL, "input %zu is missing", i + 1);
		return NULL;
	}
	value = import_lookup(im, im->node->input[i]);
	if (!value)
		import_fail(im, -EINVAL,
			    "input '%s' is no initializer, input of the graph or output "
			    "of an earlier node",
			    import_quote(im->node->input[i]).text);
	return value;
}

struct value *input_value(struct importer *im, size_t i)
{
	struct value *value = input_any(im, i);

	if (value && value->kind == VALUE_CONST) {
		import_fail(im, -EOPNOTSUPP, "input '%s' is a constant, must come from the image",
			    import_quote(im->node->input[i]).text);
		return NULL;
	}
	return value ? value_settle(im, value) : NULL;
}

struct value *input_map(struct importer *im, size_t i)
{
	struct value *value = input_value(im, i);

	if (value && value->kind != VALUE_MAP) {
		import_fail(im, -EINVAL, "input '%s' is %s, must have 4",
			    import_quote(im->node->input[i]).text, value_kind_name(value));
		return NULL;
	}
	return value;
}

static int input_const(struct importer *im, size_t i, const char *what, struct tensor *t)
{
	struct value *value = input_any(im, i);

	if (!value)
		return import_error(im);
	if (value->kind != VALUE_CONST)
		return import_fail(im, -EOPNOTSUPP, "%s must be a constant", what);
	if (value->proto) {
		int ret = tensor_read(im, value->proto, what, &value->tensor);

		if (ret)
			return ret;
		value->proto = NULL;
	}
	*t = value->tensor;
	return 0;
}

int input_floats(struct importer *im, size_t i, const char *what, struct tensor *t)
{
	int ret = input_const(im, i, what, t);

	if (!ret && !t->f32)
		return import_fail(im, -EINVAL, "%s holds integers, must hold floats", what);
	return ret;
}

int input_ints(struct importer *im, size_t i, const char *what, struct tensor *t)
{
	int ret = input_const(im, i, what, t);

	if (!ret && !t->i64)
		return import_fail(im, -EINVAL, "%s holds floats, must hold integers", what);
	return ret;
}

int input_vector(struct importer *im, size_t i, const char *what, size_t count, struct tensor *t)
{
	int ret = input_floats(im, i, what, t);

	if (!ret && (t->dims != 1 || t->count != count))
		return import_fail(im, -EINVAL,
				   "%s has %u dimensions and %zu values, must have one "
				   "dimension and %zu",
				   what, t->dims, t->count, count);
	return ret;
}
