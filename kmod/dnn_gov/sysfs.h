/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/dnn_gov: one value per file.
 */
#ifndef DNN_GOV_SYSFS_H
#define DNN_GOV_SYSFS_H

struct dnn_policy;
struct dnn_stream;
struct kobject;

int dnn_sysfs_init(void);
void dnn_sysfs_exit(void);

int dnn_sysfs_policy_add(struct dnn_policy *dp);
void dnn_sysfs_policy_del(struct dnn_policy *dp);

void dnn_sysfs_stream_init(struct dnn_stream *stream);
int dnn_sysfs_stream_add(struct dnn_stream *stream);
void dnn_sysfs_stream_del(struct dnn_stream *stream);

/* stream.c */
void dnn_stream_release(struct kobject *kobj);

#endif /* DNN_GOV_SYSFS_H */
