// SPDX-License-Identifier: MIT
/* What dyndnn-eval, dyndnn-plot and scripts/accuracy measure, write and refuse. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chart.h"
#include "csv.h"
#include "early.h"
#include "memory.h"
#include "resident.h"
#include "score.h"
#include "shell_kit.h"
#include "small_model.h"
#include "table.h"

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[4][256];
	static unsigned int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static void make_dir(void)
{
	strcpy(dir, "/tmp/test_eval.XXXXXX");
	cr_assert(mkdtemp(dir));
}

static void remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(eval, .init = make_dir, .fini = remove_dir);

static void put_file(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "w");

	cr_assert(file);
	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
}

static const char *get_file(const char *name)
{
	static char text[65536];
	FILE *file = fopen(in_dir(name), "r");
	size_t len;

	cr_assert(file, "%s", name);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static void put_model(const char *name, enum small_shape shape, unsigned int groups,
		      bool triangular)
{
	struct dyndnn_error err = { 0 };
	struct small_model model;

	if (triangular)
		small_model_init_triangular(&model, shape, groups, 7);
	else
		small_model_init(&model, shape, groups, 7);
	cr_assert_eq(dnnfile_write(in_dir(name), &model.desc, &err), 0, "%s", err.text);
	small_model_free(&model);
}

/* --- csv --- */

Test(eval, csv_replaces_rows_of_the_same_key_only)
{
	const struct csv_row rows[] = { { "a,1,new", 4 }, { "c,9,new", 4 } };

	put_file("t", "k,v,w\na,1,old\na,12,old\nb,1,old");
	cr_assert_eq(csv_put(in_dir("t"), "k,v,w\n", rows, 2), 0);
	cr_expect_str_eq(get_file("t"), "k,v,w\na,12,old\nb,1,old\na,1,new\nc,9,new\n");
	cr_assert_eq(csv_put(in_dir("t"), "k,v,w\n", rows, 2), 0);
	cr_expect_str_eq(get_file("t"), "k,v,w\na,12,old\nb,1,old\na,1,new\nc,9,new\n");
}

Test(eval, csv_makes_a_file)
{
	const struct csv_row row = { "a,1", 2 };

	cr_assert_eq(csv_put(in_dir("t"), "k,v\n", &row, 1), 0);
	cr_expect_str_eq(get_file("t"), "k,v\na,1\n");
	cr_expect_neq(access(in_dir("t.tmp"), F_OK), 0);
}

Test(eval, csv_leaves_other_tables_alone)
{
	const struct csv_row row = { "a,1", 2 };

	put_file("t", "dataset,level,top1,images\nx,1,50,10\n");
	cr_expect_eq(csv_put(in_dir("t"), "k,v\n", &row, 1), -EBADMSG);
	cr_expect_str_eq(get_file("t"), "dataset,level,top1,images\nx,1,50,10\n");
	cr_expect_neq(access(in_dir("t.tmp"), F_OK), 0);
	cr_expect_eq(csv_put(in_dir("none/t"), "k,v\n", &row, 1), -ENOENT);
}

/* --- table --- */

static int read_text(const char *text, struct table_row **rows, size_t *count, char *err)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int ret;

	cr_assert(file);
	ret = table_read(file, rows, count, err);
	fclose(file);
	return ret;
}

Test(table, reads_what_it_writes)
{
	const struct table_row row = {
		.dataset = "fashion-mnist", .mode = MODE_TRIANGULAR, .level = 16, .top1 = 99.25,
		.confidence = 0.5, .macs = 1ull << 40, .params = 12, .file_bytes = 4096,
		.resident_bytes = 8192,
	};
	char err[TABLE_ERR_LEN], text[1024];
	struct table_row *rows;
	struct csv_row line;
	size_t count;

	table_format(&row, &line);
	cr_expect_eq(line.key, strlen("fashion-mnist,triangular,16,"));
	snprintf(text, sizeof(text), "%s%s\n%s\n", table_header, line.text, line.text);
	cr_assert_eq(read_text(text, &rows, &count, err), 0, "%s", err);
	cr_assert_eq(count, 2);
	for (size_t i = 0; i < count; i++) {
		cr_expect_str_eq(rows[i].dataset, row.dataset);
		cr_expect_eq(rows[i].mode, row.mode);
		cr_expect_eq(rows[i].level, row.level);
		cr_expect_float_eq(rows[i].top1, row.top1, 1e-9);
		cr_expect_float_eq(rows[i].confidence, row.confidence, 1e-9);
		cr_expect_eq(rows[i].macs, row.macs);
		cr_expect_eq(rows[i].params, row.params);
		cr_expect_eq(rows[i].file_bytes, row.file_bytes);
		cr_expect_eq(rows[i].resident_bytes, row.resident_bytes);
	}
	free(rows);
}

