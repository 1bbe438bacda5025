/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The bookkeeping by hand, then paths of all kinds through the statistics of lib/stats: what they
 * say must be what happened. */

#include "truth.h"

#include "event.h"
#include "path.h"
#include "tw_loss.h"
#include "tw_test.h"

static uint64_t seed;
static const struct sim_clock right;

/* 0 answered; 1 lost outbound; 2 copied outbound, both answered; 3 its reply lost; 4 answered
 * twice (copied inbound) before 2; 5 late; 6 lost. */
static void bookkeeping_by_hand(void **state)
{
	struct sim_truth t;
	struct sim_counts c;
	uint32_t q[7], r[6];

	(void)state;
	sim_truth_init(&t, 2);
	for (uint32_t i = 0; i < 7; i++) {
		q[i] = sim_truth_sent(&t, 1, 10 * i);
		sim_truth_sent(&t, 0, 10 * i + 5); /* the other stream: nothing of it arrives */
	}
	assert_int_equal(t.request[q[6]].seq, 6);
	r[0] = sim_truth_reflected(&t, q[0], 20, 21);
	r[1] = sim_truth_reflected(&t, q[2], 40, 41);
	r[2] = sim_truth_reflected(&t, q[2], 42, 43);
	r[3] = sim_truth_reflected(&t, q[3], 50, 51);
	r[4] = sim_truth_reflected(&t, q[4], 60, 61);
	r[5] = sim_truth_reflected(&t, q[5], 70, 71);
	sim_truth_returned(&t, r[0], 30);
	sim_truth_returned(&t, r[4], 65);
	sim_truth_returned(&t, r[1], 66);
	sim_truth_returned(&t, r[2], 67);
	sim_truth_returned(&t, r[4], 68);
	sim_truth_returned(&t, r[5], 200);
	sim_truth_count(&t, 1, &right, 100, &c);
	assert_int_equal(c.sent, 7);
	assert_int_equal(c.received, 3);
	assert_int_equal(c.lost, 4);
	assert_int_equal(c.late, 1);
	assert_int_equal(c.never_there, 2);
	assert_int_equal(c.never_back, 1);
	assert_int_equal(c.told_outbound, 1); /* 6 is behind the last answer */
	assert_int_equal(c.told_inbound, 1);
	assert_int_equal(c.duplicates, 2);
	assert_int_equal(c.duplicates_outbound, 1);
	assert_int_equal(c.duplicates_inbound, 1);
	assert_int_equal(c.reordered, 1); /* 2 behind 4 */
	assert_int_equal(c.reordered_inbound, 1);
	assert_int_equal(c.reordered_outbound, 0);
	sim_truth_count(&t, 0, &right, 100, &c);
	assert_int_equal(c.sent, 7);
	assert_int_equal(c.never_there, 7);
	assert_int_equal(c.told_outbound, 0);
	sim_truth_fini(&t);
}

/* The tracker is told what the sender sees of it. */
static void returned(
	struct sim_truth *t, struct tw_loss *l, uint32_t reply, uint64_t now, uint64_t timeout)
{
	const struct sim_reply *r = &t->reply[reply];
	const struct sim_request *q = &t->request[r->request];

	if (q->returned)
		tw_loss_duplicate(l, q->seq, (uint32_t)r->nth);
	else if (now - q->sent > timeout)
		tw_loss_late(l, q->seq, (uint32_t)r->nth);
	else
		tw_loss_reply(l, q->seq, (uint32_t)r->nth);
	sim_truth_returned(t, reply, now);
}

/* Request 20 comes to the reflector before 0 to 19, and its reply is held back until the one of
 * number W + 9 has come: the window is then from number 10 on, which is the reply to 9. Of the
 * twenty that are reordered outbound the last eleven can be told, and of 20 itself nothing. */
static void order_is_told_inside_the_window(void **state)
{
	static struct tw_loss_tables tables;
	const uint32_t n = TW_LOSS_ORDER_WINDOW + 10;
	struct tw_packet_counts got;
	struct sim_counts c;
	struct sim_truth t;
	struct tw_loss l;

	(void)state;
	for (int late = 0; late < 2; late++) {
		memset(&tables, 0, sizeof(tables));
		tw_loss_init(&l, &tables);
		sim_truth_init(&t, 1);
		for (uint32_t i = 0; i < n; i++)
			sim_truth_sent(&t, 0, i);
		for (uint32_t i = 0; i < n; i++)
			sim_truth_reflected(&t, i == 0 ? 20 : i <= 20 ? i - 1 : i, n + i, n + i);
		for (uint32_t i = 1; i < n; i++)
			returned(&t, &l, i, 2 * n + i, 4 * n);
		sim_truth_count(&t, 0, &right, 4 * n, &c);
		assert_int_equal(c.order_unknown, 0);
		assert_int_equal(c.order_told, 0);
		returned(&t, &l, 0, late ? 5 * n : 3 * n, 4 * n);
		sim_truth_count(&t, 0, &right, 4 * n, &c);
		assert_int_equal(c.late, late);
		assert_int_equal(c.reordered_outbound, 20);
		assert_int_equal(c.order_unknown, !late);
		assert_int_equal(c.order_told, 11);
		tw_loss_totals(&l, n, c.received, false, &got);
		assert_int_equal(l.order_unknown, !late);
		assert_int_equal(got.reordered_outbound, 11);
		assert_int_equal(got.reordered_inbound, !late);
		sim_truth_fini(&t);
	}
}

enum { AT_REFLECTOR, AT_SENDER };

