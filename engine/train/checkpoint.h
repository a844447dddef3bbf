/* SPDX-License-Identifier: MIT */
/*
 * checkpoint: a training under way on disk, so that it can go on as if it had not been stopped.
 *
 * File: magic, network and normalisation, the options as text, trained groups unfolded, then the
 * groups of the stage under way with their momentum, CRC-32 of all before it. Numbers are in the
 * order of this machine's bytes: a checkpoint is not meant to travel.
 */
#ifndef DYNDNN_TRAIN_CHECKPOINT_H
#define DYNDNN_TRAIN_CHECKPOINT_H

#include "trainer.h"

/* Written beside @path, flushed to the disk and renamed, so that a write that fails or is cut off
 * leaves the old one. Return: 0 or the negative errno of the failure, text in t->error.
 */
int checkpoint_save(struct trainer *t, const char *path);

/*
 * Load @path into @t, which must be as trainer_open() left it and have the same network, mode and
 * data.
 *
 * @other_options: TRAIN_CONFIG_LEN bytes: the options it was made with if they are not those of @t,
 *	so that the result will be another one than an unbroken run's; else ""
 *
 * Return: 0, -ENOENT (no such file), -EBADMSG (damaged), -EINVAL (other network, mode or data),
 * -ENOMEM or the negative errno of a failed read.
 */
int checkpoint_load(struct trainer *t, const char *path, char *other_options);

#endif
