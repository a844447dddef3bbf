// SPDX-License-Identifier: MIT
/* The trainer, on a made-up data set and narrow networks. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint.h"
#include "csv.h"
#include "dyndnn.h"
#include "export.h"
#include "folded_net.h"
#include "group_net.h"
#include "rng.h"
#include "trainer.h"

enum {
	IMAGES = 320,
	COLOURS = 3,
};

static uint8_t pixels[IMAGES * COLOURS * DATASET_PLANE];
static uint8_t labels[IMAGES];
static const struct dataset data = {
	.kind = DATASET_CIFAR10, .images = IMAGES, .channels = COLOURS, .pixels = pixels,
	.labels = labels,
};
static char dir[64];

/* A class is a bright row band and a colour, under noise: learnable, but not at once. */
static void setup(void)
{
	uint64_t rng = 5;

	for (int i = 0; i < IMAGES; i++) {
		labels[i] = rng_below(&rng, DATASET_CLASSES);
		for (int c = 0; c < COLOURS; c++)
			for (int p = 0; p < DATASET_PLANE; p++) {
				int in_band = p / 32 / 6 == labels[i] / 2;
				int bright = in_band && c == labels[i] % 2 ? 70 : 0;

				pixels[(i * COLOURS + c) * DATASET_PLANE + p] =
					bright + rng_below(&rng, 150);
			}
	}
	strcpy(dir, "/tmp/test_train.XXXXXX");
	cr_assert(mkdtemp(dir));
}

static void teardown(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	cr_assert_eq(system(cmd), 0);
}

TestSuite(train, .init = setup, .fini = teardown, .timeout = 120);

