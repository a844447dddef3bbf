// SPDX-License-Identifier: MIT
/*
 * stream MODEL PERIOD_MS <FRAMES: raw frames of a camera, each answered within its period,
 * with the governor dnn's help where it is there.
 */
#include <dyndnn_runtime.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned char pixels[4 << 20];

static int run_frames(struct dyndnn_client *client, struct dyndnn_session *session)
{
	const struct dyndnn_info *info = dyndnn_session_info(session);
	size_t bytes = (size_t)info->channels * info->height * info->width;
	float logits[4096];
	int err = 0;

	while (!err && fread(pixels, 1, bytes, stdin) == bytes) {
		struct dyndnn_client_frame frame = { .release_ns = 0 };	/* it came just now */

		err = dyndnn_set_input_u8(session, pixels, bytes, DYNDNN_HWC);
		if (!err)
			err = dyndnn_client_run(client, &frame, logits);
		if (!err)
			printf("class %u, level %" PRIu32 " of grant %" PRIu32 ", %s, %s\n",
			       dyndnn_top1(logits, info->classes), frame.level_done, frame.grant,
			       frame.met ? "met" : "missed", frame.hinted ? "hinted" : "alone");
	}
	return err;
}

int main(int argc, char **argv)
{
	struct dyndnn_client_options options = { .name = "camera" };
	struct dyndnn_session *session = NULL;
	struct dyndnn_client *client = NULL;
	struct dyndnn_client_status status;
	struct dyndnn_model *model = NULL;
	struct dyndnn_error err = { .text = "MODEL PERIOD_MS" };
	int ret = -1;

	if (argc == 3)
		options.deadline_ns = 1000000 * strtoull(argv[2], NULL, 10);
	if (argc == 3 && !dyndnn_model_open(argv[1], &model, &err) &&
	    !dyndnn_session_open(model, NULL, &session, &err) &&
	    !dyndnn_client_open(session, &options, &client, &err)) {
		ret = run_frames(client, session);
		dyndnn_client_status(client, &status);
		printf("%" PRIu64 " frames, %" PRIu64 " met\n", status.frames, status.met);
	}
	if (ret)
		fprintf(stderr, "%s\n", client ? dyndnn_client_error(client) : err.text);
	dyndnn_client_close(client);
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
