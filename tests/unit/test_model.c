// SPDX-License-Identifier: MIT
/* The loader: takes what the writer makes, refuses everything else with a reason. */
#include <criterion/criterion.h>
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <regex.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../engine/model/bounds.h"
#include "../../engine/model/model.h"
#include "../fuzz/fields.h"
#include "../fuzz/seeds.h"
#include "shell_kit.h"
#include "small_model.h"

static void *tiny_image(unsigned int groups, size_t *bytes)
{
	struct small_model small;
	void *image;

	small_model_init(&small, SMALL_TINY, groups, 1);
	image = small_model_encode(&small, bytes);
	small_model_free(&small);
	return image;
}

/* Every error of loading begins with the section that it is about. */
static void assert_names_section(const char *text)
{
	regex_t section;

	cr_assert_eq(regcomp(&section, "^(header|(layer|tensor|group) [0-9]+|class names): ",
			     REG_EXTENDED | REG_NOSUB), 0);
	cr_assert_eq(regexec(&section, text, 0, NULL, 0), 0, "no section: %s", text);
	regfree(&section);
}

/* Opening this must fail with code and with a text that contains every word of why. */
static void assert_refused(const void *image, size_t bytes, int code, const char *why)
{
	struct dyndnn_error err = { 0 };
	struct dyndnn_model *model = NULL;
	int ret = dyndnn_model_open_memory(image, bytes, &model, &err);

	cr_assert_eq(ret, code, "returned %d (%s), not %d", ret, err.text, code);
	cr_assert_eq(err.code, code);
	cr_assert_null(model);
	cr_assert_neq(strstr(err.text, why), NULL, "text is '%s', lacks '%s'", err.text, why);
	assert_names_section(err.text);
}

/* Weights come back bit for bit, from aligned places, each blob on its page. */
static void assert_weights(const struct small_model *small, const struct dyndnn_model *model)
{
	const struct dnnfile_shape *shape = &small->desc.shape;

	for (uint32_t g = 1; g <= shape->groups; g++) {
		cr_expect_eq((uintptr_t)model->blob[g - 1] % DNNFILE_PAGE,
			     (uintptr_t)model->data % DNNFILE_PAGE);
		for (uint32_t i = 0; i < shape->layers; i++) {
			const struct dnnfile_tensors *t =
				&small->desc.tensors[(g - 1) * shape->layers + i];
			size_t count = dnnfile_weights_count(shape, i, g);
			const float *weights = dyndnn_model_weights(model, g, i);

			if (!count) {
				cr_expect_null(weights);
				cr_expect_null(dyndnn_model_bias(model, g, i));
				continue;
			}
			cr_expect_eq((uintptr_t)weights % DNNFILE_ALIGN, 0);
			cr_expect_arr_eq(weights, t->weights, count * sizeof(float));
			cr_expect_arr_eq(dyndnn_model_bias(model, g, i), t->bias,
					 dnnfile_bias_count(&shape->layer[i]) * sizeof(float));
		}
	}
}

Test(model, good_file_tells_what_it_is)
{
	struct small_model small;
	struct dyndnn_error err = { 0 };
	struct dyndnn_model *model;
	const struct dyndnn_info *info;
	char path[] = "/tmp/test_model.XXXXXX";
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	small_model_init(&small, SMALL_SHIPPED, 4, 1);
	cr_assert_eq(dnnfile_write(path, &small.desc, &err), 0, "%s", err.text);
	cr_assert_eq(dyndnn_model_open(path, &model, &err), 0, "%s", err.text);
	info = dyndnn_model_info(model);
	cr_expect_str_eq(info->name, "small");
	cr_expect_eq(info->levels, 4);
	cr_expect_eq(info->classes, 10);
	cr_expect_eq(info->channels, 3);
	cr_expect_eq(info->height, 32);
	cr_expect_eq(info->width, 32);
	cr_expect_eq(info->accuracy_ppm[3], 530000);
	/* By hand: 9 * (1024*24*3 + 256*48*24 + 64*(64*48 + 64*64 + 32*64)) + 512*10 */
	cr_expect_eq(info->macs[0], 8631296);
	cr_expect_eq(info->macs[3], 4 * 8631296);
	cr_expect_eq(info->weights_bytes[3], 4 * 4 * (9 * (24 * 3 + 48 * 24 + 64 * 48 + 64 * 64 +
							     32 * 64) + 512 * 10 +
							24 + 48 + 64 + 64 + 32 + 10));
	cr_expect_str_eq(dyndnn_model_class_name(model, 0), "zero");
	cr_expect_str_eq(dyndnn_model_class_name(model, 9), "nine");
	cr_expect_null(dyndnn_model_class_name(model, 10));
	cr_expect_not(info->reads_earlier_groups);
	assert_weights(&small, model);
	dyndnn_model_close(model);
	unlink(path);
	small_model_free(&small);
}

Test(model, good_triangular_file_tells_what_it_is)
{
	const uint64_t first = 9 * 24 * 3, later = 9 * (24 * 48 + 48 * 64 + 64 * 64 + 64 * 32) +
						   512 * 10;
	const uint64_t first_macs = 1024 * first, later_macs = 8631296 - first_macs;
	const uint64_t biases = 24 + 48 + 64 + 64 + 32 + 10;
	struct dyndnn_error err = { 0 };
	const struct dyndnn_info *info;
	struct dyndnn_model *model;
	struct small_model small;
	size_t bytes;
	void *image;

	small_model_init_triangular(&small, SMALL_SHIPPED, 4, 1);
	image = small_model_encode(&small, &bytes);
	cr_assert_eq(dyndnn_model_open_memory(image, bytes, &model, &err), 0, "%s", err.text);
	info = dyndnn_model_info(model);
	cr_expect(info->reads_earlier_groups);
	cr_expect_eq(info->levels, 4);
	/* All but the first layer of group g cost g times as much: 1, 1 + 2, 1 + 2 + 3 ... */
	for (unsigned int k = 1; k <= 4; k++) {
		unsigned int sum = k * (k + 1) / 2;

		cr_expect_eq(info->macs[k - 1], k * first_macs + sum * later_macs, "level %u", k);
		cr_expect_eq(info->weights_bytes[k - 1],
			     4 * (k * (first + biases) + sum * later), "level %u", k);
	}
	cr_expect_gt(model->blob[3] - model->blob[2], model->blob[2] - model->blob[1]);
	assert_weights(&small, model);
	dyndnn_model_close(model);
	free(image);
	small_model_free(&small);
}

