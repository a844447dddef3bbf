// SPDX-License-Identifier: MIT
#include "peer_kit.h"

#include <poll.h>

struct dnnhint *peer_open(void)
{
	struct dnnhint *h;

	if (!gov.loaded)
		gov_load();
	cr_assert_eq(dnnhint_open(&h), 0);
	return h;
}

uint32_t peer_add(struct dnnhint *h, const char *name)
{
	const struct dnnhint_stream_params params = {
		.name = name, .deadline_ns = 40 * MS, .levels = 4,
	};
	uint32_t id = 0;

	assert_ret(h, dnnhint_stream_add(h, &params, &id, NULL), 0);
	cr_assert_neq(id, 0);
	return id;
}

bool peer_readable(struct dnnhint *h)
{
	struct pollfd fd = { .fd = dnnhint_event_fd(h), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

void peer_is_well(struct dnnhint *h)
{
	uint32_t id = peer_add(h, "well"), grant_now = gov.grant;
	struct dnnhint_stream_info info;
	struct dnnhint_result result;
	struct dnnhint_grant grant;

	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	cr_assert_eq(grant.level, grant_now);
	assert_ret(h, dnnhint_frame_progress(h, id, grant.frame_id, 1), 0);
	assert_ret(h, dnnhint_frame_end(h, id, grant.frame_id, 2, &result), 0);
	cr_assert_eq(result.latency_ns, GOV_LATENCY_NS);
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_assert_str_eq(info.name, "well");
	cr_assert_eq(info.met, 1);
	assert_ret(h, dnnhint_stream_del(h, id), 0);
}
