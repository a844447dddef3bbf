// SPDX-License-Identifier: MIT
#include "report.h"

#include <string.h>

#define UJ 1e-3

static void add_stream(struct sim_sums *sum, const struct sim_sums *x)
{
	sum->frames += x->frames;
	sum->begun += x->begun;
	sum->missed += x->missed;
	sum->levels += x->levels;
	sum->accuracy += x->accuracy;
}

static void add_energy(struct sim_energy *sum, const struct sim_energy *x)
{
	sum->busy += x->busy;
	sum->idle += x->idle;
	sum->wake += x->wake;
	sum->change += x->change;
}

/* @mean, of what there was before, with one more. */
static double mean_with(double mean, u32 before, double x)
{
	return (mean * before + x) / (before + 1);
}

void report_add(struct report *r, const struct sim_result *x)
{
	struct sim_result *sum = &r->result;
	u32 i, before = r->seeds++;

	if (!before)
		memset(sum, 0, sizeof(*sum));
	sum->frames += x->frames;
	sum->missed += x->missed;
	r->worst_missed = plan_max(r->worst_missed, x->missed);
	sum->mean_level = mean_with(sum->mean_level, before, x->mean_level);
	sum->mean_accuracy = mean_with(sum->mean_accuracy, before, x->mean_accuracy);
	add_energy(&sum->energy, &x->energy);
	sum->base_nj += x->base_nj;
	sum->changes += x->changes;
	sum->length_ns += x->length_ns;
	for (i = 0; i < r->scenario->nr_streams; i++)
		add_stream(&sum->streams[i], &x->streams[i]);
	for (i = 0; i < r->scenario->platform.nr_clusters; i++) {
		sum->mean_khz[i] = mean_with(sum->mean_khz[i], before, x->mean_khz[i]);
		if (!before || x->max_mc[i] > sum->max_mc[i])
			sum->max_mc[i] = x->max_mc[i];
	}
}

/* A sum over seeds as their mean. */
static double each(const struct report *r, double sum)
{
	return sum / r->seeds;
}

/* Of counts: a mean over seeds need not be whole. */
static int decimals(const struct report *r)
{
	return r->seeds > 1 ? 1 : 0;
}

static double busiest_khz(const struct report *r)
{
	double khz = 0;
	u32 i;

	/* of the clusters that streams begin on, the first's */
	for (i = 0; i < r->scenario->nr_streams && !khz; i++)
		khz = r->result.mean_khz[r->scenario->streams[i].cluster];
	return khz;
}

static double hottest_mc(const struct report *r)
{
	double mc = r->result.max_mc[0];
	u32 i;

	for (i = 1; i < r->scenario->platform.nr_clusters; i++)
		mc = r->result.max_mc[i] > mc ? r->result.max_mc[i] : mc;
	return mc;
}

void report_text_head(FILE *file)
{
	fprintf(file, "%-18s %-12s %9s %8s %6s %8s %12s %10s %9s %6s\n", "scenario", "governor",
		"frames", "missed", "level", "accuracy", "energy mJ", "mJ/frame", "mean MHz",
		"max C");
}

void report_text(FILE *file, const struct report *r)
{
	double mj = sim_energy_uj(&r->result) * 1e-3;

	fprintf(file, "%-18s %-12s %9.0f %8.*f %6.3f %7.2f%% %12.1f %10.3f %9.0f %6.1f\n",
		r->scenario->name, r->governor, each(r, (double)r->result.frames), decimals(r),
		each(r, (double)r->result.missed), r->result.mean_level,
		100 * r->result.mean_accuracy, each(r, mj),
		r->result.frames ? mj / (double)r->result.frames : 0, busiest_khz(r) * 1e-3,
		hottest_mc(r) * 1e-3);
}

void report_csv_head(FILE *file)
{
	fprintf(file, "scenario,platform,governor,streams,frames,missed,energy_uj,mean_level,"
		"mean_accuracy,seed,busy_uj,idle_uj,wake_uj,switch_uj,base_uj,mean_khz,max_mc,"
		"switches,length_us,seeds,worst_missed\n");
}

