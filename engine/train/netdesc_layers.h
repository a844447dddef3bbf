/* SPDX-License-Identifier: MIT */
/* netdesc_layers: the list of layers in a network description. */
#ifndef DYNDNN_TRAIN_NETDESC_LAYERS_H
#define DYNDNN_TRAIN_NETDESC_LAYERS_H

#include "netdesc_fields.h"

/* Append the layers and the classifier to the parser's shape and check it. Return: 0 or -EINVAL. */
int netdesc_read_layers(struct netdesc_parser *p, const config_t *cfg);

#endif
