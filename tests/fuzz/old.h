/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_OLD_H
#define FUZZ_OLD_H

#include <stddef.h>
#include <stdint.h>

/*
 * Turn a good model of today into the file of version 1 that it was made of. Return its size,
 * 0 if version 1 had no such model.
 */
size_t old_model(uint8_t *data, size_t bytes);

#endif
