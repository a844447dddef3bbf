// SPDX-License-Identifier: MIT
/*
 * The co-scheduling client from one end to the other: frames of a network of the shipped
 * shape go on while the module comes, caps fall and lift, and the module goes.
 */
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <dyndnn_runtime.h>

#include "../../../engine/model/writer.h"
#include "hint_test.h"

#define PERIOD_NS (60 * MS)
#define MODEL "/tmp/hint_client.dnn"
#define DEADLINE_NS (50 * MS)

struct client_run {
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	struct dyndnn_client *client;
	uint64_t next_ns;
};

/* What became of some frames. */
struct tally {
	unsigned int frames;
	unsigned int met;
	unsigned int hinted;
	unsigned int stopped;
	unsigned int lowest;
	unsigned int highest;
	uint32_t cause;		/* of the last one */
	uint32_t causes;	/* of all, a bit each */
};

#define GROUPS 4
#define LAYERS 9
#define MOST_WEIGHTS (64 * 64 * 9)

/* A model of the shipped shape; what its weights are does not matter here. */
static void make_model(const char *path)
{
	static float values[MOST_WEIGHTS];
	struct dnnfile_tensors tensors[GROUPS * LAYERS];
	struct dnnfile_desc desc = {
		.mean = { .5f, .5f, .5f }, .stdev = { .2f, .2f, .2f }, .tensors = tensors,
	};
	struct dyndnn_error err;

	dnnfile_shape_init(&desc.shape, GROUPS, 10, 3, 32, 32);
	dnnfile_add_conv(&desc.shape, 24, 3, 1, 1, true);
	dnnfile_add_pool(&desc.shape, 2, 2, 0);
	dnnfile_add_conv(&desc.shape, 48, 3, 1, 1, true);
	dnnfile_add_pool(&desc.shape, 2, 2, 0);
	dnnfile_add_conv(&desc.shape, 64, 3, 1, 1, true);
	dnnfile_add_conv(&desc.shape, 64, 3, 1, 1, true);
	dnnfile_add_conv(&desc.shape, 32, 3, 1, 1, true);
	dnnfile_add_pool(&desc.shape, 2, 2, 0);
	dnnfile_add_classifier(&desc.shape);
	REQUIRE(!dnnfile_shape_check(&desc.shape, &err), "%s", err.text);
	REQUIRE_EQ(desc.shape.layers, LAYERS);
	for (size_t i = 0; i < MOST_WEIGHTS; i++)
		values[i] = (float)(i % 13) / 1300 - .005f;
	for (unsigned int i = 0; i < GROUPS * LAYERS; i++) {
		uint64_t count = dnnfile_weights_count(&desc.shape, i % LAYERS,
						       i / LAYERS + 1);

		REQUIRE(count <= MOST_WEIGHTS, "layer %u has %" PRIu64, i % LAYERS, count);
		tensors[i] = (struct dnnfile_tensors) {
			.weights = count ? values : NULL, .bias = count ? values : NULL,
		};
	}
	REQUIRE(!dnnfile_write(path, &desc, &err), "%s", err.text);
}

static void open_all(struct client_run *run)
{
	struct dyndnn_client_options options = {
		.name = "client", .period_ns = PERIOD_NS, .deadline_ns = DEADLINE_NS,
	};
	static uint8_t pixels[3 * 32 * 32];
	struct dyndnn_client_status status;
	struct dyndnn_error err;

	make_model(MODEL);
	REQUIRE(!dyndnn_model_open(MODEL, &run->model, &err), "%s", err.text);
	REQUIRE(!dyndnn_session_open(run->model, NULL, &run->session, &err), "%s", err.text);
	REQUIRE(!dyndnn_client_open(run->session, &options, &run->client, &err), "%s", err.text);
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)(i * 7);
	REQUIRE_EQ(dyndnn_set_input_u8(run->session, pixels, sizeof(pixels), DYNDNN_HWC), 0);
	dyndnn_client_status(run->client, &status);
	printf("opened: hinted %d (%s)\n", status.hinted, status.why);
	run->next_ns = now_ns();
}

static void close_all(struct client_run *run)
{
	dyndnn_client_close(run->client);
	dyndnn_session_close(run->session);
	dyndnn_model_close(run->model);
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

static void one_frame(struct client_run *run, struct tally *tally)
{
	struct dyndnn_client_frame frame;
	float logits[16];

	run->next_ns += PERIOD_NS;
	if (run->next_ns < now_ns())
		run->next_ns = now_ns();
	sleep_until(run->next_ns);
	frame = (struct dyndnn_client_frame) { .release_ns = run->next_ns };
	REQUIRE(!dyndnn_client_run(run->client, &frame, logits), "%s",
		dyndnn_client_error(run->client));
	printf("frame %5.1f ms grant %u level %u %s %u kHz%s%s%s\n",
	       (double)(frame.end_ns - frame.release_ns) / 1e6, frame.grant, frame.level_done,
	       dnnhint_cause_name(frame.cause), frame.khz, frame.hinted ? "" : " alone",
	       frame.stopped ? " stopped" : "", frame.met ? "" : " MISSED");
	tally->frames++;
	tally->met += frame.met;
	tally->hinted += frame.hinted;
	tally->stopped += frame.stopped;
	if (!tally->lowest || frame.level_done < tally->lowest)
		tally->lowest = frame.level_done;
	if (frame.level_done > tally->highest)
		tally->highest = frame.level_done;
	tally->cause = frame.cause;
	tally->causes |= 1u << frame.cause;
}

static struct tally frames(struct client_run *run, unsigned int count)
{
	struct tally tally = { .frames = 0 };

	while (count--)
		one_frame(run, &tally);
	return tally;
}

static void must_run(const char *command)
{
	printf("%s\n", command);
	REQUIRE_EQ(system(command), 0);
}

/* The fast policy's thermal cap. */
static void set_cap(uint32_t khz)
{
	char command[96];

	snprintf(command, sizeof(command),
		 "echo %u >/sys/kernel/dnn_emufreq/policy%d/thermal_cap_khz", khz, sched_getcpu());
	must_run(command);
}

static void set_governor(const char *governor)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "for p in /sys/devices/system/cpu/cpufreq/policy*; do "
		 "echo %s >$p/scaling_governor; done", governor);
	must_run(command);
}

