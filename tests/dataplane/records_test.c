/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "loop.h"
#include "tw_pace.h"
#include "tw_records.h"

/* Records of single packets: what the sender tells of each is what happened to it. */

#define MAX 2000

struct seen {
	uint32_t n;
	struct tw_packet_record sent[MAX], reply[MAX];
	uint32_t n_sent[MAX];
	uint32_t n_kind[MAX][4];
};

static struct seen seen;

static void note(void *arg, const struct tw_packet_record *r)
{
	(void)arg;
	assert_true(r->sseq < MAX);
	seen.n++;
	seen.n_kind[r->sseq][r->kind]++;
	if (r->kind == TW_PACKET_SENT)
		seen.sent[r->sseq] = *r;
	else
		seen.reply[r->sseq] = *r;
}

static void drain(struct tw_records *r)
{
	memset(&seen, 0, sizeof(seen));
	tw_records_drain(r, note, NULL);
}

/* Both ends have one clock here: the four stamps of a packet come in their order. */
static void in_time(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_records *r;

	(void)state;
	assert_int_equal(tw_records_create(2 * MAX, &r), 0);
	p.sender_cfg.records = r;
	p.sender_cfg.count = MAX;
	dp_pair_open(&p);
	dp_start(&p);
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.received, MAX);
	drain(r);
	assert_int_equal(seen.n, 2 * MAX);
	for (uint32_t i = 0; i < MAX; i++) {
		const struct tw_packet_record *x = &seen.reply[i];

		assert_int_equal(seen.n_kind[i][TW_PACKET_SENT], 1);
		assert_int_equal(seen.n_kind[i][TW_PACKET_FIRST], 1);
		assert_int_equal(x->t1, seen.sent[i].t1);
		assert_true(x->t1 <= x->t2 && x->t2 <= x->t3 && x->t3 <= x->t4);
		assert_true(x->t4 - x->t1 < (1ULL << 32) / 2);
		assert_int_equal(x->rseq, i);
		assert_int_equal(x->stream, 0);
		assert_true(x->has_ttl);
		assert_int_equal(x->ttl_there, 255);
		assert_int_equal(x->ttl_here, 255);
		assert_int_not_equal(x->error_here & 0xff, 0);
		assert_int_not_equal(x->error_peer & 0xff, 0);
	}
	assert_int_equal(tw_records_missed(r), 0);
	dp_pair_close(&p);
	tw_records_destroy(r);
}

/* A ring that nobody empties: the gap is counted, the measurement is whole. */
static void no_room(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_records *r;

	(void)state;
	assert_int_equal(tw_records_create(64, &r), 0);
	p.sender_cfg.records = r;
	p.sender_cfg.count = 500;
	dp_pair_open(&p);
	dp_start(&p);
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 500);
	assert_int_equal(p.result->packets.received, 500);
	assert_int_equal(tw_records_missed(r), 1000 - 64);
	drain(r);
	assert_int_equal(seen.n, 64);
	dp_pair_close(&p);
	tw_records_destroy(r);
}

