// SPDX-License-Identifier: MIT
/* The parts of dnnrun: the frame log, which dnn-timeline reads back, and lists of phases. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/dnnrun/framelog.h"
#include "userspace/dnnrun/phase.h"

static const char header[] =
	"phase,frame,release_us,end_us,deadline_us,grant,level,cause,khz,correct,met\n";

static int read_text(const char *text, struct framelog_row **rows, size_t *count, unsigned int *line)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int ret;

	cr_assert_not_null(file);
	*rows = NULL;
	*count = 0;
	*line = 0;
	ret = framelog_read(file, rows, count, line);
	fclose(file);
	return ret;
}

Test(framelog, reads_what_it_writes)
{
	const struct framelog_row met = {
		.phase = "steady", .frame = 7, .release_us = 1000, .end_us = 51000,
		.deadline_us = 51000, .grant = 4, .level = 3, .cause = "none", .khz = 1400000,
		.correct = 1,
	};
	struct framelog_row late = met, skipped = met, *rows;
	unsigned int line;
	char text[1024];
	size_t count;
	FILE *file;

	late.end_us++;
	skipped.end_us = 0;
	file = fmemopen(text, sizeof(text), "w");
	cr_assert_eq(framelog_write_header(file), 0);
	cr_assert_eq(framelog_write(file, &met), 0);
	cr_assert_eq(framelog_write(file, &late), 0);
	cr_assert_eq(framelog_write(file, &skipped), 0);
	fclose(file);

	cr_assert_eq(read_text(text, &rows, &count, &line), 0);
	cr_assert_eq(count, 3);
	cr_assert_str_eq(rows[0].phase, met.phase);
	cr_assert_str_eq(rows[0].cause, met.cause);
	cr_assert_eq(rows[0].frame, met.frame);
	cr_assert_eq(rows[0].release_us, met.release_us);
	cr_assert_eq(rows[0].deadline_us, met.deadline_us);
	cr_assert_eq(rows[0].grant, met.grant);
	cr_assert_eq(rows[0].level, met.level);
	cr_assert_eq(rows[0].khz, met.khz);
	cr_assert_eq(rows[0].correct, met.correct);
	cr_assert(framelog_met(&rows[0]), "the deadline itself is met");
	cr_assert_not(framelog_met(&rows[1]));
	cr_assert_not(framelog_met(&rows[2]), "a skipped frame is a miss");
	free(rows);
}

Test(framelog, names_the_line_at_fault)
{
	static const struct {
		const char *row;
		unsigned int line;
	} bad[] = {
		{ "steady,0,1,2,3,4,4,none,0,1\n", 2 },			/* a field is missing */
		{ "steady,0,1,2,3,4,4,none,0,1,1,9\n", 2 },		/* one too many */
		{ "Steady,0,1,2,3,4,4,none,0,1,1\n", 2 },		/* not a phase's name */
		{ "steady,0,x,2,3,4,4,none,0,1,1\n", 2 },
		{ "steady,0,1,2,3,4,4,none,0,1,1\n\n", 3 },		/* an empty line */
	};
	struct framelog_row *rows;
	unsigned int line;
	size_t count;
	char text[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", header, bad[i].row);
		cr_expect_eq(read_text(text, &rows, &count, &line), -EBADMSG, "%s", bad[i].row);
		cr_expect_eq(line, bad[i].line, "%s", bad[i].row);
	}
	cr_expect_eq(read_text("frame,phase\n", &rows, &count, &line), -EBADMSG);
	cr_expect_eq(line, 1);
	cr_expect_eq(read_text("\n", &rows, &count, &line), -EBADMSG);
}

Test(phase, reads_a_list)
{
	struct phase phases[PHASE_MAX];
	const char *why;
	size_t count;

	cr_assert_eq(phase_parse("learn:5,steady:1000000", phases, &count, &why), 0);
	cr_assert_eq(count, 2);
	cr_assert_str_eq(phases[0].name, "learn");
	cr_assert_eq(phases[0].frames, 5);
	cr_assert_str_eq(phases[1].name, "steady");
	cr_assert_eq(phases[1].frames, 1000000);
}

Test(phase, refuses_what_is_no_list)
{
	static const char * const bad[] = {
		"", ":5", "a", "a:", "a:0", "a:1000001", "a:-1", "a:5x", "a:5,", "a:5 ,b:1", "A:5",
		"a b:5", "abcdefghijklmnopqrstuvwxyz012345:5", "a:99999999999999999999999",
		"a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1",
	};
	struct phase phases[PHASE_MAX];
	size_t count;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *why = NULL;

		cr_expect_eq(phase_parse(bad[i], phases, &count, &why), -EINVAL, "'%s'", bad[i]);
		cr_expect_not_null(why);
	}
}
