// SPDX-License-Identifier: MIT
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(char *err, int code, const char *path)
{
	snprintf(err, FILES_ERR_LEN, "%.4096s: %s", path, strerror(-code));
	return code;
}

/* Takes over @path, also when it fails. */
static int append(struct files *files, char *path, char *err)
{
	if (path && files->count == files->room) {
		size_t room = files->room ? 2 * files->room : 64;
		char **moved = realloc(files->paths, room * sizeof(*moved));

		if (!moved) {
			free(path);
			path = NULL;
		} else {
			files->paths = moved;
			files->room = room;
		}
	}
	if (!path)
		return fail(err, -ENOMEM, "list of files");
	files->paths[files->count++] = path;
	return 0;
}

static char *join(const char *dir, const char *name)
{
	size_t length = strlen(dir);
	char *path;

	if (asprintf(&path, "%s%s%s", dir, length && dir[length - 1] == '/' ? "" : "/", name) < 0)
		return NULL;
	return path;
}

static bool is_image(const char *name)
{
	static const char * const endings[] = { "png", "jpg", "jpeg", "ppm", "pgm", "pnm" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && dot != name && i < sizeof(endings) / sizeof(endings[0]); i++)
		if (!strcasecmp(dot + 1, endings[i]))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

static int add_images(struct files *files, const char *dir, char *err)
{
	size_t first = files->count;
	const struct dirent *entry;
	DIR *stream = opendir(dir);
	int ret = 0;

	if (!stream)
		return fail(err, -errno, dir);
	for (;;) {
		struct stat st;
		char *path;

		errno = 0;
		entry = readdir(stream);
		if (!entry) {
			ret = errno ? fail(err, -errno, dir) : 0;
			break;
		}
		if (!is_image(entry->d_name))
			continue;
		path = join(dir, entry->d_name);
		/* a link that leads nowhere is told about when it is read */
		if (path && !stat(path, &st) && !S_ISREG(st.st_mode)) {
			free(path);
			continue;
		}
		ret = append(files, path, err);
		if (ret)
			break;
	}
	closedir(stream);
	if (ret)
		return ret;
	if (files->count == first) {
		snprintf(err, FILES_ERR_LEN, "%.4096s: no PNG, JPEG, PPM or PGM file in this "
			 "folder, and no test part of a data set", dir);
		return -ENOENT;
	}
	qsort(files->paths + first, files->count - first, sizeof(*files->paths), by_name);
	return 0;
}

static int add_folder(struct files *files, const char *dir, char *err)
{
	static const char * const sets[] = {
		"test_batch.bin", "t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz",
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		char *path = join(dir, sets[i]);

		if (!path || !access(path, F_OK))
			return append(files, path, err);
		free(path);
	}
	return add_images(files, dir, err);
}

int files_add(struct files *files, const char *operand, char *err)
{
	struct stat st;

	if (strcmp(operand, "-") && !stat(operand, &st) && S_ISDIR(st.st_mode))
		return add_folder(files, operand, err);
	/* whatever is wrong with a file is told when it is read */
	return append(files, strdup(operand), err);
}

void files_free(struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct files){ 0 };
}
