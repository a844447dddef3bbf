// SPDX-License-Identifier: MIT
/* dyndnn-run: classify images with a dynamic network under a deadline. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "run.h"
#include "say.h"

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

/* The first one ends the run, with its summary; a second one the program. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static bool want_progress(const struct options *opt)
{
	if (opt->progress >= 0)
		return opt->progress;
	/* on the terminal that shows the results they tell enough */
	return isatty(STDERR_FILENO) && (opt->quiet || opt->output || !isatty(STDOUT_FILENO));
}

static FILE *open_output(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		say("%s: %s", path, strerror(errno));
	return file;
}

static int close_output(FILE *file, const char *path)
{
	int failed = ferror(file);

	if (file != stdout && fclose(file))
		failed = 1;
	if (failed)
		say("%s: could not be written", path ? path : "standard output");
	return failed;
}

static unsigned int terminal_columns(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static const char *who_decides(const struct run *run)
{
	if (!run->opt->deadline_ns)
		return "fixed";
	return run->network->hinted ? "dnn" : "alone";
}

/* Return: whether it failed. */
static int draw(const struct run *run, FILE *svg)
{
	char title[512];

	if (!run->plot->added)
		return 0;
	if (!svg) {
		plot_text(run->plot, run->network->info->levels, terminal_columns(), stderr);
		return 0;
	}
	if (run->plot->added > PLOT_FRAMES_MAX)
		say("--plot: only the last %d frames", PLOT_FRAMES_MAX);
	snprintf(title, sizeof(title), "%s: frequency, level and %s over time",
		 basename(run->opt->model), run->opt->deadline_ns ? "slack" : "latency");
	if (!plot_svg(run->plot, title, who_decides(run), run->network->info->levels, svg))
		return 0;
	say("--plot: %s: could not be drawn", run->opt->plot);
	return 1;
}

/* Return: whether all went well. */
static bool finish(struct run *run, FILE *svg, bool ended)
{
	bool good = ended && !run->summary.unreadable;

	summary_print(&run->summary, run->network->info->levels, run->opt->deadline_ns, stderr);
	network_say_alone(run->network);
	if (!run->summary.frames && !run->summary.unreadable) {
		say("there was no image");
		good = false;
	}
	if (run->plot && draw(run, svg))
		good = false;
	return good;
}

/* Return: the exit status. */
static int run_all(struct run *run, FILE *svg)
{
	char text[FILES_ERR_LEN];
	struct files files = { 0 };
	bool good = true;

	for (unsigned int i = 0; i < run->opt->nr_inputs; i++) {
		if (!files_add(&files, run->opt->inputs[i], text))
			continue;
		say("%s", text);
		run->summary.unreadable++;
		if (run->opt->strict)
			good = false;
	}
	if (good && files.count) {
		run->source = source_open(&files, run->opt->loops, run->network->info->classes);
		if (!run->source)
			say("no memory");
		good = run->source && !run_images(run);
	}
	good = finish(run, svg, good);
	source_close(run->source);
	files_free(&files);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_with_outputs(struct run *run)
{
	const struct options *opt = run->opt;
	FILE *svg = NULL;
	int status;

	/* before the run, which may be long */
	if (opt->plot && strcmp(opt->plot, "-")) {
		svg = open_output(opt->plot);
		if (!svg)
			return EXIT_FAILURE;
	}
	if (!opt->quiet)
		run->out = opt->output ? open_output(opt->output) : stdout;
	if (!opt->quiet && !run->out) {
		if (svg)
			fclose(svg);
		return EXIT_FAILURE;
	}
	status = run_all(run, svg);
	if (svg && close_output(svg, opt->plot))
		status = EXIT_FAILURE;
	if (run->out && close_output(run->out, opt->output))
		status = EXIT_FAILURE;
	return status;
}

int main(int argc, char **argv)
{
	struct network network = { 0 };
	struct plot plot = { 0 };
	static struct run run;		/* too large for some stacks */
	struct options opt;
	int status;

	options_parse(&opt, argc, argv);
	run.opt = &opt;
	run.network = &network;
	run.stop = &stop;
	if (opt.plot)
		run.plot = &plot;
	run.progress.wanted = want_progress(&opt);
	status = network_open(&network, &opt);
	if (!status) {
		catch_signals();
		status = run_with_outputs(&run);
	}
	plot_free(&plot);
	network_close(&network);
	return status;
}
