// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/error.h"
#include "importer.h"

/* All weights in the order of the .dnn file, and as much again for what surrounds them. */
#define MAX_ALLOCATED	(2 * DNNFILE_MAX_BYTES)

struct chunk {
	struct chunk *next;
	max_align_t data[];
};

void *import_alloc(struct importer *im, size_t count, size_t size)
{
	struct chunk *chunk;
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) ||
	    __builtin_add_overflow(bytes, sizeof(*chunk), &bytes) ||
	    bytes > MAX_ALLOCATED - im->allocated) {
		import_fail(im, -ENOMEM, "the network needs more than %llu bytes of memory",
			    MAX_ALLOCATED);
		return NULL;
	}
	chunk = calloc(1, bytes);
	if (!chunk) {
		import_fail(im, -ENOMEM, "no memory for %zu values", count);
		return NULL;
	}
	im->allocated += bytes;
	chunk->next = im->chunks;
	im->chunks = chunk;
	return chunk->data;
}

void import_free_all(struct importer *im)
{
	struct chunk *next;

	for (struct chunk *chunk = im->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	im->chunks = NULL;
}

int import_fail(struct importer *im, int code, const char *fmt, ...)
{
	char text[DYNDNN_ERROR_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (im->node)
		return dyndnn_fail(im->err, code, "%s: %s", im->label, text);
	return dyndnn_fail(im->err, code, "%s", text);
}

struct import_text import_quote(const char *text)
{
	struct import_text quoted = { "" };
	size_t n;

	for (n = 0; text && text[n] && n < sizeof(quoted.text) - 1; n++)
		quoted.text[n] = isprint((unsigned char)text[n]) ? text[n] : '?';
	if (text && text[n])
		memcpy(quoted.text + sizeof(quoted.text) - 4, "...", 4);
	return quoted;
}

const char *import_label(struct importer *im, const Onnx__NodeProto *node)
{
	struct import_text op = import_quote(node->op_type);
	bool named = node->name && node->name[0];
	struct import_text name = import_quote(named ? node->name :
					       node->n_output ? node->output[0] : "");
	char *label = import_alloc(im, 2 * IMPORT_TEXT + 16, 1);

	if (label)
		snprintf(label, 2 * IMPORT_TEXT + 16, named ? "%s '%s'" : "%s (output '%s')",
			 op.text, name.text);
	return label;
}

int import_define(struct importer *im, const char *name, struct value *value)
{
	ENTRY entry = { .key = (char *)name, .data = value }, *found;

	if (import_lookup(im, name))
		return import_fail(im, -EINVAL, "'%s' is defined twice", import_quote(name).text);
	if (!hsearch_r(entry, ENTER, &found, &im->names))
		return dyndnn_fail(im->err, -ENOMEM, "no memory for the names of values");
	return 0;
}

struct value *import_lookup(struct importer *im, const char *name)
{
	ENTRY entry = { .key = (char *)name }, *found;

	return hsearch_r(entry, FIND, &found, &im->names) ? found->data : NULL;
}
