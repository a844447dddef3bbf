// SPDX-License-Identifier: MIT
/*
 * Feed the corpus to a fuzz target without libFuzzer, under the sanitizers: what was once found
 * is not there any more, and what the target checks holds for a wide choice of files.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "fuzz.h"

#define MAX_BYTES	(1 << 20)

static size_t read_file(const char *path, uint8_t *data)
{
	gzFile file = gzopen(path, "rb");
	int bytes;

	cr_assert_not_null(file, "cannot open %s", path);
	bytes = gzread(file, data, MAX_BYTES);
	cr_assert_geq(bytes, 0, "cannot read %s", path);
	cr_assert_eq(gzclose(file), Z_OK, "cannot read all of %s", path);
	return bytes;
}

Test(corpus, every_file)
{
	uint8_t *data = malloc(MAX_BYTES);
	glob_t files;

	cr_assert_not_null(data);
	cr_assert_eq(glob(FUZZ_CORPUS "/*.gz", 0, NULL, &files), 0, "no files in " FUZZ_CORPUS);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		size_t bytes = read_file(files.gl_pathv[i], data);

		/* Shown only if this is the last one. */
		fprintf(stderr, "%s\n", files.gl_pathv[i]);
		cr_assert_eq(LLVMFuzzerTestOneInput(data, bytes), 0);
	}
	globfree(&files);
	free(data);
}
