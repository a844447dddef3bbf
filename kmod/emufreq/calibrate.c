// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a tick of the slow-down costs the task it interrupts beyond the time
 * that its handler accounts for.
 *
 * The handler knows how long it spins, but not how long the CPU needs to get
 * there and back. At the slowest OPPs that is a good part of the little time a
 * task is left with, so it is measured: the same loop with and without the
 * timer, on an OPP that owes nothing.
 */
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "emufreq.h"
#include "throttle.h"

#define TRIALS			7
#define LOOP_NS			(NSEC_PER_MSEC)
#define INTERVAL_NS		(50 * NSEC_PER_USEC)
#define PROBE_ITERATIONS	10000
/* A virtual machine may be interrupted at length; no real tick needs more. */
#define MAX_OVERHEAD_NS		(20 * NSEC_PER_USEC)

/* Debts grow by a millionth of the time: a tick each INTERVAL_NS, and no spinning. */
static const struct emu_opp owes_nothing = {
	.debt_mult = 1,
	.run_mult = 1 << EMU_MULT_SHIFT,
	.quantum_ns = INTERVAL_NS,
};

static u64 time_loop(u64 iterations)
{
	u64 start = emu_clock();

	while (iterations--)
		barrier();
	return emu_clock() - start;
}

static void switch_state(struct emu_cpu *c, enum emu_state state)
{
	unsigned long flags;

	local_irq_save(flags);
	emu_cpu_set_state(c, state);
	local_irq_restore(flags);
}

static u64 one_trial(struct emu_cpu *c, u64 iterations)
{
	u64 bare, armed;

	memset(c, 0, sizeof(*c));
	emu_cpu_init(c, &owes_nothing);

	/* Loop and timer on one CPU, and nothing but interrupts in between. */
	preempt_disable();
	bare = time_loop(iterations);
	switch_state(c, EMU_BUSY);
	armed = time_loop(iterations);
	switch_state(c, EMU_OFFLINE);
	preempt_enable();

	if (!c->ticks || armed < bare + c->stolen_ns)
		return 0;
	return div64_u64(armed - bare - c->stolen_ns, c->ticks);
}

static int compare(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* In ns; the median of some trials, because other interrupts interfere. */
int emu_calibrate(u64 *overhead_ns)
{
	struct emu_cpu *c = kmalloc(sizeof(*c), GFP_KERNEL);
	u64 cost[TRIALS];
	u64 iterations;
	int i;

	if (!c)
		return -ENOMEM;
	iterations = div64_u64((u64)PROBE_ITERATIONS * LOOP_NS,
			       max_t(u64, time_loop(PROBE_ITERATIONS), 1));
	for (i = 0; i < TRIALS; i++)
		cost[i] = one_trial(c, iterations);
	kfree(c);
	sort(cost, TRIALS, sizeof(cost[0]), compare, NULL);
	*overhead_ns = min_t(u64, cost[TRIALS / 2], MAX_OVERHEAD_NS);
	return 0;
}
