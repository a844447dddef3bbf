/* SPDX-License-Identifier: MIT */
/* Some groups of a model as one chain of oneDNN's primitives. */
#ifndef SPEED_ONEDNN_NET_H
#define SPEED_ONEDNN_NET_H

#include <stdbool.h>

#include "../../../engine/train/onednn.h"
#include "engine.h"
#include "gather.h"

/* The primitives in their order, and where the last one writes the logits of these groups. */
struct onednn_net {
	struct dn_list ops;
	float *logits;
};

/*
 * Make the chain; its convolutions are grouped if there is more than one group. scale is of the
 * logits. False with the reason in why if this network cannot be had.
 */
bool onednn_net_open(struct onednn_net *net, struct dn *dn, const struct speed_job *job,
		     struct speed_groups groups, float scale, char *why);

void onednn_net_close(struct onednn_net *net);

#endif
