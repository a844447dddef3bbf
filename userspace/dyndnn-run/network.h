/* SPDX-License-Identifier: MIT */
/* network: the model, opened as the command line asks for. */
#ifndef DYNDNN_RUN_NETWORK_H
#define DYNDNN_RUN_NETWORK_H

#include <dyndnn.h>
#include <dyndnn_runtime.h>

#include "options.h"

/**
 * struct network - all-zero at first; release it with network_close()
 * @model: the file
 * @info: what it is
 * @session: its memory
 * @client: its stream
 * @size: of the images that it reads
 * @hinted: the governor decided about it when it was opened
 * @logits: of the last image
 */
struct network {
	struct dyndnn_model *model;
	const struct dyndnn_info *info;
	struct dyndnn_session *session;
	struct dyndnn_client *client;
	struct fit_size size;
	bool hinted;
	float *logits;
};

/**
 * network_open() - open the model and what runs it
 * @network: filled
 * @opt: the command line
 *
 * Return: 0; or the exit status, after it has said what is wrong.
 */
int network_open(struct network *network, const struct options *opt);

/* Say it if the governor was wanted and did not decide about all frames. */
void network_say_alone(const struct network *network);

void network_close(struct network *network);

#endif