Test(table, names_the_line_and_the_field)
{
	static const struct {
		const char *line, *err;
	} bad[] = {
		{ "", "line 2: dataset is ''" },
		{ "a b,static,1,1,1,1,1,1,1", "line 2: dataset is 'a b'" },
		{ "a<b,static,1,1,1,1,1,1,1", "line 2: dataset is 'a<b'" },
		{ "a", "line 2: mode is ''" },
		{ "a,joint,1,1,1,1,1,1,1", "mode is 'joint': must be incremental, static" },
		{ "a,static,0,1,1,1,1,1,1", "level is '0': must be 1..16" },
		{ "a,static,17,1,1,1,1,1,1", "level is '17'" },
		{ "a,static,-1,1,1,1,1,1,1", "level is '-1'" },
		{ "a,static,1,100.1,1,1,1,1,1", "top1 is '100.1': must be 0..100" },
		{ "a,static,1,nan,1,1,1,1,1", "top1 is 'nan'" },
		{ "a,static,1,1,1.01,1,1,1,1", "confidence is '1.01': must be 0..1" },
		{ "a,static,1,1,1,0,1,1,1", "macs is '0': must be at least 1" },
		{ "a,static,1,1,1,1,x,1,1", "params is 'x'" },
		{ "a,static,1,1,1,1,1,1.5,1", "file_bytes is '1.5'" },
		{ "a,static,1,1,1,1,1,1", "resident_bytes is ''" },
		{ "a,static,1,1,1,1,1,1,99999999999999999999999", "resident_bytes is '9999" },
		{ "a,static,1,1,1,1,1,1,1,1", "what follows resident_bytes is '1'" },
	};
	char err[TABLE_ERR_LEN], text[512];
	struct table_row *rows;
	size_t count;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "%s%s\n", table_header, bad[i].line);
		cr_expect_eq(read_text(text, &rows, &count, err), -EBADMSG, "%s", bad[i].line);
		cr_expect(strstr(err, bad[i].err), "'%s' for %s", err, bad[i].line);
		cr_expect_null(rows);
	}
	cr_expect_eq(read_text("dataset,level,top1,images\n", &rows, &count, err), -EBADMSG);
	cr_expect(strstr(err, "line 1: must be dataset,mode,level"), "%s", err);
}

/* --- score --- */

enum { IMAGES = 90 };

static void make_images(struct dataset *ds, const struct dyndnn_info *info)
{
	unsigned int seed = 3;

	*ds = (struct dataset){
		.kind = DATASET_IDX, .images = IMAGES, .channels = info->channels,
		.height = info->height, .width = info->width,
	};
	ds->pixels = malloc(IMAGES * dataset_image_bytes(ds));
	ds->labels = malloc(IMAGES);
	cr_assert(ds->pixels && ds->labels);
	for (size_t i = 0; i < IMAGES * dataset_image_bytes(ds); i++)
		ds->pixels[i] = rand_r(&seed) % 256;
	for (size_t i = 0; i < IMAGES; i++)
		ds->labels[i] = rand_r(&seed) % info->classes;
}

/* From the definition: logits to e^x / sum e^x. */
static void score_plainly(struct dyndnn_model *model, const struct dataset *ds, unsigned int level,
			  uint32_t count, struct score *score)
{
	const struct dyndnn_info *info = dyndnn_model_info(model);
	struct dyndnn_session *session;
	float logits[16];

	*score = (struct score){ 0 };
	cr_assert_eq(dyndnn_session_open(model, NULL, &session, NULL), 0);
	for (uint32_t i = 0; i < count; i++) {
		double sum = 0;
		bool best = true;

		cr_assert_eq(dyndnn_set_input_u8(session, dataset_image(ds, i),
						 dataset_image_bytes(ds), DYNDNN_CHW), 0);
		cr_assert_eq(dyndnn_run(session, level, logits), 0);
		for (unsigned int c = 0; c < info->classes; c++) {
			sum += exp(logits[c]);
			best &= logits[c] <= logits[ds->labels[i]];
		}
		score->correct += best;
		score->confidence += exp(logits[ds->labels[i]]) / sum;
	}
	dyndnn_session_close(session);
}

