/* SPDX-License-Identifier: MIT */
/* A network run straight from its definition, in double precision: what the engine must equal. */
#ifndef TEST_REFERENCE_NET_H
#define TEST_REFERENCE_NET_H

#include "../../engine/model/writer.h"

/*
 * Logits of every level: those of level k go to logits[(k - 1) * classes]. image
 * is normalised and [row][column][channel].
 */
void reference_net_run(const struct dnnfile_desc *desc, const double *image, double *logits);

#endif
