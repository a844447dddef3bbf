/* SPDX-License-Identifier: MIT */
/* Where in a file something is wrong. */
#ifndef DNNFILE_SECTION_H
#define DNNFILE_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format.h"

#define DNNFILE_SECTION_BYTES	32

/* Name the section before the first group's blob in which this byte of the file lies. */
void dnnfile_section_at(const struct dnnfile_header *header, uint64_t offset,
			char name[DNNFILE_SECTION_BYTES]);

/*
 * Which byte of these has one wrong bit if the header's CRC differs by diff from the stored
 * one? False if that needs more than one. Of damage of other kinds, one in 2^32 / (8 * bytes)
 * is taken for that.
 */
bool dnnfile_find_flip(uint32_t diff, uint64_t bytes, uint64_t *at);

#endif