Test(model, names_are_optional)
{
	struct dyndnn_error err = { 0 };
	struct dyndnn_model *model;
	struct small_model small;
	size_t bytes;
	void *image;

	small_model_init(&small, SMALL_ODD, 3, 1);
	small.desc.name = NULL;
	small.desc.class_names = NULL;
	image = small_model_encode(&small, &bytes);
	cr_assert_eq(dyndnn_model_open_memory(image, bytes, &model, &err), 0, "%s", err.text);
	cr_expect_str_eq(dyndnn_model_info(model)->name, "");
	cr_expect_null(dyndnn_model_class_name(model, 0));
	dyndnn_model_close(model);
	free(image);
	small_model_free(&small);
}

/* Which bytes of a file are whose. */
struct section {
	size_t end;
	char name[32];
};

static size_t add_sections(struct section *section, size_t from, const char *what, uint32_t count,
			   size_t bytes)
{
	for (uint32_t i = 0; i < count; i++) {
		section[i].end = from + (i + 1) * bytes;
		snprintf(section[i].name, sizeof(section[i].name), "%s %u: ", what, i + 1);
	}
	return from + count * bytes;
}

/* By format.h alone; room for all sections. Return their number. */
static size_t list_sections(const uint8_t *image, struct section *section)
{
	const struct dnnfile_header *header = (const struct dnnfile_header *)image;
	const struct dnnfile_group *group;
	size_t at = sizeof(*header), n = 0;

	section[n++] = (struct section) { at, "header: " };
	at = add_sections(section + n, at, "layer", header->layers, sizeof(struct dnnfile_layer));
	n += header->layers;
	at = add_sections(section + n, at, "tensor", header->tensors,
			  sizeof(struct dnnfile_tensor));
	n += header->tensors;
	group = (const struct dnnfile_group *)(image + at);
	add_sections(section + n, at, "group", header->groups, sizeof(*group));
	n += header->groups;
	section[n++] = (struct section) { header->header_bytes, "class names: " };
	for (uint32_t g = 0; g < header->groups; g++, n++) {
		section[n].end = group[g].offset + group[g].bytes;
		snprintf(section[n].name, sizeof(section[n].name), "group %u: ", g + 1);
	}
	return n;
}

static void assert_begins(const char *text, const struct section *section, const char *what,
			  size_t at)
{
	cr_assert_eq(strncmp(text, section->name, strlen(section->name)), 0,
		     "%s at byte %zu, which is of %s: %s", what, at, section->name, text);
}

/* One bit of every byte, or of one in so many; and cut before it. */
static void assert_damage_is_placed(uint8_t *image, size_t bytes, size_t step)
{
	struct section section[2 + DNNFILE_MAX_LAYERS + DNNFILE_MAX_TENSORS +
			       2 * DNNFILE_MAX_GROUPS];
	size_t sections = list_sections(image, section), s = 0;

	cr_assert_eq(section[sections - 1].end, bytes);
	for (size_t at = 0; at < bytes; at += step) {
		struct dyndnn_model *model = NULL;
		struct dyndnn_error err;
		uint8_t flip = 1u << (at * 5 % 8);

		while (at >= section[s].end)
			s++;
		image[at] ^= flip;
		cr_assert_lt(dyndnn_model_open_memory(image, bytes, &model, &err), 0);
		assert_begins(err.text, &section[s], "flip", at);
		image[at] ^= flip;
		cr_assert_eq(dyndnn_model_open_memory(image, at, &model, &err), -EBADMSG);
		assert_begins(err.text, &section[s], "cut", at);
		cr_assert_neq(strstr(err.text, "truncated"), NULL, "%s", err.text);
		cr_assert_null(model);
	}
}

Test(model, damage_is_refused_and_placed_at_every_byte)
{
	size_t bytes;
	uint8_t *image = tiny_image(2, &bytes);

	assert_damage_is_placed(image, bytes, 1);
	free(image);
}

Test(model, damage_is_placed_in_every_kind_of_model)
{
	size_t bytes, room = 1 << 16;
	uint8_t *image = aligned_alloc(DNNFILE_ALIGN, room);

	cr_assert_not_null(image);
	for (unsigned int which = 0; which < SEEDS; which++) {
		bytes = seed_model(which, image, room);
		cr_assert_gt(bytes, 0);
		assert_damage_is_placed(image, bytes, 13);
	}
	free(image);
}

/* No bit alone does this. */
Test(model, wider_damage_of_the_tables_is_not_misplaced)
{
	struct dyndnn_model *model;
	struct dyndnn_error err;
	size_t bytes;
	uint8_t *image = tiny_image(2, &bytes);

	memset(image + 200, 0xa5, 100);
	cr_assert_eq(dyndnn_model_open_memory(image, bytes, &model, &err), -EBADMSG);
	cr_expect_eq(strncmp(err.text, "header, tables or class names: CRC is ", 38), 0, "%s",
		     err.text);
	free(image);
}

/* A copy cut short is exactly as long, so that a sanitizer sees a read past its end. */
Test(model, no_truncated_file_is_read_past_its_end)
{
	struct dyndnn_error err;
	size_t bytes;
	void *image = tiny_image(2, &bytes);

	for (size_t cut = 0; cut < bytes; cut++) {
		struct dyndnn_model *model = NULL;
		/* All short ones, later every prime-numbered step and the page boundaries. */
		if (cut > 600 && cut % 61 && cut % DNNFILE_PAGE > 1 && cut != bytes - 1)
			continue;
		void *copy = small_model_copy(image, cut);

		cr_assert_lt(dyndnn_model_open_memory(copy, cut, &model, &err), 0,
			     "cut to %zu of %zu bytes", cut, bytes);
		free(copy);
	}
	free(image);
}

Test(model, truncated_at_every_page_on_disk)
{
	char path[] = "/tmp/test_model.XXXXXX";
	struct dyndnn_error err;
	struct dyndnn_model *model;
	struct small_model small;
	struct stat st;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	small_model_init(&small, SMALL_TINY, 3, 1);
	cr_assert_eq(dnnfile_write(path, &small.desc, &err), 0, "%s", err.text);
	cr_assert_eq(stat(path, &st), 0);
	for (off_t size = st.st_size - 1; size >= 0;
	     size = size ? (size - 1) / DNNFILE_PAGE * DNNFILE_PAGE : -1) {
		cr_assert_eq(truncate(path, size), 0);
		cr_assert_eq(dyndnn_model_open(path, &model, &err), -EBADMSG, "%ld bytes: %s",
			     (long)size, err.text);
	}
	unlink(path);
	small_model_free(&small);
}

