/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_result.h"
#include "tw_test.h"

#include <jansson.h>
#include <math.h>

static struct tw_result *a, *b, *d;

static int setup(void **state)
{
	(void)state;
	a = tw_result_create();
	b = tw_result_create();
	d = tw_result_create();
	return a && b && d ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	tw_result_destroy(a);
	tw_result_destroy(b);
	tw_result_destroy(d);
	tw_result_destroy(NULL);
	return 0;
}

/* Two workers' results, every field different. */
static void fill(struct tw_result *r, uint64_t k)
{
	int64_t v = (int64_t)k;

	r->session.protocol = "stamp";
	r->session.streams = (unsigned int)k;
	r->start = tw_ns(1000 - v);
	r->duration = tw_ns(100 * v);
	r->packets.sent = 10 * k;
	r->packets.received = 8 * k;
	r->packets.lost = 2 * k;
	r->packets.lost_outbound = tw_known(k);
	r->packets.lost_inbound = tw_known(k);
	for (int i = 0; i < TW_DIRECTIONS; i++) {
		tw_series_record(&r->delay[i], 10 * v + i);
		tw_series_record(&r->ipdv[i], 20 * v + i);
		r->jitter[i] = (double)(30 * k);
	}
	r->jitter_streams = k;
	tw_series_record(&r->residence, 40 * v);
	for (int i = 0; i < 2; i++) {
		tw_range_record(&r->ttl[i], (uint8_t)(200 + v));
		tw_range_record(&r->dscp[i], (uint8_t)(40 + v));
		tw_range_record(&r->ecn[i], (uint8_t)v);
	}
	r->source[0] = k == 1 ? TW_STAMP_HARDWARE : TW_STAMP_SOFTWARE;
	r->source[1] = r->source[2] = TW_STAMP_PEER;
	r->source[3] = TW_STAMP_HARDWARE;
	r->stamping.nic = k == 1;
	for (uint64_t i = 0; i < 4; i++) {
		r->stamping.hardware[i] = 1000 * k + i;
		r->stamping.software[i] = 2000 * k + i;
		r->stamping.kernel[i] = 3000 * k + i;
	}
	r->stamping.refused = 7 * k;
	r->stamping.asked = 8 * k;
	r->stamping.missed = 9 * k;
	tw_series_record(&r->stamping.to_wire, 12 * v);
	r->stamping.error = tw_ns(13 * v);
	r->stamping.notes = 1U << k;
	r->clock = (struct tw_clock_info){tw_ns(50 * v), k == 1, 2};
	r->peer = (struct tw_peer_info){.known = true,
		.synchronised = k == 1,
		.ptp = k == 2,
		.z_bit_lies = k == 2,
		.error = {60 * v},
		.zero_multiplier = k,
		.negative_residence = 2 * k,
		.rseq_equals_sseq = k == 1};
	r->offered_pps = 1000.0 * (double)k;
	r->send_time = tw_ns(70 * v);
	r->receive_time = tw_ns(80 * v);
	r->tester.not_sent = k;
	r->tester.tx_full = 2 * k;
	r->tester.rx_missed = 3 * k;
	r->tester.rx_nombuf = 4 * k;
	r->tester.window_overrun = 5 * k;
	r->tester.stolen = tw_ns(90 * v);
	tw_series_record(&r->tester.pacing, 11 * v);
	tw_series_record(&r->tester.departure, -12 * v);
	r->cpu.n = 1;
	r->cpu.worker[0] = (struct tw_worker_cpu){TW_ROLE_SENDER, tw_ns(v), 100 * k};
	for (int i = 0; i < TW_DISCARD_MAX; i++)
		r->discarded[i] = k + (uint64_t)i;
	r->pcap_missed = 6 * k;
}

