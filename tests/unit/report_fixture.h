/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef REPORT_FIXTURE_H
#define REPORT_FIXTURE_H

/*
 * Results made by hand for the tests of the writers, and what the writers put into memory.
 * One unit of a series is 2^-32 s = 0.2328 ns, so whole nanoseconds survive the way there and back.
 */

#include "tw_report.h"
#include "tw_test.h"

#include <math.h>

static inline int64_t units(double ns)
{
	return llround(ns * 4.294967296);
}

/* Record `n` values of `ns` nanoseconds. */
static inline void record(struct tw_series *s, uint64_t n, double ns)
{
	for (uint64_t i = 0; i < n; i++)
		tw_series_record(s, units(ns));
}

/*
 * A result with something in every place. Buckets of the histogram, by hand:
 *   10 us = 42,950 units: bucket 42,496..43,007, middle 42,751, below the minimum: reads 10,000 ns
 *   20 us = 85,899: 84,992..86,015, middle 85,503 = 19,908 ns; -20 us: middle -85,505 = -19,908 ns
 *   30 us = 128,849: 128,000..129,023, middle 128,511 = 29,921 ns
 */
static inline struct tw_result *sample_result(void)
{
	struct tw_result *r = tw_result_create();

	assert_non_null(r);
	r->session = (struct tw_session_info){
		.protocol = "stamp",
		.mode = "unauthenticated",
		.local = "192.0.2.2:50000",
		.remote = "192.0.2.1:862",
		.dscp = 46,
		.ttl = 255,
		.streams = 2,
		.stamp = "burst",
	};
	r->start = tw_ns(1700000000 * TW_NS_PER_SEC + 5);
	r->duration = tw_ns(1500 * TW_NS_PER_MS);
	r->packets = (struct tw_packet_counts){
		.sent = 1000,
		.received = 990,
		.lost = 10,
		.lost_outbound = tw_known(4),
		.lost_inbound = tw_known(3),
		.lost_unattributed = 3,
		.loss_estimated = true,
		.late = 2,
		.duplicates = 5,
		.duplicates_outbound = 2,
		.duplicates_inbound = 3,
		.reordered = 7,
		.reordered_outbound = 6,
		.reordered_inbound = 1,
		.order_unknown = 3,
		.short_replies = 9,
	};
	record(&r->delay[TW_OUTBOUND], 495, 10000);
	record(&r->delay[TW_OUTBOUND], 495, 30000);
	record(&r->delay[TW_INBOUND], 90, -5000);
	record(&r->delay[TW_INBOUND], 900, 20000);
	record(&r->delay[TW_ROUNDTRIP], 990, 50000);
	record(&r->residence, 990, 1000);
	record(&r->ipdv[TW_OUTBOUND], 1, -20000);
	record(&r->ipdv[TW_OUTBOUND], 1, 20000);
	record(&r->ipdv[TW_ROUNDTRIP], 3, 0);
	r->jitter[TW_OUTBOUND] = 900 * 4.294967296;
	r->jitter[TW_INBOUND] = (double)NAN;
	r->jitter[TW_ROUNDTRIP] = 1100 * 4.294967296;
	r->jitter_streams = 2;
	r->ttl[TW_OUTBOUND] = (struct tw_range){.count = 990, .min = 250, .max = 251};
	r->ttl[TW_INBOUND] = (struct tw_range){.count = 990, .min = 252, .max = 253};
	r->dscp[TW_OUTBOUND] = (struct tw_range){.count = 990, .min = 0, .max = 46};
	r->ecn[TW_INBOUND] = (struct tw_range){.count = 990, .min = 0, .max = 3};
	r->source[0] = TW_STAMP_LAUNCH_TIME;
	r->source[1] = TW_STAMP_PEER;
	r->source[2] = TW_STAMP_PEER;
	r->source[3] = TW_STAMP_HARDWARE;
	r->stamping.nic = true;
	r->stamping.hardware[0] = 1000;
	r->stamping.hardware[3] = 990;
	r->stamping.asked = 4;
	r->stamping.missed = 1;
	record(&r->stamping.to_wire, 3, 2500);
	r->stamping.error = tw_ns(700);
	r->clock = (struct tw_clock_info){.error = tw_ns(1200), .synchronised = true, .steps = 1};
	r->peer = (struct tw_peer_info){
		.known = true,
		.synchronised = true,
		.ptp = true,
		.error = {units(2000)},
		.zero_multiplier = 11,
		.negative_residence = 12,
	};
	record(&r->tester.departure, 9, -20000);
	record(&r->tester.departure, 989, 0);
	r->offered_pps = 1000;
	r->send_time = tw_ns(999 * TW_NS_PER_MS);    /* 999 gaps: 1000 a second */
	r->receive_time = tw_ns(989 * TW_NS_PER_MS); /* 989 gaps */
	r->cpu = (struct tw_cpu_usage){
		.n = 2,
		.worker = {{TW_ROLE_SENDER, {250 * TW_NS_PER_MS}, 1990},
			{TW_ROLE_REFLECTOR, {500 * TW_NS_PER_MS}, 2000}},
	};
	r->discarded[TW_DISCARD_BAD_ECHO] = 13;
	return r;
}

