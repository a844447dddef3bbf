/* SPDX-License-Identifier: MIT */
/* For tests of programs, as a shell sees them. */
#ifndef SHELL_KIT_H
#define SHELL_KIT_H

#include <stddef.h>

/*
 * Run a line of shell in which $D is @folder, and $T, $Q, $E and $P are dyndnn-tool, -quantize,
 * -eval and -plot, built beside the test. Where this is not the programs' machine, the
 * environment has what runs them. @output: what it says, on both streams. Return: its status.
 */
int shell_line(const char *folder, const char *line, char *output, size_t size);

#endif
