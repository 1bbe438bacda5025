/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "loop_sender.h"
#include "tw_sender_results.h"

#include <sys/resource.h>

/*
 * Streams with schedules of their own: who is due when, in virtual time; exact accounts of many
 * streams on a wire that loses nothing; results of groups beside the whole.
 */

#define SEC (1ULL << 32)
#define MANY 100000

static const uint16_t size44 = 44;
static struct tw_stream_config *streams;
static struct tw_stream_schedule *schedules;
static uint64_t due_at[TW_BURST];

static struct tw_sender *sender(const struct dp_pair *p)
{
	return (struct tw_sender *)p->sender;
}

/* n streams; local addresses and ports repeat, but no two together. */
static void make(struct dp_pair *p, uint32_t n, uint32_t ports)
{
	streams = calloc(n, sizeof(*streams));
	schedules = calloc(n, sizeof(*schedules));
	assert_true(streams && schedules);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t host = i / ports;

		streams[i] = (struct tw_stream_config){
			.local = {{.family = 4,
					  .b = {10, (uint8_t)(host >> 16), (uint8_t)(host >> 8),
						  (uint8_t)host}},
				(uint16_t)(40000 + i % ports)},
			.remote = {{.family = 4, .b = {192, 0, 2, 1}}, 862},
			.local_mac = {{2, 0, 0, 0, 0, 9}},
			.next_hop_mac = {{2, 0, 0, 0, 0, 1}},
			.ttl = 255,
			.protocol = TW_PROTOCOL_STAMP,
			.n_sizes = 1,
			.sizes = &size44,
		};
		schedules[i] = (struct tw_stream_schedule){
			.kind = TW_SCHEDULE_PERIODIC, .pps_num = 1, .pps_den = 1, .burst = 1};
	}
	p->sender_cfg.n_streams = n;
	p->sender_cfg.streams = streams;
	p->sender_cfg.schedules = schedules;
	p->sender_cfg.in_flight_max = 0;
}

static void unmake(void)
{
	free(streams);
	free(schedules);
}

/* Virtual time: what is due by then, of each stream, by hand. */
static uint64_t due_by(const struct tw_stream_schedule *c, uint64_t span)
{
	uint64_t offset = (uint64_t)tw_ns_to_span(c->offset).v, bursts, n;
	tw_u128 period_num;

	if (span < offset)
		return 0;
	/* the k-th instant is k periods, rounded down: how many of them are below span + 1 */
	period_num = (tw_u128)c->pps_den * c->burst * SEC;
	bursts = (uint64_t)(((tw_u128)(span - offset + 1) * c->pps_num + period_num - 1) /
			    period_num);
	n = bursts * c->burst;
	return c->count && n > c->count ? c->count : n;
}

static void each_in_its_time(void **state)
{
	static const struct {
		uint64_t num, den, count;
		uint32_t burst, offset_ms;
	} rows[] = {{1, 10, 0, 1, 0}, {1, 10, 0, 1, 7000}, {1, 1, 5, 1, 0}, {3, 7, 0, 1, 100},
		{1000, 1, 0, 1, 0}, {1000, 1, 777, 1, 3}, {12345, 1, 0, 1, 50}, {2000, 1, 0, 16, 1},
		{50, 1, 9, 4, 20}, {100000, 1, 0, 32, 0}};
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	uint64_t taken[N] = {0}, now = 5 * SEC, last = 0, all = 0;
	struct dp_pair p = dp_pair();
	struct tw_sender *s;

	(void)state;
	make(&p, N, 4);
	for (uint32_t i = 0; i < N; i++)
		schedules[i] =
			(struct tw_stream_schedule){TW_SCHEDULE_PERIODIC, rows[i].num, rows[i].den,
				rows[i].burst, rows[i].count, tw_ns_from_ms(rows[i].offset_ms)};
	dp_pair_open(&p);
	s = sender(&p);
	s->start_mono = now;
	s->end_mono = now + 21 * SEC;
	tw_sender_own_start(s);
	for (; now < s->end_mono + SEC / 100; now += SEC / 4096 + 12345) {
		uint32_t which[TW_BURST];
		unsigned int n;

		while ((n = tw_sender_own_due(s, now, which, due_at)) > 0) {
			all += n;
			for (unsigned int k = 0; k < n; k++)
				taken[which[k]]++;
		}
		last = now < s->end_mono ? now : s->end_mono - 1;
		for (uint32_t i = 0; i < N; i++)
			assert_int_equal(taken[i], due_by(&schedules[i], last - s->start_mono));
	}
	assert_int_equal(s->left, 0);
	assert_int_equal(s->result->tester.not_sent, 0);
	assert_int_equal(s->result->tester.pacing.m.count, all);
	assert_in_range(s->result->tester.pacing.m.max, 1, SEC / 4096 + 12345);
	assert_in_range(s->result->tester.pacing.m.min, 0, SEC / 4096);
	/* sawteeth of a quarter of a millisecond, and nothing that grows */
	assert_near(tw_trend_slope(&s->result->tester.drift), 0, 1e-6);
	dp_pair_close(&p);
	unmake();
}

