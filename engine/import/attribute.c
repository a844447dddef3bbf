// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "attribute.h"

int attr_only(struct importer *im, const char *const *known)
{
	for (size_t i = 0; i < im->node->n_attribute; i++) {
		const Onnx__AttributeProto *attr = im->node->attribute[i];
		const char *const *k = known;

		while (*k && strcmp(*k, attr->name ? attr->name : ""))
			k++;
		if (!*k)
			return import_fail(im, -EOPNOTSUPP, "attribute '%s' is not supported",
					   import_quote(attr->name).text);
		if (attr->ref_attr_name && attr->ref_attr_name[0])
			return import_fail(im, -EOPNOTSUPP, "attribute '%s' refers to a function's",
					   *k);
	}
	return 0;
}

const Onnx__AttributeProto *attr_find(const Onnx__NodeProto *node, const char *name)
{
	for (size_t i = 0; i < node->n_attribute; i++) {
		if (node->attribute[i]->name && !strcmp(node->attribute[i]->name, name))
			return node->attribute[i];
	}
	return NULL;
}

/* Files of the first version have no type. */
static bool has_type(const Onnx__AttributeProto *attr, Onnx__AttributeProto__AttributeType type)
{
	return !attr->has_type || attr->type == type;
}

static int wrong_type(struct importer *im, const char *name, const char *type)
{
	return import_fail(im, -EINVAL, "attribute '%s' must be %s", name, type);
}

int attr_int(struct importer *im, const char *name, int64_t def, int64_t *value)
{
	const Onnx__AttributeProto *attr = attr_find(im->node, name);

	*value = attr ? attr->i : def;
	if (attr && (!attr->has_i || !has_type(attr, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT)))
		return wrong_type(im, name, "an integer");
	return 0;
}

int attr_float(struct importer *im, const char *name, float def, float *value)
{
	const Onnx__AttributeProto *attr = attr_find(im->node, name);

	*value = attr ? attr->f : def;
	if (attr && (!attr->has_f || !has_type(attr, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT)))
		return wrong_type(im, name, "a float");
	return 0;
}

int attr_string(struct importer *im, const char *name, const char *def, const char **value)
{
	const Onnx__AttributeProto *attr = attr_find(im->node, name);
	char *copy;

	*value = def;
	if (!attr)
		return 0;
	if (!attr->has_s || !has_type(attr, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING))
		return wrong_type(im, name, "a string");
	/* Bytes of the file without a NUL of their own. */
	copy = import_alloc(im, attr->s.len + 1, 1);
	if (!copy)
		return -ENOMEM;
	if (attr->s.len)
		memcpy(copy, attr->s.data, attr->s.len);
	*value = copy;
	return 0;
}

int attr_ints(struct importer *im, const char *name, const int64_t **values, size_t *count)
{
	const Onnx__AttributeProto *attr = attr_find(im->node, name);

	*values = attr ? attr->ints : NULL;
	*count = attr ? attr->n_ints : 0;
	if (attr && (!has_type(attr, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS) || !*count))
		return wrong_type(im, name, "a list of integers");
	return 0;
}

int attr_must_be(struct importer *im, const char *name, int64_t def, int64_t value)
{
	int64_t is;
	int ret = attr_int(im, name, def, &is);

	if (!ret && is != value)
		return import_fail(im, -EOPNOTSUPP, "%s is %lld, must be %lld", name,
				   (long long)is, (long long)value);
	return ret;
}
