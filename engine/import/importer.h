/* SPDX-License-Identifier: MIT */
/* State of one import: its memory, the values by name, the node being read. */
#ifndef IMPORT_IMPORTER_H
#define IMPORT_IMPORTER_H

#include <search.h>

#include "import.h"
#include "onnx.pb-c.h"

struct chunk;
struct part;
struct value;

struct importer {
	const struct import_options *options;
	const Onnx__GraphProto *graph;
	int64_t opset;
	struct dyndnn_error *err;	/* never NULL */
	struct chunk *chunks;		/* everything allocated below, freed at the end */
	size_t allocated;		/* bytes of these */
	struct hsearch_data names;	/* value by name */
	struct part *input;		/* the image */
	uint32_t steps;			/* nodes read so far */
	const Onnx__NodeProto *node;	/* the one being read, or NULL */
	const char *label;		/* "Conv 'conv1'": the same for people */
};

/*
 * Zeroed, lives as long as the importer. NULL with err filled in: also for more than any network
 * needs that fits into a .dnn file, since many nodes can share the weights of a small file.
 */
void *import_alloc(struct importer *im, size_t count, size_t size);
void import_free_all(struct importer *im);

/* Fill err, naming the node being read if there is one, and return code. */
int import_fail(struct importer *im, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What import_fail() was last called with: for after a call that returned NULL. */
static inline int import_error(const struct importer *im)
{
	return im->err->code;
}

/* Text of the file made fit for a message: cut, and no control characters. */
#define IMPORT_TEXT	48
struct import_text {
	char text[IMPORT_TEXT];
};
struct import_text import_quote(const char *text);

/* "Conv 'conv1'", or "Conv (output '12')" for a node without a name. */
const char *import_label(struct importer *im, const Onnx__NodeProto *node);

/* Values by name. -EINVAL if there is one of this name already. */
int import_define(struct importer *im, const char *name, struct value *value);
struct value *import_lookup(struct importer *im, const char *name);

#endif
