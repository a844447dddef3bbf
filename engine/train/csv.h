/* SPDX-License-Identifier: MIT */
/* csv: the table of accuracies, one file for all data sets. */
#ifndef DYNDNN_TRAIN_CSV_H
#define DYNDNN_TRAIN_CSV_H

#include <stdint.h>

/*
 * Put the rows of @dataset into the table at @path: `dataset,level,top1,images`, top1 in percent.
 * Rows of other data sets stay, older ones of this one go. Return: 0 or negative errno.
 */
int csv_put(const char *path, const char *dataset, const uint32_t *correct, unsigned int levels,
	    uint32_t images);

#endif
