// SPDX-License-Identifier: MIT
/*
 * A play has two parts: the first goes on until every stream has had some frames to
 * learn from and no grant is down any more, or for some seconds; then the policy comes to
 * rest and the measured part begins, with nothing left over from before but what was learnt.
 *
 * Between two events all speeds are constant, so the next event is known exactly: a
 * group's end, a release, the timer, the end of a slow switch.
 */
#include <errno.h>
#include <linux/dnn_gov.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "oracle_blind.h"
#include "oracle_fair.h"
#include "oracle_play.h"

#define MS			1000000ULL
#define START_NS		(1000 * MS)
#define LEARNING_FRAMES		10		/* of each stream */
#define LEARNING_NS		(3000 * MS)	/* at the most for grants to come back */

/* The module's defaults and constants. */
#define HOLD_NS			(500 * MS)
#define MARGIN_PPM		20000
#define TIMER_MIN_NS		(100 * 1000ULL)
#define RESTORE_MIN_NS		(10 * MS)
#define OTHER_UP_SHIFT		1
#define OTHER_DOWN_SHIFT	3
#define OTHER_MIN_NS		(200 * 1000ULL)

/**
 * struct player_stream - a stream's state
 * @model: what has been learnt
 * @number: of the next frame
 * @next_ns: its release
 * @last_release_ns: of the frame before; 0: none yet
 * @pending: a frame is there
 * @frame: that frame, as it is recorded in the end
 * @begin_ns: when it began
 * @begin_grant: grant then
 * @run_ns: its own CPU time
 * @cycles: cycles of that time, as of @seen_ns
 * @seen_ns: when its accounts were last brought up to date
 * @seen_run_ns: its own CPU time then
 * @seen_cycles: the policy's cycles then
 * @level_done: its complete groups
 * @part: of the group after them that is done
 * @level_ns: @run_ns at the end of the last complete group
 * @level_cycles: cycles likewise
 */
struct player_stream {
	struct cost_model model;
	u32 number;
	u64 next_ns;
	u64 last_release_ns;
	bool pending;
	struct oracle_frame frame;
	u64 begin_ns;
	u32 begin_grant;
	double run_ns;
	u64 cycles;
	u64 seen_ns;
	u64 seen_run_ns;
	u64 seen_cycles;
	u32 level_done;
	double part;
	u64 level_ns;
	u64 level_cycles;
};

struct player {
	const struct oracle_set *set;
	struct oracle_play *play;
	FILE *log;
	u32 nr_room;
	struct plan_input in;
	struct plan_output out;
	struct plan_scratch scratch;
	struct plan_stream plan_streams[ORACLE_STREAMS_MAX];
	struct plan_frame plan_frames[2 * ORACLE_STREAMS_MAX];
	u32 other_ppm[PLAN_MAX_CPUS];
	struct player_stream streams[ORACLE_STREAMS_MAX];
	bool surprised[PLAN_MAX_CPUS];	/* since the CPU was idle */
	bool measuring;
	u64 now;
	u64 release_end;	/* no release from then on */
	u64 timer_ns;
	u32 cur;		/* index of the OPP */
	u32 want;
	u64 switch_end;		/* of the change under way; PLAN_NEVER: none */
	u32 switch_to;
	u64 cycles;		/* as the module accounts them */
	double rest_cycles;	/* lost in rounding */
};

static double ms(u64 ns)
{
	return ns / 1e6;
}

#define NOTE(p, ...)							\
	do {								\
		if ((p)->log && (p)->measuring) {			\
			fprintf((p)->log, "%10.3f ", ms((p)->now - START_NS)); \
			fprintf((p)->log, __VA_ARGS__);			\
		}							\
	} while (0)

/***************************** Frequency *******************************/

static u32 opp_of(const struct player *p, u32 khz)
{
	u32 i = 0;

	while (i < p->set->nr_opps - 1 && p->set->opps[i].khz < khz)
		i++;
	return i;
}

static void begin_switch(struct player *p)
{
	if (p->want == p->cur || p->switch_end != PLAN_NEVER)
		return;
	p->play->switches += p->measuring;
	if (!p->set->slow_switch) {
		p->cur = p->want;
		return;
	}
	p->switch_to = p->want;
	p->switch_end = p->now + p->set->platform->latency_ns;
}

