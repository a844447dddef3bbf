// SPDX-License-Identifier: MIT
/* What the lab takes for a complaint of the guest's kernel. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "splats.h"

#define RULE "[    2.000000] ==================================================\n"

static struct splats splats;

static void scan(const char *log)
{
	char path[] = "/tmp/test_splats.XXXXXX";
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	cr_assert(write(fd, log, strlen(log)) == (ssize_t)strlen(log));
	close(fd);
	cr_assert(splats_scan(&splats, path) == 0);
	unlink(path);
}

Test(splats, healthy)
{
	scan("[    0.000000] Booting Linux\n[    1.000000] lab: ok - WARNING: a name\n"
	     "BUG: what a scenario prints\n");
	cr_assert(splats.found.count == 0 && splats.races.count == 0);
	splats_free(&splats);
}

Test(splats, each_line_once)
{
	scan("[    1.000000] WARNING: one\n[    1.000000] WARNING: one\n[    1.000001] BUG: two\n");
	cr_assert(splats.found.count == 2);
	cr_assert_str_eq(splats.found.lines[1], "[    1.000001] BUG: two");
	splats_free(&splats);
}

Test(splats, race_of_ours)
{
	scan(RULE "[    2.000000] BUG: KCSAN: data-race in a / hook [dnn_gov]\n"
	     "[    2.000000]  a+0x1/0x2\n[    2.000000]  hook+0x1/0x2 [dnn_gov]\n" RULE);
	cr_assert(splats.found.count == 1 && splats.races.count == 0);
	cr_assert_str_eq(splats.found.lines[0], "BUG: KCSAN: data-race in a / hook [dnn_gov]");
	splats_free(&splats);
}

Test(splats, race_elsewhere)
{
	scan(RULE "[    2.000000] BUG: KCSAN: data-race in a / b\n[    2.000000]  a+0x1/0x2\n"
	     "[    2.000000]  hook+0x1/0x2 [dnn_gov]\n" RULE);
	cr_assert(splats.found.count == 0 && splats.races.count == 1);
	splats_free(&splats);
}

Test(splats, race_report_cut_short)
{
	scan(RULE "[    2.000000] BUG: KCSAN: data-race in a / b\n[    2.000000]  a+0x1/0x2\n");
	cr_assert(splats.found.count == 1);
	splats_free(&splats);
}

Test(splats, race_report_without_its_end)
{
	scan(RULE "[    2.000000] BUG: KCSAN: data-race in a / b\n"
	     "[    3.000000] BUG: KCSAN: data-race in c / d\n" RULE);
	cr_assert(splats.found.count == 1 && splats.races.count == 0);
	splats_free(&splats);
}

Test(splats, other_splat_after_a_race)
{
	scan(RULE "[    2.000000] BUG: KCSAN: data-race in a / b\n" RULE "[    3.000000] WARNING: c\n");
	cr_assert(splats.found.count == 1 && splats.races.count == 1);
	splats_free(&splats);
}
