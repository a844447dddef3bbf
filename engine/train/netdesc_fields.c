// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "netdesc_fields.h"

int netdesc_fail(struct netdesc_parser *p, const config_setting_t *at, const char *fmt, ...)
{
	int len = 0;
	va_list ap;

	if (at)
		len = snprintf(p->err, p->err_len, "line %u: ", config_setting_source_line(at));
	va_start(ap, fmt);
	vsnprintf(p->err + len, p->err_len - len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

const config_setting_t *netdesc_field(const config_setting_t *group, const char *field)
{
	return config_setting_lookup((config_setting_t *)group, field);
}

int netdesc_number(struct netdesc_parser *p, const config_setting_t *group, const char *what,
		   const char *field, int min, int max, int fallback, uint32_t *out)
{
	const config_setting_t *s = netdesc_field(group, field);
	int value;

	if (!s) {
		*out = fallback;
		if (fallback >= min)
			return 0;
		return netdesc_fail(p, group, "%s%s is missing: must be %d..%d", what, field, min,
				    max);
	}
	if (config_setting_type(s) != CONFIG_TYPE_INT)
		return netdesc_fail(p, s, "%s%s must be a whole number %d..%d", what, field, min,
				    max);
	value = config_setting_get_int(s);
	if (value < min || value > max)
		return netdesc_fail(p, s, "%s%s is %d: must be %d..%d", what, field, value, min,
				    max);
	*out = value;
	return 0;
}

int netdesc_flag(struct netdesc_parser *p, const config_setting_t *group, const char *what,
		 const char *field, bool fallback, bool *out)
{
	const config_setting_t *s = netdesc_field(group, field);

	*out = fallback;
	if (!s)
		return 0;
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		return netdesc_fail(p, s, "%s%s must be true or false", what, field);
	*out = config_setting_get_bool(s);
	return 0;
}

const char *netdesc_text(const config_setting_t *s)
{
	return s && config_setting_type(s) == CONFIG_TYPE_STRING ? config_setting_get_string(s) :
								   NULL;
}

int netdesc_only(struct netdesc_parser *p, const config_setting_t *group, const char *what,
		 const char *const *known)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem((config_setting_t *)group, i);
		const char *const *k = known;

		while (*k && strcmp(*k, config_setting_name(s)))
			k++;
		if (!*k)
			return netdesc_fail(p, s, "%s%s is not known here", what,
					    config_setting_name(s));
	}
	return 0;
}
