/* SPDX-License-Identifier: MIT */
/*
 * Utilisation as the scheduler keeps it: a mean with a half-life of 32 ms, of which the whole
 * is 1024. Time passes slower on a CPU that is slower than the fastest, and is made up for
 * when the CPU idles, so what a task comes to does not depend on frequency.
 */
#ifndef SIM_PELT_H
#define SIM_PELT_H

#define PELT_FULL	1024.0

/* What @util has come to after @ns of which the share @running was run. */
double pelt_update(double util, double running, double ns);

/* What is remembered of a task that goes to sleep with @util. */
double pelt_estimate(double estimate, double util);

#endif
