/* SPDX-License-Identifier: MIT */
/*
 * The module's side of netlink, as docs/netlink.md has it, for tests of libdnnhint without a
 * kernel: it keeps streams and frames, and does wrong what it is told to do wrong. What it is like
 * when all is well, the lab's tests of the same calls show with the real module.
 */
#ifndef TEST_FAKE_GOV_H
#define TEST_FAKE_GOV_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/dnn_gov.h>

#include "fake_netlink.h"

/* What becomes of the next answer of the module. */
enum gov_fault {
	GOV_NO_FAULT,
	GOV_SILENT,		/* none is sent */
	GOV_CUT,		/* its last bytes are missing */
	GOV_TOO_LONG,		/* more than there can be */
	GOV_BARE_ACK,		/* an acknowledgment comes in its place */
	GOV_OTHER_TYPE,		/* it is of another family */
	GOV_AFTER_FORGERY,	/* another process sends one first */
	GOV_AFTER_OLD,		/* one of an older request comes first */
	GOV_DUMP_CHANGED,	/* what is dumped changes meanwhile */
	GOV_DUMP_FAILS,		/* no memory for the rest of the dump */
	GOV_DUMP_ENDS_BARE,	/* its end has no status */
	GOV_BAD_POLICY_BITS,	/* refused, and the bounds that come with it are damaged */
};

/**
 * struct fake_gov - the module, for tests to change between calls
 * @loaded: it is there
 * @family: id of its family, another one each time that it is loaded
 * @no_group: it has no group of events
 * @ctrl_error: what the kernel answers to those who ask for a family; 0: the family
 * @fault: of the next answer, once
 * @without: the attribute that all its messages lack; 0: they are complete
 * @refuse: errno of the next answer, once; its text and the attribute it is about follow
 * @refuse_text: or NULL
 * @refuse_attr: or 0; with bounds if there are any below
 * @refuse_missing: the attribute that is missing, or 0
 * @refuse_low: least value that is allowed
 * @refuse_high: highest value that is allowed, 0: no bounds are told
 * @burst: so many events of @burst_id come right behind the next answer, once
 * @burst_id: a stream
 * @grant: of streams from now on
 * @goal: what it says of every stream's goal, -1: the truth
 * @requests: how many there were
 * @last_cmd: of the last one
 * @last_has: its attributes, bit n for attribute n
 * @last_release_ns: RELEASE_NS of the last FRAME_BEGIN, 0: not said
 */
struct fake_gov {
	bool loaded;
	int family;
	bool no_group;
	int ctrl_error;
	enum gov_fault fault;
	int without;
	int refuse;
	const char *refuse_text;
	int refuse_attr;
	int refuse_missing;
	uint64_t refuse_low;
	uint64_t refuse_high;
	unsigned int burst;
	uint32_t burst_id;
	uint32_t grant;
	int goal;
	unsigned int requests;
	uint8_t last_cmd;
	uint64_t last_has;
	uint64_t last_release_ns;
};

extern struct fake_gov gov;

#define GOV_NOW_NS	1000000000ULL	/* its clock stands still */
#define GOV_LATENCY_NS	12000000ULL	/* of every frame that ends */
#define GOV_KHZ		1400000U
#define GOV_POLICIES	3

/* As after loading. */
void gov_load(void);

/* Its streams go with it. */
void gov_unload(void);

unsigned int gov_streams(void);
unsigned int gov_pending(uint32_t stream_id);

/* The grant of a stream becomes another one, and nobody is told: the event got lost. */
void gov_grant(uint32_t stream_id, uint32_t grant, uint32_t cause);

/* The same; its owner is told, and everybody in the group. */
void gov_event(uint32_t stream_id, uint32_t grant, uint32_t cause);

#endif
