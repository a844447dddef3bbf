/* SPDX-License-Identifier: MIT */
/* resample: scale pixels, by the mean of areas down and bilinearly up, each axis for itself. */
#ifndef DYNDNN_RUN_RESAMPLE_H
#define DYNDNN_RUN_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

/**
 * resample() - scale pixels
 * @from: first pixel, [row][column][channel]
 * @stride: bytes from one row to the next
 * @from_width: at least 1, in pixels
 * @from_height: at least 1
 * @channels: 1..4
 * @to: receives the pixels, without gaps between rows
 * @to_width: at least 1
 * @to_height: at least 1
 *
 * Return: 0 or -ENOMEM.
 */
int resample(const uint8_t *from, size_t stride, uint32_t from_width, uint32_t from_height,
	     uint32_t channels, uint8_t *to, uint32_t to_width, uint32_t to_height);

#endif