/* Held up: each stream skips by its own rule, and what it owes is counted. */
static void too_late(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_sender *s;
	uint64_t owed = 0, sent = 0, now = SEC;

	(void)state;
	make(&p, 200, 200);
	p.sender_cfg.n_groups = 2;
	for (uint32_t i = 0; i < 200; i++) {
		schedules[i].pps_num = i < 100 ? 1000 : 2;
		schedules[i].count = i % 10 == 0 ? 30 : 0;
		streams[i].group = i >= 100;
	}
	dp_pair_open(&p);
	s = sender(&p);
	s->start_mono = now;
	s->end_mono = now + 2 * SEC;
	tw_sender_own_start(s);
	/* 100 ms at once: more than 20 ms for the fast ones, less than a gap for the slow */
	now += SEC / 10;
	for (int k = 0; k < 100; k++) {
		uint32_t which[TW_BURST];

		sent += tw_sender_own_due(s, now, which, due_at);
	}
	for (uint32_t i = 0; i < 200; i++)
		owed += due_by(&schedules[i], SEC / 10);
	assert_int_equal(sent, 100);
	assert_int_equal(s->groups[0].result->tester.not_sent, owed - sent);
	assert_int_equal(s->groups[1].result->tester.not_sent, 0);
	assert_int_equal(s->groups[1].result->tester.pacing.m.count, 100);
	/* once more, over the end: none is forgotten */
	now = s->end_mono + SEC;
	for (int k = 0; k < 100 && s->left; k++) {
		uint32_t which[TW_BURST];

		sent += tw_sender_own_due(s, now, which, due_at);
	}
	owed = 0;
	for (uint32_t i = 0; i < 200; i++)
		owed += due_by(&schedules[i], 2 * SEC - 1);
	assert_int_equal(s->left, 0);
	assert_int_equal(owed,
		sent + s->groups[0].result->tester.not_sent + s->groups[1].result->tester.not_sent);
	dp_pair_close(&p);
	unmake();
}

static void check_exact(const struct dp_pair *p, uint64_t due)
{
	const struct tw_packet_counts *n = &p->result->packets;
	uint32_t begun = 0;

	assert_int_equal(n->sent + p->result->tester.not_sent, due);
	assert_int_equal(n->received, n->sent);
	assert_int_equal(n->lost + n->late + n->duplicates + n->reordered, 0);
	assert_true(n->lost_outbound.known);
	assert_int_equal(p->result->tester.pacing.m.count, n->sent);
	assert_int_equal(p->result->tester.window_overrun, 0);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
		assert_int_equal(p->result->discarded[i], 0);
	assert_int_equal(p->reflected.counters.received, n->sent);
	/* on a busy machine a stream may not have sent at all */
	for (uint32_t i = 0; i < p->sender_cfg.n_streams; i++)
		begun += sender(p)->streams[i].sent > 0;
	assert_int_equal(p->reflected.counters.sessions_active, begun);
	assert_int_equal(p->result->tester.departure.m.count, n->sent - begun);
}

