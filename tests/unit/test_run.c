// SPDX-License-Identifier: MIT
/*
 * dyndnn-run as users have it: the program, the shipped models and images as others write them.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <spng.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/data/dataset.h"
#include "image_kit.h"

#define PROGRAM BIN "/dyndnn-run"
#define FASHION "models/fashion-mnist.dnn"
#define CIFAR "models/cifar10.dnn"
#define FASHION_DATA "/usr/share/datasets/fashion-mnist"

static char dir[64];

static void make_dir(void)
{
	strcpy(dir, "/tmp/test_run.XXXXXX");
	cr_assert(mkdtemp(dir));
}

static void remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(run, .init = make_dir, .fini = remove_dir, .timeout = 300);

static const char *in_dir(const char *name)
{
	static char path[4][160];
	static unsigned int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static void put(const char *name, struct file_bytes file)
{
	image_kit_write(in_dir(name), file.data, file.bytes);
	free(file.data);
}

static void put_part(const char *name, struct file_bytes file, size_t bytes)
{
	image_kit_write(in_dir(name), file.data, bytes);
	free(file.data);
}

/* Text of a file of the test's folder. */
static const char *text_of(const char *name)
{
	static char text[2][1 << 18];
	static unsigned int turn;
	FILE *file = fopen(in_dir(name), "r");
	size_t bytes;

	turn = !turn;
	cr_assert(file, "%s", name);
	bytes = fread(text[turn], 1, sizeof(text[turn]) - 1, file);
	text[turn][bytes] = '\0';
	fclose(file);
	return text[turn];
}

/* A command of the shell, which must end with @status; its output goes to "out" and "err". */
__attribute__((format(printf, 2, 3)))
static void shell(int status, const char *format, ...)
{
	char command[4096], text[3072];
	va_list args;
	int got;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(command, sizeof(command), "{ %s ; } >'%s/out' 2>'%s/err'", text, dir, dir);
	got = system(command);
	cr_assert(WIFEXITED(got) && WEXITSTATUS(got) == status, "%s: status %#x, not %d: %s", text,
		  got, status, text_of("err"));
}

static void expect_err(const char *word)
{
	cr_expect(strstr(text_of("err"), word), "'%s' does not say '%s'", text_of("err"), word);
}

