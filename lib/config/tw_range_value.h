/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RANGE_VALUE_H
#define TW_RANGE_VALUE_H

/**
 * @file
 * Values that stand for many: numbers and addresses that streams walk along.
 */

#include "tw_addr.h"
#include "tw_err.h"

#include <stdint.h>

/** first, first + 1, ... n of them. n = 0: not given. */
struct tw_number_range {
	uint32_t first;
	uint32_t n;
};

/** Successive addresses. n = 0: not given. */
struct tw_addr_range {
	struct tw_addr first;
	uint32_t n;
};

/** One end of many streams. */
struct tw_end_range {
	struct tw_addr_range addr;
	struct tw_number_range port;
};

/**
 * `N` or `N-M`.
 * @param err  what is allowed
 * @return 0, -EINVAL
 */
int tw_number_range_parse(
	const char *s, uint32_t min, uint32_t max, struct tw_err *err, struct tw_number_range *ret);

/**
 * `ADDR`, `ADDR-ADDR`, or `ADDR/LEN` for the hosts of a prefix: of IPv4 without network and
 * broadcast address, of IPv6 without the subnet-router anycast address. Behind it `:PORT` or
 * `:PORT-PORT`, then IPv6 stands in brackets; either part alone is fine. Literal addresses only.
 * @param err  what is allowed
 * @return 0, -EINVAL
 */
int tw_end_range_parse(const char *s, struct tw_err *err, struct tw_end_range *ret);

/** The i-th address of the range (modulo its length). */
struct tw_addr tw_addr_range_at(const struct tw_addr_range *r, uint64_t i);

#endif
