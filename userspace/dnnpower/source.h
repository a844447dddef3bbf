/* SPDX-License-Identifier: MIT */
/*
 * source: where energy is read: the power sensors and energy counters of this machine.
 */
#ifndef DNNPOWER_SOURCE_H
#define DNNPOWER_SOURCE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCES_MAX 64
#define SOURCE_NAME 96

enum source_kind {
	SOURCE_COUNTER,		/* a counter of energy */
	SOURCE_POWER,		/* power */
	SOURCE_CURRENT,		/* current, times the voltage of the same number */
};

struct sensors_chip_name;

/**
 * struct source - a sensor or counter
 * @kind: what is read
 * @name: CHIP/FEATURE, without commas, quotes and spaces
 * @chip_len: length of CHIP in @name
 * @range_uj: largest value of a counter, 0 where that is not known
 * @chip: of libsensors; NULL for a zone of powercap
 * @value: number of its subfeature there: energy, power or current
 * @volts: of SOURCE_CURRENT, the voltage's
 * @path: of a zone's counter
 */
struct source {
	enum source_kind kind;
	char name[SOURCE_NAME];
	size_t chip_len;
	double range_uj;
	const struct sensors_chip_name *chip;
	int value;
	int volts;
	char path[PATH_MAX];
};

/**
 * struct sources - all there are
 * @count: entries in use
 * @list: them
 * @unreadable: zones of powercap that only root may read
 */
struct sources {
	size_t count;
	struct source list[SOURCES_MAX];
	unsigned int unreadable;
};

/**
 * source_hwmon() - add what libsensors, already initialised, knows
 * @sources: added to
 * @power_only: no counters, where the chip has power as well
 *
 * Of each number a chip has one source: a counter rather than power, power rather than current.
 *
 * Return: 0, or -ENOSPC.
 */
int source_hwmon(struct sources *sources, bool power_only);

/**
 * source_powercap() - add the zones that count energy
 * @sources: added to
 * @dir: /sys/class/powercap; that it is not there is no error
 *
 * Return: 0, -ENOSPC, or -EBADMSG if a zone's files are not what they should be.
 */
int source_powercap(struct sources *sources, const char *dir);

/**
 * source_name() - fill @name and @chip_len
 * @source: the source
 * @chip: chip or zone
 * @feature: what of it
 */
void source_name(struct source *source, const char *chip, const char *feature);

/**
 * source_matches() - whether a pattern of the shell names a source, or all of its chip's
 * @source: the source
 * @pattern: CHIP/FEATURE or CHIP
 */
bool source_matches(const struct source *source, const char *pattern);

/**
 * source_keep() - keep those that are to be added up
 * @sources: all; then those that a pattern names
 * @patterns: patterns of source_matches()
 * @count: how many; 0 keeps the only source, or else RAPL's packages if there is nothing but RAPL
 * @odd: receives the index of a pattern that names nothing
 *
 * Return: 0; -ENODEV if there is no source; -ENOENT with @odd; -ENOTUNIQ if there are several
 * and no pattern.
 */
int source_keep(struct sources *sources, const char *const *patterns, size_t count, size_t *odd);

/**
 * source_read() - read one
 * @source: which
 * @value: receives uJ of a counter, else uW
 *
 * Return: 0 or a negative errno.
 */
int source_read(const struct source *source, double *value);

/* The same for the two parts. */
int source_read_hwmon(const struct source *source, double *value);
int source_read_powercap(const char *path, double *value);

#endif
