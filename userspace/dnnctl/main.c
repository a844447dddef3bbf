// SPDX-License-Identifier: MIT
/* dnnctl: look at and switch the cpufreq governor dnn. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "dnnctl.h"

static const struct {
	const char *name;
	int (*run)(const struct dnnctl *ctl);
	bool takes_policies;
} commands[] = {
	{ "status", cmd_status, false },
	{ "enable", cmd_enable, true },
	{ "disable", cmd_disable, true },
	{ "streams", cmd_streams, false },
	{ "stats", cmd_stats, false },
	{ "monitor", cmd_monitor, false },
	{ "top", cmd_top, false },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

struct line {
	struct dnnctl ctl;
	size_t command;		/* NR_COMMANDS: none yet */
};

static unsigned int parse_number(struct argp_state *state, const char *field, const char *arg,
				 unsigned long low, unsigned long high)
{
	char *end;
	unsigned long value = strtoul(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || value < low || value > high)
		argp_error(state, "%s must be %lu..%lu, not '%s'", field, low, high, arg);
	return (unsigned int)value;
}

static void parse_command(struct argp_state *state, struct line *line, const char *arg)
{
	for (line->command = 0; line->command < NR_COMMANDS; line->command++)
		if (!strcmp(commands[line->command].name, arg))
			return;
	argp_error(state, "unknown command '%s'", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct line *line = state->input;

	switch (key) {
	case 'j':
		line->ctl.json = true;
		return 0;
	case 'g':
		line->ctl.governor = arg;
		return 0;
	case 'n':
		line->ctl.count = parse_number(state, "--count", arg, 1, 1000000000);
		return 0;
	case 'i':
		line->ctl.interval_ms = parse_number(state, "--interval", arg, 10, 3600000);
		return 0;
	case ARGP_KEY_ARG:
		if (line->command == NR_COMMANDS) {
			parse_command(state, line, arg);
			return 0;
		}
		if (!commands[line->command].takes_policies)
			argp_error(state, "%s takes no argument '%s'",
				   commands[line->command].name, arg);
		line->ctl.policies = &state->argv[state->next - 1];
		line->ctl.nr_policies = (unsigned int)(state->argc - state->next + 1);
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no command given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "json", 'j', NULL, 0, "status, streams, stats: print JSON", 0 },
		{ "governor", 'g', "NAME", 0, "disable: select NAME (default schedutil)", 0 },
		{ "count", 'n', "N", 0, "monitor, top: end after N events or readings", 0 },
		{ "interval", 'i', "MS", 0, "top: time between readings (default 1000)", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		options, parse, "status|streams|stats|monitor|top\nenable|disable [POLICY...]",
		"Look at and switch the cpufreq governor dnn.\v"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 3 the module dnn_gov is not loaded, "
		"4 not allowed, 5 there is no such governor.", NULL, NULL, NULL
	};
	struct line line = { .ctl = { .interval_ms = 1000 }, .command = NR_COMMANDS };

	argp_err_exit_status = DNNCTL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &line);
	return commands[line.command].run(&line.ctl);
}
