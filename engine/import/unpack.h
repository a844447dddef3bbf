/* SPDX-License-Identifier: MIT */
#ifndef IMPORT_UNPACK_H
#define IMPORT_UNPACK_H

#include "import.h"
#include "onnx.pb-c.h"

/*
 * Parse an ONNX file; NULL with err filled in (-EBADMSG, or -EOPNOTSUPP for messages nested too
 * deeply). Released with onnx__model_proto__free_unpacked(model, NULL).
 */
Onnx__ModelProto *import_unpack(const void *data, size_t bytes, struct dyndnn_error *err);

#endif
