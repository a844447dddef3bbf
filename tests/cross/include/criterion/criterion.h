/* SPDX-License-Identifier: MIT */
/*
 * Criterion's interface, as far as tests/unit uses it, for programs that run under QEMU's
 * user emulation. Criterion itself starts every test by executing its program anew, which the
 * kernel refuses for another machine's program unless an emulator is registered with it; and
 * Debian 12 has no Criterion for armhf. Here a test is a forked child: see ../../runner.c.
 */
#ifndef CROSS_CRITERION_H
#define CROSS_CRITERION_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct runner_options {
	void (*init)(void);
	void (*fini)(void);
	double timeout;		/* s on a real machine, 1 or more; 0: none of its own */
};

/* A test, or with @run NULL the options of a suite. The program's, for its whole life. */
struct runner_entry {
	const char *suite;
	const char *name;
	void (*run)(void);
	struct runner_options options;
	struct runner_entry *next;
};

void runner_add(struct runner_entry *entry);

/* Says where and what failed; if @fatal the test ends here. @format starts with a blank. */
__attribute__((format(printf, 5, 6)))
void runner_failed(bool fatal, const char *file, int line, const char *expression,
		   const char *format, ...);

__attribute__((noreturn, format(printf, 1, 2)))
void runner_skip(const char *format, ...);

__attribute__((format(printf, 1, 2)))
void runner_log(const char *format, ...);

static inline bool runner_same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

#define RUNNER_ENTRY(id, suite_name, test_name, function, ...)				\
	static struct runner_entry id##_entry = {					\
		.suite = suite_name, .name = test_name, .run = function,		\
		.options = { __VA_ARGS__ },						\
	};										\
	__attribute__((constructor)) static void id##_add(void)				\
	{										\
		runner_add(&id##_entry);						\
	}

#define Test(suite, name, ...)								\
	static void suite##_##name##_test(void);					\
	RUNNER_ENTRY(suite##_##name, #suite, #name, suite##_##name##_test, __VA_ARGS__)	\
	static void suite##_##name##_test(void)

/* The last line declares nothing new: it takes the semicolon. */
#define TestSuite(suite, ...)								\
	RUNNER_ENTRY(suite##_suite, #suite, NULL, NULL, __VA_ARGS__)			\
	struct runner_entry

#define RUNNER_CHECK(fatal, good, expression, ...) do {					\
	if (!(good))									\
		runner_failed(fatal, __FILE__, __LINE__, expression, " " __VA_ARGS__);	\
} while (0)

#define RUNNER_COMPARE(fatal, a, op, b, ...)						\
	RUNNER_CHECK(fatal, (a) op (b), #a " " #op " " #b, __VA_ARGS__)
#define RUNNER_TEXT(fatal, want, a, b, ...)						\
	RUNNER_CHECK(fatal, runner_same_text(a, b) == (want), "texts " #a ", " #b, __VA_ARGS__)
#define RUNNER_BYTES(fatal, op, a, b, bytes, ...)					\
	RUNNER_CHECK(fatal, memcmp(a, b, bytes) op 0, "bytes of " #a ", " #b, __VA_ARGS__)
#define RUNNER_NEAR(fatal, a, b, within, ...)						\
	RUNNER_CHECK(fatal, __builtin_fabs((double)(a) - (double)(b)) <= (double)(within),	\
		     #a " near " #b, __VA_ARGS__)

#define cr_assert(x, ...)		RUNNER_CHECK(true, x, #x, __VA_ARGS__)
#define cr_assert_not(x, ...)		RUNNER_CHECK(true, !(x), "!" #x, __VA_ARGS__)
#define cr_assert_null(x, ...)		RUNNER_CHECK(true, !(x), #x " is NULL", __VA_ARGS__)
#define cr_assert_not_null(x, ...)	RUNNER_CHECK(true, x, #x " is not NULL", __VA_ARGS__)
#define cr_assert_eq(a, b, ...)		RUNNER_COMPARE(true, a, ==, b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...)	RUNNER_COMPARE(true, a, !=, b, __VA_ARGS__)
#define cr_assert_lt(a, b, ...)		RUNNER_COMPARE(true, a, <, b, __VA_ARGS__)
#define cr_assert_leq(a, b, ...)	RUNNER_COMPARE(true, a, <=, b, __VA_ARGS__)
#define cr_assert_gt(a, b, ...)		RUNNER_COMPARE(true, a, >, b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...)	RUNNER_COMPARE(true, a, >=, b, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...)	RUNNER_TEXT(true, true, a, b, __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...)	RUNNER_TEXT(true, false, a, b, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, n, ...)	RUNNER_BYTES(true, ==, a, b, n, __VA_ARGS__)
#define cr_assert_arr_neq(a, b, n, ...)	RUNNER_BYTES(true, !=, a, b, n, __VA_ARGS__)
#define cr_assert_float_eq(a, b, e, ...) RUNNER_NEAR(true, a, b, e, __VA_ARGS__)

#define cr_expect(x, ...)		RUNNER_CHECK(false, x, #x, __VA_ARGS__)
#define cr_expect_not(x, ...)		RUNNER_CHECK(false, !(x), "!" #x, __VA_ARGS__)
#define cr_expect_null(x, ...)		RUNNER_CHECK(false, !(x), #x " is NULL", __VA_ARGS__)
#define cr_expect_not_null(x, ...)	RUNNER_CHECK(false, x, #x " is not NULL", __VA_ARGS__)
#define cr_expect_eq(a, b, ...)		RUNNER_COMPARE(false, a, ==, b, __VA_ARGS__)
#define cr_expect_neq(a, b, ...)	RUNNER_COMPARE(false, a, !=, b, __VA_ARGS__)
#define cr_expect_lt(a, b, ...)		RUNNER_COMPARE(false, a, <, b, __VA_ARGS__)
#define cr_expect_leq(a, b, ...)	RUNNER_COMPARE(false, a, <=, b, __VA_ARGS__)
#define cr_expect_gt(a, b, ...)		RUNNER_COMPARE(false, a, >, b, __VA_ARGS__)
#define cr_expect_geq(a, b, ...)	RUNNER_COMPARE(false, a, >=, b, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...)	RUNNER_TEXT(false, true, a, b, __VA_ARGS__)
#define cr_expect_str_neq(a, b, ...)	RUNNER_TEXT(false, false, a, b, __VA_ARGS__)
#define cr_expect_arr_eq(a, b, n, ...)	RUNNER_BYTES(false, ==, a, b, n, __VA_ARGS__)
#define cr_expect_arr_neq(a, b, n, ...)	RUNNER_BYTES(false, !=, a, b, n, __VA_ARGS__)
#define cr_expect_float_eq(a, b, e, ...) RUNNER_NEAR(false, a, b, e, __VA_ARGS__)

#define cr_skip_test(...)		runner_skip(" " __VA_ARGS__)
#define cr_log_info(...)		runner_log(" " __VA_ARGS__)

#endif
