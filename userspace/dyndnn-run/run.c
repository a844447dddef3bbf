// SPDX-License-Identifier: MIT
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static void say_unreadable(struct run *run)
{
	progress_clear(&run->progress);
	say("%s", source_error(run->source));
	run->summary.unreadable++;
}

static uint64_t frame_number(const struct run *run)
{
	return run->summary.frames + run->summary.dropped + run->summary.unreadable;
}

/* An image was dropped, which was released as the @before-th before the newest. */
static int count_dropped(struct run *run, uint64_t before)
{
	uint64_t release_ns = run->cadence.next_ns - before * run->cadence.period_ns;

	if (run->plot && plot_add_dropped(run->plot, frame_number(run), release_ns,
					  run->opt->deadline_ns)) {
		say("--plot: no memory");
		return -ENOMEM;
	}
	run->summary.dropped++;
	return 0;
}

/* Return: 0, 1 at the end of the images, or a negative errno. */
static int drop(struct run *run, uint64_t frames)
{
	for (; frames; frames--) {
		int ret = source_skip(run->source);

		if (ret > 0)
			return 1;
		if (ret < 0) {
			say_unreadable(run);
			if (run->opt->strict)
				return ret;
			continue;
		}
		ret = count_dropped(run, frames);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * As long as a newer one waits: @item gives way. What the sender has not sent yet, nobody can have
 * missed, whatever the rate says. Return: 0 or a negative errno.
 */
static int take_newer(struct run *run, struct source_item *item, uint64_t overtaken)
{
	for (; overtaken && source_streams(run->source) && source_ready(run->source); overtaken--) {
		struct source_item newer;
		int ret = source_next(run->source, &newer);

		if (ret > 0 || *run->stop) {
			if (!ret)
				image_free(&newer.image);
			return 0;
		}
		if (ret < 0) {
			say_unreadable(run);
			return run->opt->strict ? ret : 0;
		}
		image_free(&item->image);
		*item = newer;
		ret = count_dropped(run, overtaken);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * The next image, of which @overtaken are too old. Return: as source_next(); after -ECANCELED what
 * is wrong has been said.
 */
static int take(struct run *run, struct source_item *item, uint64_t overtaken)
{
	bool ready = source_ready(run->source);
	int ret;

	if (!source_streams(run->source)) {
		ret = drop(run, overtaken);
		if (ret)
			return ret > 0 ? ret : -ECANCELED;
		overtaken = 0;
	}
	ret = source_next(run->source, item);
	if (ret)
		return ret;
	if (!ready)
		cadence_delay(&run->cadence, cadence_now_ns());
	ret = take_newer(run, item, overtaken);
	if (ret)
		image_free(&item->image);
	return ret ? -ECANCELED : 0;
}

static int fit(const struct run *run, struct source_item *item, uint8_t *pixels)
{
	enum fit_wish wish = run->opt->fit;
	bool pad = wish == FIT_ALWAYS_PAD || (wish == FIT_AUTO && item->in_set);
	int ret;

	ret = fit_image(&item->image, pad ? FIT_PAD : FIT_SCALE, &run->network->size, pixels);
	image_free(&item->image);
	if (ret)
		say("%s: %s", item->file, strerror(-ret));
	return ret;
}

static int classify(struct run *run, const uint8_t *pixels, uint64_t release_ns,
		    struct result *result)
{
	struct network *network = run->network;
	const struct fit_size *size = &network->size;
	size_t bytes = (size_t)size->width * size->height * size->channels;
	int ret;

	ret = dyndnn_set_input_u8(network->session, pixels, bytes, DYNDNN_HWC);
	if (ret) {
		say("%s", dyndnn_session_error(network->session));
		return ret;
	}
	result->frame.release_ns = release_ns;
	ret = dyndnn_client_run(network->client, &result->frame, network->logits);
	if (ret) {
		say("%s", dyndnn_client_error(network->client));
		return ret;
	}
	result_rank(result, network->model, network->logits, run->opt->top);
	return 0;
}

static int record(struct run *run, const struct result *result)
{
	uint64_t now = cadence_now_ns();

	summary_add(&run->summary, result);
	if (run->plot && plot_add(run->plot, result)) {
		say("--plot: no memory");
		return -ENOMEM;
	}
	if (run->out) {
		progress_clear(&run->progress);
		run->opt->format->row(run->out, result);
		/* whoever reads along wants it now */
		if (fflush(run->out) || ferror(run->out)) {
			int code = errno ? -errno : -EIO;

			say("%s: %s", run->opt->output ? run->opt->output : "standard output",
			    strerror(-code));
			return code;
		}
	}
	progress_show(&run->progress, &run->summary,
		      run->opt->frames ? run->opt->frames : source_total(run->source), now);
	return 0;
}

/* One turn: drop what is too old, take the next image and run it. Return: as drop(). */
static int turn(struct run *run, uint8_t *pixels)
{
	struct result result = { .has_deadline = run->opt->deadline_ns };
	struct source_item item;
	uint64_t release_ns;
	int ret;

	ret = take(run, &item, cadence_overtaken(&run->cadence, cadence_now_ns()));
	if (ret > 0 || ret == -ECANCELED)
		return ret;
	if (*run->stop) {
		if (!ret)
			image_free(&item.image);
		return 1;
	}
	if (ret < 0) {
		say_unreadable(run);
		cadence_pass(&run->cadence);
		return run->opt->strict ? ret : 0;
	}
	ret = fit(run, &item, pixels);
	if (ret)
		return ret;
	release_ns = cadence_wait(&run->cadence, run->stop);
	if (!release_ns)
		return 1;
	result.file = item.file;
	result.index = item.index;
	result.numbered = item.numbered;
	result.label = item.label;
	result.number = frame_number(run);
	ret = classify(run, pixels, release_ns, &result);
	return ret ? ret : record(run, &result);
}

int run_images(struct run *run)
{
	const struct fit_size *size = &run->network->size;
	uint8_t *pixels = malloc((size_t)size->width * size->height * size->channels);
	int ret = 0;

	if (!pixels) {
		say("no memory");
		return -ENOMEM;
	}
	run->cadence.period_ns = run->opt->period_ns;
	if (run->out && run->opt->format->header)
		run->opt->format->header(run->out, run->opt->top < run->network->info->classes ?
					 run->opt->top : run->network->info->classes);
	while (!ret && !*run->stop && (!run->opt->frames || run->summary.frames < run->opt->frames))
		ret = turn(run, pixels);
	progress_clear(&run->progress);
	free(pixels);
	return ret < 0 ? ret : 0;
}
