/* SPDX-License-Identifier: MIT */
/*
 * libdyndnn: run the first k channel groups of a dynamic network.
 *
 * A model file (.dnn) holds G groups, trained one after the other. Level k runs
 * groups 1..k and sums their logits (times a scale of the level, so that many
 * groups are not surer of themselves than they should be). So each level is a
 * complete network, and the logits of level k are, bit for bit, those of a model
 * that only has k groups.
 *
 * The network and its training: Xun, Tran-Thanh, Al-Hashimi, Merrett, "Incremental Training
 * and Group Convolution Pruning for Runtime DNN Performance Scaling on Heterogeneous Embedded
 * Platforms", MLCAD 2019, arXiv 2105.03600.
 *
 * A model is the read-only file, a session is what one thread needs to run it.
 *
 *	struct dyndnn_error err;
 *	struct dyndnn_model *model;
 *	struct dyndnn_session *session;
 *	float logits[10];
 *
 *	if (dyndnn_model_open("cifar10.dnn", &model, &err))
 *		... err.text says why ...
 *	if (dyndnn_session_open(model, NULL, &session, &err))
 *		...
 *	dyndnn_set_input_u8(session, pixels, 32 * 32 * 3, DYNDNN_HWC);
 *	dyndnn_run(session, 2, logits);
 *	best = dyndnn_top1(logits, 10);
 *
 * Times are CLOCK_MONOTONIC nanoseconds, levels count from 1, classes from 0. Logits are
 * one float a class, not yet through a softmax.
 *
 * Threads: different sessions, also of one model, may be used at the same time; one session
 * by one thread at a time, not always the same one. A model may be shared freely.
 *
 * Errors: every call that can fail returns 0 or a negative errno. The library
 * never prints, never exits and keeps no state of its own between calls; the
 * compute library underneath (XNNPACK) keeps its per-process table of kernels.
 */
#ifndef DYNDNN_H
#define DYNDNN_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Largest number of groups, hence of levels, that a model can have. */
#define DYNDNN_MAX_LEVELS	16

/** Bytes of an error text with its NUL. */
#define DYNDNN_ERROR_BYTES	256

/**
 * struct dyndnn_error - why a call failed
 * @code: the negative errno that the call returned
 * @text: one line that names the wrong field and its allowed range; it does not
 *	repeat the path of a file
 *
 * Filled in only when a call fails. Wherever a call takes one, NULL will do.
 */
struct dyndnn_error {
	int code;
	char text[DYNDNN_ERROR_BYTES];
};

struct dyndnn_model;
struct dyndnn_session;

/**
 * struct dyndnn_info - what a model is
 * @name: as the trainer named it; may be ""; owned by the model
 * @levels: number of groups G; levels are 1..levels
 * @classes: number of logits
 * @channels: of the input image
 * @height: of the input image, in pixels
 * @width: of the input image, in pixels
 * @file_bytes: size of the file
 * @macs: multiply-accumulates of one frame at level k, at [k - 1]: of every convolution
 *	and the classifier, outputs times the weights that each of them reads; pools,
 *	residuals and biases are not counted
 * @weights_bytes: of all tensors that level k reads, at [k - 1]
 * @accuracy_ppm: top-1 accuracy that the trainer measured at level k, in parts
 *	per million, at [k - 1]; 0 means unknown
 * @quantised: weights and activations are 8-bit integers, otherwise 32-bit floats; images
 *	and logits are given and returned alike
 * @reads_earlier_groups: the wiring of the groups. False, separate: no group
 *	reads another one's channels, all groups cost the same. True, triangular:
 *	from the second layer on group g also reads the channels of groups
 *	1..g - 1, so that later groups have more weights and take longer. Levels
 *	mean the same in both.
 *
 * Enough to plan with once a level has been timed: the time of level k goes with @macs, and
 * libdnnhint's table of costs (struct dnnhint_cost) takes such cycles and @accuracy_ppm, in
 * which 0 means unknown, too. libdyndnn_runtime does so by itself.
 */
struct dyndnn_info {
	const char *name;
	unsigned int levels;
	unsigned int classes;
	unsigned int channels;
	unsigned int height;
	unsigned int width;
	uint64_t file_bytes;
	uint64_t macs[DYNDNN_MAX_LEVELS];
	uint64_t weights_bytes[DYNDNN_MAX_LEVELS];
	uint32_t accuracy_ppm[DYNDNN_MAX_LEVELS];
	bool quantised;
	bool reads_earlier_groups;
};

