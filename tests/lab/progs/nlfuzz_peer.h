/* SPDX-License-Identifier: MIT */
/* A socket, and what its answers have told of its streams. */
#ifndef NLFUZZ_PEER_H
#define NLFUZZ_PEER_H

#include "nlfuzz_random.h"
#include "nlfuzz_tables.h"

#define PEER_STREAMS	48
#define PEER_CROWD	2	/* mostly: with each stream, the next one takes longer */
#define PEER_OLD	8

/**
 * struct own - a stream of the socket
 * @id: its id
 * @sure: @value is what was declared; not so where two threads changed it at once
 * @value: of the attributes in DECLARED
 * @frames: ids of frames that were begun and, as far as is known, not ended
 * @nr_frames: their number
 */
struct own {
	uint32_t id;
	bool sure;
	uint64_t value[DNN_GOV_A_MAX + 1];
	uint64_t frames[DNN_GOV_FRAMES_MAX];
	unsigned int nr_frames;
};

/**
 * struct peer - a socket
 * @fd: of it
 * @port: its netlink address
 * @seq: of its last request
 * @narrow: it has hardly any room for answers: some are lost
 * @whole: the kernel sends requests back with refusals
 * @crowd: streams that it is content with
 * @extreme: its streams want what no machine has: then a plan takes some ten times as long
 * @listens: it is in the multicast group
 * @blind: it may have streams that are not in @own
 * @own: its streams
 * @nr_own: their number
 * @gone: ids of streams that it had
 * @old_frames: ids of frames that it ended
 * @nr_old: how many have gone into the latter two, in all
 */
struct peer {
	int fd;
	uint32_t port;
	uint32_t seq;
	bool narrow;
	bool whole;
	bool listens;
	bool extreme;
	unsigned int crowd;
	bool blind;
	struct own own[PEER_STREAMS];
	unsigned int nr_own;
	uint32_t gone[PEER_OLD];
	uint64_t old_frames[PEER_OLD];
	unsigned int nr_old[2];
};

/* Family and group, asked of the kernel once. */
struct family {
	uint16_t id;
	uint32_t group;
};

void family_find(struct family *family);

void peer_open(struct peer *peer, const struct family *family, struct dice *dice,
	       unsigned int crowd);
void peer_close(struct peer *peer);

struct own *peer_find(struct peer *peer, uint32_t id);
struct own *peer_add(struct peer *peer, uint32_t id);
void peer_del(struct peer *peer, uint32_t id);
bool peer_pending(const struct peer *peer);
void peer_begun(struct own *own, uint64_t frame);
void peer_ended(struct peer *peer, struct own *own, uint64_t frame);

/* Ids that sockets of all threads have: some other socket's stream, or 0. */
void shared_put(uint32_t id);
uint32_t shared_get(struct dice *dice);

#endif
