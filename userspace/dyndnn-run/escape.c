// SPDX-License-Identifier: MIT
#include "escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the UTF-8 character at @text; 0 if there is none (overlong, surrogate, cut off). */
static size_t utf8_bytes(const char *text)
{
	const uint8_t *byte = (const uint8_t *)text;
	uint32_t lowest, code;
	size_t more;

	if (byte[0] < 0x80)
		return 1;
	if (byte[0] >= 0xc2 && byte[0] < 0xe0)
		more = 1;
	else if (byte[0] >= 0xe0 && byte[0] < 0xf0)
		more = 2;
	else if (byte[0] >= 0xf0 && byte[0] < 0xf5)
		more = 3;
	else
		return 0;
	code = byte[0] & (0x3fu >> more);
	for (size_t i = 1; i <= more; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte[i] & 0x3f);
	}
	lowest = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
	if (code < lowest || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return more + 1;
}

/* C0, DEL, and C1 in its two bytes of UTF-8: a terminal obeys them. */
static bool is_control(const char *text)
{
	const uint8_t *byte = (const uint8_t *)text;

	return byte[0] < 0x20 || byte[0] == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0);
}

void escape_text(FILE *file, const char *text)
{
	while (*text) {
		size_t bytes = utf8_bytes(text);

		if (!bytes || is_control(text)) {
			for (bytes += !bytes; bytes; bytes--)
				fprintf(file, "\\x%02x", (uint8_t)*text++);
			continue;
		}
		fwrite(text, 1, bytes, file);
		text += bytes;
	}
}

void escape_csv(FILE *file, const char *text)
{
	if (!strpbrk(text, "\",\r\n")) {
		fputs(text, file);
		return;
	}
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

void escape_json(FILE *file, const char *text)
{
	fputc('"', file);
	while (*text) {
		size_t bytes = utf8_bytes(text);

		if (!bytes) {
			fputs("\\ufffd", file);
			text++;
			continue;
		}
		if (*text == '"' || *text == '\\')
			fprintf(file, "\\%c", *text);
		else if ((uint8_t)*text < 0x20 || *text == 0x7f)
			fprintf(file, "\\u%04x", (uint8_t)*text);
		else
			fwrite(text, 1, bytes, file);
		text += bytes;
	}
	fputc('"', file);
}