static void end_switch(struct player *p)
{
	p->switch_end = PLAN_NEVER;
	p->cur = p->switch_to;
	NOTE(p, "at %u kHz\n", p->set->opps[p->cur].khz);
	begin_switch(p);
}

/****************************** Planning *******************************/

/* What a frame has run since it was last looked at was at the mean frequency since. */
static void observe(struct player *p, struct player_stream *stream)
{
	u64 run = stream->run_ns;

	if (p->now > stream->seen_ns)
		stream->cycles += plan_mul_div(p->cycles - stream->seen_cycles,
					       run - stream->seen_run_ns, p->now - stream->seen_ns);
	stream->seen_ns = p->now;
	stream->seen_run_ns = run;
	stream->seen_cycles = p->cycles;
}

static void fill_pending(struct player *p, u32 index, struct plan_frame *frame)
{
	struct player_stream *stream = &p->streams[index];
	const struct plan_cost *cost = p->plan_streams[index].cost;

	observe(p, stream);
	*frame = (struct plan_frame){
		.stream = index,
		.cpu = p->set->streams[index].cpu,
		.release_ns = stream->frame.release_ns,
		.deadline_ns = stream->frame.deadline_ns,
		.level_done = stream->level_done,
		.begin_ns = stream->begin_ns,
		.done_cycles = stream->cycles,
		.done_ns = stream->seen_run_ns,
		.shares = p->set->fair,
	};
	if (stream->level_done)
		frame->done_cycles = plan_max(frame->done_cycles,
					      cost[stream->level_done - 1].cycles);
}

static void gather(struct player *p)
{
	u32 i, nr = 0;

	for (i = 0; i < p->set->nr_streams; i++) {
		const struct player_stream *stream = &p->streams[i];
		u64 release;

		if (!stream->last_release_ns)
			continue;
		if (stream->pending)
			fill_pending(p, i, &p->plan_frames[nr++]);
		release = plan_max(stream->last_release_ns + p->set->streams[i].period_ns,
				   p->now + 1);
		p->plan_frames[nr++] = (struct plan_frame){
			.stream = i,
			.cpu = p->set->streams[i].cpu,
			.release_ns = release,
			.deadline_ns = release + p->set->streams[i].deadline_ns,
			.shares = p->set->fair,
		};
	}
	p->in.nr_frames = nr;
}

static u64 next_plan_at(const struct player *p)
{
	u64 next = p->out.guard_ns;
	u32 i;

	for (i = 0; i < p->set->nr_streams; i++) {
		const struct plan_stream *ps = &p->plan_streams[i];

		if (ps->grant < ps->levels && ps->fit_since_ns != PLAN_NEVER)
			next = plan_min(next, plan_max(ps->fit_since_ns + plan_hold_ns(&p->in, ps),
						       p->now + RESTORE_MIN_NS));
	}
	return next == PLAN_NEVER ? next : plan_max(next, p->now + TIMER_MIN_NS);
}

static void plan(struct player *p, const char *why)
{
	u32 i;

	gather(p);
	p->in.now_ns = p->now;
	p->in.cur_khz = p->set->opps[p->cur].khz;
	plan_policy(&p->in, &p->out);
	p->play->plans++;
	p->timer_ns = next_plan_at(p);
	p->want = p->out.khz ? opp_of(p, p->out.khz) : 0;
	begin_switch(p);

	NOTE(p, "%s: %u kHz%s, guard %.3f,", why, p->out.khz,
	     p->out.feasible ? "" : " infeasible",
	     p->out.guard_ns == PLAN_NEVER ? 0 : ms(p->out.guard_ns - START_NS));
	for (i = 0; p->log && p->measuring && i < p->set->nr_streams; i++)
		fprintf(p->log, " grant %u/%u (%u) cost %.3f M+%.3f tail %.3f;",
			p->plan_streams[i].grant, p->plan_streams[i].levels,
			p->plan_streams[i].cause,
			p->plan_streams[i].cost[p->plan_streams[i].grant - 1].cycles / 1e6,
			ms(p->plan_streams[i].cost[p->plan_streams[i].grant - 1].stall_ns),
			p->plan_streams[i].cost[0].tail_ppm / 1e6);
	if (p->log && p->measuring)
		fprintf(p->log, "\n");
	for (i = 0; i < p->set->nr_streams; i++)
		p->streams[i].frame.lowered |= p->plan_streams[i].grant < p->plan_streams[i].levels;
}

