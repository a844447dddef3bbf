// SPDX-License-Identifier: MIT
/* The parts of dyndnn-run that are neither images nor the whole. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_kit.h"
#include "userspace/dyndnn-run/cadence.h"
#include "userspace/dyndnn-run/cpulist.h"
#include "userspace/dyndnn-run/escape.h"
#include "userspace/dyndnn-run/files.h"
#include "userspace/dyndnn-run/histogram.h"
#include "userspace/dyndnn-run/plot.h"
#include "userspace/dyndnn-run/source.h"

static char dir[64];

static void make_dir(void)
{
	strcpy(dir, "/tmp/test_run_parts.XXXXXX");
	cr_assert(mkdtemp(dir));
}

static void remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(files, .init = make_dir, .fini = remove_dir);
TestSuite(source, .init = make_dir, .fini = remove_dir);

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const void *data, size_t bytes)
{
	image_kit_write(in_dir(name), data, bytes);
}

/* A grey image of one pixel, whose value tells it from others. */
static void put_pixel(const char *name, uint8_t value)
{
	char text[32];
	int head = sprintf(text, "P5 1 1 255\n%c", value);

	put(name, text, (size_t)head);
}

/* ---- cadence ------------------------------------------------------------ */

Test(cadence, newest_wins)
{
	struct cadence cadence = { .period_ns = 100 };

	cr_expect_eq(cadence_overtaken(&cadence, 5000), 0, "it has not begun");
	cadence.next_ns = 1000;
	cr_expect_eq(cadence_overtaken(&cadence, 999), 0);
	cr_expect_eq(cadence_overtaken(&cadence, 1099), 0, "late, but still the newest");
	cr_expect_eq(cadence.next_ns, 1000);
	cr_expect_eq(cadence_overtaken(&cadence, 1350), 3, "1000, 1100 and 1200");
	cr_expect_eq(cadence.next_ns, 1300);
	cadence_pass(&cadence);
	cr_expect_eq(cadence.next_ns, 1400);
	cadence_delay(&cadence, 1390);
	cr_expect_eq(cadence.next_ns, 1400);
	cadence_delay(&cadence, 1450);
	cr_expect_eq(cadence.next_ns, 1450);
}

Test(cadence, releases_are_a_period_apart)
{
	struct cadence cadence = { .period_ns = 3000000 };
	static const volatile sig_atomic_t never;
	uint64_t first = cadence_wait(&cadence, &never);

	for (unsigned int i = 1; i < 5; i++) {
		cr_expect_eq(cadence_wait(&cadence, &never), first + i * 3000000);
		cr_expect_geq(cadence_now_ns(), first + i * 3000000);
	}
}

/* ---- histogram ---------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

Test(histogram, quantiles_are_those_of_the_sorted_values)
{
	static const double shares[] = { 0, 0.01, 0.5, 0.99, 1 };
	enum { COUNT = 5000 };
	static struct histogram histogram;
	uint64_t values[COUNT];
	unsigned int seed = 2;

	cr_expect_eq(histogram_quantile(&histogram, 0.5), 0);
	for (size_t i = 0; i < COUNT; i++) {
		values[i] = (uint64_t)rand_r(&seed) >> (rand_r(&seed) % 28);
		histogram_add(&histogram, values[i]);
	}
	qsort(values, COUNT, sizeof(values[0]), by_value);
	cr_expect_eq(histogram.max, values[COUNT - 1]);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		size_t rank = (size_t)(shares[i] * COUNT + 0.999999);
		uint64_t exact = values[rank ? rank - 1 : 0];
		uint64_t got = histogram_quantile(&histogram, shares[i]);

		cr_expect_geq(got, exact);
		cr_expect_leq(got, exact + exact / 128, "%" PRIu64 " for %" PRIu64, got, exact);
	}
}

Test(histogram, holds_any_value)
{
	static struct histogram histogram;

	histogram_add(&histogram, UINT64_MAX);
	histogram_add(&histogram, 0);
	cr_expect_eq(histogram_quantile(&histogram, 0.5), 0);
	cr_expect_geq(histogram_quantile(&histogram, 1), 1ull << 38);
}

/* ---- escape ------------------------------------------------------------- */

