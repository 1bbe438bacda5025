/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef DEVICES_CHECK_H
#define DEVICES_CHECK_H

#include "options.h"

/*
 * devices --check: what the machine lacks for the devices named, or for all it has where none is
 * named. Returns 0: nothing that is needed, 1: something, or a negative errno.
 */
int tw_devices_check(const struct tw_options *o, struct tw_err *err);

#endif
