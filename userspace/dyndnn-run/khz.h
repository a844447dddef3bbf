/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_RUN_KHZ_H
#define DYNDNN_RUN_KHZ_H

#include <stdint.h>

/* Frequency of a CPU as cpufreq tells it, kHz; 0 where it is not known. */
uint32_t khz_now(unsigned int cpu);

#endif
