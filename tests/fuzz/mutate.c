// SPDX-License-Identifier: MIT
/*
 * A random change nearly always fails at a checksum, so most mutations get their checksums
 * made right again: those test what the checksums would otherwise hide. Some change single
 * fields of header and tables, some make another good model out of a good one.
 */
#include <string.h>

#include "fields.h"
#include "fuzz.h"
#include "seeds.h"

/* Most of what is not weights. */
#define HEAD_BYTES	1024

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed)
{
	size_t other, head;

	/* Now and then from the start again: no kind shall die out. */
	if (bytes < sizeof(struct dnnfile_header) || seed % 256 == 0)
		bytes = seed_model(seed / 256 % SEEDS, data, max_bytes);
	head = bytes < HEAD_BYTES ? bytes : HEAD_BYTES;
	switch (seed / 256 % 8) {
	case 0:
	case 1:
	case 2:
		other = seed_of_changed_shape(data, bytes, max_bytes, seed);
		bytes = other ? other : bytes;
		if (other && seed / 2048 % 4)
			return bytes;
		fields_change(data, bytes, seed);
		break;
	case 3:
	case 4:
		fields_change(data, bytes, seed);
		break;
	case 5:
		if (head)
			LLVMFuzzerMutate(data, head, head);
		break;
	default:
		bytes = LLVMFuzzerMutate(data, bytes, max_bytes);
		break;
	}
	if (seed / 8192 % 4)
		fields_seal(data, bytes);
	return bytes;
}
