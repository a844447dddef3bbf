// SPDX-License-Identifier: MIT
/* Just enough JSON to be read by machines; keys are ours and need no escape. */
#include <inttypes.h>
#include <stdio.h>

#include "dnnctl.h"
#include "latency.h"

static void item(struct json *json, const char *key)
{
	if (!json->first)
		putchar(',');
	if (json->depth)
		printf("\n%*s", (int)(2 * json->depth), "");
	json->first = false;
	if (key)
		printf("\"%s\": ", key);
}

void json_open(struct json *json, const char *key, char bracket)
{
	if (!json->depth)
		json->first = true;
	item(json, key);
	putchar(bracket);
	json->depth++;
	json->first = true;
}

void json_close(struct json *json, char bracket)
{
	json->depth--;
	if (!json->first)
		printf("\n%*s", (int)(2 * json->depth), "");
	putchar(bracket);
	json->first = false;
	if (!json->depth)
		putchar('\n');
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	item(json, key);
	printf("%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	item(json, key);
	fputs(value ? "true" : "false", stdout);
}

void json_string(struct json *json, const char *key, const char *value)
{
	item(json, key);
	putchar('"');
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		/* Names may hold any byte; what is no ASCII is shown as Latin-1. */
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

void json_stats(struct json *json, const struct dnnhint_stats *stats)
{
	json_number(json, "streams", stats->streams);
	json_number(json, "pending", stats->pending);
	json_number(json, "frames", stats->frames);
	json_number(json, "met", stats->met);
	json_number(json, "missed", stats->missed);
	json_number(json, "abandoned", stats->abandoned);
	json_number(json, "energy_uj", stats->energy_uj);
	json_open(json, "events", '{');
	for (uint32_t cause = DNN_GOV_CAUSE_FREQ_CAP; cause <= DNN_GOV_CAUSE_MAX; cause++)
		json_number(json, dnnhint_cause_name(cause), stats->events[cause]);
	json_close(json, '}');
}

/* Frames by their latency in percent of the deadline; left out where it cannot be read. */
static void json_latency(struct json *json, uint32_t stream_id)
{
	struct latency latency;

	if (latency_read(stream_id, &latency))
		return;
	json_open(json, "latency_percent", '{');
	for (unsigned int i = 0; i < latency.nr; i++)
		json_number(json, latency.bucket[i].bound, latency.bucket[i].frames);
	json_close(json, '}');
}

void json_stream(struct json *json, const struct dnnhint_stream_info *info)
{
	json_open(json, NULL, '{');
	json_number(json, "id", info->id);
	json_string(json, "name", info->name);
	json_number(json, "period_ns", info->period_ns);
	json_number(json, "deadline_ns", info->deadline_ns);
	json_number(json, "levels", info->levels);
	json_number(json, "min_level", info->min_level);
	json_number(json, "grant", info->grant);
	json_string(json, "cause", dnnhint_cause_name(info->cause));
	json_number(json, "weight", info->weight);
	json_string(json, "goal", dnnhint_goal_name(info->goal));
	json_number(json, "accuracy_floor_ppm", info->accuracy_floor_ppm);
	json_number(json, "balance_ppm", info->balance_ppm);
	json_number(json, "energy_budget_uj", info->energy_budget_uj);
	json_number(json, "pending", info->pending);
	json_number(json, "frames", info->frames);
	json_number(json, "met", info->met);
	json_number(json, "missed", info->missed);
	json_number(json, "abandoned", info->abandoned);
	json_number(json, "energy_uj", info->energy_uj);
	json_latency(json, info->id);
	json_close(json, '}');
}