/**
 * dyndnn_model_open() - map a model file and verify all of it
 * @path: the .dnn file
 * @model: the new model, to be released with dyndnn_model_close()
 * @err: reason of a failure, or NULL
 *
 * The file is mapped read-only. It must not be changed in place while it is
 * open; replacing it by rename is safe.
 *
 * Return: 0; -EINVAL if this is no model file or a field is out of range;
 * -EPROTONOSUPPORT for a format version that this library does not know;
 * -EBADMSG if the file is truncated or damaged; -ENOMEM; or the negative errno
 * of the system call that failed.
 */
int dyndnn_model_open(const char *path, struct dyndnn_model **model, struct dyndnn_error *err);

/**
 * dyndnn_model_open_memory() - the same for a model that is in memory
 * @data: the bytes of a .dnn file, aligned to 64 bytes; they stay the caller's
 *	and must not change or go away before the model does
 * @bytes: their number
 * @model: the new model, to be released with dyndnn_model_close()
 * @err: reason of a failure, or NULL
 *
 * Return: as dyndnn_model_open().
 */
int dyndnn_model_open_memory(const void *data, size_t bytes, struct dyndnn_model **model,
			     struct dyndnn_error *err);

/**
 * dyndnn_model_close() - drop the caller's reference
 * @model: the model, or NULL
 *
 * Sessions hold references of their own: a model may be closed as soon as its
 * sessions are open, and goes away with the last of them.
 */
void dyndnn_model_close(struct dyndnn_model *model);

/**
 * dyndnn_model_info() - what the model is
 * @model: the model
 *
 * Return: its description, valid until the model goes away.
 */
const struct dyndnn_info *dyndnn_model_info(const struct dyndnn_model *model);

/**
 * dyndnn_model_class_name() - the name of a class
 * @model: the model
 * @class_index: from 0
 *
 * Return: the name, valid until the model goes away; NULL if the file names no
 * classes or @class_index is not below the number of classes.
 */
const char *dyndnn_model_class_name(const struct dyndnn_model *model, unsigned int class_index);

/** enum dyndnn_compute - the library that runs the layers */
enum dyndnn_compute {
	/**
	 * oneDNN for models of 8-bit integers and those with depthwise convolutions, on x86-64
	 * where it is installed; else XNNPACK
	 */
	DYNDNN_COMPUTE_AUTO,
	/** XNNPACK: everywhere, small, allocates nothing while frames run */
	DYNDNN_COMPUTE_XNNPACK,
	/**
	 * oneDNN, loaded when the session opens, for convolutions. It makes its kernels then,
	 * which takes some 10 ms, and its calls take short-lived blocks from malloc()
	 */
	DYNDNN_COMPUTE_ONEDNN,
};

/**
 * struct dyndnn_session_options - how to run; all-zero means the defaults
 * @threads: threads that share the work, the calling one among them, 0..64; 0 and 1 mean
 *	the calling thread alone, which has the most predictable latency
 * @max_level: highest level that the session will run, 0..G, 0 means G; groups
 *	above it are neither read nor packed, and take no memory
 * @schedule_file: with more than one thread, whether levels run a group per thread or
 *	share layers is found by measuring both, after a pause and without one, two hundred
 *	frames of each level or, if they take long, less than a hundred, when the session
 *	is opened. A file at this path keeps what was found for the next time; it is
 *	made if it is not there, and the session does without if it cannot be used.
 *	NULL: no file
 * @compute: which library runs the layers; logits of two of them differ by roundings
 * @small_memory: on x86-64, 3 x 3 convolutions of f32 are slower, but their weights are kept
 *	as large as in the file, not two to four times as large; logits differ by roundings
 */
struct dyndnn_session_options {
	unsigned int threads;
	unsigned int max_level;
	const char *schedule_file;
	enum dyndnn_compute compute;
	bool small_memory;
};

/**
 * dyndnn_session_open() - make everything that running needs
 * @model: the model; the session takes a reference
 * @options: see there; NULL means the defaults
 * @session: the new session, to be released with dyndnn_session_close()
 * @err: reason of a failure, or NULL
 *
 * Packs the weights of groups 1..max_level and allocates all scratch memory, so
 * that nothing is packed, allocated or freed afterwards (but for what oneDNN does within a
 * call), also not when the level changes. Packed weights belong to the session: besides its
 * scratch memory it takes about weights_bytes[max_level - 1] with small_memory, up to twice as
 * much without, whatever levels then run. Pages of the file are not kept in memory.
 *
 * Return: 0; -ERANGE if an option is out of range; -ENOMEM; -ENOTSUP if the
 * compute library is not there, or does not take this processor or model; -EIO if it
 * fails in another way.
 */