/* Somebody who takes what he can get of the same CPU. */
static pid_t start_hog(void)
{
	pid_t pid = fork();

	while (!pid)
		;
	REQUIRE(pid > 0, "fork: %s", strerror(errno));
	printf("hog\n");
	return pid;
}

static void stop_hog(pid_t pid)
{
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
	printf("no hog\n");
}

static void until_all_levels(struct client_run *run)
{
	struct tally tally;

	for (int i = 0; i < 80; i++) {
		tally = frames(run, 1);
		if (tally.highest == 4)
			return;
	}
	REQUIRE_TIMED(tally.highest == 4, "level %u", tally.highest);
}

static void whole_life(void)
{
	struct dyndnn_client_status status;
	struct client_run run;
	struct tally tally;
	cpu_set_t cpus;
	pid_t hog;

	/* the scenario has loaded emufreq with two CPUs, of which the second is the fast one */
	CPU_ZERO(&cpus);
	CPU_SET(1, &cpus);
	REQUIRE_EQ(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
	set_governor("performance");
	open_all(&run);
	tally = frames(&run, 5);
	REQUIRE_EQ(tally.hinted, 0);
	REQUIRE_TIMED(tally.lowest == 4, "level %u", tally.lowest);
	REQUIRE_TIMED(tally.met == 5, "%u of 5 met", tally.met);

	must_run("insmod /lib/modules/dnn/dnn_gov.ko");
	set_governor("dnn");
	for (int i = 0; i < 60 && !tally.hinted; i++)
		tally = frames(&run, 1);
	REQUIRE(tally.hinted, "the module was not found within 60 frames");
	frames(&run, 5);
	tally = frames(&run, 10);
	REQUIRE_EQ(tally.hinted, 10);
	REQUIRE_TIMED(tally.lowest == 4, "level %u", tally.lowest);
	REQUIRE_TIMED(tally.met == 10, "%u of 10 met", tally.met);
	REQUIRE_TIMED(!tally.stopped, "%u stopped", tally.stopped);

	set_cap(800000);
	tally = frames(&run, 12);
	REQUIRE_EQ(tally.hinted, 12);
	REQUIRE(tally.lowest < 4, "no group was dropped");
	REQUIRE_TIMED(tally.cause == DNN_GOV_CAUSE_FREQ_CAP, "cause is %s",
		dnnhint_cause_name(tally.cause));
	REQUIRE_TIMED(tally.met >= 11, "%u of 12 met", tally.met);

	set_cap(0);
	until_all_levels(&run);
	tally = frames(&run, 10);
	REQUIRE_TIMED(tally.lowest == 4, "level %u", tally.lowest);
	REQUIRE_TIMED(tally.met == 10, "%u of 10 met", tally.met);

	/* groups are dropped because of it; one may come back once it has proved to fit */
	hog = start_hog();
	tally = frames(&run, 5);
	REQUIRE_TIMED(tally.causes & 1u << DNN_GOV_CAUSE_CONTENTION, "causes are %#x", tally.causes);
	tally = frames(&run, 12);
	stop_hog(hog);
	REQUIRE(tally.lowest < 4, "no group was dropped");
	REQUIRE_TIMED(!(tally.causes & ~(1u << DNN_GOV_CAUSE_CONTENTION | 1u << DNN_GOV_CAUSE_RELIEF)),
		"causes are %#x", tally.causes);
	REQUIRE_TIMED(tally.met >= 11, "%u of 12 met", tally.met);
	until_all_levels(&run);

	set_governor("performance");
	must_run("rmmod dnn_gov");
	tally = frames(&run, 10);
	REQUIRE_EQ(tally.hinted, 0);
	REQUIRE_TIMED(tally.lowest == 4, "level %u", tally.lowest);
	REQUIRE_TIMED(tally.met == 10, "%u of 10 met", tally.met);
	dyndnn_client_status(run.client, &status);
	REQUIRE(!status.hinted && status.why[0], "hinted %d '%s'", status.hinted, status.why);
	printf("frames %" PRIu64 ", met %" PRIu64 ", stopped %" PRIu64 ", alone %" PRIu64,
	       status.frames, status.met, status.stopped, status.alone);
	printf(", moves %" PRIu64 ", lost %" PRIu64 "\n", status.moves, status.lost);
	close_all(&run);
}

const struct hint_test hint_client_tests[] = {
	{ "whole_life", whole_life },
	{ NULL, NULL },
};
