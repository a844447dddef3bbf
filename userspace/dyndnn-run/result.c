// SPDX-License-Identifier: MIT
#include "result.h"

/* Whether class @a stands before class @b: of equals the lower index, as dyndnn_top1() has it. */
static bool before(const float *logits, unsigned int a, unsigned int b)
{
	if (logits[a] != logits[b])
		return logits[a] > logits[b];
	return a < b;
}

void result_rank(struct result *result, const struct dyndnn_model *model, const float *logits,
		 unsigned int nr_top)
{
	unsigned int classes = dyndnn_model_info(model)->classes;
	unsigned int count = 0;

	if (nr_top > classes)
		nr_top = classes;
	for (unsigned int c = 0; c < classes; c++) {
		unsigned int place = count;

		while (place && before(logits, c, result->top[place - 1].index))
			place--;
		if (place == nr_top)
			continue;
		if (count < nr_top)
			count++;
		for (unsigned int i = count - 1; i > place; i--)
			result->top[i].index = result->top[i - 1].index;
		result->top[place].index = c;
	}
	result->nr_top = count;
	for (unsigned int i = 0; i < count; i++) {
		unsigned int c = result->top[i].index;

		result->top[i].name = dyndnn_model_class_name(model, c);
		result->top[i].confidence = dyndnn_probability(logits, classes, c);
	}
}
