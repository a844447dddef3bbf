// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netdesc_layers.h"
#include "netdesc_text.h"

static int read_class_names(struct netdesc_parser *p, const config_t *cfg)
{
	const config_setting_t *s = config_lookup(cfg, "class_names");
	struct netdesc *net = p->net;
	int classes = net->shape.classes;

	if (!s)
		return 0;
	if (!config_setting_is_aggregate(s) || config_setting_length(s) != classes)
		return netdesc_fail(p, s, "class_names must be a list of %d names", classes);
	net->strings = calloc(classes, sizeof(*net->strings));
	if (!net->strings)
		return -ENOMEM;
	for (int i = 0; i < classes; i++) {
		const char *name = config_setting_get_string_elem(s, i);

		if (!name || !*name)
			return netdesc_fail(p, s, "class_names: name %d must be a text", i + 1);
		net->strings[i] = strdup(name);
		if (!net->strings[i])
			return -ENOMEM;
	}
	net->class_names = (const char *const *)net->strings;
	return 0;
}

static int read_name(struct netdesc_parser *p, const config_t *cfg)
{
	const config_setting_t *s = config_lookup(cfg, "name");
	const char *name = netdesc_text(s);

	if (!name || !*name || strlen(name) >= DNNFILE_NAME_BYTES)
		return netdesc_fail(p, s, "name must be a text of 1..%d bytes",
				    DNNFILE_NAME_BYTES - 1);
	strcpy(p->net->name, name);
	return 0;
}

static int read_file(struct netdesc_parser *p, const config_t *cfg)
{
	static const char *const known[] = { "name", "input", "classes", "class_names", "groups",
					     "layers", NULL };
	static const char *const of_input[] = { "channels", "height", "width", NULL };
	const config_setting_t *root = config_root_setting(cfg);
	const config_setting_t *input = config_lookup(cfg, "input");
	uint32_t groups, classes, c, h, w;
	int ret;

	ret = netdesc_only(p, root, "", known);
	if (!ret)
		ret = read_name(p, cfg);
	if (!ret && (!input || config_setting_type(input) != CONFIG_TYPE_GROUP))
		ret = netdesc_fail(p, input,
				   "input must be { channels = ...; height = ...; width = ...; }");
	if (!ret)
		ret = netdesc_only(p, input, "input: ", of_input);
	if (!ret)
		ret = netdesc_number(p, input, "input: ", "channels", 1, DNNFILE_MAX_IMAGE_C, 0,
				     &c);
	if (!ret)
		ret = netdesc_number(p, input, "input: ", "height", 1, DNNFILE_MAX_IMAGE_HW, 0, &h);
	if (!ret)
		ret = netdesc_number(p, input, "input: ", "width", 1, DNNFILE_MAX_IMAGE_HW, 0, &w);
	if (!ret)
		ret = netdesc_number(p, root, "", "classes", DNNFILE_MIN_CLASSES,
				     DNNFILE_MAX_CLASSES, 0, &classes);
	if (!ret)
		ret = netdesc_number(p, root, "", "groups", 1, DNNFILE_MAX_GROUPS, 0, &groups);
	if (ret)
		return ret;
	dnnfile_shape_init(&p->net->shape, groups, classes, c, h, w);
	ret = netdesc_read_layers(p, cfg);
	return ret ? ret : read_class_names(p, cfg);
}

int netdesc_read(struct netdesc *net, const char *path, char *err, size_t err_len)
{
	struct netdesc_parser p = { .net = net, .err = err, .err_len = err_len };
	config_t cfg;
	char *text;
	int ret;

	memset(net, 0, sizeof(*net));
	ret = netdesc_load_text(path, &text, err, err_len);
	if (ret)
		return ret;
	config_init(&cfg);
	if (config_read_string(&cfg, text)) {
		ret = read_file(&p, &cfg);
	} else {
		ret = -EINVAL;
		snprintf(err, err_len, "line %d: %s", config_error_line(&cfg),
			 config_error_text(&cfg));
	}
	if (ret == -ENOMEM)
		snprintf(err, err_len, "%s", strerror(ENOMEM));
	config_destroy(&cfg);
	free(text);
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
