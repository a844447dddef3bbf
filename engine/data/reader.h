/* SPDX-License-Identifier: MIT */
/* What the readers of the single formats share; private to engine/data. */
#ifndef DYNDNN_DATA_READER_H
#define DYNDNN_DATA_READER_H

#include <stdbool.h>
#include <zlib.h>

#include "dataset.h"

/* Where the text of an error goes. */
struct reader_err {
	char *text;
	size_t len;
};

/* One file being read, plain or gzip alike. */
struct reader {
	gzFile gz;
	char path[4096];
	struct reader_err *err;
};

int reader_fail(struct reader_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool reader_exists(const char *dir, const char *name);
int reader_open(struct reader *r, const char *dir, const char *name, struct reader_err *err);
int reader_open_path(struct reader *r, const char *path, struct reader_err *err);
/* Read exactly @len bytes; @field names what they are in the text of an error. */
int reader_get(struct reader *r, void *buf, size_t len, const char *field);
/* Check that nothing follows. */
int reader_end(struct reader *r);
void reader_close(struct reader *r);

int dataset_alloc(struct dataset *ds, uint32_t images, uint32_t channels, uint32_t height,
		  uint32_t width, struct reader_err *err);
int dataset_read_cifar10(struct dataset *ds, const char *dir, enum dataset_part part,
			 struct reader_err *err);
int dataset_read_idx(struct dataset *ds, const char *dir, enum dataset_part part,
		     struct reader_err *err);
/* The same of one file, of any number of records. */
int dataset_read_cifar10_file(struct dataset *ds, const char *path, struct reader_err *err);
/* The same of one file of images; labels come from the file beside it, if there is one. */
int dataset_read_idx_file(struct dataset *ds, const char *path, struct reader_err *err);

#endif
