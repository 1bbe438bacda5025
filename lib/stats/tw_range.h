/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RANGE_H
#define TW_RANGE_H

/** @file The range of an octet that many packets carry. */

#include <stdint.h>

/** Smallest and largest octet seen; unknown when count is 0. */
struct tw_range {
	uint64_t count;
	uint8_t min;
	uint8_t max;
};

static inline void tw_range_record(struct tw_range *r, uint8_t v)
{
	if (r->count++ == 0) {
		r->min = v;
		r->max = v;
		return;
	}
	if (v < r->min)
		r->min = v;
	if (v > r->max)
		r->max = v;
}

void tw_range_merge(struct tw_range *dst, const struct tw_range *src);

#endif