/******************************* Frames ********************************/

static bool record(struct player *p, const struct oracle_frame *frame)
{
	struct oracle_play *play = p->play;

	if (!p->measuring)
		return true;
	if (play->nr_frames == p->nr_room) {
		u32 room = 2 * p->nr_room + 256;
		struct oracle_frame *more = realloc(play->frames, room * sizeof(*more));

		if (!more)
			return false;
		play->frames = more;
		p->nr_room = room;
	}
	play->frames[play->nr_frames++] = *frame;
	return true;
}

static bool cpu_busy(const struct player *p, u32 cpu)
{
	u32 i;

	for (i = 0; i < p->set->nr_streams; i++)
		if (p->streams[i].pending && p->set->streams[i].cpu == cpu)
			return true;
	return false;
}

/* What nobody announced disturbs all frames on the CPU until it is idle again. */
static void note_surprise(struct player *p, u32 cpu, bool surprise)
{
	u32 i;

	if (!cpu_busy(p, cpu))
		p->surprised[cpu] = false;
	p->surprised[cpu] |= surprise;
	for (i = 0; p->surprised[cpu] && i < p->set->nr_streams; i++)
		if (p->streams[i].pending && p->set->streams[i].cpu == cpu)
			p->streams[i].frame.excused = true;
}

/* Begin the next frame of a stream if it is due; false without memory. */
static bool try_begin(struct player *p, u32 index, bool *begun)
{
	const struct oracle_stream *truth = &p->set->streams[index];
	struct player_stream *stream = &p->streams[index];
	bool surprise;

	while (!stream->pending && stream->next_ns <= p->now && stream->next_ns < p->release_end) {
		stream->frame = (struct oracle_frame){
			.stream = index,
			.release_ns = stream->next_ns,
			.deadline_ns = stream->next_ns + truth->deadline_ns,
		};
		stream->frame.factor = oracle_frame_factor(p->set, index, stream->number++,
							   &surprise);
		stream->next_ns += truth->period_ns;
		note_surprise(p, truth->cpu, surprise);
		stream->frame.excused = p->surprised[truth->cpu];
		if (stream->frame.deadline_ns <= p->now) {
			NOTE(p, "stream %u: frame %u never begins\n", index, stream->number - 1);
			if (!record(p, &stream->frame))
				return false;
			continue;
		}
		stream->pending = true;
		stream->begin_ns = p->now;
		stream->run_ns = 0;
		stream->cycles = 0;
		stream->seen_ns = p->now;
		stream->seen_run_ns = 0;
		stream->seen_cycles = p->cycles;
		stream->level_done = 0;
		stream->part = 0;
		stream->last_release_ns = stream->frame.release_ns;
		NOTE(p, "stream %u: frame %u begins, x%.3f, due %.3f\n", index, stream->number - 1,
		     stream->frame.factor, ms(stream->frame.deadline_ns - START_NS));
		plan(p, "begin");
		stream->begin_grant = p->plan_streams[index].grant;
		*begun = true;
	}
	return true;
}

/* The share that others took; the CPU never was idle while the frame was pending. */
static void measure_other(struct player *p, u32 index)
{
	u32 *smooth = &p->other_ppm[p->set->streams[index].cpu], sample = p->set->other * PLAN_PPM;

	if (p->now - p->streams[index].begin_ns < OTHER_MIN_NS)
		return;
	if (sample > *smooth)
		*smooth += (sample - *smooth) >> OTHER_UP_SHIFT;
	else
		*smooth -= (*smooth - sample + (1 << OTHER_DOWN_SHIFT) - 1) >> OTHER_DOWN_SHIFT;
}

