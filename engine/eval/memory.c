// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "memory.h"
#include "table.h"

const char memory_header[] = "dataset,what,file_bytes,resident_bytes\n";

/* The row of what every process pays for once. */
static const char code_row[] = "libraries";

int memory_parse(char *text, struct memory_set *set)
{
	char *files = strchr(text, '='), *path;
	size_t commas = 0;

	memset(set, 0, sizeof(*set));
	if (!files || !files[1])
		return -EINVAL;
	*files++ = '\0';
	if (!table_name_ok(text) || !strcmp(text, code_row))
		return -EINVAL;
	strcpy(set->what, text);
	for (const char *c = files; *c; c++)
		commas += *c == ',';
	set->paths = calloc(commas + 1, sizeof(*set->paths));
	if (!set->paths)
		return -ENOMEM;
	while ((path = strsep(&files, ",")))
		set->paths[set->count++] = path;
	for (size_t i = 0; i < set->count; i++) {
		if (*set->paths[i])
			continue;
		memory_free(set);
		return -EINVAL;
	}
	return 0;
}

void memory_free(struct memory_set *set)
{
	free(set->paths);
	memset(set, 0, sizeof(*set));
}

static int add_files(struct memory_set *set, struct dyndnn_error *err)
{
	set->file_bytes = 0;
	for (size_t i = 0; i < set->count; i++) {
		struct stat st;

		if (stat(set->paths[i], &st)) {
			err->code = -errno;
			snprintf(err->text, sizeof(err->text), "%.160s: %s", set->paths[i],
				 strerror(errno));
			return err->code;
		}
		set->file_bytes += st.st_size;
	}
	return 0;
}

int memory_measure(struct memory_set *set, struct dyndnn_error *err)
{
	struct resident_use *uses;
	int ret;

	ret = add_files(set, err);
	if (ret)
		return ret;
	uses = calloc(set->count, sizeof(*uses));
	if (!uses) {
		err->code = -ENOMEM;
		snprintf(err->text, sizeof(err->text), "no memory for %zu models", set->count);
		return -ENOMEM;
	}
	/* What the models take, not what speed costs beside them. */
	for (size_t i = 0; i < set->count; i++)
		uses[i] = (struct resident_use) { .path = set->paths[i], .small_memory = true };
	ret = resident_measure(uses, set->count, &set->resident, err);
	free(uses);
	return ret;
}

static double ratio(uint64_t a, uint64_t b)
{
	return b ? (double)a / b : 0;
}

void memory_print(FILE *to, const struct memory_set *sets, size_t count)
{
	const struct memory_set *first = &sets[0];

	fprintf(to, "%-20s %6s %12s %7s %12s %7s %17s\n", "memory", "files", "file bytes", "ratio",
		"resident", "ratio", "ratio with code");
	for (size_t i = 0; i < count; i++) {
		const struct memory_set *s = &sets[i];

		fprintf(to, "%-20s %6zu %12" PRIu64 " %6.2fx %12" PRIu64 " %6.2fx %16.2fx\n",
			s->what, s->count, s->file_bytes, ratio(s->file_bytes, first->file_bytes),
			s->resident.networks, ratio(s->resident.networks, first->resident.networks),
			ratio(s->resident.networks + s->resident.code,
			      first->resident.networks + first->resident.code));
	}
	fprintf(to, "code and tables of the libraries: %" PRIu64
		" bytes, once in a process, not in column resident\n", first->resident.code);
}

static void put_row(struct csv_row *row, const char *dataset, const char *what, uint64_t file,
		    uint64_t resident)
{
	row->key = snprintf(row->text, sizeof(row->text), "%s,%s,", dataset, what);
	snprintf(row->text + row->key, sizeof(row->text) - row->key, "%" PRIu64 ",%" PRIu64, file,
		 resident);
}

int memory_put(const char *path, const char *dataset, const struct memory_set *sets, size_t count)
{
	struct csv_row *rows = calloc(count + 1, sizeof(*rows));
	int ret;

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		put_row(&rows[i], dataset, sets[i].what, sets[i].file_bytes,
			sets[i].resident.networks);
	put_row(&rows[count], dataset, code_row, 0, sets[0].resident.code);
	ret = csv_put(path, memory_header, rows, count + 1);
	free(rows);
	return ret;
}
