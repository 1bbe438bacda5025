/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "loop_sender.h"

#include <rte_mbuf_dyn.h>

/*
 * Virtual time: the clock stands still while a loop sends, so every packet leaves at an instant that
 * is known here, with an error that is known. What the result says of the times between departures
 * is what was done to them, bucket by bucket.
 */

#define SEC (1ULL << 32)
#define PERIOD (SEC / 1024) /* of 1,024 packets a second, without a remainder */
#define STREAMS 3
#define N_GAPS 3
#define PASSES 3000
#define PER_PACKET 700 /* 2^-32 s from one packet of a burst to the next */
/* A NIC that holds packets has them so early at most, and no later: about 0.5 ms and 30 us. */
#define LEAD (1ULL << 21)
#define HOLDS (1ULL << 17)

/* One stream's departures, and the errors of the times between them. */
struct truth {
	uint64_t first;     /* due, from the start */
	uint64_t period;    /* between its packets */
	uint64_t next;      /* which packet is next, by its schedule */
	uint64_t left, due; /* of the packet before */
	uint64_t sent;
	struct tw_series gaps;
};

static struct truth truth[STREAMS];

static struct tw_sender *sender(const struct dp_pair *p)
{
	return (struct tw_sender *)p->sender;
}

static void leaves(struct truth *x, uint64_t due, uint64_t now)
{
	if (x->sent++)
		tw_series_record(&x->gaps, (int64_t)(now - x->left) - (int64_t)(due - x->due));
	x->left = now;
	x->due = due;
	x->next++;
}

/* A schedule that streams share: its k-th packet is due then, from the start. */
struct shared {
	uint64_t pps;
	uint32_t burst;
	const struct tw_pace_gap *gaps; /* instead: N_GAPS of them, over and over */
};

static uint64_t due_of(const struct shared *c, uint64_t k)
{
	uint64_t due = 0;

	if (!c->gaps)
		return (uint64_t)((tw_u128)(k / c->burst * c->burst) * SEC / c->pps);
	for (unsigned int i = 0; i < N_GAPS; i++)
		due += c->gaps[i].mean * (k / N_GAPS + (i <= k % N_GAPS));
	return due;
}

/* @return packets sent of those that are due */
static unsigned int in_turn(
	const struct shared *c, uint64_t start, uint64_t now, uint64_t horizon, uint64_t per_packet)
{
	struct truth *x = &truth[0];
	unsigned int sent = 0;

	for (; start + due_of(c, x->next) <= now && sent < TW_BURST; sent++) {
		if (now - start - due_of(c, x->next) > horizon) {
			while (start + due_of(c, x->next) <= now)
				x->next++;
			break;
		}
		leaves(x, start + due_of(c, x->next), now + sent * per_packet);
	}
	return sent;
}

/* The same where a NIC holds each until it is due, if it has it in time. @return those handed over */
static unsigned int held(
	const struct shared *c, uint64_t start, uint64_t now, uint64_t horizon, uint64_t *held_back)
{
	struct truth *x = &truth[0];
	unsigned int sent = 0;

	for (; start + due_of(c, x->next) <= now + LEAD && sent < TW_BURST; sent++) {
		uint64_t due = start + due_of(c, x->next);
		bool in_time = due >= now + HOLDS;

		if (due < now && now - due > horizon) {
			while (start + due_of(c, x->next) <= now)
				x->next++;
			break;
		}
		*held_back += in_time;
		leaves(x, due, in_time ? due : now);
	}
	return sent;
}

/* Each on its own. */
static unsigned int on_their_own(const struct tw_sender *s, uint64_t now)
{
	unsigned int sent = 0;

	for (uint32_t i = 0; i < STREAMS; i++) {
		struct truth *x = &truth[i];
		uint64_t at = s->start_mono + x->first;

		for (; at + x->next * x->period <= now; sent++) {
			if (now - at - x->next * x->period > s->own[i].horizon) {
				x->next = (now - at) / x->period + 1;
				break;
			}
			leaves(x, at + x->next * x->period, now);
		}
	}
	return sent;
}

