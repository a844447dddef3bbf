/* SPDX-License-Identifier: MIT */
/*
 * Looking at what the kernel sends for what it must not: bytes of memory that nobody filled in,
 * and addresses. The kernel is one whose free memory is poisoned (slub_debug=P).
 */
#ifndef HINT_LOOK_H
#define HINT_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct look - what was looked at
 * @main: number of attributes that were seen, by attribute
 * @cost: the same inside LEVEL_COST
 * @commands: of messages, by command
 * @messages: in all
 * @bytes: in all
 * @fault: what is wrong, if anything
 */
struct look {
	unsigned int main[64];
	unsigned int cost[8];
	unsigned int commands[256];
	unsigned int messages;
	size_t bytes;
	char fault[128];
};

/* One datagram of netlink messages, of @family or netlink's own. False where there is a fault. */
bool look_at_datagram(struct look *look, const void *bytes, size_t len, uint16_t family);

/* What a file in sysfs says: lines of words and numbers. */
bool look_at_text(struct look *look, const char *text, size_t len);

#endif
