// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

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
