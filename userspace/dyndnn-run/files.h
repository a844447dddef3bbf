/* SPDX-License-Identifier: MIT */
/* files: the files that the user's operands stand for. */
#ifndef DYNDNN_RUN_FILES_H
#define DYNDNN_RUN_FILES_H

#include <stdbool.h>
#include <stddef.h>

enum { FILES_ERR_LEN = 4400 };

/* Paths in the order in which they are read. */
struct files {
	char **paths;
	size_t count;
	size_t room;
};

/**
 * files_add() - add what an operand stands for
 * @files: all-zero at first; release it with files_free()
 * @operand: a file, "-", or a folder. A folder that holds the test part of a data set under its
 *	published name stands for that, any other for the PNG, JPEG, PPM and PGM files in it by
 *	their names, sorted, not for those in folders below it
 * @err: reason of a failure, FILES_ERR_LEN bytes
 *
 * Return: 0; -ENOENT if there is no image in the folder; -ENOMEM; or the negative errno of reading
 * it. @files stays usable.
 */
int files_add(struct files *files, const char *operand, char *err);

void files_free(struct files *files);

#endif