static void expect_sum(const struct tw_result *r)
{
	assert_string_equal(r->session.protocol, "stamp");
	assert_int_equal(r->session.streams, 3);
	assert_int_equal(r->start.v, 998);
	assert_int_equal(r->duration.v, 200);
	assert_int_equal(r->packets.sent, 30);
	assert_int_equal(r->packets.lost_outbound.v, 3);
	for (int i = 0; i < TW_DIRECTIONS; i++) {
		assert_int_equal(r->delay[i].m.count, 2);
		assert_int_equal(r->delay[i].m.max, 20 + i);
		assert_int_equal(r->ipdv[i].m.max, 40 + i);
		/* one stream of 30, two of 60 */
		assert_near(r->jitter[i], 50, 1e-12);
	}
	assert_int_equal(r->jitter_streams, 3);
	assert_int_equal(r->residence.m.max, 80);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(r->ttl[i].min, 201);
		assert_int_equal(r->ttl[i].max, 202);
		assert_int_equal(r->dscp[i].max, 42);
		assert_int_equal(r->ecn[i].count, 2);
	}
	assert_int_equal(r->source[0], TW_STAMP_SOFTWARE);
	assert_int_equal(r->source[1], TW_STAMP_PEER);
	assert_int_equal(r->source[3], TW_STAMP_HARDWARE);
	assert_true(r->stamping.nic);
	for (uint64_t i = 0; i < 4; i++) {
		assert_int_equal(r->stamping.hardware[i], 3000 + 2 * i);
		assert_int_equal(r->stamping.software[i], 6000 + 2 * i);
		assert_int_equal(r->stamping.kernel[i], 9000 + 2 * i);
	}
	assert_int_equal(r->stamping.refused, 21);
	assert_int_equal(r->stamping.asked, 24);
	assert_int_equal(r->stamping.missed, 27);
	assert_int_equal(r->stamping.to_wire.m.count, 2);
	assert_int_equal(r->stamping.error.v, 26);
	assert_int_equal(r->stamping.notes, 6);
	assert_int_equal(r->clock.error.v, 100);
	assert_false(r->clock.synchronised);
	assert_int_equal(r->clock.steps, 2);
	assert_true(r->peer.known);
	assert_false(r->peer.synchronised);
	assert_true(r->peer.z_bit_lies);
	assert_int_equal(r->peer.error.v, 120);
	assert_int_equal(r->peer.zero_multiplier, 3);
	assert_int_equal(r->peer.negative_residence, 6);
	assert_false(r->peer.rseq_equals_sseq);
	assert_near(r->offered_pps, 3000, 0);
	assert_int_equal(r->send_time.v, 140);
	assert_int_equal(r->receive_time.v, 160);
	assert_int_equal(r->tester.not_sent, 3);
	assert_int_equal(r->tester.tx_full, 6);
	assert_int_equal(r->tester.rx_missed, 9);
	assert_int_equal(r->tester.rx_nombuf, 12);
	assert_int_equal(r->tester.window_overrun, 15);
	assert_int_equal(r->tester.stolen.v, 270);
	assert_int_equal(r->tester.pacing.m.count, 2);
	assert_int_equal(r->tester.departure.m.count, 2);
	assert_int_equal(r->cpu.n, 2);
	assert_int_equal(r->cpu.worker[0].packets + r->cpu.worker[1].packets, 300);
	for (uint64_t i = 0; i < TW_DISCARD_MAX; i++)
		assert_int_equal(r->discarded[i], 3 + 2 * i);
	assert_int_equal(r->pcap_missed, 18);
}

static void merge_in_either_order(void **state)
{
	(void)state;
	fill(a, 1);
	fill(b, 2);
	tw_result_merge(d, a);
	tw_result_merge(d, b);
	expect_sum(d);
	assert_true(d->peer.ptp);
	tw_result_reset(d);
	tw_result_merge(d, b);
	tw_result_merge(d, a);
	expect_sum(d);
	assert_false(d->peer.ptp);
}

