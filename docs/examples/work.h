/* SPDX-License-Identifier: MIT */
/* Stands in for an app: five frames, and a network that is a loop. */
#ifndef WORK_H
#define WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static inline bool next_image(void)
{
	static int frames;
	const struct timespec period = { .tv_nsec = 33000000 };

	if (frames == 5)
		return false;
	frames++;
	nanosleep(&period, NULL);
	return true;
}

static inline uint32_t run_groups(uint32_t level)
{
	for (uint32_t group = 0; group < level; group++)
		for (volatile int i = 0; i < 100000; i++)
			;
	printf("ran %u groups\n", level);
	return level;
}

#endif
