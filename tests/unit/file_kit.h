/* SPDX-License-Identifier: MIT */
/* For tests of readers: files of given text. */
#ifndef FILE_KIT_H
#define FILE_KIT_H

#define FILE_KIT_PATH "/tmp/dnn_gov-test-XXXXXX"

/* Write a file of its own; path: FILE_KIT_PATH, becomes its name. The caller unlinks it. */
__attribute__((format(printf, 2, 3)))
void file_kit_put(char *path, const char *format, ...);

#endif
