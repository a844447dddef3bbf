/* SPDX-License-Identifier: MIT */
/*
 * meter: energy and mean frequency between two instants, from the kernel's counters.
 */
#ifndef DNNRUN_METER_H
#define DNNRUN_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METER_FREQS_MAX 128

/**
 * struct meter - counters read at one instant
 * @energy_uj: the energy file's value, uJ
 * @freqs: frequencies of time_in_state, 0 where the kernel has no cpufreq statistics
 * @khz: each frequency
 * @ticks: time spent at each, in 10 ms
 */
struct meter {
	uint64_t energy_uj;
	size_t freqs;
	uint32_t khz[METER_FREQS_MAX];
	uint64_t ticks[METER_FREQS_MAX];
};

/**
 * meter_read() - read the counters now
 * @meter: filled
 * @energy_file: a file that holds one growing number of uJ (powercap's energy_uj,
 *	dnn_emufreq's total_energy_uj), or NULL
 * @cpu: CPU whose policy's frequency counts
 *
 * Return: 0, or the negative errno of reading @energy_file.
 */
int meter_read(struct meter *meter, const char *energy_file, unsigned int cpu);

/* Mean frequency between two readings in kHz, 0 where it is not known. */
uint32_t meter_mean_khz(const struct meter *from, const struct meter *to);

#endif
