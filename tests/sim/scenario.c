// SPDX-License-Identifier: MIT
#include "scenario.h"

#include <errno.h>
#include <limits.h>
#include <linux/dnn_gov.h>
#include <math.h>
#include <string.h>

#include "random.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define MS_MAX		86400000ULL
#define US_MAX		60000000ULL
#define US		1000ULL
#define MS		1000000ULL

/**
 * struct reader - a scenario that is read
 * @text: the file
 * @s: the scenario
 * @stream: the one that lines are about; NULL before the first
 * @timed: its time is known
 */
struct reader {
	struct text text;
	struct scenario *s;
	struct scenario_stream *stream;
	bool timed;
};

static int need_word(struct reader *r, unsigned int index, const char *what)
{
	if (r->text.nr_words > index)
		return 0;
	return text_fail(&r->text, -EINVAL, "%s: %s is missing", r->text.words[0], what);
}

static int read_name(struct reader *r, char *name)
{
	int ret = need_word(r, 1, "a name");

	return ret ? ret : text_name(&r->text, r->text.words[0], r->text.words[1], name);
}

static int read_platform(struct reader *r)
{
	char path[PATH_MAX];
	int ret = need_word(r, 1, "a path");

	if (ret)
		return ret;
	if (r->s->platform.nr_clusters)
		return text_fail(&r->text, -EINVAL, "platform: is there twice");
	ret = text_path(&r->text, "platform", r->text.words[1], path, sizeof(path));
	return ret ? ret : platform_load(path, &r->s->platform, r->text.error);
}

static int read_time(struct reader *r)
{
	u64 duration, warm = 0;
	const struct text_field fields[] = {
		{ "duration_ms", 1, MS_MAX, &duration, 1 },
		{ "warm_ms", 0, MS_MAX, &warm, 0 },
	};
	int ret = text_fields(&r->text, 1, fields, COUNT(fields));

	if (ret)
		return ret;
	r->s->duration_ns = duration * MS;
	r->s->warm_ns = warm * MS;
	r->timed = true;
	return 0;
}

/* The cluster that word @index names. */
static int read_cluster(struct reader *r, unsigned int index, u32 *cluster)
{
	int ret = need_word(r, index, "a cluster");

	if (ret)
		return ret;
	ret = platform_find(&r->s->platform, r->text.words[index]);
	if (ret < 0)
		return text_fail(&r->text, -EINVAL, "%s: platform '%s' has no cluster '%s'",
				 r->text.words[0], r->s->platform.name, r->text.words[index]);
	*cluster = (u32)ret;
	return 0;
}

static int find_stream(struct reader *r, const char *name, u32 *stream)
{
	u32 i;

	for (i = 0; i < r->s->nr_streams; i++)
		if (!strcmp(r->s->streams[i].name, name))
			break;
	*stream = i;
	return i < r->s->nr_streams ? 0 :
		text_fail(&r->text, -EINVAL, "%s: there is no stream '%s' before", r->text.words[2],
			  name);
}

