/* SPDX-License-Identifier: MIT */
/* progress: a bar on a terminal, a line per epoch elsewhere and in the log. */
#ifndef DYNDNN_TRAIN_PROGRESS_H
#define DYNDNN_TRAIN_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "trainer.h"

struct progress {
	FILE *log;		/* NULL: none */
	bool bar;
};

void progress_init(struct progress *p, FILE *log);
/* a train_observer; @ctx is the struct progress */
void progress_show(void *ctx, const struct train_progress *now);
/* a teacher_observer */
void progress_teacher(void *ctx, uint32_t done, uint32_t images);

#endif
