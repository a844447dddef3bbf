/* SPDX-License-Identifier: MIT */
/* dn_add: sums, by themselves or behind a convolution. */
#ifndef DYNDNN_TRAIN_DN_ADD_H
#define DYNDNN_TRAIN_DN_ADD_H

#include "onednn.h"

/*
 * Attributes of a primitive that adds to what its output holds, takes max(0, x), or both in this
 * order. The caller destroys them, if they are not NULL.
 */
dnnl_primitive_attr_t dn_attr_of(struct dn *dn, bool add_to_output, bool relu);

/* @a + @b, with @relu max(0, @a + @b), in new memory of @a's layout; @list adds when it runs. */
dnnl_memory_t dn_list_sum(struct dn *dn, struct dn_list *list, dnnl_memory_t a, dnnl_memory_t b,
			  bool relu);

#endif
