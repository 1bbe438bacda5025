/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef REPORT_PRIV_H
#define REPORT_PRIV_H

/* What several writers derive from a value in the same way. */

#include "tw_report.h"

#define REPORT_GENERATOR "dpdk-twamp " TW_VERSION

/* 2^-32 s, as a double, to nanoseconds; NaN stays NaN. */
static inline double report_ns(double span)
{
	return span * ((double)TW_NS_PER_SEC / 4294967296.0);
}

/* 0, or the errno of a stream that refused something. */
int report_finish(FILE *out);

/*
 * Packets a second; NaN when it cannot be told. `time` runs from the first to the last packet, so a
 * whole run of n packets has n - 1 gaps in it, an interval cut out of a run has n.
 */
double report_rate(uint64_t packets, struct tw_ns time, bool interim);

/* Extremes in 2^-32 s; NaN when empty. */
double report_min(const struct tw_series *s);
double report_max(const struct tw_series *s);

/* Lost packets of a direction; all of them for the round trip. */
struct tw_maybe report_lost(const struct tw_packet_counts *p, enum tw_direction d);

/* Quantile of the delay above its minimum (RFC 5481 PDV) in 2^-32 s; NaN when empty. */
double report_pdv(const struct tw_series *delay, double q);

/* Text of a source as in JSON; NULL when there was no stamp. */
const char *report_source(enum tw_stamp_source s);

const char *report_role(enum tw_worker_role role);

/* CPU time of all workers of a role, and what they moved. */
struct report_role_total {
	double seconds;
	uint64_t packets;
};
struct report_role_total report_role_total(
	const struct tw_cpu_usage *cpu, enum tw_worker_role role);

/* Do T1..T4 read one and the same clock? Both ends are ours, as in loopback. */
bool report_one_clock(const struct tw_result *r);

/* Or clocks that both claim to be synchronised? Only then does a one-way delay mean what it says. */
bool report_one_way_comparable(const struct tw_result *r);

#endif
