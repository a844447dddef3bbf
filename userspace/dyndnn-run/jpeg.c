// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* after stdio.h, which it needs */
#include <jpeglib.h>
/* after jpeglib.h, which tells it what the library was built with */
#include <jerror.h>

#include "decode.h"

/* A progressive image has about ten; each more costs a pass over all of it. */
#define SCANS_MAX 200

/*
 * struct decoder - one image being read
 * @row: of a CMYK image, which the library does not make RGB
 */
struct decoder {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	struct image_error *err;
	jmp_buf failed;
	uint8_t *row;
};

__attribute__((noreturn))
static void give_up(j_common_ptr common)
{
	struct decoder *decoder = common->client_data;
	char text[JMSG_LENGTH_MAX];

	common->err->format_message(common, text);
	decode_fail(decoder->err, -EBADMSG, "JPEG: %.200s", text);
	longjmp(decoder->failed, 1);
}

/*
 * The library only warns of lost image data and makes up what is missing. What is left to read of
 * a file that is whole, is fine.
 */
static void warn(j_common_ptr common, int level)
{
	if (level >= 0)
		return;
	switch (common->err->msg_code) {
	case JWRN_HIT_MARKER:
	case JWRN_HUFF_BAD_CODE:
	case JWRN_JPEG_EOF:
	case JWRN_MUST_RESYNC:
	case JWRN_ARITH_BAD_CODE:
		give_up(common);
	default:
		common->err->num_warnings++;
	}
}

static void count_scans(j_common_ptr common)
{
	struct decoder *decoder = common->client_data;

	if (decoder->jpeg.input_scan_number <= SCANS_MAX)
		return;
	decode_fail(decoder->err, -EBADMSG, "JPEG: more than %d scans", SCANS_MAX);
	longjmp(decoder->failed, 1);
}

/* Adobe's programs write inks inverted: 255 is none. */
static void from_cmyk(const uint8_t *cmyk, uint8_t *rgb, uint32_t width, bool inverted)
{
	for (uint32_t x = 0; x < width; x++, cmyk += 4, rgb += 3)
		for (unsigned int c = 0; c < 3; c++) {
			unsigned int ink = inverted ? cmyk[c] : 255u - cmyk[c];
			unsigned int black = inverted ? cmyk[3] : 255u - cmyk[3];

			rgb[c] = (uint8_t)((ink * black + 127) / 255);
		}
}

static int read_header(struct decoder *decoder, struct image *image)
{
	struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
	uint32_t channels = 3;

	jpeg_read_header(jpeg, TRUE);
	switch (jpeg->jpeg_color_space) {
	case JCS_GRAYSCALE:
		jpeg->out_color_space = JCS_GRAYSCALE;
		channels = 1;
		break;
	case JCS_CMYK:
	case JCS_YCCK:
		jpeg->out_color_space = JCS_CMYK;
		break;
	case JCS_RGB:
	case JCS_YCbCr:
		jpeg->out_color_space = JCS_RGB;
		break;
	default:
		return decode_fail(decoder->err, -EBADMSG, "JPEG: %d colour components",
				   jpeg->num_components);
	}
	return decode_alloc(image, jpeg->image_width, jpeg->image_height, channels, decoder->err);
}

static int decode(struct decoder *decoder, struct image *image)
{
	struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
	size_t stride;
	int ret;

	ret = read_header(decoder, image);
	if (ret)
		return ret;
	stride = (size_t)image->width * image->channels;
	jpeg_start_decompress(jpeg);
	if (jpeg->output_components == 4) {
		decoder->row = malloc((size_t)image->width * 4);
		if (!decoder->row)
			return decode_fail(decoder->err, -ENOMEM, "JPEG: no memory");
	}
	while (jpeg->output_scanline < jpeg->output_height) {
		uint8_t *to = image->pixels + jpeg->output_scanline * stride;
		JSAMPROW row = decoder->row ? decoder->row : to;

		jpeg_read_scanlines(jpeg, &row, 1);
		if (decoder->row)
			from_cmyk(decoder->row, to, image->width, jpeg->saw_Adobe_marker);
	}
	jpeg_finish_decompress(jpeg);
	return 0;
}

int decode_jpeg(const void *data, size_t bytes, struct image *image, struct image_error *err)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));
	int ret = -EBADMSG;

	if (!decoder)
		return decode_fail(err, -ENOMEM, "JPEG: no memory");
	decoder->err = err;
	decoder->jpeg.err = jpeg_std_error(&decoder->errors);
	decoder->jpeg.client_data = decoder;
	decoder->errors.error_exit = give_up;
	decoder->errors.emit_message = warn;
	decoder->progress.progress_monitor = count_scans;
	/* all that changes after this is in memory, not in variables that a jump may lose */
	if (!setjmp(decoder->failed)) {
		jpeg_create_decompress(&decoder->jpeg);
		decoder->jpeg.progress = &decoder->progress;
		jpeg_mem_src(&decoder->jpeg, data, bytes);
		ret = decode(decoder, image);
	} else {
		ret = -EBADMSG;
	}
	jpeg_destroy_decompress(&decoder->jpeg);
	free(decoder->row);
	free(decoder);
	return ret;
}
