/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_RANDOM_MODEL_H
#define DYNDNN_RANDOM_MODEL_H

#include "../model/writer.h"

/*
 * Write an untrained model of the shape of the shipped CIFAR-10 model (width per
 * group as there, any number of groups, either wiring): for measuring time, which
 * does not depend on the weights. Return 0 or a negative errno with the reason in err.
 */
int random_model_write(const char *path, enum dnnfile_wiring wiring, unsigned int groups,
		       unsigned int seed, struct dyndnn_error *err);

/*
 * The same of any shape of float layers, with an image of 3 channels.
 */
int random_model_write_shape(const char *path, const struct dnnfile_shape *shape,
			     unsigned int seed, struct dyndnn_error *err);

#endif
