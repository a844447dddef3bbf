/* SPDX-License-Identifier: MIT */
/* What options call the compute libraries. */
#ifndef DYNDNN_COMPUTE_NAME_H
#define DYNDNN_COMPUTE_NAME_H

#include <string.h>

#include "dyndnn.h"

/* auto, xnnpack or onednn. Return whether it is one of them. */
static inline bool compute_parse(const char *name, enum dyndnn_compute *compute)
{
	static const char *const names[] = {
		[DYNDNN_COMPUTE_AUTO] = "auto", [DYNDNN_COMPUTE_XNNPACK] = "xnnpack",
		[DYNDNN_COMPUTE_ONEDNN] = "onednn",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			*compute = i;
			return true;
		}
	}
	return false;
}

#endif
