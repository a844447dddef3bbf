// SPDX-License-Identifier: MIT
#include "file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static char folder[64];

static void remove_folder(void)
{
	rmdir(folder);
}

static const char *path_of(const char *name)
{
	static char path[2][128];
	static unsigned int turn;
	char *to = path[turn++ % 2];

	if (!folder[0]) {
		snprintf(folder, sizeof(folder), "/dev/shm/fuzz-XXXXXX");
		CHECK(mkdtemp(folder));
		atexit(remove_folder);
	}
	snprintf(to, sizeof(path[0]), "%s/%s", folder, name);
	return to;
}

const char *fuzz_file(const char *name, const void *data, size_t bytes)
{
	const char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK(write(fd, data, bytes) == (ssize_t)bytes);
	close(fd);
	return path;
}

void fuzz_file_gone(const char *name)
{
	unlink(path_of(name));
}
