// SPDX-License-Identifier: MIT
#include "nlfuzz_peer.h"

#include <err.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#define SHARED 64

static _Atomic uint32_t shared[SHARED];

void family_find(struct family *family)
{
	struct nl_sock *sock = nl_socket_alloc();
	int id, group;

	if (!sock || genl_connect(sock))
		errx(2, "no generic netlink");
	id = genl_ctrl_resolve(sock, DNN_GOV_GENL_NAME);
	group = genl_ctrl_resolve_grp(sock, DNN_GOV_GENL_NAME, DNN_GOV_MCGRP_PRESSURE);
	if (id < 0 || group < 0)
		errx(2, "the module is not loaded");
	*family = (struct family) { (uint16_t)id, (uint32_t)group };
	nl_socket_free(sock);
}

static void set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		err(2, "setsockopt %d %d", level, option);
}

void peer_open(struct peer *peer, const struct family *family, struct dice *dice,
	       unsigned int crowd)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(addr);

	*peer = (struct peer) {
		.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC),
		.narrow = dice_one_in(dice, 16),
		.whole = dice_one_in(dice, 2),
		.listens = dice_one_in(dice, 3),
		.extreme = dice_one_in(dice, 12),
		.crowd = crowd,
	};
	if (peer->fd < 0)
		err(2, "socket");
	peer->blind = peer->narrow;
	/* Room for all that a batch may bring, or for hardly anything. */
	set(peer->fd, SOL_SOCKET, SO_RCVBUFFORCE, peer->narrow ? 1 : 8 << 20);
	set(peer->fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
	set(peer->fd, SOL_NETLINK, NETLINK_CAP_ACK, !peer->whole);
	if (bind(peer->fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    getsockname(peer->fd, (struct sockaddr *)&addr, &len))
		err(2, "bind");
	peer->port = addr.nl_pid;
	if (peer->listens)
		set(peer->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)family->group);
}

void peer_close(struct peer *peer)
{
	close(peer->fd);
	peer->fd = -1;
}

struct own *peer_find(struct peer *peer, uint32_t id)
{
	for (unsigned int i = 0; i < peer->nr_own; i++)
		if (peer->own[i].id == id)
			return &peer->own[i];
	return NULL;
}

/* NULL if there is no room: then nothing is known of that one. */
struct own *peer_add(struct peer *peer, uint32_t id)
{
	struct own *own = peer_find(peer, id);

	if (!own) {
		if (peer->nr_own == PEER_STREAMS) {
			peer->blind = true;
			return NULL;
		}
		own = &peer->own[peer->nr_own++];
	}
	*own = (struct own) { .id = id };
	return own;
}

void peer_del(struct peer *peer, uint32_t id)
{
	struct own *own = peer_find(peer, id);

	peer->gone[peer->nr_old[0]++ % PEER_OLD] = id;
	if (own)
		*own = peer->own[--peer->nr_own];
}

/* Has a stream of it a frame that is not ended? */
bool peer_pending(const struct peer *peer)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < peer->nr_own; i++)
		nr += peer->own[i].nr_frames;
	return nr;
}

void peer_begun(struct own *own, uint64_t frame)
{
	if (own->nr_frames == DNN_GOV_FRAMES_MAX) {	/* the oldest went stale */
		own->nr_frames--;
		memmove(own->frames, own->frames + 1, own->nr_frames * sizeof(own->frames[0]));
	}
	own->frames[own->nr_frames++] = frame;
}

void peer_ended(struct peer *peer, struct own *own, uint64_t frame)
{
	peer->old_frames[peer->nr_old[1]++ % PEER_OLD] = frame;
	for (unsigned int i = 0; i < own->nr_frames; i++)
		if (own->frames[i] == frame) {
			own->frames[i] = own->frames[--own->nr_frames];
			return;
		}
}

void shared_put(uint32_t id)
{
	shared[id % SHARED] = id;
}

uint32_t shared_get(struct dice *dice)
{
	return shared[dice_below(dice, SHARED)];
}
