/* SPDX-License-Identifier: MIT */
/*
 * teacher: what trained models answer to the training images, for distillation.
 *
 * The answers are made once, for each image as it is and mirrored. The images that are learnt from
 * are also moved by a few pixels, which a good teacher's answer hardly depends on.
 */
#ifndef DYNDNN_TRAIN_TEACHER_H
#define DYNDNN_TRAIN_TEACHER_H

#include <stdbool.h>
#include <stddef.h>

#include "trainer.h"

/* Called now and then with the number of images that are done. */
typedef void (*teacher_observer)(void *ctx, uint32_t done, uint32_t images);

/*
 * teacher_ask() - let the models at @paths answer to the first t->images training images
 * @count: of models
 * @answers: the mean of their probabilities, softened by t->config.temperature, to be freed by the caller
 *
 * Return: 0, -EINVAL (a model reads other images or has other classes), -ENOMEM or what
 * dyndnn_model_open() returned; text in t->error.
 */
int teacher_ask(struct trainer *t, const char *const *paths, int count, teacher_observer observer,
		void *ctx, float **answers);

/* The answer to one image: classes values, or NULL without a teacher. */
static inline const float *teacher_answer(const float *answers, uint32_t classes, uint32_t image,
					  bool mirrored)
{
	return answers ? answers + ((size_t)image * 2 + mirrored) * classes : NULL;
}

#endif
