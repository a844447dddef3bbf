// SPDX-License-Identifier: MIT
#ifdef __x86_64__
#include "onednn_api.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "../model/error.h"

/* Its number is that of the API whose header this is built with. */
#define LIBRARY "libdnnl.so.2"

static const struct {
	const char *name;
	size_t at;
} calls[] = {
	{ "omp_get_max_threads", offsetof(struct onednn_api, omp_get_max_threads) },
	{ "omp_set_num_threads", offsetof(struct onednn_api, omp_set_num_threads) },
#define CALL(name) { #name, offsetof(struct onednn_api, name) },
	ONEDNN_CALLS(CALL)
#undef CALL
};

_Static_assert(DNNL_VERSION_MAJOR == 2, "API of " LIBRARY);

int onednn_load(struct onednn_api *api, struct dyndnn_error *err)
{
	/* Its OpenMP runtime may have threads: it stays until the process ends. */
	api->lib = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!api->lib)
		return dyndnn_fail(err, -ENOTSUP, "oneDNN cannot be loaded: %s", dlerror());
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		/* Also those of the libraries that it needs. */
		void *call = dlsym(api->lib, calls[i].name);

		if (!call)
			return dyndnn_fail(err, -ENOTSUP, "oneDNN has no call %s", calls[i].name);
		memcpy((char *)api + calls[i].at, &call, sizeof(call));
	}
	return 0;
}
#endif
