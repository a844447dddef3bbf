// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

int dyndnn_fail(struct dyndnn_error *err, int code, const char *fmt, ...)
{
	va_list args;

	if (err) {
		err->code = code;
		va_start(args, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, args);
		va_end(args);
	}
	return code;
}

void dyndnn_prefix(struct dyndnn_error *err, const char *prefix)
{
	size_t length = strlen(prefix);

	if (!err)
		return;
	memmove(err->text + length, err->text, sizeof(err->text) - length);
	memcpy(err->text, prefix, length);
	err->text[sizeof(err->text) - 1] = '\0';
}
