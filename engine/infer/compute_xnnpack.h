/* SPDX-License-Identifier: MIT */
/* Parts of XNNPACK's way that oneDNN's uses for the layers that it leaves to it. */
#ifndef DYNDNN_COMPUTE_XNNPACK_H
#define DYNDNN_COMPUTE_XNNPACK_H

#include "session.h"

/* Ready the library, the session's buffers, and room for operators. Return 0 or a negative errno. */
int xnnpack_start(struct dyndnn_session *session) __attribute__((visibility("hidden")));

/*
 * Make the operators of a layer (from 0) of a group (from 1), with their weights packed,
 * set up to read and write the session's buffers. Return 0 or a negative errno.
 */
int xnnpack_open_layer(struct dyndnn_session *session, uint32_t group, uint32_t layer)
	__attribute__((visibility("hidden")));

/* Whether a layer (from 0) is run in the way of winograd.h. */
bool xnnpack_uses_winograd(const struct dyndnn_session *session, uint32_t layer)
	__attribute__((visibility("hidden")));

/*
 * Whether a layer (from 0) reads a copy of its input in the lane's scratch memory: beside
 * oneDNN's convolutions values of s8 models are u8, which the classifier does not take.
 */
bool xnnpack_reads_copy(const struct dyndnn_session *session, uint32_t layer)
	__attribute__((visibility("hidden")));

void xnnpack_add_logits(const struct dyndnn_session *session, unsigned int group, float *logits)
	__attribute__((visibility("hidden")));

#endif
