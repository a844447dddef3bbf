/* SPDX-License-Identifier: MIT */
/*
 * The .dnn model file, version 2.
 *
 *	header		struct dnnfile_header
 *	layer table	struct dnnfile_layer x layers, the same for every group
 *	tensor table	struct dnnfile_tensor x tensors, the same for every group
 *	group table	struct dnnfile_group x groups
 *	class names	"name\0" x classes, or nothing (class_names_bytes 0)
 *	zeroes		up to a multiple of DNNFILE_PAGE: header_bytes
 *	blob of group 1	its tensors, zeroes up to a multiple of DNNFILE_PAGE
 *	blob of group 2	...
 *
 * Names hold no control characters (1..31 and 127): they go to terminals.
 *
 * All integers are little-endian, floats are IEEE 754 little-endian. Every blob
 * starts on a page of its own, so that a mapped file keeps the pages of groups
 * that never run out of memory.
 *
 * Layers and groups count from 1; layer 0 stands for the image. A layer reads the
 * layer that it names as its input, which comes before it; a residual layer adds a
 * second one. Every layer but the last, the classifier, is read by a later one.
 *
 * A blob holds the group's tensors in the order of the tensor table, each at a
 * multiple of DNNFILE_ALIGN from the start of the blob: for each layer in order
 * those of its roles that it has. Weights are O,H,W,I for a convolution (I is 1
 * for a depthwise one), classes x (H,W,C) for the classifier. The layers that read
 * layer 0 read the whole image in every group. The logits of level k are
 * logits(1) + logits(2) + ... + logits(k), summed in this order in f32, where
 * logits(g) is the output of group g's classifier with its own bias, and then
 * times the logit scale of level k: a sum of classifiers that are each sure would
 * be too sure.
 *
 * What layers read of other groups is the file's wiring. Separate: nothing.
 * Triangular: convolutions and classifier of group g read the channels of groups
 * 1..g of their input, those of group 1 first, so that I (or C) is g * in_c and
 * later blobs are larger; pools work on the group's own channels; layers are f32
 * convolutions and pools, each reading the one before, the first a convolution.
 * No group reads a later one in either wiring.
 *
 * A model's values are f32 or s8. In s8 a value is (q - zero point) * scale, where
 * scale and zero point are the layer's range in its group, or the image's; pools
 * have their input's. Weights have a scale for each output and no zero point, and are
 * not -128: some kernels add two products in 16 bits. A bias counts in
 * (input's scale) * (weights' scale of its output). Whatever the image,
 * sums fit in 32 bits: |bias| + 255 * (sum of the |weights| of its output) < 2^31.
 *
 * Two kinds of CRC-32 (zlib's) cover every byte of the file: the header's over
 * the first header_bytes with its own field taken as zero, and one per blob,
 * so that a model cut down to its first k groups needs a new header and
 * nothing else. There is one legal file for each model: the tensor table, offsets
 * and sizes follow from the layers; they are stored and must be as computed.
 */
#ifndef DNNFILE_FORMAT_H
#define DNNFILE_FORMAT_H

#include <stdint.h>

#define DNNFILE_MAGIC		"DYNDNN\r\n"
#define DNNFILE_VERSION		2
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
/* In the outputs of all layers of a group. */
#define DNNFILE_MAX_GROUP_VALUES	(1 << 26)
/*
 * What makes a session large, of all groups. Windows (of more than one value or with a
 * stride) are prepared with a pointer for each value that each place of them reads, places
 * rounded up to 8; a classifier counts as a window over its whole input. Weights are packed
 * in blocks of 16 outputs by 4 inputs (s8: 8), 3 x 3 of f32 as 16: dnnfile_packed_bytes() tells.
 *
 * So a session of one thread, with XNNPACK, never holds more than 256 MiB in outputs (64 MiB in
 * s8), 512 MiB in pointers (of 64 bits), 2 GiB in packed weights and 17 MiB in image and logits.
 * With more threads it holds outputs once for each group that may run at the same time.
 */