Test(eval, scores_are_those_of_the_definition)
{
	static const unsigned int threads[] = { 1, 2, 7, SCORE_MAX_THREADS };
	struct score score[DYNDNN_MAX_LEVELS], plain;
	struct dyndnn_error err;
	struct dyndnn_model *model;
	struct dataset ds;

	put_model("m", SMALL_ODD, 3, false);
	cr_assert_eq(dyndnn_model_open(in_dir("m"), &model, &err), 0, "%s", err.text);
	make_images(&ds, dyndnn_model_info(model));
	for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
		const struct score_job job = {
			.model = model, .images = &ds, .count = IMAGES - 1, .first = 2, .last = 3,
			.threads = threads[t],
		};

		cr_assert_eq(score_run(&job, score, &err), 0, "%s", err.text);
		cr_expect_eq(score[0].correct, 0);
		cr_expect_eq(score[0].confidence, 0);
		for (unsigned int level = 2; level <= 3; level++) {
			score_plainly(model, &ds, level, IMAGES - 1, &plain);
			cr_expect_eq(score[level - 1].correct, plain.correct);
			cr_expect_float_eq(score[level - 1].confidence, plain.confidence, 1e-6);
			cr_expect_gt(plain.correct, 0);
			cr_expect_lt(plain.correct, IMAGES - 1);
		}
	}
	dataset_close(&ds);
	dyndnn_model_close(model);
}

Test(eval, a_failing_thread_is_told)
{
	struct score score[DYNDNN_MAX_LEVELS];
	struct dyndnn_error err;
	struct dyndnn_model *model;
	struct dataset ds;
	struct score_job job = {
		.images = &ds, .count = IMAGES, .first = 1, .last = 1, .threads = 2,
	};

	put_model("m", SMALL_ODD, 3, false);
	cr_assert_eq(dyndnn_model_open(in_dir("m"), &model, &err), 0, "%s", err.text);
	make_images(&ds, dyndnn_model_info(model));
	job.model = model;
	ds.width--;
	cr_expect_eq(score_run(&job, score, &err), -EINVAL);
	/* Of whichever thread came first. */
	cr_expect(strstr(err.text, ": image has 836 bytes, must be 874"), "%s", err.text);
	ds.width++;
	job.last = 4;
	cr_expect_eq(score_run(&job, score, &err), -ERANGE);
	cr_expect(strstr(err.text, "max_level"), "%s", err.text);
	dataset_close(&ds);
	dyndnn_model_close(model);
}

/* --- early exit --- */

