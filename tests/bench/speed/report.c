// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

static double gflops(const struct speed_row *row)
{
	return 2e-3 * row->macs / row->median_us;
}

void speed_print_table(const struct speed_rows *rows)
{
	printf("%-16s %-5s %-18s %7s %5s %10s %10s %10s %8s %6s\n", "net", "dtype", "engine",
	       "threads", "level", "median us", "p10 us", "p99 us", "GFLOP/s", "peak");
	for (size_t i = 0; i < rows->nr; i++) {
		const struct speed_row *r = &rows->row[i];

		printf("%-16s %-5s %-18s %7u %5u %10.1f %10.1f %10.1f %8.2f %6.1f\n", r->net,
		       r->dtype, r->engine, r->threads, r->level, r->median_us, r->p10_us,
		       r->p99_us, gflops(r), r->peak);
	}
}

int speed_write_csv(const struct speed_rows *rows, const char *path)
{
	FILE *csv = fopen(path, "w");
	bool bad;

	if (!csv)
		return -errno;
	fprintf(csv, "net,dtype,engine,threads,level,median_us,p10_us,p99_us,gflops,peak_gflops\n");
	for (size_t i = 0; i < rows->nr; i++) {
		const struct speed_row *r = &rows->row[i];

		fprintf(csv, "%s,%s,%s,%u,%u,%.1f,%.1f,%.1f,%.2f,%.2f\n", r->net, r->dtype,
			r->engine, r->threads, r->level, r->median_us, r->p10_us, r->p99_us,
			gflops(r), r->peak);
	}
	bad = ferror(csv);
	return fclose(csv) || bad ? -EIO : 0;
}

/* The row like another one but for number format, engine and level. */
static const struct speed_row *find(const struct speed_rows *rows, const struct speed_row *like,
				    const char *dtype, const char *engine, unsigned int level)
{
	for (size_t i = 0; i < rows->nr; i++) {
		const struct speed_row *r = &rows->row[i];

		if (!strcmp(r->net, like->net) && !strcmp(r->dtype, dtype) &&
		    !strcmp(r->engine, engine) && r->threads == like->threads && r->level == level)
			return r;
	}
	return NULL;
}

static void print_head(const struct speed_row *r)
{
	printf("%-16s %-5s %u thread%s level %u: ", r->net, r->dtype, r->threads,
	       r->threads == 1 ? ", " : "s,", r->level);
}

/* least 0: there is no goal. */
static void print_versus(const struct speed_row *r, const struct speed_row *peer, const char *name,
			 double least)
{
	double ratio;

	if (!peer)
		return;
	ratio = peer->median_us / r->median_us;
	print_head(r);
	printf("%.2f times as fast as %s (p10 %.2f)", ratio, name, peer->p10_us / r->p10_us);
	if (least > 0)
		printf(", goal %.2f: %s", least, ratio >= least ? "reached" : "missed");
	printf("\n");
}

static void print_share(const struct speed_row *r)
{
	double share = gflops(r) / r->peak;

	print_head(r);
	printf("%.1f %% of the peak (best tenths %.1f %%)", 100 * share,
	       100 * 2e-3 * r->macs / r->p10_us / r->peak_best);
	if (r->threads == 1)
		printf(", goal 90 %%: %s", share >= 0.9 ? "reached" : "missed");
	printf("\n");
}

/* Its part of the top level's time against its part of the groups. */
static void print_part(const struct speed_row *r, const struct speed_row *top)
{
	double part = r->median_us / (top->median_us * r->level / top->level);

	print_head(r);
	printf("%.3f of %u/%u of level %u's time (p10 %.3f), goal within 0.05: %s\n", part,
	       r->level, top->level, top->level,
	       r->p10_us / (top->p10_us * r->level / top->level),
	       part >= 0.95 && part <= 1.05 ? "reached" : "missed");
}

static bool is_f32(const struct speed_row *r)
{
	return !strcmp(r->dtype, "f32");
}

void speed_print_goals(const struct speed_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		const struct speed_row *r = &rows->row[i], *top = r;

		if (strcmp(r->engine, "dyndnn"))
			continue;
		while (find(rows, r, r->dtype, r->engine, top->level + 1))
			top = find(rows, r, r->dtype, r->engine, top->level + 1);
		print_versus(r, find(rows, r, r->dtype, "onnxruntime", r->level), "onnxruntime",
			     r->threads == 1 ? 1.25 : 1.8);
		print_versus(r, find(rows, r, r->dtype, "onnxruntime-nospin", r->level),
			     "onnxruntime that does not spin", 0);
		print_versus(r, find(rows, r, r->dtype, "onednn", r->level), "onednn", 1 / 1.05);
		if (!is_f32(r))
			print_versus(r, find(rows, r, "f32", "dyndnn", r->level), "f32", 0);
		if (r != top)
			print_part(r, top);
		else if (is_f32(r))
			print_share(r);
	}
}
