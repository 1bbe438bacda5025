/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"

#include "loop.h"
#include "reflector.h"
#include "sender.h"
#include "tw_ntp.h"
#include "tw_rand.h"
#include "tw_stamp.h"
#include "tw_tlv_reflect.h"
#include "tw_tlv_spec.h"

#include <rte_ethdev.h>

#define SEC (1ULL << 32)

/* Authenticated STAMP and TLVs, where both loops and their clocks matter. */

/* What the bursts of replies were as they reached the device. */
struct seen {
	struct tw_task *task;
	unsigned int bursts, within, warm;
	uint64_t least; /* Error Estimate, 2^-32 s */
};

/* T3 of the first packet of a burst stands there longest until all are signed. */
static uint16_t on_transmit(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, void *arg)
{
	struct seen *s = arg;
	uint64_t now = tw_clock_mono(&s->task->clock, rte_rdtsc()) + s->task->clock.offset;
	uint64_t declared = UINT64_MAX, longest = 0;

	(void)port;
	(void)queue;
	for (uint16_t i = 0; i < n; i++) {
		const uint8_t *p = rte_pktmbuf_mtod_offset(m[i], uint8_t *, TW_IP4_PAYLOAD_OFF);
		uint64_t waited = now - tw_get64(p + TW_AUTH_REP_TIMESTAMP);
		uint64_t error =
			(uint64_t)tw_error_estimate_span(tw_get16(p + TW_AUTH_REP_ERROR)).v;

		assert_true((int64_t)waited > 0);
		longest = waited > longest ? waited : longest;
		declared = error < declared ? error : declared;
	}
	if (n < TW_BURST || s->warm++ < 100)
		return n;
	s->bursts++;
	s->within += longest <= declared;
	s->least = declared < s->least ? declared : s->least;
	return n;
}

/*
 * T3 is read before the HMACs of its burst, and the Error Estimate says so. The clock's own error,
 * which may hide all that, is taken out of it. A machine that is busy elsewhere holds up some
 * bursts, not most.
 */
static void error_estimate_covers_hmacs(void **state)
{
	struct dp_pair p = dp_pair();
	struct seen seen = {.least = UINT64_MAX};
	const struct rte_eth_rxtx_callback *cb;

	(void)state;
	p.sender_cfg.in_flight_max = 0;
	dp_pair_protect(&p);
	dp_pair_open(&p);
	seen.task = p.reflector;
	tw_task_housekeeping(p.reflector, rte_rdtsc());
	cb = rte_eth_add_tx_callback(p.port[1], 0, on_transmit, &seen);
	assert_non_null(cb);
	dp_start(&p);
	for (uint64_t late = dp_now_ms() + 30000; seen.bursts < 400;) {
		assert_true(dp_now_ms() < late);
		dp_tick(p.sender);
		p.reflector->clock.error = 0;
		p.reflector->housekeeping(p.reflector);
		p.reflector->step(p.reflector);
	}
	if (seen.within < seen.bursts / 2)
		fail_msg("T3 of %u bursts of %u is older than their Error Estimate",
			seen.bursts - seen.within, seen.bursts);
	/* and it is a bound, not an excuse */
	assert_true(seen.least < (1ULL << 32) / 1000);
	p.sender->control(p.sender, TW_LETTER_STOP);
	dp_until_finished(&p, true);
	assert_int_equal(rte_eth_remove_tx_callback(p.port[1], 0, cb), 0);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.lost, 0);
	dp_pair_close(&p);
}

/* TLVs of a reply whose T1 is not ours are no news. */
static void tlvs_of_a_false_reply(void **state)
{
	static const char *const words[] = {"location"};
	static const struct tw_tlv_policy policy = {.t2_method = TW_METHOD_SOFTWARE};
	static struct tw_tlv_template tlv;
	struct tw_clock clock = dp_clock;
	struct dp_pair p = dp_pair();
	struct rte_mbuf *m;
	struct tw_sender *s;
	struct tw_rand rand;
	struct tw_err err;
	uint16_t size, a, b;
	uint8_t *f;

	(void)state;
	tw_rand_init(&rand, 1);
	assert_int_equal(tw_tlv_compile(words, 1, false, &rand, &tlv, &err), 0);
	size = (uint16_t)(TW_STAMP_LEN + tlv.len);
	p.clock = &clock;
	p.sender_cfg.count = 20;
	p.streams[0].tlv = &tlv;
	p.streams[0].sizes = &size;
	p.streams[0].n_sizes = 1;
	p.reflector_cfg.tlv = &policy;
	dp_pair_open(&p);
	s = (struct tw_sender *)p.sender;
	dp_start(&p);
	while (rte_eth_rx_burst(p.port[0], 0, &m, 1) == 0) {
		s->task.housekeeping(&s->task);
		tw_sender_transmit(s, rte_rdtsc());
		dp_tick(p.reflector);
	}
	/* two words of T1 in each other's place: the checksum stays */
	f = rte_pktmbuf_mtod_offset(m, uint8_t *, TW_IP4_PAYLOAD_OFF + TW_REP_SENDER_TIMESTAMP);
	a = tw_get16(f);
	b = tw_get16(f + 2);
	tw_put16(f, b);
	tw_put16(f + 2, a);
	tw_sender_slow(s, m, tw_clock_mono(&s->task.clock, rte_rdtsc()));
	assert_int_equal(s->result->discarded[TW_DISCARD_BAD_ECHO], 1);
	assert_int_equal(s->result->tlv.replies, 0);
	while (s->answered < 19) {
		dp_tick(p.reflector);
		dp_tick(p.sender);
	}
	dp_change_clock(&clock, 0, p.sender_cfg.timeout);
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.lost, 1);
	assert_int_equal(p.result->tlv.replies, 19);
	dp_pair_close(&p);
}

