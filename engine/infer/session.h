/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_SESSION_H
#define DYNDNN_SESSION_H

#include <stdbool.h>
#include <xnnpack.h>

#include "../model/model.h"
#include "buffers.h"
#include "compute.h"
#include "expect.h"
#include "schedule.h"
#include "workers.h"

/**
 * struct dyndnn_session - one thread's means to run a model
 * @model: holds a reference
 * @max_level: groups 1..max_level can run
 * @lanes: groups that may run at the same time
 * @workers: threads that help
 * @threads: of them and the caller's, those in use now
 * @schedule: how the levels share their work among all threads
 * @small_memory: nothing that needs more memory to be faster
 * @has_input: an image was set
 * @buffers: what layers read and write
 * @compute: the library that runs the layers
 * @op: XNNPACK's operators of group g and layer i from [((g - 1) * layers + i) * threads] on,
 *	set up for good; threads is that of @workers
 * @parts: operators of layer i that there are, at [i]
 * @winograd: whether they are those of winograd.h, at [i]
 * @scratch: of each lane, for a layer that needs it; NULL: none does
 * @onednn: what oneDNN needs
 * @expect: what layers took of late
 * @error: text for dyndnn_session_error()
 */
struct dyndnn_session {
	struct dyndnn_model *model;
	unsigned int max_level;
	unsigned int lanes;
	struct workers workers;
	unsigned int threads;
	struct schedule schedule;
	bool small_memory;
	bool has_input;
	struct buffers buffers;
	const struct compute *compute;
	xnn_operator_t *op;
	uint8_t parts[DNNFILE_MAX_LAYERS];
	bool winograd[DNNFILE_MAX_LAYERS];
	void *scratch[DYNDNN_MAX_LEVELS];
	struct onednn *onednn;
	struct expect expect;
	struct dyndnn_error error;
};

#endif
