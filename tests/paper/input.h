/* SPDX-License-Identifier: MIT */
/* input: what was measured, read from files. */
#ifndef PAPER_INPUT_H
#define PAPER_INPUT_H

#include "points.h"
#include "table.h"
#include "times.h"

enum { PAPER_BOARDS_MAX = 4, PAPER_MEMORY_MAX = 16, PAPER_ERROR = 512 };

/* The networks that are compared. A static one of level k is trained for it alone. */
enum paper_kind { PAPER_DYNAMIC, PAPER_TRIANGULAR, PAPER_SLIMMABLE, PAPER_KINDS };

/**
 * struct paper_model - what a model file says
 * @name: of the file, without its folder
 * @info: only numbers of it, not the name
 */
struct paper_model {
	char name[PAPER_TIMES_NAME];
	struct dyndnn_info info;
};

/**
 * struct paper_memory - a row of dyndnn-eval --memory
 * @what: "incremental", "triangular", "static"
 * @file_bytes: of its files
 * @resident_bytes: of a process that holds them
 */
struct paper_memory {
	char what[TABLE_NAME];
	double file_bytes;
	double resident_bytes;
};

/**
 * struct paper_input - all of it
 * @accuracy: rows of dyndnn-eval, NULL if there are none
 * @nr_accuracy: their number
 * @guest: times in the lab's guest
 * @nr_guest: of how many models
 * @native: times on this machine
 * @nr_native: of how many models
 * @memory: what sets of networks take
 * @nr_memory: their number
 * @boards: the platforms
 * @nr_boards: their number
 * @models: by kind
 */
struct paper_input {
	struct table_row *accuracy;
	size_t nr_accuracy;
	struct paper_times guest[PAPER_TIMES_MAX];
	int nr_guest;
	struct paper_times native[PAPER_TIMES_MAX];
	int nr_native;
	struct paper_memory memory[PAPER_MEMORY_MAX];
	int nr_memory;
	struct paper_board boards[PAPER_BOARDS_MAX];
	size_t nr_boards;
	struct paper_model models[PAPER_KINDS];
};

/**
 * struct paper_files - where it is
 * @accuracy: table of dyndnn-eval, or NULL
 * @guest: table of dyndnn-bench, likewise the next
 * @native: ...
 * @memory: table of dyndnn-eval --memory
 * @models: folder of the models
 */
struct paper_files {
	const char *accuracy, *guest, *native, *memory, *models;
};

/** paper_input_read() - all but the boards; 0 or a negative errno with a reason in @error */
int paper_input_read(struct paper_input *in, const struct paper_files *files, char *error);

/**
 * paper_input_board() - one more board
 * @text: FILE:MFLOPS, what the platform's reference can compute at the most in a second
 *
 * Times were taken on a core of PAPER_REFERENCE_MFLOPS. Return: as above.
 */
int paper_input_board(struct paper_input *in, const char *text, char *error);

/* The lab's A15 at 2 GHz: 8 f32 operations a cycle. */
enum { PAPER_REFERENCE_MFLOPS = 16000 };

/** paper_input_free() - what paper_input_read() allocated */
void paper_input_free(struct paper_input *in);

#endif
