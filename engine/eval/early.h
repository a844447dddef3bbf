/* SPDX-License-Identifier: MIT */
/* early: what frames that end when the answer is sure enough gain in time and lose in accuracy. */
#ifndef DYNDNN_EVAL_EARLY_H
#define DYNDNN_EVAL_EARLY_H

#include <stdio.h>

#include "csv.h"
#include "dataset.h"
#include "dyndnn.h"

enum { EARLY_MAX = 16 };	/* margins at once */

/** early_header - the first line of the file */
extern const char early_header[];

/**
 * struct early - what was measured with a margin, sums over the images
 * @margin: see struct dyndnn_limits
 * @correct: images whose class came out best
 * @levels: that the frames ended at
 * @ns: that they took, without setting the image
 */
struct early {
	float margin;
	uint32_t correct;
	uint64_t levels;
	uint64_t ns;
};

/**
 * struct early_job - what to run
 * @model: it
 * @images: as the model reads them
 * @count: how many, from the first on; 1..@images->images
 * @level: highest level of a frame, 1..levels of the model
 * @progress: called now and then with the images that are done, or NULL
 */
struct early_job {
	struct dyndnn_model *model;
	const struct dataset *images;
	uint32_t count;
	unsigned int level;
	void (*progress)(uint32_t done, uint32_t count);
};

/**
 * early_parse() - "M[,M...]" to margins
 * @text: numbers of 0..1
 * @early: EARLY_MAX of them, whose margins are set and all else cleared
 *
 * Return: their number; 0 if the text is wrong.
 */
size_t early_parse(const char *text, struct early *early);

/**
 * early_run() - run every image with every margin
 * @job: see there
 * @early: sums are added to those that are there
 * @count: number of margins
 * @err: reason of a failure
 *
 * One session, one thread; margins take turns, so that whatever else the machine does meets them
 * all alike.
 *
 * Return: 0 or a negative errno.
 */
int early_run(const struct early_job *job, struct early *early, size_t count,
	      struct dyndnn_error *err);

/** early_print() - the table of @images frames with each margin */
void early_print(FILE *to, const struct early *early, size_t count, uint32_t images);

/** early_put() - put rows of @model into the table at @path; as csv_put() */
int early_put(const char *path, const char *model, const struct early *early, size_t count,
	      uint32_t images);

#endif
