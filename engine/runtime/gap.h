/* SPDX-License-Identifier: MIT */
/*
 * How long other tasks have kept the thread from its CPU within a frame. What happened
 * once will happen again: so much time is kept free before the deadline.
 */
#ifndef DYNDNN_GAP_H
#define DYNDNN_GAP_H

#include <stdint.h>

/**
 * struct gap - what the thread lost
 * @wall_ns: time of the last look
 * @cpu_ns: the thread's CPU time then
 * @preempted: how often it had been preempted by then
 * @worst_ns: longest time lost between two looks of this frame
 */
struct gap {
	uint64_t wall_ns;
	uint64_t cpu_ns;
	long preempted;
	uint64_t worst_ns;
};

/* A frame begins. */
void gap_begin(struct gap *gap, uint64_t now_ns);

/* Look again. */
void gap_look(struct gap *gap, uint64_t now_ns);

#endif
