/* SPDX-License-Identifier: MIT */
/* What a session needs of a library that runs layers. */
#ifndef DYNDNN_COMPUTE_H
#define DYNDNN_COMPUTE_H

#include <stdbool.h>
#include <stdint.h>

struct dyndnn_session;

/**
 * struct compute - a library that runs layers
 * @name: for messages
 * @open: make all that running groups 1..max_level of the session needs, with its threads;
 *	-ENOTSUP if this library cannot run this model here. What was made before a failure
 *	is released by @close
 * @close: release it; also after a failed @open
 * @run: run a layer (from 0) of a group (from 1), by the calling thread alone or, shared,
 *	together with the session's workers; 0, or the library's status of a failure. Groups
 *	of different lanes of the session may run at the same time, not shared then
 * @add_logits: add the values that the classifier of a group (from 1) made
 */
struct compute {
	const char *name;
	int (*open)(struct dyndnn_session *session);
	void (*close)(struct dyndnn_session *session);
	int (*run)(struct dyndnn_session *session, unsigned int group, uint32_t layer,
		   bool shared);
	void (*add_logits)(const struct dyndnn_session *session, unsigned int group,
			   float *logits);
};

extern const struct compute compute_xnnpack __attribute__((visibility("hidden")));
extern const struct compute compute_onednn __attribute__((visibility("hidden")));

#endif
