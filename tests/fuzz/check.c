// SPDX-License-Identifier: MIT
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../engine/model/format.h"

void check_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: fails: %s\n", file, line, what);
	abort();
}

void *check_aligned(const void *data, size_t bytes)
{
	void *aligned;

	CHECK(!posix_memalign(&aligned, DNNFILE_ALIGN, bytes ? bytes : 1));
	memcpy(aligned, data, bytes);
	return aligned;
}

unsigned int check_dice(const uint8_t *data, size_t bytes)
{
	return crc32(0, data, bytes) >> 8;
}

void check_refusal(int ret, const struct dyndnn_error *err)
{
	static const char *const section[] = {
		"header: ", "header, tables or class names: ", "class names: ",
	};
	static const char *const numbered[] = { "layer ", "tensor ", "group " };
	bool named = false;

	CHECK(ret < 0 && ret == err->code);
	for (int i = 0; i < 3; i++) {
		size_t length = strlen(numbered[i]), digits = 0;

		named |= !strncmp(err->text, section[i], strlen(section[i]));
		if (!strncmp(err->text, numbered[i], length))
			digits = strspn(err->text + length, "0123456789");
		named |= digits && !strncmp(err->text + length + digits, ": ", 2);
	}
	CHECK(named && strlen(err->text) < sizeof(err->text) - 1);
}
