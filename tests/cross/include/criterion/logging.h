/* SPDX-License-Identifier: MIT */
#ifndef CROSS_CRITERION_LOGGING_H
#define CROSS_CRITERION_LOGGING_H

#include "criterion.h"

#define cr_log_error(...)		runner_log(" " __VA_ARGS__)

#endif
