// SPDX-License-Identifier: MIT
#include "file_kit.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void file_kit_put(char *path, const char *format, ...)
{
	int fd = mkstemp(path);
	va_list args;
	FILE *file;

	cr_assert_geq(fd, 0);
	file = fdopen(fd, "w");
	cr_assert_not_null(file);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	cr_assert_eq(fclose(file), 0);
}
