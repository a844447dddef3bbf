/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_SESSION_H
#define DYNDNN_SESSION_H

#include <stdbool.h>
#include <xnnpack.h>

#include "../model/model.h"
#include "buffers.h"
#include "expect.h"
#include "schedule.h"
#include "workers.h"

/**
 * struct dyndnn_session - one thread's means to run a model
 * @model: holds a reference
 * @max_level: groups 1..max_level have operators
 * @workers: threads that help
 * @threads: of them and the caller's, those in use now
 * @schedule: how the levels share their work among all threads
 * @has_input: an image was set
 * @buffers: what layers read and write
 * @op: of group g and layer i at [(g - 1) * layers + i], set up for good
 * @expect: what operators took of late
 * @error: text for dyndnn_session_error()
 */
struct dyndnn_session {
	struct dyndnn_model *model;
	unsigned int max_level;
	struct workers workers;
	unsigned int threads;
	struct schedule schedule;
	bool has_input;
	struct buffers buffers;
	xnn_operator_t *op;
	struct expect expect;
	struct dyndnn_error error;
};

/*
 * Make the operator of a layer (from 0) of a group (from 1), with its weights
 * packed, set up to read and write the session's buffers whenever it runs. Return 0
 * or a negative errno, with the reason in session->error.
 */
int dyndnn_operator_open(struct dyndnn_session *session, uint32_t group, uint32_t layer,
			 xnn_operator_t *op) __attribute__((visibility("hidden")));

#endif
