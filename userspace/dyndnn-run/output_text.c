// SPDX-License-Identifier: MIT
/* One line per image: "cat.png: cat 93.1 %, level 4, 812 us, met" */
#include <inttypes.h>

#include "escape.h"
#include "output.h"

static void put_class(FILE *file, const struct result_class *entry)
{
	if (entry->name)
		escape_text(file, entry->name);
	else
		fprintf(file, "class %u", entry->index);
	fprintf(file, " %.1f %%", 100 * entry->confidence);
}

static void row(FILE *file, const struct result *result)
{
	escape_text(file, result->file);
	if (result->numbered)
		fprintf(file, "[%" PRIu64 "]", result->index);
	for (unsigned int i = 0; i < result->nr_top; i++) {
		fputs(i ? ", " : ": ", file);
		put_class(file, &result->top[i]);
	}
	fprintf(file, ", level %" PRIu32 ", %" PRIu64 " us", result->frame.level_done,
		result_latency_us(result));
	if (result->has_deadline)
		fputs(result->frame.met ? ", met" : ", missed", file);
	if (result->label >= 0)
		fputs((unsigned int)result->label == result->top[0].index ? ", right" : ", wrong",
		      file);
	fputc('\n', file);
}

const struct output_format output_text = { .name = "text", .row = row };