/* Packets that are answered after the timeout, twice, or not at all. */
static void late_and_lost(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_records *r;
	struct rte_mbuf *m[64];
	uint16_t n;

	(void)state;
	assert_int_equal(tw_records_create(64, &r), 0);
	p.sender_cfg.records = r;
	p.sender_cfg.count = 20;
	p.sender_cfg.in_flight_max = 0;
	p.sender_cfg.timeout = tw_ns_from_ms(50);
	dp_pair_open(&p);
	dp_start(&p);
	dp_until_finished(&p, false);
	drain(r);
	assert_int_equal(seen.n, 20);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(seen.n_kind[i][TW_PACKET_SENT], 1);
	/* now they are answered, the first five twice */
	n = rte_eth_rx_burst(p.port[1], 0, m, 64);
	assert_int_equal(n, 20);
	for (uint16_t i = 0; i < 5; i++) {
		struct rte_mbuf *copy = rte_pktmbuf_copy(m[i], p.pool[0], 0, UINT32_MAX);

		assert_non_null(copy);
		assert_int_equal(rte_eth_tx_burst(p.port[0], 0, &copy, 1), 1);
	}
	assert_int_equal(rte_eth_tx_burst(p.port[0], 0, m, 15), 15);
	rte_pktmbuf_free_bulk(m + 15, 5);
	dp_tick(p.reflector);
	dp_tick(p.sender);
	dp_tick(p.sender);
	drain(r);
	assert_int_equal(seen.n, 20);
	for (uint32_t i = 0; i < 20; i++) {
		assert_int_equal(seen.n_kind[i][TW_PACKET_LATE], i < 15);
		assert_int_equal(seen.n_kind[i][TW_PACKET_DUPLICATE], i < 5);
		assert_int_equal(seen.n_kind[i][TW_PACKET_FIRST], 0);
		if (i < 15)
			assert_true(seen.reply[i].t4 - seen.reply[i].t1 > (1ULL << 32) / 20);
	}
	dp_pair_stop(&p);
	dp_pair_close(&p);
	tw_records_destroy(r);
}

/* What a full device did not take is recorded when it does, with the stamp that then goes out. */
static void offered_again(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_records *r;

	(void)state;
	assert_int_equal(tw_records_create(1000, &r), 0);
	p.wire = 50;
	p.sender_cfg.records = r;
	p.sender_cfg.count = 200;
	dp_pair_open(&p);
	dp_start(&p);
	for (int i = 0; i < 100; i++)
		dp_tick(p.sender);
	drain(r);
	assert_int_equal(seen.n, 50);
	dp_until_finished(&p, true);
	drain(r);
	/* each of the others once, and each reply carries the T1 that was recorded */
	for (uint32_t i = 50; i < 200; i++) {
		assert_int_equal(seen.n_kind[i][TW_PACKET_SENT], 1);
		assert_int_equal(seen.n_kind[i][TW_PACKET_FIRST], 1);
		assert_int_equal(seen.sent[i].t1, seen.reply[i].t1);
	}
	assert_int_equal(seen.n, 200 + 150);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.received, 200);
	dp_pair_close(&p);
	tw_records_destroy(r);
}

/* Pairs by a list of gaps; and a run that waits for duplicates although all is answered. */
static void gaps_and_linger(void **state)
{
	static const struct tw_pace_gap gaps[] = {{1ULL << 25, true}, {0, false}}; /* 7.8 ms, 0 */
	struct dp_pair p = dp_pair();
	struct tw_records *r;
	uint64_t began, last;

	(void)state;
	assert_int_equal(tw_records_create(100, &r), 0);
	p.sender_cfg.records = r;
	p.sender_cfg.count = 20;
	p.sender_cfg.schedule = TW_SCHEDULE_GAPS;
	p.sender_cfg.gaps = gaps;
	p.sender_cfg.n_gaps = 2;
	p.sender_cfg.pps_num = 256;
	p.sender_cfg.pps_den = 1;
	p.sender_cfg.linger = true;
	p.sender_cfg.timeout = tw_ns_from_ms(300);
	p.sender_cfg.horizon = tw_ns_from_ms(3000);
	dp_pair_open(&p);
	began = dp_now_ms();
	dp_start(&p);
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	drain(r);
	assert_int_equal(p.result->packets.received, 20);
	assert_int_equal(p.result->tester.not_sent, 0);
	last = seen.sent[19].t1 / ((1ULL << 32) / 1000);
	assert_true(dp_now_ms() - last >= 299);
	assert_true(last - began >= 10);
	/* the two of a pair are due at once, and pairs keep their distance */
	for (uint32_t i = 0; i < 20; i += 2)
		assert_true(seen.sent[i + 1].t1 >= seen.sent[i].t1);
	dp_pair_close(&p);
	tw_records_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_time),
		cmocka_unit_test(no_room),
		cmocka_unit_test(late_and_lost),
		cmocka_unit_test(offered_again),
		cmocka_unit_test(gaps_and_linger),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
