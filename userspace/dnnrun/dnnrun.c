// SPDX-License-Identifier: MIT
/*
 * dnnrun: run a dynamic network on the images of a data set as one stream, a frame
 * each period with a deadline, and say what became of each frame.
 */
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <dyndnn.h>
#include <dyndnn_runtime.h>

#include "engine/data/dataset.h"
#include "framelog.h"
#include "meter.h"
#include "phase.h"

#define NS_PER_MS 1000000
#define MAX_CLASSES 1024

/* HINTS_TRY: run on without the governor where it cannot be had, and say so */
enum hints { HINTS_TRY, HINTS_NEED, HINTS_NONE };

struct options {
	const char *model;
	const char *data;
	const char *name;
	const char *phases_text;
	const char *on_phase;
	const char *energy_file;
	const char *log;
	const char *summary;
	uint64_t period_ns;
	uint64_t deadline_ns;
	unsigned int level;		/* highest level to run, 0: all groups */
	unsigned int goal;		/* enum dnnhint_goal */
	uint32_t floor_ppm;
	uint32_t balance_ppm;
	uint64_t energy_budget_uj;
	int cpu;			/* -1: where the scheduler puts it */
	enum hints hints;
	struct phase phases[PHASE_MAX];
	size_t nr_phases;
};

/* What became of the frames of one phase. */
struct tally {
	uint32_t frames;
	uint32_t misses;
	uint32_t correct;
	uint64_t levels;
	double energy_mj;
	uint32_t mean_khz;
};