static unsigned int lines_of(const char *name)
{
	const char *text = text_of(name);
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* Python's opinion of the output: @check is run with rows, a list. */
static void python(const char *reader, const char *check)
{
	char script[4096];
	FILE *file = fopen(in_dir("check.py"), "w");

	cr_assert_not_null(file);
	fprintf(file, "import csv, json, sys, xml.dom.minidom\nname = sys.argv[1]\n"
		"rows = %s\n%s\n", reader, check);
	fclose(file);
	snprintf(script, sizeof(script), "python3 -B '%s/check.py' '%s/out' 2>'%s/python'", dir,
		 dir, dir);
	cr_assert_eq(system(script), 0, "%s\n%s", text_of("python"), text_of("out"));
}

static void python_json(const char *check)
{
	python("[json.loads(line) for line in open(name, encoding='utf-8')]", check);
}

static void python_csv(const char *check)
{
	python("list(csv.DictReader(open(name, newline='', encoding='utf-8', "
	       "errors='surrogateescape')))", check);
}

/* ---- what it classifies --------------------------------------------------- */

enum { IMAGES = 20 };

/* Images of the test set as files of one kind: 00.png and so on. */
static void put_fashion(const char *ending)
{
	char err[DATASET_ERR_LEN], name[32];
	struct dataset set;

	cr_assert_eq(dataset_open(&set, DATASET_IDX, FASHION_DATA, DATASET_TEST, err,
				  sizeof(err)), 0, "%s", err);
	for (uint32_t i = 0; i < IMAGES; i++) {
		const uint8_t *pixels = dataset_image(&set, i);

		snprintf(name, sizeof(name), "%02u.%s", i, ending);
		if (!strcmp(ending, "png"))
			put(name, image_kit_png(pixels, 28 * 28, 28, 28,
						SPNG_COLOR_TYPE_GRAYSCALE, 8));
		else if (!strcmp(ending, "pgm"))
			put(name, image_kit_pnm(pixels, 28, 28, 1, 255));
		else
			put(name, image_kit_jpeg(pixels, 28, 28, 1, 100, 0));
	}
	dataset_close(&set);
}

Test(run, a_data_set_and_its_images_as_files_are_classified_alike)
{
	static const char * const endings[] = { "png", "pgm" };
	char *set;

	shell(0, PROGRAM " -m " FASHION " --frames %d -f csv " FASHION_DATA " | cut -d, -f5,12-",
	      IMAGES);
	expect_err("accuracy: 1");	/* one wrong image at the most: 95 or 100 % */
	set = strdup(text_of("out"));
	cr_assert_not_null(set);
	for (size_t i = 0; i < 2; i++) {
		put_fashion(endings[i]);
		shell(0, PROGRAM " -m " FASHION " --fit pad -f csv %s/*.%s | cut -d, -f5,12-", dir,
		      endings[i]);
		cr_expect_str_eq(text_of("out"), set);
	}
	free(set);
}

Test(run, jpegs_are_classified_as_well)
{
	put_fashion("jpg");
	put_fashion("png");
	shell(0, PROGRAM " -m " FASHION " --fit pad -f csv %s", dir);
	python_csv("jpg, png = rows[0::2], rows[1::2]\n"
		   "assert len(jpg) == len(png) == 20\n"
		   "assert all(a['file'][-6:-3] == b['file'][-6:-3] for a, b in zip(jpg, png))\n"
		   "assert sum(a['class1'] == b['class1'] for a, b in zip(jpg, png)) >= 19");
}

Test(run, data_set_files_by_name)
{
	shell(0, PROGRAM " -m " FASHION " --level 1 --frames 200 -f json " FASHION_DATA
	      "/t10k-images-idx3-ubyte.gz");
	expect_err("level: 1: 200 (100.0 %), 2: 0");
	python_json("assert len(rows) == 200 and all(r['level'] == 1 for r in rows)\n"
		    "assert [r['index'] for r in rows] == list(range(200))\n"
		    "assert all(r['correct'] == (r['label'] == r['top'][0]['class']) "
		    "for r in rows)\n"
		    "assert sum(r['correct'] for r in rows) > 170");
	shell(1, PROGRAM " -m " FASHION " " FASHION_DATA "/t10k-labels-idx1-ubyte.gz");
	expect_err("IDX labels: name the file of the images");
}

Test(run, cifar10_files)
{
	uint8_t records[3 * 3073];

	for (size_t i = 0; i < sizeof(records); i++)
		records[i] = (uint8_t)(i % 3073 ? i : i / 3073);
	image_kit_write(in_dir("some.bin"), records, sizeof(records));
	shell(0, PROGRAM " -m " CIFAR " -f json %s/some.bin", dir);
	python_json("assert [r['label'] for r in rows] == [0, 1, 2]\n"
		    "assert rows[0]['top'][0]['name'] in 'airplane automobile bird cat deer dog "
		    "frog horse ship truck'.split()");
	image_kit_write(in_dir("some.bin"), records, sizeof(records) - 1);
	shell(1, PROGRAM " -m " CIFAR " %s/some.bin", dir);
	expect_err("some.bin: 9218 bytes are not 1..300000 records of 3073");
}

Test(run, formats_agree_and_sizes_are_fitted)
{
	static const uint32_t sizes[][2] = { { 32, 32 }, { 640, 480 }, { 7, 90 }, { 33, 31 } };
	uint8_t *pixels;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t width = sizes[i][0], height = sizes[i][1];
		size_t bytes = (size_t)width * height * 3;

		pixels = image_kit_pixels(width, height, 3);
		put("a.png", image_kit_png(pixels, bytes, width, height,
					   SPNG_COLOR_TYPE_TRUECOLOR, 8));
		put("b.ppm", image_kit_pnm(pixels, width, height, 3, 255));
		put("c.jpg", image_kit_jpeg(pixels, width, height, 3, 100, 0));
		free(pixels);
		shell(0, PROGRAM " -m " CIFAR " --top 10 -f json %s", dir);
		python_json("a, b, c = rows\n"
			    "assert a['top'] == b['top'], (a, b)\n"
			    "assert a['top'][0]['class'] == c['top'][0]['class']\n"
			    "p = [t['confidence'] for t in a['top']]\n"
			    "assert p == sorted(p, reverse=True) and abs(sum(p) - 1) < 1e-4\n"
			    "assert len({t['class'] for t in a['top']}) == 10");
	}
}

