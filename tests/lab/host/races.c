// SPDX-License-Identifier: MIT

#include "races.h"

#include <stdio.h>
#include <string.h>

enum race_end race_feed(struct race *race, const char *line)
{
	if (!strncmp(line, "BUG: KCSAN: ", 12)) {
		snprintf(race->head, sizeof(race->head), "%s", line);
		/* in the midst of another report, whose end is lost, it stands for that as well */
		race->ours = race->open || strstr(line, "[dnn_") || strstr(line, "[lab_");
		race->open = true;
	}
	if (!race->open)
		return RACE_NONE;
	if (strncmp(line, "==========", 10))
		return RACE_NONE;
	race->open = false;
	return race->ours ? RACE_OURS : RACE_ELSEWHERE;
}

enum race_end race_finish(struct race *race)
{
	if (!race->open)
		return RACE_NONE;
	race->open = false;
	return RACE_OURS;
}
