// SPDX-License-Identifier: MIT
/*
 * Fuzzing the reader of network descriptions. What it takes is a shape within the limits, with a
 * name for each class or for none; what it refuses has a reason.
 */
#include <string.h>

#include "../../engine/model/tensors.h"
#include "../../engine/train/netdesc.h"
#include "check.h"
#include "file.h"
#include "fuzz.h"

const char *__lsan_default_suppressions(void);

/* libconfig does not free the text that it is reading, or has read last, when it meets a mistake. */
const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex";
}

static void check_net(const struct netdesc *net)
{
	const struct dnnfile_shape *shape = &net->shape;
	struct dyndnn_error err;

	CHECK(!dnnfile_shape_check(shape, &err));
	CHECK(shape->groups >= 1 && shape->groups <= DNNFILE_MAX_GROUPS);
	CHECK(shape->layers >= 2 && shape->layers <= DNNFILE_MAX_LAYERS);
	CHECK(shape->classes >= DNNFILE_MIN_CLASSES && shape->classes <= DNNFILE_MAX_CLASSES);
	CHECK(net->name[0] && memchr(net->name, 0, sizeof(net->name)));
	for (uint32_t c = 0; net->class_names && c < shape->classes; c++)
		CHECK(net->class_names[c] && net->class_names[c][0]);
	CHECK(dnnfile_blobs_bytes(shape, shape->groups));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char err[NETDESC_ERR_LEN] = "";
	struct netdesc net;
	int ret;

	ret = netdesc_read(&net, fuzz_file("a.net", data, bytes), err, sizeof(err));
	if (!ret)
		check_net(&net);
	else
		CHECK(ret < 0 && err[0] && strlen(err) < sizeof(err) && !net.class_names);
	netdesc_free(&net);
	fuzz_file_gone("a.net");
	return 0;
}
