// SPDX-License-Identifier: MIT
#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/data/dataset.h"

enum kind { KIND_NONE, KIND_IMAGE, KIND_STREAM, KIND_SET };

/*
 * struct source - where in the list we are
 * @file: index of the file
 * @kind: what it is; KIND_NONE: not opened yet
 * @index: next image in it
 * @stream: of KIND_STREAM
 * @set: of KIND_SET
 * @set_file: the file that @set holds: one that is read again is not loaded again
 * @loops: how often to read all files, 0: without end
 * @loop: loops done
 * @loop_images: images in this loop: one without any is the last
 * @ended: all loops are done
 * @all_images: every file so far was one image
 */
struct source {
	const struct files *files;
	uint32_t classes;
	size_t file;
	enum kind kind;
	uint64_t index;
	FILE *stream;
	struct dataset set;
	size_t set_file;
	uint64_t loops;
	uint64_t loop;
	uint64_t loop_images;
	bool ended;
	bool all_images;
	char error[SOURCE_ERR_LEN];
};

__attribute__((format(printf, 3, 4)))
static int fail(struct source *source, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(source->error, sizeof(source->error), format, args);
	va_end(args);
	return code;
}

static const char *path_of(const struct source *source)
{
	return source->files->paths[source->file];
}

static void leave_file(struct source *source)
{
	if (source->stream && source->stream != stdin)
		fclose(source->stream);
	source->stream = NULL;
	source->kind = KIND_NONE;
	source->index = 0;
	source->file++;
}

/* The kind of a file by its first bytes, as they are after gzip. */
static int look(struct source *source, enum kind *kind, enum dataset_kind *set)
{
	static const uint8_t idx_images[] = { 0, 0, 8, 3 }, idx_labels[] = { 0, 0, 8, 1 };
	const char *path = path_of(source), *dot = strrchr(path, '.');
	uint8_t head[IMAGE_HEAD];
	struct stat st;
	gzFile file;
	bool packed;
	int got;

	if (stat(path, &st))
		return fail(source, -errno, "%s: cannot open: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(source, -EINVAL, "%s: not a regular file: a stream is read from '-'",
			    path);
	file = gzopen(path, "rb");
	if (!file)
		return fail(source, errno ? -errno : -ENOMEM, "%s: cannot open: %s", path,
			    strerror(errno ? errno : ENOMEM));
	got = gzread(file, head, sizeof(head));
	packed = !gzdirect(file);
	gzclose(file);
	if (got < 0)
		return fail(source, -EBADMSG, "%s: cannot read, or damaged gzip data", path);
	if (!packed && image_kind(head, (size_t)got) != IMAGE_UNKNOWN) {
		*kind = image_kind(head, (size_t)got) == IMAGE_PNM ? KIND_STREAM : KIND_IMAGE;
		return 0;
	}
	*kind = KIND_SET;
	*set = DATASET_IDX;
	if (got >= 4 && !memcmp(head, idx_images, 4))
		return 0;
	if (got >= 4 && !memcmp(head, idx_labels, 4))
		return fail(source, -EBADMSG, "%s: IDX labels: name the file of the images", path);
	*set = DATASET_CIFAR10;
	if (!packed && dot && !strcasecmp(dot, ".bin"))
		return 0;
	return fail(source, -EBADMSG, got ? "%s: not PNG, JPEG, PPM, PGM, IDX or CIFAR-10 (.bin)" :
		    "%s: the file is empty", path);
}

static int open_set(struct source *source, enum dataset_kind kind)
{
	struct dataset *set = &source->set;
	int ret;

	if (set->images && source->set_file == source->file)
		return 0;
	dataset_close(set);
	ret = dataset_open_file(set, kind, path_of(source), source->error, sizeof(source->error));
	for (uint32_t i = 0; !ret && set->labels && i < set->images; i++)
		if (set->labels[i] >= source->classes)
			ret = fail(source, -EINVAL, "%s: label of image %" PRIu32
				   " is %u: the network has classes 0..%" PRIu32,
				   path_of(source), i, set->labels[i], source->classes - 1);
	if (ret)
		dataset_close(set);
	source->set_file = source->file;
	return ret;
}