/* The next instant: mostly a little late, now and then by some packets, seldom by too many. */
static uint64_t later(uint64_t now, uint64_t start, unsigned int k)
{
	uint64_t slot = (now - start) / PERIOD + 1;
	uint64_t error = (k * 2654435761ULL) % (PERIOD / 2);

	if (k % 500 == 499)
		slot += 40;
	else if (k % 7 == 6)
		slot += 3;
	else if (k % 2)
		error /= 1000;
	return start + slot * PERIOD + error;
}

static void stand_still(struct tw_sender *s, uint64_t now)
{
	s->task.clock.mult = 0;
	s->task.clock.mono0 = now;
}

/* For a second or more: the TSC at a later instant is asked for, too. */
static void stand_nearly_still(struct tw_sender *s, uint64_t now)
{
	stand_still(s, now);
	s->task.clock.tsc0 = rte_rdtsc();
	s->task.clock.mult = 1;
}

/* @return frames that were on the wire */
static unsigned int drain(const struct dp_pair *p)
{
	struct rte_mbuf *m[32];
	unsigned int n = 0;
	uint16_t k;

	for (; (k = rte_eth_rx_burst(p->port[1], 0, m, 32)) > 0; n += k)
		rte_pktmbuf_free_bulk(m, k);
	return n;
}

static void expect(const struct tw_series *is, const struct tw_series *want)
{
	assert_true(want->m.count > PASSES / 8);
	assert_true(want->m.min < 0 && want->m.max > 0);
	assert_int_equal(is->m.count, want->m.count);
	assert_true(is->m.sum == want->m.sum);
	assert_int_equal(is->m.min, want->m.min);
	assert_int_equal(is->m.max, want->m.max);
	assert_memory_equal(&is->h, &want->h, sizeof(want->h));
}

static void begin(struct dp_pair *p, bool prebuilt, uint64_t start)
{
	struct tw_sender *s;

	memset(truth, 0, sizeof(truth));
	p->sender_cfg.in_flight_max = 0;
	p->sender_cfg.count = 0;
	dp_pair_open(p);
	s = sender(p);
	if (prebuilt) {
		assert_int_equal(tw_sender_prebuilt_init(s), 0);
		assert_non_null(s->prebuilt);
	}
	s->start_mono = start;
	s->end_mono = UINT64_MAX;
	s->slope.countdown = UINT32_MAX;
}

static void in_turn_by(const struct shared *c, bool many, bool prebuilt, bool per_packet)
{
	uint64_t start = 5 * SEC, now = start, sent = 0;
	struct dp_pair p = dp_pair();
	struct tw_sender *s;

	p.sender_cfg.n_streams = many ? STREAMS : 1;
	p.sender_cfg.schedule = c->gaps ? TW_SCHEDULE_GAPS : TW_SCHEDULE_PERIODIC;
	p.sender_cfg.gaps = c->gaps;
	p.sender_cfg.n_gaps = N_GAPS;
	p.sender_cfg.pps_num = c->pps;
	p.sender_cfg.pps_den = 1;
	p.sender_cfg.burst = c->burst;
	p.sender_cfg.stamp = per_packet ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
	begin(&p, prebuilt, start);
	s = sender(&p);
	s->slope.per_packet = PER_PACKET;
	tw_pace_start(&s->pace, start);
	for (unsigned int k = 0; k < PASSES; k++) {
		stand_still(s, now);
		sent += in_turn(c, start, now, s->horizon, per_packet ? 0 : PER_PACKET);
		tw_sender_transmit(s, rte_rdtsc());
		assert_int_equal(s->numbered, sent);
		drain(&p);
		now = later(now, start, k);
	}
	assert_true(truth[0].next > sent);
	assert_int_equal(s->result->tester.not_sent, truth[0].next - sent);
	assert_int_equal(truth[0].gaps.m.count, sent - 1);
	expect(&s->result->tester.departure, &truth[0].gaps);
	dp_pair_close(&p);
}