static void learn(struct player *p, u32 index)
{
	struct player_stream *stream = &p->streams[index];
	u64 cycles, run;
	u32 level = stream->level_done, khz;

	observe(p, stream);
	cycles = stream->cycles;
	run = stream->seen_run_ns;
	if (level && level < stream->begin_grant) {
		cycles = stream->level_cycles;
		run = stream->level_ns;
	}
	if (!level || !run)
		return;
	khz = plan_mul_div(cycles, 1000000, run);
	if (!khz)
		return;
	cost_learn(&stream->model, level, khz, run, COST_MISS_PPM);
	cost_get(&stream->model, p->plan_streams[index].cost);
}

static bool end_frame(struct player *p, u32 index)
{
	struct player_stream *stream = &p->streams[index];

	measure_other(p, index);
	learn(p, index);
	stream->pending = false;
	stream->frame.end_ns = p->now;
	stream->frame.level = stream->level_done;
	NOTE(p, "stream %u: frame %u ends at level %u, run %.3f%s\n", index, stream->number - 1,
	     stream->level_done, ms(stream->run_ns),
	     p->now > stream->frame.deadline_ns ?
	     stream->frame.excused ? ", late, excused" : ", LATE" : "");
	if (!record(p, &stream->frame))
		return false;
	plan(p, "end");
	return true;
}

/* Has the frame all it was granted? A group that is not granted any more is given up. */
static bool is_done(const struct player *p, u32 index)
{
	const struct player_stream *stream = &p->streams[index];

	return stream->pending && stream->level_done &&
	       stream->level_done >= p->plan_streams[index].grant;
}

/* Each end makes a plan that may lower the grant of another. */
static bool end_frames(struct player *p, bool *ended)
{
	u32 i;

	for (i = 0; i < p->set->nr_streams; i++) {
		if (!is_done(p, i))
			continue;
		if (!end_frame(p, i))
			return false;
		*ended = true;
		i = -1;
	}
	return true;
}

static void finish_group(struct player *p, u32 index)
{
	struct player_stream *stream = &p->streams[index];

	stream->level_done++;
	stream->part = 0;
	observe(p, stream);
	stream->level_ns = stream->seen_run_ns;
	stream->level_cycles = stream->cycles;
	/* the last one is told by the frame's end */
	if (stream->level_done >= p->plan_streams[index].grant)
		return;
	if (stream->level_ns)
		cost_learn_report(&stream->model, stream->level_done,
				  plan_mul_div(stream->level_cycles, 1000000, stream->level_ns),
				  stream->level_ns);
	cost_get(&stream->model, p->plan_streams[index].cost);
	plan(p, "progress");
}

/******************************** Time *********************************/

/* CPU time that the next group of a stream's frame takes as a whole. */
static double group_ns(const struct player *p, u32 index)
{
	const struct oracle_stream *truth = &p->set->streams[index];
	const struct player_stream *stream = &p->streams[index];
	u32 k = stream->level_done;
	double cycles = truth->cycles[k] - (k ? truth->cycles[k - 1] : 0);
	double stall = truth->stall_ns[k] - (k ? truth->stall_ns[k - 1] : 0);

	return stream->frame.factor * (cycles * 1e6 / p->set->opps[p->cur].khz + stall);
}

/* The share of its CPU that each pending frame has. */
static void share_cpus(const struct player *p, double *share)
{
	u32 i, k;

	for (i = 0; i < p->set->nr_streams; i++) {
		u32 rivals = 0;
		bool first = true;

		share[i] = 0;
		if (!p->streams[i].pending)
			continue;
		for (k = 0; k < p->set->nr_streams; k++) {
			const struct oracle_frame *a = &p->streams[i].frame;
			const struct oracle_frame *b = &p->streams[k].frame;

			if (!p->streams[k].pending ||
			    p->set->streams[k].cpu != p->set->streams[i].cpu)
				continue;
			rivals++;
			if (b->deadline_ns < a->deadline_ns ||
			    (b->deadline_ns == a->deadline_ns && k < i))
				first = false;
		}
		if (p->set->fair)
			share[i] = (1 - p->set->other) / rivals;
		else if (first)
			share[i] = 1 - p->set->other;
	}
}

