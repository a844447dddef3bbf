/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types of cores: policies whose cores take the same for the same work.
 */
#ifndef DNN_GOV_CORE_TYPE_H
#define DNN_GOV_CORE_TYPE_H

#include "core_cost.h"

struct dnn_policy;

/* Per type, work done per cycle. Written under dnn_mutex. */
extern u32 dnn_core_speed[CORE_TYPES];

u32 dnn_core_type(const struct dnn_policy *dp);

#endif /* DNN_GOV_CORE_TYPE_H */