/* One stream and several in turn; frames copied and prebuilt; a clock reading a burst or a packet;
 * gaps that are no whole number of units, bursts, gaps that differ. */
static void streams_in_turn(void **state)
{
	static const struct tw_pace_gap gaps[N_GAPS] = {
		{.mean = SEC / 300}, {.mean = 0}, {.mean = SEC / 2048 + 17}};
	static const struct shared rows[] = {{1024, 1, NULL}, {1000, 1, NULL}, {1000, 16, NULL},
		{3000, 7, NULL}, {999, 1, gaps}};

	(void)state;
	for (unsigned int i = 0; i < 8 * sizeof(rows) / sizeof(rows[0]); i++)
		in_turn_by(&rows[i / 8], i & 1, i & 2, i & 4);
}

/* What is held leaves on time whenever it is handed over; only what came too late for that is off. */
static void launch_time(void **state)
{
	static const struct shared rows[] = {{1024, 1, NULL}, {3000, 1, NULL}, {3000, 7, NULL}};

	(void)state;
	for (unsigned int i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const struct shared *c = &rows[i / 2];
		uint64_t start = 5 * SEC, now = start, sent = 0, held_back = 0;
		struct dp_pair p = dp_pair();
		struct tw_sender *s;

		p.sender_cfg.n_streams = i & 1 ? STREAMS : 1;
		p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
		p.sender_cfg.pps_num = c->pps;
		p.sender_cfg.pps_den = 1;
		p.sender_cfg.burst = c->burst;
		begin(&p, false, start);
		s = sender(&p);
		assert_int_equal(rte_mbuf_dyn_tx_timestamp_register(
					 &s->stamper.port.field, &s->stamper.port.launch_flag),
			0);
		s->stamper.launch = true;
		s->stamper.map = (struct tw_nic_map){.mult = 1ULL << TW_NIC_SHIFT,
			.inverse = 1ULL << TW_NIC_SHIFT,
			.until = rte_rdtsc() + ((uint64_t)1 << 62),
			.bits = 64,
			.good = true};
		tw_pace_start(&s->pace, start);
		for (unsigned int k = 0; k < PASSES; k++) {
			stand_nearly_still(s, now);
			sent += held(c, start, now, s->horizon, &held_back);
			tw_sender_transmit(s, rte_rdtsc());
			assert_int_equal(s->numbered, sent);
			drain(&p);
			now = later(now, start, k) - LEAD * 3 / 4;
		}
		assert_true(held_back > sent / 4 && held_back < sent * 3 / 4);
		assert_int_equal(s->stamper.n.hardware[0], held_back);
		assert_int_equal(s->stamper.n.software[0], sent - held_back);
		assert_int_equal(truth[0].gaps.m.count, sent - 1);
		expect(&s->result->tester.departure, &truth[0].gaps);
		dp_pair_close(&p);
	}
}

/* Schedules of their own, all in one result and in groups. */
static void own_schedules(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		static struct tw_stream_schedule schedules[STREAMS];
		struct tw_series first = {0};
		uint64_t start = 5 * SEC, now = start, sent = 0;
		bool groups = i & 1;
		struct dp_pair p = dp_pair();
		struct tw_sender *s;

		for (uint32_t k = 0; k < STREAMS; k++)
			schedules[k] = (struct tw_stream_schedule){.kind = TW_SCHEDULE_PERIODIC,
				.pps_num = 1024U >> k,
				.pps_den = 1,
				.burst = 1,
				.offset = tw_ns_from_ms(3 * k)};
		p.sender_cfg.n_streams = STREAMS;
		p.sender_cfg.schedules = schedules;
		p.sender_cfg.n_groups = groups ? 2 : 0;
		p.sender_cfg.stamp = i & 2 ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
		begin(&p, false, start);
		s = sender(&p);
		s->streams[2].group = groups;
		for (uint32_t k = 0; k < STREAMS; k++) {
			truth[k].first = s->own[k].offset;
			truth[k].period = PERIOD << k;
		}
		tw_sender_own_start(s);
		for (unsigned int k = 0; k < PASSES; k++) {
			stand_still(s, now);
			sent += on_their_own(s, now);
			while (tw_sender_transmit(s, rte_rdtsc()))
				drain(&p);
			assert_int_equal(s->numbered, sent);
			now = later(now, start, k);
		}
		tw_series_merge(&first, &truth[0].gaps);
		tw_series_merge(&first, &truth[1].gaps);
		if (groups) {
			expect(&s->groups[0].result->tester.departure, &first);
			expect(&s->groups[1].result->tester.departure, &truth[2].gaps);
			assert_int_equal(s->result->tester.departure.m.count, 0);
		} else {
			tw_series_merge(&first, &truth[2].gaps);
			expect(&s->result->tester.departure, &first);
		}
		dp_pair_close(&p);
	}
}

