/* SPDX-License-Identifier: MIT */
#ifndef LAB_SPLATS_H
#define LAB_SPLATS_H

#define SPLATS_SHOWN 20

/* Lines of kernel logs, the first ones, each once. */
struct lines {
	int count;
	char *lines[SPLATS_SHOWN];
};

struct splats {
	struct lines found;	/* that no healthy run has */
	struct lines races;	/* that are the kernel's own business, see races.h */
};

/* Adds those of one log; a file that is not there has none. 0 or a negative errno. */
int splats_scan(struct splats *splats, const char *path);

void splats_free(struct splats *splats);

#endif
