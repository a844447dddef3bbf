// SPDX-License-Identifier: MIT
#include "places.h"

#include <errno.h>

/* The session's threads follow this one. */
static void bring_along(struct places *places, unsigned int threads)
{
	/* A CPU that goes away meanwhile is no reason to fail: the next move will do. */
	dyndnn_session_set_cpus(places->session, &places->now);
	if (!dyndnn_session_set_threads(places->session, threads))
		places->threads = threads;
}

static unsigned int enough(const struct places *places)
{
	unsigned int cpus = (unsigned int)CPU_COUNT(&places->now);

	return places->most < cpus ? places->most : cpus;
}

/* Return: 1 if the thread was moved, 0 if it is there, or a negative errno. */
static int move(struct places *places, const cpu_set_t *cpus)
{
	if (CPU_EQUAL(cpus, &places->now))
		return 0;
	if (sched_setaffinity(0, sizeof(*cpus), cpus))
		return -errno;
	places->now = *cpus;
	places->moves++;
	return 1;
}

int places_init(struct places *places, struct dyndnn_session *session, const cpu_set_t *cpus)
{
	unsigned int threads = dyndnn_session_threads(session);
	int ret;

	*places = (struct places) { .session = session, .most = threads, .threads = threads };
	if (sched_getaffinity(0, sizeof(places->before), &places->before))
		return -errno;
	places->now = places->before;
	places->allowed = cpus ? *cpus : places->before;
	ret = move(places, &places->allowed);
	if (ret < 0)
		return ret;
	bring_along(places, enough(places));
	return 0;
}

bool places_move(struct places *places, const cpu_set_t *cpus)
{
	cpu_set_t wanted;

	CPU_AND(&wanted, cpus, &places->allowed);
	/* a CPU that went away meanwhile: stay */
	if (!CPU_COUNT(&wanted) || move(places, &wanted) <= 0)
		return false;
	bring_along(places, enough(places));
	return true;
}

void places_restore(struct places *places)
{
	move(places, &places->before);
	bring_along(places, places->most);
}