static int read_stream(struct reader *r)
{
	u64 period, deadline = 0, phase = 0, cpu = 0, is_free = 0, weight = 100, goal = 0;
	u64 floor = 0, balance = 500000, energy = 0, prior = PLAN_PPM;
	u64 own = 0, startup = 0;
	struct scenario_stream *st = &r->s->streams[r->s->nr_streams];
	u32 c;
	int ret;

	if (r->s->nr_streams == SCENARIO_STREAMS_MAX)
		return text_fail(&r->text, -E2BIG, "stream: more than %d", SCENARIO_STREAMS_MAX);
	ret = read_name(r, st->name);
	if (!ret)
		ret = read_cluster(r, 2, &st->cluster);
	if (ret)
		return ret;
	{
		const struct text_field fields[] = {
			{ "period_us", 100, US_MAX, &period, 1 },
			{ "deadline_us", 100, US_MAX, &deadline, 0 },
			{ "phase_us", 0, US_MAX, &phase, 0 },
			{ "cpu", 0, r->s->platform.clusters[st->cluster].nr_cpus - 1, &cpu, 0 },
			{ "free", 0, 1, &is_free, 0 },
			{ "weight", 1, 1000, &weight, 0 },
			{ "goal", 0, DNN_GOV_GOAL_MAX, &goal, 0 },
			{ "floor_ppm", 0, PLAN_PPM, &floor, 0 },
			{ "balance_ppm", 0, PLAN_PPM, &balance, 0 },
			{ "energy_uj", 0, 1000000000, &energy, 0 },
			{ "own_us", 0, US_MAX, &own, 0 },
			{ "startup_us", 0, US_MAX, &startup, 0 },
			{ "prior_ppm", 1000, 1000 * PLAN_PPM, &prior, 0 },
		};

		ret = text_fields(&r->text, 3, fields, COUNT(fields));
	}
	if (ret)
		return ret;
	st->cpu = (u32)cpu;
	st->free = is_free;
	st->period_ns = period * US;
	st->deadline_ns = (deadline ? deadline : period) * US;
	st->phase_ns = phase * US;
	st->weight = (u32)weight;
	st->goal = (u32)goal;
	st->floor_ppm = (u32)floor;
	st->balance_ppm = (u32)balance;
	st->energy_budget_nj = energy * 1000;
	st->own_ns = own * US;
	st->startup_ns = startup * US;
	st->prior_ppm = (u32)prior;
	st->outlier_factor_ppm = PLAN_PPM;
	for (c = 0; c < PLATFORM_CLUSTERS_MAX; c++)
		st->factor_ppm[c] = PLAN_PPM;
	r->s->nr_streams++;
	r->stream = st;
	return 0;
}

static int read_level(struct reader *r)
{
	struct scenario_stream *st = r->stream;
	struct scenario_level *level = &st->levels[st->nr_levels];
	const struct scenario_level *below = st->nr_levels ? level - 1 : NULL;
	u64 work, stall, accuracy;
	int ret;

	if (st->nr_levels == PLAN_MAX_LEVELS)
		return text_fail(&r->text, -E2BIG, "level: more than %d", PLAN_MAX_LEVELS);
	if (r->text.nr_words != 4)
		return text_fail(&r->text, -EINVAL,
				 "level: 3 numbers, WORK_US STALL_US ACCURACY_PPM");
	ret = text_number(&r->text, "work_us", r->text.words[1],
			  below ? below->work_ns / US + 1 : 1, US_MAX, &work);
	if (!ret)
		ret = text_number(&r->text, "stall_us", r->text.words[2],
				  below ? below->stall_ns / US : 0, US_MAX, &stall);
	if (!ret)
		ret = text_number(&r->text, "accuracy_ppm", r->text.words[3], 0, PLAN_PPM,
				  &accuracy);
	if (ret)
		return ret;
	level->work_ns = work * US;
	level->stall_ns = stall * US;
	level->accuracy_ppm = (u32)accuracy;
	st->nr_levels++;
	return 0;
}

static int read_on(struct reader *r)
{
	u64 factor;
	const struct text_field fields[] = {
		{ "factor_ppm", 1000, 1000 * PLAN_PPM, &factor, 1 },
	};
	u32 cluster = 0;
	int ret = read_cluster(r, 1, &cluster);

	if (!ret)
		ret = text_fields(&r->text, 2, fields, COUNT(fields));
	if (!ret)
		r->stream->factor_ppm[cluster] = (u32)factor;
	return ret;
}