Test(early, margins_are_parsed)
{
	static const char *const bad[] = { "", ",", "0.5,", "1.01", "-0.1", "nan", "0.5 ", "0,,1",
					   "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0" };
	struct early early[EARLY_MAX];

	cr_assert_eq(early_parse("0,0.25,1", early), 3);
	cr_expect_eq(early[0].margin, 0);
	cr_expect_eq(early[1].margin, 0.25f);
	cr_expect_eq(early[2].margin, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(early_parse(bad[i], early), 0, "%s", bad[i]);
}

/* Probability of the best class less that of the second. */
static double margin_of(const float *logits, unsigned int classes)
{
	unsigned int best = dyndnn_top1(logits, classes);
	double second = 0;

	for (unsigned int c = 0; c < classes; c++)
		if (c != best)
			second = fmax(second, dyndnn_probability(logits, classes, c));
	return dyndnn_probability(logits, classes, best) - second;
}

/* From the definition: the first level that is sure enough. */
static void end_plainly(struct dyndnn_model *model, const struct dataset *ds, uint32_t count,
			unsigned int highest, struct early *early)
{
	const struct dyndnn_info *info = dyndnn_model_info(model);
	struct dyndnn_session *session;
	float logits[16];

	cr_assert_eq(dyndnn_session_open(model, NULL, &session, NULL), 0);
	for (uint32_t i = 0; i < count; i++) {
		unsigned int level = 0;

		cr_assert_eq(dyndnn_set_input_u8(session, dataset_image(ds, i),
						 dataset_image_bytes(ds), DYNDNN_CHW), 0);
		do
			cr_assert_eq(dyndnn_run(session, ++level, logits), 0);
		while (level < highest && !(early->margin > 0 &&
		       margin_of(logits, info->classes) >= (double)early->margin));
		early->levels += level;
		early->correct += dyndnn_top1(logits, info->classes) == ds->labels[i];
	}
	dyndnn_session_close(session);
}

Test(eval, early_exits_are_those_of_the_definition)
{
	struct early early[EARLY_MAX];
	struct dyndnn_model *model;
	struct dyndnn_error err;
	struct dataset ds;
	struct early_job job = { .images = &ds, .count = IMAGES - 1, .level = 3 };
	size_t margins = early_parse("0,0.00001,0.05,0.15,0.3,1", early);

	put_model("m", SMALL_ODD, 4, false);
	cr_assert_eq(dyndnn_model_open(in_dir("m"), &model, &err), 0, "%s", err.text);
	make_images(&ds, dyndnn_model_info(model));
	job.model = model;
	cr_assert_eq(early_run(&job, early, margins, &err), 0, "%s", err.text);
	for (size_t i = 0; i < margins; i++) {
		struct early plain = { .margin = early[i].margin };

		end_plainly(model, &ds, IMAGES - 1, 3, &plain);
		cr_expect_eq(early[i].levels, plain.levels, "margin %g: mean %g, must be %g",
			     (double)plain.margin, (double)early[i].levels / job.count,
			     (double)plain.levels / job.count);
		cr_expect_eq(early[i].correct, plain.correct);
		cr_expect_gt(early[i].ns, 0);
	}
	cr_expect_eq(early[0].levels, 3 * (IMAGES - 1));
	cr_expect_eq(early[1].levels, IMAGES - 1);
	/* Some end early and some do not. */
	cr_expect_gt(early[3].levels, IMAGES);
	cr_expect_lt(early[3].levels, 3 * (IMAGES - 1) - 1);

	job.level = 5;
	cr_expect_eq(early_run(&job, early, margins, &err), -ERANGE);
	job.level = 3;
	ds.width--;
	cr_expect_eq(early_run(&job, early, margins, &err), -EINVAL);
	cr_expect(strstr(err.text, "image 0: image has 836 bytes"), "%s", err.text);
	ds.width++;
	dataset_close(&ds);
	dyndnn_model_close(model);
}

/* --- memory --- */

static struct resident resident_of(const char *const *paths, size_t count, unsigned int level)
{
	struct resident_use uses[4];
	struct resident resident;
	struct dyndnn_error err;

	for (size_t i = 0; i < count; i++)
		uses[i] = (struct resident_use){ .path = paths[i], .level = level };
	cr_assert_eq(resident_measure(uses, count, &resident, &err), 0, "%s", err.text);
	return resident;
}

/*
 * How many clean pages of the file stay mapped is the kernel's choice, anything from none to all
 * of them: upper bounds allow for it.
 */
Test(eval, resident_memory_is_that_of_the_weights_and_some_scratch)
{
	enum { SCRATCH = 1 << 20 };
	char paths[2][256];
	const char *both[] = { paths[0], paths[1] };
	const struct dyndnn_info *info;
	struct dyndnn_model *model;
	uint64_t bytes;

	put_model("a", SMALL_SHIPPED, 4, false);
	put_model("b", SMALL_SHIPPED, 4, false);
	strcpy(paths[0], in_dir("a"));
	strcpy(paths[1], in_dir("b"));
	cr_assert_eq(dyndnn_model_open(paths[0], &model, NULL), 0);
	info = dyndnn_model_info(model);
	for (unsigned int level = 1; level <= 4; level++) {
		bytes = resident_of(both, 1, level).networks;
		cr_expect_geq(bytes, info->weights_bytes[level - 1]);
#ifndef __SANITIZE_ADDRESS__	/* whose allocator keeps what was freed */
		cr_expect_leq(bytes, info->weights_bytes[level - 1] + info->file_bytes + SCRATCH);
#endif
	}
	bytes = resident_of(both, 2, 0).networks;
	cr_expect_geq(bytes, 2 * info->weights_bytes[3]);
	dyndnn_model_close(model);
}

Test(eval, resident_memory_of_a_tiny_network_has_no_code_in_it)
{
	const char *path = in_dir("tiny");
	struct resident resident;

	put_model("tiny", SMALL_TINY, 2, false);
	resident = resident_of(&path, 1, 0);
	cr_expect_gt(resident.networks, 0);
	cr_expect_gt(resident.code, 256 * 1024);
#ifndef __SANITIZE_ADDRESS__
	cr_expect_lt(resident.networks, 128 * 1024);
#endif
}

Test(eval, resident_memory_of_what_cannot_be_opened)
{
	struct resident_use use = { .path = in_dir("none") };
	struct resident resident;
	struct dyndnn_error err;

	cr_expect_eq(resident_measure(&use, 1, &resident, &err), -ENOENT);
	cr_expect(strstr(err.text, "/none: "), "%s", err.text);
	put_model("a", SMALL_TINY, 2, false);
	use = (struct resident_use){ .path = in_dir("a"), .level = 3 };
	cr_expect_eq(resident_measure(&use, 1, &resident, &err), -ERANGE);
	cr_expect(strstr(err.text, "max_level is 3, allowed: 0..2"), "%s", err.text);
}

Test(memory, sets_are_parsed)
{
	static const char *const bad[] = { "", "a", "=f", "a=", "a=f,", "a=,f", "a=f,,g", "a b=f",
					   "libraries=f" };
	char text[64] = "static=x.dnn,dir/y=1.dnn";
	struct memory_set set;

	cr_assert_eq(memory_parse(text, &set), 0);
	cr_expect_str_eq(set.what, "static");
	cr_assert_eq(set.count, 2);
	cr_expect_str_eq(set.paths[0], "x.dnn");
	cr_expect_str_eq(set.paths[1], "dir/y=1.dnn");
	memory_free(&set);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		strcpy(text, bad[i]);
		cr_expect_eq(memory_parse(text, &set), -EINVAL, "%s", bad[i]);
	}
}

