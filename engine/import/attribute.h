/* SPDX-License-Identifier: MIT */
/* Attributes of the node being read. Each call fails on one of the wrong type. */
#ifndef IMPORT_ATTRIBUTE_H
#define IMPORT_ATTRIBUTE_H

#include "importer.h"

/*
 * Every attribute must be in this list, which ends with NULL: one that is not known might change
 * what the node computes.
 */
int attr_only(struct importer *im, const char *const *known);

/* NULL if the node has none of this name. */
const Onnx__AttributeProto *attr_find(const Onnx__NodeProto *node, const char *name);

int attr_int(struct importer *im, const char *name, int64_t def, int64_t *value);
int attr_float(struct importer *im, const char *name, float def, float *value);
int attr_string(struct importer *im, const char *name, const char *def, const char **value);

/* *count is 0 if there is none; *values lies in the parsed file. */
int attr_ints(struct importer *im, const char *name, const int64_t **values, size_t *count);

/* An integer that must be as said, because nothing else is supported. */
int attr_must_be(struct importer *im, const char *name, int64_t def, int64_t value);

#endif
