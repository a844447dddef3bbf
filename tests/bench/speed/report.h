/* SPDX-License-Identifier: MIT */
#ifndef SPEED_REPORT_H
#define SPEED_REPORT_H

#include "measure.h"

void speed_print_table(const struct speed_rows *rows);

/* The goals that the rows bear on: reached or missed, which is no failure. */
void speed_print_goals(const struct speed_rows *rows);

/* Return 0 or a negative errno. */
int speed_write_csv(const struct speed_rows *rows, const char *path);

#endif
