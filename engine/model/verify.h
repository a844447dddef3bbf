/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_VERIFY_H
#define DYNDNN_VERIFY_H

#include "model.h"

/*
 * Check the whole file, model->data and model->bytes, and fill in the rest of the model.
 * Return 0 or a negative errno with the reason in err, as dyndnn_model_open() does.
 */
int dyndnn_model_verify(struct dyndnn_model *model, struct dyndnn_error *err)
	__attribute__((visibility("hidden")));

#endif