/* Of two streams one asks for three replies to each packet: all are waited for, no longer. */
static void several_replies_to_one_stream(void **state)
{
	static const char *const words[] = {"reflected-control:length=0,count=3,interval=100us"};
	static struct tw_tlv_asymmetry allow = {
		.max_packets = 16, .max_octets = 65536, .max_octets_per_sec = 100000000};
	static struct tw_tlv_template tlv;
	struct tw_tlv_policy policy = {.t2_method = TW_METHOD_SOFTWARE,
		.allow_asymmetric = &allow,
		.n_allow_asymmetric = 1};

	(void)state;
	assert_int_equal(tw_prefix_parse("192.0.2.0/24", &allow.prefix), 0);
	for (unsigned int i = 0; i < 4; i++) {
		struct dp_pair p = dp_pair();
		static uint16_t size;
		struct tw_rand rand;
		struct tw_err err;
		uint64_t began;

		tw_rand_init(&rand, 1);
		if (tw_tlv_compile(words, 1, false, &rand, &tlv, &err) < 0)
			fail_msg("%s", err.text);
		size = (uint16_t)(TW_STAMP_LEN + tlv.len);
		p.sender_cfg.n_streams = 2;
		p.sender_cfg.count = 40;
		p.sender_cfg.timeout = tw_ns_from_ms(20000);
		p.sender_cfg.n_groups = i & 2 ? 1 : 0;
		p.streams[i & 1].tlv = &tlv;
		p.streams[i & 1].sizes = &size;
		p.streams[i & 1].n_sizes = 1;
		p.reflector_cfg.tlv = &policy;
		dp_pair_open(&p);
		/* what they may cause together is not there from the start */
		for (began = dp_now_ms() + 20; dp_now_ms() < began;)
			;
		dp_start(&p);
		dp_until_finished(&p, true);
		assert_true(dp_now_ms() - began < 15000);
		dp_pair_stop(&p);
		assert_int_equal(p.result->packets.sent, 40);
		assert_int_equal(p.result->packets.received, 40);
		assert_int_equal(p.result->tlv.replies, 60);
		dp_pair_close(&p);
	}
}

/* What all may cause together fills up with time, and not where packets' times are not in order. */
static void times_out_of_order(void **state)
{
	static struct tw_tlv_asymmetry allow = {
		.max_packets = 16, .max_octets = 65536, .max_octets_per_sec = 100000};
	struct tw_tlv_policy policy = {.t2_method = TW_METHOD_SOFTWARE,
		.allow_asymmetric = &allow,
		.n_allow_asymmetric = 1};
	struct dp_pair p = dp_pair();
	struct tw_tlv_request req;
	struct tw_reflector *r;
	uint64_t mono;

	(void)state;
	assert_int_equal(tw_prefix_parse("192.0.2.0/24", &allow.prefix), 0);
	p.reflector_cfg.tlv = &policy;
	dp_pair_open(&p);
	r = (struct tw_reflector *)p.reflector;
	mono = r->volume_at + 4 * SEC;
	tw_reflector_volume(r, mono, &req);
	assert_int_equal(req.octets_left, 100000);
	r->volume_left = 0;
	/* 5 ms before, which a NIC's stamp may be; then 10 ms after that */
	tw_reflector_volume(r, mono - SEC / 200, &req);
	assert_int_equal(req.octets_left, 0);
	tw_reflector_volume(r, mono + SEC / 200, &req);
	assert_in_range(req.octets_left, 499, 500);
	dp_pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_estimate_covers_hmacs),
		cmocka_unit_test(tlvs_of_a_false_reply),
		cmocka_unit_test(several_replies_to_one_stream),
		cmocka_unit_test(times_out_of_order),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