Test(model, appended_bytes_are_refused)
{
	size_t bytes;
	void *image = tiny_image(1, &bytes);
	uint8_t *longer = calloc(1, bytes + DNNFILE_PAGE), *aligned;

	memcpy(longer, image, bytes);
	aligned = small_model_copy(longer, bytes + DNNFILE_PAGE);
	assert_refused(aligned, bytes + DNNFILE_PAGE, -EBADMSG, "file bytes");
	free(aligned);
	free(longer);
	free(image);
}

/* A u32 field of the header or of a table, set to a value that must be refused. */
struct bad_field {
	size_t offset;
	uint32_t value;
	int code;
	const char *why;
};

#define HEADER(field)	offsetof(struct dnnfile_header, field)
#define LAYER(i, field)	(sizeof(struct dnnfile_header) + (i) * sizeof(struct dnnfile_layer) + \
			 offsetof(struct dnnfile_layer, field))
#define TENSOR(t, field) (LAYER(2, kind) + ((t) - 1) * sizeof(struct dnnfile_tensor) + \
			  offsetof(struct dnnfile_tensor, field))
#define GROUP(g, field)	(TENSOR(5, layer) + ((g) - 1) * sizeof(struct dnnfile_group) + \
			 offsetof(struct dnnfile_group, field))

#define NAMES		GROUP(3, offset)

