/* SPDX-License-Identifier: MIT */
/* A round: some sockets, from their opening to their closing. */
#ifndef NLFUZZ_ROUND_H
#define NLFUZZ_ROUND_H

#include "nlfuzz_judge.h"

/* What it does depends on @seed and @number alone, and on what the kernel answers. */
void round_play(const struct family *family, uint64_t seed, uint64_t number, struct tally *tally);

#endif
