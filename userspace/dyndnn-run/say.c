// SPDX-License-Identifier: MIT
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

#include "escape.h"

void say(const char *format, ...)
{
	char text[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fputs("dyndnn-run: ", stderr);
	escape_text(stderr, text);
	fputc('\n', stderr);
}