/* --- chart --- */

static size_t occurrences(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static char *draw(struct table_row *rows, size_t count)
{
	char *text;
	size_t len;
	FILE *svg = open_memstream(&text, &len);

	cr_assert(svg);
	cr_assert_eq(chart_draw(svg, rows, count), 0);
	cr_assert_eq(fclose(svg), 0);
	return text;
}

/* Levels' numbers are all there and none lies on another. */
static void check_tags(const char *svg, size_t least)
{
	double x[256], y[256];
	size_t n = 0;

	for (; (svg = strstr(svg, "<text class=\"c b\"")); svg++, n++) {
		cr_assert_lt(n, 256);
		cr_assert_eq(sscanf(strstr(svg, " x="), " x=\"%lf\" y=\"%lf\"", &x[n], &y[n]), 2);
		for (size_t i = 0; i < n; i++)
			cr_expect(fabs(x[i] - x[n]) >= 16 || fabs(y[i] - y[n]) >= 14,
				  "%.1f %.1f", x[n], y[n]);
	}
	cr_expect_geq(n, least);
}

Test(chart, every_row_has_its_marker_and_no_number_hides_another)
{
	struct table_row rows[2 * MODE_COUNT * 8];
	size_t n = 0;
	char *svg;

	/* Out of order, and two sets mixed. */
	for (unsigned int level = 8; level >= 1; level--) {
		for (int m = 0; m < MODE_COUNT; m++) {
			unsigned int width = m == MODE_TRIANGULAR ? (level + 1) * level / 2 : level;

			for (int set = 0; set < 2; set++) {
				rows[n] = (struct table_row){
					.mode = m, .level = level, .top1 = 60 + level + m / 10.0,
					.macs = 1000000 * width,
				};
				strcpy(rows[n++].dataset, set ? "first" : "second");
			}
		}
	}
	svg = draw(rows, n);
	cr_expect_eq(occurrences(svg, "<title>"), n);
	cr_expect_eq(occurrences(svg, "<title>static, level 3: 63.10 %, 3000000 "), 2);
	cr_expect_eq(occurrences(svg, ">first</text>"), 1);
	cr_expect_eq(occurrences(svg, ">second</text>"), 1);
	for (int m = 0; m < MODE_COUNT; m++) {
		char entry[32];

		snprintf(entry, sizeof(entry), ">%s</text>", table_mode_name(m));
		cr_expect_eq(occurrences(svg, entry), 1, "%s", entry);
	}
	cr_expect_eq(occurrences(svg, "nan") + occurrences(svg, "inf\""), 0);
	check_tags(svg, 2 * 8);
	free(svg);
}

Test(chart, one_point_alone)
{
	struct table_row row = { .dataset = "x", .level = 1, .top1 = 100, .macs = 1 };
	char *svg = draw(&row, 1);

	cr_expect_eq(occurrences(svg, "<title>"), 1);
	cr_expect_eq(occurrences(svg, ">static</text>"), 0);
	cr_expect_eq(occurrences(svg, "nan") + occurrences(svg, "inf\""), 0);
	free(svg);
}

/* --- the programs --- */

static const char *shell(const char *line, int *status)
{
	static char out[16384];

	*status = shell_line(dir, line, out, sizeof(out));
	return out;
}

static void put_be32(FILE *file, uint32_t value)
{
	value = htonl(value);
	cr_assert_eq(fwrite(&value, sizeof(value), 1, file), 1);
}

/* Test images of side x side in the folder data/NAME, labels 0..2. */
static void put_images(const char *name, uint32_t side)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "data/%s", name);
	mkdir(in_dir("data"), 0755);
	cr_assert_eq(mkdir(in_dir(path), 0755), 0);
	snprintf(path, sizeof(path), "data/%s/t10k-images-idx3-ubyte", name);
	file = fopen(in_dir(path), "w");
	cr_assert(file);
	put_be32(file, 0x803);
	put_be32(file, IMAGES);
	put_be32(file, side);
	put_be32(file, side);
	for (uint32_t i = 0; i < IMAGES * side * side; i++)
		fputc(i * 97 % 251, file);
	cr_assert_eq(fclose(file), 0);
	snprintf(path, sizeof(path), "data/%s/t10k-labels-idx1-ubyte", name);
	file = fopen(in_dir(path), "w");
	cr_assert(file);
	put_be32(file, 0x801);
	put_be32(file, IMAGES);
	for (uint32_t i = 0; i < IMAGES; i++)
		fputc(i % 3, file);
	cr_assert_eq(fclose(file), 0);
}

