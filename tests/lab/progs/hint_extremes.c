// SPDX-License-Identifier: MIT
/*
 * Declarations at both ends of all their ranges: whatever they are, the governor asks for no
 * frequency outside the policy's limits or above what a power budget allows, and no number wraps.
 */
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../../../userspace/libdnnhint/handle.h"
#include "../../../userspace/libdnnhint/parse.h"
#include "hint_test.h"

#define AT_ONCE 7	/* streams */
#define TRIES 100
/* Plans of so many frames with a checker's delays: each try takes seconds. */
#define SLOW_TRIES 20

/* What may be said, from one end to the other. */
static const uint64_t times[] = { DNN_GOV_TIME_MIN_NS, DNN_GOV_TIME_MAX_NS, 16 * MS };
static const uint64_t cycles[] = { 1, DNN_GOV_CYCLES_MAX, 10000000 };
static const uint64_t stalls[] = { 0, DNN_GOV_TIME_MAX_NS };
static const uint64_t budgets[] = { 0, 1, DNN_GOV_ENERGY_MAX_UJ };
static const uint32_t ppms[] = { 0, DNN_GOV_PPM };
static const uint32_t weights[] = { 1, DNN_GOV_WEIGHT_MAX };
static const uint32_t levels[] = { 1, DNN_GOV_LEVELS_MAX };

#define OF(choice, list) list[take(choice, sizeof(list) / sizeof((list)[0]))]

/* One number is a choice from each list. */
static size_t take(uint64_t *choice, size_t n)
{
	size_t i = *choice % n;

	*choice /= n;
	return i;
}

#define CHOICES (2 * 2 * 3 * 3 * 2 * 2 * 3 * 3 * 3 * 2 * 2 * 2 * 2)
#define STEP 7919	/* has no factor of CHOICES, and neighbours have little in common */

/**
 * struct stream - one of those at once
 * @frames: pending; 0: none
 */
struct stream {
	uint32_t id, levels;
	uint64_t deadline_ns, frames[DNN_GOV_FRAMES_MAX];
};

/**
 * struct bounds - what the frequency must keep to
 * @cpu: the policy's first CPU
 * @min_khz: of it
 * @max_khz: of it, or what the power budget allows if that is less
 * @begun: frames that were
 * @highest_khz: that was seen
 * @longest_ns: that one took to begin
 */
struct bounds {
	unsigned int cpu;
	uint32_t min_khz, max_khz;
	unsigned int begun;
	uint32_t highest_khz;
	uint64_t longest_ns;
};

static uint32_t number_in(const struct bounds *bounds, const char *file)
{
	char path[80], text[24] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/dnn_gov/policy%u/%s", bounds->cpu, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "%s: %s", path, strerror(errno));
	close(fd);
	return (uint32_t)strtoul(text, NULL, 10);
}

static void require_within(struct bounds *bounds, uint32_t khz, const char *what)
{
	REQUIRE(khz >= bounds->min_khz && khz <= bounds->max_khz, "%s: %u kHz, must be %u..%u",
		what, khz, bounds->min_khz, bounds->max_khz);
	if (khz > bounds->highest_khz)
		bounds->highest_khz = khz;
}

/* What it decided, what it has asked for and what it would ask for by load. */
static void look_at_policy(struct bounds *bounds)
{
	uint32_t plan_khz = number_in(bounds, "plan_khz");

	if (plan_khz)
		require_within(bounds, plan_khz, "plan_khz");
	require_within(bounds, number_in(bounds, "khz"), "khz");
	REQUIRE(number_in(bounds, "cap_khz") <= bounds->max_khz, "cap_khz: %u",
		number_in(bounds, "cap_khz"));
}

static void put_costs(struct nl_msg *msg, uint64_t work, uint64_t stall_ns, uint32_t ppm,
		      uint32_t count, bool same)
{
	struct nlattr *all = nla_nest_start(msg, DNN_GOV_A_LEVEL_COSTS);

	for (uint32_t k = 1; k <= count; k++) {
		struct nlattr *one = nla_nest_start(msg, DNN_GOV_A_LEVEL_COST);

		nla_put_u64(msg, DNN_GOV_COST_A_CYCLES, same ? work : work / count * (k - 1) + 1);
		nla_put_u64(msg, DNN_GOV_COST_A_STALL_NS, stall_ns);
		nla_put_u32(msg, DNN_GOV_COST_A_ACCURACY_PPM, same ? ppm : ppm / count * k);
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, all);
}

/* Past the library, which takes some zeros for what was not said. */
static struct stream add(struct dnnhint *h, uint64_t choice)
{
	struct nl_msg *msg = hint_request(h, DNN_GOV_CMD_STREAM_ADD, NLM_F_ACK, 4096);
	struct stream stream = { .levels = OF(&choice, levels) };
	uint32_t least = take(&choice, 2) ? stream.levels : 1;
	uint64_t work, stall_ns;
	struct hint_reply reply;
	uint32_t ppm;

