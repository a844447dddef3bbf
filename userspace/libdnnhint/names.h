/* SPDX-License-Identifier: MIT */
/* Names of what is on the wire, for error texts. */
#ifndef DNNHINT_NAMES_H
#define DNNHINT_NAMES_H

const char *hint_attr_name(int attr);		/* enum dnn_gov_attr */
const char *hint_cost_attr_name(int attr);	/* enum dnn_gov_cost_attr */

#endif
