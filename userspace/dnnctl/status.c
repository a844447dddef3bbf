// SPDX-License-Identifier: MIT
/* dnnctl status, streams, stats: what there is. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dnnctl.h"
#include "policy.h"

#define MAX_POLICIES 1024

static int each_line(const struct dnnhint_stream_info *info, void *ctx)
{
	bool *any = ctx;

	if (!*any)
		print_stream_header();
	*any = true;
	print_stream(info);
	return 0;
}

static int each_json(const struct dnnhint_stream_info *info, void *ctx)
{
	json_stream(ctx, info);
	return 0;
}

static int streams_table(struct dnnhint *h)
{
	bool any = false;
	int ret = dnnhint_streams_get(h, each_line, &any);

	if (!ret && !any)
		puts("no streams");
	return ret;
}

static int streams_json(struct dnnhint *h, struct json *json)
{
	int ret;

	json_open(json, "streams", '[');
	ret = dnnhint_streams_get(h, each_json, json);
	json_close(json, ']');
	return ret;
}

static void stats_table(const struct dnnhint_stats *stats)
{
	printf("streams %" PRIu32 ", frames %" PRIu64, stats->streams, stats->frames);
	printf(" (%" PRIu64 " met, %" PRIu64 " missed, %" PRIu64 " abandoned, %" PRIu32 " pending)",
	       stats->met, stats->missed, stats->abandoned, stats->pending);
	printf(", energy %.1f mJ\n", (double)stats->energy_uj / 1e3);
	printf("events:");
	for (uint32_t cause = DNN_GOV_CAUSE_FREQ_CAP; cause <= DNN_GOV_CAUSE_MAX; cause++)
		printf(" %s %" PRIu64, dnnhint_cause_name(cause), stats->events[cause]);
	putchar('\n');
}

static void policies_table(const struct policy *policies, int n)
{
	printf("%-10s %-14s %-12s %9s %9s %9s %9s\n", "POLICY", "CPUS", "GOVERNOR", "MHZ", "MIN",
	       "MAX", "HW_MAX");
	for (int i = 0; i < n; i++) {
		char name[24];

		snprintf(name, sizeof(name), "policy%u", policies[i].number);
		printf("%-10s %-14s %-12s %9.0f %9.0f %9.0f %9.0f%s", name, policies[i].cpus,
		       policies[i].governor, (double)policies[i].khz / 1e3,
		       (double)policies[i].min_khz / 1e3, (double)policies[i].max_khz / 1e3,
		       (double)policies[i].hw_max_khz / 1e3,
		       policies[i].max_khz < policies[i].hw_max_khz ? " capped" : "");
		if (policies[i].budget_uw)
			printf(" budget %.0f mW", (double)policies[i].budget_uw / 1e3);
		putchar('\n');
	}
}

static void policies_json(struct json *json, const struct policy *policies, int n)
{
	json_open(json, "policies", '[');
	for (int i = 0; i < n; i++) {
		json_open(json, NULL, '{');
		json_number(json, "policy", policies[i].number);
		json_string(json, "cpus", policies[i].cpus);
		json_string(json, "governor", policies[i].governor);
		json_number(json, "khz", policies[i].khz);
		json_number(json, "min_khz", policies[i].min_khz);
		json_number(json, "max_khz", policies[i].max_khz);
		json_number(json, "hw_max_khz", policies[i].hw_max_khz);
		json_number(json, "power_budget_uw", policies[i].budget_uw);
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* All policies that can be read; a hot-unplugged one is passed over. */
static int read_policies(struct policy *policies)
{
	unsigned int numbers[MAX_POLICIES];
	int n = policy_list(numbers, MAX_POLICIES), count = 0;

	for (int i = 0; i < n; i++)
		if (!policy_read(numbers[i], &policies[count]))
			count++;
	return count;
}

static void read_version(char *text, unsigned int size)
{
	if (read_line("/sys/kernel/dnn_gov/version", text, size) &&
	    read_line("/sys/module/dnn_gov/version", text, size))
		snprintf(text, size, "unknown");
}

int cmd_status(const struct dnnctl *ctl)
{
	static struct policy policies[MAX_POLICIES];
	int n = read_policies(policies), ret, governed = 0;
	struct json json = { 0 };
	struct dnnhint_stats stats;
	char version[POLICY_TEXT];
	bool any = false;
	struct dnnhint *h;

	ret = open_module(&h);
	if (ret) {
		if (!ctl->json && n)
			policies_table(policies, n);
		return ret;
	}
	for (int i = 0; i < n; i++)
		governed += !strcmp(policies[i].governor, "dnn");
	read_version(version, sizeof(version));
	ret = dnnhint_stats_get(h, &stats);
	if (!ret && ctl->json) {
		json_open(&json, NULL, '{');
		json_string(&json, "version", version);
		policies_json(&json, policies, n);
		json_open(&json, "stats", '{');
		json_stats(&json, &stats);
		json_close(&json, '}');
		ret = streams_json(h, &json);
		json_close(&json, '}');
	} else if (!ret) {
		printf("dnn_gov %s, governor of %d of %d policies%s\n", version, governed, n,
		       governed ? "" : " (select it with 'dnnctl enable')");
		if (n)
			policies_table(policies, n);
		stats_table(&stats);
		ret = streams_table(h);
		if (!ret)
			ret = dnnhint_streams_get(h, print_wishes, &any);
	}
	if (ret)
		ret = say_error(ret, "%s", dnnhint_error(h));
	dnnhint_close(h);
	return ret;
}

int cmd_streams(const struct dnnctl *ctl)
{
	struct json json = { 0 };
	struct dnnhint *h;
	int ret = open_module(&h);

	if (ret)
		return ret;
	if (ctl->json) {
		json_open(&json, NULL, '{');
		ret = streams_json(h, &json);
		json_close(&json, '}');
	} else {
		ret = streams_table(h);
	}
	if (ret)
		ret = say_error(ret, "%s", dnnhint_error(h));
	dnnhint_close(h);
	return ret;
}

int cmd_stats(const struct dnnctl *ctl)
{
	struct json json = { 0 };
	struct dnnhint_stats stats;
	struct dnnhint *h;
	int ret = open_module(&h);

	if (ret)
		return ret;
	ret = dnnhint_stats_get(h, &stats);
	if (ret) {
		ret = say_error(ret, "%s", dnnhint_error(h));
	} else if (ctl->json) {
		json_open(&json, NULL, '{');
		json_stats(&json, &stats);
		json_close(&json, '}');
	} else {
		stats_table(&stats);
	}
	dnnhint_close(h);
	return ret;
}
