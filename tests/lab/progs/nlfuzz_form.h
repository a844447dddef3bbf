/* SPDX-License-Identifier: MIT */
/* The form of what the kernel sends: attributes, their sizes and ranges. */
#ifndef NLFUZZ_FORM_H
#define NLFUZZ_FORM_H

#include <linux/netlink.h>

#include "nlfuzz_tables.h"

/**
 * struct values - integers of a message
 * @has: which there are
 * @value: each of them
 * @nr_costs: entries of LEVEL_COSTS
 */
struct values {
	uint64_t has;
	uint64_t value[DNN_GOV_A_MAX + 1];
	unsigned int nr_costs;
};

/* Of an answer or event to @cmd. NULL if it is as it should be, or what is wrong with it. */
const char *form_answer(const struct nlmsghdr *nlh, unsigned int cmd, struct values *values);

/* Of a request that was accepted: the last one counts where there are several. */
void form_request(const struct nlmsghdr *nlh, struct values *values);

/* Of what comes with a refusal. @text: the kernel has given a reason. */
const char *form_refusal(const struct nlmsghdr *nlh, const struct nlmsghdr *request, bool whole,
			 bool *text);

#endif