void report_csv(FILE *file, const struct report *r)
{
	const struct sim_result *x = &r->result;

	fprintf(file, "%s,%s,%s,%u,%.0f,%.*f,%.3f,%.4f,%.6f,%llu,%.3f,%.3f,%.3f,%.3f,%.3f,%.0f,"
		"%.0f,%.0f,%.0f,%u,%llu\n",
		r->scenario->name, r->scenario->platform.name, r->governor,
		r->scenario->nr_streams, each(r, (double)x->frames), decimals(r),
		each(r, (double)x->missed), each(r, sim_energy_uj(x)), x->mean_level,
		x->mean_accuracy, r->seed, each(r, x->energy.busy * UJ),
		each(r, x->energy.idle * UJ), each(r, x->energy.wake * UJ),
		each(r, x->energy.change * UJ), each(r, x->base_nj * UJ), busiest_khz(r),
		hottest_mc(r), each(r, (double)x->changes),
		each(r, (double)(x->length_ns / 1000)), r->seeds, r->worst_missed);
}

/* Names have no characters that JSON would have escaped. */
static void json_streams(FILE *file, const struct report *r)
{
	u32 i;

	for (i = 0; i < r->scenario->nr_streams; i++) {
		const struct sim_sums *sums = &r->result.streams[i];

		fprintf(file, "%s{\"name\": \"%s\", \"frames\": %.0f, \"missed\": %.*f, "
			"\"mean_level\": %.4f, \"mean_accuracy\": %.6f}", i ? ", " : "",
			r->scenario->streams[i].name, each(r, (double)sums->frames),
			decimals(r), each(r, (double)sums->missed),
			sums->begun ? (double)sums->levels / (double)sums->begun : 0,
			sums->frames ? sums->accuracy / (double)sums->frames : 0);
	}
}

static void json_clusters(FILE *file, const struct report *r)
{
	u32 i;

	for (i = 0; i < r->scenario->platform.nr_clusters; i++)
		fprintf(file, "%s{\"name\": \"%s\", \"mean_khz\": %.0f, \"max_mc\": %.0f}",
			i ? ", " : "", r->scenario->platform.clusters[i].name,
			r->result.mean_khz[i], r->result.max_mc[i]);
}

void report_json(FILE *file, const struct report *reports, size_t nr)
{
	size_t i;

	fprintf(file, "[");
	for (i = 0; i < nr; i++) {
		const struct report *r = &reports[i];
		const struct sim_result *x = &r->result;

		fprintf(file, "%s\n {\"scenario\": \"%s\", \"platform\": \"%s\", "
			"\"governor\": \"%s\", \"seed\": %llu, \"seeds\": %u,\n  "
			"\"frames\": %.0f, \"missed\": %.*f, \"worst_missed\": %llu, "
			"\"mean_level\": %.4f, "
			"\"mean_accuracy\": %.6f, \"energy_uj\": %.3f,\n  \"busy_uj\": %.3f, "
			"\"idle_uj\": %.3f, \"wake_uj\": %.3f, \"switch_uj\": %.3f, "
			"\"base_uj\": %.3f, \"switches\": %.0f, \"length_us\": %.0f,\n  "
			"\"streams\": [", i ? "," : "",
			r->scenario->name, r->scenario->platform.name, r->governor, r->seed,
			r->seeds, each(r, (double)x->frames), decimals(r),
			each(r, (double)x->missed), r->worst_missed, x->mean_level,
			x->mean_accuracy, each(r, sim_energy_uj(x)),
			each(r, x->energy.busy * UJ), each(r, x->energy.idle * UJ),
			each(r, x->energy.wake * UJ), each(r, x->energy.change * UJ),
			each(r, x->base_nj * UJ), each(r, (double)x->changes),
			each(r, (double)(x->length_ns / 1000)));
		json_streams(file, r);
		fprintf(file, "],\n  \"clusters\": [");
		json_clusters(file, r);
		fprintf(file, "]}");
	}
	fprintf(file, "\n]\n");
}

void report_trace_head(FILE *file)
{
	fprintf(file, "stream,frame,release_us,begin_us,end_us,deadline_us,level,missed,begin_khz,"
		"end_khz,cluster,cost_ppm\n");
}

void report_trace(void *file, const struct scenario *scenario, const struct sim_frame *f)
{
	fprintf(file, "%s,%llu,%.3f,%.3f,%.3f,%.3f,%u,%d,%u,%u,%s,%.0f\n",
		scenario->streams[f->stream].name, f->number, (double)f->release_ns * 1e-3,
		(double)f->begin_ns * 1e-3, (double)f->end_ns * 1e-3, (double)f->deadline_ns * 1e-3,
		f->level, f->end_ns > f->deadline_ns, f->begin_khz, f->end_khz,
		scenario->platform.clusters[f->cluster].name, f->factor * PLAN_PPM);
}