Test(run, a_stream_on_standard_input)
{
	put_fashion("pgm");
	shell(0, PROGRAM " -m " FASHION " --fit pad -f csv %s/*.pgm | cut -d, -f5,12- >%s/files",
	      dir, dir);
	shell(0, "cat %s/*.pgm | " PROGRAM " -m " FASHION " --fit pad -f csv - | "
	      "tee %s/all | cut -d, -f5,12-", dir, dir);
	cr_expect_str_eq(text_of("out"), text_of("files"));
	shell(0, "cat %s/all", dir);
	python_csv("assert [r['index'] for r in rows] == [str(i) for i in range(20)]\n"
		   "assert all(r['file'] == '-' for r in rows)");
	/* a sender that waits for each answer: nothing is dropped for what was not there */
	shell(0, "cd %s && mkfifo back && "
	      "for i in 00 01 02; do cat $i.pgm; read line <&3; done 3<back | "
	      "(cd $OLDPWD && exec " PROGRAM " -m " FASHION " --rate 10000 -) >back", dir);
	expect_err("images: 3 ");
	cr_expect_null(strstr(text_of("err"), "dropped"));
	/* one that sends all at once: the last is the newest */
	shell(0, "cat %s/*.pgm | " PROGRAM " -m " FASHION " --rate 10000 -f csv -", dir);
	python_csv("n = [int(r['frame']) for r in rows]\n"
		   "assert n == sorted(set(n)) and n[-1] == 19 and len(n) < 20, n\n"
		   "assert n == [int(r['index']) for r in rows]");
	shell(1, "{ cat %s/00.pgm; head -c 100 %s/01.pgm; } | " PROGRAM " -m " FASHION " -", dir,
	      dir);
	expect_err("standard input: image 1: PNM: truncated in its pixels");
	cr_expect_eq(lines_of("out"), 1);
	shell(1, PROGRAM " -m " FASHION " - </dev/null");
	expect_err("there was no image");
}

/* ---- bad files ------------------------------------------------------------ */

static void put_bad_files(void)
{
	uint8_t *pixels = image_kit_pixels(40, 40, 3), garbage[1000];

	memset(garbage, 0xa5, sizeof(garbage));
	put_part("b-cut.png",
		 image_kit_png(pixels, 4800, 40, 40, SPNG_COLOR_TYPE_TRUECOLOR, 8), 900);
	put_part("c-cut.jpg", image_kit_jpeg(pixels, 40, 40, 3, 90, 0), 900);
	put_part("d-cut.ppm", image_kit_pnm(pixels, 40, 40, 3, 255), 900);
	image_kit_write(in_dir("e-garbage.png"), garbage, sizeof(garbage));
	image_kit_write(in_dir("f-empty.jpg"), garbage, 0);
	image_kit_write(in_dir("g-huge.ppm"), "P6 99999 99999 255\n", 19);
	cr_assert_eq(symlink("nowhere", in_dir("h-link.png")), 0);
	free(pixels);
}

Test(run, bad_files_are_told_and_left_out)
{
	uint8_t *pixels = image_kit_pixels(40, 40, 3);

	put_bad_files();
	put("a.png", image_kit_png(pixels, 4800, 40, 40, SPNG_COLOR_TYPE_TRUECOLOR, 8));
	put("z.ppm", image_kit_pnm(pixels, 40, 40, 3, 255));
	free(pixels);
	shell(1, PROGRAM " -m " CIFAR " -f json %s", dir);
	python_json("assert [(r['file'][-5:], r['frame']) for r in rows] == "
		    "[('a.png', 0), ('z.ppm', 8)]\n"
		    "assert rows[0]['top'] == rows[1]['top']");
	expect_err("b-cut.png: PNG: ");
	expect_err("c-cut.jpg: JPEG: Premature end of JPEG file");
	expect_err("d-cut.ppm: image 0: PNM: truncated in its pixels");
	expect_err("e-garbage.png: not PNG, JPEG, PPM, PGM, IDX or CIFAR-10 (.bin)");
	expect_err("f-empty.jpg: the file is empty");
	expect_err("g-huge.ppm: image 0: PNM: width must be 1..16384");
	expect_err("h-link.png: cannot open: No such file or directory");
	expect_err("images: 2 ");
	expect_err("unreadable: 7");

	shell(1, PROGRAM " -m " CIFAR " --strict %s", dir);
	cr_expect_eq(lines_of("out"), 1);
	expect_err("b-cut.png");
	expect_err("unreadable: 1");

	shell(1, PROGRAM " -m " CIFAR " %s/none %s/b-cut.png", dir, dir);
	expect_err("none: cannot open");
	expect_err("images: 0\n");
}