static void put_s8_model(const char *name, enum small_shape shape, unsigned int groups)
{
	struct dyndnn_error err = { 0 };
	struct small_model model;

	small_model_init_s8(&model, shape, groups, 7);
	cr_assert_eq(dnnfile_write(in_dir(name), &model.desc, &err), 0, "%s", err.text);
	small_model_free(&model);
}

static void put_all(void)
{
	cr_assert_eq(mkdir(in_dir("baselines"), 0755), 0);
	put_model("fashion-mnist.dnn", SMALL_TINY, 2, false);
	put_model("baselines/fashion-mnist-static-1.dnn", SMALL_TINY, 1, false);
	put_model("baselines/fashion-mnist-static-2.dnn", SMALL_TINY, 2, false);
	put_model("baselines/fashion-mnist-triangular.dnn", SMALL_TINY, 2, true);
	put_s8_model("fashion-mnist-int8.dnn", SMALL_TINY, 2);
	put_model("odd.dnn", SMALL_ODD, 2, false);
	put_images("small", 4);
	put_images("large", 5);
}

Test(eval, the_program_puts_rows_into_a_table)
{
	int status;
	const char *out;

	put_all();
	out = shell("$E --data $D/data/small --csv $D/t $D/fashion-mnist.dnn && "
		    "$E --data $D/data/small --csv $D/t --mode static $D/baselines/*static* && "
		    "$E --data $D/data/small --csv $D/t $D/baselines/*tri* && "
		    "$E --data $D/data/small --csv $D/t --level 2 $D/*-int8.dnn && "
		    "$E --data $D/data/small --csv $D/t --level 2 --threads 1 "
		    "$D/fashion-mnist.dnn && "
		    "$E --data $D/data/small --csv $D/t --label other --level 1 "
		    "$D/fashion-mnist.dnn && "
		    "cut -d, -f1-3,6-8 $D/t >$D/keys && $P -o $D/svg $D/t && tail -n 1 $D/svg",
		    &status);
	cr_assert_eq(status, 0, "%s", out);
	cr_expect(strstr(out, "</svg>"), "%s", out);
	/* 4x4 x 2 channels x 3x3, and 3 classes of 32 values; params 20 + 99 */
	cr_expect_str_eq(get_file("keys"),
			 "dataset,mode,level,macs,params,file_bytes\n"
			 "small,incremental,1,384,119,12288\n"
			 "small,static,1,384,119,8192\n"
			 "small,static,2,768,238,12288\n"
			 "small,triangular,1,384,119,12288\n"
			 "small,triangular,2,864,334,12288\n"
			 "small,int8,2,768,238,12288\n"
			 "small,incremental,2,768,238,12288\n"
			 "other,incremental,1,384,119,12288\n");
}