/* The tiny model: two groups; layer 0 a convolution 1 -> 2 of 4 x 4, layer 1 the classifier. */
static const struct bad_field bad_fields[] = {
	{ HEADER(magic), 0x464c457f, -EINVAL, "magic" },
	{ HEADER(version), 0, -EPROTONOSUPPORT, "version is 0, allowed: 2" },
	{ HEADER(version), 1, -EPROTONOSUPPORT, "version is 1, allowed: 2 (dyndnn-tool upgrade" },
	{ HEADER(version), 3, -EPROTONOSUPPORT, "version is 3, allowed: 2" },
	{ HEADER(version), UINT32_MAX, -EPROTONOSUPPORT, "version is 4294967295, allowed: 2" },
	{ HEADER(file_bytes), 0, -EINVAL, "header: file bytes is 0, must be 12288" },
	{ HEADER(file_bytes) + 4, 0x80000000, -EINVAL, "file bytes is 9223372036854" },
	{ HEADER(wiring), 2, -EINVAL, "wiring is 2, allowed: 0..1" },
	{ HEADER(wiring), UINT32_MAX, -EINVAL, "wiring is 4294967295, allowed: 0..1" },
	{ HEADER(groups), 0, -EINVAL, "groups is 0, allowed: 1..16" },
	{ HEADER(groups), 17, -EINVAL, "groups is 17, allowed: 1..16" },
	{ HEADER(groups), UINT32_MAX, -EINVAL, "groups is 4294967295, allowed: 1..16" },
	{ HEADER(groups), 1, -EINVAL, "must be 0" },
	{ HEADER(layers), 0, -EINVAL, "layers is 0, allowed: 1..64" },
	{ HEADER(layers), 65, -EINVAL, "layers is 65, allowed: 1..64" },
	{ HEADER(layers), UINT32_MAX, -EINVAL, "layers is 4294967295, allowed: 1..64" },
	{ HEADER(layers), 1, -EINVAL, "layer 1: kind is 1, must be 3" },
	{ HEADER(classes), 0, -EINVAL, "classes is 0, allowed: 2..4096" },
	{ HEADER(classes), 1, -EINVAL, "classes is 1, allowed: 2..4096" },
	{ HEADER(classes), 4097, -EINVAL, "classes is 4097, allowed: 2..4096" },
	{ HEADER(classes), 4, -EINVAL, "layer 2: output channels is 3, must be 4" },
	{ HEADER(image_c), 0, -EINVAL, "image channels is 0, allowed: 1..4" },
	{ HEADER(image_c), 5, -EINVAL, "image channels is 5, allowed: 1..4" },
	{ HEADER(image_c), 2, -EINVAL, "header: stdev of channel 2 is 0" },
	{ HEADER(image_h), 0, -EINVAL, "image height is 0, allowed: 1..1024" },
	{ HEADER(image_h), 1025, -EINVAL, "image height is 1025, allowed: 1..1024" },
	{ HEADER(image_h), 5, -EINVAL, "layer 1: input height is 4, must be 5" },
	{ HEADER(image_w), UINT32_MAX, -EINVAL, "image width is 4294967295, allowed: 1..1024" },
	{ HEADER(class_names_bytes), UINT32_MAX, -EINVAL,
	  "header: class names bytes is 4294967295, allowed: 0..1048576" },
	{ HEADER(class_names_bytes), 4000, -EINVAL, "header bytes" },
	{ HEADER(class_names_bytes), 12, -EINVAL, "class names: their number is 2, must be 3" },
	{ HEADER(class_names_bytes), 14, -EINVAL, "class names: their number is 4, must be 3" },
	{ HEADER(class_names_bytes), 0, -EINVAL, "must be 0" },
	{ HEADER(mean[0]), 0x7fc00000, -EINVAL, "mean of channel 1 is nan" },
	{ HEADER(mean[0]), 0xff800000, -EINVAL, "mean of channel 1 is -inf" },
	{ HEADER(mean[1]), 0x3f800000, -EINVAL, "unused channel 2" },
	{ HEADER(stdev[0]), 0, -EINVAL, "stdev of channel 1 is 0" },
	{ HEADER(stdev[0]), 0xbf800000, -EINVAL, "stdev of channel 1 is -1" },
	{ HEADER(stdev[0]), 0x7fc00000, -EINVAL, "stdev of channel 1 is nan" },
	{ HEADER(stdev[0]), 0x00000001, -EINVAL, "stdev of channel 1" },
	{ HEADER(name[60]), 0x61616161, -EINVAL, "name has no end" },
	{ HEADER(name[0]), 0x616d731b, -EINVAL, "header: name has control characters" },
	{ NAMES, 0x651b657a, -EINVAL, "class names: they have control characters" },
	{ HEADER(reserved), 1, -EINVAL, "reserved" },
	{ HEADER(dtype), 0, -EINVAL, "data type is 0, allowed: 1..2" },
	{ HEADER(dtype), 3, -EINVAL, "data type is 3, allowed: 1..2" },
	{ HEADER(dtype), 2, -EINVAL, "scale of the image is 0, allowed: 1e-12..1e+06" },
	{ HEADER(image_scale), 0x3f800000, -EINVAL, "scale and zero point of the image must be 0" },
	{ HEADER(image_zero), 1, -EINVAL, "scale and zero point of the image must be 0" },
	{ HEADER(tensors), 0, -EINVAL, "tensors is 0, must be 4" },
	{ HEADER(tensors), 5, -EINVAL, "tensors is 5, must be 4" },
	{ HEADER(tensors), 257, -EINVAL, "tensors is 257, allowed: 1..256" },
	{ HEADER(tensors), UINT32_MAX, -EINVAL, "tensors is 4294967295, allowed: 1..256" },
	{ TENSOR(1, layer), 2, -EINVAL,
	  "tensor 1: layer 2, role 1, data type 1, offset 0, count 18, must be 1, 1, 1, 0, 18" },
	{ TENSOR(1, role), 2, -EINVAL, "tensor 1: layer 1, role 2" },
	{ TENSOR(2, dtype), 2, -EINVAL, "tensor 2: layer 1, role 3, data type 2" },
	{ TENSOR(2, reserved), 1, -EINVAL, "tensor 2" },
	{ TENSOR(3, offset), 64, -EINVAL, "tensor 3: layer 2, role 1, data type 1, offset 64" },
	{ TENSOR(3, offset) + 4, UINT32_MAX, -EINVAL, "tensor 3" },
	{ TENSOR(4, count), 0, -EINVAL, "tensor 4: layer 2, role 3, data type 1, offset 576, count 0" },
	{ TENSOR(4, count) + 4, 1, -EINVAL, "tensor 4" },
	{ LAYER(0, kind), 0, -EINVAL, "layer 1: kind is 0, allowed: 1 (conv" },
	{ LAYER(0, kind), 3, -EINVAL, "layer 1: kind is 3, allowed: 1 (conv" },
	{ LAYER(0, kind), 7, -EINVAL,
	  "kind is 7, allowed: 1 (convolution), 2 (max pool), 4 (average pool), "
	  "5 (depthwise convolution), from layer 3 on 6 (residual)" },
	{ LAYER(0, kind), 5, -EINVAL, "layer 1: output channels is 2, must be 1" },
	{ LAYER(0, kind), 6, -EINVAL, "layer 1: kind is 6, allowed" },
	{ LAYER(0, input), 1, -EINVAL, "layer 1: input is 1, must be 0" },
	{ LAYER(1, input), 2, -EINVAL, "layer 2: input is 2, allowed: 0..1" },
	{ LAYER(1, input), UINT32_MAX, -EINVAL, "layer 2: input is 4294967295, allowed: 0..1" },
	{ LAYER(1, input), 0, -EINVAL, "layer 2: input channels is 2, must be 1" },
	{ LAYER(0, addend), 1, -EINVAL, "layer 1: addend is 1, must be 0" },
	{ LAYER(1, addend), 1, -EINVAL, "layer 2: addend is 1, must be 0" },
	{ LAYER(0, kind), UINT32_MAX, -EINVAL, "layer 1: kind is 4294967295" },
	{ LAYER(0, kind), 4, -EINVAL, "layer 1: flags is 1, must be 0" },
	{ LAYER(1, kind), 4, -EINVAL, "layer 2: kind is 4, must be 3" },
	{ LAYER(0, kind), 2, -EINVAL, "layer 1: flags is 1, must be 0" },
	{ LAYER(1, kind), 1, -EINVAL, "layer 2: kind is 1, must be 3" },
	{ LAYER(0, flags), 2, -EINVAL, "layer 1: flags is 2, allowed: 0..1" },
	{ LAYER(1, flags), 1, -EINVAL, "layer 2: flags is 1, must be 0" },
	{ LAYER(0, kernel), 0, -EINVAL, "layer 1: kernel is 0, allowed: 1..15" },
	{ LAYER(0, kernel), 16, -EINVAL, "layer 1: kernel is 16, allowed: 1..15" },
	{ LAYER(0, kernel), 7, -EINVAL, "layer 1: kernel is 7, allowed: 1..6" },
	{ LAYER(0, kernel), 2, -EINVAL, "layer 1: output height is 4, must be 5" },
	{ LAYER(1, kernel), 3, -EINVAL, "layer 2: kernel is 3, must be 1" },
	{ LAYER(0, stride), 0, -EINVAL, "layer 1: stride is 0, allowed: 1..8" },
	{ LAYER(0, stride), 9, -EINVAL, "layer 1: stride is 9, allowed: 1..8" },
	{ LAYER(0, stride), 2, -EINVAL, "layer 1: output height is 4, must be 2" },
	{ LAYER(0, padding), 3, -EINVAL, "layer 1: padding is 3, allowed: 0..2" },
	{ LAYER(0, padding), UINT32_MAX, -EINVAL, "layer 1: padding is 4294967295" },
	{ LAYER(0, padding), 0, -EINVAL, "layer 1: output height is 4, must be 2" },
	{ LAYER(1, padding), 1, -EINVAL, "layer 2: padding is 1, must be 0" },
	{ LAYER(0, in_c), 2, -EINVAL, "layer 1: input channels is 2, must be 1" },
	{ LAYER(1, in_c), 1, -EINVAL, "layer 2: input channels is 1, must be 2" },
	{ LAYER(1, in_h), UINT32_MAX, -EINVAL, "layer 2: input height" },
	{ LAYER(1, in_w), 0, -EINVAL, "layer 2: input width is 0, must be 4" },
	{ LAYER(0, out_c), 0, -EINVAL, "layer 1: output channels is 0, allowed: 1..4096" },
	{ LAYER(0, out_c), 4097, -EINVAL, "layer 1: output channels is 4097, allowed: 1..4096" },
	{ LAYER(0, out_c), UINT32_MAX, -EINVAL, "layer 1: output channels is 4294967295" },
	{ LAYER(0, out_h), 0, -EINVAL, "layer 1: output height is 0, must be 4" },
	{ LAYER(0, out_w), 3, -EINVAL, "layer 1: output width is 3, must be 4" },
	{ LAYER(1, out_c), 4, -EINVAL, "layer 2: output channels is 4, must be 3" },
	{ LAYER(1, reserved[2]), 1, -EINVAL, "layer 2: reserved" },
	{ GROUP(1, offset), 0, -EINVAL, "group 1: place" },
	{ GROUP(2, offset), UINT32_MAX, -EINVAL, "group 2: place" },
	{ GROUP(2, offset) + 4, UINT32_MAX, -EINVAL, "group 2: place" },
	{ GROUP(1, bytes), 0, -EINVAL, "group 1: place" },
	{ GROUP(2, bytes) + 4, UINT32_MAX, -EINVAL, "group 2: place" },
	{ GROUP(1, crc), 0, -EBADMSG, "group 1: CRC" },
	{ GROUP(2, crc), 0, -EBADMSG, "group 2: CRC" },
	{ GROUP(2, accuracy_ppm), 1000001, -EINVAL,
	  "accuracy is 1000001 ppm, allowed: 0..1000000" },
	{ GROUP(1, reserved), 1, -EINVAL, "group 1: reserved" },
	{ GROUP(1, logit_scale), 0x7fc00000, -EINVAL, "group 1: logit scale is nan" },
	{ GROUP(1, logit_scale), 0x7f800000, -EINVAL, "group 1: logit scale is inf" },
	{ GROUP(2, logit_scale), 0xbf800000, -EINVAL,
	  "group 2: logit scale is -1, allowed: 0, 0.001..1000" },
};

