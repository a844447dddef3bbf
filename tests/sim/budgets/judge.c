// SPDX-License-Identifier: MIT
#include "judge.h"

#include <math.h>
#include <string.h>

struct budget_frame budget_frame_of(const struct budget_trace *trace,
				    const struct sim_frame *frame)
{
	const struct scenario_level *level =
		&trace->scenario.streams[0].levels[frame->level - 1];
	struct budget_frame f = {
		.release_ns = frame->release_ns,
		.cluster = frame->cluster,
		.khz = frame->mean_khz,
		.level = frame->level,
	};

	if (frame->end_ns <= frame->deadline_ns)
		f.accuracy = level->accuracy_ppm * 1e-6;
	if (trace->kind == BUDGET_POWER)
		return f;
	f.budget = (double)budget_at(trace, frame->release_ns);
	f.used = trace->kind == BUDGET_TIME ? (double)(frame->end_ns - frame->release_ns) :
		frame->busy_nj * 1e-3;
	f.violated = f.used > f.budget;
	return f;
}

void budget_judge_power(const struct budget_trace *trace, const double *nj, size_t nr_nj,
			struct budget_frame *frame)
{
	const size_t window = BUDGET_WINDOW_NS / BUDGET_SAMPLE_NS;
	u64 until = frame->release_ns + trace->scenario.streams[0].period_ns;
	size_t i = (size_t)(frame->release_ns / BUDGET_SAMPLE_NS + 1);

	frame->budget = (double)budget_at(trace, frame->release_ns);
	frame->used = 0;
	for (i = i < window ? window : i; i < nr_nj && i * BUDGET_SAMPLE_NS <= until; i++) {
		u64 end = i * BUDGET_SAMPLE_NS;
		/* nJ over ns are W */
		double uw = (nj[i] - nj[i - window]) / BUDGET_WINDOW_NS * 1e6;
		double budget = budget_mean(trace, end - BUDGET_WINDOW_NS, end);

		if (uw / budget > frame->used / frame->budget) {
			frame->used = uw;
			frame->budget = budget;
		}
	}
	frame->violated = frame->used > frame->budget;
}

/* ms from a step to the first frame that keeps the budget, if the first one does not. */
static double settle_ms(const struct budget_trace *trace, u32 step,
			const struct budget_frame *frames, size_t nr)
{
	u64 from = trace->steps[step].at_ns, to = trace->scenario.duration_ns;
	size_t i = 0, first;

	if (step + 1 < trace->nr)
		to = trace->steps[step + 1].at_ns;
	while (i < nr && frames[i].release_ns < from)
		i++;
	for (first = i; i < nr && frames[i].release_ns < to; i++)
		if (!frames[i].violated)
			return i == first ? 0 : (double)(frames[i].release_ns - from) * 1e-6;
	return i == first ? 0 : (double)(to - from) * 1e-6;
}

void budget_sum(const struct budget_trace *trace, const struct budget_frame *frames, size_t nr,
		const struct sim_result *result, struct budget_sums *sums)
{
	size_t i;

	*sums = (struct budget_sums) {
		.frames = result->frames,
		.missed = result->missed,
		.mean_level = result->mean_level,
		.mean_accuracy = result->mean_accuracy,
	};
	if (result->frames)
		sums->uj_per_frame = sim_energy_uj(result) / (double)result->frames;
	for (i = 0; i < nr; i++) {
		if (!frames[i].violated)
			continue;
		sums->violations++;
		sums->worst_percent = fmax(sums->worst_percent,
					   100 * (frames[i].used / frames[i].budget - 1));
	}
	if (trace->kind == BUDGET_TIME)
		sums->violations += plan_sub(result->frames, nr);
	for (i = 0; i < trace->nr; i++)
		sums->settle_ms = fmax(sums->settle_ms, settle_ms(trace, (u32)i, frames, nr));
}