static void an_empty_result_changes_nothing(void **state)
{
	(void)state;
	fill(a, 1);
	tw_result_merge(a, b);
	assert_near(a->offered_pps, 1000, 0);
	assert_true(a->clock.synchronised);
	assert_true(a->packets.lost_outbound.known);
	assert_near(a->jitter[0], 30, 0);
	assert_int_equal(a->source[0], TW_STAMP_HARDWARE);
	assert_int_equal(a->start.v, 999);
	assert_true(isnan(b->jitter[0]));
}

static void as_fast_as_possible_in_one_is_so_in_all(void **state)
{
	(void)state;
	fill(a, 1);
	fill(b, 2);
	b->offered_pps = 0;
	tw_result_merge(a, b);
	assert_near(a->offered_pps, 0, 0);
}

static void unknown_jitter_does_not_spread(void **state)
{
	(void)state;
	fill(a, 1);
	fill(b, 2);
	b->jitter[TW_OUTBOUND] = NAN;
	tw_result_merge(a, b);
	assert_near(a->jitter[TW_OUTBOUND], 30, 0);
	assert_near(a->jitter[TW_ROUNDTRIP], 50, 1e-12);
}

static void too_many_workers_share_the_last_row(void **state)
{
	(void)state;
	for (int i = 0; i < TW_MAX_WORKERS + 2; i++) {
		tw_result_reset(b);
		b->cpu.n = 1;
		b->cpu.worker[0] = (struct tw_worker_cpu){TW_ROLE_BOTH, tw_ns(5), 7};
		tw_result_merge(a, b);
	}
	assert_int_equal(a->cpu.n, TW_MAX_WORKERS);
	assert_int_equal(a->cpu.worker[TW_MAX_WORKERS - 1].cpu.v, 15);
	assert_int_equal(a->cpu.worker[TW_MAX_WORKERS - 1].packets, 21);
}

/* What came between two snapshots of one run. */
static void diff_is_the_interval(void **state)
{
	(void)state;
	fill(a, 2);
	tw_result_merge(b, a);
	fill(b, 5); /* records on top of what is there */
	b->sla.asked = true;
	/* what it held before is gone */
	fill(d, 9);
	fill(d, 9);
	d->source[0] = TW_STAMP_LAUNCH_TIME;
	d->sla.asked = true;
	tw_result_diff(d, b, a);
	assert_int_equal(d->start.v, 998 + 200);
	assert_int_equal(d->duration.v, 300);
	assert_int_equal(d->packets.sent, 30);
	assert_int_equal(d->packets.lost_inbound.v, 3);
	for (int i = 0; i < TW_DIRECTIONS; i++) {
		assert_int_equal(d->delay[i].m.count, 1);
		assert_int_equal(d->delay[i].m.max, 50 + i);
		assert_int_equal(d->ipdv[i].m.max, 100 + i);
		assert_near(d->jitter[i], 150, 0);
	}
	assert_int_equal(d->residence.m.min, 200);
	assert_int_equal(d->session.streams, b->session.streams);
	assert_int_equal(d->jitter_streams, 5);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(d->ttl[i].count, 1);
		assert_int_equal(d->ttl[i].max, 205);
		assert_int_equal(d->dscp[i].count, 1);
		assert_int_equal(d->dscp[i].max, 45);
		assert_int_equal(d->ecn[i].count, 1);
		assert_int_equal(d->ecn[i].max, 5);
	}
	assert_int_equal(d->source[0], TW_STAMP_SOFTWARE);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(d->stamping.hardware[i], 3000);
		assert_int_equal(d->stamping.software[i], 6000);
	}
	assert_int_equal(d->stamping.refused, 21);
	assert_int_equal(d->stamping.asked, 24);
	assert_int_equal(d->stamping.missed, 27);
	assert_int_equal(d->stamping.to_wire.m.count, 1);
	assert_int_equal(d->stamping.error.v, 65);
	assert_int_equal(d->stamping.notes, 1 << 5);
	assert_int_equal(d->peer.error.v, 300);
	assert_int_equal(d->clock.error.v, 250);
	assert_int_equal(d->clock.steps, 0);
	assert_int_equal(d->peer.zero_multiplier, 3);
	assert_int_equal(d->peer.negative_residence, 6);
	assert_int_equal(d->send_time.v, 210);
	assert_int_equal(d->receive_time.v, 240);
	assert_int_equal(d->tester.not_sent, 3);
	assert_int_equal(d->tester.tx_full, 6);
	assert_int_equal(d->tester.rx_missed, 9);
	assert_int_equal(d->tester.rx_nombuf, 12);
	assert_int_equal(d->tester.window_overrun, 15);
	assert_int_equal(d->tester.stolen.v, 270);
	assert_int_equal(d->tester.pacing.m.count, 1);
	assert_int_equal(d->tester.pacing.m.max, 55);
	assert_int_equal(d->tester.departure.m.count, 1);
	assert_int_equal(d->tester.departure.m.min, -60);
	assert_int_equal(d->cpu.n, 1);
	assert_int_equal(d->cpu.worker[0].cpu.v, 3);
	assert_int_equal(d->cpu.worker[0].packets, 300);
	assert_int_equal(d->discarded[3], 3);
	assert_int_equal(d->pcap_missed, 18);
	assert_false(d->sla.asked);
	assert_near(d->offered_pps, 5000, 0);
}

