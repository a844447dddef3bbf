// SPDX-License-Identifier: MIT
#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netdesc.h"

struct parser {
	struct netdesc *net;
	char *err;
	size_t err_len;
};

/* @at: what is wrong, for its line; NULL: the whole file. Return: -EINVAL. */
static int fail(struct parser *p, const config_setting_t *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct parser *p, const config_setting_t *at, const char *fmt, ...)
{
	int len = 0;
	va_list ap;

	if (at)
		len = snprintf(p->err, p->err_len, "line %u: ", config_setting_source_line(at));
	va_start(ap, fmt);
	vsnprintf(p->err + len, p->err_len - len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* A whole number inside @group. @fallback: if it is not there; below @min: it must be there. */
static int number(struct parser *p, const config_setting_t *group, const char *what,
		  const char *field, int min, int max, int fallback, uint32_t *out)
{
	const config_setting_t *s = config_setting_lookup((config_setting_t *)group, field);
	int value;

	if (!s) {
		*out = fallback;
		return fallback >= min ? 0 : fail(p, group, "%s%s is missing: must be %d..%d", what,
						  field, min, max);
	}
	if (config_setting_type(s) != CONFIG_TYPE_INT)
		return fail(p, s, "%s%s must be a whole number %d..%d", what, field, min, max);
	value = config_setting_get_int(s);
	if (value < min || value > max)
		return fail(p, s, "%s%s is %d: must be %d..%d", what, field, value, min, max);
	*out = value;
	return 0;
}

static const char *string(const config_setting_t *s)
{
	return s && config_setting_type(s) == CONFIG_TYPE_STRING ? config_setting_get_string(s) :
								   NULL;
}

/* A misspelt field would otherwise silently mean its default. */
static int only(struct parser *p, const config_setting_t *group, const char *what,
		const char *const *known)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem((config_setting_t *)group, i);
		const char *const *k = known;

		while (*k && strcmp(*k, config_setting_name(s)))
			k++;
		if (!*k)
			return fail(p, s, "%s%s is not known here", what, config_setting_name(s));
	}
	return 0;
}

static int add_conv(struct parser *p, const config_setting_t *s, const char *what)
{
	static const char *const known[] = { "type", "channels", "kernel", "stride", "padding",
					     NULL };
	struct dnnfile_shape *shape = &p->net->shape;
	uint32_t channels, kernel, stride, padding;
	int ret;

	ret = only(p, s, what, known);
	if (!ret)
		ret = number(p, s, what, "channels", 1, DNNFILE_MAX_CHANNELS * DNNFILE_MAX_GROUPS,
			     0, &channels);
	if (!ret)
		ret = number(p, s, what, "kernel", 1, DNNFILE_MAX_KERNEL, 0, &kernel);
	if (!ret)
		ret = number(p, s, what, "stride", 1, DNNFILE_MAX_STRIDE, 1, &stride);
	if (!ret)
		ret = number(p, s, what, "padding", 0, DNNFILE_MAX_KERNEL - 1, kernel / 2,
			     &padding);
	if (ret)
		return ret;
	if (channels % shape->groups)
		return fail(p, s, "%schannels is %u: must be a multiple of groups (%u)", what,
			    channels, shape->groups);
	dnnfile_add_conv(shape, channels / shape->groups, kernel, stride, padding, true);
	return 0;
}

static int add_pool(struct parser *p, const config_setting_t *s, const char *what, bool max)
{
	static const char *const known[] = { "type", "kernel", "stride", "padding", NULL };
	struct dnnfile_shape *shape = &p->net->shape;
	uint32_t kernel, stride, padding;
	int ret;

	ret = only(p, s, what, known);
	if (!ret)
		ret = number(p, s, what, "kernel", 2, DNNFILE_MAX_KERNEL, 0, &kernel);
	if (!ret)
		ret = number(p, s, what, "stride", 1, DNNFILE_MAX_STRIDE, kernel, &stride);
	if (!ret)
		ret = number(p, s, what, "padding", 0, DNNFILE_MAX_KERNEL - 1, 0, &padding);
	if (ret)
		return ret;
	if (max)
		dnnfile_add_pool(shape, kernel, stride, padding);
	else
		dnnfile_add_avg_pool(shape, kernel, stride, padding);
	return 0;
}

static int add_global_pool(struct parser *p, const config_setting_t *s, const char *what)
{
	static const char *const known[] = { "type", NULL };
	struct dnnfile_shape *shape = &p->net->shape;
	uint32_t rows = shape->image_h, columns = shape->image_w;
	int ret = only(p, s, what, known);

	if (ret)
		return ret;
	if (shape->layers) {
		rows = shape->layer[shape->layers - 1].out_h;
		columns = shape->layer[shape->layers - 1].out_w;
	}
	if (rows != columns)
		return fail(p, s, "%sthe map is %ux%u: globalpool needs a square one", what, rows,
			    columns);
	dnnfile_add_avg_pool(shape, rows, 1, 0);
	return 0;
}

static int add_layer(struct parser *p, const config_setting_t *s, int index)
{
	const char *type;
	char what[32];

	snprintf(what, sizeof(what), "layer %d: ", index + 1);
	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return fail(p, s, "%smust be { type = ...; }", what);
	type = string(config_setting_lookup((config_setting_t *)s, "type"));
	if (type && !strcmp(type, "conv"))
		return add_conv(p, s, what);
	if (type && (!strcmp(type, "maxpool") || !strcmp(type, "avgpool")))
		return add_pool(p, s, what, *type == 'm');
	if (type && !strcmp(type, "globalpool"))
		return add_global_pool(p, s, what);
	return fail(p, s, "%stype is '%s': must be conv, maxpool, avgpool or globalpool", what,
		    type ? type : "");
}

