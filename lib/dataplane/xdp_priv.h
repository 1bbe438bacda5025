/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_XDP_PRIV_H
#define TW_XDP_PRIV_H

#include <stdint.h>

/*
 * Bind an AF_XDP socket in copy mode to a queue and close it again: says with a negative errno why
 * the real one would fail, and leaves the interface alone.
 */
int tw_xsk_try(int ifindex, uint32_t queue);

#endif
