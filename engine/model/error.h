/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_MODEL_ERROR_H
#define DYNDNN_MODEL_ERROR_H

#include "dyndnn.h"

/* Fill err (which may be NULL) and return code, so that callers can return the call. */
int dyndnn_fail(struct dyndnn_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), visibility("hidden")));

/* Put a prefix before the text of err (which may be NULL). */
void dyndnn_prefix(struct dyndnn_error *err, const char *prefix)
	__attribute__((visibility("hidden")));

#endif
