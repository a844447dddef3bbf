// SPDX-License-Identifier: MIT
/*
 * onnxruntime, found at run time: nothing of the product links it. One session for each level,
 * because one network is one file there.
 */
#include "engine.h"

#if __has_include(<onnxruntime_c_api.h>)
#include <dlfcn.h>
#include <errno.h>
#include <onnxruntime_c_api.h>
#include <stdio.h>
#include <stdlib.h>

#include "gather.h"
#include "onnx_net.h"

struct level {
	OrtSession *session;
	OrtIoBinding *binding;
};

struct peer {
	const OrtApi *api;
	void *library;
	unsigned int classes;
	unsigned int levels;
	float *image;
	float *logits;
	OrtEnv *env;
	OrtMemoryInfo *memory;
	OrtValue *input;
	OrtValue *output;
	struct level level[DNNFILE_MAX_GROUPS];
	char note[64];
};

/* True when all is well; else the reason is in why. */
static bool ok(const struct peer *p, OrtStatus *status, char *why)
{
	if (!status)
		return true;
	speed_cannot(why, "%s", p->api->GetErrorMessage(status));
	p->api->ReleaseStatus(status);
	return false;
}

static bool load(struct peer *p, const char *path, char *why)
{
	const OrtApiBase *(*get_base)(void);
	const OrtApiBase *base;

	p->library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	if (!p->library)
		return speed_cannot(why, "%s", path ? dlerror() : "no library was given");
	*(void **)&get_base = dlsym(p->library, "OrtGetApiBase");
	if (!get_base)
		return speed_cannot(why, "%s", dlerror());
	base = get_base();
	p->api = base->GetApi(ORT_API_VERSION);
	if (!p->api)
		return speed_cannot(why, "version %s is older than API %d",
				    base->GetVersionString(), ORT_API_VERSION);
	snprintf(p->note, sizeof(p->note), "version %s", base->GetVersionString());
	return true;
}

static bool set_options(struct peer *p, OrtSessionOptions *options, unsigned int threads, bool spin,
			char *why)
{
	const OrtApi *api = p->api;

	return ok(p, api->SetIntraOpNumThreads(options, threads), why) &&
	       ok(p, api->SetInterOpNumThreads(options, 1), why) &&
	       ok(p, api->SetSessionExecutionMode(options, ORT_SEQUENTIAL), why) &&
	       ok(p, api->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL), why) &&
	       (spin || ok(p, api->AddSessionConfigEntry(options, "session.intra_op.allow_spinning",
							 "0"), why));
}

static bool open_values(struct peer *p, const struct speed_job *job, char *why)
{
	const struct dnnfile_shape *shape = &job->model->shape;
	const int64_t image[] = { 1, shape->image_c, shape->image_h, shape->image_w };
	const int64_t logits[] = { 1, shape->classes };
	size_t image_bytes = sizeof(float) * shape->image_c * shape->image_h * shape->image_w;

	p->classes = shape->classes;
	p->image = speed_planar_image(job->model, job->image);
	p->logits = calloc(p->classes, sizeof(*p->logits));
	if (!p->image || !p->logits)
		return speed_cannot(why, "no memory");
	return ok(p, p->api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "speed", &p->env), why) &&
	       ok(p, p->api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault,
						 &p->memory), why) &&
	       ok(p, p->api->CreateTensorWithDataAsOrtValue(p->memory, p->image, image_bytes,
				image, 4, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &p->input), why) &&
	       ok(p, p->api->CreateTensorWithDataAsOrtValue(p->memory, p->logits,
				p->classes * sizeof(float), logits, 2,
				ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &p->output), why);
}

static bool open_level(struct peer *p, const struct speed_job *job,
		       const OrtSessionOptions *options, unsigned int level, char *why)
{
	struct level *l = &p->level[level - 1];
	const OrtApi *api = p->api;
	size_t bytes;
	uint8_t *net = speed_onnx_net(job->model, level, &bytes, why);
	bool done;

	if (!net)
		return false;
	done = ok(p, api->CreateSessionFromArray(p->env, net, bytes, options, &l->session), why);
	free(net);
	return done && ok(p, api->CreateIoBinding(l->session, &l->binding), why) &&
	       ok(p, api->BindInput(l->binding, SPEED_ONNX_INPUT, p->input), why) &&
	       ok(p, api->BindOutput(l->binding, SPEED_ONNX_OUTPUT, p->output), why);
}

static bool open_levels(struct peer *p, const struct speed_job *job, bool spin, char *why)
{
	OrtSessionOptions *options = NULL;
	bool done;

	done = ok(p, p->api->CreateSessionOptions(&options), why) &&
	       set_options(p, options, job->threads, spin, why);
	p->levels = job->model->shape.groups;
	for (unsigned int k = 1; done && k <= p->levels; k++)
		done = open_level(p, job, options, k, why);
	p->api->ReleaseSessionOptions(options);
	return done;
}

static void close_peer(void *state)
{
	struct peer *p = state;

	for (unsigned int k = 0; k < p->levels; k++) {
		p->api->ReleaseIoBinding(p->level[k].binding);
		p->api->ReleaseSession(p->level[k].session);
	}
	if (p->api) {
		p->api->ReleaseValue(p->output);
		p->api->ReleaseValue(p->input);
		p->api->ReleaseMemoryInfo(p->memory);
		p->api->ReleaseEnv(p->env);
	}
	if (p->library)
		dlclose(p->library);
	free(p->logits);
	free(p->image);
	free(p);
}

static void *open_peer(const struct speed_job *job, bool spin, char *why)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (!p)
		return speed_cannot(why, "no memory");
	if (load(p, job->library, why) && open_values(p, job, why) &&
	    open_levels(p, job, spin, why))
		return p;
	close_peer(p);
	return NULL;
}

static void *open_spinning(const struct speed_job *job, char *why)
{
	return open_peer(job, true, why);
}

static void *open_nospin(const struct speed_job *job, char *why)
{
	return open_peer(job, false, why);
}

static int run_peer(void *state, unsigned int level, float *logits)
{
	struct peer *p = state;
	const struct level *l = &p->level[level - 1];
	OrtStatus *status = p->api->RunWithBinding(l->session, NULL, l->binding);

	if (status) {
		p->api->ReleaseStatus(status);
		return -EIO;
	}
	for (unsigned int i = 0; i < p->classes; i++)
		logits[i] = p->logits[i];
	return 0;
}

static const char *note_of(const void *state)
{
	return ((const struct peer *)state)->note;
}
#else
static void *open_spinning(const struct speed_job *job, char *why)
{
	(void)job;
	return speed_cannot(why, "this program was built without its header");
}

#define open_nospin	open_spinning
#define run_peer	NULL
#define note_of		NULL
#define close_peer	NULL
#endif

const struct speed_engine speed_onnxruntime = {
	.name = "onnxruntime", .open = open_spinning, .run = run_peer, .note = note_of,
	.close = close_peer,
};

/* With one thread there is nobody to spin. */
const struct speed_engine speed_onnxruntime_nospin = {
	.name = "onnxruntime-nospin", .min_threads = 2, .open = open_nospin, .run = run_peer,
	.note = note_of, .close = close_peer,
};
