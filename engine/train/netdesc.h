/* SPDX-License-Identifier: MIT */
/*
 * netdesc: a network as it is written down in a small text file (syntax of libconfig):
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
 * Channels are those of all groups together, and a multiple of their number. A convolution is
 * followed by batch-norm and ReLU; its stride is 1 and its padding kernel / 2 unless they are
 * given. Pools are "maxpool" and "avgpool", with their kernel for a stride unless one is given, and
 * "globalpool", an average over the whole map. The classifier at the end is not written down.
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
