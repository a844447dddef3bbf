// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "netdesc_layers.h"

/* In the place of a layer's name. */
static const char image_name[] = "image";

/* Number of the layer of this name; -1: there is none yet. */
static int find_layer(const struct netdesc_parser *p, const char *name)
{
	for (uint32_t i = 0; i < p->net->shape.layers; i++)
		if (p->layer_name[i] && !strcmp(p->layer_name[i], name))
			return i + 1;
	return -1;
}

static int add_conv(struct netdesc_parser *p, const config_setting_t *s, const char *what)
{
	static const char *const known[] = { "type", "name", "from", "channels", "kernel", "stride",
					     "padding", "relu", NULL };
	struct dnnfile_shape *shape = &p->net->shape;
	uint32_t channels, kernel, stride, padding;
	bool relu;
	int ret;

	ret = netdesc_only(p, s, what, known);
	if (!ret)
		ret = netdesc_number(p, s, what, "channels", 1,
				     DNNFILE_MAX_CHANNELS * DNNFILE_MAX_GROUPS, 0, &channels);
	if (!ret)
		ret = netdesc_number(p, s, what, "kernel", 1, DNNFILE_MAX_KERNEL, 0, &kernel);
	if (!ret)
		ret = netdesc_number(p, s, what, "stride", 1, DNNFILE_MAX_STRIDE, 1, &stride);
	if (!ret)
		ret = netdesc_number(p, s, what, "padding", 0, DNNFILE_MAX_KERNEL - 1, kernel / 2,
				     &padding);
	if (!ret)
		ret = netdesc_flag(p, s, what, "relu", true, &relu);
	if (ret)
		return ret;
	if (channels % shape->groups)
		return netdesc_fail(p, s, "%schannels is %u: must be a multiple of groups (%u)",
				    what, channels, shape->groups);
	dnnfile_add_conv(shape, channels / shape->groups, kernel, stride, padding, relu);
	return 0;
}

static int add_depthwise(struct netdesc_parser *p, const config_setting_t *s, const char *what)
{
	static const char *const known[] = { "type", "name", "from", "kernel", "stride", "padding",
					     "relu", NULL };
	uint32_t kernel, stride, padding;
	bool relu;
	int ret;

	ret = netdesc_only(p, s, what, known);
	if (!ret)
		ret = netdesc_number(p, s, what, "kernel", 1, DNNFILE_MAX_KERNEL, 0, &kernel);
	if (!ret)
		ret = netdesc_number(p, s, what, "stride", 1, DNNFILE_MAX_STRIDE, 1, &stride);
	if (!ret)
		ret = netdesc_number(p, s, what, "padding", 0, DNNFILE_MAX_KERNEL - 1, kernel / 2,
				     &padding);
	if (!ret)
		ret = netdesc_flag(p, s, what, "relu", true, &relu);
	if (!ret)
		dnnfile_add_depthwise(&p->net->shape, kernel, stride, padding, relu);
	return ret;
}

static int add_sum(struct netdesc_parser *p, const config_setting_t *s, const char *what)
{
	static const char *const known[] = { "type", "name", "from", "with", "relu", NULL };
	const config_setting_t *with = netdesc_field(s, "with");
	const char *name = netdesc_text(with);
	int number = name ? find_layer(p, name) : -1;
	bool relu;
	int ret;

	ret = netdesc_only(p, s, what, known);
	if (!ret)
		ret = netdesc_flag(p, s, what, "relu", true, &relu);
	if (ret)
		return ret;
	if (number < 1)
		return netdesc_fail(p, with ? with : s,
				    "%swith is '%s': must be the name of an earlier layer", what,
				    name ? name : "");
	dnnfile_add_residual(&p->net->shape, number, relu);
	return 0;
}

static int add_pool(struct netdesc_parser *p, const config_setting_t *s, const char *what, bool max)
{
	static const char *const known[] = { "type", "name", "from", "kernel", "stride", "padding",
					     NULL };
	struct dnnfile_shape *shape = &p->net->shape;
	uint32_t kernel, stride, padding;
	int ret;

	ret = netdesc_only(p, s, what, known);
	if (!ret)
		ret = netdesc_number(p, s, what, "kernel", 2, DNNFILE_MAX_KERNEL, 0, &kernel);
	if (!ret)
		ret = netdesc_number(p, s, what, "stride", 1, DNNFILE_MAX_STRIDE, kernel, &stride);
	if (!ret)
		ret = netdesc_number(p, s, what, "padding", 0, DNNFILE_MAX_KERNEL - 1, 0, &padding);
	if (ret)
		return ret;
	if (max)
		dnnfile_add_pool(shape, kernel, stride, padding);
	else
		dnnfile_add_avg_pool(shape, kernel, stride, padding);
	return 0;
}

