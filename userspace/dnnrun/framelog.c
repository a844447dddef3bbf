// SPDX-License-Identifier: MIT
#include "framelog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
	"phase,frame,release_us,end_us,deadline_us,grant,level,cause,khz,correct,met";

int framelog_write_header(FILE *file)
{
	return fprintf(file, "%s\n", header) < 0 ? -EIO : 0;
}

int framelog_write(FILE *file, const struct framelog_row *row)
{
	int written = fprintf(file,
			      "%s,%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%" PRIu32
			      ",%s,%" PRIu32 ",%" PRIu32 ",%d\n",
			      row->phase, row->frame, row->release_us, row->end_us, row->deadline_us,
			      row->grant, row->level, row->cause, row->khz, row->correct,
			      framelog_met(row));

	return written < 0 ? -EIO : 0;
}

static int parse_row(const char *line, struct framelog_row *row)
{
	int met, used = 0;
	int fields = sscanf(line,
			    "%31[a-z0-9_-],%" SCNu32 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu32
			    ",%" SCNu32 ",%31[a-z_],%" SCNu32 ",%" SCNu32 ",%d %n",
			    row->phase, &row->frame, &row->release_us, &row->end_us,
			    &row->deadline_us, &row->grant, &row->level, row->cause, &row->khz,
			    &row->correct, &met, &used);

	return fields == 11 && !line[used] ? 0 : -EBADMSG;
}

int framelog_read(FILE *file, struct framelog_row **rows, size_t *count, unsigned int *bad_line)
{
	struct framelog_row *list = NULL;
	size_t used = 0, room = 0, line_room = 0;
	unsigned int number = 0;
	char *line = NULL;
	int ret = 0;

	while (getline(&line, &line_room, file) >= 0) {
		*bad_line = ++number;
		if (number == 1) {
			line[strcspn(line, "\r\n")] = '\0';
			ret = strcmp(line, header) ? -EBADMSG : 0;
			if (ret)
				goto out;
			continue;
		}
		if (used == room) {
			size_t bigger = room ? 2 * room : 256;
			struct framelog_row *moved = realloc(list, bigger * sizeof(*list));

			if (!moved) {
				ret = -ENOMEM;
				goto out;
			}
			list = moved;
			room = bigger;
		}
		ret = parse_row(line, &list[used]);
		if (ret)
			goto out;
		used++;
	}
	if (ferror(file))
		ret = -EIO;
	else if (!number)
		ret = -EBADMSG;
out:
	free(line);
	if (ret) {
		free(list);
		return ret;
	}
	*rows = list;
	*count = used;
	return 0;
}
