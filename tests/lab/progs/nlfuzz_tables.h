/* SPDX-License-Identifier: MIT */
/* What the header says of commands and attributes: to make messages, and to judge answers. */
#ifndef NLFUZZ_TABLES_H
#define NLFUZZ_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/dnn_gov.h>

#define BIT(attr)	(1ULL << (attr))
#define A(name)		BIT(DNN_GOV_A_##name)

enum kind { KIND_NONE, KIND_PAD, KIND_U8, KIND_U32, KIND_U64, KIND_NAME, KIND_CPUS, KIND_NEST };

/**
 * struct rule - what an attribute may be
 * @kind: its form
 * @low: of an integer, bounds included
 * @high: likewise
 */
struct rule {
	enum kind kind;
	uint64_t low;
	uint64_t high;
};

/**
 * struct command - a command of the family
 * @name: of it
 * @needed: attributes that a request must have
 * @optional: and those that it may
 * @answer: attributes that an answer must have
 * @answer_optional: and those that it may, besides PAD
 * @may_do: it is there without NLM_F_DUMP
 * @may_dump: and with it
 * @share: how often it is sent
 */
struct command {
	const char *name;
	uint64_t needed;
	uint64_t optional;
	uint64_t answer;
	uint64_t answer_optional;
	bool may_do;
	bool may_dump;
	unsigned int share;
};

/* The attributes that a client declares and reads back. */
#define DECLARED (A(PERIOD_NS) | A(DEADLINE_NS) | A(MIN_LEVEL) | A(WEIGHT) | A(GOAL) | \
		  A(ACCURACY_FLOOR_PPM) | A(BALANCE_PPM) | A(ENERGY_BUDGET_UJ) | A(LEVELS))

extern const struct rule rules[DNN_GOV_A_MAX + 1];
extern const struct rule cost_rules[DNN_GOV_COST_A_MAX + 1];
extern const struct command commands[DNN_GOV_CMD_MAX + 1];

/* Bytes of an integer, 0 of anything else. */
static inline unsigned int kind_bytes(enum kind kind)
{
	return kind == KIND_U8 ? 1 : kind == KIND_U32 ? 4 : kind == KIND_U64 ? 8 : 0;
}

#endif
