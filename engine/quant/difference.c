// SPDX-License-Identifier: MIT
#include "difference.h"

#include <math.h>
#include <string.h>

#include "../model/error.h"

enum { PROGRESS_STEP = 32 };

const struct dyndnn_session_options quant_session = { .compute = DYNDNN_COMPUTE_XNNPACK };

static int run_image(struct dyndnn_session *session, const uint8_t *image, float *logits)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	size_t bytes = (size_t)shape->image_c * shape->image_h * shape->image_w;
	int ret;

	ret = dyndnn_set_input_u8(session, image, bytes, DYNDNN_CHW);
	/* The level's own sum has the place of group 1 first. */
	if (!ret)
		ret = dyndnn_run(session, shape->groups, logits);
	for (uint32_t g = 0; !ret && g < shape->groups; g++) {
		memset(logits, 0, shape->classes * sizeof(*logits));
		session->compute->add_logits(session, g + 1, logits);
		logits += shape->classes;
	}
	return ret;
}

int logits_of_groups(struct dyndnn_model *model, const uint8_t *const *images, uint32_t count,
		     float *logits, void (*progress)(uint32_t done, uint32_t count),
		     struct dyndnn_error *err)
{
	size_t step = (size_t)model->shape.groups * model->shape.classes;
	struct dyndnn_session *session;
	int ret;

	ret = dyndnn_session_open(model, &quant_session, &session, err);
	if (ret)
		return ret;
	for (uint32_t i = 0; !ret && i < count; i++) {
		ret = run_image(session, images[i], logits + i * step);
		if (ret)
			dyndnn_fail(err, ret, "%s", dyndnn_session_error(session));
		if (progress && (i % PROGRESS_STEP == 0 || i + 1 == count))
			progress(i + 1, count);
	}
	dyndnn_session_close(session);
	return ret;
}

/* What must be added to the logits to make them the logarithms of their softmax. */
static double log_norm(const float *logits, uint32_t classes)
{
	unsigned int best = dyndnn_top1(logits, classes);

	/* Its probability is at least 1 / classes, however far apart the logits are. */
	return log(dyndnn_probability(logits, classes, best)) - (double)logits[best];
}

/* Of q from p, both made of logits. */
static double divergence(const float *p, const float *q, uint32_t classes)
{
	double norm_p = log_norm(p, classes), norm_q = log_norm(q, classes), sum = 0;

	for (uint32_t c = 0; c < classes; c++) {
		double log_p = (double)p[c] + norm_p, log_q = (double)q[c] + norm_q;

		sum += exp(log_p) * (log_p - log_q);
	}
	return sum;
}

/* One image: logits of the levels come from adding up those of the groups. */
static void compare_image(const struct dyndnn_model *model, const float *first, const float *second,
			  struct logits_difference *sum)
{
	uint32_t classes = model->shape.classes;
	float a[DNNFILE_MAX_CLASSES] = { 0 }, b[DNNFILE_MAX_CLASSES] = { 0 };

	for (uint32_t g = 0; g < model->shape.groups; g++) {
		const float *p = first + g * classes, *q = second + g * classes;
		double delta = 0;

		sum->divergence[g] += divergence(p, q, classes);
		for (uint32_t c = 0; c < classes; c++) {
			a[c] += p[c];
			b[c] += q[c];
			delta += fabs((double)a[c] - (double)b[c]);
		}
		sum->delta[g] += delta / classes * (double)model->logit_scale[g];
		sum->same[g] += dyndnn_top1(a, classes) == dyndnn_top1(b, classes);
	}
}

void logits_compare(const struct dyndnn_model *model, const float *first, const float *second,
		    uint32_t count, struct logits_difference *difference)
{
	size_t step = (size_t)model->shape.groups * model->shape.classes;

	*difference = (struct logits_difference) { 0 };
	for (uint32_t i = 0; i < count; i++)
		compare_image(model, first + i * step, second + i * step, difference);
	for (uint32_t g = 0; g < model->shape.groups; g++) {
		difference->divergence[g] /= count;
		difference->delta[g] /= count;
	}
}