static void account(struct player *p, u64 spent)
{
	const struct plan_opp *opp = &p->set->opps[p->cur];
	double cycles = spent * (double)opp->khz / 1e6 + p->rest_cycles;
	u32 cpu;

	p->cycles += cycles;
	p->rest_cycles = cycles - floor(cycles);
	if (!p->measuring)
		return;
	for (cpu = 0; cpu < p->set->nr_cpus; cpu++)
		p->play->energy_nj += spent * 1e-6 *
				      (cpu_busy(p, cpu) ? opp->busy_uw : opp->idle_uw);
}

/* On to the next event, but not beyond @until; false without memory. */
static bool step(struct player *p, u64 until)
{
	double share[ORACLE_STREAMS_MAX];
	u64 next = plan_min(until, plan_min(p->timer_ns, p->switch_end)), at, spent;
	u32 i, done = ORACLE_STREAMS_MAX;
	bool begun = false, ended = false;

	share_cpus(p, share);
	for (i = 0; i < p->set->nr_streams; i++) {
		const struct player_stream *stream = &p->streams[i];

		if (!stream->pending && stream->next_ns < p->release_end)
			next = plan_min(next, plan_max(stream->next_ns, p->now));
	}
	for (i = 0; i < p->set->nr_streams; i++) {
		if (!share[i])
			continue;
		at = p->now + (u64)ceil((1 - p->streams[i].part) * group_ns(p, i) / share[i]);
		if (at <= next) {
			next = at;
			done = i;
		}
	}

	spent = next - p->now;
	for (i = 0; i < p->set->nr_streams; i++) {
		if (!share[i])
			continue;
		p->streams[i].part += spent * share[i] / group_ns(p, i);
		p->streams[i].run_ns += spent * share[i];
	}
	account(p, spent);
	p->now = next;

	if (p->now >= p->switch_end)
		end_switch(p);
	if (done < ORACLE_STREAMS_MAX)
		finish_group(p, done);
	if (!end_frames(p, &ended))
		return false;
	for (i = 0; i < p->set->nr_streams; i++)
		if (!try_begin(p, i, &begun))
			return false;
	if (p->now >= p->timer_ns)
		plan(p, "timer");
	/* grants may have come down to what is done */
	return end_frames(p, &ended);
}

static bool any_busy(const struct player *p)
{
	u32 i;

	for (i = 0; i < p->set->nr_streams; i++)
		if (p->streams[i].pending)
			return true;
	return false;
}

/******************************** Parts ********************************/

static void start_streams(struct player *p, u64 at, u32 number)
{
	u32 i;

	for (i = 0; i < p->set->nr_streams; i++) {
		p->streams[i].next_ns = at + p->set->streams[i].phase_ns;
		p->streams[i].number = number;
	}
}

static bool has_learnt(const struct player *p)
{
	bool lowered = false;
	u32 i;

	for (i = 0; i < p->set->nr_streams; i++) {
		if (p->streams[i].number < LEARNING_FRAMES)
			return false;
		lowered |= p->plan_streams[i].grant < p->plan_streams[i].levels;
	}
	return !lowered || p->now >= START_NS + LEARNING_NS;
}

static bool part(struct player *p, u64 end)
{
	p->release_end = end;
	while (p->now < end || any_busy(p)) {
		if (!p->measuring && p->now < end && has_learnt(p)) {
			p->release_end = p->now;
			end = p->now;
			continue;
		}
		if (!step(p, p->now < end ? end : PLAN_NEVER))
			return false;
	}
	return true;
}

