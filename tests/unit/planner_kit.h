/* SPDX-License-Identifier: MIT */
/* A planner's input that a test fills in a few lines. Times are ms from KIT_NOW. */
#ifndef PLANNER_KIT_H
#define PLANNER_KIT_H

#include <linux/dnn_gov.h>

#include "planner.h"

#define MS	((u64)1000000)
#define KIT_NOW	(10 * 1000 * MS)
#define MCYCLES ((u64)1000000)

struct kit {
	struct plan_input in;
	struct plan_output out;
	struct plan_opp opps[PLAN_MAX_OPPS];
	struct plan_stream streams[PLAN_MAX_STREAMS];
	struct plan_frame frames[PLAN_MAX_FRAMES];
	u32 other[PLAN_MAX_CPUS];
	struct plan_scratch scratch;
};

/* One CPU with the OPPs of an Odroid XU3's A15, nothing running, no margins. */
void kit_init(struct kit *kit);

/*
 * A stream whose level k takes k * @mcycles, all of it certain, with accuracies
 * that grow less from level to level: 600, 700, 750, 775 ... thousand ppm.
 */
struct plan_stream *kit_stream(struct kit *kit, u32 levels, u64 mcycles);

/* A frame of stream @stream from @release ms to @deadline ms, both relative to now. */
struct plan_frame *kit_frame(struct kit *kit, u32 stream, u32 cpu, int release, int deadline);

/* All frames so far share their CPU with others, or none does. */
void kit_share_all(struct kit *kit, bool shares);

void kit_plan(struct kit *kit);

/* A pseudo-random number below @bound, repeatable. */
u32 kit_random(u64 *seed, u32 bound);

#endif /* PLANNER_KIT_H */