/* Groups add up to the whole, each with its own streams. */
static void check_groups(struct dp_pair *p)
{
	struct tw_result *g = tw_result_create(), *sum = tw_result_create();
	struct tw_sender_query q = {.into = g};

	assert_true(g && sum);
	for (; q.group < p->sender_cfg.n_groups; q.group++) {
		uint64_t sent = 0;

		tw_result_reset(g);
		q.at = 0;
		assert_int_equal(tw_sender_group(p->sender, &q), 0);
		for (uint32_t i = 0; i < p->sender_cfg.n_streams; i++)
			if (streams[i].group == q.group)
				sent += sender(p)->streams[i].sent;
		assert_int_equal(g->packets.sent, sent);
		assert_int_equal(g->delay[TW_ROUNDTRIP].m.count, g->packets.received);
		assert_int_equal(g->tester.pacing.m.count, sent);
		assert_true(g->receive_time.v <= p->result->receive_time.v);
		assert_true(sent == 0 || g->peer.known);
		tw_result_merge(sum, g);
	}
	assert_int_equal(tw_sender_group(p->sender, &q), -ENOENT);
	assert_int_equal(sum->packets.sent, p->result->packets.sent);
	assert_int_equal(sum->packets.received, p->result->packets.received);
	assert_true(sum->delay[TW_OUTBOUND].m.sum == p->result->delay[TW_OUTBOUND].m.sum);
	assert_memory_equal(&sum->delay[TW_ROUNDTRIP].h, &p->result->delay[TW_ROUNDTRIP].h,
		sizeof(sum->delay[TW_ROUNDTRIP].h));
	assert_int_equal(sum->ttl[TW_INBOUND].count, p->result->ttl[TW_INBOUND].count);
	assert_int_equal(sum->receive_time.v, p->result->receive_time.v);
	tw_result_destroy(g);
	tw_result_destroy(sum);
}

/* One fast stream and a thousand slow ones, Poisson and periodic, sizes of their own. */
static void fast_and_slow(void **state)
{
	static const uint16_t sizes[] = {44, 100, 600, 100};
	struct dp_pair p = dp_pair();
	uint64_t due = 20000;

	(void)state;
	make(&p, 1001, 50);
	p.reflector_cfg.max_sessions = 2000;
	p.sender_cfg.n_groups = 3;
	p.sender_cfg.duration = tw_ns_from_sec(20);
	schedules[0].pps_num = 100000;
	schedules[0].count = due;
	for (uint32_t i = 1; i < 1001; i++) {
		streams[i].sizes = sizes + i % 4;
		streams[i].n_sizes = (uint16_t)(4 - i % 4);
		streams[i].tos = (uint8_t)(i % 64 << 2);
		streams[i].group = (uint16_t)(1 + i % 2);
		schedules[i].kind = i % 3 ? TW_SCHEDULE_PERIODIC : TW_SCHEDULE_POISSON;
		schedules[i].pps_num = 10 + i % 20;
		schedules[i].count = 1 + i % 3;
		schedules[i].offset = tw_ns_from_ms((int64_t)i % 100);
		due += schedules[i].count;
	}
	dp_pair_open(&p);
	dp_pair_launch(&p, 1);
	dp_pair_wait(&p);
	dp_pair_stop(&p);
	check_exact(&p, due);
	check_groups(&p);
	if (p.result->tester.not_sent == 0)
		assert_int_equal(sender(&p)->streams[0].sent, 20000);
	dp_pair_close(&p);
	unmake();
}

static uint64_t resident_kb(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%*u %lu", &pages), 1);
	fclose(f);
	return pages * 4;
}

