// SPDX-License-Identifier: MIT
/* dnnctl monitor, top: what happens. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dnnctl.h"

struct monitor {
	unsigned int left;	/* events to be shown, 0: no end */
	bool done;
};

static void on_grant(const struct dnnhint_event *event, void *ctx)
{
	struct monitor *monitor = ctx;

	if (monitor->done)
		return;
	printf("%" PRIu64 ".%06" PRIu64 " stream %" PRIu32, event->time_ns / 1000000000,
	       event->time_ns / 1000 % 1000000, event->stream_id);
	printf(" level %" PRIu32 " -> %" PRIu32 " %s %s", event->grant_old, event->grant,
	       event->grant < event->grant_old ? "pressure" : "relief",
	       dnnhint_cause_name(event->cause));
	if (event->khz)
		printf(" %" PRIu32 " kHz", event->khz);
	putchar('\n');
	if (monitor->left && !--monitor->left)
		monitor->done = true;
}

static void on_lost(void *ctx)
{
	(void)ctx;
	puts("events were lost");
}

int cmd_monitor(const struct dnnctl *ctl)
{
	static const struct dnnhint_callbacks callbacks = { on_grant, on_lost };
	struct monitor monitor = { .left = ctl->count };
	struct pollfd fd = { .events = POLLIN };
	struct dnnhint *h;
	int ret = open_module(&h);

	if (ret)
		return ret;
	ret = dnnhint_observe(h);
	fd.fd = dnnhint_event_fd(h);
	if (!ret)
		fputs("watching all streams\n", stderr);
	while (ret >= 0 && !monitor.done) {
		if (poll(&fd, 1, -1) < 0 && errno != EINTR) {
			ret = say_error(0, "poll: %s", strerror(errno));
			goto close;
		}
		ret = dnnhint_dispatch(h, &callbacks, &monitor);
		/* Who reads along in a pipe wants each event at once. */
		fflush(stdout);
	}
	ret = ret < 0 ? say_error(ret, "%s", dnnhint_error(h)) : DNNCTL_OK;
close:
	dnnhint_close(h);
	return ret;
}

static int each_policy(const struct dnnhint_policy_info *info, void *ctx)
{
	(void)ctx;
	printf("policy%-4" PRIu32 " %8.0f MHz (%.0f..%.0f), %" PRIu32 " streams, CPUs ", info->cpu,
	       info->khz / 1e3, info->min_khz / 1e3, info->max_khz / 1e3, info->streams);
	print_cpus(&info->cpus);
	putchar('\n');
	return 0;
}

static int each_stream(const struct dnnhint_stream_info *info, void *ctx)
{
	(void)ctx;
	print_stream(info);
	return 0;
}

/* Streams that come and go while they are read are no trouble: there is a next time. */
static int tolerate(int ret)
{
	return ret == -EINTR ? 0 : ret;
}

int cmd_top(const struct dnnctl *ctl)
{
	const struct timespec interval = {
		.tv_sec = ctl->interval_ms / 1000,
		.tv_nsec = ctl->interval_ms % 1000 * 1000000L,
	};
	bool screen = isatty(STDOUT_FILENO);
	struct dnnhint *h;
	int ret = open_module(&h);

	if (ret)
		return ret;
	for (unsigned int round = 0; !ctl->count || round < ctl->count; round++) {
		if (round)
			nanosleep(&interval, NULL);
		if (screen)
			fputs("\033[H\033[2J", stdout);
		ret = tolerate(dnnhint_policies_get(h, each_policy, NULL));
		if (ret)
			break;
		print_stream_header();
		ret = tolerate(dnnhint_streams_get(h, each_stream, NULL));
		if (ret)
			break;
		fflush(stdout);
	}
	if (ret)
		ret = say_error(ret, "%s", dnnhint_error(h));
	dnnhint_close(h);
	return ret;
}
