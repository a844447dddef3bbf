/* SPDX-License-Identifier: MIT */
/*
 * cadence: when frames are released. A camera's frames come at fixed instants, whether the last one
 * is done or not; who comes late finds the newest.
 */
#ifndef DYNDNN_RUN_CADENCE_H
#define DYNDNN_RUN_CADENCE_H

#include <signal.h>
#include <stdint.h>

/**
 * struct cadence - all-zero but for the period at first
 * @period_ns: from one release to the next; 0: whoever is ready is released
 * @next_ns: CLOCK_MONOTONIC instant of the next release, 0 before the first
 */
struct cadence {
	uint64_t period_ns;
	uint64_t next_ns;
};

uint64_t cadence_now_ns(void);

/**
 * cadence_overtaken() - how many frames must be dropped now
 * @cadence: moved on to the newest frame that was released
 * @now_ns: the time
 *
 * Return: frames released since, without the newest.
 */
uint64_t cadence_overtaken(struct cadence *cadence, uint64_t now_ns);

/* The next frame could not be there before @now_ns: all later ones move with it. */
void cadence_delay(struct cadence *cadence, uint64_t now_ns);

/**
 * cadence_wait() - sleep until the next frame is released
 * @cadence: moved on by a period
 * @stop: set by a signal: do not sleep on
 *
 * Return: instant of its release; 0 if @stop came first.
 */
uint64_t cadence_wait(struct cadence *cadence, const volatile sig_atomic_t *stop);

/* The next frame turned out to be none: its turn passes. */
void cadence_pass(struct cadence *cadence);

#endif