/* The same in triangular wiring. */
static const struct bad_field bad_triangular_fields[] = {
	{ HEADER(layers), 1, -EINVAL, "layers is 1, allowed: 2..64" },
	{ LAYER(0, kind), 2, -EINVAL,
	  "layer 1: kind is 2, must be 1 (convolution) in triangular wiring" },
	{ LAYER(0, kind), 4, -EINVAL, "layer 1: kind is 4, must be 1 (convolution)" },
	{ LAYER(0, kind), 5, -EINVAL, "layer 1: kind is 5, must be 1 (convolution)" },
	{ LAYER(1, kind), 1, -EINVAL, "layer 2: kind is 1, must be 3" },
	{ LAYER(1, input), 0, -EINVAL, "layer 2: input is 0, must be 1" },
	{ LAYER(1, in_c), 4, -EINVAL, "layer 2: input channels is 4, must be 2" },
	{ HEADER(dtype), 2, -EINVAL, "data type is 2, must be 1" },
	{ GROUP(2, bytes), 8192, -EINVAL, "group 2: place is 8192 bytes" },
	{ GROUP(2, crc), 0, -EBADMSG, "group 2: CRC" },
};

/* Average pools: layer 1 (from 0) of SMALL_MEANS is 2 x 2, layer 3 is 3 x 3 with padding 1. */
static const struct bad_field bad_means_fields[] = {
	{ LAYER(1, kernel), 1, -EINVAL, "layer 2: kernel is 1, allowed: 2..15" },
	{ LAYER(1, kernel), 16, -EINVAL, "layer 2: kernel is 16, allowed: 2..15" },
	{ LAYER(1, padding), 2, -EINVAL, "layer 2: padding is 2, allowed: 0..1" },
	{ LAYER(3, padding), 3, -EINVAL, "layer 4: padding is 3, allowed: 0..2" },
	{ LAYER(3, padding), 0, -EINVAL, "layer 4: output height is 6, must be 5" },
	{ LAYER(3, stride), 0, -EINVAL, "layer 4: stride is 0, allowed: 1..8" },
	{ LAYER(3, flags), 1, -EINVAL, "layer 4: flags is 1, must be 0" },
	{ LAYER(3, out_c), 7, -EINVAL, "layer 4: output channels is 7, must be 6" },
	/* Legal kinds, but this one has weights, for which the file is too small. */
	{ LAYER(1, kind), 1, -EINVAL, "tensors is 8, must be 10" },
};

/* SMALL_BRANCHES: layer 5 adds 3 to 4, layer 8 adds 5 to 7, layer 9 reads 1. */
static const struct bad_field bad_branches_fields[] = {
	{ LAYER(4, addend), 0, -EINVAL, "layer 5: addend is 0, allowed: 1..4" },
	{ LAYER(4, addend), 5, -EINVAL, "layer 5: addend is 5, allowed: 1..4" },
	{ LAYER(4, addend), 4, -EINVAL,
	  "layer 5: input is 4, allowed in a residual: 1..4 but addend" },
	{ LAYER(4, addend), 1, -EINVAL, "layer 5: channels of the addend is 4, must be 8" },
	{ LAYER(4, input), 0, -EINVAL, "layer 5: input is 0, allowed in a residual: 1..4" },
	{ LAYER(4, kernel), 3, -EINVAL, "layer 5: kernel is 3, must be 1" },
	{ LAYER(4, stride), 2, -EINVAL, "layer 5: stride is 2, must be 1" },
	{ LAYER(4, flags), 2, -EINVAL, "layer 5: flags is 2, allowed: 0..1" },
	{ LAYER(7, addend), 6, -EINVAL, "layer 8: height of the addend is 7, must be 6" },
	{ LAYER(5, out_c), 9, -EINVAL, "layer 6: output channels is 9, must be 8" },
};

/* With the checksum made right: what remains is the check of the field itself. */
static void assert_fields_refused(struct small_model *small, const struct bad_field *bad,
				  size_t count)
{
	size_t bytes;
	uint8_t *good = small_model_encode(small, &bytes);

	for (; count--; bad++) {
		uint8_t *image = small_model_copy(good, bytes);

		memcpy(image + bad->offset, &bad->value, sizeof(bad->value));
		small_model_seal(image);
		assert_refused(image, bytes, bad->code, bad->why);
		free(image);
	}
	free(good);
	small_model_free(small);
}

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

Test(model, every_wrong_field_is_named)
{
	struct small_model small;

	small_model_init(&small, SMALL_TINY, 2, 1);
	assert_fields_refused(&small, bad_fields, COUNT(bad_fields));
}

Test(model, every_wrong_field_of_triangular_wiring_is_named)
{
	struct small_model small;

	small_model_init_triangular(&small, SMALL_TINY, 2, 1);
	assert_fields_refused(&small, bad_triangular_fields, COUNT(bad_triangular_fields));
}

Test(model, every_wrong_field_of_an_average_pool_is_named)
{
	struct small_model small;

	small_model_init(&small, SMALL_MEANS, 2, 1);
	assert_fields_refused(&small, bad_means_fields, COUNT(bad_means_fields));
}

Test(model, every_wrong_field_of_a_residual_is_named)
{
	struct small_model small;

	small_model_init(&small, SMALL_BRANCHES, 2, 1);
	assert_fields_refused(&small, bad_branches_fields, COUNT(bad_branches_fields));
}

Test(model, layers_that_nobody_reads_are_refused)
{
	struct dnnfile_shape shape;
	struct dyndnn_error err;

	dnnfile_shape_init(&shape, 1, 2, 1, 8, 8);
	dnnfile_add_conv(&shape, 4, 3, 1, 1, true);
	dnnfile_add_conv(&shape, 4, 3, 1, 1, true);
	dnnfile_go_on_from(&shape, 1);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "layer 2: no layer reads it");
}

