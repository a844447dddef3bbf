/* SPDX-License-Identifier: MIT */
/*
 * netdesc: a network as it is written down in a small text file (syntax of libconfig, but for
 * @include):
 *
 *	name = "cifar10";
 *	input = { channels = 3; height = 32; width = 32; };
 *	classes = 10;
 *	class_names = ( "airplane", ... );		# may be left out
 *	groups = 4;
 *	layers = (
 *		{ type = "conv"; channels = 96; kernel = 3; },
 *		{ type = "maxpool"; kernel = 2; },
 *		...
 *	);
 *
 * Types of layers, and their fields (in brackets: may be left out):
 *
 *	conv		channels, kernel, [stride], [padding], [relu]
 *	depthwise	kernel, [stride], [padding], [relu]: a convolution of each channel by itself
 *	add		with, [relu]: the sum of what it reads and of the layer that "with" names
 *	maxpool		kernel, [stride], [padding]
 *	avgpool		the same
 *	globalpool	nothing: an average over the whole map, which must be square
 *
 * Channels are those of all groups together, and a multiple of their number. A convolution of
 * either kind is followed by batch-norm; then it and "add" take max(0, x) unless "relu = false;" is
 * given. A convolution's stride is 1 and its padding kernel / 2, a pool's stride is its kernel and
 * its padding 0, unless they are given.
 *
 * A layer reads the one before it. Any layer may have a name of its own, and any layer may read an
 * earlier one by that name, or the image:
 *
 *	{ type = "conv"; name = "in"; channels = 64; kernel = 3; },
 *	{ type = "conv"; channels = 128; kernel = 3; stride = 2; },
 *	{ type = "conv"; name = "main"; channels = 128; kernel = 3; relu = false; },
 *	{ type = "conv"; from = "in"; channels = 128; kernel = 1; stride = 2; relu = false; },
 *	{ type = "add"; with = "main"; },
 *
 * Every layer must be read by a later one. The classifier at the end, which reads the last one, is
 * not written down.
 */
#ifndef DYNDNN_TRAIN_NETDESC_H
#define DYNDNN_TRAIN_NETDESC_H

#include "../model/shape.h"

enum { NETDESC_ERR_LEN = 256 };

struct netdesc {
	struct dnnfile_shape shape;		/* checked; separate wiring */
	char name[DNNFILE_NAME_BYTES];
	const char *const *class_names;		/* shape.classes strings, or NULL */
	char **strings;				/* owned, behind class_names */
};

/*
 * Read @path. Return: 0, -EINVAL with the line, the field and its range in @err, -ENOMEM or the
 * negative errno of a failed read. @net is empty after a failure.
 */
int netdesc_read(struct netdesc *net, const char *path, char *err, size_t err_len);
void netdesc_free(struct netdesc *net);

#endif
