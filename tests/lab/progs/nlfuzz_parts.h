/* SPDX-License-Identifier: MIT */
/* A list of attributes before it is bytes, and what can be done to it. */
#ifndef NLFUZZ_PARTS_H
#define NLFUZZ_PARTS_H

#include <stddef.h>

#include "nlfuzz_random.h"
#include "nlfuzz_tables.h"

#define PARTS_MAX	40
#define ARENA_BYTES	(64 * 1024)

/* Memory of one message while it is made. */
struct arena {
	size_t used;
	_Alignas(8) uint8_t bytes[ARENA_BYTES];
};

/**
 * struct part - an attribute
 * @type: its number and flags
 * @len: bytes of @data
 * @lie: added to the length that the attribute says it has
 * @data: its payload
 */
struct part {
	uint16_t type;
	uint16_t len;
	int32_t lie;
	uint8_t *data;
};

struct parts {
	unsigned int nr;
	struct part part[PARTS_MAX];
};

/**
 * struct parts_kind - what list it is
 * @rules: of its attributes, by number
 * @max: the highest of them
 * @known: those that belong here
 * @needed: those that must be here
 */
struct parts_kind {
	const struct rule *rules;
	unsigned int max;
	uint64_t known;
	uint64_t needed;
};

/* What a request with a change must come to. ANY also where it is too much trouble to tell. */
enum expect { EXPECT_ANY, EXPECT_REFUSAL, EXPECT_SUCCESS };

/* What is wrong where a change makes something wrong for certain. */
enum wrong { WRONG_NOTHING, WRONG_FORM, WRONG_VALUE };

void parts_add(struct parts *parts, struct arena *arena, uint16_t type, const void *data,
	       size_t len);
void parts_add_int(struct parts *parts, struct arena *arena, uint16_t type,
		   const struct rule *rule, uint64_t value);

/* As bytes; returns how many. */
size_t parts_bytes(const struct parts *parts, uint8_t *to, size_t room);

/* Change one thing. */
enum wrong parts_change(struct parts *parts, struct arena *arena, struct dice *dice,
			const struct parts_kind *kind);

#endif