static int read_noise(struct reader *r)
{
	static const char * const names[] = { "none", "uniform", "normal", "lognormal" };
	u64 spread = 0, outlier = 0, factor = PLAN_PPM;
	const struct text_field fields[] = {
		{ "spread_ppm", 0, 500000, &spread, 0 },
		{ "outlier_ppm", 0, PLAN_PPM, &outlier, 0 },
		{ "outlier_factor_ppm", PLAN_PPM, 100 * PLAN_PPM, &factor, 0 },
	};
	size_t i;
	int ret = need_word(r, 1, "none, uniform, normal or lognormal");

	if (!ret)
		ret = text_fields(&r->text, 2, fields, COUNT(fields));
	if (ret)
		return ret;
	for (i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i], r->text.words[1]))
			break;
	if (i == COUNT(names))
		return text_fail(&r->text, -EINVAL,
				 "noise: '%s' is not none, uniform, normal or lognormal",
				 r->text.words[1]);
	r->stream->noise = (enum scenario_noise)i;
	r->stream->spread_ppm = (u32)spread;
	r->stream->outlier_ppm = (u32)outlier;
	r->stream->outlier_factor_ppm = (u32)factor;
	return 0;
}

static int read_load(struct reader *r)
{
	struct scenario_load *load = &r->s->loads[r->s->nr_loads];
	u64 cpu = 0, period = 0, work = 0, from = 0, to = MS_MAX;
	int ret;

	if (r->s->nr_loads == SCENARIO_LOADS_MAX)
		return text_fail(&r->text, -E2BIG, "load: more than %d", SCENARIO_LOADS_MAX);
	ret = read_name(r, load->name);
	if (!ret)
		ret = read_cluster(r, 2, &load->cluster);
	if (!ret) {
		const struct text_field fields[] = {
			{ "cpu", 0, r->s->platform.clusters[load->cluster].nr_cpus - 1, &cpu, 0 },
			{ "period_us", 0, US_MAX, &period, 0 },
			{ "work_us", 1, US_MAX, &work, 0 },
			{ "from_ms", 0, MS_MAX, &from, 0 },
			{ "to_ms", 0, MS_MAX, &to, 0 },
		};

		ret = text_fields(&r->text, 3, fields, COUNT(fields));
	}
	if (ret)
		return ret;
	if (period && !work)
		return text_fail(&r->text, -EINVAL, "work_us: is missing, 1..%llu", US_MAX);
	if (r->s->platform.clusters[load->cluster].device)
		return text_fail(&r->text, -EINVAL, "load: '%s' is a device and runs no other task",
				 r->text.words[2]);
	load->cpu = (u32)cpu;
	load->period_ns = period * US;
	load->work_ns = work * US;
	load->from_ns = from * MS;
	load->to_ns = to * MS;
	r->s->nr_loads++;
	return 0;
}

/* at MS WHAT [OF] VALUE */
static int read_change(struct reader *r)
{
	static const struct {
		const char *name;
		enum scenario_what what;
		bool of;
		u64 min, max, unit;
	} kinds[] = {
		{ "cap", CHANGE_CAP, true, 0, 100000000, 1 },
		{ "power", CHANGE_POWER, false, 0, 4000000, 1000 },
		{ "energy", CHANGE_ENERGY, true, 0, 1000000000, 1000 },
		{ "deadline", CHANGE_DEADLINE, true, 100, US_MAX, US },
		{ "ambient", CHANGE_AMBIENT, false, 0, 100000, 1 },
	};
	struct scenario_change *change = &r->s->changes[r->s->nr_changes];
	u64 at, value;
	size_t i;
	int ret;

	if (r->s->nr_changes == SCENARIO_CHANGES_MAX)
		return text_fail(&r->text, -E2BIG, "at: more than %d", SCENARIO_CHANGES_MAX);
	ret = need_word(r, 3, "a time, what, or a value");
	if (ret)
		return ret;
	for (i = 0; i < COUNT(kinds); i++)
		if (!strcmp(kinds[i].name, r->text.words[2]))
			break;
	if (i == COUNT(kinds))
		return text_fail(&r->text, -EINVAL,
				 "at: '%s' is not cap, power, energy, deadline or ambient",
				 r->text.words[2]);
	ret = text_number(&r->text, "at", r->text.words[1],
			  r->s->nr_changes ? change[-1].at_ns / MS : 0, MS_MAX, &at);
	if (!ret && r->text.nr_words != 4U + kinds[i].of)
		ret = text_fail(&r->text, -EINVAL, "at: %s takes %s", kinds[i].name,
				kinds[i].of ? "a name and a number" : "a number");
	if (!ret && kinds[i].what == CHANGE_CAP)
		ret = read_cluster(r, 3, &change->index);
	else if (!ret && kinds[i].of)
		ret = find_stream(r, r->text.words[3], &change->index);
	if (!ret)
		ret = text_number(&r->text, kinds[i].name, r->text.words[r->text.nr_words - 1],
				  kinds[i].min, kinds[i].max, &value);
	if (ret)
		return ret;
	change->at_ns = at * MS;
	change->what = kinds[i].what;
	change->value = value * kinds[i].unit;
	r->s->nr_changes++;
	return 0;
}

