// SPDX-License-Identifier: MIT
#include "trace.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define MS		1000000ULL
#define MS_MAX		86400000ULL

const char * const budget_kinds[BUDGET_KINDS] = { "time", "energy", "power" };
const char * const budget_units[BUDGET_KINDS] = { "ns", "uj", "uw" };

/* What a budget may be: a time as a deadline may, the others above "any", which is 0. */
static const struct { u64 min, max; } ranges[BUDGET_KINDS] = {
	[BUDGET_TIME] = { 100000, 60000000000 },
	[BUDGET_ENERGY] = { 1, 1000000000 },
	[BUDGET_POWER] = { 1, 4000000000 },
};

struct reader {
	struct text text;
	struct budget_trace *t;
	bool has_scenario;
	bool has_kind;
	u64 duration_ms;
};

static int need_words(struct reader *r, unsigned int count, const char *what)
{
	if (r->text.nr_words == count)
		return 0;
	return text_fail(&r->text, -EINVAL, "%s: takes %s", r->text.words[0], what);
}

static int read_name(struct reader *r)
{
	int ret = need_words(r, 2, "a name");

	return ret ? ret : text_name(&r->text, "trace", r->text.words[1], r->t->name);
}

static int read_scenario(struct reader *r)
{
	char path[PATH_MAX];
	int ret = need_words(r, 2, "a path");

	if (!ret)
		ret = text_path(&r->text, "scenario", r->text.words[1], path, sizeof(path));
	if (ret)
		return ret;
	ret = scenario_load(path, &r->t->scenario, r->text.error);
	if (ret)
		return ret;
	if (r->t->scenario.nr_streams != 1 || r->t->scenario.nr_changes)
		return text_fail(&r->text, -EINVAL,
				 "scenario: '%s' has %u streams and %u changes, not 1 and 0",
				 r->text.words[1], r->t->scenario.nr_streams,
				 r->t->scenario.nr_changes);
	r->has_scenario = true;
	return 0;
}

static int read_kind(struct reader *r)
{
	int ret = need_words(r, 3, "time ns, energy uj or power uw");
	u32 i;

	if (ret)
		return ret;
	for (i = 0; i < BUDGET_KINDS; i++)
		if (!strcmp(r->text.words[1], budget_kinds[i]))
			break;
	if (i == BUDGET_KINDS)
		return text_fail(&r->text, -EINVAL, "budget: '%s' is not time, energy or power",
				 r->text.words[1]);
	if (strcmp(r->text.words[2], budget_units[i]))
		return text_fail(&r->text, -EINVAL, "budget: the unit of %s is %s, not '%s'",
				 budget_kinds[i], budget_units[i], r->text.words[2]);
	if (r->t->nr)
		return text_fail(&r->text, -EINVAL, "budget: must come before its values");
	r->t->kind = (enum budget_kind)i;
	r->has_kind = true;
	return 0;
}

static int read_duration(struct reader *r)
{
	int ret = need_words(r, 2, "a number of ms");

	return ret ? ret : text_number(&r->text, "duration", r->text.words[1], 1, MS_MAX,
				       &r->duration_ms);
}

static int read_value(struct reader *r, unsigned int word, u64 *value)
{
	return text_number(&r->text, budget_kinds[r->t->kind], r->text.words[word],
			   ranges[r->t->kind].min, ranges[r->t->kind].max, value);
}

/* A time that is not before the last step. */
static int read_ms(struct reader *r, unsigned int word, const char *field, u64 least, u64 *ms)
{
	struct budget_trace *t = r->t;
	u64 last = t->nr ? t->steps[t->nr - 1].at_ns / MS + 1 : 0;

	return text_number(&r->text, field, r->text.words[word], plan_max(least, last),
			   t->nr ? MS_MAX : 0, ms);
}

static int add(struct reader *r, u64 at_ns, u64 value)
{
	if (r->t->nr == SCENARIO_CHANGES_MAX)
		return text_fail(&r->text, -E2BIG, "%s: more than %d steps", r->text.words[0],
				 SCENARIO_CHANGES_MAX);
	r->t->steps[r->t->nr++] = (struct budget_step){ at_ns, value };
	return 0;
}

static int read_at(struct reader *r)
{
	u64 at = 0, value = 0;
	int ret = need_words(r, 3, "MS VALUE");

	if (!ret)
		ret = read_ms(r, 1, "at", 0, &at);
	if (!ret)
		ret = read_value(r, 2, &value);
	return ret ? ret : add(r, at * MS, value);
}

/* ramp and switch: FROM_MS TO_MS VALUE and a field */
static int read_span(struct reader *r, const char *field, u64 max, u64 *from, u64 *to, u64 *value,
		     u64 *number)
{
	const struct text_field fields[] = { { field, 1, max, number, 1 } };
	int ret;

	if (!r->t->nr)
		return text_fail(&r->text, -EINVAL, "%s: 'at 0' must come first",
				 r->text.words[0]);
	if (r->text.nr_words < 4)
		return text_fail(&r->text, -EINVAL, "%s: takes FROM_MS TO_MS VALUE %s N",
				 r->text.words[0], field);
	ret = read_ms(r, 1, "from_ms", 0, from);
	if (!ret)
		ret = text_number(&r->text, "to_ms", r->text.words[2], *from + 1, MS_MAX, to);
	if (!ret)
		ret = read_value(r, 3, value);
	return ret ? ret : text_fields(&r->text, 4, fields, COUNT(fields));
}

