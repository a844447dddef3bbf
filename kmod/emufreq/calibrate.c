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
#include <linux/string.h>
#include <linux/time64.h>

#include "emufreq.h"
#include "throttle.h"

#define TRIALS			9
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

struct trial {
	u64 bare_ns;
	u64 armed_ns;
	u64 ticks;
};

/* The loop's time without the timer, and with it but less what its handler accounts for. */
static struct trial one_trial(struct emu_cpu *c, u64 iterations)
{
	struct trial trial;

	memset(c, 0, sizeof(*c));
	emu_cpu_init(c, &owes_nothing);

	/* Loop and timer on one CPU, and nothing but interrupts in between. */
	preempt_disable();
	trial.bare_ns = time_loop(iterations);
	switch_state(c, EMU_BUSY);
	trial.armed_ns = time_loop(iterations);
	switch_state(c, EMU_OFFLINE);
	preempt_enable();

	trial.ticks = c->ticks;
	trial.armed_ns -= min(trial.armed_ns, c->stolen_ns);
	return trial;
}

/* In ns. Other interrupts only ever add: of both times, the shortest that was seen. */
int emu_calibrate(u64 *overhead_ns)
{
	struct emu_cpu *c = kmalloc(sizeof(*c), GFP_KERNEL);
	struct trial best = { .bare_ns = U64_MAX, .armed_ns = U64_MAX };
	struct trial trial;
	u64 iterations;
	int i;

	if (!c)
		return -ENOMEM;
	iterations = div64_u64((u64)PROBE_ITERATIONS * LOOP_NS,
			       max_t(u64, time_loop(PROBE_ITERATIONS), 1));
	for (i = 0; i < TRIALS; i++) {
		trial = one_trial(c, iterations);
		best.bare_ns = min(best.bare_ns, trial.bare_ns);
		if (trial.armed_ns < best.armed_ns) {
			best.armed_ns = trial.armed_ns;
			best.ticks = trial.ticks;
		}
	}
	kfree(c);

	*overhead_ns = 0;
	if (best.ticks && best.armed_ns > best.bare_ns)
		*overhead_ns = min_t(u64, div64_u64(best.armed_ns - best.bare_ns, best.ticks),
				     MAX_OVERHEAD_NS);
	return 0;
}
