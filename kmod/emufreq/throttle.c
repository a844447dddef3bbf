// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a CPU slow: taking time away from it.
 *
 * A CPU that is to run at the share s of its real speed owes (1 - s) / s of
 * time for each unit of time that it ran. The account is kept as a debt: it
 * grows while the CPU runs, stands still while it idles, and is paid by a
 * timer's handler that spins with interrupts off until nothing is owed. The
 * timer is set so that running and paying make up one period.
 *
 * This is right on average whatever happens in between: a change of frequency
 * changes the rate at which the debt grows, at once and on all CPUs of the
 * cluster; a burst shorter than a period leaves its debt to the next one; a
 * late timer finds a larger debt; time that the handler took too much is
 * credited. What the way into the handler and back costs, which no handler can
 * see, has been measured at load (calibrate.c) and counts as paid.
 *
 * An idle CPU has no timer, so idling costs nothing. The tracepoint cpu_idle
 * tells when idling starts and ends; that also splits time, and with it energy,
 * into busy and idle. Time spent paying is busy: to the rest of the system the
 * CPU works all the while.
 *
 * Context: the timer, the kick and the idle probe run on the CPU they are about
 * with interrupts off, so they exclude each other; no two of them need a lock
 * for the timer. The lock of struct emu_cpu is for the accounts, which other
 * CPUs bring up to date when they change the frequency or read sysfs. It may be
 * taken under a runqueue's lock (governors switch fast from there), is a leaf,
 * and is never held while spinning.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <trace/events/power.h>

#include "compat.h"
#include "emufreq.h"
#include "throttle.h"

/* Beyond this a debt is no slow-down but a virtual machine that was stopped. */
#define MAX_DEBT_NS		(100 * (s64)NSEC_PER_MSEC)
/* Likewise a credit beyond this. */
#define MAX_CREDIT_NS		(10 * (s64)NSEC_PER_MSEC)
/* Longer debts are paid in several goes, to let other interrupts in. */
#define MAX_SPIN_NS		(5 * (s64)NSEC_PER_MSEC)
/* A slow-down below a thousandth is none. */
#define MIN_DEBT_MULT		(1ULL << (EMU_MULT_SHIFT - 10))
/* A task gets at least this multiple of the interrupt's cost per period. */
#define MIN_WINDOW_OVERHEADS	4
/*
 * Between looks at the clock: some hundred nanoseconds. Reading the clock is
 * dear where instructions are emulated, plain loops are not.
 */
#define SPIN_BATCH		512

/* A tick later than this was not held up by work, but by a CPU that did not run. */
#define MAX_LATE_NS		(50 * (s64)NSEC_PER_USEC)

#define NO_TICK			U64_MAX

static DEFINE_PER_CPU(struct emu_cpu, emu_cpus);

/* Kicks sent and not yet arrived; unloading waits for them. */
static atomic_t kicks_on_the_way;

static u64 tick_overhead_ns;
static enum cpuhp_state hotplug_state;

/*********************** Accounts ***********************/

static s64 debt_of(const struct emu_opp *opp, u64 ran_ns)
{
	return (min_t(u64, ran_ns, MAX_DEBT_NS) * opp->debt_mult) >> EMU_MULT_SHIFT;
}

/* Bring the accounts of @c up to @now. Under @c->lock. */
static void account(struct emu_cpu *c, u64 now)
{
	u64 spent;

	/* The clocks of two CPUs may differ by a little; time never goes back. */
	if (now <= c->stamp)
		return;
	spent = now - c->stamp;
	c->stamp = now;

	switch (c->state) {
	case EMU_BUSY:
		c->busy_ns += spent;
		emu_energy_add(&c->energy, c->opp->busy_uw, spent);
		if (c->paying) {
			c->stolen_ns += spent;
			c->debt_ns = max(c->debt_ns - (s64)spent, -MAX_CREDIT_NS);
		} else {
			c->debt_ns = min(c->debt_ns + debt_of(c->opp, spent), MAX_DEBT_NS);
		}
		break;
	case EMU_IDLE:
		c->idle_ns += spent;
		emu_energy_add(&c->energy, c->opp->idle_uw, spent);
		break;
	case EMU_OFFLINE:
		break;
	}
}

void emu_throttle_stats(unsigned int cpu, struct emu_cpu_stats *stats)
{
	struct emu_cpu *c = per_cpu_ptr(&emu_cpus, cpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&c->lock, flags);
	account(c, emu_clock());
	stats->energy_uj = c->energy.uj;
	stats->busy_ns = c->busy_ns;
	stats->idle_ns = c->idle_ns;
	stats->stolen_ns = c->stolen_ns;
	raw_spin_unlock_irqrestore(&c->lock, flags);
}

