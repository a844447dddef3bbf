/* SPDX-License-Identifier: MIT */
/*
 * phase: the parts of a run, each a number of frames, told apart in every figure.
 */
#ifndef DNNRUN_PHASE_H
#define DNNRUN_PHASE_H

#include <stddef.h>
#include <stdint.h>

#include "framelog.h"

#define PHASE_MAX 16
#define PHASE_FRAMES_MAX 1000000

struct phase {
	char name[FRAMELOG_PHASE_MAX];
	uint32_t frames;
};

/**
 * phase_parse() - read "NAME:FRAMES,NAME:FRAMES,..."
 * @text: the list; names are 1..31 of [a-z0-9_-], frames 1..PHASE_FRAMES_MAX
 * @phases: receives up to PHASE_MAX of them
 * @count: receives their number
 * @why: on failure, what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int phase_parse(const char *text, struct phase *phases, size_t *count, const char **why);

#endif
