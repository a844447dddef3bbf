// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "attribute.h"
#include "operator.h"

/* Along one axis, before it is known to be square and even. */
struct axis {
	int64_t size, kernel, stride, before, after, out;
};

/* Two numbers of one attribute, the same in both axes. */
static int read_pair(struct importer *im, const char *name, int64_t def, int64_t max,
		     int64_t *value)
{
	const int64_t *pair;
	size_t count;
	int ret = attr_ints(im, name, &pair, &count);

	*value = def;
	if (ret || !count)
		return ret;
	if (count != 2)
		return import_fail(im, -EOPNOTSUPP, "%s has %zu numbers, must have 2", name, count);
	*value = pair[0];
	if (pair[0] != pair[1])
		return import_fail(im, -EOPNOTSUPP, "%s is %lld x %lld, must be square", name,
				   (long long)pair[0], (long long)pair[1]);
	if (pair[0] < 1 || pair[0] > max)
		return import_fail(im, -EOPNOTSUPP, "%s is %lld, allowed: 1..%lld", name,
				   (long long)pair[0], (long long)max);
	return 0;
}

static int read_pads(struct importer *im, struct axis axis[2])
{
	const int64_t *pads;
	size_t count;
	int ret = attr_ints(im, "pads", &pads, &count);

	if (ret || !count)
		return ret;
	if (count != 4)
		return import_fail(im, -EOPNOTSUPP, "pads has %zu numbers, must have 4", count);
	for (int i = 0; i < 4; i++) {
		if (pads[i] < 0 || pads[i] >= axis[0].kernel)
			return import_fail(im, -EOPNOTSUPP, "pads[%d] is %lld, allowed: 0..%lld", i,
					   (long long)pads[i], (long long)axis[0].kernel - 1);
	}
	for (int i = 0; i < 2; i++) {
		axis[i].before = pads[i];
		axis[i].after = pads[i + 2];
	}
	return 0;
}

static void pad_same(struct axis *axis, bool upper)
{
	int64_t outs = (axis->size + axis->stride - 1) / axis->stride;
	int64_t total = (outs - 1) * axis->stride + axis->kernel - axis->size;

	if (total < 0)
		total = 0;
	axis->before = upper ? total / 2 : total - total / 2;
	axis->after = total - axis->before;
}

static int auto_pad(struct importer *im, struct axis axis[2])
{
	const char *mode;
	int ret = attr_string(im, "auto_pad", "NOTSET", &mode);

	if (ret)
		return ret;
	if (!strcmp(mode, "NOTSET"))
		return read_pads(im, axis);
	if (!strcmp(mode, "VALID"))
		return 0;
	if (strcmp(mode, "SAME_UPPER") && strcmp(mode, "SAME_LOWER"))
		return import_fail(im, -EINVAL,
				   "auto_pad is '%s', allowed: NOTSET, VALID, SAME_UPPER, "
				   "SAME_LOWER",
				   import_quote(mode).text);
	for (int i = 0; i < 2; i++)
		pad_same(&axis[i], !strcmp(mode, "SAME_UPPER"));
	return 0;
}

/*
 * A .dnn layer has the same padding on all sides. Padding behind the image matters only through
 * the number of outputs, so that it may differ as long as this number is the same.
 */
static int check_even(struct importer *im, const struct axis axis[2], bool ceil)
{
	int64_t padding = axis[0].before;

	for (int i = 0; i < 2; i++) {
		const struct axis *a = &axis[i];
		int64_t room = a->size + a->before + a->after - a->kernel;
		int64_t even = a->size + 2 * padding - a->kernel;
		int64_t outs = room / a->stride + 1 + (ceil && room % a->stride != 0);

		if (room < 0 || even < 0)
			return import_fail(im, -EINVAL,
					   "kernel is %lld, the map with its padding %lld",
					   (long long)a->kernel, (long long)(room + a->kernel));
		if (a->before != padding || outs != even / a->stride + 1)
			return import_fail(im, -EOPNOTSUPP,
					   "pads %lld,%lld,%lld,%lld%s on a map of %lld x %lld "
					   "differ from padding %lld on all sides",
					   (long long)axis[0].before, (long long)axis[1].before,
					   (long long)axis[0].after, (long long)axis[1].after,
					   ceil ? " with ceil_mode" : "", (long long)axis[0].size,
					   (long long)axis[1].size, (long long)padding);
	}
	return 0;
}

int window_read(struct importer *im, const struct value *map, uint32_t kernel, struct window *w)
{
	struct axis axis[2] = { { .size = map->h }, { .size = map->w } };
	int64_t side, stride, dilation, ceil;
	int ret;

	ret = read_pair(im, "kernel_shape", kernel, UINT16_MAX, &side);
	if (!ret && !side)
		ret = import_fail(im, -EINVAL, "kernel_shape is missing");
	if (!ret && kernel && side != kernel)
		ret = import_fail(im, -EINVAL, "kernel_shape is %lld, that of the weights is %u",
				  (long long)side, kernel);
	if (!ret)
		ret = read_pair(im, "strides", 1, UINT16_MAX, &stride);
	if (!ret)
		ret = read_pair(im, "dilations", 1, 1, &dilation);
	if (!ret)
		ret = attr_int(im, "ceil_mode", 0, &ceil);
	if (ret)
		return ret;
	for (int i = 0; i < 2; i++) {
		axis[i].kernel = side;
		axis[i].stride = stride;
	}
	ret = auto_pad(im, axis);
	if (!ret)
		ret = check_even(im, axis, ceil);
	if (ret)
		return ret;
	*w = (struct window) { .kernel = side, .stride = stride, .padding = axis[0].before };
	w->out_h = (map->h + 2 * w->padding - w->kernel) / w->stride + 1;
	w->out_w = (map->w + 2 * w->padding - w->kernel) / w->stride + 1;
	return 0;
}