/* ---- rate and deadline ---------------------------------------------------- */

Test(run, a_rate_releases_like_a_camera)
{
	shell(0, PROGRAM " -m " FASHION " --rate 100 --level 1 --frames 30 -f json " FASHION_DATA);
	python_json("n = [r['frame'] for r in rows]\n"
		    "assert len(rows) == 30 and n == sorted(set(n)) and n[0] == 0\n"
		    "assert [r['index'] for r in rows] == n");
	/* 30 frames are at least 29 periods apart, however fast the machine */
	python("float(open(name.replace('out', 'err')).read().split(' in ')[1].split(' s')[0])",
	       "assert rows >= 0.29, rows");
}

Test(run, newest_image_wins)
{
	/* no machine runs 32 million multiply-accumulates in 0.1 ms on one thread */
	shell(0, PROGRAM " -m " FASHION " --rate 10000 --loop 100 --frames 10 -f json " FASHION_DATA);
	python_json("n = [r['frame'] for r in rows]\n"
		    "assert len(n) == 10 and n == sorted(set(n)) and n[-1] > 9, n");
	expect_err("dropped: ");
	/* each image is either classified or dropped */
	put_fashion("png");
	shell(0, PROGRAM " -m " FASHION " --rate 10000 -q --loop 3 %s", dir);
	python("[line.split(':') for line in open(name.replace('out', 'err'))]",
	       "d = {k: v for k, v, *_ in rows}\n"
	       "assert int(d['images'].split()[0]) + int(d.get('dropped', 0)) == 60, d");
}

Test(run, a_deadline_chooses_the_level)
{
	shell(0, PROGRAM " -m " FASHION " -d 60000 --no-hint --frames 10 -f json " FASHION_DATA);
	python_json("assert all(r['met'] and r['level'] == 4 for r in rows)\n"
		    "assert all(r['deadline_us'] == 60000000 and not r['hinted'] for r in rows)");
	expect_err("deadline: 60000 ms, missed by 0 (0.00 %)");
	cr_expect_null(strstr(text_of("err"), "governor"), "nobody asked for it");

	/* a level 4 that takes ten times as long as all there is */
	shell(0, PROGRAM " -m " FASHION " -d 0.1 --no-hint --frames 40 -f json " FASHION_DATA);
	python_json("assert rows[-1]['level'] == 1, rows[-1]\n"
		    "assert all(r['met'] == (r['latency_us'] < 100) or r['latency_us'] == 100 "
		    "for r in rows)");
	shell(0, PROGRAM " -m " FASHION " -d 0.1 --no-hint --frames 40 --min-level 2 --level 3 "
	      "-f json " FASHION_DATA);
	python_json("assert all(2 <= r['level'] <= 3 for r in rows)\n"
		    "assert rows[-1]['level'] == 2");
}

Test(run, rate_with_deadline)
{
	shell(0, PROGRAM " -m " FASHION " -r 50 -d 20 --no-hint --frames 25 -f csv " FASHION_DATA);
	python_csv("assert len(rows) == 25\n"
		   "assert all(r['deadline_us'] == '20000' for r in rows)\n"
		   "assert all(1 <= int(r['level']) <= 4 for r in rows)\n"
		   "assert all((int(r['latency_us']) < 20000) == (r['met'] == '1') or "
		   "r['latency_us'] == '20000' for r in rows)");
}

Test(run, without_the_module_it_says_once_why)
{
	const char *said;

	if (!access("/sys/module/dnn_gov", F_OK))
		cr_skip("the module is loaded");
	shell(0, PROGRAM " -m " FASHION " -d 1000 --policy energy --accuracy-floor 90 --frames 5 "
	      "-q " FASHION_DATA);
	said = strstr(text_of("err"), "the governor dnn does not decide");
	cr_assert_not_null(said);
	cr_expect_null(strstr(said + strlen("the governor dnn"), "governor dnn"));
}

/* ---- results --------------------------------------------------------------- */

