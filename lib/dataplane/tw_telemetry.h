/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TELEMETRY_H
#define TW_TELEMETRY_H

/**
 * @file
 * Our numbers in DPDK's telemetry: `dpdk-telemetry.py -f PREFIX`, commands /twamp/workers
 * and /twamp/buffers.
 */

#include "tw_worker.h"

/**
 * Show these workers from now on; NULL shows none, nor buffers. Until then they must be there; afterwards no thread
 * looks at them any more.
 * @return 0, or a negative errno of DPDK: telemetry is off
 */
int tw_telemetry_show(const struct tw_worker *workers, unsigned int n);

/**
 * Buffers that are in use, pool by pool. Main thread, workers may run.
 * @param each  called with the pool's name, how many are in use, of how many
 */
void tw_telemetry_buffers(
	void (*each)(void *arg, const char *pool, uint32_t in_use, uint32_t size), void *arg);

#endif
