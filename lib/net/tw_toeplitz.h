/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TOEPLITZ_H
#define TW_TOEPLITZ_H

/**
 * @file
 * The hash by which NICs spread packets over queues (Microsoft's receive side scaling).
 */

#include "tw_addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Hash of a string of octets.
 * @param key      of the device; octets beyond its end count as zero
 * @param key_len  40 or 52 as a rule
 */
uint32_t tw_toeplitz(const uint8_t *key, size_t key_len, const uint8_t *octets, size_t n);

/** Hash of a packet from @p src to @p dst, of one family; @p ports: these are in it, too. */
uint32_t tw_toeplitz_packet(const uint8_t *key, size_t key_len, const struct tw_endpoint *src,
	const struct tw_endpoint *dst, bool ports);

#endif
