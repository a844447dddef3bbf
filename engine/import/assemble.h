/* SPDX-License-Identifier: MIT */
#ifndef IMPORT_ASSEMBLE_H
#define IMPORT_ASSEMBLE_H

#include "value.h"

/* Make a .dnn file that computes this value, the output of the network. The caller frees *image. */
int assemble(struct importer *im, struct value *output, void **image, size_t *image_bytes);

#endif
