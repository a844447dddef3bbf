// SPDX-License-Identifier: MIT
#include "meter.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

uint64_t meter_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

void meter_sample(struct meter *meter)
{
	for (size_t i = 0; i < meter->sources->count; i++) {
		const struct source *source = &meter->sources->list[i];
		uint64_t before_ns = meter_now_ns(), now_ns;
		double value;
		int ret = source_read(source, &value);

		/* a chip behind a slow bus measures some time in between */
		now_ns = before_ns + (meter_now_ns() - before_ns) / 2;
		if (!ret && source->kind == SOURCE_COUNTER)
			ret = integral_counter(&meter->integrals[i], now_ns, value, source->range_uj);
		else if (!ret)
			ret = integral_power(&meter->integrals[i], now_ns, value);
		if (ret) {
			meter->failed[i]++;
			meter->error = ret;
		}
	}
}

double meter_uj(const struct meter *meter)
{
	double uj = 0;

	for (size_t i = 0; i < meter->sources->count; i++)
		uj += meter->integrals[i].uj;
	return uj;
}

bool meter_complete(const struct meter *meter)
{
	for (size_t i = 0; i < meter->sources->count; i++)
		if (meter->integrals[i].samples < 2)
			return false;
	return true;
}

/* The least samples, the longest gap and time, and the sum of the rest. */
static struct integral sum(const struct meter *meter, double *uw, uint64_t *failed)
{
	struct integral all = meter->integrals[0];

	*uw = integral_mean_uw(&all);
	*failed = meter->failed[0];
	for (size_t i = 1; i < meter->sources->count; i++) {
		const struct integral *in = &meter->integrals[i];

		all.uj += in->uj;
		*uw += integral_mean_uw(in);
		*failed += meter->failed[i];
		if (in->samples < all.samples)
			all.samples = in->samples;
		if (in->longest_ns > all.longest_ns)
			all.longest_ns = in->longest_ns;
		if (in->first_ns < all.first_ns)
			all.first_ns = in->first_ns;
		if (in->last_ns > all.last_ns)
			all.last_ns = in->last_ns;
	}
	return all;
}

static void row(FILE *file, const char *name, const struct integral *in, double uw, uint64_t failed)
{
	fprintf(file, "%s,%.0f,%.0f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", name, in->uj, uw,
		in->samples, in->longest_ns / 1000, (in->last_ns - in->first_ns) / 1000, failed);
}

void meter_write(const struct meter *meter, FILE *file)
{
	struct integral all;
	uint64_t failed;
	double uw;

	fputs("source,energy_uj,mean_uw,samples,longest_gap_us,time_us,failed\n", file);
	for (size_t i = 0; i < meter->sources->count; i++)
		row(file, meter->sources->list[i].name, &meter->integrals[i],
		    integral_mean_uw(&meter->integrals[i]), meter->failed[i]);
	all = sum(meter, &uw, &failed);
	row(file, "all", &all, uw, failed);
}

void meter_print(const struct meter *meter, FILE *file)
{
	struct integral all;
	uint64_t failed;
	double uw;

	for (size_t i = 0; meter->sources->count > 1 && i < meter->sources->count; i++)
		fprintf(file, "%14.0f uJ  %s\n", meter->integrals[i].uj, meter->sources->list[i].name);
	all = sum(meter, &uw, &failed);
	fprintf(file, "%14.0f uJ  %s\n", all.uj,
		meter->sources->count > 1 ? "in all" : meter->sources->list[0].name);
	fprintf(file, "%14.1f mW  on the mean of %.3f s, %" PRIu64 " samples, longest gap %.1f ms\n",
		uw / 1000, (double)(all.last_ns - all.first_ns) / 1e9, all.samples,
		(double)all.longest_ns / 1e6);
	if (failed)
		fprintf(file, "%14" PRIu64 "     readings failed, the last one: %s\n", failed,
			strerror(-meter->error));
}
