// SPDX-License-Identifier: MIT

#include "port.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What follows the prefix, or NULL when the line does not start with it. */
static char *after(char *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(line, prefix, len) ? NULL : line + len;
}

static void complain(struct port *port, const char *what, char *line)
{
	for (char *c = line; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	verdict_fail(port->verdicts, "results port: %s '%.120s'", what, line);
}

static int take(struct port *port, char *line)
{
	char *text;
	int ret;

	text = after(line, "=");
	if (text)
		return frames_data(port->frames, text);
	if (after(line, "@result ") || after(line, "@log ")) {
		ret = frames_open(port->frames, line + 1);
		if (ret != -EBADMSG)
			return ret;
		complain(port, "bad frame", line);
		return 0;
	}
	text = after(line, "@end ");
	if (text)
		return frames_close(port->frames, text);

	text = after(line, "ok - ");
	if (text) {
		verdict_ok(port->verdicts, "%s", text);
		return 0;
	}
	text = after(line, "not ok - ");
	if (text) {
		verdict_fail(port->verdicts, "%s", text);
		return 0;
	}
	text = after(line, "skip - ");
	if (text) {
		verdict_skip(port->verdicts, "%s", text);
		return 0;
	}
	text = after(line, "# ");
	if (text)
		verdict_note(port->verdicts, "%s", text);
	else if (after(line, "@boot "))
		verdict_boot(port->verdicts);
	else if (sscanf(line, "@done %d %lf", &port->status, &port->uptime) == 2)
		port->done = true;
	else if (*line)
		complain(port, "line not understood:", line);
	return 0;
}

static int append(struct port *port, const char *data, size_t len)
{
	if (port->capacity - port->len < len + 1) {
		size_t capacity = 2 * (port->len + len + 1);
		char *rest = realloc(port->rest, capacity);

		if (!rest)
			return -ENOMEM;
		port->rest = rest;
		port->capacity = capacity;
	}
	memcpy(port->rest + port->len, data, len);
	port->len += len;
	return 0;
}

/* The line as a string: what a serial line may put around it is taken off. */
static char *trim(char *line, size_t len)
{
	while (len && (line[len - 1] == '\r' || !line[len - 1]))
		len--;
	line[len] = 0;
	while (len && (*line == '\r' || !*line)) {
		line++;
		len--;
	}
	for (size_t i = 0; i < len; i++)
		if (!line[i])
			line[i] = '?';
	return line;
}

int port_feed(struct port *port, const char *data, size_t len)
{
	while (len) {
		const char *newline = memchr(data, '\n', len);
		size_t part = newline ? (size_t)(newline - data) : len;
		int ret = append(port, data, part);

		if (ret)
			return ret;
		if (!newline)
			return 0;
		ret = take(port, trim(port->rest, port->len));
		if (ret)
			return ret;
		port->len = 0;
		data = newline + 1;
		len -= part + 1;
	}
	return 0;
}

void port_finish(struct port *port)
{
	free(port->rest);
	port->rest = NULL;
	port->len = 0;
	port->capacity = 0;
}
