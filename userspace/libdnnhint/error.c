// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <netlink/errno.h>

#include "handle.h"

int hint_fail(struct dnnhint *h, int err, const char *format, ...)
{
	va_list args;

	if (!format) {
		snprintf(h->error, sizeof(h->error), "%s", dnnhint_strerror(err));
		return err;
	}
	va_start(args, format);
	vsnprintf(h->error, sizeof(h->error), format, args);
	va_end(args);
	return err;
}

/* libnl has its own numbers, and more errnos than numbers. */
int hint_from_libnl(int nle)
{
	switch (nle < 0 ? -nle : nle) {
	case NLE_SUCCESS:
		return 0;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_EXIST:
		return -EADDRINUSE;
	case NLE_INVAL:
		return -EINVAL;
	case NLE_RANGE:
		return -ERANGE;
	case NLE_MSGSIZE:
		return -EMSGSIZE;
	case NLE_OBJ_NOTFOUND:		/* no such family */
	case NLE_AF_NOSUPPORT:		/* no generic netlink at all */
	case NLE_PROTO_MISMATCH:
		return -EPROTONOSUPPORT;
	case NLE_BUSY:
		return -EBUSY;
	case NLE_NOACCESS:
		return -EACCES;
	case NLE_PERM:
		return -EPERM;
	case NLE_MSG_TRUNC:
	case NLE_MSG_TOOSHORT:
	case NLE_PARSE_ERR:
	case NLE_MISSING_ATTR:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

const char *dnnhint_error(const struct dnnhint *h)
{
	return h->error;
}
