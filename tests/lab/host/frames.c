// SPDX-License-Identifier: MIT

#include "frames.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "folder.h"

struct frame {
	struct frame *next;
	const char *kind;	/* the folder it goes to */
	char *id;
	char *name;
	size_t size;		/* as announced */
	uint32_t crc;
	uint8_t *data;
	size_t len;
	size_t capacity;
	bool damaged;
	bool ended;		/* its padding was seen */
};

static void frame_free(struct frame *frame)
{
	if (!frame)
		return;
	free(frame->id);
	free(frame->name);
	free(frame->data);
	free(frame);
}

/* Where the frame's pointer is kept; at the list's end a pointer to NULL. */
static struct frame **find(struct frames *f, const char *id)
{
	struct frame **at = &f->first;

	while (*at && strcmp((*at)->id, id))
		at = &(*at)->next;
	return at;
}

static bool name_is_good(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_-.";

	return name[0] != '.' && !name[strspn(name, letters)];
}

/* A whole word of digits in that base; false when it is anything else. */
static bool number(const char *word, int base, unsigned long long max, unsigned long long *value)
{
	char *end;

	if (strspn(word, base == 16 ? "0123456789abcdefABCDEF" : "0123456789") != strlen(word))
		return false;
	errno = 0;
	*value = strtoull(word, &end, base);
	return !errno && end != word && *value <= max;
}

static int parse(struct frame *frame, char *line)
{
	unsigned long long size, crc;
	char *words[6], *save = NULL;
	int count = 0;

	while (count < 6 && (words[count] = strtok_r(count ? NULL : line, " \t", &save)))
		count++;
	if (count != 5 || !name_is_good(words[2]) || !number(words[3], 10, SIZE_MAX, &size) ||
	    !number(words[4], 16, UINT32_MAX, &crc))
		return -EBADMSG;

	frame->kind = strcmp(words[0], "log") ? "results" : "logs";
	frame->id = strdup(words[1]);
	frame->name = strdup(words[2]);
	frame->size = size;
	frame->crc = (uint32_t)crc;
	return frame->id && frame->name ? 0 : -ENOMEM;
}

int frames_open(struct frames *f, const char *line)
{
	struct frame *frame = calloc(1, sizeof(*frame)), **at;
	char *copy = strdup(line);
	int ret = -ENOMEM;

	if (frame && copy)
		ret = parse(frame, copy);
	free(copy);
	if (ret) {
		frame_free(frame);
		return ret;
	}

	/* a frame that is begun anew takes the old one's place */
	at = find(f, frame->id);
	if (*at) {
		struct frame *old = *at;

		frame->next = old->next;
		frame_free(old);
	}
	*at = frame;
	return 0;
}

static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four signs are up to three bytes; returns how many, or -1 when it is no base64. */
static int decode(const char *signs, uint8_t *bytes)
{
	int padding = signs[3] != '=' ? 0 : signs[2] != '=' ? 1 : 2;
	uint32_t bits = 0;

	for (int i = 0; i < 4; i++) {
		int six = i < 4 - padding ? value(signs[i]) : 0;

		if (six < 0)
			return -1;
		bits = bits << 6 | (uint32_t)six;
	}
	bytes[0] = bits >> 16 & 0xff;
	bytes[1] = bits >> 8 & 0xff;
	bytes[2] = bits & 0xff;
	return 3 - padding;
}

static int reserve(struct frame *frame, size_t more)
{
	size_t capacity = frame->capacity ? frame->capacity : 4096;
	uint8_t *data;

	while (capacity - frame->len < more)
		capacity *= 2;
	if (capacity == frame->capacity)
		return 0;
	data = realloc(frame->data, capacity);
	if (!data)
		return -ENOMEM;
	frame->data = data;
	frame->capacity = capacity;
	return 0;
}

int frames_data(struct frames *f, char *line)
{
	char *text = line + strcspn(line, " ");
	struct frame *frame;
	size_t len;
	int ret;

	if (*text)
		*text++ = 0;
	frame = *find(f, line);
	if (!frame)
		return 0;

	len = strlen(text);
	ret = reserve(frame, len / 4 * 3);
	if (ret)
		return ret;
	if (len % 4 || (len && frame->ended))
		frame->damaged = true;
	for (size_t i = 0; i + 4 <= len && !frame->damaged; i += 4) {
		int bytes = decode(text + i, frame->data + frame->len);

		if (bytes < 0 || frame->ended) {
			frame->damaged = true;
		} else {
			frame->len += (size_t)bytes;
			frame->ended = bytes < 3;
		}
	}
	return 0;
}

static int store(const struct frames *f, const struct frame *frame)
{
	char *folder = folder_path("%s/%s", f->folder, frame->kind);
	char *path = folder_path("%s/%s/%s", f->folder, frame->kind, frame->name);
	int ret = -ENOMEM;
	FILE *out;

	if (!folder || !path)
		goto free;
	if (mkdir(folder, 0777) && errno != EEXIST) {
		ret = -errno;
		goto free;
	}
	out = fopen(path, "wbe");
	if (!out) {
		ret = -errno;
		goto free;
	}
	ret = 0;
	if (frame->len && fwrite(frame->data, 1, frame->len, out) != frame->len)
		ret = -errno;
	if (fclose(out) && !ret)
		ret = -errno;
free:
	free(path);
	free(folder);
	return ret;
}

int frames_close(struct frames *f, const char *id)
{
	struct frame **at = find(f, id), *frame = *at;
	int ret = 0;

	if (!frame)
		return 0;
	*at = frame->next;
	if (frame->damaged || frame->len != frame->size ||
	    crc32_z(crc32_z(0, NULL, 0), frame->data, frame->len) != frame->crc)
		verdict_fail(f->verdicts, "results port: %s was damaged on its way "
			     "(%zu of %zu bytes)", frame->name,
			     frame->damaged ? 0 : frame->len, frame->size);
	else
		ret = store(f, frame);
	frame_free(frame);
	return ret;
}

void frames_finish(const struct frames *f)
{
	for (const struct frame *frame = f->first; frame; frame = frame->next)
		verdict_fail(f->verdicts, "results port: %s was cut short", frame->name);
}

void frames_free(struct frames *f)
{
	struct frame *frame;

	while ((frame = f->first)) {
		f->first = frame->next;
		frame_free(frame);
	}
}
