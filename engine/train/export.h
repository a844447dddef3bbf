/* SPDX-License-Identifier: MIT */
/* export: the trained groups as a .dnn model. */
#ifndef DYNDNN_TRAIN_EXPORT_H
#define DYNDNN_TRAIN_EXPORT_H

#include "trainer.h"

/* Return: 0 or negative errno, text in t->error. */
int export_model(struct trainer *t, const char *path);

#endif
