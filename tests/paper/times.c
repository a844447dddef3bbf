// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "times.h"

static int bad(char *error, unsigned int line, const char *what)
{
	snprintf(error, PAPER_TIMES_ERROR, "line %u: %s", line, what);
	return -EBADMSG;
}

/* Levels of a model are lines that follow each other. */
static int add(struct paper_times *times, int *count, const char *model, unsigned int level,
	       double median, double p10)
{
	struct paper_times *t = *count ? &times[*count - 1] : NULL;

	if (!t || strcmp(t->model, model)) {
		if (*count == PAPER_TIMES_MAX || paper_times_find(times, *count, model))
			return -E2BIG;
		t = &times[(*count)++];
		t->levels = 0;
		strcpy(t->model, model);
	}
	if (level != t->levels + 1 || level > DYNDNN_MAX_LEVELS)
		return -ERANGE;
	t->median_us[level - 1] = median;
	t->p10_us[level - 1] = p10;
	t->levels = level;
	return 0;
}

int paper_times_read(FILE *file, struct paper_times *times, char *error)
{
	char text[256], model[PAPER_TIMES_NAME];
	unsigned int line = 1, level;
	double median, p10;
	int count = 0, ret;

	if (!fgets(text, sizeof(text), file) ||
	    strncmp(text, "model,threads,level,median_us,p10_us,", 37))
		return bad(error, line, "must begin with model,threads,level,median_us,p10_us");
	while (fgets(text, sizeof(text), file)) {
		line++;
		if (sscanf(text, "%63[^,],%*u,%u,%lf,%lf", model, &level, &median, &p10) != 4)
			return bad(error, line, "must be a name, threads, level and times in us");
		if (!(median > 0 && median < 1e9 && p10 > 0 && p10 < 1e9))
			return bad(error, line, "times must be above 0 and below 1e9 us");
		ret = add(times, &count, model, level, median, p10);
		if (ret == -ERANGE)
			return bad(error, line, "levels of a model must go 1, 2, 3, at most to 16");
		if (ret)
			return bad(error, line, "more than 16 models, or one that is there twice");
	}
	return count ? count : bad(error, line, "there is no level below");
}

const struct paper_times *paper_times_find(const struct paper_times *times, int count,
					   const char *model)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(times[i].model, model))
			return &times[i];
	return NULL;
}
