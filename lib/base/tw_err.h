/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_ERR_H
#define TW_ERR_H

/**
 * @file
 * The one sentence that a failed call leaves for the person at the terminal. Functions that
 * can fail for many reasons take a struct tw_err and return a negative errno.
 */

#include <stdarg.h>
#include <stdio.h>

struct tw_err {
	char text[512];
};

/** Fill @p e (which may be NULL) and return @p code: `return tw_fail(e, -EINVAL, "...")`. */
__attribute__((format(printf, 3, 4))) static inline int tw_fail(
	struct tw_err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e) {
		va_start(ap, fmt);
		vsnprintf(e->text, sizeof(e->text), fmt, ap);
		va_end(ap);
	}
	return code;
}

#endif
