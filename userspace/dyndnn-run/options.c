// SPDX-License-Identifier: MIT
#include "../../engine/tools/compute_name.h"
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <dnnhint.h>

#include "cpulist.h"

#define COUNT_MAX 1000000000

enum {
	KEY_FIT = 256, KEY_FRAMES, KEY_LOOP, KEY_STRICT, KEY_MIN_LEVEL, KEY_POLICY, KEY_FLOOR,
	KEY_BALANCE, KEY_HINT, KEY_NO_HINT, KEY_SCHEDULE, KEY_COMPUTE, KEY_CPUS, KEY_PLOT,
	KEY_PROGRESS, KEY_NO_PROGRESS,
};

static unsigned int parse_number(struct argp_state *state, const char *option, const char *arg,
				 unsigned int low, unsigned int high)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(arg, &end, 10);
	if (errno || *arg < '0' || *arg > '9' || *end || value < low || value > high)
		argp_error(state, "%s must be %u..%u, not '%s'", option, low, high, arg);
	return (unsigned int)value;
}

static double parse_real(struct argp_state *state, const char *option, const char *arg, double low,
			 double high, const char *unit)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !isfinite(value) || value < low || value > high)
		argp_error(state, "%s must be %g..%g %s, not '%s'", option, low, high, unit, arg);
	return value;
}

/* One of @names, which end with NULL; their list is for the message. */
static unsigned int parse_word(struct argp_state *state, const char *option, const char *arg,
			       const char * const *names, const char *list)
{
	for (unsigned int i = 0; names[i]; i++)
		if (!strcmp(arg, names[i]))
			return i;
	argp_error(state, "%s must be %s, not '%s'", option, list, arg);
	return 0;
}

static unsigned int parse_policy(struct argp_state *state, const char *arg)
{
	static const char * const names[] = { "accuracy", "balanced", "energy", NULL };
	static const unsigned int goals[] = {
		DNNHINT_GOAL_MAX_ACCURACY, DNNHINT_GOAL_BALANCED, DNNHINT_GOAL_MIN_ENERGY,
	};

	return goals[parse_word(state, "--policy", arg, names, "accuracy, balanced or energy")];
}

static enum fit_wish parse_fit(struct argp_state *state, const char *arg)
{
	static const char * const names[] = { "auto", "scale", "pad", NULL };

	return (enum fit_wish)parse_word(state, "--fit", arg, names, "auto, scale or pad");
}

static uint32_t parse_ppm(struct argp_state *state, const char *option, const char *arg, double low)
{
	return (uint32_t)(parse_real(state, option, arg, low, 100, "%") * 10000 + 0.5);
}

/* What only means something together. */
static void check(struct argp_state *state, const struct options *opt)
{
	const char *alone = opt->min_level ? "--min-level" : opt->goal ? "--policy" :
			    opt->floor_ppm ? "--accuracy-floor" : opt->balance_ppm ? "--balance" :
			    opt->hint == HINT_YES ? "--hint" : NULL;
	unsigned int streams = 0;

	if (!opt->model)
		argp_error(state, "--model is needed");
	if (!opt->nr_inputs)
		argp_error(state, "no INPUT: name a file or a folder, or '-' for standard input");
	if (alone && !opt->deadline_ns)
		argp_error(state, "%s has no meaning without --deadline", alone);
	if (opt->level && opt->min_level > opt->level)
		argp_error(state, "--min-level must be 1..%u, the --level, not '%u'", opt->level,
			   opt->min_level);
	if (opt->floor_ppm && opt->goal < DNNHINT_GOAL_BALANCED)
		argp_error(state, "--accuracy-floor needs --policy=balanced or energy");
	if (opt->balance_ppm && opt->goal != DNNHINT_GOAL_BALANCED)
		argp_error(state, "--balance needs --policy=balanced");
	if (opt->quiet && opt->output)
		argp_error(state, "--quiet writes no results to --output");
	for (unsigned int i = 0; i < opt->nr_inputs; i++)
		streams += !strcmp(opt->inputs[i], "-");
	if (streams > 1)
		argp_error(state, "standard input can be read once only");
	if (streams && opt->loops != 1)
		argp_error(state, "--loop must be 1 with standard input, "
			   "which cannot be read again");
}

