/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_MEASURE_H
#define DYNDNN_MEASURE_H

#include <dnnhint.h>

#include "paces.h"

/**
 * measure() - find out what a session's levels cost
 * @session: the session; its input is replaced
 * @levels: up to which level
 * @paces: learn the times
 * @costs: filled in for level 1..@levels
 *
 * Return: 0 or a negative errno.
 */
int measure(struct dyndnn_session *session, unsigned int levels, struct paces *paces,
	    struct dnnhint_cost *costs);

/* CLOCK_MONOTONIC */
uint64_t measure_now_ns(void);

#endif
