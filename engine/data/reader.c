// SPDX-License-Identifier: MIT
/* Reading of a file, plain or gzip, with errors that name it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

int reader_fail(struct reader_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err->text && err->len) {
		va_start(ap, fmt);
		vsnprintf(err->text, err->len, fmt, ap);
		va_end(ap);
	}
	return code;
}

static int join(char *path, size_t len, const char *dir, const char *name)
{
	int n = snprintf(path, len, "%s/%s", dir, name);

	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

bool reader_exists(const char *dir, const char *name)
{
	char path[4096];

	return !join(path, sizeof(path), dir, name) && !access(path, F_OK);
}

int reader_open(struct reader *r, const char *dir, const char *name, struct reader_err *err)
{
	char path[sizeof(r->path)];

	if (join(path, sizeof(path), dir, name))
		return reader_fail(err, -ENAMETOOLONG, "%s: folder name too long", name);
	return reader_open_path(r, path, err);
}

int reader_open_path(struct reader *r, const char *path, struct reader_err *err)
{
	r->err = err;
	r->gz = NULL;
	if (strlen(path) >= sizeof(r->path))
		return reader_fail(err, -ENAMETOOLONG, "%.300s...: name too long", path);
	strcpy(r->path, path);
	errno = 0;
	r->gz = gzopen(r->path, "rb");
	if (!r->gz) {
		int code = errno ? -errno : -ENOMEM;

		return reader_fail(err, code, "%.300s: cannot open: %s", r->path, strerror(-code));
	}
	gzbuffer(r->gz, 1 << 17);
	return 0;
}

/* zlib tells a failed read(2) (errno) from a damaged stream (its own text). */
static int read_error(struct reader *r, const char *field)
{
	int zerr = Z_OK;
	const char *text = gzerror(r->gz, &zerr);

	if (zerr == Z_ERRNO && errno) {
		int code = -errno;

		return reader_fail(r->err, code, "%.300s: %s: cannot read: %s", r->path, field,
				   strerror(-code));
	}
	return reader_fail(r->err, -EBADMSG, "%.300s: %s: damaged gzip data: %.60s", r->path,
			   field, text);
}

int reader_get(struct reader *r, void *buf, size_t len, const char *field)
{
	size_t done = 0;

	while (done < len) {
		size_t want = len - done;
		int got;

		if (want > 1 << 20)
			want = 1 << 20;
		got = gzread(r->gz, (char *)buf + done, want);
		if (got < 0)
			return read_error(r, field);
		if (!got) {
			int zerr = Z_OK;

			gzerror(r->gz, &zerr);
			if (zerr != Z_OK && zerr != Z_STREAM_END && zerr != Z_BUF_ERROR)
				return read_error(r, field);
			return reader_fail(r->err, -EBADMSG,
					   "%.300s: truncated in %s: %zu of %zu bytes missing",
					   r->path, field, len - done, len);
		}
		done += got;
	}
	return 0;
}

int reader_end(struct reader *r)
{
	char more;
	int got = gzread(r->gz, &more, 1);

	if (got < 0)
		return read_error(r, "end of file");
	if (got)
		return reader_fail(r->err, -EBADMSG, "%.300s: more bytes than its format allows",
				   r->path);
	return 0;
}

void reader_close(struct reader *r)
{
	if (r->gz)
		gzclose(r->gz);
	r->gz = NULL;
}