int dyndnn_session_open(struct dyndnn_model *model, const struct dyndnn_session_options *options,
			struct dyndnn_session **session, struct dyndnn_error *err);

/**
 * dyndnn_session_close() - release a session
 * @session: the session, or NULL
 */
void dyndnn_session_close(struct dyndnn_session *session);

/**
 * dyndnn_session_compute() - the library that runs the layers
 * @session: the session
 *
 * Return: its name, "XNNPACK" or "oneDNN".
 */
const char *dyndnn_session_compute(const struct dyndnn_session *session);

/**
 * dyndnn_session_error() - text of the session's last failed call
 * @session: the session
 *
 * Return: one line, "" if no call has failed yet; valid until the next call.
 */
const char *dyndnn_session_error(const struct dyndnn_session *session);

/**
 * dyndnn_session_info() - what the session's model is
 * @session: the session
 *
 * Return: its description, valid until the session goes away.
 */
const struct dyndnn_info *dyndnn_session_info(const struct dyndnn_session *session);

/**
 * dyndnn_session_levels() - the highest level that the session runs
 * @session: the session
 *
 * Return: 1..G.
 */
unsigned int dyndnn_session_levels(const struct dyndnn_session *session);

/**
 * dyndnn_session_set_threads() - how many threads share the work from the next frame on
 * @session: the session
 * @threads: 1..threads that the session was opened with
 *
 * Threads that are not in use sleep.
 *
 * Return: 0; -ERANGE if @threads is out of range.
 */
int dyndnn_session_set_threads(struct dyndnn_session *session, unsigned int threads);

/**
 * dyndnn_session_threads() - how many threads share the work
 * @session: the session
 *
 * Return: 1..64; fewer than asked for if the system would not start as many.
 */
unsigned int dyndnn_session_threads(const struct dyndnn_session *session);

/**
 * dyndnn_session_set_cpus() - where the session's own threads may run
 * @session: the session
 * @cpus: the CPUs
 *
 * Is about all threads but the calling one, whose affinity is its own business.
 *
 * Return: 0; -EINVAL if none of the CPUs is there; or the negative errno of
 * sched_setaffinity(2).
 */
int dyndnn_session_set_cpus(struct dyndnn_session *session, const cpu_set_t *cpus);

/** enum dyndnn_layout - order of the values of an image */
enum dyndnn_layout {
	/** planar, [channel][row][column]: CIFAR-10's and IDX files */
	DYNDNN_CHW,
	/** interleaved, [row][column][channel]: cameras, image libraries */
	DYNDNN_HWC,
};

/**
 * dyndnn_set_input_u8() - give the next frame's image as 8-bit pixels
 * @session: the session
 * @pixels: channels x height x width values in @layout
 * @bytes: their number, which must be the model's
 * @layout: order of the values
 *
 * Normalises by the model's own mean and standard deviation, of each channel:
 * (pixel / 255 - mean) / deviation. The image stays set for any number of runs.
 *
 * Return: 0; -EINVAL if @bytes or @layout is wrong.
 */
int dyndnn_set_input_u8(struct dyndnn_session *session, const uint8_t *pixels, size_t bytes,
			enum dyndnn_layout layout);

/**
 * dyndnn_set_input_f32() - give the next frame's image as normalised values
 * @session: the session
 * @values: channels x height x width values in @layout, as the first layer
 *	shall read them
 * @count: their number, which must be the model's
 * @layout: order of the values
 *
 * Return: 0; -EINVAL if @count or @layout is wrong.
 */
int dyndnn_set_input_f32(struct dyndnn_session *session, const float *values, size_t count,
			 enum dyndnn_layout layout);

/** enum dyndnn_type - type of the values of an image */
enum dyndnn_type {
	/** uint8_t pixels, as for dyndnn_set_input_u8() */
	DYNDNN_U8,
	/** normalised float, as for dyndnn_set_input_f32() */
	DYNDNN_F32,
};

/**
 * struct dyndnn_image - an image in the caller's memory
 * @values: channels x height x width values; only read by the call that is given the image
 * @count: their number
 * @type: of the values
 * @layout: order of the values
 */
struct dyndnn_image {
	const void *values;
	size_t count;
	enum dyndnn_type type;
	enum dyndnn_layout layout;
};

