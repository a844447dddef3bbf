// SPDX-License-Identifier: MIT
#include "report.h"

#define UJ 1e-3

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

	fprintf(file, "%-18s %-12s %9llu %8llu %6.3f %7.2f%% %12.1f %10.3f %9.0f %6.1f\n",
		r->scenario->name, r->governor, r->result.frames, r->result.missed,
		r->result.mean_level, 100 * r->result.mean_accuracy, mj,
		r->result.frames ? mj / (double)r->result.frames : 0, busiest_khz(r) * 1e-3,
		hottest_mc(r) * 1e-3);
}

void report_csv_head(FILE *file)
{
	fprintf(file, "scenario,platform,governor,streams,frames,missed,energy_uj,mean_level,"
		"mean_accuracy,seed,busy_uj,idle_uj,wake_uj,switch_uj,base_uj,mean_khz,max_mc,"
		"switches,length_us\n");
}

void report_csv(FILE *file, const struct report *r)
{
	const struct sim_result *x = &r->result;

	fprintf(file, "%s,%s,%s,%u,%llu,%llu,%.3f,%.4f,%.6f,%llu,%.3f,%.3f,%.3f,%.3f,%.3f,%.0f,"
		"%.0f,%llu,%llu\n",
		r->scenario->name, r->scenario->platform.name, r->governor,
		r->scenario->nr_streams, x->frames, x->missed, sim_energy_uj(x), x->mean_level,
		x->mean_accuracy, r->seed, x->energy.busy * UJ, x->energy.idle * UJ,
		x->energy.wake * UJ, x->energy.change * UJ, x->base_nj * UJ, busiest_khz(r),
		hottest_mc(r), x->changes, x->length_ns / 1000);
}

/* Names have no characters that JSON would have escaped. */
static void json_streams(FILE *file, const struct report *r)
{
	u32 i;

	for (i = 0; i < r->scenario->nr_streams; i++) {
		const struct sim_sums *sums = &r->result.streams[i];

		fprintf(file, "%s{\"name\": \"%s\", \"frames\": %llu, \"missed\": %llu, "
			"\"mean_level\": %.4f, \"mean_accuracy\": %.6f}", i ? ", " : "",
			r->scenario->streams[i].name, sums->frames, sums->missed,
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
			"\"governor\": \"%s\", \"seed\": %llu,\n  \"frames\": %llu, "
			"\"missed\": %llu, \"mean_level\": %.4f, "
			"\"mean_accuracy\": %.6f, \"energy_uj\": %.3f,\n  \"busy_uj\": %.3f, "
			"\"idle_uj\": %.3f, \"wake_uj\": %.3f, \"switch_uj\": %.3f, "
			"\"base_uj\": %.3f, \"switches\": %llu, \"length_us\": %llu,\n  "
			"\"streams\": [", i ? "," : "",
			r->scenario->name, r->scenario->platform.name, r->governor, r->seed,
			x->frames, x->missed, x->mean_level, x->mean_accuracy, sim_energy_uj(x),
			x->energy.busy * UJ, x->energy.idle * UJ, x->energy.wake * UJ,
			x->energy.change * UJ, x->base_nj * UJ, x->changes, x->length_ns / 1000);
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
