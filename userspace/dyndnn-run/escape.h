/* SPDX-License-Identifier: MIT */
/* escape: names of files and classes may hold any byte; written so that no reader is misled. */
#ifndef DYNDNN_RUN_ESCAPE_H
#define DYNDNN_RUN_ESCAPE_H

#include <stdio.h>

/* For terminals: control characters and bytes that are no UTF-8 as \xHH. */
void escape_text(FILE *file, const char *text);

/* A field of CSV (RFC 4180), in quotes where it must be; its bytes stay as they are. */
void escape_csv(FILE *file, const char *text);

/* A string of JSON with its quotes; bytes that are no UTF-8 become U+FFFD. */
void escape_json(FILE *file, const char *text);

#endif