/* What has left when the clock is there, on the wire. */
static unsigned int wire_at(const struct dp_pair *p, uint64_t now)
{
	unsigned int n = 0;

	stand_still(sender(p), now);
	while (tw_sender_transmit(sender(p), rte_rdtsc()))
		n += drain(p);
	return n;
}

/* By turns, prebuilt or not, or by its own schedule. */
static void begin_bursts(struct dp_pair *p, uint32_t burst, unsigned int how, uint64_t start)
{
	static struct tw_stream_schedule schedule;
	struct tw_sender *s;

	schedule = (struct tw_stream_schedule){
		.kind = TW_SCHEDULE_PERIODIC, .pps_num = 1024, .pps_den = 1, .burst = burst};
	p->sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
	p->sender_cfg.pps_num = 1024;
	p->sender_cfg.pps_den = 1;
	p->sender_cfg.burst = burst;
	if (how == 2)
		p->sender_cfg.schedules = &schedule;
	begin(p, how == 1, start);
	s = sender(p);
	if (how == 2)
		tw_sender_own_start(s);
	else
		tw_pace_start(&s->pace, start);
}

/* A worker that is in time puts so many packets on the wire at a time, never more, and then none
 * for as many periods. */
static void bursts_on_the_wire(void **state)
{
	static const uint32_t bursts[] = {1, 2, 7, 32, 100, 1024};

	(void)state;
	for (unsigned int i = 0; i < 3 * RTE_DIM(bursts); i++) {
		const uint32_t burst = bursts[i / 3];
		const uint64_t start = 5 * SEC;
		struct dp_pair p = dp_pair();

		begin_bursts(&p, burst, i % 3, start);
		/* four looks a period */
		for (unsigned int k = 0; k < 4 * 5 * burst; k++)
			assert_int_equal(wire_at(&p, start + k * PERIOD / 4),
				k % (4 * burst) == 0 ? burst : 0);
		assert_int_equal(sender(&p)->result->tester.not_sent, 0);
		dp_pair_close(&p);
	}
}

/* One that is late sends what it missed at once, and the gaps say so; 20 ms at most. */
static void late_ones_catch_up(void **state)
{
	(void)state;
	for (unsigned int how = 0; how < 3; how++) {
		const uint64_t start = 5 * SEC;
		struct dp_pair p = dp_pair();
		const struct tw_result *r;

		begin_bursts(&p, 1, how, start);
		r = sender(&p)->result;
		assert_int_equal(wire_at(&p, start), 1);
		assert_int_equal(wire_at(&p, start + 20 * PERIOD), 20);
		assert_int_equal(r->tester.not_sent, 0);
		assert_true(r->tester.departure.m.min <= -(int64_t)PERIOD * 9 / 10);
		/* what is overdue by more than that is given up, all of it */
		assert_int_equal(wire_at(&p, start + 42 * PERIOD), 0);
		assert_int_equal(r->tester.not_sent, 22);
		assert_int_equal(wire_at(&p, start + 43 * PERIOD), 1);
		dp_pair_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_in_turn),
		cmocka_unit_test(launch_time),
		cmocka_unit_test(bursts_on_the_wire),
		cmocka_unit_test(late_ones_catch_up),
		cmocka_unit_test(own_schedules),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
