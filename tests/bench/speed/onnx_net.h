/* SPDX-License-Identifier: MIT */
/*
 * A level of a model as an ONNX file, as somebody would write it who knows nothing of levels:
 * one network with grouped convolutions and one classifier.
 */
#ifndef SPEED_ONNX_NET_H
#define SPEED_ONNX_NET_H

#include <stddef.h>
#include <stdint.h>

#include "../../../engine/model/model.h"

/* Names of its input (1 x channels x rows x columns) and output (1 x classes). */
#define SPEED_ONNX_INPUT	"image"
#define SPEED_ONNX_OUTPUT	"logits"

/*
 * The file's bytes, for free(); NULL with the reason in why (SPEED_WHY_BYTES of engine.h) if
 * there is no such network or no memory.
 */
uint8_t *speed_onnx_net(const struct dyndnn_model *model, uint32_t level, size_t *bytes, char *why);

#endif