static int add_global_pool(struct netdesc_parser *p, const config_setting_t *s, const char *what)
{
	static const char *const known[] = { "type", "name", "from", NULL };
	struct dnnfile_shape *shape = &p->net->shape;
	uint32_t rows = shape->image_h, columns = shape->image_w;
	int ret = netdesc_only(p, s, what, known);

	if (ret)
		return ret;
	if (shape->at) {
		rows = shape->layer[shape->at - 1].out_h;
		columns = shape->layer[shape->at - 1].out_w;
	}
	if (rows != columns)
		return netdesc_fail(p, s, "%sthe map is %ux%u: globalpool needs a square one", what,
				    rows, columns);
	dnnfile_add_avg_pool(shape, rows, 1, 0);
	return 0;
}

/* What the layer reads, if it says so. */
static int read_from(struct netdesc_parser *p, const config_setting_t *s, const char *what)
{
	const config_setting_t *from = netdesc_field(s, "from");
	const char *name = netdesc_text(from);
	int number = -1;

	if (!from)
		return 0;
	if (name)
		number = strcmp(name, image_name) ? find_layer(p, name) : 0;
	if (number < 0)
		return netdesc_fail(p, from,
				    "%sfrom is '%s': must be the name of an earlier layer or %s",
				    what, name ? name : "", image_name);
	dnnfile_go_on_from(&p->net->shape, number);
	return 0;
}

/* After the layer has been added, whose name is not for itself. */
static int read_name(struct netdesc_parser *p, const config_setting_t *s, const char *what)
{
	const config_setting_t *name = netdesc_field(s, "name");
	const char *text = netdesc_text(name);

	if (!name)
		return 0;
	if (!text || !*text || !strcmp(text, image_name) || find_layer(p, text) > 0)
		return netdesc_fail(p, name,
				    "%sname is '%s': must be a text of its own, other than %s",
				    what, text ? text : "", image_name);
	p->layer_name[p->net->shape.layers - 1] = text;
	return 0;
}

static int add_by_type(struct netdesc_parser *p, const config_setting_t *s, const char *what)
{
	const char *type = netdesc_text(netdesc_field(s, "type"));

	if (type && !strcmp(type, "conv"))
		return add_conv(p, s, what);
	if (type && !strcmp(type, "depthwise"))
		return add_depthwise(p, s, what);
	if (type && !strcmp(type, "add"))
		return add_sum(p, s, what);
	if (type && (!strcmp(type, "maxpool") || !strcmp(type, "avgpool")))
		return add_pool(p, s, what, *type == 'm');
	if (type && !strcmp(type, "globalpool"))
		return add_global_pool(p, s, what);
	return netdesc_fail(p, s,
			    "%stype is '%s': must be conv, depthwise, add, maxpool, avgpool or "
			    "globalpool", what, type ? type : "");
}

static int add_layer(struct netdesc_parser *p, const config_setting_t *s, int index)
{
	char what[32];
	int ret;

	snprintf(what, sizeof(what), "layer %d: ", index + 1);
	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return netdesc_fail(p, s, "%smust be { type = ...; }", what);
	ret = read_from(p, s, what);
	if (!ret)
		ret = add_by_type(p, s, what);
	return ret ? ret : read_name(p, s, what);
}

int netdesc_read_layers(struct netdesc_parser *p, const config_t *cfg)
{
	const config_setting_t *s = config_lookup(cfg, "layers");
	struct dnnfile_shape *shape = &p->net->shape;
	struct dyndnn_error err;
	int count, ret;

	if (!s || config_setting_type(s) != CONFIG_TYPE_LIST)
		return netdesc_fail(p, s, "layers is missing: must be ( { type = ...; }, ... )");
	count = config_setting_length(s);
	if (count < 1 || count > DNNFILE_MAX_LAYERS - 1)
		return netdesc_fail(p, s, "layers has %d entries: must be 1..%d", count,
				    DNNFILE_MAX_LAYERS - 1);
	for (int i = 0; i < count; i++) {
		ret = add_layer(p, config_setting_get_elem((config_setting_t *)s, i), i);
		if (ret)
			return ret;
	}
	dnnfile_add_classifier(shape);
	return dnnfile_shape_check(shape, &err) ? netdesc_fail(p, s, "%s", err.text) : 0;
}
