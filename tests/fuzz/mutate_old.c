// SPDX-License-Identifier: MIT
/* As mutate.c, for files of version 1. */
#include <string.h>

#include "../../engine/model/format.h"
#include "fields.h"
#include "fuzz.h"
#include "old.h"
#include "seeds.h"

#define HEAD_BYTES	1024

static size_t good(uint8_t *data, size_t max_bytes, unsigned int seed)
{
	size_t bytes = seed_model(seed % SEEDS, data, max_bytes), other;

	if (seed / SEEDS % 4 && bytes) {
		other = seed_of_changed_shape(data, bytes, max_bytes, seed);
		bytes = other ? other : bytes;
	}
	return bytes ? old_model(data, bytes) : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed)
{
	size_t head, other;

	if (bytes < sizeof(struct dnnfile_header) || seed % 8 == 0) {
		other = good(data, max_bytes, seed / 256);
		bytes = other ? other : bytes;
		if (seed / 8 % 2)
			return bytes;
	}
	head = bytes < HEAD_BYTES ? bytes : HEAD_BYTES;
	switch (seed / 256 % 4) {
	case 0:
	case 1:
		fields_change(data, bytes, seed);
		break;
	case 2:
		if (head)
			LLVMFuzzerMutate(data, head, head);
		break;
	default:
		bytes = LLVMFuzzerMutate(data, bytes, max_bytes);
		break;
	}
	if (seed / 1024 % 4)
		fields_seal(data, bytes);
	return bytes;
}
