/* SPDX-License-Identifier: MIT */
/* options: what the user asks for. */
#ifndef DYNDNN_RUN_OPTIONS_H
#define DYNDNN_RUN_OPTIONS_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "fit.h"
#include "output.h"

#define EXIT_USAGE 2

/* Unless told otherwise: pad images of data sets, scale others. */
enum fit_wish { FIT_AUTO, FIT_ALWAYS_SCALE, FIT_ALWAYS_PAD };

enum hint_wish { HINT_DEFAULT, HINT_YES, HINT_NO };

/**
 * struct options - the command line
 * @inputs: operands
 * @period_ns: of --rate, 0: none
 * @deadline_ns: 0: none
 * @frames: images to classify at the most, 0: all
 * @loops: times to read the inputs, 0: without end
 * @level: highest level, 0: the model's
 * @min_level: lowest level, 0: 1
 * @goal: enum dnnhint_goal, 0: the default
 * @progress: -1: where standard error is a terminal
 * @schedule: file for how levels share threads, as dyndnn_session_options.schedule_file; NULL:
 *	none
 * @compute: as dyndnn_session_options.compute
 * @has_cpus: @cpus was given
 */
struct options {
	const char *model;
	char **inputs;
	unsigned int nr_inputs;
	enum fit_wish fit;
	uint64_t period_ns;
	uint64_t deadline_ns;
	uint64_t frames;
	uint64_t loops;
	unsigned int level;
	unsigned int min_level;
	unsigned int goal;
	uint32_t floor_ppm;
	uint32_t balance_ppm;
	enum hint_wish hint;
	unsigned int threads;
	const char *schedule;
	enum dyndnn_compute compute;
	bool has_cpus;
	cpu_set_t cpus;
	const struct output_format *format;
	unsigned int top;
	const char *output;
	const char *plot;
	bool quiet;
	bool strict;
	int progress;
};

/* Ends the program with EXIT_USAGE, and a message that names the option, if there is an error. */
void options_parse(struct options *opt, int argc, char **argv);

#endif