Test(eval, the_program_measures_margins)
{
	int status;
	const char *out;

	put_all();
	out = shell("$E --data $D/data/small --csv $D/t --margin 0.000001,0 "
		    "$D/fashion-mnist.dnn && "
		    "$E --data $D/data/small --csv $D/t --margin 0,1 --level 1 "
		    "$D/fashion-mnist.dnn && cut -d, -f1,2,4 $D/t >$D/keys", &status);
	cr_assert_eq(status, 0, "%s", out);
	cr_expect(strstr(out, "on 90 images of small, levels 1..2\n"), "%s", out);
	cr_expect_str_eq(get_file("keys"),
			 "model,margin,mean_level\n"
			 "fashion-mnist.dnn,1e-06,1.000\n"
			 "fashion-mnist.dnn,0,1.000\n"
			 "fashion-mnist.dnn,1,1.000\n");
}

Test(eval, the_programs_name_what_is_wrong)
{
	static const struct {
		const char *line;
		int status;
		const char *text;
	} bad[] = {
		{ "$E", 64, "MODEL is missing" },
		{ "$E $D/odd.dnn", 64, "--data is missing" },
		{ "$E --data $D/data/small --mode joint $D/odd.dnn", 64,
		  "--mode is 'joint': must be" },
		{ "$E --data $D/data/small --level 17 $D/odd.dnn", 64,
		  "--level is '17': must be 1..16" },
		{ "$E --data $D/data/small --threads 0 $D/odd.dnn", 64, "--threads is '0'" },
		{ "$E --data $D/data/small --label a,b $D/odd.dnn", 64, "--label is 'a,b'" },
		{ "$E --data $D/data/small --margin 2 $D/odd.dnn", 64,
		  "--margin is '2': must be 1..16 numbers of 0..1" },
		{ "$E --data $D/data/small --margin 0 --mode static $D/odd.dnn", 64,
		  "--mode does not go with it" },
		{ "$E --memory --margin 0 a=$D/odd.dnn", 64, "--memory reads no images" },
		{ "cp $D/fashion-mnist.dnn $D/a,b; $E --data $D/data/small --csv $D/m --margin 0 "
		  "$D/a,b", 1, "a,b: no name for rows" },
		{ "$E --memory --level 1 a=$D/odd.dnn", 64, "--memory reads no images" },
		{ "$E --memory --csv $D/t a=$D/odd.dnn", 64, "--label is missing" },
		{ "$E --memory $D/odd.dnn", 1, "must be WHAT=FILE" },
		{ "$E --memory a=$D/none.dnn", 1, "none.dnn: No such file" },
		{ "$E --data $D/data/small $D/none.dnn", 1, "none.dnn: " },
		{ "$E --data $D/data $D/fashion-mnist.dnn", 1, "neither CIFAR-10 nor IDX" },
		{ "$E --data $D/data/small $D/odd.dnn", 1, "odd.dnn: images have 1 channels" },
		{ "$E --data $D/data/large $D/fashion-mnist.dnn", 1, "the network reads 4x4" },
		{ "$E --data $D/data/small --level 3 $D/fashion-mnist.dnn", 1,
		  "--level is 3: the model has levels 1..2" },
		{ "$E --data $D/data/small --level 1 --mode static $D/fashion-mnist.dnn", 1,
		  "--level is 1: a static network was trained for its highest level, 2" },
		{ "$E --data $D/data/small --mode triangular $D/fashion-mnist.dnn", 1,
		  "read only their own channels" },
		{ "$E --data $D/data/small --mode int8 $D/fashion-mnist.dnn", 1,
		  "--mode is int8: values of this model are f32" },
		{ "$E --data $D/data/small --mode static $D/baselines/*tri*", 1,
		  "--mode must be triangular" },
		{ "head -c 9000 $D/odd.dnn >$D/cut; $E --data $D/data/small $D/cut", 1,
		  "truncated" },
		{ "echo x >$D/t; $E --data $D/data/small --csv $D/t $D/fashion-mnist.dnn", 1,
		  "another table, which stays as it is" },
		{ "$E --data $D/data/small --csv $D/no/t $D/fashion-mnist.dnn", 1, "No such file" },
		{ "$E --data $D/data/small $D/fashion-mnist.dnn >/dev/full", 1, "standard output" },
		{ "$P", 64, "TABLE is missing" },
		{ "$P $D/none", 1, "none: No such file" },
		{ "$P $D/odd.dnn", 1, "line 1: must be dataset,mode" },
		{ "$E --data $D/data/small --csv $D/u $D/fashion-mnist.dnn >$D/out && "
		  "$P $D/u >/dev/full", 1, "standard output: No space left" },
		{ "head -n 1 $D/u >$D/v; $P $D/v", 1, "no row but the header" },
	};

	put_all();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int status;
		const char *out = shell(bad[i].line, &status);

		cr_expect_eq(status, bad[i].status, "%s: %d, %s", bad[i].line, status, out);
		cr_expect(strstr(out, bad[i].text), "%s: %s", bad[i].line, out);
	}
}

