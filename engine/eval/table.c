// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dyndnn.h"
#include "table.h"

const char table_header[] =
	"dataset,mode,level,top1,confidence,macs,params,file_bytes,resident_bytes\n";

static const char * const mode_names[MODE_COUNT] = {
	[MODE_INCREMENTAL] = "incremental",
	[MODE_STATIC] = "static",
	[MODE_TRIANGULAR] = "triangular",
	[MODE_SLIMMABLE] = "slimmable",
	[MODE_INT8] = "int8",
};

const char *table_mode_name(enum table_mode mode)
{
	return mode_names[mode];
}

bool table_mode_parse(const char *name, enum table_mode *mode)
{
	for (int m = 0; m < MODE_COUNT; m++) {
		if (!strcmp(name, mode_names[m])) {
			*mode = m;
			return true;
		}
	}
	return false;
}

bool table_name_ok(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= TABLE_NAME)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._+-", *name))
			return false;
	return true;
}

void table_format(const struct table_row *row, struct csv_row *line)
{
	int key = snprintf(line->text, sizeof(line->text), "%s,%s,%u,", row->dataset,
			   mode_names[row->mode], row->level);

	line->key = key;
	snprintf(line->text + key, sizeof(line->text) - key,
		 "%.2f,%.4f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, row->top1,
		 row->confidence, row->macs, row->params, row->file_bytes, row->resident_bytes);
}

/* A field of a line: what it is called, and what it must be. */
struct cursor {
	char *rest;
	unsigned int line;
	char *err;
};

static int bad(const struct cursor *c, const char *field, const char *text, const char *must)
{
	snprintf(c->err, TABLE_ERR_LEN, "line %u: %s is '%.60s': must be %s", c->line, field,
		 text ? text : "", must);
	return -EBADMSG;
}

static int get_number(struct cursor *c, const char *field, double max, const char *must,
		      double *out)
{
	char *text = strsep(&c->rest, ","), *end;

	if (!text || !isdigit((unsigned char)*text))
		return bad(c, field, text, must);
	*out = strtod(text, &end);
	return *end || !(*out <= max) ? bad(c, field, text, must) : 0;
}

static int get_count(struct cursor *c, const char *field, uint64_t min, uint64_t max,
		     const char *must, uint64_t *out)
{
	char *text = strsep(&c->rest, ","), *end;

	if (!text || !isdigit((unsigned char)*text))
		return bad(c, field, text, must);
	errno = 0;
	*out = strtoull(text, &end, 10);
	return errno || *end || *out < min || *out > max ? bad(c, field, text, must) : 0;
}

static int parse_line(struct cursor *c, struct table_row *row)
{
	static const char count[] = "a whole number";
	char *text = strsep(&c->rest, ",");
	uint64_t level = 0;
	int ret;

	if (!table_name_ok(text))
		return bad(c, "dataset", text, "1..63 letters, digits or . _ + -");
	strcpy(row->dataset, text);
	text = strsep(&c->rest, ",");
	if (!text || !table_mode_parse(text, &row->mode))
		return bad(c, "mode", text, "incremental, static, triangular or slimmable");
	ret = get_count(c, "level", 1, DYNDNN_MAX_LEVELS, "1..16", &level);
	row->level = level;
	if (!ret)
		ret = get_number(c, "top1", 100, "0..100", &row->top1);
	if (!ret)
		ret = get_number(c, "confidence", 1, "0..1", &row->confidence);
	if (!ret)
		ret = get_count(c, "macs", 1, UINT64_MAX, "at least 1", &row->macs);
	if (!ret)
		ret = get_count(c, "params", 0, UINT64_MAX, count, &row->params);
	if (!ret)
		ret = get_count(c, "file_bytes", 0, UINT64_MAX, count, &row->file_bytes);
	if (!ret)
		ret = get_count(c, "resident_bytes", 0, UINT64_MAX, count, &row->resident_bytes);
	if (!ret && c->rest)
		return bad(c, "what follows resident_bytes", c->rest, "nothing");
	return ret;
}

static int add_line(struct table_row **rows, size_t *count, struct cursor *c)
{
	struct table_row *more = realloc(*rows, (*count + 1) * sizeof(**rows));

	if (!more) {
		snprintf(c->err, TABLE_ERR_LEN, "no memory for %zu rows", *count + 1);
		return -ENOMEM;
	}
	*rows = more;
	return parse_line(c, &more[(*count)++]);
}

int table_read(FILE *file, struct table_row **rows, size_t *count, char *err)
{
	struct cursor c = { .line = 1, .err = err };
	char *line = NULL;
	size_t room = 0;
	int ret = 0;

	*rows = NULL;
	*count = 0;
	if (getline(&line, &room, file) <= 0 || strcmp(line, table_header)) {
		snprintf(err, TABLE_ERR_LEN, "line 1: must be %.*s",
			 (int)sizeof(table_header) - 2, table_header);
		ret = -EBADMSG;
	}
	while (!ret && getline(&line, &room, file) > 0) {
		c.line++;
		line[strcspn(line, "\n")] = '\0';
		c.rest = line;
		ret = add_line(rows, count, &c);
	}
	if (!ret && ferror(file)) {
		snprintf(err, TABLE_ERR_LEN, "cannot be read");
		ret = -EIO;
	}
	free(line);
	if (ret) {
		free(*rows);
		*rows = NULL;
		*count = 0;
	}
	return ret;
}