static void first_interval_starts_with_the_run(void **state)
{
	(void)state;
	fill(a, 2);
	tw_result_diff(d, a, b);
	assert_int_equal(d->start.v, 998);
	assert_int_equal(d->duration.v, 200);
	assert_int_equal(d->packets.sent, 20);
}

static void tester_names_the_dominant_reason(void **state)
{
	char why[128];

	(void)state;
	a->offered_pps = 1000;
	assert_true(tw_result_tester_ok(a, why, sizeof(why)));
	assert_string_equal(why, "");
	a->tester.not_sent = 3;
	a->tester.rx_missed = 17;
	a->tester.rx_nombuf = 4;
	assert_false(tw_result_tester_ok(a, why, sizeof(why)));
	assert_string_equal(
		why, "17 packets were dropped by the device: its receive queue was full");
	assert_false(tw_result_tester_ok(a, why, 10));
	assert_string_equal(why, "17 packet");
	assert_false(tw_result_tester_ok(a, NULL, 0));
}

/* Each of them alone is enough. */
static void every_reason_counts(void **state)
{
	uint64_t *const one[] = {&a->tester.not_sent, &a->tester.tx_full, &a->tester.rx_missed,
		&a->tester.rx_nombuf, &a->tester.window_overrun, &a->tester.tx_errors,
		&a->tester.tx_dropped};
	char why[128];

	(void)state;
	a->offered_pps = 1000;
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		*one[i] = 1;
		assert_false(tw_result_tester_ok(a, why, sizeof(why)));
		*one[i] = 0;
	}
}

/* What is no count of packets is named beside the greatest of those. */
static void other_reasons(void **state)
{
	char why[256];

	(void)state;
	a->tester.stolen_longest = tw_ns(TW_STOLEN_SPOILS_NS - 1);
	assert_true(tw_result_tester_ok(a, why, sizeof(why)));
	a->tester.stolen_longest = tw_ns(103 * TW_NS_PER_MS);
	assert_false(tw_result_tester_ok(a, why, sizeof(why)));
	assert_string_equal(why, "a worker was held up (stolen) at a stretch for 0.103 s");
	a->tester.not_sent = 7;
	a->tester.link_down = tw_ns(1234 * TW_NS_PER_MS);
	assert_false(tw_result_tester_ok(a, why, sizeof(why)));
	assert_string_equal(why,
		"7 packets were due but not sent in time, there was no link for 1.23 s, "
		"a worker was held up (stolen) at a stretch for 0.103 s");
	assert_false(tw_result_tester_ok(a, why, 20));
	assert_string_equal(why, "7 packets were due ");
	assert_false(tw_result_tester_ok(a, NULL, 0));
	a->tester.not_sent = 0;
	a->tester.stolen_longest = tw_ns(0);
	a->tester.device_lost = true;
	assert_false(tw_result_tester_ok(a, why, sizeof(why)));
	assert_string_equal(why, "a device was removed");
}

