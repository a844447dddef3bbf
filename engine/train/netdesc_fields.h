/* SPDX-License-Identifier: MIT */
/* netdesc_fields: fields of a network description, each with its line, name and range if wrong. */
#ifndef DYNDNN_TRAIN_NETDESC_FIELDS_H
#define DYNDNN_TRAIN_NETDESC_FIELDS_H

#include <libconfig.h>
#include <stdbool.h>
#include <stdint.h>

#include "netdesc.h"

struct netdesc_parser {
	struct netdesc *net;
	char *err;
	size_t err_len;
	/* Texts of the file, which stay while it is read; layer number n at [n - 1], or NULL. */
	const char *layer_name[DNNFILE_MAX_LAYERS];
};

/* @at: what is wrong, for its line; NULL: the whole file. Return: -EINVAL. */
int netdesc_fail(struct netdesc_parser *p, const config_setting_t *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A field inside @group, or NULL. In all of these, @what is what messages call the group, with a
 * colon and a blank at its end.
 */
const config_setting_t *netdesc_field(const config_setting_t *group, const char *field);

/* A whole number. @fallback: if it is not there; below @min: it must be there. */
int netdesc_number(struct netdesc_parser *p, const config_setting_t *group, const char *what,
		   const char *field, int min, int max, int fallback, uint32_t *out);

/* true or false; @fallback if it is not there. */
int netdesc_flag(struct netdesc_parser *p, const config_setting_t *group, const char *what,
		 const char *field, bool fallback, bool *out);

/* The text of a setting; NULL if it is none, or no setting at all. */
const char *netdesc_text(const config_setting_t *s);

/*
 * Nothing but the fields of @known, which ends with NULL: a misspelt one would otherwise silently
 * mean its default.
 */
int netdesc_only(struct netdesc_parser *p, const config_setting_t *group, const char *what,
		 const char *const *known);

#endif
