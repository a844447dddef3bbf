/* SPDX-License-Identifier: MIT */
/* run: the images of a source through a network, one after the other. */
#ifndef DYNDNN_RUN_RUN_H
#define DYNDNN_RUN_RUN_H

#include <signal.h>

#include "cadence.h"
#include "network.h"
#include "options.h"
#include "plot.h"
#include "progress.h"
#include "source.h"
#include "summary.h"

/**
 * struct run - all that a run needs; the parts are the caller's
 * @opt: the command line
 * @network: what the images go through
 * @source: where they come from
 * @out: where results go, NULL: nowhere
 * @plot: where frames are kept, NULL: nowhere
 * @stop: set by a signal: end after this image
 * @cadence: when they are released
 * @progress: how far it is
 * @summary: what became of them
 */
struct run {
	const struct options *opt;
	struct network *network;
	struct source *source;
	FILE *out;
	struct plot *plot;
	const volatile sig_atomic_t *stop;
	struct cadence cadence;
	struct progress progress;
	struct summary summary;
};

/**
 * run_images() - run them all
 * @run: the run
 *
 * Says what images cannot be read, and counts them.
 *
 * Return: 0 at the end; or a negative errno, after it has said what is wrong, if the run cannot
 * go on.
 */
int run_images(struct run *run);

#endif
