// SPDX-License-Identifier: MIT
/* A camera's frames, 33 ms each, with a network of four groups: all that an app must add. */
#include <dnnhint.h>
#include <stdio.h>

#include "work.h"	/* next_image() waits for a frame; run_groups() is the network */

int main(void)
{
	struct dnnhint_stream_params params = {
		.name = "camera", .period_ns = 33000000, .deadline_ns = 33000000, .levels = 4,
	};
	struct dnnhint_grant grant = { .level = params.levels };
	struct dnnhint *h = NULL;
	uint32_t id = 0, done;
	int err = dnnhint_open(&h);

	if (!err)
		err = dnnhint_stream_add(h, &params, &id, &grant);
	if (err)	/* an app goes on without the governor's help */
		fprintf(stderr, "no hints: %s\n", h ? dnnhint_error(h) : dnnhint_strerror(err));
	while (next_image()) {
		int begun = id ? dnnhint_frame_begin(h, id, 0, &grant) : -1;

		done = run_groups(grant.level);
		if (!begun)
			dnnhint_frame_end(h, id, grant.frame_id, done, NULL);
	}
	dnnhint_close(h);
	return 0;
}