#define DNNFILE_MAX_POINTERS	(1 << 26)
#define DNNFILE_MAX_PACKED	(1ULL << 31)
#define DNNFILE_MIN_STDEV	1e-6
#define DNNFILE_MAX_STDEV	1e6		/* also of the mean's absolute value */
#define DNNFILE_MAX_PPM		1000000
#define DNNFILE_MIN_SCALE	1e-3
#define DNNFILE_MAX_SCALE	1e3
#define DNNFILE_MAX_BYTES	(1ULL << 30)
#define DNNFILE_NAME_BYTES	64
#define DNNFILE_MAX_NAMES_BYTES	(1 << 20)	/* of all class names */
#define DNNFILE_MIN_QUANT	1e-12		/* of the scales of s8 values */
#define DNNFILE_MAX_QUANT	1e6
#define DNNFILE_MIN_ZERO	(-128)		/* of zero points */
#define DNNFILE_MAX_ZERO	127		/* one less where a ReLU cuts there */
/* Of (input's scale) * (weights' scale) / (output's scale), within the compute library's range. */
#define DNNFILE_MIN_REQUANT	0x1p-31
#define DNNFILE_MAX_REQUANT	0x1p7
/* The same of what a residual adds, over its output's scale. */
#define DNNFILE_MIN_ADD		0x1p-9
#define DNNFILE_MAX_ADD		0x1p7

enum dnnfile_kind {
	DNNFILE_CONV2D = 1,	/* square kernel, zero padding, bias */
	DNNFILE_MAX_POOL = 2,	/* square window, padding never wins */
	DNNFILE_CLASSIFIER = 3,	/* fully connected, bias, always the last layer */
	DNNFILE_AVG_POOL = 4,	/* square window, padding does not count in the mean */
	DNNFILE_DEPTHWISE = 5,	/* convolution of each channel by itself */
	DNNFILE_RESIDUAL = 6,	/* sum of two layers' outputs, value by value */
};

enum dnnfile_wiring {
	DNNFILE_SEPARATE = 0,	/* groups never read each other */
	DNNFILE_TRIANGULAR = 1,	/* group g also reads groups 1..g-1 */
};

enum dnnfile_dtype {
	DNNFILE_F32 = 1,
	DNNFILE_S8 = 2,
	DNNFILE_S32 = 3,	/* of tensors only */
};

/* What a tensor is to its layer. */
enum dnnfile_role {
	DNNFILE_WEIGHTS = 1,	/* f32 or s8 */
	DNNFILE_SCALES = 2,	/* s8 models: f32, of the weights, one per output */
	DNNFILE_BIAS = 3,	/* one per output: f32, in s8 models s32 */
	DNNFILE_RANGE = 4,	/* s8 models: f32 x 2, scale and zero point of the outputs */
};

#define DNNFILE_ROLES		4
#define DNNFILE_MAX_TENSORS	(DNNFILE_MAX_LAYERS * DNNFILE_ROLES)

/* Bits of dnnfile_layer.flags */
#define DNNFILE_RELU		1u	/* convolutions and residuals: max(0, x) on the output */

struct dnnfile_layer {
	uint32_t kind;		/* enum dnnfile_kind */
	uint32_t flags;
	uint32_t input;		/* number of the layer that it reads, 0: the image */
	uint32_t addend;	/* residual: number of the second one; else 0 */
	uint32_t kernel;	/* 1 x 1 for classifier and residual, at least 2 x 2 for pools */
	uint32_t stride;
	uint32_t padding;	/* on all four sides */
	uint32_t in_c;		/* channels per group; layer 0: of the image */
	uint32_t in_h;
	uint32_t in_w;
	uint32_t out_c;		/* channels per group; classifier: classes */
	uint32_t out_h;
	uint32_t out_w;
	uint32_t reserved[3];	/* 0 */
};

struct dnnfile_tensor {
	uint32_t layer;		/* its number */
	uint32_t role;		/* enum dnnfile_role */
	uint32_t dtype;		/* enum dnnfile_dtype */
	uint32_t reserved;	/* 0 */
	uint64_t offset;	/* bytes from the start of group 1's blob */
	uint64_t count;		/* of its values in group 1; later, larger ones follow from it */
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
	uint32_t dtype;		/* of the model's values: DNNFILE_F32 or DNNFILE_S8 */
	uint32_t tensors;	/* rows of the tensor table */
	float image_scale;	/* of the image's values in s8 models, else 0 */
	int32_t image_zero;	/* their zero point, or 0 */
	uint32_t reserved;	/* 0 */
};

_Static_assert(sizeof(struct dnnfile_layer) == 64, "layer table row");
_Static_assert(sizeof(struct dnnfile_tensor) == 32, "tensor table row");
_Static_assert(sizeof(struct dnnfile_group) == 32, "group table row");
_Static_assert(sizeof(struct dnnfile_header) == 176, "header");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights are used in place");

#endif
