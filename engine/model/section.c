// SPDX-License-Identifier: MIT
#include "section.h"

#include <stdio.h>

#define CRC_POLYNOMIAL	0xedb88320u	/* of CRC-32, the lowest bit first */

void dnnfile_section_at(const struct dnnfile_header *header, uint64_t offset,
			char name[DNNFILE_SECTION_BYTES])
{
	const struct {
		const char *what;
		uint32_t rows;
		size_t row_bytes;
	} table[] = {
		{ "layer", header->layers, sizeof(struct dnnfile_layer) },
		{ "tensor", header->tensors, sizeof(struct dnnfile_tensor) },
		{ "group", header->groups, sizeof(struct dnnfile_group) },
	};

	snprintf(name, DNNFILE_SECTION_BYTES, "header");
	if (offset < sizeof(*header))
		return;
	offset -= sizeof(*header);
	for (size_t t = 0; t < sizeof(table) / sizeof(table[0]); t++) {
		uint64_t row = offset / table[t].row_bytes;

		if (row < table[t].rows) {
			snprintf(name, DNNFILE_SECTION_BYTES, "%s %u", table[t].what,
				 (uint32_t)row + 1);
			return;
		}
		offset -= table[t].rows * table[t].row_bytes;
	}
	snprintf(name, DNNFILE_SECTION_BYTES, "class names");
}

/*
 * A CRC is linear: what a wrong bit adds to it depends only on how many bits come after,
 * and each of them is one more step of the shift register.
 */
bool dnnfile_find_flip(uint32_t diff, uint64_t bytes, uint64_t *at)
{
	uint32_t effect = CRC_POLYNOMIAL;

	/* The stored one itself. */
	if (!(diff & (diff - 1))) {
		*at = offsetof(struct dnnfile_header, header_crc);
		return true;
	}
	for (uint64_t bit = 8 * bytes; bit--;) {
		if (effect == diff) {
			*at = bit / 8;
			return true;
		}
		effect = effect >> 1 ^ (effect & 1 ? CRC_POLYNOMIAL : 0);
	}
	return false;
}