/* One stream of @n packets 10 us apart over two paths, into a loss tracker. */
static void run(const struct sim_path_config *out, const struct sim_path_config *in,
	uint64_t number, uint32_t n, uint64_t timeout, struct sim_truth *t, struct tw_loss *l)
{
	static struct tw_loss_tables tables;
	uint64_t at[SIM_MAX_COPIES];
	struct sim_path there, back;
	struct sim_events q = {0};
	struct sim_event e;

	sim_path_init(&there, out, seed, 2 * number);
	sim_path_init(&back, in, seed, 2 * number + 1);
	sim_truth_init(t, 1);
	memset(&tables, 0, sizeof(tables));
	tw_loss_init(l, &tables);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t now = i * sim_us(10);
		uint32_t id = sim_truth_sent(t, 0, now);

		for (unsigned int k = sim_path_send(&there, now, at); k-- > 0;)
			sim_events_add(&q, at[k], AT_REFLECTOR, id, NULL);
	}
	while (sim_events_next(&q, &e)) {
		if (e.kind == AT_REFLECTOR) {
			uint32_t id = sim_truth_reflected(t, e.id, e.at, e.at + 1);

			for (unsigned int k = sim_path_send(&back, e.at + 1, at); k-- > 0;)
				sim_events_add(&q, at[k], AT_SENDER, id, NULL);
			continue;
		}
		returned(t, l, e.id, e.at, timeout);
	}
	sim_events_fini(&q);
}

/* @exact: the path neither copies nor reorders outbound; there the split is. */
static void compare(const struct sim_path_config *out, const struct sim_path_config *in,
	uint64_t number, bool exact)
{
	const uint64_t timeout = sim_us(2000);
	struct tw_packet_counts n;
	struct sim_counts c;
	struct sim_truth t;
	struct tw_loss l;

	run(out, in, number, 2000, timeout, &t, &l);
	sim_truth_count(&t, 0, &right, timeout, &c);
	tw_loss_totals(&l, c.sent, c.received, false, &n);
	assert_int_equal(n.lost, c.lost);
	assert_int_equal(n.late, c.late);
	assert_int_equal(n.duplicates, c.duplicates);
	assert_int_equal(n.duplicates_outbound, c.duplicates_outbound);
	assert_int_equal(n.duplicates_inbound, c.duplicates_inbound);
	assert_int_equal(n.reordered, c.reordered);
	assert_int_equal(n.reordered_inbound, c.reordered_inbound);
	assert_int_equal(l.order_unknown, c.order_unknown);
	assert_int_equal(n.reordered_outbound, c.order_told);
	assert_int_equal(tw_loss_restarts(&l), 0);
	assert_true(!exact || (!c.copied && !c.overtaken));
	if (!c.copied && !c.overtaken) {
		assert_true(n.lost_outbound.known && n.lost_inbound.known);
		assert_int_equal(n.lost_outbound.v, c.told_outbound);
		assert_int_equal(n.lost_inbound.v, c.told_inbound);
		assert_int_equal(n.lost_unattributed, c.lost - c.told_outbound - c.told_inbound);
	} else if (n.lost_outbound.known && n.lost) {
		assert_int_equal(
			n.lost, n.lost_outbound.v + n.lost_inbound.v + n.lost_unattributed);
		assert_int_equal(n.loss_estimated, c.duplicates > 0 || c.order_told > 0);
	}
	sim_truth_fini(&t);
}

static double some(struct tw_rand *r, double most)
{
	return tw_rand_below(r, 3) ? most * tw_rand_unit(r) : 0;
}

static struct sim_path_config any_path(struct tw_rand *r)
{
	struct sim_path_config c = {
		.delay = {(enum sim_delay_kind)tw_rand_below(r, 4), sim_us(100),
			sim_us(some(r, 100)), 0.1},
		.loss = some(r, 0.2),
		.duplicate = some(r, 0.1),
		.duplicate_gap = sim_us(some(r, 30)),
		.reorder = some(r, 0.05),
		.reorder_by = sim_us(some(r, 200)),
	};

	if (tw_rand_below(r, 2)) {
		c.to_bad = some(r, 0.05);
		c.to_good = 0.1;
		c.bad_loss = 0.8;
	}
	return c;
}

static void split_is_exact_while_nothing_overtakes_outbound(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, seed);
	for (uint64_t i = 0; i < 300; i++) {
		struct sim_path_config out = any_path(&r), in = any_path(&r);

		out.duplicate = in.duplicate = 0;
		out.in_order = true;
		compare(&out, &in, i, true);
	}
}

static void counts_are_exact_on_any_path(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, ~seed);
	for (uint64_t i = 0; i < 300; i++) {
		struct sim_path_config out = any_path(&r), in = any_path(&r);

		compare(&out, &in, i, false);
	}
}

/* Replies from beyond the timeout on: late, whatever else the path does. */
static void late_replies(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, seed + 1);
	for (uint64_t i = 0; i < 50; i++) {
		struct sim_path_config out = any_path(&r), in = any_path(&r);

		out.duplicate = in.duplicate = 0;
		out.in_order = true;
		in.in_order = true;
		in.delay = (struct sim_delay){SIM_UNIFORM, sim_us(1500), sim_us(600), 0};
		compare(&out, &in, i, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bookkeeping_by_hand),
		cmocka_unit_test(order_is_told_inside_the_window),
		cmocka_unit_test(split_is_exact_while_nothing_overtakes_outbound),
		cmocka_unit_test(counts_are_exact_on_any_path),
		cmocka_unit_test(late_replies),
	};

	seed = sim_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
