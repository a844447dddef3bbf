// SPDX-License-Identifier: MIT
/* A header and one row per image; what is not known is empty. */
#include <inttypes.h>

#include <dnnhint.h>

#include "escape.h"
#include "output.h"

static void header(FILE *file, unsigned int nr_top)
{
	fputs("frame,file,index,label,level,grant,cause,khz,latency_us,deadline_us,met", file);
	for (unsigned int i = 1; i <= nr_top; i++)
		fprintf(file, ",class%u,name%u,confidence%u", i, i, i);
	fputc('\n', file);
}

static void row(FILE *file, const struct result *result)
{
	const struct dyndnn_client_frame *frame = &result->frame;

	fprintf(file, "%" PRIu64 ",", result->number);
	escape_csv(file, result->file);
	fprintf(file, ",%" PRIu64 ",", result->index);
	if (result->label >= 0)
		fprintf(file, "%d", result->label);
	fprintf(file, ",%" PRIu32 ",%" PRIu32 ",%s,", frame->level_done, frame->grant,
		dnnhint_cause_name(frame->cause));
	if (frame->khz)
		fprintf(file, "%" PRIu32, frame->khz);
	fprintf(file, ",%" PRIu64 ",", result_latency_us(result));
	if (result->has_deadline)
		fprintf(file, "%" PRIu64 ",%d", (frame->deadline_ns - frame->release_ns) / 1000,
			frame->met);
	else
		fputc(',', file);
	for (unsigned int i = 0; i < result->nr_top; i++) {
		fprintf(file, ",%u,", result->top[i].index);
		if (result->top[i].name)
			escape_csv(file, result->top[i].name);
		fprintf(file, ",%.6f", result->top[i].confidence);
	}
	fputc('\n', file);
}

const struct output_format output_csv = { .name = "csv", .header = header, .row = row };
