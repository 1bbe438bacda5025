/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef KEYFILE_PRIV_H
#define KEYFILE_PRIV_H

#include "tw_keyfile.h"

/*
 * One line [p, end). Octets of id and key are written to *out, which moves on; the caller's arena
 * has as many octets as the text plus one a line.
 * Returns 1 with an entry, 0 for a blank line or a comment, -EINVAL with *why.
 */
int keyfile_line(const char *p, const char *end, enum tw_keyfile_format format, char **out,
	struct tw_secret *ret, const char **ret_why);

#endif
