/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_ETHTOOL_PRIV_H
#define TW_ETHTOOL_PRIV_H

/* Three answers of the ethtool ioctl that rtnetlink does not give. */

#include <stddef.h>
#include <stdint.h>

/* "" when the interface has no driver of its own. */
void tw_ethtool_driver(const char *ifname, char *ret_driver, size_t cap);

/* Receive channels in use, at least 1: an interface that has none feeds a single stream. */
uint32_t tw_ethtool_channels(const char *ifname);

/* Mbit/s, -1 when not known. */
int tw_ethtool_speed(const char *ifname);

#endif
