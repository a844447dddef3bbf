/* SPDX-License-Identifier: MIT */
/*
 * The .dnn model file, version 1.
 *
 *	header		struct dnnfile_header
 *	layer table	struct dnnfile_layer x layers, the same for every group
 *	group table	struct dnnfile_group x groups
 *	class names	"name\0" x classes, or nothing (class_names_bytes 0)
 *	zeroes		up to a multiple of DNNFILE_PAGE: header_bytes
 *	blob of group 1	its tensors, zeroes up to a multiple of DNNFILE_PAGE
 *	blob of group 2	...
 *
 * All integers are little-endian, floats are IEEE 754 little-endian. Every blob
 * starts on a page of its own, so that a mapped file keeps the pages of groups
 * that never run out of memory.
 *
 * A blob holds, for each layer that has weights, in layer order: the weights
 * (O,H,W,I for a convolution, classes x (H,W,C) for the classifier), then the
 * bias (one per output). Every tensor starts at a multiple of DNNFILE_ALIGN
 * from the start of the blob. The first layer of every group reads the whole
 * input image. The logits of level k are logits(1) + logits(2) + ... +
 * logits(k), summed in this order in f32, where logits(g) is the output of
 * group g's classifier with its own bias, and then times the logit scale of
 * level k: a sum of classifiers that are each sure would be too sure.
 *
 * What the later layers read is the file's wiring. Separate: group g reads its
 * own channels alone. Triangular: convolutions and classifier of group g read
 * the channels of groups 1..g of the layer before, those of group 1 first, so
 * that I (or C) is g * in_c and later blobs are larger; pools work on the
 * group's own channels; the first layer is a convolution. No group reads a
 * later one in either wiring.
 *
 * Two kinds of CRC-32 (zlib's) cover every byte of the file: the header's over
 * the first header_bytes with its own field taken as zero, and one per blob,
 * so that a model cut down to its first k groups needs a new header and
 * nothing else. There is one legal file for each model: offsets and sizes that
 * follow from the shapes are stored and must be as computed.
 */
#ifndef DNNFILE_FORMAT_H
#define DNNFILE_FORMAT_H

#include <stdint.h>

#define DNNFILE_MAGIC		"DYNDNN\r\n"
#define DNNFILE_VERSION		1
#define DNNFILE_PAGE		4096
#define DNNFILE_ALIGN		64

/* Allowed ranges; a file outside them is refused. */
#define DNNFILE_MAX_GROUPS	16
#define DNNFILE_MIN_LAYERS	1
#define DNNFILE_MAX_LAYERS	64
#define DNNFILE_MIN_CLASSES	2
#define DNNFILE_MAX_CLASSES	4096
#define DNNFILE_MAX_IMAGE_C	4
#define DNNFILE_MAX_IMAGE_HW	1024
#define DNNFILE_MAX_CHANNELS	4096
#define DNNFILE_MAX_KERNEL	15
#define DNNFILE_MAX_STRIDE	8
/*
 * Separate: in one layer's output, per group. Triangular: in the outputs of all layers but the
 * classifier, of all groups, because all of them are kept while a frame runs.
 */
#define DNNFILE_MAX_VALUES	(1 << 24)
#define DNNFILE_MIN_STDEV	1e-6
#define DNNFILE_MAX_STDEV	1e6		/* also of the mean's absolute value */
#define DNNFILE_MAX_PPM		1000000
#define DNNFILE_MIN_SCALE	1e-3
#define DNNFILE_MAX_SCALE	1e3
#define DNNFILE_MAX_BYTES	(1ULL << 30)
#define DNNFILE_NAME_BYTES	64

enum dnnfile_kind {
	DNNFILE_CONV2D = 1,	/* square kernel, zero padding, bias */
	DNNFILE_MAX_POOL = 2,	/* square window, padding never wins */
	DNNFILE_CLASSIFIER = 3,	/* fully connected, bias, always the last layer */
	DNNFILE_AVG_POOL = 4,	/* square window, padding does not count in the mean */
};

enum dnnfile_wiring {
	DNNFILE_SEPARATE = 0,	/* groups never read each other */
	DNNFILE_TRIANGULAR = 1,	/* group g also reads groups 1..g-1 */
};

enum dnnfile_dtype {
	DNNFILE_NONE = 0,	/* no weights: pools */
	DNNFILE_F32 = 1,	/* weights and bias f32 */
};

/* Bits of dnnfile_layer.flags */
#define DNNFILE_RELU		1u	/* convolution only: max(0, x) on its output */

struct dnnfile_layer {
	uint32_t kind;		/* enum dnnfile_kind */
	uint32_t dtype;		/* enum dnnfile_dtype */
	uint32_t flags;
	uint32_t kernel;	/* 1 x 1 for the classifier, at least 2 x 2 for pools */
	uint32_t stride;
	uint32_t padding;	/* on all four sides */
	uint32_t in_c;		/* channels per group; layer 1: of the image */
	uint32_t in_h;
	uint32_t in_w;
	uint32_t out_c;		/* channels per group; classifier: classes */
	uint32_t out_h;
	uint32_t out_w;
	uint32_t weights_offset;	/* bytes from the start of group 1's blob, or 0 */
	uint32_t bias_offset;	/* in later, larger blobs they follow from the sizes */
	uint32_t reserved[2];	/* 0 */
};

struct dnnfile_group {
	uint64_t offset;	/* of the blob, from the start of the file */
	uint64_t bytes;		/* of the blob, a multiple of DNNFILE_PAGE */
	uint32_t crc;		/* CRC-32 of these bytes */
	uint32_t accuracy_ppm;	/* top-1 at the level of this group, 0 = unknown */
	float logit_scale;	/* of the level of this group, 0 = 1 */
	uint32_t reserved;	/* 0 */
};

struct dnnfile_header {
	uint8_t magic[8];	/* DNNFILE_MAGIC without its NUL */
	uint32_t version;
	uint32_t header_bytes;
	uint64_t file_bytes;
	uint32_t header_crc;
	uint32_t groups;
	uint32_t layers;
	uint32_t classes;
	uint32_t image_c;
	uint32_t image_h;
	uint32_t image_w;
	uint32_t class_names_bytes;
	float mean[DNNFILE_MAX_IMAGE_C];	/* x = (u8 / 255 - mean) / stdev */
	float stdev[DNNFILE_MAX_IMAGE_C];	/* unused channels: 0 in both */
	char name[DNNFILE_NAME_BYTES];		/* NUL-terminated, zero-filled */
	uint32_t wiring;	/* enum dnnfile_wiring */
	uint32_t reserved[5];	/* 0 */
};

_Static_assert(sizeof(struct dnnfile_layer) == 64, "layer table row");
_Static_assert(sizeof(struct dnnfile_group) == 32, "group table row");
_Static_assert(sizeof(struct dnnfile_header) == 176, "header");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights are used in place");

#endif
