// SPDX-License-Identifier: MIT

#include "verdicts.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

double lab_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void alive(struct verdicts *v)
{
	if (v->first < 0)
		v->first = lab_now() - v->begun;
}

static void show(struct verdicts *v, const char *word, const char *format, va_list args,
		 const char *tail)
{
	alive(v);
	if (word)
		printf("%s %d - ", word, v->passed + v->failed + v->skipped);
	else
		fputs("# ", stdout);
	vprintf(format, args);
	puts(tail);
}

void verdict_ok(struct verdicts *v, const char *format, ...)
{
	va_list args;

	v->passed++;
	alive(v);
	if (v->quiet)
		return;
	va_start(args, format);
	show(v, "ok", format, args, "");
	va_end(args);
}

void verdict_fail(struct verdicts *v, const char *format, ...)
{
	va_list args;

	v->failed++;
	va_start(args, format);
	show(v, "not ok", format, args, "");
	va_end(args);
}

void verdict_skip(struct verdicts *v, const char *format, ...)
{
	va_list args;

	v->skipped++;
	alive(v);
	if (v->quiet)
		return;
	va_start(args, format);
	show(v, "ok", format, args, " # SKIP");
	va_end(args);
}

void verdict_note(struct verdicts *v, const char *format, ...)
{
	va_list args;

	alive(v);
	if (v->quiet)
		return;
	va_start(args, format);
	show(v, NULL, format, args, "");
	va_end(args);
}

void verdict_boot(struct verdicts *v)
{
	alive(v);
	verdict_note(v, "%s: guest up after %.1f s", v->name, v->first);
}