Test(run, strange_names_do_no_harm)
{
	static const char name[] = "a,\"b\"\n\033[31m\xff{}.png";
	uint8_t *pixels = image_kit_pixels(32, 32, 3);

	put(name, image_kit_png(pixels, 3072, 32, 32, SPNG_COLOR_TYPE_TRUECOLOR, 8));
	free(pixels);
	shell(0, PROGRAM " -m " CIFAR " -f json %s", dir);
	python_json("assert rows[0]['file'].endswith('/a,\"b\"\\n\\x1b[31m\\ufffd{}.png'), rows");
	shell(0, PROGRAM " -m " CIFAR " -f csv %s", dir);
	python_csv("assert rows[0]['file'].endswith('/a,\"b\"\\n\\x1b[31m\\udcff{}.png'), rows");
	shell(0, PROGRAM " -m " CIFAR " %s", dir);
	cr_expect(strstr(text_of("out"), "/a,\"b\"\\x0a\\x1b[31m\\xff{}.png: "), "%s",
		  text_of("out"));
	image_kit_write(in_dir(name), "x", 1);
	shell(1, PROGRAM " -m " CIFAR " %s", dir);
	expect_err("\\x0a\\x1b[31m\\xff{}.png: not PNG");
}

Test(run, csv_has_a_column_for_each_class)
{
	shell(0, PROGRAM " -m " FASHION " --top 100 --frames 2 -f csv -o %s/table " FASHION_DATA,
	      dir);
	cr_expect_eq(lines_of("out"), 0);
	shell(0, "cat %s/table", dir);
	python_csv("assert len(rows) == 2 and 'class10' in rows[0] and 'class11' not in rows[0]\n"
		   "assert None not in rows[0] and all(v is not None for v in rows[0].values())\n"
		   "assert rows[0]['met'] == '' and rows[0]['label'] == '9'");
}

Test(run, quiet_and_full)
{
	shell(0, PROGRAM " -m " FASHION " --frames 3 -q " FASHION_DATA);
	cr_expect_eq(lines_of("out"), 0);
	expect_err("images: 3 in");
	expect_err("latency: median");
	shell(1, PROGRAM " -m " FASHION " --frames 3 " FASHION_DATA " >/dev/full");
	expect_err("standard output: No space left on device");
	shell(1, PROGRAM " -m " FASHION " --frames 3 -q --plot /dev/full " FASHION_DATA);
	expect_err("/dev/full: could not be");
	shell(1, PROGRAM " -m " FASHION " -o %s/none/x " FASHION_DATA, dir);
	expect_err("none/x: No such file or directory");
}

Test(run, plots)
{
	shell(0, PROGRAM " -m " FASHION " -r 200 -d 5 --no-hint --frames 30 -q --plot %s/out.svg "
	      FASHION_DATA " && mv %s/out.svg %s/picture", dir, dir, dir);
	shell(0, "cat %s/picture", dir);
	python("xml.dom.minidom.parse(name).getElementsByTagName('rect')",
	       "assert sum(bool(r.getElementsByTagName('title')) for r in rows) >= 30");
	shell(0, PROGRAM " -m " FASHION " --frames 30 -q --plot - " FASHION_DATA);
	expect_err("\nlevel   █");
	cr_expect_eq(lines_of("out"), 0);
}

Test(run, progress_is_for_people)
{
	shell(0, PROGRAM " -m " FASHION " -r 10 -l 1 --frames 26 --progress -o %s/rows "
	      FASHION_DATA, dir);
	expect_err(" of 26 images, ");
	cr_expect_null(strpbrk(text_of("rows"), "\r\033"));
	/* nobody sees it where standard error is no terminal */
	shell(0, PROGRAM " -m " FASHION " -r 10 -l 1 --frames 26 " FASHION_DATA);
	cr_expect_null(strpbrk(text_of("err"), "\r\033"));
	cr_expect_null(strpbrk(text_of("out"), "\r\033"));
}

