// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "claims.h"

const char paper_claims_header[] = "claim,paper,ours,unit,how\n";

static bool field_ok(const char *text)
{
	return *text && !strpbrk(text, ",\"\r\n");
}

int paper_claims_add(struct paper_claims *claims, const char *claim, double paper, double ours,
		     const char *unit, const char *how, ...)
{
	struct paper_claim *row = &claims->rows[claims->count];
	va_list args;
	int len;

	if (claims->count == PAPER_CLAIMS_MAX || strlen(claim) >= PAPER_CLAIM ||
	    strlen(unit) >= PAPER_UNIT)
		return -E2BIG;
	va_start(args, how);
	len = vsnprintf(row->how, sizeof(row->how), how, args);
	va_end(args);
	if (len < 0 || len >= PAPER_HOW)
		return -E2BIG;
	if (!isfinite(ours) || !field_ok(claim) || !field_ok(unit) || !field_ok(row->how))
		return -EINVAL;
	strcpy(row->claim, claim);
	strcpy(row->unit, unit);
	row->paper = paper;
	row->ours = ours;
	claims->count++;
	return 0;
}

static const char *paper_text(const struct paper_claim *row, char *text, size_t size)
{
	if (isnan(row->paper))
		return "not found";
	snprintf(text, size, "%.4g", row->paper);
	return text;
}

void paper_claims_write(const struct paper_claims *claims, FILE *file)
{
	char text[32];

	fputs(paper_claims_header, file);
	for (size_t i = 0; i < claims->count; i++) {
		const struct paper_claim *row = &claims->rows[i];

		fprintf(file, "%s,%s,%.4g,%s,%s\n", row->claim,
			paper_text(row, text, sizeof(text)), row->ours, row->unit, row->how);
	}
}

void paper_claims_print(const struct paper_claims *claims, FILE *file)
{
	char text[32];
	int wide = 5;

	for (size_t i = 0; i < claims->count; i++)
		wide = fmax(wide, strlen(claims->rows[i].claim));
	fprintf(file, "%-*s %9s %9s %-4s %s\n", wide, "claim", "paper", "ours", "unit", "how");
	for (size_t i = 0; i < claims->count; i++) {
		const struct paper_claim *row = &claims->rows[i];

		fprintf(file, "%-*s %9s %9.4g %-4s %s\n", wide, row->claim,
			paper_text(row, text, sizeof(text)), row->ours, row->unit, row->how);
	}
}
