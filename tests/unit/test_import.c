// SPDX-License-Identifier: MIT
/* The importer, on the files of tests/onnx/make_models.py. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../engine/import/import.h"

#define MAX_FIELDS	16

/* A line of expect.txt. */
struct expectation {
	char *line;
	char *field[MAX_FIELDS];
	int fields;
};

static FILE *open_expectations(void)
{
	FILE *file = fopen(ONNX_MODELS "/expect.txt", "r");

	cr_assert(file, "cannot open " ONNX_MODELS "/expect.txt");
	return file;
}

/* The next line of this kind; false at the end. */
static bool next(FILE *file, const char *kind, struct expectation *e)
{
	size_t size = 0;
	char *rest, *field;

	for (;;) {
		e->line = NULL;
		if (getline(&e->line, &size, file) < 0) {
			free(e->line);
			return false;
		}
		e->fields = 0;
		rest = e->line;
		e->line[strcspn(e->line, "\n")] = '\0';
		while (e->fields < MAX_FIELDS && (field = strsep(&rest, "\t")))
			e->field[e->fields++] = field;
		if (!strcmp(e->field[0], kind))
			return true;
		free(e->line);
		size = 0;
	}
}

static void *read_file(const char *name, const char *suffix, size_t *bytes)
{
	char path[256];
	struct stat st;
	FILE *file;
	void *data;

	snprintf(path, sizeof(path), ONNX_MODELS "/%s%s", name, suffix);
	file = fopen(path, "r");
	cr_assert(file, "cannot open %s", path);
	cr_assert_eq(fstat(fileno(file), &st), 0);
	/* Of exactly this size, so that a read past the end is seen. */
	*bytes = st.st_size;
	data = malloc(*bytes);
	cr_assert_eq(fread(data, 1, *bytes, file), *bytes);
	fclose(file);
	return data;
}

/* A model and the bytes that it lies in. */
struct imported {
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	const struct dyndnn_info *info;
	void *bytes;
};

static void import_good(const char *name, const struct import_options *options,
			struct imported *i)
{
	struct dyndnn_error err = { 0 };
	size_t bytes, image_bytes;
	void *onnx = read_file(name, ".onnx", &bytes);
	void *image;

	cr_assert_eq(import_onnx(onnx, bytes, options, &image, &image_bytes, &err), 0, "%s: %s",
		     name, err.text);
	free(onnx);
	cr_assert_eq(posix_memalign(&i->bytes, 64, image_bytes), 0);
	memcpy(i->bytes, image, image_bytes);
	free(image);
	cr_assert_eq(dyndnn_model_open_memory(i->bytes, image_bytes, &i->model, &err), 0, "%s: %s",
		     name, err.text);
	cr_assert_eq(dyndnn_session_open(i->model, NULL, &i->session, &err), 0, "%s: %s", name,
		     err.text);
	i->info = dyndnn_model_info(i->model);
}

static void release(struct imported *i)
{
	dyndnn_session_close(i->session);
	dyndnn_model_close(i->model);
	free(i->bytes);
}

static void assert_close(const char *name, unsigned int level, const float *have, const float *want,
			 unsigned int count)
{
	for (unsigned int c = 0; c < count; c++) {
		double allowed = 1e-4 * fmax(1, fabs((double)want[c]));

		cr_assert_leq(fabs((double)have[c] - (double)want[c]), allowed,
			      "%s: level %u, logit %u is %g, must be %g", name, level, c,
			      (double)have[c], (double)want[c]);
	}
}