/* An endless run ends with its summary when it is told to. */
Test(run, a_signal_ends_it)
{
	char line[512];
	int out[2], status;
	FILE *rows;
	pid_t pid;

	put_fashion("pgm");
	cr_assert_eq(pipe(out), 0);
	pid = fork();
	if (!pid) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		if (!freopen(in_dir("err"), "w", stderr))
			_exit(99);
		execl(PROGRAM, PROGRAM, "-m", FASHION, "--loop", "0", dir, (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	rows = fdopen(out[0], "r");
	cr_assert_not_null(rows);
	for (int i = 0; i < IMAGES + 5; i++)
		cr_assert_not_null(fgets(line, sizeof(line), rows));
	cr_assert_eq(kill(pid, SIGINT), 0);
	while (fgets(line, sizeof(line), rows))
		;
	fclose(rows);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFEXITED(status) && !WEXITSTATUS(status), "%#x: %s", status, text_of("err"));
	expect_err("images: ");
}

/* ---- options ---------------------------------------------------------------- */

Test(run, options_that_are_wrong)
{
	static const struct {
		const char *args, *word;
	} bad[] = {
		{ "x.png", "--model is needed" },
		{ "-m " CIFAR, "no INPUT" },
		{ "-m " CIFAR " --nonsense x.png", "unrecognized option '--nonsense'" },
		{ "-m " CIFAR " --rate 0 x", "--rate must be 0.1..10000 Hz, not '0'" },
		{ "-m " CIFAR " --rate nan x", "--rate must be" },
		{ "-m " CIFAR " --deadline 60001 x",
		  "--deadline must be 0.1..60000 ms, not '60001'" },
		{ "-m " CIFAR " --deadline 5ms x", "--deadline must be" },
		{ "-m " CIFAR " --level 0 x", "--level must be 1..16, not '0'" },
		{ "-m " CIFAR " --level 5 x", "--level must be 1..4, the levels of" },
		{ "-m " CIFAR " -d 5 --min-level 5 x", "--min-level must be 1..4, the levels of" },
		{ "-m " CIFAR " -d 5 --level 2 --min-level 3 x",
		  "--min-level must be 1..2, the --level" },
		{ "-m " CIFAR " --min-level 2 x", "--min-level has no meaning without --deadline" },
		{ "-m " CIFAR " --hint x", "--hint has no meaning without --deadline" },
		{ "-m " CIFAR " -d 5 --policy fast x",
		  "--policy must be accuracy, balanced or energy" },
		{ "-m " CIFAR " -d 5 --accuracy-floor 80 x", "--accuracy-floor needs --policy" },
		{ "-m " CIFAR " -d 5 --policy energy --accuracy-floor 101 x", "must be 0..100 %" },
		{ "-m " CIFAR " -d 5 --policy energy --balance 10 x", "--balance needs" },
		{ "-m " CIFAR " --threads 65 x", "--threads must be 1..64, not '65'" },
		{ "-m " CIFAR " --threads +1 x", "--threads must be" },
		{ "-m " CIFAR " --cpus 0- x", "--cpus must be a list such as 0-3,6" },
		{ "-m " CIFAR " --cpus 1023 x", "--cpus: none of these CPUs can be used" },
		{ "-m " CIFAR " --format xml x", "--format must be text, csv or json, not 'xml'" },
		{ "-m " CIFAR " --top 0 x", "--top must be 1..100" },
		{ "-m " CIFAR " --fit best x", "--fit must be auto, scale or pad" },
		{ "-m " CIFAR " --frames -1 x", "--frames must be 1..1000000000" },
		{ "-m " CIFAR " --loop 99999999999999999999 x", "--loop must be 0..1000000000" },
		{ "-m " CIFAR " --loop 2 -", "--loop must be 1 with standard input" },
		{ "-m " CIFAR " - -", "standard input can be read once only" },
		{ "-m " CIFAR " -q -o y x", "--quiet writes no results" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		shell(2, PROGRAM " %s", bad[i].args);
		expect_err(bad[i].word);
		cr_expect_eq(lines_of("out"), 0);
	}
	shell(1, PROGRAM " -m models/README.md x.png");
	expect_err("models/README.md: ");
	shell(0, PROGRAM " --help");
	cr_expect(strstr(text_of("out"), "--deadline=MS"));
}

Test(run, cpus_and_threads)
{
	shell(0, PROGRAM " -m " FASHION " --frames 5 -f csv " FASHION_DATA
	      " | cut -d, -f12,13 >%s/one", dir);
	shell(0, PROGRAM " -m " FASHION " --cpus 0-1023 -t 2 --frames 5 -f csv " FASHION_DATA
	      " | cut -d, -f12,13");
	cr_expect_str_eq(text_of("out"), text_of("one"));
}
