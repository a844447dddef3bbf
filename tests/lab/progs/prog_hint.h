/* SPDX-License-Identifier: MIT */
/* What the lab's programs share that are clients. */
#ifndef LAB_PROG_HINT_H
#define LAB_PROG_HINT_H

#include <error.h>

#include <dnnhint.h>

/* The end of the program: @what failed. @h: NULL if it is what there is not. */
static inline void prog_fail(struct dnnhint *h, const char *what, int ret)
{
	error(1, 0, "%s: %s (%s)", what, h ? dnnhint_error(h) : "", dnnhint_strerror(ret));
}

#endif