/* Levels first..last against the file of logits: all images of one level after the other. */
static void assert_logits(const char *name, const struct imported *i, unsigned int first,
			  unsigned int last)
{
	size_t bytes, want_bytes;
	float *images = read_file(name, ".in", &bytes);
	float *wants = read_file(name, ".out", &want_bytes), *want = wants;
	size_t values = (size_t)i->info->channels * i->info->height * i->info->width;
	size_t count = bytes / sizeof(float) / values;
	float *logits = calloc(i->info->classes, sizeof(float));

	cr_assert_geq(count, 1);
	cr_assert_eq(want_bytes,
		     count * (last - first + 1) * i->info->classes * sizeof(float), "%s", name);
	for (unsigned int level = first; level <= last; level++) {
		for (size_t n = 0; n < count; n++, want += i->info->classes) {
			cr_assert_eq(dyndnn_set_input_f32(i->session, images + n * values, values,
							  DYNDNN_CHW), 0);
			cr_assert_eq(dyndnn_run(i->session, level, logits), 0);
			assert_close(name, level, logits, want, i->info->classes);
		}
	}
	free(logits);
	free(wants);
	free(images);
}

Test(import, logits_are_those_of_the_reference)
{
	FILE *file = open_expectations();
	struct expectation e;
	struct imported i;
	int networks = 0;

	while (next(file, "good", &e)) {
		unsigned int groups = atoi(e.field[2]);

		import_good(e.field[1], NULL, &i);
		cr_assert_eq(i.info->levels, groups, "%s: %u groups", e.field[1], i.info->levels);
		cr_assert_eq(i.info->classes, atoi(e.field[3]));
		cr_assert_eq(i.info->channels, atoi(e.field[4]));
		cr_assert_eq(i.info->height, atoi(e.field[5]));
		cr_assert_eq(i.info->width, atoi(e.field[6]));
		cr_assert_not(i.info->reads_earlier_groups);
		assert_logits(e.field[1], &i, atoi(e.field[7]), groups);
		release(&i);
		free(e.line);
		networks++;
	}
	fclose(file);
	cr_assert_geq(networks, 45);
}

Test(import, what_does_not_fit_is_refused_by_name)
{
	FILE *file = open_expectations();
	struct expectation e;
	int networks = 0;

	while (next(file, "bad", &e)) {
		struct dyndnn_error err = { 0 };
		size_t bytes, image_bytes;
		void *onnx = read_file(e.field[1], ".onnx", &bytes);
		void *image = NULL;
		int ret = import_onnx(onnx, bytes, NULL, &image, &image_bytes, &err);

		cr_expect_lt(ret, 0, "%s was imported", e.field[1]);
		cr_expect_eq(ret, err.code);
		cr_expect_null(image);
		cr_expect_eq(import_onnx(onnx, bytes, NULL, &image, &image_bytes, NULL), ret);
		for (int f = 2; f < e.fields; f++)
			cr_expect(strstr(err.text, e.field[f]), "%s: text is '%s', lacks '%s'",
				  e.field[1], err.text, e.field[f]);
		free(onnx);
		free(e.line);
		networks++;
	}
	fclose(file);
	cr_assert_geq(networks, 55);
}

/* Any part of a file: an error, or a network where only trailing fields are lost. */
Test(import, every_truncation_is_an_error)
{
	static const char *const name[] = { "group-concat", "other-writing" };

	for (size_t n = 0; n < 2; n++) {
		size_t bytes, image_bytes;
		char *onnx = read_file(name[n], ".onnx", &bytes);

		for (size_t cut = 0; cut < bytes; cut++) {
			struct dyndnn_error err = { 0 };
			void *image = NULL;
			char *part = malloc(cut ? cut : 1);
			int ret;

			memcpy(part, onnx, cut);
			ret = import_onnx(part, cut, NULL, &image, &image_bytes, &err);
			cr_assert_lt(ret, 0, "%s: the first %zu of %zu bytes were imported",
				     name[n], cut, bytes);
			cr_assert(err.text[0]);
			free(part);
		}
		free(onnx);
	}
}

static void assert_option_refused(const char *name, const struct import_options *options,
				  const char *why)
{
	struct dyndnn_error err = { 0 };
	size_t bytes, image_bytes;
	void *onnx = read_file(name, ".onnx", &bytes);
	void *image;

	cr_assert_eq(import_onnx(onnx, bytes, options, &image, &image_bytes, &err), -EINVAL);
	cr_assert(strstr(err.text, why), "text is '%s', lacks '%s'", err.text, why);
	free(onnx);
}

