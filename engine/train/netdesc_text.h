/* SPDX-License-Identifier: MIT */
/* netdesc_text: what a network description is read from. */
#ifndef DYNDNN_TRAIN_NETDESC_TEXT_H
#define DYNDNN_TRAIN_NETDESC_TEXT_H

#include <stddef.h>

/*
 * All of the file @path as a string in @text, which the caller frees; NULL after a failure. Return:
 * 0, -EINVAL for a file that is no text or names another one ("@include"), -ENOMEM or the negative
 * errno of a failed read, with the reason in @err.
 */
int netdesc_load_text(const char *path, char **text, char *err, size_t err_len);

#endif
