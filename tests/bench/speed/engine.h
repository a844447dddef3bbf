/* SPDX-License-Identifier: MIT */
/*
 * An engine of the speed benchmark: something that runs levels 1..G of a model's network with
 * the model's weights on one image.
 */
#ifndef SPEED_ENGINE_H
#define SPEED_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "../../../engine/model/model.h"

enum { SPEED_WHY_BYTES = 256 };

/**
 * struct speed_job - what all engines run
 * @model: its network and weights
 * @image: normalised, [row][column][channel]
 * @threads: that share the work, 1 or more
 * @library: path of onnxruntime's shared library, or NULL
 */
struct speed_job {
	struct dyndnn_model *model;
	const float *image;
	unsigned int threads;
	const char *library;
};

/**
 * struct speed_engine - one engine
 * @name: in the tables
 * @min_threads: it is of no interest below
 * @open: make all that running needs. Return NULL with the reason in why (SPEED_WHY_BYTES) if
 *	this engine cannot run this network here
 * @run: one frame at a level (from 1), logits of all classes. Return 0 or a negative errno
 * @note: something to be said about the state, or NULL
 * @close: release the state
 */
struct speed_engine {
	const char *name;
	unsigned int min_threads;
	void *(*open)(const struct speed_job *job, char *why);
	int (*run)(void *state, unsigned int level, float *logits);
	const char *(*note)(const void *state);
	void (*close)(void *state);
};

extern const struct speed_engine speed_dyndnn;
extern const struct speed_engine speed_onnxruntime;
extern const struct speed_engine speed_onnxruntime_nospin;
extern const struct speed_engine speed_onednn;

/* Say why an engine cannot run; returns NULL for open() to return. */
void *speed_cannot(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
