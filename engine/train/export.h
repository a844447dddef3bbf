/* SPDX-License-Identifier: MIT */
/* export: the trained groups as a .dnn model. */
#ifndef DYNDNN_TRAIN_EXPORT_H
#define DYNDNN_TRAIN_EXPORT_H

#include "trainer.h"

/* What the model file says beside the weights. */
struct export_info {
	const char *name;			/* at most 63 bytes */
	const char *const *class_names;		/* one per class, or NULL */
	uint32_t accuracy_ppm[DNNFILE_MAX_GROUPS];	/* top-1 per level, 0 = unknown */
};

/* All groups must be trained. Return: 0 or negative errno, text in t->error. */
int export_model(struct trainer *t, const char *path, const struct export_info *info);

#endif
