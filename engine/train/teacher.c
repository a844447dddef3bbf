// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dyndnn.h"
#include "loss.h"
#include "teacher.h"

enum { REPORT_IMAGES = 500 };

/* A thread has a session of its own and every threads-th image. */
struct asker {
	struct trainer *trainer;
	struct dyndnn_model *model;
	teacher_observer observer;
	void *ctx;
	float *answers;
	float share;		/* of the answers, which those of other teachers add up with */
	uint32_t index;
	pthread_t thread;
	struct dyndnn_error err;
	int result;
};

static void mirror(const struct dataset *ds, const uint8_t *from, uint8_t *to)
{
	for (uint32_t row = 0; row < ds->channels * ds->height; row++, from += ds->width)
		for (uint32_t x = 0; x < ds->width; x++)
			*to++ = from[ds->width - 1 - x];
}

static int ask(struct asker *a, struct dyndnn_session *session, uint8_t *mirrored, float *answer,
	       uint32_t image)
{
	const struct trainer *t = a->trainer;
	uint32_t classes = t->shape.classes;
	size_t bytes = dataset_image_bytes(t->data);
	const uint8_t *pixels = dataset_image(t->data, image);
	int ret = 0;

	mirror(t->data, pixels, mirrored);
	for (int m = 0; !ret && m < 2; m++) {
		float *sum = a->answers + ((size_t)image * 2 + m) * classes;

		ret = dyndnn_set_input_u8(session, m ? mirrored : pixels, bytes, DYNDNN_CHW);
		if (!ret)
			ret = dyndnn_run(session, dyndnn_session_levels(session), answer);
		if (ret)
			break;
		softmax(answer, classes, t->config.temperature, answer);
		for (uint32_t c = 0; c < classes; c++)
			sum[c] += a->share * answer[c];
	}
	return ret;
}

static void *asker_main(void *arg)
{
	struct asker *a = arg;
	const struct trainer *t = a->trainer;
	uint8_t *mirrored = malloc(dataset_image_bytes(t->data));
	float *answer = malloc(t->shape.classes * sizeof(float));
	struct dyndnn_session *session = NULL;

	a->result = mirrored && answer ? dyndnn_session_open(a->model, NULL, &session, &a->err) : -ENOMEM;
	for (uint32_t i = a->index; !a->result && i < t->images; i += t->config.threads) {
		a->result = ask(a, session, mirrored, answer, i);
		if (!a->index && a->observer && i / t->config.threads % REPORT_IMAGES == 0)
			a->observer(a->ctx, i, t->images);
	}
	dyndnn_session_close(session);
	free(answer);
	free(mirrored);
	return NULL;
}

static int ask_all(struct trainer *t, struct dyndnn_model *model, teacher_observer observer,
		   void *ctx, float *answers, float share)
{
	struct asker *all = calloc(t->config.threads, sizeof(*all));
	int ret = all ? 0 : -ENOMEM;
	int started = 0;

	while (!ret && started < t->config.threads) {
		struct asker *a = &all[started];

		*a = (struct asker) {
			.trainer = t, .model = model, .observer = observer, .ctx = ctx,
			.answers = answers, .share = share, .index = started,
		};
		ret = -pthread_create(&a->thread, NULL, asker_main, a);
		if (!ret)
			started++;
	}
	for (int i = 0; i < started; i++) {
		pthread_join(all[i].thread, NULL);
		if (!ret)
			ret = all[i].result;
	}
	free(all);
	return ret;
}

static int ask_teacher(struct trainer *t, const char *path, teacher_observer observer, void *ctx,
		       float *answers, float share)
{
	const struct dnnfile_shape *s = &t->shape;
	const struct dyndnn_info *info;
	struct dyndnn_model *model;
	struct dyndnn_error err;
	int ret;

	ret = dyndnn_model_open(path, &model, &err);
	if (ret)
		return trainer_fail(t, ret, "teacher %.80s: %.200s", path, err.text);
	info = dyndnn_model_info(model);
	if (info->classes != s->classes || info->channels != s->image_c ||
	    info->height != s->image_h || info->width != s->image_w) {
		ret = trainer_fail(t, -EINVAL,
				   "teacher %.80s: reads %u x %ux%u images of %u classes, must be %u x %ux%u of %u",
				   path, info->channels, info->height, info->width, info->classes,
				   s->image_c, s->image_h, s->image_w, s->classes);
	} else {
		ret = ask_all(t, model, observer, ctx, answers, share);
		if (ret)
			trainer_fail(t, ret, "teacher %.80s: %s", path, strerror(-ret));
	}
	dyndnn_model_close(model);
	return ret;
}

int teacher_ask(struct trainer *t, const char *const *paths, int count, teacher_observer observer,
		void *ctx, float **answers)
{
	int ret = 0;

	*answers = calloc((size_t)t->images * 2 * t->shape.classes, sizeof(float));
	if (!*answers)
		return trainer_fail(t, -ENOMEM, "teachers' answers: %s", strerror(ENOMEM));
	for (int i = 0; !ret && i < count; i++)
		ret = ask_teacher(t, paths[i], observer, ctx, *answers, 1.0f / count);
	if (ret) {
		free(*answers);
		*answers = NULL;
	}
	return ret;
}