/* The longest gap is one worker's, time without a link adds up over the ports. */
static void other_reasons_merge(void **state)
{
	(void)state;
	a->tester = (struct tw_tester_health){.stolen_longest = tw_ns(5),
		.link_down = tw_ns(7),
		.tx_errors = 2,
		.tx_dropped = 20};
	b->tester = (struct tw_tester_health){.stolen_longest = tw_ns(4),
		.link_down = tw_ns(70),
		.tx_errors = 3,
		.tx_dropped = 30,
		.device_lost = true};
	tw_result_merge(a, b);
	assert_int_equal(a->tester.stolen_longest.v, 5);
	assert_int_equal(a->tester.link_down.v, 77);
	assert_int_equal(a->tester.tx_errors, 5);
	assert_int_equal(a->tester.tx_dropped, 50);
	assert_true(a->tester.device_lost);
}

/* At the greatest possible rate a full ring is what limits it, not a fault. */
static void back_pressure_is_no_fault(void **state)
{
	char why[128];

	(void)state;
	a->tester.tx_full = 1000000;
	assert_true(tw_result_tester_ok(a, why, sizeof(why)));
	a->offered_pps = 10;
	assert_false(tw_result_tester_ok(a, why, sizeof(why)));
}

/* V14: outbound 7350 us, inbound -6460 us: the peer is 6905 us ahead. */
static void v14_offset(void **state)
{
	json_error_t e;
	json_t *all = json_load_file(TW_VECTORS_FILE, 0, &e);
	json_t *v = json_object_get(json_object_get(all, "V14_metrics"), "rtt");
	int64_t want = (int64_t)json_number_value(json_object_get(v, "offset_estimate"));
	struct tw_ns offset = tw_ns(12345);

	(void)state;
	assert_false(tw_result_offset(a, &offset));
	assert_int_equal(offset.v, 12345);
	tw_series_record(&a->delay[TW_OUTBOUND],
		tw_ns_to_span(tw_ns(1000 * json_integer_value(json_object_get(v, "outbound_raw"))))
			.v);
	tw_series_record(&a->delay[TW_OUTBOUND], tw_ns_to_span(tw_ns(99000000)).v);
	assert_false(tw_result_offset(a, &offset));
	tw_series_record(&a->delay[TW_INBOUND],
		tw_ns_to_span(tw_ns(1000 * json_integer_value(json_object_get(v, "inbound_raw"))))
			.v);
	assert_true(tw_result_offset(a, &offset));
	assert_in_range(offset.v, 1000 * want - 1, 1000 * want + 1);
	json_decref(all);
}

static void percent(void **state)
{
	(void)state;
	assert_near(tw_result_percent(1, 8), 12.5, 0);
	assert_near(tw_result_percent(0, 0), 0, 0);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(tw_direction_name(TW_OUTBOUND), "outbound");
	assert_string_equal(tw_direction_name(TW_INBOUND), "inbound");
	assert_string_equal(tw_direction_name(TW_ROUNDTRIP), "roundtrip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(merge_in_either_order, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_result_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			as_fast_as_possible_in_one_is_so_in_all, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_jitter_does_not_spread, setup, teardown),
		cmocka_unit_test_setup_teardown(
			too_many_workers_share_the_last_row, setup, teardown),
		cmocka_unit_test_setup_teardown(diff_is_the_interval, setup, teardown),
		cmocka_unit_test_setup_teardown(
			first_interval_starts_with_the_run, setup, teardown),
		cmocka_unit_test_setup_teardown(tester_names_the_dominant_reason, setup, teardown),
		cmocka_unit_test_setup_teardown(every_reason_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(other_reasons, setup, teardown),
		cmocka_unit_test_setup_teardown(other_reasons_merge, setup, teardown),
		cmocka_unit_test_setup_teardown(back_pressure_is_no_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(v14_offset, setup, teardown),
		cmocka_unit_test(percent),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
