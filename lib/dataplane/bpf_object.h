/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_BPF_OBJECT_H
#define TW_BPF_OBJECT_H

/* Compiled BPF programs: where they are, and what libbpf says of them. */

#include "tw_err.h"

#include <stddef.h>

/*
 * Path of a compiled object of drivers-config/: what the environment variable says, the build tree
 * this binary is in, beside the binary, the installed one; the first that exists.
 * 0, -ENOENT: it was not built or not installed.
 */
int tw_bpf_object(
	const char *name, const char *variable, char *ret_path, size_t cap, struct tw_err *err);

/* What libbpf says goes to the log, and its warnings are the words of DPDK's last error. */
void tw_bpf_hear(void);

#endif