/* Interim results of many streams come in slices, and are those of one go. */
static void check_slices(struct dp_pair *p)
{
	struct tw_result *r = tw_result_create(), *whole = tw_result_create();
	struct tw_sender_query border = {0}, q = {.border = true, .into = whole};
	unsigned int slices = 1;

	assert_true(r && whole);
	while (tw_sender_border(p->sender, &border) == TW_SENDER_MORE)
		slices++;
	assert_in_range(slices, MANY / 2000, MANY / 500);
	/* one that is given up after a slice leaves nothing to the next */
	assert_int_equal(tw_sender_interim(p->sender, &q), TW_SENDER_MORE);
	tw_result_reset(whole);
	q = (struct tw_sender_query){.border = true, .into = r};
	while (tw_sender_interim(p->sender, &q) == TW_SENDER_MORE)
		slices--;
	assert_int_equal(slices, 1);
	tw_sender_results(sender(p), whole, true);
	assert_int_equal(r->packets.sent, MANY);
	assert_int_equal(r->packets.received, MANY);
	assert_int_equal(r->packets.lost + whole->packets.lost, 0);
	assert_true(r->packets.lost_outbound.known && whole->packets.lost_outbound.known);
	assert_int_equal(r->jitter_streams, whole->jitter_streams);
	assert_int_equal(r->delay[TW_INBOUND].m.count, MANY);
	assert_int_equal(r->peer.rseq_equals_sseq, whole->peer.rseq_equals_sseq);
	assert_true(r->peer.rseq_equals_sseq);
	assert_int_equal(r->duration.v, whole->duration.v);
	tw_result_destroy(r);
	tw_result_destroy(whole);
}

/* Groups as well, and each looks at its own streams only: all together are as many slices, and one
 * for the end of each. */
static void check_group_slices(struct dp_pair *p)
{
	struct tw_result *r = tw_result_create();
	struct tw_sender_query q = {.border = true, .into = r};
	unsigned int calls = 0;
	int rc;

	assert_non_null(r);
	for (; q.group < p->sender_cfg.n_groups; q.group++) {
		tw_result_reset(r);
		q.at = 0;
		do
			rc = tw_sender_group(p->sender, &q);
		while (++calls < MANY && rc == TW_SENDER_MORE);
		assert_int_equal(rc, 0);
		assert_int_equal(r->packets.sent, MANY / 50);
		assert_int_equal(r->delay[TW_INBOUND].m.count, MANY / 50);
	}
	assert_in_range(calls, 2 * 50, MANY / 500);
	tw_result_destroy(r);
}

