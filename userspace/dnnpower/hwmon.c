// SPDX-License-Identifier: MIT
#include "source.h"

#include <errno.h>
#include <sensors/error.h>
#include <sensors/sensors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define U_PER_UNIT 1e6

/* libsensors has errors of its own. */
static int to_errno(int err)
{
	switch (-err) {
	case SENSORS_ERR_NO_ENTRY:
		return -ENOENT;
	case SENSORS_ERR_ACCESS_R:
		return -EACCES;
	default:
		return -EIO;
	}
}

int source_read_hwmon(const struct source *source, double *value)
{
	double volts = 1;
	int err = sensors_get_value(source->chip, source->value, value);

	if (!err && source->kind == SOURCE_CURRENT)
		err = sensors_get_value(source->chip, source->volts, &volts);
	if (err)
		return to_errno(err);
	*value *= volts * U_PER_UNIT;
	return 0;
}

/* Number of a feature: 1 for power1. */
static int number(const sensors_feature *feature)
{
	return atoi(feature->name + strcspn(feature->name, "0123456789"));
}

static const sensors_feature *find(const sensors_chip_name *chip, sensors_feature_type type, int nr)
{
	const sensors_feature *feature;
	int i = 0;

	while ((feature = sensors_get_features(chip, &i)))
		if (feature->type == type && number(feature) == nr)
			return feature;
	return NULL;
}

static const sensors_subfeature *readable(const sensors_chip_name *chip, const sensors_feature *feature,
					  sensors_subfeature_type type)
{
	const sensors_subfeature *sub = feature ? sensors_get_subfeature(chip, feature, type) : NULL;

	return sub && (sub->flags & SENSORS_MODE_R) ? sub : NULL;
}

static const sensors_subfeature *power_of(const sensors_chip_name *chip, const sensors_feature *feature)
{
	return readable(chip, feature, SENSORS_SUBFEATURE_POWER_INPUT) ?:
	       readable(chip, feature, SENSORS_SUBFEATURE_POWER_AVERAGE);
}

static const sensors_subfeature *energy_of(const sensors_chip_name *chip, const sensors_feature *feature)
{
	return readable(chip, feature, SENSORS_SUBFEATURE_ENERGY_INPUT);
}

/* What @feature is good for as a source; false if not, or if another one of its number is better. */
static bool fill(struct source *source, const sensors_chip_name *chip, const sensors_feature *feature,
		 bool power_only)
{
	const sensors_subfeature *power = power_of(chip, find(chip, SENSORS_FEATURE_POWER, number(feature)));
	const sensors_subfeature *energy = energy_of(chip, find(chip, SENSORS_FEATURE_ENERGY, number(feature)));
	const sensors_subfeature *value, *volts;

	if (power_only && power)
		energy = NULL;
	switch (feature->type) {
	case SENSORS_FEATURE_ENERGY:
		source->kind = SOURCE_COUNTER;
		value = energy;
		break;
	case SENSORS_FEATURE_POWER:
		source->kind = SOURCE_POWER;
		value = energy ? NULL : power;
		break;
	case SENSORS_FEATURE_CURR:
		source->kind = SOURCE_CURRENT;
		value = energy || power ? NULL : readable(chip, feature, SENSORS_SUBFEATURE_CURR_INPUT);
		volts = readable(chip, find(chip, SENSORS_FEATURE_IN, number(feature)),
				 SENSORS_SUBFEATURE_IN_INPUT);
		if (!volts)
			return false;
		source->volts = volts->number;
		break;
	default:
		return false;
	}
	if (!value)
		return false;
	source->value = value->number;
	source->chip = chip;
	return true;
}

static void name(struct source *source, const sensors_chip_name *chip, const sensors_feature *feature)
{
	char *label = sensors_get_label(chip, feature);
	char text[SOURCE_NAME];

	if (sensors_snprintf_chip_name(text, sizeof(text), chip) < 0)
		snprintf(text, sizeof(text), "%s", chip->prefix);
	source_name(source, text, label ?: feature->name);
	free(label);
}

int source_hwmon(struct sources *sources, bool power_only)
{
	const sensors_chip_name *chip;
	const sensors_feature *feature;
	int c = 0;

	while ((chip = sensors_get_detected_chips(NULL, &c))) {
		int f = 0;

		while ((feature = sensors_get_features(chip, &f))) {
			struct source source = { 0 };

			if (!fill(&source, chip, feature, power_only))
				continue;
			if (sources->count == SOURCES_MAX)
				return -ENOSPC;
			name(&source, chip, feature);
			sources->list[sources->count++] = source;
		}
	}
	return 0;
}
