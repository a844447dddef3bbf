/* SPDX-License-Identifier: MIT */
/* options: the command line of dyndnn-train. */
#ifndef DYNDNN_TRAIN_OPTIONS_H
#define DYNDNN_TRAIN_OPTIONS_H

#include <stdio.h>

#include "trainer.h"

/* --shift was not given: it is chosen when the kind of the data set is known */
enum { SHIFT_BY_KIND = -1 };

struct options {
	struct train_config train;
	enum dataset_kind kind;
	const char *data;
	const char *out;
	const char *log;		/* NULL: none */
	const char *checkpoint;		/* NULL: none */
	const char *name;		/* of the model */
	const char *class_names[NET_CLASSES];	/* first one NULL: not given */
	char *name_string, *class_strings;	/* owned, behind name and class_names */
};

/* Prints and exits on --help, --usage and on anything wrong. */
void options_parse(struct options *o, int argc, char **argv);

void options_free(struct options *o);

/* The command line that gives the same model, without names of files. */
void options_print(const struct options *o, FILE *to);

#endif
