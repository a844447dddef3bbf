// SPDX-License-Identifier: MIT
#include "phase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char name_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

int phase_parse(const char *text, struct phase *phases, size_t *count, const char **why)
{
	for (*count = 0; *count < PHASE_MAX; ) {
		struct phase *phase = &phases[*count];
		size_t length = strspn(text, name_chars);
		unsigned long frames;
		char *end;

		if (!length || length >= sizeof(phase->name)) {
			*why = "a phase's name must be 1..31 of a-z, 0-9, _ and -";
			return -EINVAL;
		}
		memcpy(phase->name, text, length);
		phase->name[length] = '\0';
		text += length;
		if (*text++ != ':') {
			*why = "a phase must be NAME:FRAMES";
			return -EINVAL;
		}
		frames = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
		if (!frames || frames > PHASE_FRAMES_MAX) {
			*why = "the frames of a phase must be 1..1000000";
			return -EINVAL;
		}
		phase->frames = (uint32_t)frames;
		++*count;
		if (!*end)
			return 0;
		if (*end != ',') {
			*why = "phases must be separated by commas";
			return -EINVAL;
		}
		text = end + 1;
	}
	*why = "at most 16 phases";
	return -EINVAL;
}
