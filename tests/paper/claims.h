/* SPDX-License-Identifier: MIT */
/* claims: what the paper says beside what came out here, row by row. */
#ifndef PAPER_CLAIMS_H
#define PAPER_CLAIMS_H

#include <stddef.h>
#include <stdio.h>

enum { PAPER_CLAIM = 128, PAPER_HOW = 192, PAPER_UNIT = 8, PAPER_CLAIMS_MAX = 128 };

/**
 * struct paper_claim - a row
 * @claim: what is claimed
 * @paper: the paper's value; NAN where it was not found
 * @ours: what came out here
 * @unit: of both; "x" for how many times
 * @how: where ours is from
 */
struct paper_claim {
	char claim[PAPER_CLAIM];
	double paper;
	double ours;
	char unit[PAPER_UNIT];
	char how[PAPER_HOW];
};

/**
 * struct paper_claims - a table
 * @count: rows in use
 * @rows: them
 */
struct paper_claims {
	size_t count;
	struct paper_claim rows[PAPER_CLAIMS_MAX];
};

/** paper_claims_header - the first line of the file */
extern const char paper_claims_header[];

/**
 * paper_claims_add() - a row
 * @claims: the table
 * @claim: what it is about; no commas, quotes or line ends, as of @how
 * @paper: the paper's value, or NAN
 * @ours: a number
 * @unit: of both
 * @how: a format of what follows
 *
 * Return: 0; -E2BIG for a table that is full or a text that is too long; -EINVAL for a value of
 * ours that is no number or a text that would break the file.
 */
int paper_claims_add(struct paper_claims *claims, const char *claim, double paper, double ours,
		     const char *unit, const char *how, ...)
	__attribute__((format(printf, 6, 7)));

/** paper_claims_write() - the table as a file; the caller looks at its error flag */
void paper_claims_write(const struct paper_claims *claims, FILE *file);

/** paper_claims_print() - the table for people */
void paper_claims_print(const struct paper_claims *claims, FILE *file);

#endif
