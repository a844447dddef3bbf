/* SPDX-License-Identifier: MIT */
/* peak: f32 operations that the processor can do, measured with fused multiply-adds. */
#ifndef SPEED_PEAK_H
#define SPEED_PEAK_H

struct speed_peak;

/* Threads that compute at the same time, 1 or 2; NULL with errno set on failure. */
struct speed_peak *speed_peak_open(unsigned int threads);

/* One measurement of about a millisecond: GFLOP/s of all threads together. */
double speed_peak_run(struct speed_peak *peak);

/* Vectors that it computes with. */
const char *speed_peak_vectors(const struct speed_peak *peak);

void speed_peak_close(struct speed_peak *peak);

#endif
