// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "checkpoint.h"

static const char magic[8] = "DYNCKPT1";

struct header {
	char magic[8];
	int32_t channels[NET_CONVS];
	int32_t groups, trained, image_channels;
	float mean[IMAGE_CHANNELS_MAX], std[IMAGE_CHANNELS_MAX];
};

struct stream {
	FILE *file;
	uLong crc;
	int error;
};

static void put(struct stream *s, const void *data, size_t len)
{
	if (!s->error && fwrite(data, 1, len, s->file) != len)
		s->error = errno ? -errno : -EIO;
	s->crc = crc32(s->crc, data, len);
}

static void get(struct stream *s, void *data, size_t len)
{
	if (s->error)
		return;
	if (fread(data, 1, len, s->file) != len) {
		s->error = ferror(s->file) ? -EIO : -EBADMSG;
		return;
	}
	s->crc = crc32(s->crc, data, len);
}

static void fill_header(struct header *h, const struct trainer *t)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->magic, magic, sizeof(magic));
	for (int i = 0; i < NET_CONVS; i++)
		h->channels[i] = t->config.channels[i];
	h->groups = t->config.groups;
	h->trained = t->trained;
	h->image_channels = t->data->channels;
	memcpy(h->mean, t->norm.mean, sizeof(h->mean));
	memcpy(h->std, t->norm.std, sizeof(h->std));
}

int checkpoint_save(struct trainer *t, const char *path)
{
	struct stream s = { 0 };
	char temp[PATH_MAX];
	struct header h;
	uint32_t sum;

	if (snprintf(temp, sizeof(temp), "%s.tmp", path) >= (int)sizeof(temp))
		return trainer_fail(t, -ENAMETOOLONG, "checkpoint: file name too long");
	s.file = fopen(temp, "wb");
	if (!s.file)
		return trainer_fail(t, -errno, "checkpoint %.100s: %s", temp, strerror(errno));
	fill_header(&h, t);
	put(&s, &h, sizeof(h));
	for (int g = 0; g < t->trained; g++) {
		put(&s, t->params[g].values, t->shape.params * sizeof(float));
		put(&s, t->params[g].stats, t->shape.stats * sizeof(float));
	}
	sum = s.crc;
	put(&s, &sum, sizeof(sum));
	if (fclose(s.file) && !s.error)
		s.error = -errno;
	if (!s.error && rename(temp, path))
		s.error = -errno;
	if (!s.error)
		return 0;
	remove(temp);
	return trainer_fail(t, s.error, "checkpoint %.100s: %s", path, strerror(-s.error));
}

static int read_group(struct trainer *t, struct stream *s)
{
	struct group_params p;
	int ret;

	ret = group_params_init(&p, &t->shape, 0);
	if (ret)
		return ret;
	get(s, p.values, t->shape.params * sizeof(float));
	get(s, p.stats, t->shape.stats * sizeof(float));
	ret = s->error ? s->error : trainer_adopt_group(t, &p);
	group_params_free(&p);
	return ret;
}

int checkpoint_load(struct trainer *t, const char *path)
{
	struct stream s = { 0 };
	struct header have, want;
	uint32_t sum, stored;
	int ret;

	s.file = fopen(path, "rb");
	if (!s.file)
		return trainer_fail(t, -errno, "checkpoint %.100s: %s", path, strerror(errno));
	fill_header(&want, t);
	get(&s, &have, sizeof(have));
	ret = s.error;
	if (!ret && memcmp(have.magic, magic, sizeof(magic)))
		ret = -EBADMSG;
	if (!ret && (have.trained < 0 || have.trained > t->config.groups))
		ret = -EINVAL;
	if (!ret) {
		want.trained = have.trained;
		if (memcmp(&have, &want, sizeof(have)))
			ret = -EINVAL;
	}
	for (int g = 0; !ret && g < have.trained; g++)
		ret = read_group(t, &s);
	sum = s.crc;
	get(&s, &stored, sizeof(stored));
	if (!ret)
		ret = s.error;
	if (!ret && (sum != stored || fgetc(s.file) != EOF))
		ret = -EBADMSG;
	fclose(s.file);
	if (!ret)
		return 0;
	trainer_close(t);
	if (ret == -EINVAL)
		return trainer_fail(t, ret,
				    "checkpoint %.100s: of other channels, groups or data", path);
	return trainer_fail(t, ret, "checkpoint %.100s: %s", path,
			    ret == -EBADMSG ? "damaged" : strerror(-ret));
}
