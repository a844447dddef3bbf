/* SPDX-License-Identifier: MIT */
/* Constants of the network: initializers, Constant nodes. */
#ifndef IMPORT_TENSOR_H
#define IMPORT_TENSOR_H

#include "importer.h"

#define TENSOR_MAX_DIMS	4

/* Points into the parsed file. All sizes are checked: every dimension at least 1. */
struct tensor {
	unsigned int dims;		/* 0: a scalar */
	uint32_t dim[TENSOR_MAX_DIMS];
	size_t count;
	const float *f32;		/* NULL when it holds integers */
	const int64_t *i64;		/* NULL when it holds floats */
};

/*
 * Check a tensor of the file and look into it. Only f32 and integers for shapes are taken.
 * what: the input it is for, in messages.
 */
int tensor_read(struct importer *im, const Onnx__TensorProto *proto, const char *what,
		struct tensor *t);

#endif