/**
 * dyndnn_set_input() - give the next frame's image
 * @session: the session
 * @image: the image
 *
 * Return: 0; -EINVAL if the count, layout or type is wrong.
 */
int dyndnn_set_input(struct dyndnn_session *session, const struct dyndnn_image *image);

/**
 * dyndnn_run() - run one frame at a level
 * @session: the session
 * @level: 1..max_level
 * @logits: where the model's classes values go
 *
 * Return: 0; -ERANGE if @level is out of range; -ENODATA if no image was set; -EIO if the
 * compute library fails.
 */
int dyndnn_run(struct dyndnn_session *session, unsigned int level, float *logits);

/**
 * dyndnn_run_until() - run one frame, as many groups as fit before a deadline
 * @session: the session
 * @image: the image; NULL: the one that is set
 * @logits: where the model's classes values of the level that was reached go
 * @deadline_ns: CLOCK_MONOTONIC, ns; 0: none
 * @level_done: where the level that was reached goes, 1..max_level; may be NULL
 *
 * Groups run in order; level 1 always completes. A group is not begun, and not gone on
 * with after a layer, when by what it took of late it cannot be complete in time; its
 * work is dropped then, and the answer is that of the best complete level. So the answer
 * is never later than the deadline by more than one layer of one group, unless level 1
 * alone takes longer or another program has the CPU. Only frames with a deadline teach how
 * long layers take: one that has never run in such a frame is expected to take no time.
 *
 * Return: 0, also when not all levels fit; or as dyndnn_set_input() and dyndnn_run().
 */
int dyndnn_run_until(struct dyndnn_session *session, const struct dyndnn_image *image,
		     float *logits, uint64_t deadline_ns, unsigned int *level_done);

/**
 * typedef dyndnn_stop_fn - asked between steps whether to stop here
 * @ctx: as given with it
 * @level_done: groups that are complete
 * @layer: layers that are complete in the next group, from 0: 0 between groups
 *
 * It must not call into the session.
 *
 * Return: other than 0 to stop.
 */
typedef int (*dyndnn_stop_fn)(void *ctx, unsigned int level_done, unsigned int layer);

/**
 * struct dyndnn_limits - what may end a frame; all-zero: nothing before the highest level
 * @level: the highest level to reach, 1..max_level; 0: max_level
 * @min_level: it always completes, 1..@level; 0: 1
 * @deadline_ns: as for dyndnn_run_until()
 * @margin: early exit: enough when the softmax probability of the best class is so much
 *	above that of the second (the best-versus-second-best margin of Joshi, Porikli,
 *	Papanikolopoulos, CVPR 2009), 0..1; 0: never. Looked at after each complete group,
 *	or where threads run groups side by side, after these
 * @stop: asked by the calling thread before each layer of each group after @min_level;
 *	groups run one after the other then; NULL: nobody
 * @ctx: handed to @stop
 */
struct dyndnn_limits {
	unsigned int level;
	unsigned int min_level;
	uint64_t deadline_ns;
	float margin;
	dyndnn_stop_fn stop;
	void *ctx;
};

/**
 * dyndnn_run_limited() - run one frame, stopping early for one of several reasons
 * @session: the session
 * @limits: see there
 * @logits: where the model's classes values of the level that was reached go
 * @level_done: where that level goes, min_level..level; may be NULL
 *
 * Return: 0, also when it stopped early; -ERANGE if a limit is out of range; or as
 * dyndnn_run().
 */
int dyndnn_run_limited(struct dyndnn_session *session, const struct dyndnn_limits *limits,
		       float *logits, unsigned int *level_done);

/**
 * dyndnn_top1() - the best class
 * @logits: at least one value
 * @classes: their number
 *
 * Return: index of the largest value, the lowest such index among equals.
 */
unsigned int dyndnn_top1(const float *logits, unsigned int classes);

/**
 * dyndnn_confidence() - softmax probability of the best class, e^best / sum of e^logit
 * @logits: at least one value
 * @classes: their number
 *
 * Return: 1 / classes .. 1.
 */
float dyndnn_confidence(const float *logits, unsigned int classes);

/**
 * dyndnn_probability() - softmax probability of a class
 * @logits: at least one value
 * @classes: their number
 * @class_index: from 0
 *
 * For the true class of an image this is the normalised confidence of the
 * correct class. Summed in double precision: over all classes it makes 1.
 *
 * Return: 0..1; 0 if @class_index is not below @classes.
 */
double dyndnn_probability(const float *logits, unsigned int classes, unsigned int class_index);

#ifdef __cplusplus
}
#endif

#endif
