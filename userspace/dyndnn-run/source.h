/* SPDX-License-Identifier: MIT */
/*
 * source: the images of a list of files, one after the other, whatever the files are.
 */
#ifndef DYNDNN_RUN_SOURCE_H
#define DYNDNN_RUN_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "files.h"
#include "image.h"

enum { SOURCE_ERR_LEN = 5000 };

struct source;

/**
 * struct source_item - one image
 * @file: name of its file; the source's own, as long as that is open
 * @index: which one of its file, from 0
 * @label: its class, -1 where it is not known
 * @in_set: it comes from a data set
 * @numbered: its file holds many images, as far as that is known
 * @image: the image; released with image_free()
 */
struct source_item {
	const char *file;
	uint64_t index;
	int label;
	bool in_set;
	bool numbered;
	struct image image;
};

/**
 * source_open() - begin with the first file
 * @files: at least one; must outlive the source
 * @loops: how often to read all of them, 0: without end
 * @classes: labels of data sets must be below
 *
 * Return: the source, to be released with source_close(); NULL without memory.
 */
struct source *source_open(const struct files *files, uint64_t loops, uint32_t classes);

/**
 * source_next() - read the next image
 * @source: the source
 * @item: filled on success
 *
 * Return: 0; 1 at the end; or the negative errno of what is wrong with the next image or file,
 * which source_error() tells. It is left behind: the next call goes on after it.
 */
int source_next(struct source *source, struct source_item *item);

/* The same without giving the image, and where possible without decoding it. */
int source_skip(struct source *source);

/* What was wrong, one line that names the file. */
const char *source_error(const struct source *source);

/* Whether the images come from standard input, at the pace of whoever sends them. */
bool source_streams(const struct source *source);

/* Whether source_next() need not wait for the sender of a stream. */
bool source_ready(const struct source *source);

/* How many images there are, all loops together; 0 where it is not known (yet). */
uint64_t source_total(const struct source *source);

void source_close(struct source *source);

#endif
