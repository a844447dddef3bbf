// SPDX-License-Identifier: MIT
/* classify MODEL IMAGE MICROSECONDS: what a PGM or PPM image shows, as well as that time allows. */
#include <dyndnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned char pixels[3 << 20];

/* Interleaved, as cameras have them, too. Return the number of values, 0: no image. */
static size_t read_image(FILE *file)
{
	size_t count = 0, width, height;
	char kind;

	if (file && fscanf(file, "P%c %zu %zu 255", &kind, &width, &height) == 3 &&
	    width <= 1024 && height <= 1024 && fgetc(file) != EOF)
		count = fread(pixels, 1, width * height * (kind == '6' ? 3 : 1), file);
	if (file)
		fclose(file);
	return count;
}

static unsigned long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	struct dyndnn_image image = { .values = pixels, .type = DYNDNN_U8, .layout = DYNDNN_HWC };
	struct dyndnn_session *session = NULL;
	struct dyndnn_model *model = NULL;
	const struct dyndnn_info *info;
	struct dyndnn_error err;
	unsigned int level, best;
	float logits[4096];

	if (argc != 4 || dyndnn_model_open(argv[1], &model, &err) ||
	    dyndnn_session_open(model, NULL, &session, &err))
		return fprintf(stderr, "%s\n", argc == 4 ? err.text : "MODEL IMAGE TIME"), 1;
	image.count = read_image(fopen(argv[2], "rb"));
	for (int frame = 0; frame < 4; frame++) {	/* the first teach how long layers take */
		if (dyndnn_run_until(session, &image, logits,
				     now_ns() + 1000 * strtoull(argv[3], NULL, 10), &level))
			return fprintf(stderr, "%s\n", dyndnn_session_error(session)), 1;
	}
	info = dyndnn_model_info(model);
	best = dyndnn_top1(logits, info->classes);
	printf("class %u %s, confidence %.3f, level %u of %u\n", best,
	       dyndnn_model_class_name(model, best) ?: "", dyndnn_confidence(logits, info->classes),
	       level, dyndnn_session_levels(session));
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	return 0;
}
