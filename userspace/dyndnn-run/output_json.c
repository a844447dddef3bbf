// SPDX-License-Identifier: MIT
/* One object per image and line; what is not known is left out. */
#include <inttypes.h>
#include <math.h>

#include <dnnhint.h>

#include "escape.h"
#include "output.h"

static const char *truth(bool value)
{
	return value ? "true" : "false";
}

static void row(FILE *file, const struct result *result)
{
	const struct dyndnn_client_frame *frame = &result->frame;

	fprintf(file, "{\"frame\":%" PRIu64 ",\"file\":", result->number);
	escape_json(file, result->file);
	fprintf(file, ",\"index\":%" PRIu64 ",\"top\":[", result->index);
	for (unsigned int i = 0; i < result->nr_top; i++) {
		fprintf(file, "%s{\"class\":%u", i ? "," : "", result->top[i].index);
		if (result->top[i].name) {
			fputs(",\"name\":", file);
			escape_json(file, result->top[i].name);
		}
		/* JSON has no NaN, which strange weights can make */
		if (isfinite(result->top[i].confidence))
			fprintf(file, ",\"confidence\":%.6f", result->top[i].confidence);
		fputc('}', file);
	}
	fprintf(file, "],\"level\":%" PRIu32 ",\"grant\":%" PRIu32 ",\"cause\":\"%s\"",
		frame->level_done, frame->grant, dnnhint_cause_name(frame->cause));
	if (frame->khz)
		fprintf(file, ",\"khz\":%" PRIu32, frame->khz);
	fprintf(file, ",\"latency_us\":%" PRIu64, result_latency_us(result));
	if (result->has_deadline)
		fprintf(file, ",\"deadline_us\":%" PRIu64 ",\"met\":%s,\"hinted\":%s",
			(frame->deadline_ns - frame->release_ns) / 1000, truth(frame->met),
			truth(frame->hinted));
	if (result->label >= 0)
		fprintf(file, ",\"label\":%d,\"correct\":%s", result->label,
			truth((unsigned int)result->label == result->top[0].index));
	fputs("}\n", file);
}

const struct output_format output_json = { .name = "json", .row = row };
