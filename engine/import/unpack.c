// SPDX-License-Identifier: MIT
#include <errno.h>

#include "../model/error.h"
#include "unpack.h"

/*
 * protobuf-c recurses into messages without a limit, so a small file could use up the stack. The
 * nesting is therefore looked at first. Graphs inside of graphs are the only way to more than 8.
 * Likewise their number: two bytes of the file make a message of a hundred in memory.
 */
#define MAX_NESTING	32
#define MAX_MESSAGES	(1 << 20)

struct cursor {
	const uint8_t *at, *end;
};

static bool get_varint(struct cursor *c, uint64_t *value)
{
	*value = 0;
	for (unsigned int shift = 0; shift < 64 && c->at < c->end; shift += 7) {
		uint8_t byte = *c->at++;

		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static bool skip(struct cursor *c, uint64_t bytes)
{
	if (bytes > (uint64_t)(c->end - c->at))
		return false;
	c->at += bytes;
	return true;
}

/*
 * Go past one field, or to its first byte if it holds a message: *inside is then what kind of
 * message, and *bytes how long it is.
 */
static bool next_field(struct cursor *c, const ProtobufCMessageDescriptor *in,
		       const ProtobufCMessageDescriptor **inside, uint64_t *bytes)
{
	const ProtobufCFieldDescriptor *field;
	uint64_t tag, ignored;

	*inside = NULL;
	if (!get_varint(c, &tag) || tag >> 3 > UINT32_MAX >> 3)
		return false;
	switch (tag & 7) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		return get_varint(c, &ignored);
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		return skip(c, 8);
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		return skip(c, 4);
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		break;
	default:
		return false;
	}
	if (!get_varint(c, bytes) || *bytes > (uint64_t)(c->end - c->at))
		return false;
	field = protobuf_c_message_descriptor_get_field(in, tag >> 3);
	if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE)
		return skip(c, *bytes);
	*inside = field->descriptor;
	return true;
}

static int check_messages(const uint8_t *data, size_t bytes, struct dyndnn_error *err)
{
	struct {
		const ProtobufCMessageDescriptor *kind;
		const uint8_t *end;
	} stack[MAX_NESTING] = { { &onnx__model_proto__descriptor, data + bytes } };
	struct cursor c = { data, data + bytes };
	unsigned int depth = 0, messages = 0;

	for (;;) {
		const ProtobufCMessageDescriptor *inside;
		uint64_t length;

		c.end = stack[depth].end;
		if (c.at == c.end) {
			if (!depth--)
				return 0;
			continue;
		}
		if (!next_field(&c, stack[depth].kind, &inside, &length))
			return dyndnn_fail(err, -EBADMSG, "truncated, damaged or no ONNX file: "
					   "the field before byte %zu of %zu is broken",
					   (size_t)(c.at - data), bytes);
		if (!inside)
			continue;
		if (++depth == MAX_NESTING)
			return dyndnn_fail(err, -EOPNOTSUPP,
					   "messages are nested more than %d deep", MAX_NESTING);
		if (messages++ == MAX_MESSAGES)
			return dyndnn_fail(err, -EOPNOTSUPP, "the file has more than %d messages",
					   MAX_MESSAGES);
		stack[depth].kind = inside;
		stack[depth].end = c.at + length;
	}
}

Onnx__ModelProto *import_unpack(const void *data, size_t bytes, struct dyndnn_error *err)
{
	Onnx__ModelProto *model;

	if (bytes > IMPORT_MAX_BYTES) {
		dyndnn_fail(err, -EOPNOTSUPP, "file has %zu bytes, allowed: 1..%llu", bytes,
			    IMPORT_MAX_BYTES);
		return NULL;
	}
	if (check_messages(data, bytes, err))
		return NULL;
	model = onnx__model_proto__unpack(NULL, bytes, data);
	if (!model)
		dyndnn_fail(err, -EBADMSG, "truncated, damaged or no ONNX file: it does not parse");
	return model;
}