/* Nobody answered. */
static inline struct tw_result *silent_result(void)
{
	struct tw_result *r = tw_result_create();

	assert_non_null(r);
	r->packets.sent = 5;
	r->packets.lost = 5;
	r->packets.lost_unattributed = 5;
	for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
		r->jitter[d] = (double)NAN;
	return r;
}

static inline struct tw_reflector_report *sample_reflector(void)
{
	struct tw_reflector_report *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->start = tw_ns(1700000000 * TW_NS_PER_SEC);
	r->duration = tw_ns(60 * TW_NS_PER_SEC);
	r->n_local = 2;
	snprintf(r->local[0], sizeof(r->local[0]), "192.0.2.1:862");
	snprintf(r->local[1], sizeof(r->local[1]), "[2001:db8::1]:862");
	r->stamp = "packet";
	r->source[0] = TW_STAMP_HARDWARE;
	r->source[1] = TW_STAMP_SOFTWARE;
	r->stamping.nic = true;
	r->stamping.hardware[1] = 900;
	r->stamping.asked = 8;
	r->stamping.missed = 8;
	r->stamping.error = tw_ns(400);
	r->stamping.notes = 1U << TW_STAMP_NOTE_TX_NEVER;
	r->counters.received = 1000;
	r->counters.reflected = 900;
	r->counters.passed = 40;
	r->counters.repeated = 9;
	r->counters.octets_in = 77400;
	r->counters.octets_out = 77401;
	r->counters.discarded[TW_DISCARD_MULTICAST] = 50;
	r->counters.discarded[TW_DISCARD_NOT_OUR_PORT] = 10;
	r->counters.checksum_partial = 4;
	r->counters.sessions_created = 9;
	r->counters.sessions_expired = 5;
	r->counters.sessions_evicted = 1;
	r->counters.sessions_reset = 2;
	r->counters.stateless_overflow = 6;
	r->counters.sessions_active = 3;
	r->counters.dscp[0] = 800;
	r->counters.dscp[46] = 100;
	r->counters.ecn[0] = 899;
	r->counters.ecn[3] = 1;
	r->counters.ttl_min = 60;
	r->counters.ttl_max = 255;
	r->cpu = (struct tw_cpu_usage){
		.n = 1, .worker = {{TW_ROLE_REFLECTOR, {TW_NS_PER_SEC}, 1800}}};
	r->clock = (struct tw_clock_info){.error = tw_ns(1500), .synchronised = false};
	record(&r->residence, 900, 1000);
	return r;
}

/* Everything that a writer wrote; the caller frees it. */
struct memory {
	FILE *out;
	char *text;
	size_t len;
};

static inline void memory_open(struct memory *m)
{
	m->text = NULL;
	m->out = open_memstream(&m->text, &m->len);
	assert_non_null(m->out);
}

static inline char *memory_close(struct memory *m)
{
	assert_int_equal(fclose(m->out), 0);
	return m->text;
}

#endif