static int read_layers(struct parser *p, const config_t *cfg)
{
	const config_setting_t *s = config_lookup(cfg, "layers");
	struct dnnfile_shape *shape = &p->net->shape;
	struct dyndnn_error err;
	int count, ret;

	if (!s || config_setting_type(s) != CONFIG_TYPE_LIST)
		return fail(p, s, "layers is missing: must be ( { type = ...; }, ... )");
	count = config_setting_length(s);
	if (count < 1 || count > DNNFILE_MAX_LAYERS - 1)
		return fail(p, s, "layers has %d entries: must be 1..%d", count,
			    DNNFILE_MAX_LAYERS - 1);
	for (int i = 0; i < count; i++) {
		ret = add_layer(p, config_setting_get_elem((config_setting_t *)s, i), i);
		if (ret)
			return ret;
	}
	dnnfile_add_classifier(shape);
	return dnnfile_shape_check(shape, &err) ? fail(p, s, "%s", err.text) : 0;
}

static int read_class_names(struct parser *p, const config_t *cfg)
{
	const config_setting_t *s = config_lookup(cfg, "class_names");
	struct netdesc *net = p->net;
	int classes = net->shape.classes;

	if (!s)
		return 0;
	if (!config_setting_is_aggregate(s) || config_setting_length(s) != classes)
		return fail(p, s, "class_names must be a list of %d names", classes);
	net->strings = calloc(classes, sizeof(*net->strings));
	if (!net->strings)
		return -ENOMEM;
	for (int i = 0; i < classes; i++) {
		const char *name = config_setting_get_string_elem(s, i);

		if (!name || !*name)
			return fail(p, s, "class_names: name %d must be a text", i + 1);
		net->strings[i] = strdup(name);
		if (!net->strings[i])
			return -ENOMEM;
	}
	net->class_names = (const char *const *)net->strings;
	return 0;
}

static int read_name(struct parser *p, const config_t *cfg)
{
	const config_setting_t *s = config_lookup(cfg, "name");
	const char *name = string(s);

	if (!name || !*name || strlen(name) >= DNNFILE_NAME_BYTES)
		return fail(p, s, "name must be a text of 1..%d bytes", DNNFILE_NAME_BYTES - 1);
	strcpy(p->net->name, name);
	return 0;
}

static int read_file(struct parser *p, const config_t *cfg)
{
	static const char *const known[] = { "name", "input", "classes", "class_names", "groups",
					     "layers", NULL };
	static const char *const of_input[] = { "channels", "height", "width", NULL };
	const config_setting_t *root = config_root_setting(cfg);
	const config_setting_t *input = config_lookup(cfg, "input");
	uint32_t groups, classes, c, h, w;
	int ret;

	ret = only(p, root, "", known);
	if (!ret)
		ret = read_name(p, cfg);
	if (!ret && (!input || config_setting_type(input) != CONFIG_TYPE_GROUP))
		ret = fail(p, input, "input must be { channels = ...; height = ...; width = ...; }");
	if (!ret)
		ret = only(p, input, "input: ", of_input);
	if (!ret)
		ret = number(p, input, "input: ", "channels", 1, DNNFILE_MAX_IMAGE_C, 0, &c);
	if (!ret)
		ret = number(p, input, "input: ", "height", 1, DNNFILE_MAX_IMAGE_HW, 0, &h);
	if (!ret)
		ret = number(p, input, "input: ", "width", 1, DNNFILE_MAX_IMAGE_HW, 0, &w);
	if (!ret)
		ret = number(p, root, "", "classes", DNNFILE_MIN_CLASSES, DNNFILE_MAX_CLASSES, 0,
			     &classes);
	if (!ret)
		ret = number(p, root, "", "groups", 1, DNNFILE_MAX_GROUPS, 0, &groups);
	if (ret)
		return ret;
	dnnfile_shape_init(&p->net->shape, groups, classes, c, h, w);
	ret = read_layers(p, cfg);
	return ret ? ret : read_class_names(p, cfg);
}

int netdesc_read(struct netdesc *net, const char *path, char *err, size_t err_len)
{
	struct parser p = { .net = net, .err = err, .err_len = err_len };
	FILE *file = fopen(path, "r");
	config_t cfg;
	int ret;

	memset(net, 0, sizeof(*net));
	if (!file) {
		ret = -errno;
		snprintf(err, err_len, "%s", strerror(-ret));
		return ret;
	}
	config_init(&cfg);
	if (config_read(&cfg, file)) {
		ret = read_file(&p, &cfg);
	} else {
		ret = -EINVAL;
		snprintf(err, err_len, "line %d: %s", config_error_line(&cfg),
			 config_error_text(&cfg));
	}
	if (ret == -ENOMEM)
		snprintf(err, err_len, "%s", strerror(ENOMEM));
	config_destroy(&cfg);
	fclose(file);
	if (ret)
		netdesc_free(net);
	return ret;
}

void netdesc_free(struct netdesc *net)
{
	for (uint32_t i = 0; net->strings && i < net->shape.classes; i++)
		free(net->strings[i]);
	free(net->strings);
	memset(net, 0, sizeof(*net));
}
