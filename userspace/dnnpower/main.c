// SPDX-License-Identifier: MIT
/*
 * dnnpower: the energy that this machine takes while a command runs, from its own power
 * sensors and energy counters.
 */
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <sensors/error.h>
#include <sensors/sensors.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "child.h"
#include "meter.h"

#define NS_PER_S 1000000000
#define RATE_MAX 1000

struct options {
	const char *patterns[SOURCES_MAX];
	size_t nr_patterns;
	const char *output;
	const char *samples;
	const char *powercap;
	char **command;
	unsigned int rate_hz;
	bool list;
	bool power_only;
};

enum { KEY_POWER = 256, KEY_POWERCAP };

static const struct argp_option args[] = {
	{ "list", 'l', NULL, 0, "show the sensors, and run nothing", 0 },
	{ "sensor", 's', "PATTERN", 0, "a sensor, or all of a chip; may be given again, all are added up", 0 },
	{ "rate", 'r', "HZ", 0, "readings a second (default 20)", 0 },
	{ "power", KEY_POWER, NULL, 0, "integrate power also where the chip has a counter of energy", 0 },
	{ "output", 'o', "FILE", 0, "a table instead of text on standard error", 0 },
	{ "samples", 'S', "FILE", 0, "a table of each reading: time and energy so far", 0 },
	{ "powercap", KEY_POWERCAP, "DIR", 0, "zones of powercap (default /sys/class/powercap)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;
	unsigned long rate;
	char *end;

	switch (key) {
	case 'l':
		opt->list = true;
		break;
	case 's':
		if (opt->nr_patterns == SOURCES_MAX)
			argp_error(state, "--sensor: at most %d", SOURCES_MAX);
		opt->patterns[opt->nr_patterns++] = arg;
		break;
	case 'r':
		rate = strtoul(arg, &end, 10);
		if (*arg < '0' || *arg > '9' || *end || rate < 1 || rate > RATE_MAX)
			argp_error(state, "--rate must be 1..%d Hz, not '%s'", RATE_MAX, arg);
		opt->rate_hz = (unsigned int)rate;
		break;
	case KEY_POWER:
		opt->power_only = true;
		break;
	case 'o':
		opt->output = arg;
		break;
	case 'S':
		opt->samples = arg;
		break;
	case KEY_POWERCAP:
		opt->powercap = arg;
		break;
	case ARGP_KEY_ARGS:
		opt->command = state->argv + state->next;
		break;
	case ARGP_KEY_END:
		if (!opt->command && !opt->list)
			argp_error(state, "a command, or --list, is needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void find(struct sources *sources, const struct options *opt)
{
	int ret = sensors_init(NULL);

	/* no hwmon at all is an error for libsensors */
	if (ret && ret != -SENSORS_ERR_KERNEL)
		error(EX_OSERR, 0, "libsensors: %s", sensors_strerror(ret));
	ret = ret ? 0 : source_hwmon(sources, opt->power_only);
	if (!ret)
		ret = source_powercap(sources, opt->powercap);
	if (ret == -ENOSPC)
		error(EX_SOFTWARE, 0, "more than %d sensors", SOURCES_MAX);
	if (ret)
		error(EX_OSERR, -ret, "%s", opt->powercap);
}

static void print_list(const struct sources *sources, FILE *file)
{
	static const char *const kinds[] = {
		[SOURCE_COUNTER] = "energy", [SOURCE_POWER] = "power", [SOURCE_CURRENT] = "current*voltage",
	};

	for (size_t i = 0; i < sources->count; i++) {
		const struct source *source = &sources->list[i];
		double value;
		int ret = source_read(source, &value);

		fprintf(file, "%-40s %-16s ", source->name, kinds[source->kind]);
		if (ret)
			fprintf(file, "%s\n", strerror(-ret));
		else
			fprintf(file, "%14.0f %s\n", value, source->kind == SOURCE_COUNTER ? "uJ" : "uW");
	}
}

static void choose(struct sources *sources, const struct options *opt)
{
	size_t odd = 0;
	int ret = source_keep(sources, opt->patterns, opt->nr_patterns, &odd);

	if (!ret)
		return;
	if (ret == -ENODEV && sources->unreadable)
		error(EX_NOPERM, 0, "%s: only root may read the energy of %u zones", opt->powercap,
		      sources->unreadable);
	if (ret == -ENODEV)
		error(EX_UNAVAILABLE, 0,
		      "no power sensor: no chip of hwmon has power, energy or current with voltage, "
		      "and %s has no energy_uj. Load the driver of the board's chip (ina2xx, ina3221) "
		      "or intel_rapl_msr, or give energy up",
		      opt->powercap);
	print_list(sources, stderr);
	if (ret == -ENOENT)
		error(EX_USAGE, 0, "--sensor: none of the sensors above is '%s'", opt->patterns[odd]);
	error(EX_USAGE, 0, "several sensors, and some may measure the same power twice: choose with --sensor");
}

static FILE *create(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		error(EX_CANTCREAT, errno, "%s", path);
	return file;
}

static void finish(FILE *file, const char *path)
{
	bool failed = ferror(file);

	if (fclose(file) || failed)
		error(EX_IOERR, errno, "%s", path);
}

/* All sources are read once in vain: a chip that slept, or that tells the mean since then, is awake. */
static void wake(const struct sources *sources, uint64_t period_ns)
{
	const struct timespec period = {
		.tv_sec = (time_t)(period_ns / NS_PER_S), .tv_nsec = (long)(period_ns % NS_PER_S),
	};
	struct meter meter = { .sources = sources };

	meter_sample(&meter);
	if (meter.error)
		error(EX_OSERR, -meter.error, "a sensor cannot be read");
	clock_nanosleep(CLOCK_MONOTONIC, 0, &period, NULL);
}

static void sample(struct meter *meter, FILE *samples)
{
	meter_sample(meter);
	if (samples)
		fprintf(samples, "%" PRIu64 ",%.0f\n", meter_now_ns() / 1000, meter_uj(meter));
}

static void tell(const struct meter *meter, const struct options *opt)
{
	FILE *file;

	if (!meter_complete(meter))
		error(EX_OSERR, -meter->error, "a sensor could not be read twice");
	if (!opt->output) {
		meter_print(meter, stderr);
		return;
	}
	file = create(opt->output);
	meter_write(meter, file);
	finish(file, opt->output);
}

static int measure(const struct sources *sources, const struct options *opt)
{
	uint64_t period_ns = NS_PER_S / opt->rate_hz;
	struct meter meter = { .sources = sources };
	FILE *samples = NULL;
	struct child child;
	int ret;

	if (opt->samples) {
		samples = create(opt->samples);
		fputs("time_us,energy_uj\n", samples);
	}
	wake(sources, period_ns);
	ret = child_prepare(&child);
	sample(&meter, samples);
	if (!ret)
		ret = child_start(&child, opt->command, meter_now_ns() + period_ns, period_ns);
	if (ret)
		error(127, -ret, "%s", opt->command[0]);
	do {
		ret = child_wait(&child);
		sample(&meter, samples);
	} while (ret > 0);
	if (ret < 0)
		error(EX_OSERR, -ret, "waiting for %s", opt->command[0]);
	if (samples)
		finish(samples, opt->samples);
	tell(&meter, opt);
	return child_exit_status(&child);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = args,
		.parser = parse,
		.args_doc = "COMMAND [ARGUMENT]...\n--list",
		.doc = "Measure the energy that this machine takes while a command runs, by its power "
		       "sensors (hwmon) and energy counters (hwmon, powercap).",
	};
	struct options opt = { .rate_hz = 20, .powercap = "/sys/class/powercap" };
	struct sources *sources = calloc(1, sizeof(*sources));
	int ret = 0;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &opt);
	if (!sources)
		error(EX_OSERR, ENOMEM, "sensors");
	find(sources, &opt);
	/* a list is of all there are; with patterns, of those that would be read */
	if (!opt.list || opt.nr_patterns || !sources->count)
		choose(sources, &opt);
	if (opt.list)
		print_list(sources, stdout);
	else
		ret = measure(sources, &opt);
	sensors_cleanup();
	free(sources);
	return ret;
}
