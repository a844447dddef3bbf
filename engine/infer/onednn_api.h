/* SPDX-License-Identifier: MIT */
/*
 * oneDNN's calls, found when a session opens: a library of 40 MB shall not be loaded by
 * programs that do not use it, nor be needed where XNNPACK is enough.
 */
#ifndef DYNDNN_ONEDNN_API_H
#define DYNDNN_ONEDNN_API_H

#include <oneapi/dnnl/dnnl.h>

#include "dyndnn.h"

#define ONEDNN_CALLS(CALL) \
	CALL(dnnl_convolution_forward_desc_init) \
	CALL(dnnl_engine_create) \
	CALL(dnnl_engine_destroy) \
	CALL(dnnl_memory_create) \
	CALL(dnnl_memory_desc_equal) \
	CALL(dnnl_memory_desc_get_size) \
	CALL(dnnl_memory_desc_init_by_tag) \
	CALL(dnnl_memory_destroy) \
	CALL(dnnl_post_ops_append_eltwise) \
	CALL(dnnl_post_ops_create) \
	CALL(dnnl_post_ops_destroy) \
	CALL(dnnl_primitive_attr_create) \
	CALL(dnnl_primitive_attr_destroy) \
	CALL(dnnl_primitive_attr_set_output_scales) \
	CALL(dnnl_primitive_attr_set_post_ops) \
	CALL(dnnl_primitive_attr_set_scratchpad_mode) \
	CALL(dnnl_primitive_attr_set_zero_points) \
	CALL(dnnl_primitive_create) \
	CALL(dnnl_primitive_desc_destroy) \
	CALL(dnnl_primitive_desc_iterator_create) \
	CALL(dnnl_primitive_desc_iterator_destroy) \
	CALL(dnnl_primitive_desc_iterator_fetch) \
	CALL(dnnl_primitive_desc_iterator_next) \
	CALL(dnnl_primitive_desc_query) \
	CALL(dnnl_primitive_desc_query_md) \
	CALL(dnnl_primitive_destroy) \
	CALL(dnnl_primitive_execute) \
	CALL(dnnl_reorder_primitive_desc_create) \
	CALL(dnnl_stream_create) \
	CALL(dnnl_stream_destroy) \
	CALL(dnnl_stream_wait)

/**
 * struct onednn_api - the calls, under their own names
 * @lib: handle of the library
 * @omp_get_max_threads: of the OpenMP runtime that it brings
 * @omp_set_num_threads: of the same
 */
struct onednn_api {
	void *lib;
	int (*omp_get_max_threads)(void);
	void (*omp_set_num_threads)(int threads);
#define CALL(name) __typeof__(name) *name;
	ONEDNN_CALLS(CALL)
#undef CALL
};

/* Return 0, or -ENOTSUP if it is not there or another version. */
int onednn_load(struct onednn_api *api, struct dyndnn_error *err)
	__attribute__((visibility("hidden")));

#endif
