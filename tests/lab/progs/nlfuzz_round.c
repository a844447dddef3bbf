// SPDX-License-Identifier: MIT
#include "nlfuzz_round.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PEERS		2
#define NOBODY		65534

/**
 * struct round - what goes on
 * @family: the family
 * @dice: its chances
 * @tally: what comes of it
 * @name: of it, for complaints
 * @judge: requests that wait for their answers
 * @peers: its sockets
 * @nr_peers: their number
 * @crowd: streams of each
 * @arena: memory of a message
 * @batch: of this thread, and of another beside it
 */
struct round {
	const struct family *family;
	struct dice dice;
	struct tally *tally;
	char name[64];
	struct judge *judge;
	struct peer peers[PEERS];
	unsigned int nr_peers;
	unsigned int crowd;
	struct arena arena;
	struct batch batch[2];
};

struct sending {
	int fd;
	const struct batch *batch;
};

static void send_batch(int fd, const struct batch *batch)
{
	/* Of the calling thread alone: the C library's call would change all of them. */
	if (batch->nobody && syscall(SYS_setresuid, -1, NOBODY, -1))
		err(2, "setresuid");
	if (send(fd, batch->bytes, batch->len, 0) != (ssize_t)batch->len)
		err(2, "send of %zu bytes", batch->len);
	if (batch->nobody && syscall(SYS_setresuid, -1, 0, -1))
		err(2, "setresuid");
}

static void *send_beside(void *arg)
{
	const struct sending *sending = arg;

	send_batch(sending->fd, sending->batch);
	return NULL;
}

static pthread_t start(struct sending *sending)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, send_beside, sending);
	if (errno)
		err(2, "pthread_create");
	return thread;
}

static void make(struct round *round, struct peer *peer, struct batch *batch, bool beside,
		 bool nobody)
{
	unsigned int nr = 1 + dice_below(&round->dice, BATCH_MADE / 2);

	batch->len = 0;
	batch->nr = 0;
	batch->dumps = false;
	batch->wild = false;
	batch->beside = beside;
	batch->nobody = nobody;
	while (nr--)
		make_any(batch, peer, round->family, &round->dice, &round->arena);
	judge_take(round->judge, batch);
}

/* From this thread, from one that is gone afterwards, or from both at the same time. */
static void talk(struct round *round, struct peer *peer)
{
	struct batch *mine = &round->batch[0], *other = &round->batch[1];
	struct sending sending = { .fd = peer->fd };
	unsigned int how = dice_below(&round->dice, 12);
	pthread_t thread;

	make(round, peer, mine, how == 0, how == 2 || how == 3);
	if (how == 0)
		make(round, peer, other, true, false);
	if (how <= 1) {
		sending.batch = how ? mine : other;
		thread = start(&sending);
	}
	if (how != 1)
		send_batch(peer->fd, mine);
	if (how <= 1)
		pthread_join(thread, NULL);
	judge_answers(round->judge, peer, round->tally);
}

/* A socket with streams to begin with. */
static void settle_in(struct round *round, struct peer *peer)
{
	struct batch *batch = &round->batch[0];
	unsigned int nr = round->crowd;

	peer_open(peer, round->family, &round->dice, nr);
	*batch = (struct batch) { .nr = 0 };
	while (nr--)
		make_right(batch, peer, round->family, &round->dice, &round->arena,
			   DNN_GOV_CMD_STREAM_ADD);
	judge_take(round->judge, batch);
	send_batch(peer->fd, batch);
	judge_answers(round->judge, peer, round->tally);
}

void round_play(const struct family *family, uint64_t seed, uint64_t number, struct tally *tally)
{
	struct round *round = malloc(sizeof(*round));
	unsigned int talks;

	if (!round)
		err(2, "round");
	round->family = family;
	round->tally = tally;
	round->dice.state = seed;
	round->dice.state = dice_next(&round->dice) + number;
	snprintf(round->name, sizeof(round->name), "seed %" PRIu64 " round %" PRIu64, seed, number);
	round->judge = judge_new(family, round->name);
	round->nr_peers = 1 + dice_below(&round->dice, PEERS);
	/* Sometimes as many as there may be. */
	round->crowd = dice_one_in(&round->dice, 300) ? PEER_STREAMS :
		       1 + dice_below(&round->dice, PEER_CROWD);
	for (unsigned int i = 0; i < round->nr_peers; i++)
		settle_in(round, &round->peers[i]);
	talks = round->crowd > PEER_CROWD ? 2 : 4 + dice_below(&round->dice, 40);
	while (talks--) {
		struct peer *peer = &round->peers[dice_below(&round->dice, round->nr_peers)];

		/* Some come anew, with frames that are pending. */
		if (dice_one_in(&round->dice, 20)) {
			peer_close(peer);
			settle_in(round, peer);
		}
		talk(round, peer);
	}
	for (unsigned int i = 0; i < round->nr_peers; i++)
		peer_close(&round->peers[i]);
	judge_free(round->judge);
	free(round);
}
