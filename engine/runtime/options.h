/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_OPTIONS_H
#define DYNDNN_OPTIONS_H

#include <dyndnn_runtime.h>

/* levels: of the session. Return: 0, or what options_fail() returns. */
int options_check(const struct dyndnn_client_options *options, unsigned int levels,
		  struct dyndnn_error *err);

/* Say why; err may be NULL. Return: code. */
int options_fail(struct dyndnn_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
