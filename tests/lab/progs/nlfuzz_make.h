/* SPDX-License-Identifier: MIT */
/* Making requests: most are what the family takes, but for one thing or two. */
#ifndef NLFUZZ_MAKE_H
#define NLFUZZ_MAKE_H

#include <linux/netlink.h>

#include "nlfuzz_parts.h"
#include "nlfuzz_peer.h"

#define BATCH_BYTES	(64 * 1024)
#define BATCH_MADE	40

/**
 * struct made - a request as it was meant
 * @at: where it begins in the batch
 * @expect: what it must come to
 */
struct made {
	size_t at;
	enum expect expect;
};

/**
 * struct batch - requests that are sent together
 * @len: bytes of them
 * @nr: requests that were meant
 * @made: each of these
 * @dumps: one of them asks for a dump: another is refused as long as that one goes on
 * @wild: one of them may do anything, such as removing a stream that later ones name
 * @beside: two threads send at once
 * @nobody: it is sent without privilege
 * @bytes: what is sent
 */
struct batch {
	size_t len;
	unsigned int nr;
	struct made made[BATCH_MADE];
	bool dumps;
	bool wild;
	bool beside;
	bool nobody;
	_Alignas(8) uint8_t bytes[BATCH_BYTES];
};

/* A request for @cmd without a mistake. */
void make_right(struct batch *batch, struct peer *peer, const struct family *family,
		struct dice *dice, struct arena *arena, unsigned int cmd);
/* Any request, with mistakes in two of five. */
void make_any(struct batch *batch, struct peer *peer, const struct family *family,
	      struct dice *dice, struct arena *arena);

#endif
