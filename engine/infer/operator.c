// SPDX-License-Identifier: MIT
/*
 * One XNNPACK operator per group and layer. A grouped operator per level would
 * be as fast but needs its own packed copy of the weights at each level.
 */
#include "operator.h"

#include <errno.h>

#include "../model/error.h"
#include "session.h"

static int to_errno(enum xnn_status status)
{
	switch (status) {
	case xnn_status_success:
		return 0;
	case xnn_status_out_of_memory:
		return -ENOMEM;
	case xnn_status_unsupported_hardware:
	case xnn_status_unsupported_parameter:
		return -ENOTSUP;
	default:
		return -EIO;
	}
}

/*
 * Workers sleep between layers, too. With two threads on two busy cores, waking them
 * doubles the median time of a frame, but spinning makes its 99th percentile about five
 * times worse.
 */
static uint32_t flags_of(const struct dyndnn_session *session)
{
	return session->workers.pool ? XNN_FLAG_YIELD_WORKERS : 0;
}

int dyndnn_operator_open(struct dyndnn_session *session, uint32_t group, uint32_t layer,
			 xnn_operator_t *op)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	const struct dnnfile_layer *l = &shape->layer[layer];
	const struct recipe recipe = {
		.model = session->model, .group = group, .index = layer, .layer = l,
		.channels = dnnfile_read_channels(shape, layer, group),
		.strided = shape->wiring == DNNFILE_TRIANGULAR,
		.in = buffers_input(&session->buffers, group, layer, l->input),
		.addend = buffers_input(&session->buffers, group, layer, l->addend),
		.out = buffers_output(&session->buffers, group, layer),
		.flags = flags_of(session), .pool = session->workers.pool,
	};
	enum xnn_status status = shape->dtype == DNNFILE_S8 ? operator_s8(&recipe, op) :
							      operator_f32(&recipe, op);

	if (status == xnn_status_success)
		return 0;
	return dyndnn_fail(&session->error, to_errno(status),
			   "group %u, layer %u: XNNPACK refuses the layer with status %d", group,
			   layer + 1, status);
}
