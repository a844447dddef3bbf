// SPDX-License-Identifier: MIT
/*
 * A session with two threads on a machine with one slow CPU and two fast ones: the grant
 * names the CPUs, the session's threads go along, and as many share a frame as there are
 * CPUs.
 */
#include <dirent.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <dyndnn_runtime.h>

#include "hint_test.h"

#define PERIOD_NS (200 * MS)
#define MODEL "/tmp/x.dnn"
#define SLOW_CPU 0
#define THREADS 2
#define PATIENCE_FRAMES 60

struct threads_run {
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	struct dyndnn_client *client;
	uint64_t next_ns;
	unsigned int met;
};

static void open_all(struct threads_run *run)
{
	const struct dyndnn_session_options session = { .threads = THREADS };
	const struct dyndnn_client_options options = {
		.name = "threads", .period_ns = PERIOD_NS, .deadline_ns = PERIOD_NS,
	};
	static uint8_t pixels[3 * 32 * 32];
	struct dyndnn_error err;

	REQUIRE(!dyndnn_model_open(MODEL, &run->model, &err), "%s", err.text);
	REQUIRE(!dyndnn_session_open(run->model, &session, &run->session, &err), "%s", err.text);
	REQUIRE(!dyndnn_client_open(run->session, &options, &run->client, &err), "%s", err.text);
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)(i * 7);
	REQUIRE_EQ(dyndnn_set_input_u8(run->session, pixels, sizeof(pixels), DYNDNN_HWC), 0);
	run->next_ns = now_ns();
}

static void close_all(struct threads_run *run)
{
	dyndnn_client_close(run->client);
	REQUIRE_EQ(dyndnn_session_threads(run->session), THREADS);
	dyndnn_session_close(run->session);
	dyndnn_model_close(run->model);
}

/*
 * The caller is allowed on these CPUs and no others. So are workers, but for the one CPU on which a
 * worker met the caller: it is kept off that one (engine/infer/workers.c).
 */
static void require_all_on(const cpu_set_t *cpus)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;
	unsigned int tasks = 0;

	REQUIRE(dir, "%s", strerror(errno));
	while ((entry = readdir(dir))) {
		int tid = atoi(entry->d_name), lacking;
		cpu_set_t now, common;

		if (entry->d_name[0] == '.')
			continue;
		REQUIRE_EQ(sched_getaffinity(tid, sizeof(now), &now), 0);
		CPU_AND(&common, &now, cpus);
		REQUIRE(CPU_EQUAL(&common, &now), "thread %s: on CPUs beside these %d",
			entry->d_name, CPU_COUNT(cpus));
		lacking = CPU_COUNT(cpus) - CPU_COUNT(&now);
		REQUIRE(lacking <= (tid == getpid() ? 0 : 1), "thread %s: %d CPUs, must be %d",
			entry->d_name, CPU_COUNT(&now), CPU_COUNT(cpus));
		tasks++;
	}
	closedir(dir);
	REQUIRE_EQ(tasks, THREADS);
}

static void one_frame(struct threads_run *run, struct dyndnn_client_status *status)
{
	struct dyndnn_client_frame frame;
	struct timespec ts;
	float logits[16];

	run->next_ns += PERIOD_NS;
	if (run->next_ns < now_ns())
		run->next_ns = now_ns();
	ts = (struct timespec) {
		.tv_sec = (time_t)(run->next_ns / 1000000000),
		.tv_nsec = (long)(run->next_ns % 1000000000),
	};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
	frame = (struct dyndnn_client_frame) { .release_ns = run->next_ns };
	REQUIRE(!dyndnn_client_run(run->client, &frame, logits), "%s",
		dyndnn_client_error(run->client));
	dyndnn_client_status(run->client, status);
	REQUIRE_EQ(dyndnn_session_threads(run->session), status->threads);
	require_all_on(&status->cpus);
	printf("frame %5.1f ms grant %u level %u %u kHz on %d CPUs, %u threads%s%s\n",
	       (double)(frame.end_ns - frame.release_ns) / 1e6, frame.grant, frame.level_done,
	       frame.khz, CPU_COUNT(&status->cpus), status->threads,
	       frame.hinted ? "" : " alone", frame.met ? "" : " MISSED");
	run->met += frame.met;
}

/* Frames until so many CPUs, and hence threads, are in use; then some that stay there. */
static void must_come_to(struct threads_run *run, int cpus, unsigned int threads)
{
	struct dyndnn_client_status status;
	int i = 0;

	do {
		one_frame(run, &status);
	} while (CPU_COUNT(&status.cpus) != cpus && ++i < PATIENCE_FRAMES);
	run->met = 0;
	for (i = 0; i < 8; i++) {
		one_frame(run, &status);
		REQUIRE_TIMED(CPU_COUNT(&status.cpus) == cpus, "%d CPUs, must be %d",
			      CPU_COUNT(&status.cpus), cpus);
		REQUIRE_TIMED(status.threads == threads, "%u threads, must be %u",
			      status.threads, threads);
		REQUIRE_TIMED(!!CPU_ISSET(SLOW_CPU, &status.cpus) == (cpus != 2),
			      "the slow CPU is %s", cpus == 2 ? "used" : "not used");
	}
	REQUIRE_TIMED(run->met >= 7, "%u of 8 met", run->met);
}

static void must_run(const char *command)
{
	printf("%s\n", command);
	REQUIRE_EQ(system(command), 0);
}

static void threads_follow(void)
{
	struct threads_run run = { .met = 0 };

	open_all(&run);
	/* it is little to do: the slow CPU is the cheapest */
	must_come_to(&run, 1, 1);
	must_run("echo 200000 >/sys/kernel/dnn_emufreq/policy0/thermal_cap_khz");
	must_come_to(&run, 2, 2);
	must_run("echo 0 >/sys/kernel/dnn_emufreq/policy0/thermal_cap_khz");
	must_come_to(&run, 1, 1);
	must_run("for p in /sys/devices/system/cpu/cpufreq/policy*; do "
		 "echo performance >$p/scaling_governor; done; rmmod dnn_gov");
	/* without the module all that is allowed */
	must_come_to(&run, 3, 2);
	close_all(&run);
}

const struct hint_test hint_threads_tests[] = {
	{ "threads_follow", threads_follow },
	{ NULL, NULL },
};
