/* SPDX-License-Identifier: MIT */
/* The operators of ONNX that are understood. */
#ifndef IMPORT_OPERATOR_H
#define IMPORT_OPERATOR_H

#include "value.h"

/* Read im->node; *out holds a value for each of its outputs, NULL where there is none. */
typedef int (*operator_fn)(struct importer *im, struct value **out);

int op_conv(struct importer *im, struct value **out);
int op_batch_norm(struct importer *im, struct value **out);
int op_relu(struct importer *im, struct value **out);
int op_max_pool(struct importer *im, struct value **out);
int op_average_pool(struct importer *im, struct value **out);
int op_global_average_pool(struct importer *im, struct value **out);
int op_gemm(struct importer *im, struct value **out);
int op_matmul(struct importer *im, struct value **out);
int op_add(struct importer *im, struct value **out);
int op_flatten(struct importer *im, struct value **out);
int op_reshape(struct importer *im, struct value **out);
int op_slice(struct importer *im, struct value **out);
int op_split(struct importer *im, struct value **out);
int op_concat(struct importer *im, struct value **out);
int op_identity(struct importer *im, struct value **out);
int op_dropout(struct importer *im, struct value **out);
int op_constant(struct importer *im, struct value **out);

/* The node's inputs, from 0. */
bool input_given(struct importer *im, size_t i);

/* NULL with err filled in unless it is a value of the network, not a constant; settled. */
struct value *input_value(struct importer *im, size_t i);
struct value *input_map(struct importer *im, size_t i);

/* The same for what may stay affine. */
struct value *input_any(struct importer *im, size_t i);

/* A constant of floats or of integers; what: its name in the operator's description. */
int input_floats(struct importer *im, size_t i, const char *what, struct tensor *t);
int input_ints(struct importer *im, size_t i, const char *what, struct tensor *t);

/* A constant of floats with one value for each of count channels. */
int input_vector(struct importer *im, size_t i, const char *what, size_t count, struct tensor *t);

/* What the attributes of a convolution or pool say of a map; kernel: 0, or what it must be. */
int window_read(struct importer *im, const struct value *map, uint32_t kernel, struct window *w);

#endif