/* The wiring says how large the blobs are. */
Test(model, the_other_wiring_does_not_fit)
{
	struct small_model small;
	struct dnnfile_header *header;
	size_t bytes;
	void *image;

	for (int triangular = 0; triangular < 2; triangular++) {
		if (triangular)
			small_model_init_triangular(&small, SMALL_SHIPPED, 2, 1);
		else
			small_model_init(&small, SMALL_SHIPPED, 2, 1);
		image = small_model_encode(&small, &bytes);
		header = image;
		header->wiring = !triangular;
		small_model_seal(image);
		assert_refused(image, bytes, -EINVAL, "group 2: place is");
		free(image);
		small_model_free(&small);
	}
}

Test(model, absurd_header_bytes_are_refused)
{
	static const uint32_t absurd[] = { 0, 1, 4095, 4097, 8192, 1u << 30, UINT32_MAX };
	size_t bytes;
	uint8_t *image = tiny_image(2, &bytes);

	for (size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		struct dnnfile_header *header = (struct dnnfile_header *)image;
		struct dyndnn_model *model = NULL;
		struct dyndnn_error err;

		header->header_bytes = absurd[i];
		if (absurd[i] < bytes && absurd[i] >= sizeof(*header))
			small_model_seal(image);
		cr_assert_lt(dyndnn_model_open_memory(image, bytes, &model, &err), 0);
		cr_assert_neq(strstr(err.text, "header"), NULL, "%u: %s", absurd[i], err.text);
	}
	free(image);
}

Test(model, weights_that_cannot_fit_are_refused)
{
	struct dnnfile_shape shape;
	struct dyndnn_error err;

	dnnfile_shape_init(&shape, 1, 4096, 1, 1024, 1024);
	dnnfile_add_conv(&shape, 16, 1, 1, 0, true);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "layer 2: the weights end at"), NULL, "%s", err.text);

	dnnfile_shape_init(&shape, 1, 2, 1, 1024, 1024);
	dnnfile_add_conv(&shape, 4096, 1, 1, 0, true);
	dnnfile_add_pool(&shape, 15, 8, 0);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "layer 1: output has 4294967296 values"), NULL, "%s",
		      err.text);

	dnnfile_shape_init(&shape, 16, 2, 1, 16, 16);
	for (int i = 0; i < 3; i++)
		dnnfile_add_conv(&shape, 4000, 1, 1, 0, true);
	dnnfile_add_pool(&shape, 15, 8, 0);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "weights of all groups"), NULL, "%s", err.text);

	/* Fits in separate wiring, where a group's blob is as large as group 1's. */
	dnnfile_shape_init(&shape, 16, 2, 1, 8, 8);
	dnnfile_add_conv(&shape, 1024, 3, 1, 1, true);
	dnnfile_add_conv(&shape, 1024, 3, 1, 1, true);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), 0, "%s", err.text);
	shape.wiring = DNNFILE_TRIANGULAR;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "weights of all groups"), NULL, "%s", err.text);
	shape.layer[1].out_c = shape.layer[2].in_c = 4096;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "layer 2: the weights end at"), NULL, "%s", err.text);

	/* Values that must be kept: 16 groups x 1024 x 1024, once too often. */
	dnnfile_shape_init(&shape, 16, 2, 1, 1024, 1024);
	dnnfile_add_conv(&shape, 1, 1, 1, 0, true);
	dnnfile_add_conv(&shape, 1, 1, 8, 0, true);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), 0, "%s", err.text);
	shape.wiring = DNNFILE_TRIANGULAR;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "layer 2: up to here there are 17039360 values in the "
			 "outputs of all groups, triangular, allowed: 0..16777216");
	shape.groups = 15;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), 0, "%s", err.text);

	dnnfile_shape_init(&shape, 1, 2, 1, 4, 4);
	for (int i = 0; i < 70; i++)
		dnnfile_add_conv(&shape, 1, 1, 1, 0, true);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "layers is 71, allowed: 1..64"), NULL, "%s", err.text);
}

/* A small file may ask for much: each of these would, before it is refused. */
Test(model, models_that_need_too_much_memory_are_refused)
{
	struct dnnfile_shape shape;
	struct dyndnn_error err;

	/* 8 KiB a group, but 1014 * 1014 windows of 15 * 15 pointers. */
	dnnfile_shape_init(&shape, 1, 2, 1, 1024, 1024);
	dnnfile_add_conv(&shape, 1, 15, 1, 2, true);
	dnnfile_add_pool(&shape, 8, 8, 0);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "layer 1: up to here there are 231345000 pointers for the "
			 "windows of all groups, allowed: 0..67108864");
	shape.layer[0].kernel = 5;
	shape.layer[0].out_h = shape.layer[0].out_w = shape.layer[1].in_h = shape.layer[1].in_w =
		1024;
	shape.layer[1].out_h = shape.layer[1].out_w = shape.layer[2].in_h = shape.layer[2].in_w =
		128;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), 0, "%s", err.text);
	shape.groups = 3;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);

	/* 900 KiB of weights a layer and group, packed as 64 times as many. */
	dnnfile_shape_init(&shape, 16, 2, 1, 1, 1);
	dnnfile_add_conv(&shape, 4096, 1, 1, 0, true);
	for (int i = 0; i < 8; i++)
		dnnfile_add_depthwise(&shape, 15, 1, 7, true);
	dnnfile_add_classifier(&shape);
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "layer 2: up to here there are 3784835072 bytes in the packed "
			 "weights of all groups, allowed: 0..2147483648");
	for (int i = 0; i < 3; i++)
		shape.layer[1 + i].kernel = 3, shape.layer[1 + i].padding = 1;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_eq(strncmp(err.text, "layer 5: ", 9), 0, "%s", err.text);
}

