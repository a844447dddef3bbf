/* SPDX-License-Identifier: MIT */
/* dnnctl: what its commands share. */
#ifndef DNNCTL_H
#define DNNCTL_H

#include <stdbool.h>
#include <stdint.h>

#include <dnnhint.h>

/* Exit status, documented in dnnctl(8). */
enum {
	DNNCTL_OK = 0,
	DNNCTL_FAILED = 1,
	DNNCTL_USAGE = 2,
	DNNCTL_NO_MODULE = 3,
	DNNCTL_NOT_ALLOWED = 4,
	DNNCTL_NO_GOVERNOR = 5,
};

/**
 * struct dnnctl - what the command line says
 * @json: print JSON
 * @governor: of disable: what to select instead, NULL: schedutil
 * @interval_ms: of top: between two readings
 * @count: of monitor and top: end after so many events or readings, 0: never
 * @policies: arguments, names or numbers of policies
 * @nr_policies: their number, 0: all
 */
struct dnnctl {
	bool json;
	const char *governor;
	unsigned int interval_ms;
	unsigned int count;
	char **policies;
	unsigned int nr_policies;
};

/* Each command returns an exit status, and has said what is wrong. */
int cmd_status(const struct dnnctl *ctl);
int cmd_streams(const struct dnnctl *ctl);
int cmd_stats(const struct dnnctl *ctl);
int cmd_monitor(const struct dnnctl *ctl);
int cmd_top(const struct dnnctl *ctl);
int cmd_enable(const struct dnnctl *ctl);
int cmd_disable(const struct dnnctl *ctl);

/* say.c */
int say_error(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int say_no_module(void);
int open_module(struct dnnhint **h);
void print_cpus(const cpu_set_t *cpus);

/* table.c: a stream as a line */
void print_stream_header(void);
void print_stream(const struct dnnhint_stream_info *info);
int print_wishes(const struct dnnhint_stream_info *info, void *ctx);

/* json.c */
struct json {
	unsigned int depth;
	bool first;
};

void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_string(struct json *json, const char *key, const char *value);
void json_stats(struct json *json, const struct dnnhint_stats *stats);
void json_stream(struct json *json, const struct dnnhint_stream_info *info);

#endif
