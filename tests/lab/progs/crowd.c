// SPDX-License-Identifier: MIT
/*
 * Clients that come and die: each opens the module, makes a stream, begins a frame and is killed
 * in the middle of it. So many at once.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dnnhint.h>

#include "prog.h"
#include "prog_hint.h"

struct arguments {
	uint64_t clients;
	uint64_t at_once;
};

static const struct argp_option options[] = {
	{ "clients", 'n', "COUNT", 0, "In all (default 1000)", 0 },
	{ "at-once", 'a', "COUNT", 0, "At the same time (default 20)", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'n':
		a->clients = prog_number(state, "clients", text, 1, 1000000);
		break;
	case 'a':
		a->at_once = prog_number(state, "at-once", text, 1, 60);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Does not return. */
static void client(void)
{
	const struct dnnhint_stream_params params = {
		.name = "crowd", .period_ns = 50000000, .deadline_ns = 50000000, .levels = 4,
	};
	struct dnnhint_grant grant;
	struct dnnhint *h = NULL;
	uint32_t id;
	int ret = dnnhint_open(&h);

	if (ret)
		prog_fail(NULL, "open", ret);
	ret = dnnhint_stream_add(h, &params, &id, NULL);
	if (ret)
		prog_fail(h, "add", ret);
	ret = dnnhint_frame_begin(h, id, 0, &grant);
	if (ret)
		prog_fail(h, "begin", ret);
	raise(SIGKILL);
}

/* One of them has died; was it as it should be? */
static bool buried(void)
{
	int status;

	if (wait(&status) < 0)
		error(1, errno, "wait");
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, NULL, "Clients that come and die.",
					  0, 0, 0 };
	struct arguments a = { .clients = 1000, .at_once = 20 };
	uint64_t alive = 0, bad = 0;

	argp_parse(&argp, argc, argv, 0, 0, &a);
	for (uint64_t i = 0; i < a.clients; i++) {
		pid_t pid;

		if (alive == a.at_once) {
			bad += !buried();
			alive--;
		}
		pid = fork();
		if (pid < 0)
			error(1, errno, "fork");
		if (!pid)
			client();
		alive++;
	}
	while (alive--)
		bad += !buried();
	printf("%" PRIu64 " clients, %" PRIu64 " of them came to another end\n", a.clients, bad);
	return bad ? 1 : 0;
}