u64 emu_throttle_energy_uj(const struct cpumask *cpus)
{
	struct emu_cpu_stats stats;
	unsigned int cpu;
	u64 sum = 0;

	for_each_cpu(cpu, cpus) {
		emu_throttle_stats(cpu, &stats);
		sum += stats.energy_uj;
	}
	return sum;
}

/*********************** The timer ***********************/

/* Time from now until the debt is worth paying. Under @c->lock. */
static u64 time_to_tick(const struct emu_cpu *c)
{
	const struct emu_opp *opp = c->opp;
	s64 left = opp->quantum_ns - c->debt_ns;

	if (c->state != EMU_BUSY)
		return NO_TICK;
	if (!opp->debt_mult)
		return c->debt_ns > 0 ? tick_overhead_ns : NO_TICK;
	if (left <= 0)
		return MIN_WINDOW_OVERHEADS * tick_overhead_ns;
	return (((u64)left * opp->run_mult) >> EMU_MULT_SHIFT) + tick_overhead_ns;
}

static void spin_until(u64 end)
{
	unsigned int i;

	do {
		for (i = 0; i < SPIN_BATCH; i++)
			barrier();
		cpu_relax();
	} while (emu_clock() < end);
}

static enum hrtimer_restart emu_tick(struct hrtimer *timer)
{
	struct emu_cpu *c = container_of(timer, struct emu_cpu, timer);
	u64 now, delay;
	s64 owed, late;

	raw_spin_lock(&c->lock);
	now = emu_clock();
	account(c, now);
	/* Time in which a virtual CPU was not run made nothing that had to be slowed. */
	late = (s64)now - ktime_to_ns(hrtimer_get_expires(timer));
	if (late > MAX_LATE_NS)
		c->debt_ns -= debt_of(c->opp, late - MAX_LATE_NS);
	/* The way here and back was neither work nor free. */
	c->debt_ns -= (s64)tick_overhead_ns + debt_of(c->opp, tick_overhead_ns);
	c->stolen_ns += tick_overhead_ns;
	c->ticks++;
	owed = min(c->debt_ns, MAX_SPIN_NS);
	c->paying = true;
	raw_spin_unlock(&c->lock);

	if (owed > 0)
		spin_until(now + owed);

	raw_spin_lock(&c->lock);
	now = emu_clock();
	account(c, now);
	c->paying = false;
	delay = time_to_tick(c);
	raw_spin_unlock(&c->lock);

	if (delay == NO_TICK)
		return HRTIMER_NORESTART;
	hrtimer_set_expires(timer, ns_to_ktime(now + delay));
	return HRTIMER_RESTART;
}

/* Set the timer as the CPU's state and OPP ask for. On that CPU, interrupts off. */
static void set_timer(struct emu_cpu *c)
{
	u64 now, delay;

	raw_spin_lock(&c->lock);
	now = emu_clock();
	account(c, now);
	delay = time_to_tick(c);
	raw_spin_unlock(&c->lock);

	/*
	 * If another CPU changes the OPP right here, its kick comes as soon as
	 * interrupts are on and does this again.
	 */
	if (delay != NO_TICK)
		hrtimer_start(&c->timer, ns_to_ktime(now + delay), HRTIMER_MODE_ABS_PINNED_HARD);
	else
		hrtimer_try_to_cancel(&c->timer);
}

static void emu_kick(void *data)
{
	set_timer(data);
	atomic_dec(&kicks_on_the_way);
}

/*********************** Frequency ***********************/

/*
 * Callers for one cluster exclude each other (the cpufreq core and the
 * governors see to that); any context, also under a runqueue's lock.
 */
void emu_throttle_set(struct emu_cluster *cluster, unsigned int index)
{
	const struct emu_opp *opp = &cluster->opps[index];
	unsigned long flags;
	unsigned int cpu;

	if (index != cluster->cur)
		atomic64_inc(&cluster->transitions);
	WRITE_ONCE(cluster->cur, index);

	/* Also keeps "this CPU" what it is. */
	local_irq_save(flags);
	for_each_cpu(cpu, &cluster->cpus) {
		struct emu_cpu *c = per_cpu_ptr(&emu_cpus, cpu);
		bool running;

		raw_spin_lock(&c->lock);
		account(c, emu_clock());
		c->opp = opp;
		/* A handler that is spinning will see the OPP when it is done. */
		running = c->state == EMU_BUSY && !c->paying;
		raw_spin_unlock(&c->lock);

		if (!running)
			continue;
		if (cpu == smp_processor_id()) {
			set_timer(c);
			continue;
		}
		atomic_inc(&kicks_on_the_way);
		/*
		 * It fails if the kick before this one has not arrived: that one
		 * will find the new OPP, thanks to @c->lock; and if the CPU has
		 * just gone.
		 */
		if (smp_call_function_single_async(cpu, &c->kick))
			atomic_dec(&kicks_on_the_way);
	}
	local_irq_restore(flags);
}

/*********************** Idling and hotplug ***********************/