	REQUIRE(msg, "no memory");
	stream.deadline_ns = OF(&choice, times);
	work = OF(&choice, cycles);
	stall_ns = OF(&choice, stalls);
	ppm = OF(&choice, ppms);
	nla_put_string(msg, DNN_GOV_A_STREAM_NAME, "extreme");
	nla_put_u64(msg, DNN_GOV_A_DEADLINE_NS, stream.deadline_ns);
	nla_put_u64(msg, DNN_GOV_A_PERIOD_NS, OF(&choice, times));
	nla_put_u32(msg, DNN_GOV_A_LEVELS, stream.levels);
	nla_put_u32(msg, DNN_GOV_A_MIN_LEVEL, least);
	nla_put_u64(msg, DNN_GOV_A_ENERGY_BUDGET_UJ, OF(&choice, budgets));
	nla_put_u32(msg, DNN_GOV_A_GOAL, (uint32_t)take(&choice, DNN_GOV_GOAL_MAX + 1));
	nla_put_u32(msg, DNN_GOV_A_ACCURACY_FLOOR_PPM, OF(&choice, ppms));
	nla_put_u32(msg, DNN_GOV_A_BALANCE_PPM, OF(&choice, ppms));
	nla_put_u32(msg, DNN_GOV_A_WEIGHT, OF(&choice, weights));
	put_costs(msg, work, stall_ns, ppm, stream.levels, take(&choice, 2));
	REQUIRE_RET(h, hint_ask(h, msg, HINT_HAS(STREAM_ID) | HINT_HAS(GRANT), &reply), 0);
	REQUIRE(reply.grant >= least && reply.grant <= stream.levels, "granted %u of %u..%u",
		reply.grant, least, stream.levels);
	stream.id = reply.stream_id;
	return stream;
}

/* As many frames as may be, the later ones late already where there is time to say so. */
static void begin(struct dnnhint *h, struct stream *stream, struct bounds *bounds)
{
	struct dnnhint_grant grant;

	for (unsigned int i = 0; i < DNN_GOV_FRAMES_MAX; i++) {
		uint64_t ago = stream->deadline_ns > 1000 * MS ? stream->deadline_ns / 8 * i : 0;
		uint64_t now = now_ns(), took;

		REQUIRE_RET(h, dnnhint_frame_begin(h, stream->id, ago && ago < now ? now - ago : 0,
						   &grant), 0);
		took = now_ns() - now;
		if (took > bounds->longest_ns)
			bounds->longest_ns = took;
		stream->frames[i] = grant.frame_id;
		require_within(bounds, grant.khz, "FRAME_BEGIN");
		bounds->begun++;
	}
	REQUIRE_RET(h, dnnhint_frame_begin(h, stream->id, UINT64_MAX, &grant), -EBUSY);
}

/* Some ends teach that the work took no time at all, or, of late ones, that it took for ever. */
static void end(struct dnnhint *h, const struct stream *stream)
{
	for (unsigned int i = 0; i < DNN_GOV_FRAMES_MAX && stream->frames[i]; i++) {
		uint32_t level = i % 2 ? stream->levels : i / 2;

		REQUIRE_RET(h, dnnhint_frame_progress(h, stream->id, stream->frames[i], level), 0);
		REQUIRE_RET(h, dnnhint_frame_end(h, stream->id, stream->frames[i], level, NULL), 0);
	}
	REQUIRE_RET(h, dnnhint_frame_end(h, stream->id, UINT64_MAX, 1, NULL), -ENOENT);
	REQUIRE_RET(h, dnnhint_stream_del(h, stream->id), 0);
}

/* Releases out of range, which must not be added to anything. */
static void releases(struct dnnhint *h)
{
	static const uint64_t wrong[] = { UINT64_MAX, UINT64_MAX / 2, 1 };
	uint32_t id = must_add(h, "releases");
	struct dnnhint_grant grant;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		REQUIRE_RET(h, dnnhint_frame_begin(h, id, wrong[i], &grant), -ERANGE);
	REQUIRE_RET(h, dnnhint_stream_del(h, id), 0);
}

static uint32_t from_environment(const char *name, uint32_t otherwise)
{
	const char *text = getenv(name);

	return text ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

/* On the policy of the CPU in LAB_CPU, which must not go above LAB_MAX_KHZ. */
static void extremes(void)
{
	struct bounds bounds = { .cpu = from_environment("LAB_CPU", 1) };
	struct stream streams[AT_ONCE] = { 0 };
	unsigned int tries = getenv("LAB_UNTIMED") ? SLOW_TRIES : TRIES;
	struct dnnhint *h = must_open();
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(bounds.cpu, &cpus);
	REQUIRE_EQ(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
	bounds.min_khz = number_in(&bounds, "min_khz");
	bounds.max_khz = from_environment("LAB_MAX_KHZ", number_in(&bounds, "max_khz"));
	releases(h);
	for (unsigned int i = 0; i < tries; i++) {
		struct stream *stream = &streams[i % AT_ONCE];

		if (stream->id)
			end(h, stream);
		*stream = add(h, (uint64_t)i * STEP % CHOICES);
		begin(h, stream, &bounds);
		look_at_policy(&bounds);
	}
	for (unsigned int i = 0; i < AT_ONCE; i++)
		end(h, &streams[i]);
	/* or it was never put to the test */
	REQUIRE_TIMED(bounds.highest_khz == bounds.max_khz, "%u kHz at the most, of %u",
		      bounds.highest_khz, bounds.max_khz);
	printf("%u frames, %u..%u kHz, one took %" PRIu64 " us to begin at the most\n", bounds.begun,
	       bounds.min_khz, bounds.highest_khz, bounds.longest_ns / 1000);
	/* with its plan, which stops the CPU; it took 0.2 s when plans were not bounded */
	REQUIRE_TIMED(bounds.longest_ns < 50 * MS, "too long");
	dnnhint_close(h);
}

const struct hint_test hint_extremes_tests[] = {
	{ "extremes", extremes },
	{ NULL, NULL },
};
