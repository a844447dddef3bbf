/* SPDX-License-Identifier: MIT */
/*
 * Plays a task set on one policy that the planner governs, event by event: the same
 * calls of plan_policy() and cost_learn() as the module makes, with true costs it learns.
 */
#ifndef ORACLE_PLAY_H
#define ORACLE_PLAY_H

#include <stdio.h>

#include "oracle_optimal.h"
#include "oracle_set.h"

/**
 * struct oracle_frame - a frame of the measured part, as it went
 * @stream: index of its stream
 * @release_ns: release
 * @deadline_ns: absolute deadline
 * @end_ns: when it ended; 0: never begun, its deadline had passed before
 * @level: complete groups at its end
 * @lowered: its stream's grant was below the top during it
 * @factor: true cost over the mean
 * @excused: nothing had announced its cost, or that of a frame it had to wait for
 */
struct oracle_frame {
	u32 stream;
	u64 release_ns;
	u64 deadline_ns;
	u64 end_ns;
	u32 level;
	bool lowered;
	double factor;
	bool excused;
};

/**
 * struct oracle_play - what became of the measured part of a set
 * @frames: by release, the caller frees with oracle_play_free()
 * @nr_frames: how many
 * @length_ns: from the first release possible to the end of the last frame
 * @energy_nj: of the policy during it
 * @plans: calls of plan_policy() in all
 * @switches: frequency changes during the measured part
 */
struct oracle_play {
	struct oracle_frame *frames;
	u32 nr_frames;
	u64 length_ns;
	double energy_nj;
	u32 plans;
	u32 switches;
};

/* @log, unless NULL, gets a line for each event of the measured part. 0 or -ENOMEM. */
int oracle_play(const struct oracle_set *set, struct oracle_play *play, FILE *log);
void oracle_play_free(struct oracle_play *play);

/* A frame as a job, at one level of its stream. */
struct oracle_job oracle_frame_job(const struct oracle_set *set, const struct oracle_frame *frame,
				   u32 level);

/**
 * struct oracle_verdict - a play beside the optimum
 * @frames: frames in all
 * @missed: of those, late ones or never begun ones that are not excused
 * @excused: late ones that are
 * @lowered: frames while the grant was below the top
 * @slack_played: free in the fullest window at the top frequency, at the levels played; if
 *	CPUs are shared evenly, the least that a frame has left when it ends
 * @slack_top: the same with all frames at their top levels
 * @slack_lowest: the same with all frames at level 1
 * @energy_nj: of the policy
 * @least_nj: least possible for the same frames at the same levels; negative: impossible
 * @idle_nj: of both, what idling at the lowest OPP would have taken
 * @ratio: @energy_nj over @least_nj
 * @blind_nj: least possible for who does not know which frame is next, see oracle_blind.h;
 *	negative where that is not known: more than one stream, or impossible
 */
struct oracle_verdict {
	u32 frames;
	u32 missed;
	u32 excused;
	u32 lowered;
	double slack_played;
	double slack_top;
	double slack_lowest;
	double energy_nj;
	double least_nj;
	double idle_nj;
	double ratio;
	double blind_nj;
	u32 plans;
};

/* Play a set and judge it. 0 or -ENOMEM. */
int oracle_judge(const struct oracle_set *set, struct oracle_verdict *verdict, FILE *log);

#endif /* ORACLE_PLAY_H */