static void init(struct player *p, const struct oracle_set *set, struct oracle_play *play)
{
	u32 i, k;

	p->set = set;
	p->play = play;
	p->now = START_NS;
	p->timer_ns = PLAN_NEVER;
	p->switch_end = PLAN_NEVER;
	p->in = (struct plan_input){
		.opps = set->opps,
		.nr_opps = set->nr_opps,
		.min_khz = set->opps[0].khz,
		.max_khz = set->opps[set->nr_opps - 1].khz,
		.nr_cpus = set->nr_cpus,
		.other_ppm = p->other_ppm,
		.streams = p->plan_streams,
		.nr_streams = set->nr_streams,
		.frames = p->plan_frames,
		.hold_ns = HOLD_NS,
		.margin_ppm = MARGIN_PPM,
		.switch_ns = set->slow_switch ? set->platform->latency_ns : 0,
		.two_opps = !set->one_opp,
		.scratch = &p->scratch,
	};
	for (i = 0; i < set->nr_streams; i++) {
		const struct oracle_stream *truth = &set->streams[i];
		struct plan_stream *ps = &p->plan_streams[i];
		u32 accuracy = 500000, gain = 200000;

		*ps = (struct plan_stream){
			.levels = truth->levels,
			.min_level = 1,
			.period_ns = truth->period_ns,
			.weight = 100,
			.goal = DNN_GOV_GOAL_MAX_ACCURACY,
			.grant = truth->levels,
			.fit_since_ns = PLAN_NEVER,
		};
		for (k = 0; k < truth->levels; k++) {
			gain /= 2;
			accuracy += gain;
			ps->accuracy_ppm[k] = accuracy;
			ps->cost[k].cycles = truth->cycles[k] * truth->prior_ratio;
			ps->cost[k].stall_ns = truth->stall_ns[k] * truth->prior_stall;
		}
		cost_init(&p->streams[i].model, truth->levels, ps->cost);
		cost_get(&p->streams[i].model, ps->cost);
	}
}

int oracle_play(const struct oracle_set *set, struct oracle_play *play, FILE *log)
{
	struct player *p = calloc(1, sizeof(*p));
	u64 longest = 0, begin;
	int ret = -ENOMEM;
	u32 i;

	memset(play, 0, sizeof(*play));
	if (!p)
		return ret;
	init(p, set, play);
	p->log = log;
	for (i = 0; i < set->nr_streams; i++)
		longest = plan_max(longest, set->streams[i].period_ns);

	start_streams(p, p->now, 0);
	if (!part(p, p->now + plan_max(LEARNING_NS, (LEARNING_FRAMES + 2) * longest)))
		goto out;
	/* a switch under way comes to its end, the timer that watches a rise goes on */
	begin = p->now + longest;
	while (p->now < begin)
		if (!step(p, begin))
			goto out;

	p->measuring = true;
	memset(p->surprised, 0, sizeof(p->surprised));
	start_streams(p, begin, ORACLE_MEASURED);
	if (!part(p, begin + set->measured_ns))
		goto out;
	play->length_ns = p->now - begin;
	ret = 0;
out:
	if (ret)
		oracle_play_free(play);
	free(p);
	return ret;
}

void oracle_play_free(struct oracle_play *play)
{
	free(play->frames);
	play->frames = NULL;
	play->nr_frames = 0;
}

/****************************** Judgement ******************************/

struct oracle_job oracle_frame_job(const struct oracle_set *set, const struct oracle_frame *frame,
				   u32 level)
{
	const struct oracle_stream *truth = &set->streams[frame->stream];

	return (struct oracle_job){
		.stream = frame->stream,
		.release_ns = frame->release_ns,
		.deadline_ns = frame->deadline_ns,
		.cycles = truth->cycles[level - 1] * frame->factor,
		.stall_ns = truth->stall_ns[level - 1] * frame->factor,
		.wall = 1 / (1 - set->other),
	};
}

enum levels {
	LEVELS_PLAYED,
	LEVELS_TOP,
	LEVELS_LOWEST,
};

/* Frames that never began have no part in what was played. */
static u32 fill_jobs(const struct oracle_set *set, const struct oracle_play *play,
		     enum levels levels, struct oracle_job *jobs)
{
	u32 i, nr = 0;

	for (i = 0; i < play->nr_frames; i++) {
		const struct oracle_frame *frame = &play->frames[i];
		u32 level = levels == LEVELS_TOP ? set->streams[frame->stream].levels : 1;

		if (levels == LEVELS_PLAYED)
			level = frame->level;
		if (level)
			jobs[nr++] = oracle_frame_job(set, frame, level);
	}
	return nr;
}

