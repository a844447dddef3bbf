// SPDX-License-Identifier: MIT
/*
 * The main program of the unit tests under emulation and of mutants: every test in a child of
 * its own, and at the end the line of sums that Criterion prints. With --fail-fast that comes
 * after the first that fails.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How a child ends. Not 0 and 1: a test that calls exit() has not passed by that. */
enum { PASSED = 100, FAILED, SKIPPED };

/* An emulated processor is that much slower, and two targets may be tested at once. */
#define SLOWER		30
#define TIMEOUT_MAX	900	/* s, of tests that set none as well */

static struct runner_entry *entries;
static bool failed;

void runner_add(struct runner_entry *entry)
{
	entry->next = entries;
	entries = entry;
}

__attribute__((noreturn))
static void finish(int how)
{
	fflush(NULL);
	_exit(how);
}

void runner_failed(bool fatal, const char *file, int line, const char *expression,
		   const char *format, ...)
{
	va_list args;

	printf("%s:%d: false: %s:", file, line, expression);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failed = true;
	if (fatal)
		finish(FAILED);
}

void runner_skip(const char *format, ...)
{
	va_list args;

	printf("skipped:");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	finish(SKIPPED);
}

void runner_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static const struct runner_options *suite_options(const char *suite)
{
	static const struct runner_options none;

	for (const struct runner_entry *entry = entries; entry; entry = entry->next)
		if (!entry->run && !strcmp(entry->suite, suite))
			return &entry->options;
	return &none;
}

__attribute__((noreturn))
static void child(const struct runner_entry *test)
{
	const struct runner_options *own = &test->options, *suite = suite_options(test->suite);
	double timeout = SLOWER * (own->timeout > 0 ? own->timeout : suite->timeout);
	void (*init)(void) = own->init ? own->init : suite->init;
	void (*fini)(void) = own->fini ? own->fini : suite->fini;

	/* Whatever it starts dies with it. */
	setpgid(0, 0);
	alarm(timeout > 0 && timeout < TIMEOUT_MAX ? (unsigned int)timeout : TIMEOUT_MAX);
	if (init)
		init();
	test->run();
	if (fini)
		fini();
	finish(failed ? FAILED : PASSED);
}

/* Returns the exit status of a test, or -1 if it crashed. */
static int run(const struct runner_entry *test)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		child(test);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		printf("cannot run: %s\n", strerror(errno));
		return -1;
	}
	kill(-pid, SIGKILL);
	if (WIFSIGNALED(status)) {
		printf("ended by signal %d%s\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? ": it took too long" : "");
		return -1;
	}
	return WEXITSTATUS(status) >= PASSED && WEXITSTATUS(status) <= SKIPPED ?
		WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv)
{
	bool fail_fast = argc > 1 && !strcmp(argv[1], "--fail-fast");
	unsigned int tested = 0, passing = 0, failing = 0, crashing = 0;

	for (const struct runner_entry *test = entries; test; test = test->next) {
		time_t start = time(NULL);
		int how;

		if (!test->run)
			continue;
		how = run(test);
		printf("%s %s::%s, %lld s\n", how == PASSED ? "ok" : how == SKIPPED ? "skipped" : "FAILED",
		       test->suite, test->name, (long long)(time(NULL) - start));
		tested += how != SKIPPED;
		passing += how == PASSED;
		failing += how == FAILED;
		crashing += how == -1;
		if (fail_fast && passing < tested)
			break;
	}
	printf("Synthesis: Tested: %u | Passing: %u | Failing: %u | Crashing: %u\n", tested, passing,
	       failing, crashing);
	return passing == tested && tested > 0 ? 0 : 1;
}