static const char *in_dir(const char *name)
{
	static char path[2][128];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static struct train_config small(void)
{
	return (struct train_config) {
		.channels = { 16, 32, 32, 32, 16 }, .groups = 2, .epochs = 3, .epochs_next = 3,
		.batch = 32,
		.threads = 2, .rate = 0.05f, .rate_next = 0.05f, .own_loss = 0.5f, .warm = true,
		.sgd = { .momentum = 0.9f, .weight_decay = 5e-4f },
		.shift = 2, .flip = false, .seed = 1,
	};
}

/* ---- the passes ------------------------------------------------------- */

enum { BATCH = 8 };

static void random_input(float *to, size_t len, uint64_t seed)
{
	for (size_t i = 0; i < len; i++)
		to[i] = 2 * rng_unit(&seed) - 1;
}

/* Weights of a group with a classifier that is not zero. */
static void random_group(struct group_params *p, const struct net_shape *s, uint64_t seed)
{
	cr_assert_eq(group_params_init(p, s, seed), 0);
	for (size_t i = s->fc_weights; i < s->params; i++)
		p->values[i] = 0.1f * (2 * rng_unit(&seed) - 1);
	for (int i = 0; i < NET_CONVS; i++)
		for (int o = 0; o < s->conv[i].out; o++) {
			p->values[s->conv[i].scale + o] = 0.5f + rng_unit(&seed);
			p->values[s->conv[i].shift + o] = rng_unit(&seed) - 0.5f;
		}
}

static double weighted_logits(struct group_net *net)
{
	double sum = 0;

	group_net_forward(net);
	for (int i = 0; i < BATCH * NET_CLASSES; i++)
		sum += (double)net->d_logits[i] * net->logits[i];
	return sum;
}

/* Move one layer's parameters a little along their gradient: the output must follow. */
static void check_slope(struct group_net *net, size_t from, size_t len, const char *what)
{
	float *v = net->params + from, keep[8192];
	double square = 0, up, down, slope, h;

	cr_assert_leq(len, 8192);
	group_net_forward(net);
	group_net_backward(net);
	cr_assert_eq(dn_error(&net->dn), 0, "%s", net->dn.what);
	float grad[8192];

	memcpy(grad, net->grads + from, len * sizeof(float));
	memcpy(keep, v, len * sizeof(float));
	for (size_t i = 0; i < len; i++)
		square += (double)grad[i] * grad[i];
	cr_assert_gt(square, 0, "%s: no gradient at all", what);
	h = 2e-3 / sqrt(square);
	for (size_t i = 0; i < len; i++)
		v[i] = keep[i] + h * grad[i];
	up = weighted_logits(net);
	for (size_t i = 0; i < len; i++)
		v[i] = keep[i] - h * grad[i];
	down = weighted_logits(net);
	memcpy(v, keep, len * sizeof(float));
	slope = (up - down) / (2 * h);
	cr_assert(fabs(slope / square - 1) < 0.05, "%s: slope %g, gradient says %g", what, slope,
		  square);
}

Test(train, gradients_are_slopes)
{
	static const int channels[NET_CONVS] = { 8, 12, 16, 16, 8 };
	struct group_params p;
	struct group_net net;
	struct net_shape s;

	net_shape_init(&s, COLOURS, channels);
	random_group(&p, &s, 3);
	cr_assert_eq(group_net_open(&net, &s, BATCH, p.values), 0);
	random_input(net.input, BATCH * COLOURS * DATASET_PLANE, 4);
	random_input(net.d_logits, BATCH * NET_CLASSES, 5);
	for (int i = 0; i < NET_CONVS; i++) {
		const struct conv_shape *c = &s.conv[i];
		char what[32];

		snprintf(what, sizeof(what), "weights %d", i + 1);
		check_slope(&net, c->weights, conv_weights(c), what);
		snprintf(what, sizeof(what), "scale %d", i + 1);
		check_slope(&net, c->scale, c->out, what);
		snprintf(what, sizeof(what), "shift %d", i + 1);
		check_slope(&net, c->shift, c->out, what);
	}
	check_slope(&net, s.fc_weights, s.params - s.fc_weights, "classifier");
	group_net_close(&net);
	group_params_free(&p);
}

/* With the statistics of the very batch, folded weights give the logits of the training pass. */
Test(train, folded_equals_training_pass)
{
	static const int channels[NET_CONVS] = { 24, 48, 64, 64, 32 };
	float logits[BATCH * NET_CLASSES] = { 0 };
	struct folded_group group;
	struct folded_net folded_net;
	struct group_params p;
	struct group_net net;
	struct net_shape s;
	float *folded;

	net_shape_init(&s, COLOURS, channels);
	random_group(&p, &s, 7);
	cr_assert_eq(group_net_open(&net, &s, BATCH, p.values), 0);
	random_input(net.input, BATCH * COLOURS * DATASET_PLANE, 8);
	group_net_forward(&net);
	memcpy(p.stats, net.stats, s.stats * sizeof(float));

	folded = malloc(s.params * sizeof(*folded));
	cr_assert(folded);
	group_params_fold(&p, &s, folded);
	cr_assert_eq(folded_net_open(&folded_net, &s, BATCH), 0);
	cr_assert_eq(folded_net_add(&folded_net, &group, folded), 0);
	memcpy(folded_net.input, net.input, BATCH * COLOURS * DATASET_PLANE * sizeof(float));
	folded_net_run(&folded_net, &group, logits);
	cr_assert_eq(dn_error(&folded_net.dn), 0);
	for (int i = 0; i < BATCH * NET_CLASSES; i++)
		cr_assert_float_eq(logits[i], net.logits[i], 1e-3 * (1 + fabsf(net.logits[i])));

	folded_net_close(&folded_net);
	group_net_close(&net);
	group_params_free(&p);
	free(folded);
}

Test(train, rate_schedule)
{
	cr_assert_float_eq(sgd_rate(0.1f, 0, 100, 10), 0.01f, 1e-6);
	cr_assert_float_eq(sgd_rate(0.1f, 9, 100, 10), 0.1f, 1e-6);
	cr_assert_float_eq(sgd_rate(0.1f, 10, 100, 10), 0.1f, 1e-6);
	cr_assert_float_eq(sgd_rate(0.1f, 55, 100, 10), 0.05f, 1e-6);
	cr_assert_lt(sgd_rate(0.1f, 99, 100, 10), 1e-4f);
	cr_assert_float_eq(sgd_rate(0.1f, 0, 4, 0), 0.1f, 1e-6);
}

/* ---- augmentation ----------------------------------------------------- */

Test(train, augmentation_moves_and_mirrors)
{
	struct normalisation n = { .mean = { 0, 0, 0 }, .std = { 1, 1, 1 } };
	float *plain = malloc(COLOURS * DATASET_PLANE * sizeof(float));
	float *out = malloc(COLOURS * DATASET_PLANE * sizeof(float));
	int moved = 0, mirrored = 0;

	cr_assert(plain && out);
	image_load(&n, &data, 0, plain);
	cr_assert_float_eq(plain[5], pixels[5] / 255.0, 1e-6);
	image_augment(&n, &data, 0, 0, 0, 1, out);
	cr_assert_eq(memcmp(plain, out, COLOURS * DATASET_PLANE * sizeof(float)), 0);
	for (uint64_t seed = 0; seed < 64; seed++) {
		int matches = 0;

		image_augment(&n, &data, 0, 2, 1, seed, out);
		/* exactly one of the 2 x 5 x 5 ways explains the inner part */
		for (int way = 0; way < 50; way++) {
			int flip = way & 1, dy = way / 2 / 5 - 2, dx = way / 2 % 5 - 2;
			int same = 1;

			for (int y = 2; y < 30 && same; y++)
				for (int x = 2; x < 30 && same; x++)
					same = out[y * 32 + x] ==
					       plain[(y + dy) * 32 + (flip ? 31 - x : x) + dx];
			matches += same;
			moved += same && (dx || dy);
			mirrored += same && flip;
		}
		cr_assert_eq(matches, 1, "seed %d", (int)seed);
	}
	cr_assert(moved > 50 && moved < 64);
	cr_assert(mirrored > 16 && mirrored < 48);
	free(plain);
	free(out);
}

Test(train, normalisation)
{
	struct normalisation n;
	uint8_t flat[2 * DATASET_PLANE], label[2] = { 0 };
	struct dataset ds = { .images = 2, .channels = 1, .pixels = flat, .labels = label };

	memset(flat, 51, DATASET_PLANE);
	memset(flat + DATASET_PLANE, 153, DATASET_PLANE);
	normalisation_measure(&n, &ds, 2);
	cr_assert_float_eq(n.mean[0], 0.4, 1e-6);
	cr_assert_float_eq(n.std[0], 0.2, 1e-6);
	normalisation_measure(&n, &ds, 1);	/* one colour: no division by zero */
	cr_assert_gt(n.std[0], 0);
}

/* ---- training --------------------------------------------------------- */

struct record {
	double first, last;
	int groups_seen;
};

static void observe(void *ctx, const struct train_progress *p)
{
	struct record *r = ctx;

	if (!p->epoch_done)
		return;
	if (p->epoch == 1)
		r->first = p->loss;
	r->last = p->loss;
	r->groups_seen = p->group;
}

static void train_group(struct trainer *t)
{
	cr_assert_eq(trainer_next_group(t, NULL, NULL), 0, "%s", t->error);
}

static int same_group(const struct trainer *a, const struct trainer *b, int g)
{
	return !memcmp(a->params[g].values, b->params[g].values, a->shape.params * sizeof(float)) &&
	       !memcmp(a->params[g].stats, b->params[g].stats, a->shape.stats * sizeof(float)) &&
	       !memcmp(a->folded[g], b->folded[g], a->shape.params * sizeof(float));
}

Test(train, loss_falls_and_earlier_groups_stay)
{
	struct train_config config = small();
	struct group_params before;
	uint32_t correct[2];
	struct record r = { 0 };
	struct trainer t;
	float *folded;

	config.epochs = 8;
	config.epochs_next = 4;
	cr_assert_eq(trainer_open(&t, &config, &data), 0, "%s", t.error);
	cr_assert_eq(trainer_next_group(&t, observe, &r), 0, "%s", t.error);
	cr_assert_eq(r.groups_seen, 1);
	cr_assert_lt(r.last, 0.6 * r.first, "loss from %g to %g", r.first, r.last);

	cr_assert_eq(group_params_init(&before, &t.shape, 0), 0);
	folded = malloc(t.shape.params * sizeof(*folded));
	cr_assert(folded);
	memcpy(before.values, t.params[0].values, t.shape.params * sizeof(float));
	memcpy(before.stats, t.params[0].stats, t.shape.stats * sizeof(float));
	memcpy(folded, t.folded[0], t.shape.params * sizeof(float));

	cr_assert_eq(trainer_next_group(&t, observe, &r), 0, "%s", t.error);
	cr_assert_eq(r.groups_seen, 2);
	cr_assert_eq(memcmp(before.values, t.params[0].values, t.shape.params * sizeof(float)), 0);
	cr_assert_eq(memcmp(before.stats, t.params[0].stats, t.shape.stats * sizeof(float)), 0);
	cr_assert_eq(memcmp(folded, t.folded[0], t.shape.params * sizeof(float)), 0);

	cr_assert_eq(trainer_evaluate(&t, &data, 0, IMAGES, correct, NULL), 0, "%s", t.error);
	cr_assert_gt(correct[0], IMAGES / 2, "level 1: %u of %d", correct[0], IMAGES);
	cr_assert_gt(correct[1], IMAGES / 2, "level 2: %u of %d", correct[1], IMAGES);
	cr_assert_eq(trainer_next_group(&t, NULL, NULL), -EALREADY);

	group_params_free(&before);
	free(folded);
	trainer_close(&t);
}

Test(train, same_seed_same_weights)
{
	struct train_config config = small();
	struct trainer a, b, other;

	cr_assert_eq(trainer_open(&a, &config, &data), 0);
	cr_assert_eq(trainer_open(&b, &config, &data), 0);
	config.seed = 2;
	cr_assert_eq(trainer_open(&other, &config, &data), 0);
	for (int g = 0; g < 2; g++) {
		train_group(&a);
		train_group(&b);
		train_group(&other);
		cr_assert(same_group(&a, &b, g), "group %d", g + 1);
		cr_assert(!same_group(&a, &other, g), "group %d", g + 1);
	}
	trainer_close(&a);
	trainer_close(&b);
	trainer_close(&other);
}

/* Does group 2 depend on group 1? With the sum in the loss it must, with its own loss only not. */
static int group_2_is_same(float own_loss, bool warm)
{
	struct train_config config = small();
	struct trainer a, b;
	int same;

	config.epochs_next = 1;
	config.own_loss = own_loss;
	config.warm = warm;
	cr_assert_eq(trainer_open(&a, &config, &data), 0);
	config.rate = 0.02f;
	cr_assert_eq(trainer_open(&b, &config, &data), 0);
	for (int g = 0; g < 2; g++) {
		train_group(&a);
		train_group(&b);
	}
	cr_assert(!same_group(&a, &b, 0));
	same = same_group(&a, &b, 1);
	trainer_close(&a);
	trainer_close(&b);
	return same;
}

Test(train, loss_of_later_groups)
{
	cr_assert(group_2_is_same(1, false));
	cr_assert(!group_2_is_same(1, true));
	cr_assert(!group_2_is_same(0, false));
	cr_assert(!group_2_is_same(0.5f, false));
}

Test(train, predictions_do_not_depend_on_threads)
{
	struct train_config config = small();
	uint8_t one[2 * 100], three[2 * 100];
	uint32_t correct_one[2], correct_three[2];
	struct trainer t;

	config.epochs = config.epochs_next = 1;
	cr_assert_eq(trainer_open(&t, &config, &data), 0);
	train_group(&t);
	train_group(&t);
	t.config.threads = 1;
	cr_assert_eq(trainer_evaluate(&t, &data, 7, 100, correct_one, one), 0);
	t.config.threads = 3;
	cr_assert_eq(trainer_evaluate(&t, &data, 7, 100, correct_three, three), 0);
	cr_assert_eq(memcmp(one, three, sizeof(one)), 0);
	cr_assert_eq(memcmp(correct_one, correct_three, sizeof(correct_one)), 0);
	for (int g = 0; g < 2; g++) {
		uint32_t count = 0;

		for (int i = 0; i < 100; i++)
			count += one[g * 100 + i] == labels[7 + i];
		cr_assert_eq(count, correct_one[g]);
	}
	cr_assert_eq(trainer_evaluate(&t, &data, IMAGES - 9, 10, correct_one, NULL), -EINVAL);
	trainer_close(&t);
}

Test(train, diverging_loss_is_an_error)
{
	struct train_config config = small();
	struct trainer t;

	config.rate = 10;
	config.sgd.weight_decay = 1;
	config.epochs = 100;
	cr_assert_eq(trainer_open(&t, &config, &data), 0);
	cr_assert_eq(trainer_next_group(&t, NULL, NULL), -ERANGE);
	cr_assert(strstr(t.error, "lower lr"), "%s", t.error);
	cr_assert_eq(t.trained, 0);
	trainer_close(&t);
}

Test(train, config_ranges)
{
	struct train_config config = small();
	char err[TRAIN_ERR_LEN];

#define BAD(field, value, word) do { \
		struct train_config bad = config; \
		bad.field = value; \
		cr_assert_eq(train_config_check(&bad, IMAGES, err, sizeof(err)), -EINVAL, #field); \
		cr_assert(strstr(err, word), "%s", err); \
	} while (0)

	cr_assert_eq(train_config_check(&config, IMAGES, err, sizeof(err)), 0, "%s", err);
	BAD(groups, 0, "groups is 0: must be 1..16");
	BAD(groups, 17, "groups is 17");
	BAD(channels[2], 33, "multiple of groups (2)");
	BAD(channels[0], 1, "channels is 1: must be 2..4096");
	BAD(epochs, 0, "epochs is 0");
	BAD(epochs_next, 10001, "epochs-next is 10001: must be 1..10000");
	BAD(own_loss, 1.5f, "own-loss is 1.5: must be 0..1");
	BAD(threads, 0, "threads is 0: must be 1..64");
	BAD(batch, 33, "batch is 33: must be a multiple of threads (2)");
	BAD(batch, 2, "batch is 2: must be 4..4096");
	BAD(batch, IMAGES + 2, "batch is 322: must be 4..320");
	BAD(rate, 0, "lr is 0");
	BAD(rate, NAN, "lr is nan");
	BAD(rate_next, 11, "lr-next is 11");
	BAD(sgd.momentum, 1, "momentum is 1");
	BAD(sgd.weight_decay, -1, "weight-decay is -1");
	BAD(shift, 17, "shift is 17: must be 0..16");
	BAD(holdout, IMAGES - 1, "holdout is 319: must be 0..288");
#undef BAD
}

/* ---- checkpoint ------------------------------------------------------- */

Test(train, checkpoint_goes_on_as_if_uninterrupted)
{
	struct train_config config = small();
	struct trainer whole, first, second;

	cr_assert_eq(trainer_open(&whole, &config, &data), 0);
	train_group(&whole);
	train_group(&whole);
	cr_assert_eq(trainer_open(&first, &config, &data), 0);
	train_group(&first);
	cr_assert_eq(checkpoint_save(&first, in_dir("ckpt")), 0, "%s", first.error);
	trainer_close(&first);
	cr_assert_eq(trainer_open(&second, &config, &data), 0);
	cr_assert_eq(checkpoint_load(&second, in_dir("ckpt")), 0, "%s", second.error);
	cr_assert_eq(second.trained, 1);
	train_group(&second);
	cr_assert(same_group(&whole, &second, 0));
	cr_assert(same_group(&whole, &second, 1));
	trainer_close(&whole);
	trainer_close(&second);
}

static void damaged(const struct train_config *config, const char *bytes, size_t len, int code)
{
	struct trainer t;
	FILE *f = fopen(in_dir("bad"), "wb");

	cr_assert(f);
	cr_assert_eq(fwrite(bytes, 1, len, f), len);
	fclose(f);
	cr_assert_eq(trainer_open(&t, config, &data), 0);
	cr_assert_eq(checkpoint_load(&t, in_dir("bad")), code, "%s", t.error);
	cr_assert_eq(t.trained, 0);
	trainer_close(&t);
}

Test(train, broken_checkpoints)
{
	struct train_config config = small(), other = small();
	struct trainer t;
	long len;
	char *bytes;
	FILE *f;

	config.epochs = config.epochs_next = 1;
	cr_assert_eq(trainer_open(&t, &config, &data), 0);
	cr_assert_eq(checkpoint_load(&t, in_dir("none")), -ENOENT);
	train_group(&t);
	cr_assert_eq(checkpoint_save(&t, in_dir("ckpt")), 0);
	cr_assert_eq(checkpoint_save(&t, in_dir("no/such/folder")), -ENOENT);
	trainer_close(&t);

	f = fopen(in_dir("ckpt"), "rb");
	cr_assert(f);
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	rewind(f);
	bytes = malloc(len + 1);
	cr_assert(bytes);
	cr_assert_eq(fread(bytes, 1, len, f), (size_t)len);
	fclose(f);

	damaged(&config, bytes, 0, -EBADMSG);
	damaged(&config, bytes, 20, -EBADMSG);
	damaged(&config, bytes, len - 1, -EBADMSG);
	bytes[len] = 0;
	damaged(&config, bytes, len + 1, -EBADMSG);
	bytes[len / 2] ^= 4;
	damaged(&config, bytes, len, -EBADMSG);
	bytes[len / 2] ^= 4;
	bytes[0] ^= 1;
	damaged(&config, bytes, len, -EBADMSG);
	bytes[0] ^= 1;
	other.channels[1] = 48;
	damaged(&other, bytes, len, -EINVAL);
	other = config;
	other.groups = 4;
	damaged(&other, bytes, len, -EINVAL);
	free(bytes);
}

/* ---- export ----------------------------------------------------------- */

/* The engine must give the trainer's answer; a near tie may fall either way. */
Test(train, engine_agrees_with_trainer)
{
	struct train_config config = small();
	struct export_info info = { .name = "tiny", .accuracy_ppm = { 500000, 750000 } };
	uint8_t predictions[2 * IMAGES];
	struct dyndnn_session *session;
	struct dyndnn_model *model;
	struct dyndnn_error err;
	uint32_t correct[2];
	struct trainer t;
	int differ = 0;

	cr_assert_eq(trainer_open(&t, &config, &data), 0);
	cr_assert_eq(export_model(&t, in_dir("x.dnn"), &info), -EINVAL, "no group is trained");
	train_group(&t);
	train_group(&t);
	cr_assert_eq(export_model(&t, in_dir("x.dnn"), &info), 0, "%s", t.error);
	cr_assert_eq(export_model(&t, in_dir("no/such/x.dnn"), &info), -ENOENT);
	cr_assert_eq(trainer_evaluate(&t, &data, 0, IMAGES, correct, predictions), 0);

	cr_assert_eq(dyndnn_model_open(in_dir("x.dnn"), &model, &err), 0, "%s", err.text);
	cr_assert_str_eq(dyndnn_model_info(model)->name, "tiny");
	cr_assert_eq(dyndnn_model_info(model)->accuracy_ppm[1], 750000);
	cr_assert_eq(dyndnn_session_open(model, NULL, &session, &err), 0, "%s", err.text);
	for (int i = 0; i < IMAGES; i++) {
		cr_assert_eq(dyndnn_set_input_u8(session, dataset_image(&data, i),
						 COLOURS * DATASET_PLANE, DYNDNN_CHW), 0);
		for (int level = 1; level <= 2; level++) {
			float logits[NET_CLASSES];

			cr_assert_eq(dyndnn_run(session, level, logits), 0);
			differ += dyndnn_top1(logits, NET_CLASSES) !=
				  predictions[(level - 1) * IMAGES + i];
		}
	}
	cr_assert_leq(differ, 2, "%d of %d predictions differ", differ, 2 * IMAGES);
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	trainer_close(&t);
}

/* ---- table ------------------------------------------------------------ */

Test(train, csv_keeps_other_data_sets)
{
	static const uint32_t a[] = { 7, 8 }, b[] = { 90, 95 }, c[] = { 9, 10 };
	char text[256] = "";
	FILE *f;

	cr_assert_eq(csv_put(in_dir("t.csv"), "one", a, 2, 10), 0);
	cr_assert_eq(csv_put(in_dir("t.csv"), "two", b, 2, 100), 0);
	cr_assert_eq(csv_put(in_dir("t.csv"), "one", c, 2, 10), 0);
	f = fopen(in_dir("t.csv"), "r");
	cr_assert(f);
	cr_assert_gt(fread(text, 1, sizeof(text) - 1, f), 0);
	fclose(f);
	cr_assert_str_eq(text, "dataset,level,top1,images\n"
			 "two,1,90.00,100\ntwo,2,95.00,100\n"
			 "one,1,90.00,10\none,2,100.00,10\n");
	cr_assert_eq(csv_put(in_dir("no/t.csv"), "one", a, 2, 10), -ENOENT);
}