/*
 * Nobody can hurry before there is a frame: where a change of frequency takes time, a frame
 * begins at the lowest OPP. Returns the energy of that part beyond idling.
 */
static double begin_slowly(const struct oracle_set *set, struct oracle_job *job)
{
	double ns = set->platform->latency_ns;

	if (!set->slow_switch)
		return 0;
	job->release_ns += set->platform->latency_ns;
	job->cycles = fmax(job->cycles - ns / job->wall * set->opps[0].khz / 1e6, 0);
	return ns * (set->opps[0].busy_uw - set->opps[0].idle_uw) * 1e-6;
}

/* Of a stream alone; its jobs of each level are a kind of their own. */
static double blind_nj(const struct oracle_set *set, const struct oracle_play *play)
{
	struct oracle_job *jobs = calloc(play->nr_frames + 1, sizeof(*jobs));
	double sum = 0, nj = 0;
	u32 level, i;

	if (!jobs || set->nr_streams > 1)
		goto none;
	for (level = 1; level <= set->streams[0].levels; level++) {
		u32 nr = 0;

		for (i = 0; i < play->nr_frames; i++) {
			if (play->frames[i].level != level)
				continue;
			jobs[nr] = oracle_frame_job(set, &play->frames[i], level);
			sum += begin_slowly(set, &jobs[nr++]);
		}
		nj = oracle_blind_nj(jobs, nr, set->opps, set->nr_opps, set->nr_cpus);
		if (nj < 0)
			goto none;
		sum += nj;
	}
	free(jobs);
	return sum;
none:
	free(jobs);
	return -1;
}

/* What the set leaves free if its CPU is shared as it is. */
static double slack_of(const struct oracle_set *set, const struct oracle_job *jobs, u32 nr_jobs)
{
	u32 top_khz = set->opps[set->nr_opps - 1].khz;

	return set->fair ? oracle_fair_slack(jobs, nr_jobs, top_khz) :
			   oracle_slack(jobs, nr_jobs, top_khz);
}

int oracle_judge(const struct oracle_set *set, struct oracle_verdict *verdict, FILE *log)
{
	struct oracle_play play;
	struct oracle_job *jobs;
	double excess;
	u32 nr, i;
	int ret = oracle_play(set, &play, log);

	memset(verdict, 0, sizeof(*verdict));
	if (ret)
		return ret;
	jobs = calloc(play.nr_frames + 1, sizeof(*jobs));
	if (!jobs) {
		oracle_play_free(&play);
		return -ENOMEM;
	}

	verdict->frames = play.nr_frames;
	verdict->plans = play.plans;
	for (i = 0; i < play.nr_frames; i++) {
		const struct oracle_frame *frame = &play.frames[i];
		bool late = !frame->end_ns || frame->end_ns > frame->deadline_ns;

		verdict->missed += late && !frame->excused;
		verdict->excused += late && frame->excused;
		verdict->lowered += frame->lowered;
	}
	nr = fill_jobs(set, &play, LEVELS_TOP, jobs);
	verdict->slack_top = slack_of(set, jobs, nr);
	nr = fill_jobs(set, &play, LEVELS_LOWEST, jobs);
	verdict->slack_lowest = slack_of(set, jobs, nr);
	nr = fill_jobs(set, &play, LEVELS_PLAYED, jobs);
	verdict->slack_played = slack_of(set, jobs, nr);

	verdict->energy_nj = play.energy_nj;
	verdict->idle_nj = (double)set->nr_cpus * set->opps[0].idle_uw * play.length_ns * 1e-6;
	excess = oracle_least_nj(jobs, nr, set->opps, set->nr_opps, set->nr_cpus, NULL);
	verdict->least_nj = excess < 0 ? -1 : excess + verdict->idle_nj;
	verdict->ratio = excess < 0 ? 0 : verdict->energy_nj / verdict->least_nj;
	excess = blind_nj(set, &play);
	verdict->blind_nj = excess < 0 ? -1 : excess + verdict->idle_nj;
	free(jobs);
	oracle_play_free(&play);
	return 0;
}
