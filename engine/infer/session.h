/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_SESSION_H
#define DYNDNN_SESSION_H

#include <pthreadpool.h>
#include <stdbool.h>
#include <xnnpack.h>

#include "../model/model.h"

#define DYNDNN_MAX_THREADS	64

/**
 * struct dyndnn_session - one thread's means to run a model
 * @model: holds a reference
 * @max_level: groups 1..max_level have operators
 * @pool: worker threads, NULL when the caller's thread works alone
 * @has_input: an image was set
 * @input: the normalised image, [row][column][channel]
 * @scratch: layers write to the two in turn; groups run one after the other,
 *	so they share them
 * @kept: triangular wiring: what layer i (from 0) of all groups made, at [i], if
 *	later groups read it, else NULL; a pixel has max_level * out_c values,
 *	those of group 1 first
 * @group_logits: what the classifier of the running group writes
 * @op: of group g and layer i at [(g - 1) * layers + i], set up for good
 * @error: text for dyndnn_session_error()
 */
struct dyndnn_session {
	struct dyndnn_model *model;
	unsigned int max_level;
	pthreadpool_t pool;
	bool has_input;
	float *input;
	float *scratch[2];
	float *kept[DNNFILE_MAX_LAYERS];
	float *group_logits;
	xnn_operator_t *op;
	struct dyndnn_error error;
};

/* Where the channels of a feature map's first pixel begin, and values from pixel to pixel. */
struct dyndnn_map {
	float *values;
	size_t stride;
};

/*
 * Make the operator of a layer (from 0) of a group (from 1), with its weights
 * packed, reading from in and writing to out whenever it runs. Return 0 or a
 * negative errno, with the reason in session->error.
 */
int dyndnn_operator_open(struct dyndnn_session *session, uint32_t group, uint32_t layer,
			 struct dyndnn_map in, struct dyndnn_map out, xnn_operator_t *op)
	__attribute__((visibility("hidden")));

#endif