#ifndef __SANITIZE_ADDRESS__	/* whose malloc() does not count */
static size_t memory_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* What format.h says of a session, for shapes that make the most of it. */
static void assert_session_fits(const struct dnnfile_shape *shape)
{
	const struct dyndnn_session_options options = { .compute = DYNDNN_COMPUTE_XNNPACK };
	size_t room = 1 << 25, bytes, before, used, bound = 1 << 17;
	uint8_t *image = aligned_alloc(DNNFILE_ALIGN, room);
	struct dyndnn_session *session;
	struct dyndnn_model *model;
	struct dyndnn_error err;

	cr_assert_not_null(image);
	bytes = seed_of_shape(shape, 1, image, room);
	cr_assert_gt(bytes, 0);
	cr_assert_eq(dyndnn_model_open_memory(image, bytes, &model, &err), 0, "%s", err.text);
	bound += (size_t)shape->image_c * shape->image_h * shape->image_w * sizeof(float);
	for (uint32_t i = 0; i < shape->layers; i++) {
		bound += dnnfile_output_count(&shape->layer[i]) * sizeof(float);
		for (uint32_t g = 1; g <= shape->groups; g++)
			bound += dnnfile_packed_bytes(shape, i, g) +
				 dnnfile_pointers(&shape->layer[i]) * sizeof(void *);
	}
	before = memory_in_use();
	cr_assert_eq(dyndnn_session_open(model, &options, &session, &err), 0, "%s", err.text);
	used = memory_in_use() - before;
	cr_expect_leq(used, bound, "kernel %u of %u channels: %zu bytes, bound: %zu",
		      shape->layer[1].kernel, shape->layer[1].out_c, used, bound);
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	free(image);
}

Test(model, session_memory_is_within_the_bound)
{
	static const uint32_t kernels[] = { 1, 2, 3, 4, 5, 7, 15 };
	struct dnnfile_shape shape;

	for (size_t k = 0; k < sizeof(kernels) / sizeof(kernels[0]); k++) {
		for (int wide = 0; wide < 2; wide++) {
			uint32_t side = wide ? 4 : 60, c = wide ? 1000 : 1, kernel = kernels[k];

			dnnfile_shape_init(&shape, 2, 2, 1, side, side);
			dnnfile_add_conv(&shape, c, 1, 1, 0, true);
			dnnfile_add_depthwise(&shape, kernel, 1, kernel / 2, true);
			dnnfile_add_conv(&shape, 1, kernel, 1, kernel / 2, true);
			if (kernel > 1)
				dnnfile_add_pool(&shape, kernel, 1, kernel / 2);
			dnnfile_add_conv(&shape, 17, 1, 2, 0, true);
			dnnfile_add_classifier(&shape);
			assert_session_fits(&shape);
			shape.dtype = DNNFILE_S8;
			shape.image_scale = 0.0625f;
			assert_session_fits(&shape);
		}
	}
}
#endif

/* Values of a model of s8 that the compute library would refuse or compute wrongly with. */
Test(model, every_wrong_value_of_an_s8_model_is_named)
{
	static const struct {
		enum dnnfile_role role;
		uint32_t bits;
		const char *why;
	} bad[] = {
		{ DNNFILE_RANGE, 0, "group 2: layer 1: scale is 0, allowed: 1e-12..1e+06" },
		{ DNNFILE_RANGE, 0x7fc00000, "group 2: layer 1: scale is nan" },
		{ DNNFILE_RANGE, 0x2edbe6ff, "group 2: layer 1: scales of input and weights" },
		{ DNNFILE_SCALES, 0, "group 2: layer 1: scale of the weights of output 1 is 0" },
		{ DNNFILE_SCALES, 0x7f800000, "scale of the weights of output 1 is inf" },
		{ DNNFILE_BIAS, INT32_MAX, "bias to 2147483647: more than 32 bits hold" },
		{ DNNFILE_BIAS, INT32_MIN, "bias to -2147483648: more than 32 bits hold" },
		/* The second value of the range: see below. */
		{ 0, 0x3f000000, "group 2: layer 1: zero point is 0.5, allowed: -128..126, whole" },
		{ 0, 0x42fe0000, "group 2: layer 1: zero point is 127, allowed: -128..126" },
		{ 0, 0xc3010000, "group 2: layer 1: zero point is -129, allowed" },
		{ 0, 0x7fc00000, "group 2: layer 1: zero point is nan, allowed" },
	};
	size_t bytes, room = 1 << 16;
	uint8_t *image = aligned_alloc(DNNFILE_ALIGN, room);

	cr_assert_not_null(image);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum dnnfile_role role = bad[i].role ? bad[i].role : DNNFILE_RANGE;
		struct dyndnn_model *model;
		size_t at;

		/* Layer 1 is a convolution with ReLU. */
		bytes = seed_model(5, image, room);
		cr_assert_eq(dyndnn_model_open_memory(image, bytes, &model, NULL), 0);
		at = (const uint8_t *)dyndnn_model_tensor(model, 2, 0, role) - image;
		dyndnn_model_close(model);
		memcpy(image + at + (bad[i].role ? 0 : 4), &bad[i].bits, 4);
		fields_seal(image, bytes);
		assert_refused(image, bytes, -EINVAL, bad[i].why);
	}
	free(image);
}

Test(model, files_that_are_no_models)
{
	struct dyndnn_error err;
	struct dyndnn_model *model;
	char path[] = "/tmp/test_model.XXXXXX";
	int fd;

	cr_expect_eq(dyndnn_model_open("/nonexistent/x.dnn", &model, &err), -ENOENT);
	cr_expect_neq(strstr(err.text, "cannot open: No such file"), NULL, "%s", err.text);
	cr_expect_eq(dyndnn_model_open("/tmp", &model, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "not a regular file"), NULL, "%s", err.text);
	cr_expect_eq(dyndnn_model_open("/dev/zero", &model, &err), -EINVAL);
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_expect_eq(dyndnn_model_open(path, &model, &err), -EBADMSG);
	cr_expect_neq(strstr(err.text, "0 bytes"), NULL, "%s", err.text);
	/* Sparse: refused by its size, without reading it. */
	cr_assert_eq(ftruncate(fd, 1LL << 40), 0);
	cr_expect_eq(dyndnn_model_open(path, &model, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "allowed: 1..1073741824"), NULL, "%s", err.text);
	close(fd);
	unlink(path);
	cr_expect_eq(dyndnn_model_open_memory("no", 2, &model, NULL) < 0, 1);
}

Test(model, misaligned_memory_is_refused)
{
	size_t bytes;
	uint8_t *image = tiny_image(1, &bytes);
	struct dyndnn_error err;
	struct dyndnn_model *model;

	cr_expect_eq(dyndnn_model_open_memory(image + 4, bytes - 4, &model, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "multiple of 64"), NULL, "%s", err.text);
	free(image);
}

