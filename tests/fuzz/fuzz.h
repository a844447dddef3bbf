/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls and offers. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t bytes, size_t max_bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#endif