static void expect_escaped(void (*escape)(FILE *, const char *), const char *text,
			   const char *wanted)
{
	char out[256] = "";
	FILE *file = fmemopen(out, sizeof(out), "w");

	cr_assert_not_null(file);
	escape(file, text);
	fclose(file);
	cr_expect_str_eq(out, wanted, "'%s', not '%s'", out, wanted);
}

Test(escape, text)
{
	expect_escaped(escape_text, "a b\xc3\xa4\xe2\x82\xac", "a b\xc3\xa4\xe2\x82\xac");
	expect_escaped(escape_text, "\033[2J\n\x7f", "\\x1b[2J\\x0a\\x7f");
	expect_escaped(escape_text, "\xc2\x9b!", "\\xc2\\x9b!");
	expect_escaped(escape_text, "\xff\xc3", "\\xff\\xc3");
	expect_escaped(escape_text, "\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80");
}

Test(escape, csv)
{
	expect_escaped(escape_csv, "plain name", "plain name");
	expect_escaped(escape_csv, "a,b", "\"a,b\"");
	expect_escaped(escape_csv, "say \"no\"\n", "\"say \"\"no\"\"\n\"");
}

Test(escape, json)
{
	expect_escaped(escape_json, "a\"b\\c\n\x01", "\"a\\\"b\\\\c\\u000a\\u0001\"");
	expect_escaped(escape_json, "\xc3\xa4\xff\xf0\x9f\x98\x80\xf4\x90\x80\x80",
		       "\"\xc3\xa4\\ufffd\xf0\x9f\x98\x80\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

/* ---- lists of CPUs ------------------------------------------------------ */

Test(cpulist, good)
{
	cpu_set_t cpus;

	cr_assert_eq(cpulist_parse("0", &cpus), 0);
	cr_expect_eq(CPU_COUNT(&cpus), 1);
	cr_assert_eq(cpulist_parse("0-3,6,1023", &cpus), 0);
	cr_expect_eq(CPU_COUNT(&cpus), 6);
	cr_expect(CPU_ISSET(3, &cpus) && CPU_ISSET(6, &cpus) && CPU_ISSET(1023, &cpus));
}

Test(cpulist, bad)
{
	static const char * const bad[] = {
		"", ",", "a", "1,", "1-", "-1", "3-1", "1024", "0-1024", "1 2", "1,,2", " 1",
		"99999999999999999999999", "0x1",
	};
	cpu_set_t cpus;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(cpulist_parse(bad[i], &cpus), -EINVAL, "'%s'", bad[i]);
}

/* ---- files -------------------------------------------------------------- */

Test(files, folder_is_its_images_sorted)
{
	static const char * const names[] = {
		"b.png", "a.JPG", "c.jpeg", "d.ppm", "e.pgm", "f.txt", ".hidden", "png", ".png",
	};
	static const char * const wanted[] = { "a.JPG", "b.png", "c.jpeg", "d.ppm", "e.pgm" };
	char err[FILES_ERR_LEN];
	struct files files = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put(names[i], "x", 1);
	cr_assert_eq(mkdir(in_dir("sub.png"), 0700), 0);
	cr_assert_eq(files_add(&files, dir, err), 0, "%s", err);
	cr_assert_eq(files.count, 5);
	for (size_t i = 0; i < 5; i++)
		cr_expect_str_eq(files.paths[i], in_dir(wanted[i]));
	cr_assert_eq(files_add(&files, "-", err), 0);
	cr_assert_eq(files_add(&files, in_dir("none"), err), 0, "told when it is read");
	cr_expect_eq(files.count, 7);
	files_free(&files);
}

Test(files, folder_of_a_data_set_is_its_test_part)
{
	char err[FILES_ERR_LEN];
	struct files files = { 0 };

	put("a.png", "x", 1);
	put("t10k-images-idx3-ubyte.gz", "x", 1);
	cr_assert_eq(files_add(&files, dir, err), 0);
	cr_assert_eq(files.count, 1);
	cr_expect_str_eq(files.paths[0], in_dir("t10k-images-idx3-ubyte.gz"));
	files_free(&files);
}

Test(files, folder_without_images)
{
	char err[FILES_ERR_LEN];
	struct files files = { 0 };

	cr_expect_eq(files_add(&files, dir, err), -ENOENT);
	cr_expect(strstr(err, "no PNG, JPEG, PPM or PGM file") && strstr(err, dir), "%s", err);
	cr_expect_eq(files.count, 0);
	files_free(&files);
}

/* ---- source ------------------------------------------------------------- */

static struct source *open_dir(struct files *files, uint64_t loops)
{
	char err[FILES_ERR_LEN];
	struct source *source;

	cr_assert_eq(files_add(files, dir, err), 0, "%s", err);
	source = source_open(files, loops, 10);
	cr_assert_not_null(source);
	return source;
}

/* The next image is a pixel of this value. */
static void expect_next(struct source *source, uint8_t value, uint64_t index)
{
	struct source_item item;

	cr_assert_eq(source_next(source, &item), 0, "%s", source_error(source));
	cr_expect_eq(item.image.pixels[0], value);
	cr_expect_eq(item.index, index);
	image_free(&item.image);
}

Test(source, files_streams_and_loops)
{
	struct files files = { 0 };
	struct source_item item;
	struct source *source;

	put_pixel("a.pgm", 'a');
	put("b.pgm", "P5 1 1 255\nbP5 1 1 255\nc", 24);
	put_pixel("d.pgm", 'd');
	source = open_dir(&files, 2);
	for (int loop = 0; loop < 2; loop++) {
		expect_next(source, 'a', 0);
		expect_next(source, 'b', 0);
		expect_next(source, 'c', 1);
		expect_next(source, 'd', 0);
	}
	cr_expect_eq(source_next(source, &item), 1);
	cr_expect_eq(source_next(source, &item), 1, "the end stays the end");
	source_close(source);
	files_free(&files);
}

Test(source, skips_and_goes_on_after_bad_files)
{
	struct files files = { 0 };
	struct source_item item;
	struct source *source;

	put_pixel("a.pgm", 'a');
	put("b.png", "garbage", 7);
	put("c.pgm", "P5 1 1 255\ncP5 9 9 255\nx", 24);
	put_pixel("d.pgm", 'd');
	put_pixel("e.pgm", 'e');
	source = open_dir(&files, 0);
	for (int loop = 0; loop < 3; loop++) {
		cr_expect_eq(source_skip(source), 0);
		cr_expect_eq(source_next(source, &item), -EBADMSG);
		cr_expect(strstr(source_error(source), in_dir("b.png")), "%s",
			  source_error(source));
		expect_next(source, 'c', 0);
		cr_expect_eq(source_next(source, &item), -EBADMSG);
		cr_expect(strstr(source_error(source), "image 1: PNM: truncated"), "%s",
			  source_error(source));
		cr_expect_eq(source_skip(source), 0);
		expect_next(source, 'e', 0);
	}
	source_close(source);
	files_free(&files);
}

Test(source, without_any_good_image_even_endless_loops_end)
{
	struct files files = { 0 };
	struct source_item item;
	struct source *source;

	put("a.png", "garbage", 7);
	put("b.png", "", 0);
	source = open_dir(&files, 0);
	cr_expect_eq(source_next(source, &item), -EBADMSG);
	cr_expect_eq(source_next(source, &item), -EBADMSG);
	cr_expect(strstr(source_error(source), "empty"), "%s", source_error(source));
	cr_expect_eq(source_next(source, &item), 1);
	source_close(source);
	files_free(&files);
}

/* Three images of 2x1 and their labels. */
Test(source, data_set_with_labels_twice)
{
	static const char images[] = "\0\0\x08\x03\0\0\0\3\0\0\0\1\0\0\0\2abcdef";
	static const char labels[] = "\0\0\x08\x01\0\0\0\3\7\5\3";
	struct files files = { 0 };
	struct source_item item;
	struct source *source;

	put("t10k-images-idx3-ubyte", images, sizeof(images) - 1);
	put("t10k-labels-idx1-ubyte", labels, sizeof(labels) - 1);
	source = open_dir(&files, 2);
	cr_expect_eq(source_total(source), 2, "taken for an image before it is looked at");
	for (int loop = 0; loop < 2; loop++)
		for (int i = 0; i < 3; i++) {
			cr_assert_eq(source_next(source, &item), 0, "%s", source_error(source));
			cr_expect_eq(item.label, "\7\5\3"[i]);
			cr_expect(item.in_set);
			cr_expect_arr_eq(item.image.pixels, &"abcdef"[2 * i], 2);
			image_free(&item.image);
			cr_expect_eq(source_total(source), 6);
		}
	cr_expect_eq(source_next(source, &item), 1);
	source_close(source);
	source = source_open(&files, 1, 7);
	cr_expect_eq(source_next(source, &item), -EINVAL);
	cr_expect(strstr(source_error(source), "label of image 0 is 7: the network has classes "
			 "0..6"), "%s", source_error(source));
	source_close(source);
	files_free(&files);
}

/* ---- plot --------------------------------------------------------------- */

static void add_frame(struct plot *plot, uint64_t number, bool has_deadline, uint32_t khz)
{
	uint64_t release_ns = 1000000000 + number * 10000000;
	struct result result = {
		.number = number, .has_deadline = has_deadline,
		.frame = {
			.release_ns = release_ns, .deadline_ns = release_ns + 9000000,
			.end_ns = release_ns + 4000000, .grant = 3, .level_done = 2, .khz = khz,
		},
	};

	cr_assert_eq(plot_add(plot, &result), 0);
}

static char *svg_of(struct plot *plot, const char *title)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *file = open_memstream(&text, &bytes);

	cr_assert_not_null(file);
	cr_assert_eq(plot_svg(plot, title, "alone", 4, file), 0);
	fclose(file);
	return text;
}

Test(plot, svg)
{
	struct plot plot = { 0 };
	char *svg;

	add_frame(&plot, 0, true, 1200000);
	cr_assert_eq(plot_add_dropped(&plot, 1, 1010000000, 9000000), 0);
	add_frame(&plot, 2, true, 1800000);
	svg = svg_of(&plot, "a<b>&\"c\"\033");
	cr_expect(strstr(svg, "a&#60;b&#62;&#38;&#34;c&#34;&#63;"), "%.600s", svg);
	cr_expect(strstr(svg, "1.8 GHz"));
	cr_expect(strstr(svg, ">level 4<"));
	cr_expect(strstr(svg, "1 of 3 missed"));
	cr_expect(strstr(svg, "slack"));
	free(svg);
	plot_free(&plot);
	add_frame(&plot, 0, false, 0);
	svg = svg_of(&plot, "");
	cr_expect(strstr(svg, "0 of 1 missed"));
	cr_expect(strstr(svg, "latency"));
	cr_expect_null(strstr(svg, "slack"));
	free(svg);
	plot_free(&plot);
}

Test(plot, keeps_the_newest_in_order)
{
	const struct framelog_row *rows;
	struct plot plot = { 0 };

	for (uint64_t i = 0; i < PLOT_FRAMES_MAX + 1234; i++)
		cr_assert_eq(plot_add_dropped(&plot, i, 1000 * i, 0), 0);
	cr_assert_eq(plot_rows(&plot, &rows), PLOT_FRAMES_MAX);
	for (size_t i = 0; i < PLOT_FRAMES_MAX; i++)
		cr_assert_eq(rows[i].frame, i + 1234);
	plot_free(&plot);
}

Test(plot, text)
{
	struct plot plot = { 0 };
	char out[512] = "";
	FILE *file = fmemopen(out, sizeof(out), "w");

	cr_assert_not_null(file);
	for (uint64_t i = 0; i < 4; i++)
		add_frame(&plot, i, true, 0);
	cr_assert_eq(plot_add_dropped(&plot, 4, 1040000000, 9000000), 0);
	plot_text(&plot, 4, 80, file);
	fclose(file);
	cr_expect(strstr(out, "level   ▄▄▄▄x\n"), "%s", out);
	cr_expect(strstr(out, "slack   ▅▅▅▅x\n"), "%s", out);
	plot_free(&plot);
}
