/* SPDX-License-Identifier: MIT */
/*
 * How long other tasks have kept the thread from its CPU within a frame. What happened
 * once will happen again, after as much running as it took before: so much time is kept free
 * before the deadline, unless the rest of the work is done sooner. The longest loss of the
 * frame is what counts: where only the usual one was kept free, a frame was late now and then.
 */
#ifndef DYNDNN_GAP_H
#define DYNDNN_GAP_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct gap - what the thread lost
 * @wall_ns: time of the last look
 * @cpu_ns: the thread's CPU time then
 * @preempted: how often it had been preempted by then
 * @blind: there is no clock of the thread's CPU time: nothing is known
 * @worst_ns: longest time lost between two looks of this frame
 * @losses: their number
 * @ran_ns: CPU time since the last loss, or since the frame began
 * @turn_ns: CPU time between losses, the shortest; 0: nothing was lost
 */
struct gap {
	uint64_t wall_ns;
	uint64_t cpu_ns;
	long preempted;
	bool blind;
	uint64_t worst_ns;
	unsigned int losses;
	uint64_t ran_ns;
	uint64_t turn_ns;
};

/* A frame begins. */
void gap_begin(struct gap *gap, uint64_t now_ns);

/* Look again. Return: the time lost since the last look, ns. */
uint64_t gap_look(struct gap *gap, uint64_t now_ns);

/* What to keep free for a loss before as much work is done. */
uint64_t gap_reserve(const struct gap *gap, uint64_t work_ns);

#endif
