// SPDX-License-Identifier: MIT
/* dyndnn-import: ONNX file in, .dnn file out. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../model/writer.h"
#include "../tools/number.h"
#include "import.h"

const char *argp_program_version = "dyndnn-import 0.1.0";

struct arguments {
	const char *path;
	const char *out;
	const char *class_names;	/* a file */
	unsigned int means, stdevs;
	struct import_options options;
};

enum { KEY_MEAN = 256, KEY_STD, KEY_CLASSES };

static const struct argp_option options[] = {
	{ "out", 'o', "FILE", 0, "The model to write", 0 },
	{ "name", 'n', "TEXT", 0, "Name inside the model; default: that of the ONNX file", 0 },
	{ "class-names", KEY_CLASSES, "FILE", 0, "One class a line, in the order of the logits",
	  0 },
	{ "mean", KEY_MEAN, "A,B,C", 0, "Of each channel of the image, as pixels 0..1; default 0",
	  0 },
	{ "std", KEY_STD, "A,B,C", 0, "Standard deviation of each channel; default 1", 0 },
	{ "groups", 'g', "N", 0, "Refuse a network of another number of groups", 0 },
	{ 0 },
};

static unsigned int channels_arg(struct argp_state *state, const char *option, const char *text,
				 float values[DNNFILE_MAX_IMAGE_C])
{
	const char *at = text;
	unsigned int count = 0;
	char *end;

	for (;; at = end + 1) {
		float value = strtof(at, &end);

		if (end == at || (*end && *end != ',') || count == DNNFILE_MAX_IMAGE_C)
			argp_error(state, "%s is '%s', allowed: 1..%d numbers with commas between",
				   option, text, DNNFILE_MAX_IMAGE_C);
		values[count++] = value;
		if (!*end)
			return count;
	}
}

static void check_arguments(struct argp_state *state, struct arguments *args)
{
	if (!args->path)
		argp_error(state, "the ONNX file is missing");
	if (!args->out)
		argp_error(state, "--out is missing");
	if (args->means != args->stdevs)
		argp_error(state, "mean has %u channels, std %u: give both alike", args->means,
			   args->stdevs);
	args->options.norm_channels = args->means;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'o':
		args->out = arg;
		return 0;
	case 'n':
		args->options.name = arg;
		return 0;
	case 'g':
		args->options.groups = number_arg(state, "groups", arg, 1, DNNFILE_MAX_GROUPS);
		return 0;
	case KEY_CLASSES:
		args->class_names = arg;
		return 0;
	case KEY_MEAN:
		args->means = channels_arg(state, "mean", arg, args->options.mean);
		return 0;
	case KEY_STD:
		args->stdevs = channels_arg(state, "std", arg, args->options.stdev);
		return 0;
	case ARGP_KEY_ARG:
		if (args->path)
			argp_error(state, "too many arguments");
		args->path = arg;
		return 0;
	case ARGP_KEY_END:
		check_arguments(state, args);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "MODEL.onnx",
	.doc = "Turn an ONNX file into a .dnn model with the same logits.",
};

static int report(const char *path, const char *text)
{
	fprintf(stderr, "dyndnn-import: %s: %s\n", path, text);
	return EXIT_FAILURE;
}

/* "models/lenet5.onnx" is lenet5, as long as a name may be. */
static char *default_name(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t length = strlen(base);

	if (length > 5 && !strcmp(base + length - 5, ".onnx"))
		length -= 5;
	return strndup(base, length < DNNFILE_NAME_BYTES ? length : DNNFILE_NAME_BYTES - 1);
}

static void free_names(char **names, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* One line each, without the line's end; more than the limit are counted by the caller. */
static int read_names(const char *path, char ***names, uint32_t *count)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	*count = 0;
	*names = calloc(DNNFILE_MAX_CLASSES + 1, sizeof(**names));
	if (!file || !*names) {
		report(path, strerror(errno));
		if (file)
			fclose(file);
		return -EIO;
	}
	while (*count <= DNNFILE_MAX_CLASSES && (length = getline(&line, &size, file)) >= 0) {
		if (length && line[length - 1] == '\n')
			line[length - 1] = '\0';
		(*names)[(*count)++] = line;
		line = NULL;
		size = 0;
	}
	free(line);
	fclose(file);
	return 0;
}

static int map_file(const char *path, void **data, size_t *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int ret = 0;

	if (fd < 0)
		return report(path, strerror(errno));
	if (fstat(fd, &st)) {
		ret = report(path, strerror(errno));
	} else if (!S_ISREG(st.st_mode) || !st.st_size) {
		ret = report(path, "must be a file that is not empty");
	} else if ((uint64_t)st.st_size > SIZE_MAX) {
		ret = report(path, "is larger than this machine's memory can be");
	} else {
		*bytes = st.st_size;
		*data = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, fd, 0);
		if (*data == MAP_FAILED)
			ret = report(path, strerror(errno));
	}
	close(fd);
	return ret;
}

static void print_summary(const char *path, const void *image)
{
	const struct dnnfile_header *header = image;

	printf("%s: %u group%s of %u layers, %u classes, image %u x %u x %u, %" PRIu64 " bytes\n",
	       path, header->groups, header->groups == 1 ? "" : "s", header->layers,
	       header->classes, header->image_h, header->image_w, header->image_c,
	       header->file_bytes);
}

static int import(const struct arguments *args)
{
	struct dyndnn_error err;
	void *data, *image;
	size_t bytes, image_bytes;
	int ret;

	ret = map_file(args->path, &data, &bytes);
	if (ret)
		return ret;
	ret = import_onnx(data, bytes, &args->options, &image, &image_bytes, &err);
	munmap(data, bytes);
	if (ret)
		return report(args->path, err.text);
	ret = dnnfile_write_bytes(args->out, image, image_bytes, &err);
	if (ret)
		report(args->out, err.text);
	else
		print_summary(args->out, image);
	free(image);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct arguments args = { 0 };
	char **names = NULL, *name = NULL;
	uint32_t count = 0;
	int ret = EXIT_SUCCESS;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	if (!args.options.name)
		args.options.name = name = default_name(args.path);
	if (args.class_names && read_names(args.class_names, &names, &count))
		ret = EXIT_FAILURE;
	args.options.class_names = (const char *const *)names;
	args.options.class_name_count = count;
	if (!ret)
		ret = import(&args);
	free_names(names, count);
	free(name);
	return ret;
}
