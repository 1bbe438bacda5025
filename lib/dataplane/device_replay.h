/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_DEVICE_REPLAY_H
#define TW_DEVICE_REPLAY_H

#include <stdint.h>

/*
 * Buffers that a net_pcap device keeps for each of its queues: with `infinite_rx=1` all frames of a
 * capture, and it refuses a pool that is smaller. 0 where it replays nothing, or nothing readable.
 */
uint32_t tw_dev_replayed(const char *args);

#endif
