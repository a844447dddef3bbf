// SPDX-License-Identifier: MIT
#include "output.h"

#include <string.h>

const struct output_format *output_find(const char *name)
{
	static const struct output_format * const formats[] = {
		&output_text, &output_csv, &output_json,
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}