static error_t parse_run(int key, char *arg, struct argp_state *state, struct options *opt)
{
	switch (key) {
	case 'm':
		opt->model = arg;
		break;
	case 'r':
		opt->period_ns = (uint64_t)(1e9 / parse_real(state, "--rate", arg, 0.1, 10000,
							     "Hz") + 0.5);
		break;
	case 'd':
		opt->deadline_ns = (uint64_t)(parse_real(state, "--deadline", arg, 0.1, 60000,
							 "ms") * 1e6 + 0.5);
		break;
	case 'l':
		opt->level = parse_number(state, "--level", arg, 1, DYNDNN_MAX_LEVELS);
		break;
	case KEY_MIN_LEVEL:
		opt->min_level = parse_number(state, "--min-level", arg, 1, DYNDNN_MAX_LEVELS);
		break;
	case KEY_POLICY:
		opt->goal = parse_policy(state, arg);
		break;
	case KEY_FLOOR:
		opt->floor_ppm = parse_ppm(state, "--accuracy-floor", arg, 0);
		break;
	case KEY_BALANCE:
		opt->balance_ppm = parse_ppm(state, "--balance", arg, 0.0001);
		break;
	case KEY_HINT:
		opt->hint = HINT_YES;
		break;
	case KEY_NO_HINT:
		opt->hint = HINT_NO;
		break;
	case 't':
		opt->threads = parse_number(state, "--threads", arg, 1, 64);
		break;
	case KEY_SCHEDULE:
		opt->schedule = arg;
		break;
	case KEY_COMPUTE:
		if (!compute_parse(arg, &opt->compute))
			argp_error(state, "--compute must be auto, xnnpack or onednn, not '%s'",
				   arg);
		break;
	case KEY_CPUS:
		if (cpulist_parse(arg, &opt->cpus))
			argp_error(state, "--cpus must be a list such as 0-3,6 of CPUs 0..%d, "
				   "not '%s'", CPU_SETSIZE - 1, arg);
		opt->has_cpus = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;

	switch (key) {
	case KEY_FIT:
		opt->fit = parse_fit(state, arg);
		break;
	case KEY_FRAMES:
		opt->frames = parse_number(state, "--frames", arg, 1, COUNT_MAX);
		break;
	case KEY_LOOP:
		opt->loops = parse_number(state, "--loop", arg, 0, COUNT_MAX);
		break;
	case KEY_STRICT:
		opt->strict = true;
		break;
	case 'f':
		opt->format = output_find(arg);
		if (!opt->format)
			argp_error(state, "--format must be text, csv or json, not '%s'", arg);
		break;
	case 'n':
		opt->top = parse_number(state, "--top", arg, 1, RESULT_TOP_MAX);
		break;
	case 'o':
		opt->output = strcmp(arg, "-") ? arg : NULL;
		break;
	case 'q':
		opt->quiet = true;
		break;
	case KEY_PLOT:
		opt->plot = arg;
		break;
	case KEY_PROGRESS:
		opt->progress = 1;
		break;
	case KEY_NO_PROGRESS:
		opt->progress = 0;
		break;
	case ARGP_KEY_ARGS:
		opt->inputs = state->argv + state->next;
		opt->nr_inputs = (unsigned int)(state->argc - state->next);
		break;
	case ARGP_KEY_END:
		check(state, opt);
		break;
	default:
		return parse_run(key, arg, state, opt);
	}
	return 0;
}

void options_parse(struct options *opt, int argc, char **argv)
{
	static const struct argp_option args[] = {
		{ "model", 'm', "FILE", 0, "the network, a .dnn file", 0 },
		{ NULL, 0, NULL, 0, "Images:", 1 },
		{ "rate", 'r', "HZ", 0, "release them like a camera, 0.1..10000 a second; a newer "
		  "one replaces those that wait (default: as fast as possible)", 1 },
		{ "loop", KEY_LOOP, "N", 0, "read all N times, 0: without end (default 1)", 1 },
		{ "frames", KEY_FRAMES, "N", 0, "end after N classified images", 1 },
		{ "fit", KEY_FIT, "HOW", 0, "bring images of another size to the network's: scale, "
		  "pad, or auto (default): pad data sets, scale others", 1 },
		{ "strict", KEY_STRICT, NULL, 0, "end at the first unreadable image", 1 },
		{ NULL, 0, NULL, 0, "Running:", 2 },
		{ "deadline", 'd', "MS", 0, "answer within MS of an image's release, at the level "
		  "that makes it, 0.1..60000 (default: none, fixed level)", 2 },
		{ "level", 'l', "K", 0, "highest level (default: the model's)", 2 },
		{ "min-level", KEY_MIN_LEVEL, "K", 0, "lowest level (default 1)", 2 },
		{ "policy", KEY_POLICY, "WHAT", 0, "of the levels that make the deadline want "
		  "accuracy (default), balanced or energy", 2 },
		{ "accuracy-floor", KEY_FLOOR, "PERCENT", 0, "accuracy that a policy does not go "
		  "below of itself", 2 },
		{ "balance", KEY_BALANCE, "PERCENT", 0, "worth of energy against accuracy, for "
		  "--policy=balanced (default 50)", 2 },
		{ "hint", KEY_HINT, NULL, 0, "let the governor dnn decide (default with "
		  "--deadline)", 2 },
		{ "no-hint", KEY_NO_HINT, NULL, 0, "do not tell the kernel, decide here", 2 },
		{ "threads", 't', "N", 0, "threads that share a frame, 1..64 (default 1)", 2 },
		{ "schedule", KEY_SCHEDULE, "FILE", 0, "with several threads, keep there how levels "
		  "share them, which is measured otherwise", 2 },
		{ "compute", KEY_COMPUTE, "LIBRARY", 0, "auto (default), xnnpack or onednn", 2 },
		{ "cpus", KEY_CPUS, "LIST", 0, "run on these CPUs, such as 0-3,6", 2 },
		{ NULL, 0, NULL, 0, "Results:", 3 },
		{ "format", 'f', "FORMAT", 0, "text (default), csv or json", 3 },
		{ "top", 'n', "N", 0, "the N best classes, 1..100 (default 1)", 3 },
		{ "output", 'o', "FILE", 0, "write results there (default: standard output)", 3 },
		{ "quiet", 'q', NULL, 0, "only the summary", 3 },
		{ "plot", KEY_PLOT, "FILE", 0, "draw the run as SVG; '-': with characters, after "
		  "the summary", 3 },
		{ "progress", KEY_PROGRESS, NULL, 0, "say how far it is (default: on a terminal)",
		  3 },
		{ "no-progress", KEY_NO_PROGRESS, NULL, 0, "do not", 3 },
		{ 0 }
	};
	static const struct argp argp = {
		args, parse, "--model=FILE INPUT...",
		"Classify images with a dynamic network, each by its deadline.\v"
		"INPUT is a PNG, JPEG, PPM, PGM, IDX or CIFAR-10 (.bin) file, a folder of images "
		"or of a data set, or '-': PPM or PGM images one after the other on standard "
		"input. Results go to standard output, the summary to standard error.",
		NULL, NULL, NULL
	};

	*opt = (struct options) {
		.loops = 1, .threads = 1, .format = &output_text, .top = 1, .progress = -1,
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, opt);
}