static int open_file(struct source *source)
{
	enum dataset_kind set = DATASET_AUTO;
	enum kind kind = KIND_STREAM;
	int ret = 0;

	source->stream = NULL;
	if (!strcmp(path_of(source), "-")) {
		source->stream = stdin;
		/* what has come must not hide in a buffer from source_ready() */
		setvbuf(stdin, NULL, _IONBF, 0);
	} else {
		ret = look(source, &kind, &set);
	}
	if (!ret && kind == KIND_SET)
		ret = open_set(source, set);
	if (!ret && kind == KIND_STREAM && !source->stream) {
		source->stream = fopen(path_of(source), "re");
		if (!source->stream)
			ret = fail(source, -errno, "%s: cannot open: %s", path_of(source),
				   strerror(errno));
	}
	if (ret)
		return ret;
	source->kind = kind;
	if (kind != KIND_IMAGE)
		source->all_images = false;
	return 0;
}

/* Whether there is a file to read from. */
static bool have_file(struct source *source)
{
	if (source->file < source->files->count)
		return true;
	source->loop++;
	if (source->ended || source->loop == source->loops || !source->loop_images) {
		source->ended = true;
		return false;
	}
	source->loop_images = 0;
	source->file = 0;
	return true;
}

static int next_of_set(struct source *source, struct source_item *item)
{
	const struct dataset *set = &source->set;
	size_t plane = (size_t)set->width * set->height;
	const uint8_t *from;
	uint8_t *to;

	if (source->index == set->images)
		return 1;
	if (!item)
		return 0;
	item->image = (struct image){
		.width = set->width, .height = set->height, .channels = set->channels,
		.pixels = malloc(plane * set->channels),
	};
	if (!item->image.pixels)
		return fail(source, -ENOMEM, "%s: no memory", path_of(source));
	from = dataset_image(set, (uint32_t)source->index);
	to = item->image.pixels;
	for (size_t i = 0; i < plane; i++)
		for (uint32_t c = 0; c < set->channels; c++)
			*to++ = from[c * plane + i];
	item->in_set = true;
	if (set->labels)
		item->label = set->labels[source->index];
	return 0;
}

static int next_of_stream(struct source *source, struct image *image)
{
	const char *name = source->stream == stdin ? "standard input" : path_of(source);
	struct image_error err;
	int ret = image_read_pnm(source->stream, image, &err);

	if (ret >= 0)
		return ret;
	return fail(source, ret, "%s: image %" PRIu64 ": %s", name, source->index, err.text);
}

/* The next image of the file that is open; 1 at its end. */
static int next_of_file(struct source *source, struct source_item *item)
{
	struct image_error err;
	struct image unwanted = { 0 };
	struct image *image = item ? &item->image : &unwanted;
	int ret;

	switch (source->kind) {
	case KIND_SET:
		return next_of_set(source, item);
	case KIND_STREAM:
		ret = next_of_stream(source, image);
		if (!ret && !item)
			image_free(&unwanted);
		return ret;
	default:
		if (source->index)
			return 1;
		if (!item)
			return 0;
		ret = image_read(path_of(source), image, &err);
		return ret ? fail(source, ret, "%s: %s", path_of(source), err.text) : 0;
	}
}

static int advance(struct source *source, struct source_item *item)
{
	int ret;

	while (have_file(source)) {
		ret = source->kind == KIND_NONE ? open_file(source) : 0;
		if (!ret)
			ret = next_of_file(source, item);
		if (!ret) {
			if (item) {
				item->file = path_of(source);
				item->index = source->index;
				item->numbered = source->index || source->kind == KIND_SET ||
						 source->stream == stdin;
			}
			source->index++;
			source->loop_images++;
			return 0;
		}
		leave_file(source);
		if (ret < 0)
			return ret;
	}
	return 1;
}

struct source *source_open(const struct files *files, uint64_t loops, uint32_t classes)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->files = files;
	source->loops = loops;
	source->classes = classes;
	source->all_images = true;
	return source;
}

int source_next(struct source *source, struct source_item *item)
{
	*item = (struct source_item){ .label = -1 };
	return advance(source, item);
}

int source_skip(struct source *source)
{
	return advance(source, NULL);
}

const char *source_error(const struct source *source)
{
	return source->error;
}

bool source_streams(const struct source *source)
{
	return source->stream == stdin;
}

bool source_ready(const struct source *source)
{
	struct pollfd poller = { .fd = STDIN_FILENO, .events = POLLIN };

	return source->stream != stdin || poll(&poller, 1, 0) > 0;
}

uint64_t source_total(const struct source *source)
{
	size_t count = source->files->count;
	uint64_t images = 0;

	if (source->all_images)
		images = count;
	else if (count == 1 && source->kind == KIND_SET)
		images = source->set.images;
	return images * source->loops;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	if (source->stream && source->stream != stdin)
		fclose(source->stream);
	dataset_close(&source->set);
	free(source);
}