/* On that CPU, interrupts off. */
void emu_cpu_set_state(struct emu_cpu *c, enum emu_state state)
{
	raw_spin_lock(&c->lock);
	account(c, emu_clock());
	c->state = state;
	raw_spin_unlock(&c->lock);
	set_timer(c);
}

/* On the CPU that starts or stops idling, preemption off. */
static void probe_cpu_idle(void *data, unsigned int event, unsigned int cpu)
{
	struct emu_cpu *c = this_cpu_ptr(&emu_cpus);
	unsigned long flags;

	local_irq_save(flags);
	/* Only its own CPU changes the state, so reading needs no lock here. */
	if (c->state != EMU_OFFLINE)
		emu_cpu_set_state(c, event == PWR_EVENT_EXIT ? EMU_BUSY : EMU_IDLE);
	local_irq_restore(flags);
}

/* Called in a thread on the CPU that comes, which hence is busy. */
static int emu_cpu_online(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	emu_cpu_set_state(this_cpu_ptr(&emu_cpus), EMU_BUSY);
	local_irq_restore(flags);
	return 0;
}

/* Likewise on the CPU that goes: from here on it has no timer. */
static int emu_cpu_offline(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	emu_cpu_set_state(this_cpu_ptr(&emu_cpus), EMU_OFFLINE);
	local_irq_restore(flags);
	return 0;
}

/*********************** Set-up ***********************/

void emu_cpu_init(struct emu_cpu *c, const struct emu_opp *opp)
{
	raw_spin_lock_init(&c->lock);
	emu_hrtimer_setup(&c->timer, emu_tick);
	INIT_CSD(&c->kick, emu_kick, c);
	c->state = EMU_OFFLINE;
	c->opp = opp;
}

static void prepare_opp(const struct emu_cluster *cluster, struct emu_opp *opp, u64 period_ns,
			u64 overhead_ns)
{
	u32 khz_max = cluster->opps[cluster->nr_opps - 1].khz;
	u64 speed = (u64)opp->khz * cluster->capacity;
	u64 full = (u64)khz_max * EMU_FULL_CAPACITY;
	u64 window;

	opp->debt_mult = div64_u64((full - speed) << EMU_MULT_SHIFT, speed);
	if (opp->debt_mult < MIN_DEBT_MULT) {
		opp->debt_mult = 0;
		opp->run_mult = 0;
		opp->quantum_ns = 0;
		return;
	}
	opp->run_mult = div64_u64(speed << EMU_MULT_SHIFT, full - speed);
	window = mul_u64_u64_div_u64(period_ns, speed, full);
	window = max(window, MIN_WINDOW_OVERHEADS * overhead_ns);
	opp->quantum_ns = debt_of(opp, window);
}

/* Before anything else here: derive what the hot paths need. */
void emu_throttle_prepare(struct emu_machine *machine, u64 period_ns, u64 overhead_ns)
{
	unsigned int i, n, cpu;

	/* Also the time a new timer gets at least; a zero would never let a task in. */
	tick_overhead_ns = max_t(u64, overhead_ns, 100);
	for (n = 0; n < machine->nr_clusters; n++) {
		struct emu_cluster *cluster = machine->clusters[n];

		for (i = 0; i < cluster->nr_opps; i++)
			prepare_opp(cluster, &cluster->opps[i], period_ns, tick_overhead_ns);
		for_each_cpu(cpu, &cluster->cpus)
			emu_cpu_init(per_cpu_ptr(&emu_cpus, cpu), &cluster->opps[cluster->cur]);
	}
}

/*
 * The probe first, so that no CPU is believed busy that idles; the CPUs then
 * come online one by one, each in a thread of its own.
 */
int emu_throttle_start(void)
{
	int ret;

	ret = register_trace_cpu_idle(probe_cpu_idle, NULL);
	if (ret) {
		pr_err("no tracepoint cpu_idle (%d)\n", ret);
		return ret;
	}
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "dnn_emufreq:online", emu_cpu_online,
				emu_cpu_offline);
	if (ret < 0)
		goto remove_probe;
	hotplug_state = ret;
	return 0;

remove_probe:
	unregister_trace_cpu_idle(probe_cpu_idle, NULL);
	tracepoint_synchronize_unregister();
	return ret;
}

/*
 * After the driver is gone, so that no frequency changes any more. Taking the
 * CPUs offline stops all timers; kicks still on the way then do nothing.
 */
void emu_throttle_stop(void)
{
	cpuhp_remove_state(hotplug_state);
	unregister_trace_cpu_idle(probe_cpu_idle, NULL);
	/* An interrupt that is on its way: nothing worth a wait queue. */
	while (atomic_read(&kicks_on_the_way))
		schedule_timeout_uninterruptible(1);
	/* The probe, and the last kick, may still be in their last instructions. */
	tracepoint_synchronize_unregister();
	synchronize_rcu();
}
