// SPDX-License-Identifier: MIT
#include "hint_test.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

static const struct hint_test *const suites[] = {
	hint_call_tests, hint_refusal_tests, hint_event_tests, hint_life_tests,
	hint_client_tests, hint_threads_tests, hint_rights_tests, hint_limits_tests,
	hint_replies_tests, hint_extremes_tests,
};

#define NR_SUITES (sizeof(suites) / sizeof(suites[0]))

struct dnnhint *must_open(void)
{
	struct dnnhint *h;
	int ret = dnnhint_open(&h);

	REQUIRE(!ret, "returned %d (%s)", ret, dnnhint_strerror(ret));
	return h;
}

uint32_t must_add(struct dnnhint *h, const char *name)
{
	struct dnnhint_stream_params params = {
		.name = name, .period_ns = 50 * MS, .deadline_ns = 40 * MS, .levels = 4,
	};
	struct dnnhint_grant grant;
	uint32_t id = 0;

	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, &grant), 0);
	REQUIRE(id, "no id");
	return id;
}

/* A kernel whose times are not judged is several times slower, and so is all that goes by time. */
uint64_t patience_ns(uint64_t ns)
{
	return getenv("LAB_UNTIMED") ? 10 * ns : ns;
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

void spin_ns(uint64_t ns)
{
	uint64_t end = now_ns() + ns;

	while (now_ns() < end)
		;
}

static int fastest(const struct dnnhint_policy_info *info, void *ctx)
{
	struct dnnhint_policy_info *best = ctx;

	if (!best->max_khz || info->max_khz > best->max_khz)
		*best = *info;
	return 0;
}

/* The policy with the highest frequency; its first CPU. */
int first_governed_cpu(struct dnnhint *h, struct dnnhint_policy_info *policy)
{
	memset(policy, 0, sizeof(*policy));
	REQUIRE_RET(h, dnnhint_policies_get(h, fastest, policy), 0);
	REQUIRE(policy->max_khz, "no policy is under the governor dnn");
	return (int)policy->cpu;
}

static uint32_t hardware_khz(unsigned int cpu)
{
	char path[80];
	uint32_t khz = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpufreq/policy%u/cpuinfo_max_freq",
		 cpu);
	file = fopen(path, "r");
	REQUIRE(file && fscanf(file, "%" SCNu32, &khz) == 1, "%s", path);
	fclose(file);
	return khz;
}

/* A cap that an earlier test has lifted takes a while to go. */
static void wait_uncapped(struct dnnhint *h, struct dnnhint_policy_info *policy)
{
	uint64_t end = now_ns() + patience_ns(2000 * MS);

	do {
		first_governed_cpu(h, policy);
	} while (policy->max_khz != hardware_khz(policy->cpu) && now_ns() < end);
	REQUIRE_EQ(policy->max_khz, hardware_khz(policy->cpu));
}

uint32_t must_add_heavy(struct dnnhint *h, const char *name, struct dnnhint_policy_info *policy,
			unsigned int parts)
{
	struct dnnhint_cost costs[4] = { 0 };
	/* A test of many streams takes longer there than the frames would have. */
	uint64_t deadline_ns = patience_ns(40 * MS);
	struct dnnhint_stream_params params = {
		.name = name, .period_ns = deadline_ns / 4 * 5, .deadline_ns = deadline_ns,
		.levels = 4, .costs = costs,
	};
	struct dnnhint_grant grant;
	uint32_t id;

	wait_uncapped(h, policy);
	params.cpus = &policy->cpus;
	REQUIRE_EQ(sched_setaffinity(0, sizeof(policy->cpus), &policy->cpus), 0);
	for (unsigned int k = 0; k < 4; k++)
		costs[k].cycles = (uint64_t)policy->max_khz * (deadline_ns / MS) / 128 * (k + 1) *
				  parts;
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, &grant), 0);
	return id;
}

/* hint_test as_nobody COMMAND...: busybox has nothing that drops all privileges. */
static int as_nobody(char **command)
{
	REQUIRE_EQ(setresgid(65534, 65534, 65534), 0);
	REQUIRE_EQ(setresuid(65534, 65534, 65534), 0);
	execvp(command[0], command);
	REQUIRE(false, "%s: %s", command[0], strerror(errno));
	return 1;
}

/* Frames without end on the fast policy, for somebody else to look at. */
static void busy_stream(void)
{
	struct dnnhint *h = must_open();
	struct dnnhint_policy_info policy;
	uint32_t id = must_add_heavy(h, "busy", &policy, 8);
	struct dnnhint_grant grant;

	for (;;) {
		REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
		usleep(20000);
		REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 0, NULL), 0);
		usleep(5000);
	}
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "as_nobody"))
		return as_nobody(argv + 2);
	if (argc == 2 && !strcmp(argv[1], "busy_stream"))
		busy_stream();
	for (size_t s = 0; s < NR_SUITES; s++) {
		for (const struct hint_test *test = suites[s]; test->name; test++) {
			if (argc == 1) {
				puts(test->name);
			} else if (!strcmp(test->name, argv[1])) {
				test->run();
				return 0;
			}
		}
	}
	if (argc == 1)
		return 0;
	printf("no test %s\n", argv[1]);
	return 2;
}
