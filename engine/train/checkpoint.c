// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "checkpoint.h"

static const char magic[8] = "DYNCKPT3";

struct header {
	char magic[8];
	int32_t mode, trained, stage_groups, stage_epoch;
	struct dnnfile_shape shape;
	float mean[DNNFILE_MAX_IMAGE_C], std[DNNFILE_MAX_IMAGE_C];
	char options[TRAIN_CONFIG_LEN];
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
	h->mode = t->config.mode;
	h->trained = t->trained;
	h->stage_groups = t->stage.epoch ? t->stage.groups : 0;
	h->stage_epoch = t->stage.epoch;
	h->shape = t->shape;
	memcpy(h->mean, t->norm.mean, sizeof(h->mean));
	memcpy(h->std, t->norm.std, sizeof(h->std));
	train_config_print(&t->config, h->options, sizeof(h->options));
}

static void put_group(struct stream *s, const struct trainer *t, int g,
		      const struct group_params *p)
{
	put(s, p->values, t->layout[g].params * sizeof(float));
	put(s, p->stats, t->layout[g].stats * sizeof(float));
}

static void put_all(struct stream *s, const struct trainer *t)
{
	struct header h;
	uint32_t sum;

	fill_header(&h, t);
	put(s, &h, sizeof(h));
	for (int g = 0; g < t->trained; g++)
		put_group(s, t, g, &t->params[g]);
	for (int i = 0; i < h.stage_groups; i++) {
		put_group(s, t, t->trained + i, &t->stage.params[i]);
		put(s, t->stage.velocity[i], t->layout[t->trained + i].params * sizeof(float));
	}
	sum = s->crc;
	put(s, &sum, sizeof(sum));
}

int checkpoint_save(struct trainer *t, const char *path)
{
	struct stream s = { 0 };
	char temp[PATH_MAX];

	if (snprintf(temp, sizeof(temp), "%s.tmp", path) >= (int)sizeof(temp))
		return trainer_fail(t, -ENAMETOOLONG, "checkpoint: file name too long");
	s.file = fopen(temp, "wb");
	if (!s.file)
		return trainer_fail(t, -errno, "checkpoint %.200s: %s", temp, strerror(errno));
	put_all(&s, t);
	/* On the disk before it takes the old one's place. */
	if (!s.error && (fflush(s.file) || fsync(fileno(s.file))))
		s.error = -errno;
	if (fclose(s.file) && !s.error)
		s.error = -errno;
	if (!s.error && rename(temp, path))
		s.error = -errno;
	if (!s.error)
		return 0;
	remove(temp);
	return trainer_fail(t, s.error, "checkpoint %.200s: %s", path, strerror(-s.error));
}

static void get_group(struct stream *s, const struct trainer *t, int g, struct group_params *p)
{
	get(s, p->values, t->layout[g].params * sizeof(float));
	get(s, p->stats, t->layout[g].stats * sizeof(float));
}

static int get_trained(struct trainer *t, struct stream *s)
{
	struct group_params p;
	int ret;

	ret = group_params_init(&p, &t->layout[t->trained], 0);
	if (ret)
		return ret;
	get_group(s, t, t->trained, &p);
	ret = s->error ? s->error : trainer_adopt_group(t, &p);
	group_params_free(&p);
	return ret;
}

static int get_stage(struct trainer *t, struct stream *s, const struct header *h)
{
	int ret;

	if (!h->stage_groups)
		return 0;
	ret = trainer_start_stage(t, h->stage_groups);
	for (int i = 0; !ret && i < h->stage_groups; i++) {
		get_group(s, t, t->trained + i, &t->stage.params[i]);
		get(s, t->stage.velocity[i], t->layout[t->trained + i].params * sizeof(float));
		ret = s->error;
	}
	t->stage.epoch = h->stage_epoch;
	return ret;
}

/* What may differ from a new training of the same: how far it is, and the options. */
static int check_header(const struct trainer *t, const struct header *have, struct header *want)
{
	int groups = t->shape.groups;

	if (memcmp(have->magic, magic, sizeof(magic)))
		return -EBADMSG;
	want->trained = have->trained;
	want->stage_groups = have->stage_groups;
	want->stage_epoch = have->stage_epoch;
	memcpy(want->options, have->options, sizeof(want->options));
	if (memcmp(have, want, sizeof(*have)))
		return -EINVAL;
	if (have->trained < 0 || have->trained > groups || have->stage_epoch < 0 ||
	    have->stage_groups < 0 || have->stage_groups > groups - have->trained ||
	    !have->stage_groups != !have->stage_epoch || have->options[TRAIN_CONFIG_LEN - 1])
		return -EBADMSG;
	return 0;
}

static int load(struct trainer *t, struct stream *s, char *other_options)
{
	struct header have, want;
	uint32_t sum, stored;
	int ret;

	fill_header(&want, t);
	*other_options = '\0';
	get(s, &have, sizeof(have));
	ret = s->error;
	if (!ret && strcmp(have.options, want.options))
		memcpy(other_options, have.options, TRAIN_CONFIG_LEN);
	if (!ret)
		ret = check_header(t, &have, &want);
	for (int g = 0; !ret && g < have.trained; g++)
		ret = get_trained(t, s);
	if (!ret)
		ret = get_stage(t, s, &have);
	sum = s->crc;
	get(s, &stored, sizeof(stored));
	if (!ret)
		ret = s->error;
	if (!ret && (sum != stored || fgetc(s->file) != EOF))
		ret = -EBADMSG;
	return ret;
}

int checkpoint_load(struct trainer *t, const char *path, char *other_options)
{
	struct stream s = { 0 };
	int ret;

	s.file = fopen(path, "rb");
	if (!s.file)
		return trainer_fail(t, -errno, "checkpoint %.200s: %s", path, strerror(errno));
	ret = load(t, &s, other_options);
	fclose(s.file);
	if (!ret)
		return 0;
	trainer_close(t);
	if (ret == -EINVAL)
		return trainer_fail(t, ret, "checkpoint %.200s: of another network, mode or data",
				    path);
	return trainer_fail(t, ret, "checkpoint %.200s: %s", path,
			    ret == -EBADMSG ? "damaged" : strerror(-ret));
}