Test(import, groups_are_checked)
{
	struct import_options options = { .groups = 4 };
	struct imported i;

	import_good("group4", &options, &i);
	cr_assert_eq(i.info->levels, 4);
	release(&i);
	options.groups = 2;
	assert_option_refused("group4", &options, "groups is 2, the network has 4");
	assert_option_refused("lenet5-max", &options, "groups is 2: the network is one group");
	options.groups = 5;
	assert_option_refused("one-conv", &options, "12 channels");
}

Test(import, one_convolution_is_split_into_groups)
{
	struct import_options options = { 0 };
	struct imported i;

	for (options.groups = 1; options.groups <= 4; options.groups++) {
		import_good("one-conv", &options, &i);
		cr_assert_eq(i.info->levels, options.groups);
		assert_logits("one-conv", &i, options.groups, options.groups);
		release(&i);
	}
}

Test(import, options_reach_the_model)
{
	static const char *const names[] = { "no", "perhaps", "yes" };
	struct import_options options = {
		.name = "answers", .class_names = names, .class_name_count = 3,
		.mean = { 0.5f, 0.25f }, .stdev = { 0.25f, 0.125f }, .norm_channels = 2,
	};
	const uint8_t pixels[30] = { 0, 255, 51, 102, [15] = 255, 0, 204 };
	float values[30], logits[3], want[3];
	struct imported i;

	import_good("one-layer", &options, &i);
	cr_assert_str_eq(i.info->name, "answers");
	for (int c = 0; c < 3; c++)
		cr_assert_str_eq(dyndnn_model_class_name(i.model, c), names[c]);
	for (int v = 0; v < 30; v++)
		values[v] = (pixels[v] / 255.0f - options.mean[v / 15]) / options.stdev[v / 15];
	cr_assert_eq(dyndnn_set_input_f32(i.session, values, 30, DYNDNN_CHW), 0);
	cr_assert_eq(dyndnn_run(i.session, 1, want), 0);
	cr_assert_eq(dyndnn_set_input_u8(i.session, pixels, 30, DYNDNN_CHW), 0);
	cr_assert_eq(dyndnn_run(i.session, 1, logits), 0);
	assert_close("one-layer", 1, logits, want, 3);
	release(&i);

	options.norm_channels = 3;
	assert_option_refused("one-layer", &options, "for 3 channels, the image has 2");
	options.norm_channels = 2;
	options.stdev[1] = 0;
	assert_option_refused("one-layer", &options, "stdev of channel 2");
	options.norm_channels = 0;
	options.class_name_count = 2;
	assert_option_refused("one-layer", &options, "class names are 2, the network has 3");
}

/* --- the program -------------------------------------------------------------- */

static char dir[] = "/tmp/test_import.XXXXXX";
static char said[4096];

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
}

static void remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	cr_assert_eq(system(command), 0);
}

/*
 * Run it in the folder of the models; what it says goes to said. Returns the exit status. Where
 * this is not the program's machine, the environment has what runs it.
 */
