/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_NUMBER_H
#define DYNDNN_NUMBER_H

#include <argp.h>
#include <errno.h>
#include <stdlib.h>

/* An option's decimal value; argp ends the program when it is not within min..max. */
static inline unsigned long number_arg(struct argp_state *state, const char *option,
				       const char *text, unsigned long min, unsigned long max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value < min || value > max)
		argp_error(state, "%s is '%s', allowed: %lu..%lu", option, text, min, max);
	return value;
}

#endif
