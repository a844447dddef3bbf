// SPDX-License-Identifier: MIT
#include "fields.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../engine/model/format.h"

/* Where the group table begins: version 1 has no tensor table before it. */
static size_t group_table(const struct dnnfile_header *header)
{
	size_t tensors = header->version == 1 ? 0 : header->tensors;

	return sizeof(*header) + (size_t)header->layers * sizeof(struct dnnfile_layer) +
	       tensors * sizeof(struct dnnfile_tensor);
}

void fields_seal(uint8_t *data, size_t bytes)
{
	struct dnnfile_header header;
	struct dnnfile_group group;

	if (bytes < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	header.file_bytes = bytes;
	if (header.header_bytes > bytes || header.header_bytes < sizeof(header))
		return;
	for (uint32_t g = 0; g < header.groups && g < DNNFILE_MAX_GROUPS; g++) {
		size_t row = group_table(&header) + g * sizeof(group);

		if (row > header.header_bytes || sizeof(group) > header.header_bytes - row)
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

void fields_change(uint8_t *data, size_t bytes, unsigned int seed)
{
	static const uint32_t values[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 255, 256, 257,
		1023, 1024, 1025, 4095, 4096, 4097, 65535, 65536, 1 << 20, 1 << 24, (1 << 24) + 1,
		1 << 26, 1 << 30, INT32_MAX, 1u << 31, UINT32_MAX - 1, UINT32_MAX,
		/* As floats: -0, 1, -1, infinite, not a number, below normal, large. */
		0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 1,
		0x7f7fffff,
	};
	struct dnnfile_header header;
	uint32_t value = values[rand_r(&seed) % (sizeof(values) / sizeof(values[0]))], old;
	size_t end, at;

	if (bytes < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	/* Names too, as far as they matter. */
	end = group_table(&header) + (size_t)header.groups * sizeof(struct dnnfile_group) + 64;
	if (end > bytes)
		end = bytes;
	at = rand_r(&seed) % (rand_r(&seed) % 2 ? sizeof(header) / 4 : end / 4) * 4;
	memcpy(&old, data + at, sizeof(old));
	switch (rand_r(&seed) % 4) {
	case 0:
		value = old + 1;
		break;
	case 1:
		value = old - 1;
		break;
	}
	memcpy(data + at, &value, sizeof(value));
}