/* 100,000 streams of a packet a second, on two ports: sessions, keys, schedules, records. */
static void very_many(void **state)
{
	struct dp_pair p = dp_pair();
	uint64_t kb;

	(void)state;
	make(&p, MANY, 2);
	p.reflector_cfg.max_sessions = 2 * MANY;
	p.sender_cfg.n_groups = 50;
	for (uint32_t i = 0; i < MANY; i++) {
		streams[i].group = (uint16_t)(i / (MANY / 50));
		schedules[i].count = 1;
		schedules[i].offset = tw_ns((int64_t)i * 10000); /* 100,000 a second */
	}
	/* not what the machine takes away, but what there is to count */
	p.sender_cfg.horizon = tw_ns_from_sec(5);
	p.sender_cfg.timeout = tw_ns_from_ms(1000);
	kb = resident_kb();
	dp_pair_open(&p);
	print_message(
		"a stream takes %lu octets before it sends, the reflector's session included\n",
		(unsigned long)((resident_kb() - kb) * 1024 / MANY));
	dp_pair_launch(&p, 1);
	dp_pair_wait(&p);
	kb = resident_kb() - kb;
	dp_pair_stop(&p);
	check_exact(&p, MANY);
	assert_int_equal(p.result->packets.sent, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(sender(&p)->streams[i].sent, 1);
	print_message("and %lu after\n", (unsigned long)(kb * 1024 / MANY));
	check_slices(&p);
	check_group_slices(&p);
	/* 1.7 kB a stream; the reflector's sessions, pools and results are in it too */
	assert_in_range(kb, 1, MANY * 24 / 10 + 40000);
	dp_pair_close(&p);
	unmake();
}

static void refused(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_task *t;
	struct tw_err err;

	(void)state;
	dp_pair_open(&p);
	for (int i = 0; i < 6; i++) {
		struct tw_sender_config cfg;
		struct tw_loop_port lp = p.lp[0];
		struct dp_pair q = dp_pair();

		make(&q, 4, 2);
		cfg = q.sender_cfg;
		lp.tx_queue = 1; /* another pool's name */
		if (i == 0)
			streams[3].local = streams[0].local;
		else if (i == 1)
			schedules[2].pps_num = 0;
		else if (i == 2)
			schedules[2].kind = TW_SCHEDULE_MAX;
		else if (i == 3)
			schedules[2].burst = 0;
		else if (i == 4)
			streams[1].group = 1;
		else
			schedules[1].offset = tw_ns(-1);
		assert_int_equal(tw_sender_create(&lp, &cfg, &dp_clock, &err, &t), -EINVAL);
		assert_true(err.text[0] != '\0');
		unmake();
	}
	dp_pair_close(&p);
}

/* A wire that is stuck: packets are given up stream by stream, and the run ends. */
static void stuck(void **state)
{
	struct dp_pair p = dp_pair();
	uint64_t due = 0;

	(void)state;
	make(&p, 20, 20);
	p.wire = 10;
	p.sender_cfg.timeout = tw_ns_from_ms(50);
	p.sender_cfg.duration = tw_ns_from_ms(200);
	for (uint32_t i = 0; i < 20; i++) {
		schedules[i].pps_num = 100 + i;
		due += due_by(&schedules[i], SEC / 5 - 1);
	}
	dp_pair_open(&p);
	dp_start(&p);
	dp_until_finished(&p, false);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 10);
	/* those that wait in vain are not sent, like those that were given up */
	assert_true(sender(&p)->n_pending > 0);
	assert_int_equal(10 + p.result->tester.not_sent, due);
	for (struct rte_mbuf *m[16];;) {
		uint16_t n = rte_eth_rx_burst(p.port[1], 0, m, 16);

		if (n == 0)
			break;
		rte_pktmbuf_free_bulk(m, n);
	}
	tw_task_destroy(p.sender);
	p.sender_cfg.n_streams = 1;
	assert_int_equal(tw_sender_create(&p.lp[0], &p.sender_cfg, &dp_clock, &(struct tw_err){0},
				 &p.sender),
		0);
	dp_pair_close(&p);
	unmake();
}

/* No link: what comes due is given up at once, and what comes after it is sent. */
static void no_link(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_sender *s;
	_Atomic bool down = true;

	(void)state;
	make(&p, 10, 10);
	p.sender_cfg.duration = tw_ns_from_sec(30);
	for (uint32_t i = 0; i < 10; i++)
		schedules[i] =
			(struct tw_stream_schedule){TW_SCHEDULE_PERIODIC, 1000, 1, 1, 200, {0}};
	dp_pair_open(&p);
	s = sender(&p);
	s->port.no_link = &down;
	dp_start(&p);
	for (uint64_t end = dp_cpu_ms() + 5000; s->result->tester.not_sent < 10;) {
		assert_true(dp_cpu_ms() < end);
		dp_tick(p.sender);
	}
	assert_int_equal(s->numbered, 0);
	atomic_store(&down, false);
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent + p.result->tester.not_sent, 2000);
	assert_int_equal(p.result->packets.received, p.result->packets.sent);
	dp_pair_close(&p);
	unmake();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_in_its_time),
		cmocka_unit_test(too_late),
		cmocka_unit_test(fast_and_slow),
		cmocka_unit_test(very_many),
		cmocka_unit_test(refused),
		cmocka_unit_test(stuck),
		cmocka_unit_test(no_link),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
