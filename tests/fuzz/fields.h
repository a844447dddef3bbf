/* SPDX-License-Identifier: MIT */
/* Mutations that know where the header and the tables of a .dnn file are, of either version. */
#ifndef FUZZ_FIELDS_H
#define FUZZ_FIELDS_H

#include <stddef.h>
#include <stdint.h>

/* Make all CRCs right, and the file's size. */
void fields_seal(uint8_t *data, size_t bytes);

/* Set a 32-bit field of the header or of a table to a value of the kind that breaks things. */
void fields_change(uint8_t *data, size_t bytes, unsigned int seed);

#endif
