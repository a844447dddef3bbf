/* SPDX-License-Identifier: MIT */
#ifndef LAB_FOLDER_H
#define LAB_FOLDER_H

/* A path put together like printf() does; NULL when there is no memory. Owned by the caller. */
__attribute__((format(printf, 1, 2))) char *folder_path(const char *format, ...);

/* Remove it with all below it, as far as possible; nothing there is fine. */
void folder_remove(const char *path);

/*
 * Move what a run made from its temporary folder to where it is kept, in place of the last
 * run's of that name: console.log to LAB/logs/NAME.log, logs/X to LAB/logs/NAME.X, and
 * results to LAB/results/NAME. 0 or a negative errno.
 */
int folder_keep(const char *folder, const char *lab, const char *name);

#endif
