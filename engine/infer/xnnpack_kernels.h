/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_XNNPACK_KERNELS_H
#define DYNDNN_XNNPACK_KERNELS_H

#include <xnnpack.h>

/* xnn_initialize(), with the faster kernels where it would pick others. Any thread, any time. */
enum xnn_status xnnpack_initialize(void) __attribute__((visibility("hidden")));

#endif