static int read_line(struct reader *r)
{
	static const struct {
		const char *word;
		int (*read)(struct reader *r);
		bool of_stream;
		bool of_platform;
	} kinds[] = {
		{ "platform", read_platform, false, false },
		{ "time", read_time, false, false },
		{ "stream", read_stream, false, true },
		{ "level", read_level, true, true },
		{ "on", read_on, true, true },
		{ "noise", read_noise, true, true },
		{ "load", read_load, false, true },
		{ "at", read_change, false, true },
	};
	const char *word = r->text.words[0];
	size_t i;

	if (!strcmp(word, "scenario"))
		return read_name(r, r->s->name);
	for (i = 0; i < COUNT(kinds); i++)
		if (!strcmp(kinds[i].word, word))
			break;
	if (i == COUNT(kinds))
		return text_fail(&r->text, -EINVAL,
				 "%s: is not scenario, platform, time, stream, level, on, noise, "
				 "load or at", word);
	if (kinds[i].of_platform && !r->s->platform.nr_clusters)
		return text_fail(&r->text, -EINVAL, "%s: 'platform' must come first", word);
	if (kinds[i].of_stream && !r->stream)
		return text_fail(&r->text, -EINVAL, "%s: a stream must come first", word);
	return kinds[i].read(r);
}

static int check(struct reader *r)
{
	u32 i;

	if (!*r->s->name)
		return text_fail(&r->text, -EINVAL, "scenario: is missing");
	if (!r->timed)
		return text_fail(&r->text, -EINVAL, "duration_ms: is missing, 1..%llu", MS_MAX);
	for (i = 0; i < r->s->nr_streams; i++)
		if (!r->s->streams[i].nr_levels)
			return text_fail(&r->text, -EINVAL, "level: stream '%s' has none, 1..%d",
					 r->s->streams[i].name, PLAN_MAX_LEVELS);
	return 0;
}

int scenario_load(const char *path, struct scenario *scenario, char *error)
{
	struct reader r = { .s = scenario };
	int ret = text_open(&r.text, path, error);

	if (ret)
		return ret;
	memset(scenario, 0, sizeof(*scenario));
	for (;;) {
		ret = text_next(&r.text);
		if (ret <= 0)
			break;
		ret = read_line(&r);
		if (ret)
			break;
	}
	if (!ret)
		ret = check(&r);
	text_close(&r.text);
	return ret;
}

double scenario_factor(const struct scenario *scenario, u64 seed, u32 stream, u64 frame)
{
	const struct scenario_stream *st = &scenario->streams[stream];
	double spread = st->spread_ppm * 1e-6, z;

	if (st->outlier_ppm && random_even(seed, 101 + stream, frame) < st->outlier_ppm * 1e-6)
		return st->outlier_factor_ppm * 1e-6;
	switch (st->noise) {
	case NOISE_UNIFORM:
		return 1 + spread * (2 * random_even(seed, 1 + stream, frame) - 1);
	case NOISE_NORMAL:
		z = random_normal(seed, 1 + stream, frame);
		return 1 + spread * fmin(fmax(z, -3), 3);
	case NOISE_LOGNORMAL:
		z = random_normal(seed, 1 + stream, frame);
		return exp(spread * z - spread * spread / 2);
	default:
		return 1;
	}
}
