// SPDX-License-Identifier: MIT
#include <string.h>

#include "planner_kit.h"

/* MHz, mW with one core busy, mW idle */
static const u32 a15[][3] = {
	{ 200, 91, 30 }, { 300, 135, 37 }, { 400, 178, 44 }, { 500, 221, 50 },
	{ 600, 266, 55 }, { 700, 310, 62 }, { 800, 362, 71 }, { 900, 419, 82 },
	{ 1000, 492, 96 }, { 1100, 567, 110 }, { 1200, 653, 124 }, { 1300, 749, 143 },
	{ 1400, 846, 161 }, { 1500, 952, 182 }, { 1600, 1103, 210 }, { 1700, 1261, 241 },
	{ 1800, 1438, 282 }, { 1900, 1692, 326 }, { 2000, 2044, 413 },
};

void kit_init(struct kit *kit)
{
	u32 i;

	memset(kit, 0, sizeof(*kit));
	for (i = 0; i < sizeof(a15) / sizeof(a15[0]); i++) {
		kit->opps[i].khz = a15[i][0] * 1000;
		kit->opps[i].busy_uw = a15[i][1] * 1000;
		kit->opps[i].idle_uw = a15[i][2] * 1000;
	}
	kit->in = (struct plan_input){
		.now_ns = KIT_NOW,
		.opps = kit->opps,
		.nr_opps = i,
		.min_khz = 200000,
		.max_khz = 2000000,
		.nr_cpus = 1,
		.other_ppm = kit->other,
		.streams = kit->streams,
		.frames = kit->frames,
		.hold_ns = 500 * MS,
		.scratch = &kit->scratch,
	};
	/* what an earlier plan left must not matter */
	memset(&kit->scratch, 0xa5, sizeof(kit->scratch));
}

struct plan_stream *kit_stream(struct kit *kit, u32 levels, u64 mcycles)
{
	struct plan_stream *stream = &kit->streams[kit->in.nr_streams++];
	u32 k, accuracy = 500000, step = 100000;

	memset(stream, 0, sizeof(*stream));
	stream->levels = levels;
	stream->grant = levels;
	stream->min_level = 1;
	stream->weight = 100;
	stream->fit_since_ns = PLAN_NEVER;
	for (k = 0; k < levels; k++) {
		accuracy += step;
		step /= 2;
		stream->accuracy_ppm[k] = accuracy;
		stream->cost[k].cycles = (k + 1) * mcycles * MCYCLES;
		stream->cost[k].tail_ppm = PLAN_PPM;
	}
	return stream;
}

struct plan_frame *kit_frame(struct kit *kit, u32 stream, u32 cpu, int release, int deadline)
{
	struct plan_frame *frame = &kit->frames[kit->in.nr_frames++];

	*frame = (struct plan_frame){
		.stream = stream,
		.cpu = cpu,
		.release_ns = kit->in.now_ns + release * (s64)MS,
		.deadline_ns = kit->in.now_ns + deadline * (s64)MS,
	};
	return frame;
}

void kit_share_all(struct kit *kit, bool shares)
{
	u32 i;

	for (i = 0; i < kit->in.nr_frames; i++)
		kit->frames[i].shares = shares;
}

void kit_plan(struct kit *kit)
{
	memset(&kit->out, 0xa5, sizeof(kit->out));
	plan_policy(&kit->in, &kit->out);
}

u32 kit_random(u64 *seed, u32 bound)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*seed >> 33) % bound;
}
