// SPDX-License-Identifier: MIT
/*
 * Requests to the family that are nearly right, and whether each gets the answer that netlink
 * promises. A table of what became of them goes to the standard output, after complaints. With one
 * thread the same seed makes the same requests.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nlfuzz_round.h"
#include "prog.h"

#define THREADS_MAX 8

static struct family family;
static uint64_t messages = 100000, seed = 1, threads = 3, first;
static _Atomic uint64_t sent, next_round;

struct worker {
	pthread_t thread;
	struct tally tally;
};

static void *work(void *arg)
{
	struct worker *worker = arg;

	while (sent < messages) {
		uint64_t before = worker->tally.sent;

		round_play(&family, seed, next_round++, &worker->tally);
		sent += worker->tally.sent - before;
	}
	return NULL;
}

/* To the kernel's log, where a splat shows between which rounds it came; and to who looks on. */
static void tell(int log)
{
	char text[128];
	int len = snprintf(text, sizeof(text),
			   "lab: nlfuzz seed %" PRIu64 ": %" PRIu64 " messages, next round %" PRIu64
			   "\n", seed, sent, next_round);

	if (write(log, text, (size_t)len) != len)
		warn("/dev/kmsg");
	fputs(text + 5, stderr);
}

static void watch(void)
{
	int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	uint64_t next = 0;

	if (log < 0)
		err(2, "/dev/kmsg");
	while (sent < messages) {
		usleep(100000);
		if (sent < next)
			continue;
		tell(log);
		next = sent + 5000;
	}
	close(log);
}

static void add_tally(struct tally *sum, const struct tally *tally)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)tally;

	_Static_assert(sizeof(*sum) % sizeof(*to) == 0, "only counts");
	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

static const int columns[] = { EINVAL, ERANGE, ENOENT, EPERM, EBUSY, ENOSPC, ENODEV, EOPNOTSUPP };

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static uint64_t take(uint64_t *count)
{
	uint64_t value = *count;

	*count = 0;
	return value;
}

static void print(struct tally *sum)
{
	uint64_t accepted = 0;

	printf("command,accepted");
	for (size_t i = 0; i < COLUMNS; i++)
		printf(",%s", strerrorname_np(columns[i]));
	puts(",other errors");
	for (unsigned int c = 0; c <= OTHER_CMD; c++) {
		uint64_t rest = 0;

		printf("%s,%" PRIu64, c == OTHER_CMD ? "(no command)" : commands[c].name,
		       sum->accepted[c]);
		accepted += c < OTHER_CMD ? sum->accepted[c] : 0;
		for (size_t i = 0; i < COLUMNS; i++)
			printf(",%" PRIu64, take(&sum->refused[c][columns[i]]));
		for (unsigned int e = 0; e < ERRNOS; e++)
			rest += sum->refused[c][e];
		printf(",%" PRIu64 "\n", rest);
	}
	printf("sent %" PRIu64 "\naccepted %" PRIu64 "\nignored %" PRIu64 "\nlost %" PRIu64
	       "\nevents %" PRIu64 "\ndemanded %" PRIu64 "\nwrong %" PRIu64 "\n", sum->sent, accepted,
	       sum->ignored, sum->lost, sum->events, sum->demanded, sum->wrong);
}

static const struct argp_option options[] = {
	{ "messages", 'n', "N", 0, "messages to send (default 100000)", 0 },
	{ "seed", 's', "N", 0, "of all chances (default 1)", 0 },
	{ "threads", 't', "N", 0, "at once, 1..8 (default 3)", 0 },
	{ "round", 'r', "N", 0, "the first round, to repeat what was found there (default 0)", 0 },
	{ 0 }
};

static error_t option(int key, char *text, struct argp_state *state)
{
	switch (key) {
	case 'n':
		messages = prog_number(state, "messages", text, 1, UINT32_MAX);
		return 0;
	case 's':
		seed = prog_number(state, "seed", text, 0, UINT64_MAX);
		return 0;
	case 't':
		threads = prog_number(state, "threads", text, 1, THREADS_MAX);
		return 0;
	case 'r':
		first = prog_number(state, "round", text, 0, UINT64_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp argp = { .options = options, .parser = option };
	static struct worker workers[THREADS_MAX];
	static struct tally sum;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	next_round = first;
	family_find(&family);
	for (uint64_t i = 0; i < threads; i++) {
		errno = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
		if (errno)
			err(2, "pthread_create");
	}
	watch();
	for (uint64_t i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		add_tally(&sum, &workers[i].tally);
	}
	print(&sum);
	return !!sum.wrong;
}
