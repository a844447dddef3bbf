// SPDX-License-Identifier: MIT
/*
 * Run the guest and judge the run: shows checks as they are made, stores what the guest sends,
 * looks for splats in its kernel log, and says how it went, also by its exit status.
 * tests/lab/run prepares all and becomes this program.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "folder.h"
#include "frames.h"
#include "port.h"
#include "qemu.h"
#include "splats.h"
#include "verdicts.h"

struct judge {
	const char *folder;	/* the run's own, removed at its end */
	const char *lab;	/* where logs and results are kept */
	const char *log;	/* how the log's place is shown */
	double timeout;
	bool keep;
	char *console;
	char *said;		/* by QEMU itself */
	char *dmesg;
	struct verdicts verdicts;
	struct frames frames;
	struct port port;
	struct qemu qemu;
};

static const char usage[] =
	"usage: judge --name NAME --folder DIR --lab DIR --log TEXT --timeout SECONDS\n"
	"             --begun UPTIME [--quiet] [--keep] -- QEMU ARGUMENTS...\n"
	"The command's file descriptor 3 is the results port.\n";

static double seconds(const char *option, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0))
		errx(2, "--%s: seconds, 0 or more, not '%s'", option, text);
	return value;
}

static void parse(struct judge *j, int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "folder", required_argument, NULL, 'f' },
		{ "lab", required_argument, NULL, 'l' },
		{ "log", required_argument, NULL, 'o' },
		{ "timeout", required_argument, NULL, 't' },
		{ "begun", required_argument, NULL, 'b' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "keep", no_argument, NULL, 'k' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			j->verdicts.name = optarg;
			break;
		case 'f':
			j->folder = optarg;
			break;
		case 'l':
			j->lab = optarg;
			break;
		case 'o':
			j->log = optarg;
			break;
		case 't':
			j->timeout = seconds("timeout", optarg);
			break;
		case 'b':
			j->verdicts.begun = seconds("begun", optarg);
			break;
		case 'q':
			j->verdicts.quiet = true;
			break;
		case 'k':
			j->keep = true;
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (!j->verdicts.name || !j->folder || !j->lab || !j->log || optind == argc) {
		fputs(usage, stderr);
		exit(2);
	}
}

/* The terminal's and the system's ways to end us are read from a file, not caught. */
static int hold_signals(sigset_t *before)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction action;
	sigset_t held;

	/* who ignores this one cannot wait for a child */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&held);
	sigaddset(&held, SIGCHLD);
	/* once held, a signal we were told to ignore (nohup, "&") would come all the same */
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!sigaction(ours[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(&held, ours[i]);
	if (sigprocmask(SIG_BLOCK, &held, before))
		return -errno;
	return signalfd(-1, &held, SFD_CLOEXEC);
}

/* What QEMU said, in one line. */
static void complaint(const char *path, char *text, size_t size)
{
	size_t len = 0;
	FILE *in;

	in = fopen(path, "re");
	if (in) {
		len = fread(text, 1, size - 1, in);
		fclose(in);
	}
	while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
		len--;
	text[len] = 0;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n' || !text[i])
			text[i] = ' ';
}

static int judge_log(struct judge *j)
{
	struct splats splats = { 0 };
	int ret;

	/* The console may drop lines; the log sent at the end may not be there. Both then. */
	ret = splats_scan(&splats, j->console);
	if (!ret)
		ret = splats_scan(&splats, j->dmesg);
	if (splats.found.count)
		verdict_fail(&j->verdicts, "the kernel log is clean");
	for (int i = 0; i < splats.found.count; i++)
		printf("#   %s\n", splats.found.lines[i]);
	for (int i = 0; i < splats.races.count; i++)
		verdict_note(&j->verdicts, "not ours: %s", splats.races.lines[i]);
	splats_free(&splats);
	return ret;
}

/* What the scenario cannot say about itself. */
static int judge_end(struct judge *j, enum qemu_end end)
{
	struct verdicts *v = &j->verdicts;
	char said[1024];
	int ret;

	ret = judge_log(j);
	if (ret)
		return ret;

	if (end == QEMU_LATE) {
		verdict_fail(v, "the guest ends within %g s", j->timeout);
	} else if (j->qemu.status) {
		complaint(j->said, said, sizeof(said));
		verdict_fail(v, "QEMU ends well (status %d: %s)", j->qemu.status, said);
	} else if (!j->port.done) {
		verdict_fail(v, "the scenario reaches its end (the guest went away before)");
	} else if (j->port.status) {
		verdict_fail(v, "the scenario ends with status 0 (got %d)", j->port.status);
	}
	if (!v->passed && !v->failed)
		verdict_fail(v, "the scenario makes a check (it made none)");
	return 0;
}

static int run(struct judge *j, char *const command[], int *sig)
{
	sigset_t before;
	int signals, end, ret;

	j->console = folder_path("%s/console.log", j->folder);
	j->said = folder_path("%s/qemu.log", j->folder);
	j->dmesg = folder_path("%s/logs/dmesg", j->folder);
	if (!j->console || !j->said || !j->dmesg)
		return -ENOMEM;

	signals = hold_signals(&before);
	if (signals < 0)
		return signals;
	ret = qemu_start(&j->qemu, command, j->said, &before);
	if (!ret)
		ret = qemu_follow(&j->qemu, &j->port, signals,
				  j->verdicts.begun + j->timeout, sig);
	qemu_stop(&j->qemu);
	close(signals);
	end = ret;
	if (ret < 0 || end == QEMU_INTERRUPTED)
		return ret;

	frames_finish(&j->frames);
	ret = judge_end(j, end);
	if (!ret)
		ret = folder_keep(j->folder, j->lab, j->verdicts.name);
	return ret;
}

static void last_lines(const struct judge *j)
{
	const struct verdicts *v = &j->verdicts;

	if (!v->quiet) {
		printf("# %s: %.1f s", v->name, lab_now() - v->begun);
		if (j->port.done)
			printf(", %.1f s of guest time", j->port.uptime);
		putchar('\n');
	}
	if (v->failed)
		printf("# log: %s\n", j->log);
	printf("%d passed, %d failed", v->passed, v->failed);
	if (v->skipped)
		printf(", %d skipped", v->skipped);
	putchar('\n');
}

/* End as the signal would have ended us, so that who called us sees it. */
static void end_by(int sig)
{
	sigset_t one;

	signal(sig, SIG_DFL);
	raise(sig);
	sigemptyset(&one);
	sigaddset(&one, sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}

int main(int argc, char **argv)
{
	struct judge j = {
		.verdicts = { .first = -1 },
		.frames = { .verdicts = &j.verdicts },
		.port = { .verdicts = &j.verdicts, .frames = &j.frames },
		.qemu = { .port = -1 },
	};
	int ret, sig = 0;

	parse(&j, argc, argv);
	j.frames.folder = j.folder;
	setvbuf(stdout, NULL, _IOLBF, 0);

	ret = run(&j, argv + optind, &sig);
	port_finish(&j.port);
	frames_free(&j.frames);
	if (j.keep)
		fprintf(stderr, "# kept: %s\n", j.folder);
	else
		folder_remove(j.folder);
	if (!ret)
		last_lines(&j);
	free(j.dmesg);
	free(j.said);
	free(j.console);

	if (sig)
		end_by(sig);
	if (ret < 0)
		errx(1, "%s: %s", j.verdicts.name, strerror(-ret));
	if (fflush(stdout) || ferror(stdout))
		return 1;
	return j.verdicts.failed ? 1 : 0;
}
