// SPDX-License-Identifier: MIT
#include "cadence.h"

#include <errno.h>
#include <time.h>

#define NS_PER_S 1000000000

uint64_t cadence_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t cadence_overtaken(struct cadence *cadence, uint64_t now_ns)
{
	uint64_t frames;

	if (!cadence->period_ns || !cadence->next_ns || now_ns < cadence->next_ns)
		return 0;
	frames = (now_ns - cadence->next_ns) / cadence->period_ns;
	cadence->next_ns += frames * cadence->period_ns;
	return frames;
}

void cadence_delay(struct cadence *cadence, uint64_t now_ns)
{
	if (cadence->next_ns && cadence->next_ns < now_ns)
		cadence->next_ns = now_ns;
}

uint64_t cadence_wait(struct cadence *cadence, const volatile sig_atomic_t *stop)
{
	uint64_t release = cadence->next_ns;
	struct timespec ts;

	if (!cadence->period_ns)
		return cadence_now_ns();
	if (!release)
		release = cadence_now_ns();
	cadence->next_ns = release + cadence->period_ns;
	ts.tv_sec = (time_t)(release / NS_PER_S);
	ts.tv_nsec = (long)(release % NS_PER_S);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		if (*stop)
			return 0;
	return release;
}

void cadence_pass(struct cadence *cadence)
{
	if (cadence->next_ns)
		cadence->next_ns += cadence->period_ns;
}
