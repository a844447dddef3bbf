/* SPDX-License-Identifier: MIT */
/* An input as a file, for what reads by name. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include <stddef.h>

/* A file of this name in a folder of the process's own, in memory; the path lasts. */
const char *fuzz_file(const char *name, const void *data, size_t bytes);
void fuzz_file_gone(const char *name);

#endif
