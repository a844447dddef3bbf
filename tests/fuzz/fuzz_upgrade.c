// SPDX-License-Identifier: MIT
/*
 * Fuzzing what reads files of version 1. What it takes must become a good model with the same
 * blobs, what it refuses has a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "../../engine/model/model.h"
#include "../../engine/tools/upgrade.h"
#include "check.h"
#include "fuzz.h"

static void check_upgraded(const uint8_t *old, size_t old_bytes, const void *image, size_t bytes)
{
	void *aligned = check_aligned(image, bytes);
	struct dnnfile_header header;
	struct dyndnn_model *model;
	struct dyndnn_error err;
	uint64_t blobs;

	if (dyndnn_model_open_memory(aligned, bytes, &model, &err))
		check_failed(__FILE__, __LINE__, err.text);
	memcpy(&header, old, sizeof(header));
	blobs = dnnfile_blobs_bytes(&model->shape, model->shape.groups);
	CHECK(header.header_bytes + blobs == old_bytes);
	CHECK(model->shape.groups == header.groups && model->shape.wiring == header.wiring);
	/* What lies between tensors is zeroes now, whatever it was. */
	for (uint32_t g = 1; g <= model->shape.groups; g++) {
		const uint8_t *from = old + header.header_bytes +
				      dnnfile_blobs_bytes(&model->shape, g - 1);

		for (uint32_t i = 0; i < model->shape.layers; i++) {
			uint64_t count = dnnfile_weights_count(&model->shape, i, g);

			CHECK(!count || !memcmp(dyndnn_model_weights(model, g, i),
						dnnfile_tensor(&model->shape, g, from, i,
							       DNNFILE_WEIGHTS),
						count * sizeof(float)));
		}
	}
	dyndnn_model_close(model);
	free(aligned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct dyndnn_error err = { 0 };
	void *aligned = check_aligned(data, bytes), *image;
	size_t image_bytes;
	int ret;

	ret = upgrade_image(aligned, bytes, &image, &image_bytes, &err);
	if (ret) {
		check_refusal(ret, &err);
	} else {
		check_upgraded(aligned, bytes, image, image_bytes);
		free(image);
	}
	free(aligned);
	return 0;
}