struct run {
	const struct options *opt;
	struct dataset images;
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	struct dyndnn_client *client;
	FILE *log;
	uint32_t frame;
	unsigned int cpu;		/* whose frequency is reported */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void sleep_until(uint64_t when_ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(when_ns / 1000000000),
		.tv_nsec = (long)(when_ns % 1000000000),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/*
 * khugepaged gathers small pages into a huge one on a CPU that is perhaps slow, and holds
 * the process's mmap_lock for writing meanwhile: a frame that touches one of these pages
 * waits it out, 40 ms beside a LITTLE core at its lowest OPP. Locked memory is gathered
 * as well. So a process with deadlines does without huge pages.
 */
static void set_huge_pages(bool allowed)
{
	if (prctl(PR_SET_THP_DISABLE, !allowed, 0, 0, 0))
		error(0, errno, "frames may wait for huge pages: PR_SET_THP_DISABLE");
}

/* Tell the outside world that a phase begins, and wait until it has seen to it. */
static void announce(const struct options *opt, const struct phase *phase)
{
	char frames[16];
	int status;
	pid_t pid;

	if (!opt->on_phase)
		return;
	snprintf(frames, sizeof(frames), "%" PRIu32, phase->frames);
	pid = fork();
	if (pid < 0)
		error(1, errno, "fork");
	if (!pid) {
		cpu_set_t all;

		/* the command is not part of the stream: it may run anywhere */
		memset(&all, 0xff, sizeof(all));
		sched_setaffinity(0, sizeof(all), &all);
		set_huge_pages(true);
		execlp(opt->on_phase, opt->on_phase, phase->name, frames, (char *)NULL);
		error(127, errno, "--on-phase: %s", opt->on_phase);
	}
	if (waitpid(pid, &status, 0) < 0)
		error(1, errno, "waiting for %s", opt->on_phase);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		error(1, 0, "--on-phase: %s %s failed", opt->on_phase, phase->name);
}

static void run_frame(struct run *run, uint64_t release_ns, struct framelog_row *row)
{
	uint32_t image = run->frame % run->images.images;
	const uint8_t *pixels = dataset_image(&run->images, image);
	size_t bytes = dataset_image_bytes(&run->images);
	struct dyndnn_client_frame frame = { .release_ns = release_ns };
	float logits[MAX_CLASSES];
	int ret;

	ret = dyndnn_set_input_u8(run->session, pixels, bytes, DYNDNN_CHW);
	if (ret)
		error(1, 0, "%s", dyndnn_session_error(run->session));
	ret = dyndnn_client_run(run->client, &frame, logits);
	if (ret)
		error(1, 0, "%s", dyndnn_client_error(run->client));
	row->end_us = frame.end_ns / 1000;
	row->grant = frame.grant;
	row->level = frame.level_done;
	row->khz = frame.khz;
	snprintf(row->cause, sizeof(row->cause), "%s", dnnhint_cause_name(frame.cause));
	row->correct = dyndnn_top1(logits, dyndnn_model_info(run->model)->classes) ==
		       run->images.labels[image];
}

static void count(struct tally *tally, const struct framelog_row *row)
{
	tally->frames++;
	tally->misses += !framelog_met(row);
	tally->correct += row->correct;
	tally->levels += row->level;
}

static void run_phase(struct run *run, const struct phase *phase, struct tally *tally)
{
	const struct options *opt = run->opt;
	struct meter before, after;
	uint64_t release_ns;
	int ret;

	announce(opt, phase);
	release_ns = now_ns() + opt->period_ns;
	sleep_until(release_ns);
	ret = meter_read(&before, opt->energy_file, run->cpu);
	for (uint32_t i = 0; !ret && i < phase->frames; i++, run->frame++) {
		struct framelog_row row = {
			.frame = run->frame,
			.release_us = release_ns / 1000,
			.deadline_us = (release_ns + opt->deadline_ns) / 1000,
			.cause = "none",
		};

		memcpy(row.phase, phase->name, sizeof(row.phase));
		sleep_until(release_ns);
		/* like a camera: who is a whole period late gets the next image instead */
		if (now_ns() < release_ns + opt->period_ns)
			run_frame(run, release_ns, &row);
		count(tally, &row);
		if (run->log && framelog_write(run->log, &row))
			error(1, errno, "%s", opt->log);
		release_ns += opt->period_ns;
	}
	sleep_until(release_ns);
	ret = ret ?: meter_read(&after, opt->energy_file, run->cpu);
	if (ret)
		error(1, -ret, "--energy-file: %s", opt->energy_file);
	tally->energy_mj = (double)(after.energy_uj - before.energy_uj) / 1000;
	tally->mean_khz = meter_mean_khz(&before, &after);
}

static void report(const struct options *opt, const struct phase *phase, const struct tally *tally,
		   FILE *summary)
{
	double frames = tally->frames;

	printf("%-10s %6" PRIu32 " frames, %" PRIu32 " missed, mean level %.2f, top-1 %.1f %%", phase->name,
	       tally->frames, tally->misses, (double)tally->levels / frames,
	       100.0 * tally->correct / frames);
	if (opt->energy_file)
		printf(", %.2f mJ per frame", tally->energy_mj / frames);
	if (tally->mean_khz)
		printf(", %" PRIu32 " MHz", tally->mean_khz / 1000);
	putchar('\n');
	if (summary)
		fprintf(summary, "%s,%" PRIu32 ",%" PRIu32 ",%.3f,%.4f,%.3f,%" PRIu32 "\n", phase->name,
			tally->frames, tally->misses, (double)tally->levels / frames,
			tally->correct / frames, tally->energy_mj / frames, tally->mean_khz);
}

static void open_all(struct run *run)
{
	const struct options *opt = run->opt;
	const struct dyndnn_info *info;
	struct dyndnn_error err;
	char text[DATASET_ERR_LEN];

	if (dyndnn_model_open(opt->model, &run->model, &err))
		error(1, 0, "%s: %s", opt->model, err.text);
	info = dyndnn_model_info(run->model);
	if (opt->level > info->levels)
		error(1, 0, "--level must be 1..%u or max, not %u", info->levels, opt->level);
	if (info->classes > MAX_CLASSES)
		error(1, 0, "%s: classes must be 1..%d, not %u", opt->model, MAX_CLASSES, info->classes);
	if (dyndnn_session_open(run->model, NULL, &run->session, &err))
		error(1, 0, "%s: %s", opt->model, err.text);
	if (dataset_open(&run->images, DATASET_AUTO, opt->data, DATASET_TEST, text, sizeof(text)))
		error(1, 0, "%s", text);
	if (dataset_fit(&run->images, info->channels, info->height, info->width, info->classes, text,
			sizeof(text)))
		error(1, 0, "%s: %s", opt->data, text);
	if (opt->log) {
		run->log = fopen(opt->log, "w");
		if (!run->log || framelog_write_header(run->log))
			error(1, errno, "%s", opt->log);
	}
}

static void pin(struct run *run)
{
	if (run->opt->cpu >= 0) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET((size_t)run->opt->cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			error(1, errno, "--cpu %d", run->opt->cpu);
	}
	run->cpu = (unsigned int)sched_getcpu();
}

/* Whether the governor decides, or why not. */
static void check_hinted(const struct run *run)
{
	struct dyndnn_client_status status;

	dyndnn_client_status(run->client, &status);
	if (run->opt->hints == HINTS_NONE || status.hinted)
		return;
	error(run->opt->hints == HINTS_NEED, 0, "governor dnn does not decide: %s", status.why);
}

static void open_client(struct run *run)
{
	const struct options *opt = run->opt;
	struct dyndnn_client_options options = {
		.name = opt->name,
		.period_ns = opt->period_ns,
		.deadline_ns = opt->deadline_ns,
		.mode = opt->hints == HINTS_NONE ? DYNDNN_CLIENT_FIXED : DYNDNN_CLIENT_KERNEL,
		.level = opt->level,
		.goal = opt->goal,
		.accuracy_floor_ppm = opt->floor_ppm,
		.balance_ppm = opt->balance_ppm,
		.energy_budget_uj = opt->energy_budget_uj,
	};
	struct dyndnn_error err;

	if (dyndnn_client_open(run->session, &options, &run->client, &err))
		error(1, 0, "%s", err.text);
	check_hinted(run);
}

static void warn_alone(const struct run *run)
{
	struct dyndnn_client_status status;

	dyndnn_client_status(run->client, &status);
	if (run->opt->hints != HINTS_NONE && status.alone)
		error(run->opt->hints == HINTS_NEED, 0,
		      "%" PRIu64 " of %" PRIu64 " frames ran without the governor dnn: %s", status.alone,
		      status.frames, status.why);
}

static uint64_t parse_ms(struct argp_state *state, const char *field, const char *arg)
{
	char *end;
	double ms = strtod(arg, &end);

	if (end == arg || *end || !(ms >= 0.1 && ms <= 60000))
		argp_error(state, "%s must be 0.1..60000 ms, not '%s'", field, arg);
	return (uint64_t)(ms * NS_PER_MS + 0.5);
}

/* A percentage with a fraction, as ppm. */
static uint32_t parse_percent(struct argp_state *state, const char *field, const char *arg,
			      double low)
{
	char *end;
	double percent = strtod(arg, &end);

	if (end == arg || *end || !(percent >= low && percent <= 100))
		argp_error(state, "%s must be %g..100 %%, not '%s'", field, low, arg);
	return (uint32_t)(percent * 10000 + 0.5);
}

static unsigned int parse_goal(struct argp_state *state, const char *arg)
{
	int goal = dnnhint_goal_parse(arg);

	if (goal < 0)
		argp_error(state, "--goal must be max-accuracy, balanced or min-energy, not '%s'",
			   arg);
	return (unsigned int)goal;
}

static unsigned int parse_number(struct argp_state *state, const char *field, const char *arg,
				 unsigned int low, unsigned int high)
{
	char *end;
	unsigned long value = strtoul(arg, &end, 10);

	if (end == arg || *end || value < low || value > high || *arg == '-')
		argp_error(state, "%s must be %u..%u, not '%s'", field, low, high, arg);
	return (unsigned int)value;
}

enum { KEY_HINTS = 256, KEY_NO_HINTS, KEY_PHASES, KEY_ON_PHASE, KEY_ENERGY, KEY_LOG, KEY_SUMMARY, KEY_NAME,
	KEY_GOAL, KEY_FLOOR, KEY_BALANCE, KEY_ENERGY_BUDGET };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;
	const char *why;

	switch (key) {
	case 'm':
		opt->model = arg;
		break;
	case 'd':
		opt->data = arg;
		break;
	case 'p':
		opt->period_ns = parse_ms(state, "--period-ms", arg);
		break;
	case 'D':
		opt->deadline_ns = parse_ms(state, "--deadline-ms", arg);
		break;
	case 'c':
		opt->cpu = (int)parse_number(state, "--cpu", arg, 0, CPU_SETSIZE - 1);
		break;
	case 'l':
		opt->level = strcmp(arg, "max") ?
			parse_number(state, "--level", arg, 1, DYNDNN_MAX_LEVELS) : 0;
		break;
	case KEY_HINTS:
		opt->hints = HINTS_NEED;
		break;
	case KEY_NO_HINTS:
		opt->hints = HINTS_NONE;
		break;
	case KEY_PHASES:
		opt->phases_text = arg;
		break;
	case KEY_ON_PHASE:
		opt->on_phase = arg;
		break;
	case KEY_ENERGY:
		opt->energy_file = arg;
		break;
	case KEY_LOG:
		opt->log = arg;
		break;
	case KEY_SUMMARY:
		opt->summary = arg;
		break;
	case KEY_NAME:
		opt->name = arg;
		break;
	case KEY_GOAL:
		opt->goal = parse_goal(state, arg);
		break;
	case KEY_FLOOR:
		opt->floor_ppm = parse_percent(state, "--accuracy-floor", arg, 0);
		break;
	case KEY_BALANCE:
		opt->balance_ppm = parse_percent(state, "--balance", arg, 0.0001);
		break;
	case KEY_ENERGY_BUDGET:
		opt->energy_budget_uj = parse_number(state, "--energy-budget-uj", arg, 1,
						     (unsigned int)DNN_GOV_ENERGY_MAX_UJ);
		break;
	case ARGP_KEY_END:
		if (!opt->model || !opt->data)
			argp_error(state, "--model and --data are needed");
		if (!opt->deadline_ns)
			opt->deadline_ns = opt->period_ns;
		if (phase_parse(opt->phases_text, opt->phases, &opt->nr_phases, &why))
			argp_error(state, "--phases: %s", why);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp_option args[] = {
		{ "model", 'm', "FILE", 0, "the network, a .dnn file", 0 },
		{ "data", 'd', "DIR", 0, "test images: CIFAR-10 binary or IDX files", 0 },
		{ "period-ms", 'p', "MS", 0, "a frame every MS (default 100)", 0 },
		{ "deadline-ms", 'D', "MS", 0, "answer within MS of its release (default: the period)", 0 },
		{ "phases", KEY_PHASES, "NAME:FRAMES,...", 0, "parts of the run (default run:100)", 0 },
		{ "hints", KEY_HINTS, NULL, 0, "fail where the governor dnn cannot be told (default: warn and run on)", 1 },
		{ "no-hints", KEY_NO_HINTS, NULL, 0, "run at a fixed level and tell nobody", 1 },
		{ "level", 'l', "K", 0, "highest level to run, or max (default)", 1 },
		{ "goal", KEY_GOAL, "GOAL", 0, "max-accuracy (default), balanced or min-energy", 1 },
		{ "accuracy-floor", KEY_FLOOR, "PERCENT", 0, "accuracy that a goal does not go below of itself", 1 },
		{ "balance", KEY_BALANCE, "PERCENT", 0, "worth of energy against accuracy, for --goal=balanced (default 50)", 1 },
		{ "energy-budget-uj", KEY_ENERGY_BUDGET, "UJ", 0, "energy of a frame at the most, by the kernel's model", 1 },
		{ "cpu", 'c', "CPU", 0, "run on this CPU", 1 },
		{ "name", KEY_NAME, "NAME", 0, "name of the stream (default dnnrun)", 1 },
		{ "on-phase", KEY_ON_PHASE, "CMD", 0, "run CMD NAME FRAMES before each phase", 2 },
		{ "energy-file", KEY_ENERGY, "FILE", 0, "a counter of uJ, such as powercap's energy_uj", 2 },
		{ "log", KEY_LOG, "FILE", 0, "a line of CSV per frame, for dnn-timeline", 2 },
		{ "summary", KEY_SUMMARY, "FILE", 0, "a line of CSV per phase", 2 },
		{ 0 }
	};
	static const struct argp argp = {
		args, parse, NULL, "Run a dynamic network with a deadline on the images of a data set.",
		NULL, NULL, NULL
	};
	struct options opt = {
		.name = "dnnrun", .phases_text = "run:100", .period_ns = 100 * NS_PER_MS, .cpu = -1,
	};
	struct run run = { .opt = &opt };
	FILE *summary = NULL;

	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	set_huge_pages(false);
	pin(&run);
	open_all(&run);
	open_client(&run);
	if (opt.summary) {
		summary = fopen(opt.summary, "w");
		if (!summary)
			error(1, errno, "%s", opt.summary);
		fprintf(summary, "phase,frames,misses,mean_level,top1,energy_mj_per_frame,mean_khz\n");
	}
	for (size_t i = 0; i < opt.nr_phases; i++) {
		struct tally tally = { 0 };

		run_phase(&run, &opt.phases[i], &tally);
		report(&opt, &opt.phases[i], &tally, summary);
	}
	warn_alone(&run);
	dyndnn_client_close(run.client);
	dyndnn_session_close(run.session);
	dyndnn_model_close(run.model);
	dataset_close(&run.images);
	if ((summary && fclose(summary)) || (run.log && fclose(run.log)))
		error(1, errno, "writing results");
	return 0;
}
