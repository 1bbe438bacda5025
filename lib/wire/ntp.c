/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_ntp.h"

/* 2^32, to multiply by: a negative number must not be shifted to the left. */
#define UNITS_PER_SEC ((tw_i128)1 << 32)

struct tw_ns tw_ntp_to_ns(struct tw_ntp t, struct tw_ns near)
{
	int64_t sec = near.v / TW_NS_PER_SEC - (near.v % TW_NS_PER_SEC < 0);
	struct tw_ntp anchor = tw_ntp_from_ns(near);
	tw_i128 at, ns;

	/* near in 2^-32 s since 1970, without a wrap, then the short way round to t */
	at = sec * UNITS_PER_SEC + (anchor.v & UINT32_MAX) + tw_ntp_sub(t, anchor).v;
	ns = (at * TW_NS_PER_SEC + ((tw_i128)1 << 31)) >> 32;
	if (ns > INT64_MAX)
		return tw_ns(INT64_MAX);
	if (ns < INT64_MIN)
		return tw_ns(INT64_MIN);
	return tw_ns((int64_t)ns);
}

uint16_t tw_error_estimate_encode(struct tw_span bound, bool synchronised, bool ptp)
{
	uint64_t units = bound.v > 0 ? (uint64_t)bound.v : 1, multiplier;
	unsigned int scale = 0;

	/* at most 57 rounds, once per clock update */
	while ((multiplier = (units + ((uint64_t)1 << scale) - 1) >> scale) > 255)
		scale++;
	return (uint16_t)((synchronised ? TW_ERROR_S : 0) | (ptp ? TW_ERROR_Z : 0) | scale << 8 |
			  multiplier);
}

struct tw_span tw_ns_to_span_up(struct tw_ns d)
{
	struct tw_span s = tw_ns_to_span(d);

	/* Few nanoseconds are a whole number of units: those where nothing was rounded away. */
	if (s.v < INT64_MAX && s.v > INT64_MIN &&
		(tw_i128)s.v * TW_NS_PER_SEC != d.v * UNITS_PER_SEC)
		s.v++;
	return s;
}
