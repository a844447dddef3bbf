/* SPDX-License-Identifier: MIT */
/*
 * resident: memory that networks take in a process.
 *
 * A child process opens the models and a session of each, runs a frame in each, closes all of it
 * again, and then does the same once more. What the second round adds to the Rss of
 * /proc/self/smaps_rollup is the memory of the networks: packed weights, scratch, the mapped file's
 * pages that stay. What the first round added beyond that is code and tables of the libraries, of
 * which a process pays for one copy whatever it runs. Transparent huge pages are off in the child,
 * so that sizes do not depend on where an allocation happens to lie.
 */
#ifndef DYNDNN_EVAL_RESIDENT_H
#define DYNDNN_EVAL_RESIDENT_H

#include <stddef.h>
#include <stdint.h>

#include "dyndnn.h"

/**
 * struct resident_use - a session
 * @path: of the model
 * @level: the session's max_level and the level of its frame; 0 means the model's highest
 * @compute: which library runs it
 * @small_memory: as the session's option
 */
struct resident_use {
	const char *path;
	unsigned int level;
	enum dyndnn_compute compute;
	bool small_memory;
};

/**
 * struct resident - in bytes
 * @networks: what all sessions and models together take
 * @code: what code and tables of the libraries take
 */
struct resident {
	uint64_t networks;
	uint64_t code;
};

/**
 * resident_measure() - what a process takes that holds all of these sessions at once
 * @uses: the sessions
 * @count: their number, at least 1
 * @resident: the result
 * @err: reason of a failure
 *
 * Forks: not while other threads run.
 *
 * Return: 0 or a negative errno.
 */
int resident_measure(const struct resident_use *uses, size_t count, struct resident *resident,
		     struct dyndnn_error *err);

#endif
