/* SPDX-License-Identifier: MIT */
#ifndef SPEED_HOG_H
#define SPEED_HOG_H

#include <sys/types.h>

/*
 * Keep the last of the CPUs that this process may use busy, with a process that ends no later
 * than this one. Return its id, or a negative errno: -ENODEV if there is no second CPU.
 */
pid_t hog_start(void);

void hog_stop(pid_t pid);

#endif