static int run(const char *arguments)
{
	char command[1024];
	size_t bytes;
	FILE *pipe;
	int status;

	snprintf(command, sizeof(command), "D=%s; $EMULATOR %s/dyndnn-import %s 2>&1", dir, BIN,
		 arguments);
	pipe = popen(command, "r");
	cr_assert(pipe);
	bytes = fread(said, 1, sizeof(said) - 1, pipe);
	said[bytes] = '\0';
	status = pclose(pipe);
	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void assert_said(const char *text)
{
	cr_assert(strstr(said, text), "said '%s', lacks '%s'", said, text);
}

Test(import_program, writes_a_model, .init = make_dir, .fini = remove_dir)
{
	struct dyndnn_error err = { 0 };
	struct dyndnn_model *model;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/names", dir);
	file = fopen(path, "w");
	fputs("zero\none\ntwo\nthree", file);
	fclose(file);
	cr_assert_eq(run(ONNX_MODELS "/old-file.onnx --out $D/a.dnn --class-names $D/names "
			 "--mean 0.5,0.5,0.25 --std 1,2,0.5 --groups 1"), 0, "%s", said);
	assert_said("1 group of 3 layers, 4 classes, image 15 x 15 x 3");
	snprintf(path, sizeof(path), "%s/a.dnn", dir);
	cr_assert_eq(dyndnn_model_open(path, &model, &err), 0, "%s", err.text);
	cr_assert_str_eq(dyndnn_model_info(model)->name, "old-file");
	cr_assert_str_eq(dyndnn_model_class_name(model, 3), "three");
	dyndnn_model_close(model);
	cr_assert_eq(run(ONNX_MODELS "/old-file.onnx --out $D/a.dnn --name other"), 0, "%s", said);
	cr_assert_eq(dyndnn_model_open(path, &model, &err), 0, "%s", err.text);
	cr_assert_str_eq(dyndnn_model_info(model)->name, "other");
	cr_assert_null(dyndnn_model_class_name(model, 0));
	dyndnn_model_close(model);
}

Test(import_program, says_what_is_wrong, .init = make_dir, .fini = remove_dir)
{
	static const struct {
		const char *arguments;
		int status;
		const char *text;
	} wrong[] = {
		{ ONNX_MODELS "/sigmoid.onnx --out $D/a.dnn", 1, "sigmoid.onnx: Sigmoid 'gate'" },
		{ "$D/none.onnx --out $D/a.dnn", 1, "none.onnx: No such file" },
		{ "$D --out $D/a.dnn", 1, "must be a file" },
		{ ONNX_MODELS "/group4.onnx --out $D/no/a.dnn", 1, "no/a.dnn: cannot write" },
		{ ONNX_MODELS "/group4.onnx --out $D/a.dnn --groups 17", 64, "1..16" },
		{ ONNX_MODELS "/group4.onnx --out $D/a.dnn --groups 3", 1, "the network has 4" },
		{ ONNX_MODELS "/group4.onnx --out $D/a.dnn --mean 1,2", 64, "std 0" },
		{ ONNX_MODELS "/group4.onnx --out $D/a.dnn --mean 1,x", 64, "mean is '1,x'" },
		{ ONNX_MODELS "/group4.onnx --out $D/a.dnn --std 1,2,3,4,5", 64, "1..4 numbers" },
		{ ONNX_MODELS "/group4.onnx --out $D/a.dnn --class-names $D/none", 1,
		  "none: No such file" },
		{ ONNX_MODELS "/group4.onnx --out $D/a.dnn --class-names /dev/null", 1,
		  "class names are 0" },
		{ ONNX_MODELS "/group4.onnx", 64, "--out is missing" },
		{ "--out $D/a.dnn", 64, "ONNX file is missing" },
	};

	for (size_t w = 0; w < sizeof(wrong) / sizeof(wrong[0]); w++) {
		cr_expect_eq(run(wrong[w].arguments), wrong[w].status, "%s: %s", wrong[w].arguments,
			     said);
		assert_said(wrong[w].text);
	}
}

Test(import_program, a_failure_leaves_the_old_model, .init = make_dir, .fini = remove_dir)
{
	struct dyndnn_error err = { 0 };
	struct dyndnn_model *model;
	char path[128];

	cr_assert_eq(run(ONNX_MODELS "/one-layer.onnx --out $D/a.dnn"), 0, "%s", said);
	cr_assert_eq(run(ONNX_MODELS "/truncated.onnx --out $D/a.dnn"), 1);
	snprintf(path, sizeof(path), "%s/a.dnn", dir);
	cr_assert_eq(dyndnn_model_open(path, &model, &err), 0, "%s", err.text);
	cr_assert_str_eq(dyndnn_model_info(model)->name, "one-layer");
	dyndnn_model_close(model);
}
