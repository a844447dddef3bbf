/* SPDX-License-Identifier: MIT */
/* result: what became of one image. */
#ifndef DYNDNN_RUN_RESULT_H
#define DYNDNN_RUN_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include <dyndnn.h>
#include <dyndnn_runtime.h>

/* Most classes that --top can ask for. */
#define RESULT_TOP_MAX 100

/**
 * struct result_class - one of the best classes
 * @index: from 0
 * @name: NULL if the model names none
 * @confidence: softmax probability, 0..1
 */
struct result_class {
	unsigned int index;
	const char *name;
	double confidence;
};

/**
 * struct result - one image
 * @file: name of its file
 * @index: which one of its file
 * @number: which frame of the run, from 0; dropped and unreadable ones count
 * @numbered: the index tells more than the file alone
 * @label: its class, -1 where it is not known
 * @nr_top: entries of @top, at least 1
 * @top: the best classes, best first
 * @has_deadline: the run has one
 * @frame: level, times and the rest
 */
struct result {
	const char *file;
	uint64_t index;
	uint64_t number;
	bool numbered;
	int label;
	unsigned int nr_top;
	struct result_class top[RESULT_TOP_MAX];
	bool has_deadline;
	struct dyndnn_client_frame frame;
};

static inline uint64_t result_latency_us(const struct result *result)
{
	return (result->frame.end_ns - result->frame.release_ns) / 1000;
}

/**
 * result_rank() - fill in the best classes
 * @result: where to; @nr_top is made no more than the model's classes
 * @model: knows the classes
 * @logits: of all classes
 * @nr_top: wanted, 1..RESULT_TOP_MAX
 */
void result_rank(struct result *result, const struct dyndnn_model *model, const float *logits,
		 unsigned int nr_top);

#endif