static void compare_cuts(struct small_model *small)
{
	struct dyndnn_error err = { 0 };
	size_t bytes, cut_bytes, direct_bytes;
	void *image, *cut, *direct;

	/* The generator fills group after group, so fewer groups have the same first ones. */
	image = small_model_encode(small, &bytes);
	for (unsigned int k = 1; k <= 4; k++) {
		small->desc.shape.groups = k;
		direct = small_model_encode(small, &direct_bytes);
		cr_assert_eq(dnnfile_cut(image, bytes, k, &cut, &cut_bytes, &err), 0, "%s",
			     err.text);
		cr_assert_eq(cut_bytes, direct_bytes);
		cr_expect_arr_eq(cut, direct, cut_bytes);
		free(direct);
		free(cut);
	}
	cr_expect_eq(dnnfile_cut(image, bytes, 0, &cut, &cut_bytes, &err), -ERANGE);
	cr_expect_eq(dnnfile_cut(image, bytes, 5, &cut, &cut_bytes, &err), -ERANGE);
	cr_expect_str_eq(err.text, "groups is 5, allowed: 1..4");
	cr_expect_eq(dnnfile_cut(image, bytes - 1, 4, &cut, &cut_bytes, &err), -EBADMSG);
	free(image);
	small_model_free(small);
}

Test(model, cut_equals_what_the_writer_makes)
{
	char long_name[3580];
	const char *const long_names[] = { long_name, "two", "three" };
	struct small_model small;

	/* Three groups need a second page of header, two do not. */
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	small_model_init(&small, SMALL_TINY, 4, 3);
	small.desc.class_names = long_names;
	cr_assert_eq(dnnfile_header_bytes(2, 4, 4, 3580 + 10), 2 * DNNFILE_PAGE);
	cr_assert_eq(dnnfile_header_bytes(2, 4, 2, 3580 + 10), DNNFILE_PAGE);
	compare_cuts(&small);
	small_model_init(&small, SMALL_ODD, 4, 3);
	compare_cuts(&small);
	small_model_init_triangular(&small, SMALL_ODD, 4, 3);
	compare_cuts(&small);
	/* Blobs of several pages, each group's larger than the one before. */
	small_model_init_triangular(&small, SMALL_SHIPPED, 4, 3);
	compare_cuts(&small);
}

Test(model, writer_refuses_bad_descriptions)
{
	struct small_model small;
	struct dnnfile_tensors saved;
	struct dyndnn_error err;
	char long_name[65];
	size_t bytes;
	void *image;

	small_model_init(&small, SMALL_TINY, 2, 1);
	memset(long_name, 'x', 64);
	long_name[64] = '\0';
	small.desc.name = long_name;
	cr_expect_eq(dnnfile_encode(&small.desc, &image, &bytes, &err), -EINVAL);
	cr_expect_str_eq(err.text, "name is 64 bytes long, allowed: 0..63");
	small.desc.name = NULL;

	small.desc.stdev[0] = 0;
	cr_expect_eq(dnnfile_encode(&small.desc, &image, &bytes, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "stdev of channel 1 is 0"), NULL, "%s", err.text);
	small.desc.stdev[0] = 1;

	small.desc.accuracy_ppm[1] = 1000001;
	cr_expect_eq(dnnfile_encode(&small.desc, &image, &bytes, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "level 2 is 1000001 ppm"), NULL, "%s", err.text);
	small.desc.accuracy_ppm[1] = 0;

	small.desc.logit_scale[1] = 1e6f;
	cr_expect_eq(dnnfile_encode(&small.desc, &image, &bytes, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "level 2 is 1e+06, allowed: 0, 0.001..1000"), NULL, "%s",
		      err.text);
	small.desc.logit_scale[1] = 0;

	saved = small.desc.tensors[3];
	((struct dnnfile_tensors *)small.desc.tensors)[3].bias = NULL;
	cr_expect_eq(dnnfile_encode(&small.desc, &image, &bytes, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "group 2, layer 2"), NULL, "%s", err.text);
	((struct dnnfile_tensors *)small.desc.tensors)[3] = saved;

	cr_expect_eq(dnnfile_write("/nonexistent/x.dnn", &small.desc, &err), -ENOENT);
	cr_expect_neq(strstr(err.text, "cannot write: No such file"), NULL, "%s", err.text);
	small_model_free(&small);
}

/* --- the tool --------------------------------------------------------------------- */

Test(model, tool_says_what_is_wrong)
{
	static const struct {
		const char *line;
		int status;
		const char *says;
	} step[] = {
		{ "$T random $D/4.dnn", 0, "" },
		{ "$T verify $D/4.dnn", 0, "good" },
		{ "$T info $D/4.dnn", 0, "34525184" },
		{ "$T info $D/4.dnn", 0, "wiring:  separate" },
		{ "$T info $D/4.dnn", 0, "max pool" },
		{ "$T random -t -g 3 $D/t.dnn && $T verify $D/t.dnn", 0, "good" },
		{ "$T info $D/t.dnn", 0, "wiring:  triangular" },
		/* By hand: 3 * 663552 + 6 * 7967744 */
		{ "$T info $D/t.dnn", 0, "49797120" },
		{ "$T random -t -g 2 $D/a.dnn && $T extract -g 2 $D/t.dnn $D/b.dnn && "
		  "cmp $D/a.dnn $D/b.dnn", 0, "" },
		{ "$T extract -g 2 $D/4.dnn $D/2.dnn && $T info $D/2.dnn", 0, "groups:  2" },
		{ "$T extract -g 3 $D/2.dnn $D/3.dnn", 1, "groups is 3, allowed: 1..2" },
		{ "test -e $D/3.dnn", 1, "" },
		{ "$T extract $D/4.dnn $D/3.dnn", 2, "needs -g K" },
		{ "$T extract -g 0 $D/4.dnn $D/3.dnn", 64, "groups is '0', allowed: 1..16" },
		{ "$T frob $D/4.dnn", 2, "allowed: info, verify, extract, random" },
		{ "$T info $D/none.dnn", 1, "none.dnn: cannot open: No such file" },
		{ "head -c 5000 $D/4.dnn >$D/cut.dnn; $T verify $D/cut.dnn", 1, "truncated" },
		{ "cp $D/4.dnn $D/bad.dnn; printf X | dd of=$D/bad.dnn bs=1 seek=9000 conv=notrunc "
		  "status=none; $T verify $D/bad.dnn", 1, "group 1: CRC of the weights" },
		{ "rm $D/*.dnn", 0, "" },
	};
	char folder[] = "/tmp/test_model.XXXXXX", output[8192];

	cr_assert_not_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		int status = shell_line(folder, step[i].line, output, sizeof(output));

		cr_expect_eq(status, step[i].status, "%s: status %d: %s", step[i].line, status,
			     output);
		cr_expect_neq(strstr(output, step[i].says), NULL, "%s: %s", step[i].line, output);
	}
	rmdir(folder);
}
