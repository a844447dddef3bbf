/* SPDX-License-Identifier: MIT */
/* hint_test: libdnnhint against the real module. Each test is one run of the program. */
#ifndef HINT_TEST_H
#define HINT_TEST_H

#include <dnnhint.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000ULL

/* Say what is wrong and end the test. */
#define REQUIRE(condition, ...) \
	do { \
		if (!(condition)) { \
			printf("%s:%d: %s: ", __FILE__, __LINE__, #condition); \
			printf(__VA_ARGS__); \
			putchar('\n'); \
			exit(1); \
		} \
	} while (0)

#define REQUIRE_EQ(got, want) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		REQUIRE(got_ == want_, "is %lld, must be %lld", got_, want_); \
	} while (0)

/* The same of what holds only where the kernel is as fast as one in use, as the scenarios' timed. */
#define REQUIRE_TIMED(condition, ...) \
	REQUIRE((condition) || getenv("LAB_UNTIMED"), __VA_ARGS__)

/* A call that must return this, with words of the handle in case it does not. */
#define REQUIRE_RET(h, call, want) \
	do { \
		int ret_ = (call); \
		REQUIRE(ret_ == (want), "returned %d (%s), must be %d", ret_, \
			(h) ? dnnhint_error(h) : "", (want)); \
	} while (0)

/**
 * struct hint_test - a test
 * @name: argument that runs it
 * @run: ends the program with 1 where it fails
 */
struct hint_test {
	const char *name;
	void (*run)(void);
};

extern const struct hint_test hint_call_tests[];
extern const struct hint_test hint_refusal_tests[];
extern const struct hint_test hint_event_tests[];
extern const struct hint_test hint_life_tests[];
extern const struct hint_test hint_client_tests[];
extern const struct hint_test hint_threads_tests[];
extern const struct hint_test hint_rights_tests[];
extern const struct hint_test hint_limits_tests[];
extern const struct hint_test hint_replies_tests[];
extern const struct hint_test hint_extremes_tests[];

/* hint_test.c */
struct dnnhint *must_open(void);
uint32_t must_add(struct dnnhint *h, const char *name);
uint64_t now_ns(void);
uint64_t patience_ns(uint64_t ns);
int first_governed_cpu(struct dnnhint *h, struct dnnhint_policy_info *policy);
void spin_ns(uint64_t ns);

/*
 * A stream on the policy with the highest frequency. Each of its four levels takes so many
 * 128ths of its deadline of 40 ms there: with 16, four fit at the top and not at half of it.
 */
uint32_t must_add_heavy(struct dnnhint *h, const char *name, struct dnnhint_policy_info *policy,
			unsigned int parts);

#endif
