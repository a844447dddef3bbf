/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_RUN_SAY_H
#define DYNDNN_RUN_SAY_H

/* One line to standard error, with the program's name; control characters are made visible. */
__attribute__((format(printf, 1, 2)))
void say(const char *format, ...);

#endif
