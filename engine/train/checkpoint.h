/* SPDX-License-Identifier: MIT */
/*
 * checkpoint: the trained groups on disk, unfolded, so that training can go on with the next one.
 *
 * File: magic, layout and normalisation, groups one after the other, CRC-32 of all before it.
 * Numbers are in the order of this machine's bytes: a checkpoint is not meant to travel.
 */
#ifndef DYNDNN_TRAIN_CHECKPOINT_H
#define DYNDNN_TRAIN_CHECKPOINT_H

#include "trainer.h"

/* Written beside @path and renamed, so that an interrupted write leaves the old one.
 * Return: 0 or the negative errno of the failure, text in t->error.
 */
int checkpoint_save(struct trainer *t, const char *path);

/* Adopt the groups of @path into @t, which must have none and be of the same layout.
 * Return: 0, -ENOENT (no such file), -EBADMSG (damaged), -EINVAL (other layout or data),
 * -ENOMEM or the negative errno of a failed read.
 */
int checkpoint_load(struct trainer *t, const char *path);

#endif
