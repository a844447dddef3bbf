/* SPDX-License-Identifier: MIT */
/* Sending requests and judging what comes back. */
#ifndef NLFUZZ_JUDGE_H
#define NLFUZZ_JUDGE_H

#include "nlfuzz_make.h"

#define OTHER_CMD	(DNN_GOV_CMD_MAX + 1)	/* of no command of the family */
#define ERRNOS		134

/**
 * struct tally - what has come of it
 * @accepted: requests by command
 * @refused: by command and errno
 * @ignored: messages that are no requests
 * @lost: requests whose answers had no room
 * @events: that were received
 * @sent: messages in all, as netlink sees them
 * @wrong: answers that are missing, or not as they should be
 * @demanded: requests of which it was known what must come of them
 */
struct tally {
	uint64_t accepted[OTHER_CMD + 1];
	uint64_t refused[OTHER_CMD + 1][ERRNOS];
	uint64_t ignored;
	uint64_t lost;
	uint64_t events;
	uint64_t sent;
	uint64_t wrong;
	uint64_t demanded;
};

/**
 * struct ask - a message as netlink finds it in what was sent
 * @nlh: of it
 * @expect: what it must come to
 * @error: of its acknowledgment
 * @acks: acknowledgments, which refusals are, too
 * @answers: messages with something in them
 * @ends: ends of a dump
 */
struct ask {
	const struct nlmsghdr *nlh;
	enum expect expect;
	int error;
	unsigned int acks;
	unsigned int answers;
	unsigned int ends;
};

struct judge;

struct judge *judge_new(const struct family *family, const char *round);
void judge_free(struct judge *judge);
/* What the messages of a batch are, to be called before it is sent. Several may wait. */
void judge_take(struct judge *judge, const struct batch *batch);
/* All answers are there: netlink has worked when sending returns. */
void judge_answers(struct judge *judge, struct peer *peer, struct tally *tally);

#endif
