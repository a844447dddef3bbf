// SPDX-License-Identifier: MIT
#include "network.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "say.h"

/* A client needs a deadline; without one in the options nobody looks at it. */
#define NO_DEADLINE_NS DNN_GOV_TIME_MAX_NS

static int open_model(struct network *network, const struct options *opt)
{
	const struct dyndnn_info *info;
	struct dyndnn_error err;

	if (dyndnn_model_open(opt->model, &network->model, &err)) {
		say("%s: %s", opt->model, err.text);
		return EXIT_FAILURE;
	}
	info = dyndnn_model_info(network->model);
	network->info = info;
	if (info->channels != 1 && info->channels != 3) {
		say("%s: reads %u channels: images have 1 or 3", opt->model, info->channels);
		return EXIT_FAILURE;
	}
	if (opt->level > info->levels) {
		say("--level must be 1..%u, the levels of %s, not '%u'", info->levels,
		    opt->model, opt->level);
		return EXIT_USAGE;
	}
	if (opt->min_level > info->levels) {
		say("--min-level must be 1..%u, the levels of %s, not '%u'", info->levels,
		    opt->model, opt->min_level);
		return EXIT_USAGE;
	}
	network->size = (struct fit_size) {
		.width = info->width, .height = info->height, .channels = info->channels,
	};
	return 0;
}

/*
 * Before threads are made, which inherit it. Huge pages are gathered while frames wait, so they are
 * nothing for who has a deadline.
 */
static int prepare_process(const struct options *opt)
{
	if (opt->deadline_ns)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (opt->has_cpus && sched_setaffinity(0, sizeof(opt->cpus), &opt->cpus)) {
		say("--cpus: none of these CPUs can be used: %s", strerror(errno));
		return EXIT_USAGE;
	}
	return 0;
}

static int open_session(struct network *network, const struct options *opt)
{
	const struct dyndnn_session_options options = {
		.threads = opt->threads, .max_level = opt->level,
		.schedule_file = opt->schedule, .compute = opt->compute,
	};
	struct dyndnn_error err;

	network->logits = calloc(network->info->classes, sizeof(*network->logits));
	if (!network->logits) {
		say("no memory");
		return EXIT_FAILURE;
	}
	if (dyndnn_session_open(network->model, &options, &network->session, &err)) {
		say("%s: %s", opt->model, err.text);
		return EXIT_FAILURE;
	}
	return 0;
}

static enum dyndnn_client_mode client_mode(const struct options *opt)
{
	if (!opt->deadline_ns)
		return DYNDNN_CLIENT_FIXED;
	return opt->hint == HINT_NO ? DYNDNN_CLIENT_ALONE : DYNDNN_CLIENT_KERNEL;
}

static int open_client(struct network *network, const struct options *opt)
{
	const struct dyndnn_client_options options = {
		.name = "dyndnn-run",
		.period_ns = opt->period_ns,
		.deadline_ns = opt->deadline_ns ? opt->deadline_ns : NO_DEADLINE_NS,
		.mode = client_mode(opt),
		.level = opt->level,
		.min_level = opt->min_level,
		.goal = opt->goal,
		.accuracy_floor_ppm = opt->floor_ppm,
		.balance_ppm = opt->balance_ppm,
	};
	struct dyndnn_client_status status;
	struct dyndnn_error err;

	if (dyndnn_client_open(network->session, &options, &network->client, &err)) {
		say("%s", err.text);
		return EXIT_FAILURE;
	}
	dyndnn_client_status(network->client, &status);
	network->hinted = status.hinted;
	if (options.mode == DYNDNN_CLIENT_KERNEL && !status.hinted)
		say("the governor dnn does not decide, this program controls the level itself: %s",
		    status.why);
	return 0;
}

int network_open(struct network *network, const struct options *opt)
{
	int status = open_model(network, opt);

	if (!status)
		status = prepare_process(opt);
	if (!status)
		status = open_session(network, opt);
	if (!status)
		status = open_client(network, opt);
	return status;
}

void network_say_alone(const struct network *network)
{
	struct dyndnn_client_status status;

	dyndnn_client_status(network->client, &status);
	if (network->hinted && status.alone)
		say("%" PRIu64 " of %" PRIu64 " images ran without the governor dnn: %s",
		    status.alone, status.frames, status.why);
}

void network_close(struct network *network)
{
	dyndnn_client_close(network->client);
	dyndnn_session_close(network->session);
	dyndnn_model_close(network->model);
	free(network->logits);
	*network = (struct network){ 0 };
}
