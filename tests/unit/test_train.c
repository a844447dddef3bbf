// SPDX-License-Identifier: MIT
/* The trainer, on a made-up data set and narrow networks. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "checkpoint.h"
#include "dyndnn.h"
#include "export.h"
#include "folded_net.h"
#include "group_net.h"
#include "loss.h"
#include "rng.h"
#include "teacher.h"
#include "trainer.h"

enum {
	IMAGES = 320,
	COLOURS = 3,
	SIDE = 32,
	PLANE = SIDE * SIDE,
	CLASSES = 10,
};

static uint8_t pixels[IMAGES * COLOURS * PLANE];
static uint8_t labels[IMAGES];
static const struct dataset data = {
	.kind = DATASET_CIFAR10, .images = IMAGES, .channels = COLOURS, .height = SIDE,
	.width = SIDE, .pixels = pixels, .labels = labels,
};
static char dir[64];

/* A class is a bright row band and a colour, under noise: learnable, but not at once. */
static void setup(void)
{
	uint64_t rng = 5;

	for (int i = 0; i < IMAGES; i++) {
		labels[i] = rng_below(&rng, CLASSES);
		for (int c = 0; c < COLOURS; c++)
			for (int p = 0; p < PLANE; p++) {
				int in_band = p / 32 / 6 == labels[i] / 2;
				int bright = in_band && c == labels[i] % 2 ? 70 : 0;

				pixels[(i * COLOURS + c) * PLANE + p] =
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
		.epochs = 3, .epochs_next = 3, .batch = 32, .threads = 2, .rate = 0.05f,
		.rate_next = 0.05f, .own_loss = 0.5f,
		.sgd = { .momentum = 0.9f, .weight_decay = 5e-4f },
		.teacher_weight = 0.5f, .temperature = 2, .shift = 2, .flip = false, .seed = 1,
	};
}

/* A narrow network of @groups groups with one of everything that can be in a chain. */
static struct dnnfile_shape narrow(uint32_t groups)
{
	struct dnnfile_shape s;

	dnnfile_shape_init(&s, groups, CLASSES, COLOURS, SIDE, SIDE);
	dnnfile_add_conv(&s, 8, 3, 1, 1, true);
	dnnfile_add_pool(&s, 2, 2, 0);
	dnnfile_add_conv(&s, 12, 5, 2, 2, true);
	dnnfile_add_avg_pool(&s, 2, 2, 0);
	dnnfile_add_conv(&s, 16, 1, 1, 0, true);
	dnnfile_add_conv(&s, 8, 3, 1, 1, true);
	dnnfile_add_classifier(&s);
	return s;
}

static struct dnnfile_shape triangular(void)
{
	struct dnnfile_shape s = narrow(2);

	s.wiring = DNNFILE_TRIANGULAR;
	return s;
}

/*
 * A narrow network with depthwise convolutions and sums, with ReLU and without; one of its layers
 * is read three times, another one is a sum of itself and what it makes.
 */
static struct dnnfile_shape branched(uint32_t groups)
{
	uint32_t in, main;
	struct dnnfile_shape s;

	dnnfile_shape_init(&s, groups, CLASSES, COLOURS, SIDE, SIDE);
	dnnfile_add_depthwise(&s, 5, 1, 2, true);	/* of the image */
	dnnfile_add_conv(&s, 8, 3, 2, 1, true);
	in = s.layers;
	dnnfile_add_depthwise(&s, 3, 1, 1, true);
	dnnfile_add_conv(&s, 8, 1, 1, 0, false);
	dnnfile_add_residual(&s, in, false);
	dnnfile_add_conv(&s, 12, 3, 2, 1, false);
	main = s.layers;
	dnnfile_go_on_from(&s, in);
	dnnfile_add_conv(&s, 12, 1, 2, 0, false);
	dnnfile_add_residual(&s, main, true);
	dnnfile_add_depthwise(&s, 3, 2, 1, false);
	dnnfile_add_avg_pool(&s, 4, 1, 0);
	dnnfile_add_classifier(&s);
	return s;
}

static void open_trainer_of(struct trainer *t, const struct train_config *config,
			    struct dnnfile_shape shape)
{
	cr_assert_eq(trainer_open(t, config, &shape, &data), 0, "%s", t->error);
}

static void open_trainer(struct trainer *t, const struct train_config *config, uint32_t groups)
{
	open_trainer_of(t, config, narrow(groups));
}

static void train_stage(struct trainer *t)
{
	cr_assert_eq(trainer_next_stage(t, NULL, NULL), 0, "%s", t->error);
}

static void train_all(struct trainer *t)
{
	while (trainer_stages_done(t) < trainer_stages(t))
		train_stage(t);
}

/* ---- the passes ------------------------------------------------------- */

enum { BATCH = 8 };

static void random_input(float *to, size_t len, uint64_t seed)
{
	for (size_t i = 0; i < len; i++)
		to[i] = 2 * rng_unit(&seed) - 1;
}

/* Weights of a group with a classifier that is not zero. */
static void random_group(struct group_params *p, const struct group_layout *g, uint64_t seed)
{
	uint32_t last = g->shape->layers - 1;

	cr_assert_eq(group_params_init(p, g, seed), 0);
	for (size_t i = g->layer[last].weights; i < g->params; i++)
		p->values[i] = 0.1f * (2 * rng_unit(&seed) - 1);
	for (uint32_t i = 0; i < last; i++)
		for (uint32_t o = 0; o < g->shape->layer[i].out_c && g->layer[i].sources; o++) {
			p->values[g->layer[i].scale + o] = 0.5f + rng_unit(&seed);
			p->values[g->layer[i].shift + o] = rng_unit(&seed) - 0.5f;
		}
}

/* Group 2 in training on top of group 1, frozen, over random images. */
struct pair {
	struct dnnfile_shape shape;
	struct group_layout layout[2];
	struct group_params params[2];
	float *folded[2];
	struct dn dn;
	dnnl_memory_t input;
	struct folded_net frozen;
	struct group_net net;
	float frozen_logits[BATCH * CLASSES];
};

static void pair_open(struct pair *p, struct dnnfile_shape shape)
{
	dnnl_dim_t dims[] = { BATCH, COLOURS, SIDE, SIDE };
	struct dyndnn_error err;
	dnnl_memory_desc_t md;

	cr_assert_eq(dnnfile_shape_check(&shape, &err), 0, "%s", err.text);
	memset(p, 0, sizeof(*p));
	p->shape = shape;
	dn_open(&p->dn, dnnl_f32);
	md = dn_md(&p->dn, 4, dims, dnnl_nchw);
	p->input = dn_memory(&p->dn, &md, NULL);
	random_input(dn_data(&p->dn, p->input), BATCH * COLOURS * PLANE, 4);
	for (int g = 0; g < 2; g++) {
		group_layout_init(&p->layout[g], &p->shape, g + 1);
		random_group(&p->params[g], &p->layout[g], 3 + g);
		p->folded[g] = malloc(p->layout[g].params * sizeof(float));
		cr_assert(p->folded[g]);
	}
	group_params_fold(&p->params[0], &p->layout[0], p->folded[0]);
	cr_assert_eq(folded_net_open(&p->frozen, &p->dn, &p->layout[0], BATCH, p->input, NULL,
				     p->folded[0]), 0, "%s", p->dn.what);
	cr_assert_eq(group_net_open(&p->net, &p->dn, &p->layout[1], BATCH, p->input, &p->frozen,
				    p->params[1].values), 0, "%s", p->dn.what);
	folded_net_run(&p->frozen, p->frozen_logits);
	random_input(p->net.d_logits, BATCH * CLASSES, 5);
}

static void pair_close(struct pair *p)
{
	cr_assert_eq(dn_error(&p->dn), 0, "%s", p->dn.what);
	group_net_close(&p->net);
	folded_net_close(&p->frozen);
	dn_close(&p->dn);
	for (int g = 0; g < 2; g++) {
		group_params_free(&p->params[g]);
		free(p->folded[g]);
	}
}

static double weighted_logits(struct group_net *net)
{
	double sum = 0;

	group_net_forward(net);
	for (int i = 0; i < BATCH * CLASSES; i++)
		sum += (double)net->d_logits[i] * net->logits[i];
	return sum;
}

/* Move one layer's parameters a little along their gradient: the output must follow. */
static void check_slope(struct group_net *net, size_t from, size_t len, const char *what)
{
	float *v = net->params + from, keep[8192], grad[8192];
	double square = 0, up, down, slope, h;

	cr_assert_leq(len, 8192);
	group_net_forward(net);
	group_net_backward(net);
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

static void check_slopes(struct dnnfile_shape shape, const char *name)
{
	struct pair p;

	pair_open(&p, shape);
	for (uint32_t i = 0; i < p.shape.layers; i++) {
		const struct dnnfile_layer *l = &p.shape.layer[i];
		const struct layer_params *at = &p.layout[1].layer[i];
		char what[48];

		for (uint32_t s = 0; s < at->sources; s++) {
			snprintf(what, sizeof(what), "%s, layer %u, block %u", name, i + 1, s);
			check_slope(&p.net, at->weights + s * layout_block(l), layout_block(l),
				    what);
		}
		if (layer_is_conv(l))
			check_slope(&p.net, at->scale, l->out_c, "scale");
		if (at->sources)
			check_slope(&p.net, at->shift, l->out_c, "shift");
	}
	pair_close(&p);
}

Test(train, gradients_are_slopes)
{
	check_slopes(narrow(2), "separate");
	check_slopes(triangular(), "triangular");
	check_slopes(branched(2), "branched");
}

/* With the statistics of the very batch, folded weights give the logits of the training pass. */
static void check_folded(struct dnnfile_shape shape)
{
	float logits[BATCH * CLASSES] = { 0 };
	struct folded_net nets[2];
	struct pair p;

	pair_open(&p, shape);
	group_net_forward(&p.net);
	memcpy(p.params[1].stats, p.net.stats, p.layout[1].stats * sizeof(float));
	group_params_fold(&p.params[1], &p.layout[1], p.folded[1]);
	nets[0] = p.frozen;
	cr_assert_eq(folded_net_open(&nets[1], &p.dn, &p.layout[1], BATCH, p.input, nets,
				     p.folded[1]), 0, "%s", p.dn.what);
	folded_net_run(&nets[1], logits);
	for (int i = 0; i < BATCH * CLASSES; i++)
		cr_assert_float_eq(logits[i], p.net.logits[i],
				   1e-3 * (1 + fabsf(p.net.logits[i])));
	folded_net_close(&nets[1]);
	pair_close(&p);
}

Test(train, folded_equals_training_pass)
{
	check_folded(narrow(2));
	check_folded(triangular());
	check_folded(branched(2));
}

/* ---- the loss --------------------------------------------------------- */

enum { LOSS_CLASSES = 4, LOSS_GROUPS = 3 };

static const float frozen[LOSS_CLASSES] = { 0.3f, -0.2f, 0.9f, 0.1f };
static const float answer[LOSS_CLASSES] = { 0.2f, 0.5f, 0.2f, 0.1f };

static float loss_at(const struct loss *loss, float z[LOSS_GROUPS][LOSS_CLASSES],
		     float d[LOSS_GROUPS][LOSS_CLASSES], uint32_t *best)
{
	const float *logits[LOSS_GROUPS] = { z[0], z[1], z[2] };
	float *d_logits[LOSS_GROUPS] = { d[0], d[1], d[2] };
	float scratch[2 * LOSS_CLASSES];

	return loss_of_image(loss, frozen, logits, 2, answer, 0.5f, d_logits, best, scratch);
}

/* Against the slope of one level's loss alone, times the groups that share the mean. */
static void check_loss(const struct loss *loss, int level_groups, const char *what)
{
	float z[LOSS_GROUPS][LOSS_CLASSES] = {
		{ 1, -1, 0.5f, 0 }, { -0.4f, 0.2f, 0.1f, 1.2f }, { 0.7f, 0.6f, -0.9f, 0.2f },
	};
	float d[LOSS_GROUPS][LOSS_CLASSES], ignored[LOSS_GROUPS][LOSS_CLASSES];
	uint32_t best;

	loss_at(loss, z, d, &best);
	for (uint32_t g = 0; g < loss->trained; g++)
		for (int c = 0; c < LOSS_CLASSES; c++) {
			float keep = z[g][c], up, down, slope;

			z[g][c] = keep + 0.01f;
			up = loss_at(loss, z, ignored, &best);
			z[g][c] = keep - 0.01f;
			down = loss_at(loss, z, ignored, &best);
			z[g][c] = keep;
			slope = (up - down) / 0.02f * level_groups;
			cr_assert_float_eq(d[g][c], slope, 1e-3, "%s: group %u class %d: %g, slope %g",
					   what, g, c, d[g][c], slope);
		}
}

Test(train, gradient_of_the_loss)
{
	struct loss loss = {
		.classes = LOSS_CLASSES, .frozen = 2, .trained = 1, .level_weight = { 1 },
		.temperature = 3,
	};

	check_loss(&loss, 3, "cross entropy");
	loss.smoothing = 0.1f;
	check_loss(&loss, 3, "smoothed labels");
	loss.teacher_weight = 0.6f;
	check_loss(&loss, 3, "teacher");
	loss.teacher_weight = 1;
	check_loss(&loss, 3, "only the teacher");
	loss.own = 1;
	check_loss(&loss, 1, "own loss");
	loss = (struct loss) {
		.classes = LOSS_CLASSES, .trained = 3, .level_weight = { 0, 0, 1 },
		.temperature = 1,
	};
	check_loss(&loss, 3, "highest level of three");
	loss.level_weight[1] = 1;
	loss.level_weight[2] = 0;
	check_loss(&loss, 2, "middle level of three");
}

Test(train, loss_adds_up_levels)
{
	float z[LOSS_GROUPS][LOSS_CLASSES] = { { 1, 2, 3, 4 }, { 0, 1, 0, 1 }, { 9, 1, 1, 1 } };
	float d[LOSS_GROUPS][LOSS_CLASSES], sum = 0, all;
	struct loss loss = { .classes = LOSS_CLASSES, .trained = 3, .temperature = 1 };
	uint32_t best;

	for (int k = 0; k < 3; k++) {
		memset(loss.level_weight, 0, sizeof(loss.level_weight));
		loss.level_weight[k] = 0.25f;
		sum += loss_at(&loss, z, d, &best);
		/* Groups above the level have nothing to do with it. */
		for (int g = k + 1; g < 3; g++)
			cr_assert_float_eq(d[g][0], 0, 1e-9);
	}
	for (int k = 0; k < 3; k++)
		loss.level_weight[k] = 0.25f;
	all = loss_at(&loss, z, d, &best);
	cr_assert_float_eq(all, sum, 1e-5);
	cr_assert_eq(best, 0);
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
	float *plain = malloc(COLOURS * PLANE * sizeof(float));
	float *out = malloc(COLOURS * PLANE * sizeof(float));
	int moved = 0, mirrored = 0, told = 0;

	cr_assert(plain && out);
	image_load(&n, &data, 0, plain);
	cr_assert_float_eq(plain[5], pixels[5] / 255.0, 1e-6);
	image_augment(&n, &data, 0, 0, 0, 1, out);
	cr_assert_eq(memcmp(plain, out, COLOURS * PLANE * sizeof(float)), 0);
	for (uint64_t seed = 0; seed < 64; seed++) {
		int matches = 0;

		bool flipped = image_augment(&n, &data, 0, 2, 1, seed, out);

		told += flipped;
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
			cr_assert(!same || flip == flipped, "seed %d", (int)seed);
		}
		cr_assert_eq(matches, 1, "seed %d", (int)seed);
	}
	cr_assert(moved > 50 && moved < 64);
	cr_assert(mirrored > 16 && mirrored < 48);
	cr_assert_eq(mirrored, told);
	free(plain);
	free(out);
}

Test(train, normalisation)
{
	struct normalisation n;
	uint8_t flat[2 * PLANE], label[2] = { 0 };
	struct dataset ds = {
		.images = 2, .channels = 1, .height = SIDE, .width = SIDE, .pixels = flat,
		.labels = label,
	};

	memset(flat, 51, PLANE);
	memset(flat + PLANE, 153, PLANE);
	normalisation_measure(&n, &ds, 2);
	cr_assert_float_eq(n.mean[0], 0.4, 1e-6);
	cr_assert_float_eq(n.std[0], 0.2, 1e-6);
	normalisation_measure(&n, &ds, 1);	/* one colour: no division by zero */
	cr_assert_gt(n.std[0], 0);
}

/* ---- training --------------------------------------------------------- */

struct record {
	double first, last;
	int stages_seen;
};

static void observe(void *ctx, const struct train_progress *p)
{
	struct record *r = ctx;

	cr_assert_geq(p->left, 0);
	if (!p->epoch_done)
		return;
	if (p->epoch == 1)
		r->first = p->loss;
	r->last = p->loss;
	r->stages_seen = p->stage;
}

static int same_group(const struct trainer *a, const struct trainer *b, int g)
{
	size_t params = a->layout[g].params * sizeof(float);

	return !memcmp(a->params[g].values, b->params[g].values, params) &&
	       !memcmp(a->params[g].stats, b->params[g].stats, a->layout[g].stats * sizeof(float)) &&
	       !memcmp(a->folded[g], b->folded[g], params);
}

/* A copy of all groups, to be compared by same_group(). */
static void copy_groups(const struct trainer *t, struct trainer *copy)
{
	*copy = *t;
	memset(&copy->stage, 0, sizeof(copy->stage));
	for (int g = 0; g < t->trained; g++) {
		size_t params = t->layout[g].params * sizeof(float);

		cr_assert_eq(group_params_init(&copy->params[g], &t->layout[g], 0), 0);
		copy->folded[g] = malloc(params);
		cr_assert(copy->folded[g]);
		memcpy(copy->params[g].values, t->params[g].values, params);
		memcpy(copy->params[g].stats, t->params[g].stats,
		       t->layout[g].stats * sizeof(float));
		memcpy(copy->folded[g], t->folded[g], params);
	}
}

static void check_stages(enum train_mode mode, struct dnnfile_shape shape, int epochs)
{
	struct train_config config = small();
	struct trainer t, before;
	struct record r = { 0 };
	uint32_t correct[3];

	config.mode = mode;
	config.epochs = epochs;
	config.epochs_next = epochs / 2;
	open_trainer_of(&t, &config, shape);
	cr_assert_eq(trainer_stages(&t), 3);
	cr_assert_eq(trainer_next_stage(&t, observe, &r), 0, "%s", t.error);
	cr_assert_lt(r.last, 0.7 * r.first, "loss from %g to %g", r.first, r.last);
	for (int k = 2; k <= 3; k++) {
		copy_groups(&t, &before);
		cr_assert_eq(trainer_next_stage(&t, observe, &r), 0, "%s", t.error);
		cr_assert_eq(r.stages_seen, k);
		cr_assert_eq(t.trained, k);
		for (int g = 0; g < k - 1; g++)
			cr_assert(same_group(&t, &before, g), "stage %d, group %d", k, g + 1);
		trainer_close(&before);
	}
	cr_assert_eq(trainer_next_stage(&t, NULL, NULL), -EALREADY);
	cr_assert_eq(trainer_evaluate(&t, &data, 0, IMAGES, correct, NULL), 0, "%s", t.error);
	for (int k = 0; k < 3; k++)
		cr_assert_gt(correct[k], IMAGES / 2, "level %d: %u of %d", k + 1, correct[k],
			     IMAGES);
	trainer_close(&t);
}

Test(train, loss_falls_and_earlier_groups_stay)
{
	check_stages(TRAIN_INCREMENTAL, narrow(3), 8);
	check_stages(TRAIN_INCREMENTAL, branched(3), 16);
	check_stages(TRAIN_TRIANGULAR, narrow(3), 8);
}

static void check_bfloat16(struct dnnfile_shape shape)
{
	struct train_config config = small();
	struct record f32 = { 0 }, bf16 = { 0 };
	struct trainer t;

	open_trainer_of(&t, &config, shape);
	cr_assert_eq(trainer_next_stage(&t, observe, &f32), 0, "%s", t.error);
	trainer_close(&t);
	config.bf16 = true;
	open_trainer_of(&t, &config, shape);
	cr_assert_eq(trainer_next_stage(&t, observe, &bf16), 0, "%s", t.error);
	trainer_close(&t);
	cr_assert_neq(bf16.first, f32.first);
	cr_assert_float_eq(bf16.first, f32.first, 0.05 * f32.first);
}

Test(train, bfloat16)
{
	if (dnnl_get_effective_cpu_isa() < dnnl_cpu_isa_avx512_core_bf16)
		cr_skip_test("this processor does not know bfloat16");
	check_bfloat16(narrow(2));
	check_bfloat16(branched(2));
}

/* All groups at once; only what the mode asks for is good. */
Test(train, joint_modes)
{
	struct train_config config = small();
	uint32_t correct[2];
	struct trainer t;

	config.epochs = 8;
	config.mode = TRAIN_SLIMMABLE;
	open_trainer(&t, &config, 2);
	cr_assert_eq(trainer_stages(&t), 1);
	train_all(&t);
	cr_assert_eq(t.trained, 2);
	cr_assert_eq(trainer_evaluate(&t, &data, 0, IMAGES, correct, NULL), 0, "%s", t.error);
	cr_assert_gt(correct[0], IMAGES / 2);
	cr_assert_gt(correct[1], IMAGES / 2);
	trainer_close(&t);

	config.mode = TRAIN_STATIC;
	open_trainer(&t, &config, 2);
	train_all(&t);
	cr_assert_eq(trainer_stages_done(&t), trainer_stages(&t));
	cr_assert_eq(trainer_evaluate(&t, &data, 0, IMAGES, correct, NULL), 0, "%s", t.error);
	cr_assert_gt(correct[1], IMAGES / 2);
	trainer_close(&t);
}

Test(train, same_seed_same_weights)
{
	struct train_config config = small();
	struct trainer a, b, other;

	open_trainer(&a, &config, 2);
	open_trainer(&b, &config, 2);
	config.seed = 2;
	open_trainer(&other, &config, 2);
	train_all(&a);
	train_all(&b);
	train_all(&other);
	for (int g = 0; g < 2; g++) {
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
	open_trainer(&a, &config, 2);
	config.rate = 0.02f;
	open_trainer(&b, &config, 2);
	train_all(&a);
	train_all(&b);
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
	uint16_t one[2 * 100], three[2 * 100];
	uint32_t correct_one[2], correct_three[2];
	struct trainer t;

	config.epochs = config.epochs_next = 1;
	open_trainer(&t, &config, 2);
	train_all(&t);
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
	open_trainer(&t, &config, 2);
	cr_assert_eq(trainer_next_stage(&t, NULL, NULL), -ERANGE);
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
	BAD(mode, 4, "mode is 4: must be 0..3");
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
	BAD(smoothing, 1, "label-smoothing is 1");
	BAD(teacher_weight, 2, "teacher-weight is 2");
	BAD(temperature, 0.5f, "temperature is 0.5: must be 1..100");
	BAD(shift, 17, "shift is 17: must be 0..16");
	BAD(images, IMAGES + 1, "images is 321: must be 1..320");
	BAD(images, 16, "batch is 32: must be 4..16");
	BAD(holdout, IMAGES - 1, "holdout is 319: must be 0..288");
#undef BAD
}

Test(train, network_that_does_not_fit_itself)
{
	struct dnnfile_shape shape = narrow(2);
	struct train_config config = small();
	struct trainer t;

	shape.layer[2].kernel = 40;
	cr_assert_eq(trainer_open(&t, &config, &shape, &data), -EINVAL);
	cr_assert(strstr(t.error, "layer 3"), "%s", t.error);
	trainer_close(&t);
}

Test(train, branches_are_not_for_triangular_wiring)
{
	struct dnnfile_shape shape = branched(2);
	struct train_config config = small();
	struct trainer t;

	config.mode = TRAIN_TRIANGULAR;
	cr_assert_eq(trainer_open(&t, &config, &shape, &data), -EINVAL);
	cr_assert(strstr(t.error, "layer 1: kind is 5"), "%s", t.error);
	trainer_close(&t);
}

/* ---- checkpoint ------------------------------------------------------- */

/* What kill -9 leaves behind: a checkpoint of the given number of epochs in all. */
struct cut {
	int left;
};

static int keep_then_stop(struct trainer *t, void *ctx)
{
	struct cut *cut = ctx;

	cr_assert_eq(checkpoint_save(t, in_dir("ckpt")), 0, "%s", t->error);
	return --cut->left ? 0 : -ECANCELED;
}

static void check_resume(enum train_mode mode, int epochs)
{
	struct train_config config = small();
	struct trainer whole, first, second;
	struct cut cut = { .left = epochs };
	char other[TRAIN_CONFIG_LEN];
	int ret = 0;

	config.mode = mode;
	open_trainer(&whole, &config, 2);
	train_all(&whole);

	open_trainer(&first, &config, 2);
	first.keep = keep_then_stop;
	first.keep_ctx = &cut;
	while (!ret)
		ret = trainer_next_stage(&first, NULL, NULL);
	cr_assert_eq(ret, -ECANCELED, "%s", first.error);
	trainer_close(&first);

	open_trainer(&second, &config, 2);
	cr_assert_eq(checkpoint_load(&second, in_dir("ckpt"), other), 0, "%s", second.error);
	cr_assert_str_eq(other, "");
	train_all(&second);
	cr_assert(same_group(&whole, &second, 0), "after %d epochs", epochs);
	cr_assert(same_group(&whole, &second, 1), "after %d epochs", epochs);
	trainer_close(&whole);
	trainer_close(&second);
}

Test(train, checkpoint_goes_on_as_if_uninterrupted)
{
	for (int epochs = 1; epochs <= 5; epochs++)
		check_resume(TRAIN_INCREMENTAL, epochs);
	check_resume(TRAIN_TRIANGULAR, 4);
	check_resume(TRAIN_STATIC, 2);
	check_resume(TRAIN_SLIMMABLE, 1);
}

Test(train, checkpoint_tells_other_options)
{
	struct train_config config = small();
	char other[TRAIN_CONFIG_LEN];
	struct trainer t;

	config.epochs = 1;
	open_trainer(&t, &config, 2);
	train_stage(&t);
	cr_assert_eq(checkpoint_save(&t, in_dir("ckpt")), 0);
	trainer_close(&t);
	config.epochs_next = 2;
	open_trainer(&t, &config, 2);
	cr_assert_eq(checkpoint_load(&t, in_dir("ckpt"), other), 0, "%s", t.error);
	cr_assert(strstr(other, "--epochs-next 3"), "%s", other);
	trainer_close(&t);
}

/* As on a full disk: the write fails half way. */
Test(train, failed_checkpoint_leaves_the_old_one)
{
	struct rlimit limit = { .rlim_cur = 8192, .rlim_max = RLIM_INFINITY };
	struct train_config config = small();
	char other[TRAIN_CONFIG_LEN];
	struct trainer t, again;

	config.epochs = config.epochs_next = 1;
	open_trainer(&t, &config, 2);
	train_stage(&t);
	cr_assert_eq(checkpoint_save(&t, in_dir("ckpt")), 0);
	train_stage(&t);
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_assert_eq(checkpoint_save(&t, in_dir("ckpt")), -EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_assert(strstr(t.error, "ckpt: File too large"), "%s", t.error);
	cr_assert_neq(access(in_dir("ckpt.tmp"), F_OK), 0);

	open_trainer(&again, &config, 2);
	cr_assert_eq(checkpoint_load(&again, in_dir("ckpt"), other), 0, "%s", again.error);
	cr_assert_eq(again.trained, 1);
	cr_assert(same_group(&t, &again, 0));
	trainer_close(&t);
	trainer_close(&again);
}

static void damaged(const struct train_config *config, uint32_t groups, const char *bytes,
		    size_t len, int code)
{
	char other[TRAIN_CONFIG_LEN];
	struct trainer t;
	FILE *f = fopen(in_dir("bad"), "wb");

	cr_assert(f);
	cr_assert_eq(fwrite(bytes, 1, len, f), len);
	fclose(f);
	open_trainer(&t, config, groups);
	cr_assert_eq(checkpoint_load(&t, in_dir("bad"), other), code, "%s", t.error);
	cr_assert_eq(t.trained, 0);
	trainer_close(&t);
}

Test(train, broken_checkpoints)
{
	struct train_config config = small(), wrong = small();
	struct cut cut = { .left = 1 };
	char other[TRAIN_CONFIG_LEN];
	struct trainer t;
	char *bytes;
	long len;
	FILE *f;

	open_trainer(&t, &config, 2);
	cr_assert_eq(checkpoint_load(&t, in_dir("none"), other), -ENOENT);
	cr_assert_eq(checkpoint_save(&t, in_dir("no/such/folder")), -ENOENT);
	t.keep = keep_then_stop;
	t.keep_ctx = &cut;
	cr_assert_eq(trainer_next_stage(&t, NULL, NULL), -ECANCELED);
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

	damaged(&config, 2, bytes, 0, -EBADMSG);
	damaged(&config, 2, bytes, 20, -EBADMSG);
	damaged(&config, 2, bytes, len - 1, -EBADMSG);
	bytes[len] = 0;
	damaged(&config, 2, bytes, len + 1, -EBADMSG);
	bytes[len / 2] ^= 4;
	damaged(&config, 2, bytes, len, -EBADMSG);
	bytes[len / 2] ^= 4;
	bytes[0] ^= 1;
	damaged(&config, 2, bytes, len, -EBADMSG);
	bytes[0] ^= 1;
	damaged(&config, 4, bytes, len, -EINVAL);
	wrong.mode = TRAIN_TRIANGULAR;
	damaged(&wrong, 2, bytes, len, -EINVAL);
	free(bytes);
}

/* ---- export ----------------------------------------------------------- */

/* The engine must give the trainer's answer; a near tie may fall either way. */
static void check_engine(enum train_mode mode, struct dnnfile_shape shape)
{
	struct train_config config = small();
	struct export_info info = { .name = "tiny", .accuracy_ppm = { 500000, 750000 } };
	uint16_t predictions[2 * IMAGES];
	struct dyndnn_session *session;
	struct dyndnn_model *model;
	struct dyndnn_error err;
	uint32_t correct[2];
	struct trainer t;
	int differ = 0;

	config.mode = mode;
	open_trainer_of(&t, &config, shape);
	cr_assert_eq(export_model(&t, in_dir("x.dnn"), &info), -EINVAL, "no group is trained");
	train_all(&t);
	cr_assert_eq(export_model(&t, in_dir("x.dnn"), &info), 0, "%s", t.error);
	cr_assert_eq(export_model(&t, in_dir("no/such/x.dnn"), &info), -ENOENT);
	cr_assert_eq(trainer_evaluate(&t, &data, 0, IMAGES, correct, predictions), 0);

	cr_assert_eq(dyndnn_model_open(in_dir("x.dnn"), &model, &err), 0, "%s", err.text);
	cr_assert_str_eq(dyndnn_model_info(model)->name, "tiny");
	cr_assert_eq(dyndnn_model_info(model)->accuracy_ppm[1], 750000);
	cr_assert_eq(dyndnn_session_open(model, NULL, &session, &err), 0, "%s", err.text);
	for (int i = 0; i < IMAGES; i++) {
		cr_assert_eq(dyndnn_set_input_u8(session, dataset_image(&data, i),
						 COLOURS * PLANE, DYNDNN_CHW), 0);
		for (int level = 1; level <= 2; level++) {
			float logits[CLASSES];

			cr_assert_eq(dyndnn_run(session, level, logits), 0);
			differ += dyndnn_top1(logits, CLASSES) !=
				  predictions[(level - 1) * IMAGES + i];
		}
	}
	cr_assert_leq(differ, 2, "mode %d: %d of %d predictions differ", mode, differ, 2 * IMAGES);
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	trainer_close(&t);
}

Test(train, engine_agrees_with_trainer)
{
	for (enum train_mode mode = TRAIN_INCREMENTAL; mode <= TRAIN_SLIMMABLE; mode++)
		check_engine(mode, narrow(2));
	check_engine(TRAIN_INCREMENTAL, branched(2));
}

/* ---- teacher ---------------------------------------------------------- */

static int ask_one(struct trainer *t, const char *path, float **answers)
{
	return teacher_ask(t, &path, 1, NULL, NULL, answers);
}

static void make_teacher(const char *path, uint64_t seed)
{
	struct train_config config = small();
	struct export_info info = { .name = "teacher" };
	struct trainer t;

	config.epochs = 8;
	config.seed = seed;
	open_trainer(&t, &config, 1);
	train_all(&t);
	cr_assert_eq(export_model(&t, path, &info), 0, "%s", t.error);
	trainer_close(&t);
}

Test(train, teacher_answers)
{
	struct train_config config = small();
	uint32_t hits = 0, differ = 0;
	struct trainer t;
	float *answers;

	make_teacher(in_dir("teacher.dnn"), 1);
	open_trainer(&t, &config, 2);
	cr_assert_eq(ask_one(&t, in_dir("teacher.dnn"), &answers), 0, "%s",
		     t.error);
	cr_assert_null(teacher_answer(NULL, CLASSES, 0, false));
	for (uint32_t i = 0; i < IMAGES; i++) {
		const float *plain = teacher_answer(answers, CLASSES, i, false);
		const float *mirrored = teacher_answer(answers, CLASSES, i, true);
		float sum = 0;

		for (int c = 0; c < CLASSES; c++)
			sum += mirrored[c];
		cr_assert_float_eq(sum, 1, 1e-4);
		hits += dyndnn_top1(plain, CLASSES) == labels[i];
		differ += !!memcmp(plain, mirrored, CLASSES * sizeof(float));
	}
	cr_assert_gt(hits, IMAGES / 2);
	cr_assert_gt(differ, IMAGES / 2);
	trainer_close(&t);
	free(answers);
}

/* Several teachers give the mean of their answers, and all of them must fit. */
Test(train, teachers_answer_together)
{
	char first[512], second[512];
	struct train_config config = small();
	const char *both[] = { first, second };
	float *one, *other, *mean;
	struct trainer t;

	snprintf(first, sizeof(first), "%s", in_dir("teacher.dnn"));
	snprintf(second, sizeof(second), "%s", in_dir("second.dnn"));
	make_teacher(first, 1);
	make_teacher(second, 2);
	open_trainer(&t, &config, 2);
	cr_assert_eq(ask_one(&t, first, &one), 0, "%s", t.error);
	cr_assert_eq(ask_one(&t, second, &other), 0, "%s", t.error);
	cr_assert_eq(teacher_ask(&t, both, 2, NULL, NULL, &mean), 0, "%s", t.error);
	cr_assert(memcmp(one, other, CLASSES * sizeof(float)));
	for (uint32_t i = 0; i < IMAGES * 2 * CLASSES; i++)
		cr_assert_float_eq(mean[i], (one[i] + other[i]) / 2, 1e-6);
	free(mean);
	both[1] = in_dir("none.dnn");
	cr_assert_eq(teacher_ask(&t, both, 2, NULL, NULL, &mean), -ENOENT);
	cr_assert_null(mean);
	cr_assert(strstr(t.error, "none.dnn"), "%s", t.error);
	trainer_close(&t);
	free(one);
	free(other);
}

/* Whose labels say nothing learns from the teacher alone. */
Test(train, teacher_teaches)
{
	struct train_config config = small();
	uint8_t truth[IMAGES];
	uint32_t correct[1];
	struct trainer t;
	float *answers;

	make_teacher(in_dir("teacher.dnn"), 1);
	memcpy(truth, labels, sizeof(truth));
	memset(labels, 0, sizeof(labels));
	config.epochs = 8;
	config.teacher_weight = 1;
	open_trainer(&t, &config, 1);
	cr_assert_eq(ask_one(&t, in_dir("teacher.dnn"), &answers), 0, "%s",
		     t.error);
	t.teacher = answers;
	train_all(&t);
	memcpy(labels, truth, sizeof(truth));
	cr_assert_eq(trainer_evaluate(&t, &data, 0, IMAGES, correct, NULL), 0, "%s", t.error);
	cr_assert_gt(correct[0], IMAGES / 2, "%u of %d", correct[0], IMAGES);
	trainer_close(&t);
	free(answers);
}

Test(train, teacher_that_does_not_fit)
{
	struct train_config config = small();
	struct dnnfile_shape other;
	struct trainer t;
	float *answers;

	make_teacher(in_dir("teacher.dnn"), 1);
	dnnfile_shape_init(&other, 1, CLASSES + 1, COLOURS, SIDE, SIDE);
	dnnfile_add_conv(&other, 4, 3, 1, 1, true);
	dnnfile_add_classifier(&other);
	cr_assert_eq(trainer_open(&t, &config, &other, &data), 0, "%s", t.error);
	cr_assert_eq(ask_one(&t, in_dir("teacher.dnn"), &answers), -EINVAL);
	cr_assert(strstr(t.error, "of 10 classes, must be 3 x 32x32 of 11"), "%s", t.error);
	cr_assert_eq(ask_one(&t, in_dir("none.dnn"), &answers), -ENOENT);
	trainer_close(&t);
}
