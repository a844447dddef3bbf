/* SPDX-License-Identifier: MIT */
/* options: the command line of dyndnn-train. */
#ifndef DYNDNN_TRAIN_OPTIONS_H
#define DYNDNN_TRAIN_OPTIONS_H

#include <stdio.h>

#include "dataset.h"
#include "config.h"

/* --shift was not given: it is chosen when the kind of the data set is known */
enum { SHIFT_BY_KIND = -1 };

#define TEACHERS_MAX	8

struct options {
	struct train_config train;
	enum dataset_kind kind;
	const char *net;		/* description of the network */
	int level;			/* of a static network; 0: all its groups */
	const char *data;
	const char *out;
	const char *log;		/* NULL: none */
	const char *checkpoint;		/* NULL: none */
	const char *name;		/* of the model; NULL: as the network's */
	const char *teachers[TEACHERS_MAX];
	int nr_teachers;
};

/* Prints and exits on --help, --usage and on anything wrong. */
void options_parse(struct options *o, int argc, char **argv);

/* The command line that gives the same model. */
void options_print(const struct options *o, FILE *to);

#endif
