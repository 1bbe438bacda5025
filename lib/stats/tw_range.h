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

/** Record @p n packets that all carry @p v; n is not 0. */
static inline void tw_range_record_n(struct tw_range *r, uint8_t v, uint64_t n)
{
	if (r->count == 0) {
		r->min = v;
		r->max = v;
	}
	r->count += n;
	if (v < r->min)
		r->min = v;
	if (v > r->max)
		r->max = v;
}

static inline void tw_range_record(struct tw_range *r, uint8_t v)
{
	tw_range_record_n(r, v, 1);
}

void tw_range_merge(struct tw_range *dst, const struct tw_range *src);

#endif
