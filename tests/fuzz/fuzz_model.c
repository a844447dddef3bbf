// SPDX-License-Identifier: MIT
/*
 * Fuzzing the model loader. A random change nearly always fails at a checksum, so
 * half of the mutations get their checksums made right again: those test what
 * the checksums would otherwise hide. Whatever loads must also run.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../engine/model/model.h"
#include "../../engine/model/writer.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t bytes, size_t max_bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Small good models to start from, so that no corpus needs to be kept: both wirings, all kinds. */
#define GOOD_MODELS	4

static size_t good_model(unsigned int which, uint8_t *data, size_t max_bytes)
{
	static const float values[1024] = { 1, -1, 0.5f };
	struct dnnfile_tensors tensors[3 * 5];
	struct dnnfile_desc desc = {
		.name = "fuzz", .mean = { 0.5f }, .stdev = { 0.25f }, .tensors = tensors,
	};
	void *image;
	size_t bytes;

	dnnfile_shape_init(&desc.shape, 3, 3, 1, 6, 6);
	desc.shape.wiring = which & 1 ? DNNFILE_TRIANGULAR : DNNFILE_SEPARATE;
	dnnfile_add_conv(&desc.shape, 2, 3, 1, 1, true);
	if (which & 2)
		dnnfile_add_avg_pool(&desc.shape, 3, 2, 1);
	else
		dnnfile_add_pool(&desc.shape, 2, 2, 0);
	dnnfile_add_conv(&desc.shape, 2, 2, 1, 1, false);
	if (which & 2)
		dnnfile_add_avg_pool(&desc.shape, 4, 1, 0);
	dnnfile_add_classifier(&desc.shape);
	for (uint32_t t = 0; t < 3 * desc.shape.layers; t++)
		tensors[t] = (struct dnnfile_tensors) { values, values };
	if (dnnfile_encode(&desc, &image, &bytes, NULL))
		abort();
	if (bytes > max_bytes)
		bytes = 0;
	memcpy(data, image, bytes);
	free(image);
	return bytes;
}

static void seal(uint8_t *data, size_t bytes)
{
	struct dnnfile_header header;
	struct dnnfile_group group;
	size_t table;

	if (bytes < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	header.file_bytes = bytes;
	if (header.header_bytes > bytes || header.header_bytes < sizeof(header))
		return;
	table = sizeof(header) + (size_t)header.layers * sizeof(struct dnnfile_layer);
	for (uint32_t g = 0; g < header.groups && g < DNNFILE_MAX_GROUPS; g++) {
		size_t row = table + g * sizeof(group);

		if (row + sizeof(group) > header.header_bytes)
			break;
		memcpy(&group, data + row, sizeof(group));
		if (group.offset > bytes || group.bytes > bytes - group.offset)
			break;
		group.crc = crc32(0, data + group.offset, group.bytes);
		memcpy(data + row, &group, sizeof(group));
	}
	header.header_crc = 0;
	memcpy(data, &header, sizeof(header));
	header.header_crc = crc32(0, data, header.header_bytes);
	memcpy(data, &header, sizeof(header));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed)
{
	/* Now and then from the start again: no wiring shall die out. */
	if (bytes < sizeof(struct dnnfile_header) || seed % 64 == 63)
		bytes = good_model(seed / 64 % GOOD_MODELS, data, max_bytes);
	/* Mostly the header and tables: the weights may be anything. */
	if (seed / 2 % 4) {
		size_t head = bytes < 640 ? bytes : 640;

		LLVMFuzzerMutate(data, head, head);
	} else {
		bytes = LLVMFuzzerMutate(data, bytes, max_bytes);
	}
	if (seed % 2)
		seal(data, bytes);
	return bytes;
}

/* A part of a good model is a good model. */
static void check_cut(const struct dyndnn_model *model)
{
	struct dyndnn_model *part;
	void *cut, *aligned;
	size_t bytes;

	if (model->shape.groups < 2)
		return;
	if (dnnfile_cut(model->data, model->bytes, model->shape.groups - 1, &cut, &bytes, NULL))
		abort();
	if (posix_memalign(&aligned, DNNFILE_ALIGN, bytes))
		abort();
	memcpy(aligned, cut, bytes);
	free(cut);
	if (dyndnn_model_open_memory(aligned, bytes, &part, NULL))
		abort();
	dyndnn_model_close(part);
	free(aligned);
}

static void run_model(struct dyndnn_model *model)
{
	const struct dyndnn_info *info = dyndnn_model_info(model);
	size_t count = (size_t)info->channels * info->height * info->width;
	uint8_t *pixels = calloc(count, 1);
	float *logits = calloc(info->classes, sizeof(*logits));
	struct dyndnn_session *session;

	for (unsigned int c = 0; c <= info->classes; c++) {
		const char *name = dyndnn_model_class_name(model, c);

		if (name && strlen(name) > info->file_bytes)
			abort();
	}
	/* Large ones are legal but only slow the search down. */
	if (pixels && logits && info->macs[info->levels - 1] < 1000000 &&
	    !dyndnn_session_open(model, NULL, &session, NULL)) {
		if (dyndnn_set_input_u8(session, pixels, count, DYNDNN_CHW))
			abort();
		for (unsigned int k = info->levels; k >= 1; k--) {
			if (dyndnn_run(session, k, logits))
				abort();
		}
		dyndnn_session_close(session);
	}
	check_cut(model);
	free(logits);
	free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct dyndnn_error err = { 0 };
	struct dyndnn_model *model;
	void *aligned;
	int ret;

	/* Exactly as long as the input, so that a read past its end is seen. */
	if (posix_memalign(&aligned, DNNFILE_ALIGN, bytes ? bytes : 1))
		return 0;
	memcpy(aligned, data, bytes);
	ret = dyndnn_model_open_memory(aligned, bytes, &model, &err);
	if (!ret) {
		run_model(model);
		dyndnn_model_close(model);
	} else if (ret > 0 || ret != err.code || !err.text[0]) {
		abort();	/* a refusal has a reason */
	}
	free(aligned);
	return 0;
}