static int read_ramp(struct reader *r)
{
	u64 from, to, value, steps, i;
	int ret = read_span(r, "steps", SCENARIO_CHANGES_MAX, &from, &to, &value, &steps);
	double first;

	if (ret)
		return ret;
	first = (double)r->t->steps[r->t->nr - 1].value;
	for (i = 1; i <= steps && !ret; i++)
		ret = add(r, from * MS + (to - from) * MS * (i - 1) / steps,
			  (u64)(first + ((double)value - first) * (double)i / (double)steps));
	return ret;
}

static int read_switch(struct reader *r)
{
	u64 from, to, value, every, at, i = 0;
	int ret = read_span(r, "every_ms", MS_MAX, &from, &to, &value, &every);
	u64 before;

	if (ret)
		return ret;
	before = r->t->steps[r->t->nr - 1].value;
	for (at = from; at < to && !ret; at += every)
		ret = add(r, at * MS, i++ % 2 ? before : value);
	return ret;
}

static int read_line(struct reader *r)
{
	static const struct {
		const char *word;
		int (*read)(struct reader *r);
		bool of_kind;
	} kinds[] = {
		{ "trace", read_name, false },
		{ "scenario", read_scenario, false },
		{ "budget", read_kind, false },
		{ "duration", read_duration, false },
		{ "at", read_at, true },
		{ "ramp", read_ramp, true },
		{ "switch", read_switch, true },
	};
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (!strcmp(r->text.words[0], kinds[i].word))
			break;
	if (i == COUNT(kinds))
		return text_fail(&r->text, -EINVAL,
				 "%s: is not trace, scenario, budget, duration, at, ramp or switch",
				 r->text.words[0]);
	if (kinds[i].of_kind && !r->has_kind)
		return text_fail(&r->text, -EINVAL, "%s: 'budget' must come first",
				 r->text.words[0]);
	return kinds[i].read(r);
}

static int check(struct reader *r)
{
	const char *missing = !*r->t->name ? "trace" : !r->has_scenario ? "scenario" :
		!r->has_kind ? "budget" : !r->t->nr ? "at" : NULL;
	u64 last;

	if (missing)
		return text_fail(&r->text, -EINVAL, "%s: is missing", missing);
	last = r->t->steps[r->t->nr - 1].at_ns / MS;
	if (r->duration_ms <= last)
		return text_fail(&r->text, r->duration_ms ? -ERANGE : -EINVAL,
				 "duration: %llu is not in %llu..%llu", r->duration_ms, last + 1,
				 MS_MAX);
	return 0;
}

static void fill_scenario(struct budget_trace *t, u64 duration_ms)
{
	static const struct { enum scenario_what what; u64 unit; } changes[BUDGET_KINDS] = {
		[BUDGET_TIME] = { CHANGE_DEADLINE, 1 },
		[BUDGET_ENERGY] = { CHANGE_ENERGY, 1000 },
		[BUDGET_POWER] = { CHANGE_POWER, 1 },
	};
	u32 i;

	t->scenario.duration_ns = duration_ms * MS;
	t->scenario.nr_changes = t->nr;
	for (i = 0; i < t->nr; i++)
		t->scenario.changes[i] = (struct scenario_change) {
			.at_ns = t->steps[i].at_ns,
			.what = changes[t->kind].what,
			.value = t->steps[i].value * changes[t->kind].unit,
		};
}

int budget_trace_load(const char *path, struct budget_trace *trace, char *error)
{
	struct reader r = { .t = trace };
	int ret = text_open(&r.text, path, error);

	if (ret)
		return ret;
	memset(trace, 0, sizeof(*trace));
	while ((ret = text_next(&r.text)) > 0) {
		ret = read_line(&r);
		if (ret)
			break;
	}
	if (!ret)
		ret = check(&r);
	text_close(&r.text);
	if (!ret)
		fill_scenario(trace, r.duration_ms);
	return ret;
}

u64 budget_at(const struct budget_trace *trace, u64 ns)
{
	u32 i = trace->nr - 1;

	while (i && trace->steps[i].at_ns > ns)
		i--;
	return trace->steps[i].value;
}

double budget_mean(const struct budget_trace *trace, u64 from, u64 to)
{
	double sum = 0;
	u32 i;

	for (i = 0; i < trace->nr; i++) {
		u64 begin = plan_max(trace->steps[i].at_ns, from), end = to;

		if (i + 1 < trace->nr)
			end = plan_min(end, trace->steps[i + 1].at_ns);
		if (begin < end)
			sum += (double)trace->steps[i].value * (double)(end - begin);
	}
	return sum / (double)(to - from);
}