/* In the folder of the sources, as the tests are run. */
Test(eval, make_accuracy_goes_on_with_what_is_there)
{
	const char *emulator = getenv("EMULATOR"), *out;
	int status;

	if (emulator && *emulator)
		cr_skip_test("the script runs what is built for this machine");
	put_all();
	out = shell("DATA=$D/none IDX=$D/data/small MODELS=$D RESULTS=$D/results scripts/accuracy",
		    &status);
	cr_assert_eq(status, 0, "%s", out);
	cr_expect(strstr(out, "cifar10: left out: no "), "%s", out);
	cr_expect(strstr(out, "fashion-mnist, slimmable: no model"), "%s", out);
	cr_expect(strstr(out, "incremental against static, points:  level 1 "), "%s", out);
	cr_expect(strstr(out, "int8 against incremental, points:  level 1 "), "%s", out);
	cr_expect_eq(occurrences(get_file("results/accuracy.csv"), "\nfashion-mnist,"), 8);
	cr_expect(strstr(get_file("results/memory.csv"), "\nfashion-mnist,int8,12288,"));
	cr_expect(strstr(get_file("results/memory.csv"), "\nfashion-mnist,static,20480,"));
	cr_expect_eq(occurrences(get_file("results/accuracy.svg"), "<title>"), 8);
	cr_expect_eq(occurrences(get_file("results/early_exit.csv"), "\nfashion-mnist.dnn,"), 8);

	/* One network for two levels is no fair comparison. */
	out = shell("rm $D/baselines/*static-1* && DATA=$D/none IDX=$D/data/small MODELS=$D "
		    "RESULTS=$D/results scripts/accuracy", &status);
	cr_assert_eq(status, 0, "%s", out);
	cr_expect(strstr(out, "memory of the static networks left out"), "%s", out);
	cr_expect_null(strstr(get_file("results/memory.csv"), "static"));

	out = shell("DATA=$D/none IDX=$D/none MODELS=$D RESULTS=$D/results scripts/accuracy",
		    &status);
	cr_expect_eq(status, 1, "%s", out);
	cr_expect(strstr(out, "nothing to evaluate"), "%s", out);
}
