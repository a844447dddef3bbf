// SPDX-License-Identifier: MIT
/* MaxPool, AveragePool, GlobalAveragePool. */
#include <errno.h>

#include "attribute.h"
#include "operator.h"

struct pooling {
	enum part_kind kind;
	struct window window;
};

static const struct part *pool_part(struct importer *im, const struct part *part,
				    uint32_t channel, void *ctx)
{
	const struct pooling *pooling = ctx;

	(void)channel;
	return part_pool(im, pooling->kind, part, &pooling->window);
}

static const struct part *mean_part(struct importer *im, const struct part *part,
				    uint32_t channel, void *ctx)
{
	(void)channel;
	(void)ctx;
	return part_mean(im, part);
}

static bool is_global(const struct value *map, const struct window *w)
{
	return !w->padding && w->kernel == map->h && w->kernel == map->w;
}

static struct value *pool(struct importer *im, struct value *map, struct pooling *pooling)
{
	const struct window *w = &pooling->window;

	if (w->kernel == 1 && w->stride == 1)
		return map;
	if (pooling->kind == PART_AVG && is_global(map, w))
		return value_each(im, map, mean_part, NULL);
	if (w->kernel < 2 || w->kernel > DNNFILE_MAX_KERNEL || w->stride > DNNFILE_MAX_STRIDE) {
		import_fail(im, -EOPNOTSUPP, "kernel is %u and stride %u, allowed: 2..%d and 1..%d",
			    w->kernel, w->stride, DNNFILE_MAX_KERNEL, DNNFILE_MAX_STRIDE);
		return NULL;
	}
	return value_each(im, map, pool_part, pooling);
}

static int read_pool(struct importer *im, const char *const *known, struct value **map,
		     struct window *window)
{
	int ret = attr_only(im, known);

	if (ret)
		return ret;
	*map = input_map(im, 0);
	return *map ? window_read(im, *map, 0, window) : import_error(im);
}

int op_max_pool(struct importer *im, struct value **out)
{
	static const char *const known[] = { "auto_pad", "ceil_mode", "dilations", "kernel_shape",
					     "pads", "storage_order", "strides", NULL };
	struct pooling pooling = { .kind = PART_MAX };
	struct value *map;
	int ret = read_pool(im, known, &map, &pooling.window);

	if (ret)
		return ret;
	out[0] = pool(im, map, &pooling);
	return out[0] ? 0 : import_error(im);
}

int op_average_pool(struct importer *im, struct value **out)
{
	static const char *const known[] = { "auto_pad", "ceil_mode", "count_include_pad",
					     "dilations", "kernel_shape", "pads", "strides", NULL };
	struct pooling pooling = { .kind = PART_AVG };
	struct value *map;
	int64_t count_pad;
	int ret = read_pool(im, known, &map, &pooling.window);

	if (!ret)
		ret = attr_int(im, "count_include_pad", 0, &count_pad);
	if (ret)
		return ret;
	if (count_pad && pooling.window.padding)
		return import_fail(im, -EOPNOTSUPP,
				   "count_include_pad is %lld with padding, must be 0",
				   (long long)count_pad);
	out[0] = pool(im, map, &pooling);
	return out[0] ? 0 : import_error(im);
}

int op_global_average_pool(struct importer *im, struct value **out)
{
	static const char *const known[] = { NULL };
	struct value *map;
	int ret = attr_only(im, known);

	if (ret)
		return ret;
	map = input_map(im, 0);
	if (!map)
		return import_error(im);
	out[0] = map->h == 1 && map->w == 1 ? map : value_each(im, map, mean_part, NULL);
	return out[0] ? 0 : import_error(im);
}
