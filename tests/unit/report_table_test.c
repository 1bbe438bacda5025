/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_fixture.h"

#include <errno.h>

#define DOUBLE_RULER                                                                               \
	"===============================================================================\n"
#define RULER "-------------------------------------------------------------------------------\n"
#define HEADER "Direction         Min         Avg         P99         Max      Jitter     Loss\n"
#define FOOTER "                                                    Jitter Algorithm [RFC3550]\n"

/* A series by its moments; 2 % of its values are in the bucket of `p99` (nanoseconds all). */
static void shape(struct tw_series *s, double min, double mean, double p99, double max)
{
	s->m.count = 100000;
	s->m.min = units(min);
	s->m.max = units(max);
	s->m.sum = (tw_i128)units(mean) * 100000;
	s->h.bucket[tw_histogram_index(units(min))] = 98000;
	s->h.bucket[tw_histogram_index(units(p99))] = 2000;
}

static struct tw_result *clean_result(void)
{
	struct tw_result *r = tw_result_create();

	assert_non_null(r);
	r->packets.sent = 100000;
	r->packets.received = 100000;
	r->packets.lost_outbound = tw_known(0);
	r->packets.lost_inbound = tw_known(0);
	/* 21.7 us = 93,201 units: bucket 93,184..94,207, whose middle 93,695 is 21.8 us */
	shape(&r->delay[TW_OUTBOUND], 12100, 14000, 21700, 88200);
	shape(&r->delay[TW_INBOUND], 11800, 13200, 20400, 61000);
	shape(&r->delay[TW_ROUNDTRIP], 23900, 27200, 39800, 120500);
	r->jitter[TW_OUTBOUND] = (double)units(900);
	r->jitter[TW_INBOUND] = (double)units(800);
	r->jitter[TW_ROUNDTRIP] = (double)units(1100);
	r->source[0] = TW_STAMP_SOFTWARE;
	r->source[1] = TW_STAMP_PEER;
	r->source[2] = TW_STAMP_PEER;
	r->source[3] = TW_STAMP_SOFTWARE;
	r->clock = (struct tw_clock_info){.error = tw_ns(1200), .synchronised = true};
	r->peer = (struct tw_peer_info){.known = true, .synchronised = true};
	return r;
}

static char *table(const struct tw_result *r, bool rates)
{
	const struct tw_report_context ctx = {
		.command = "sender", .sequence = 1, .rates = rates, .departures = rates};
	struct memory m;

	memory_open(&m);
	assert_int_equal(tw_table_write_result(m.out, r, &ctx), 0);
	return memory_close(&m);
}

#define assert_line(text, line)                                                                    \
	do {                                                                                       \
		if (!strstr(text, "\n" line "\n"))                                                 \
			fail_msg("no line '%s' in\n%s", line, text);                               \
	} while (0)

static void a_clean_run_is_the_table_of_the_design(void **state)
{
	struct tw_result *r = clean_result();
	char *text = table(r, false);

	(void)state;
	assert_string_equal(text, DOUBLE_RULER HEADER RULER
		"  Outbound:     12.1us      14.0us      21.8us      88.2us       0.9us   0.000%\n"
		"  Inbound:      11.8us      13.2us      20.4us      61.0us       0.8us   0.000%\n"
		"  Roundtrip:    23.9us      27.2us      39.8us     120.5us       1.1us   "
		"0.000%\n" RULER
		" sent 100000  received 100000  duplicates 0  reordered 0  late 0\n"
		" stamps software/software  clock error 1.2us, synchronised   tester: ok\n" FOOTER
			DOUBLE_RULER);
	free(text);
	tw_result_destroy(r);
}

static void what_is_worth_a_note_gets_one(void **state)
{
	struct tw_result *r = sample_result();
	char *text;

	(void)state;
	r->sla = (struct tw_sla_verdict){.asked = true, .ok = true};
	text = table(r, true);
	assert_string_equal(text, DOUBLE_RULER HEADER RULER
		"  Outbound:     10.0us      20.0us      29.9us      30.0us       0.9us   0.400%\n"
		"  Inbound:      -5.0us      17.7us      19.9us      20.0us           -   0.300%\n"
		"  Roundtrip:    50.0us      50.0us      50.0us      50.0us       1.1us   "
		"1.000%\n" RULER " sent 1000  received 990  duplicates 5  reordered 7  late 2\n"
		" lost 10: outbound 4, inbound 3, direction unknown 3 (estimated)\n"
		" note: of 3 replies it is not known whether they were overtaken\n"
		" stamps launch-time/hardware  clock error 1.2us, synchronised   tester: ok\n"
		" T1 by software to the NIC's own stamp of the same packet: min 2.5us p50 2.5us\n"
		" max 2.5us, in 3 packets\n"
		" packets per second 1000  packets per CPU-second: sender 7960, reflector 4000\n"
		" gaps between packets off by min -20.0us p50 0ns p99 0ns max 0ns\n"
		" sla: met\n"
		" note: 0 outbound and 90 inbound delays are negative, the clocks disagree;\n"
		" estimated offset +7.5us (peer minus here, if the shortest delays are equal)\n"
		" note: 12 replies left before their request came (T3 < T2): left out of the\n"
		" one-way delays\n"
		" note: 11 replies had an Error Estimate with Multiplier 0\n"
		" note: 9 short replies (no TTL in them)\n"
		" note: the clock here was stepped 1 times\n" FOOTER DOUBLE_RULER);
	free(text);
	tw_result_destroy(r);
}

static void what_was_not_measured_is_a_dash(void **state)
{
	struct tw_result *r = silent_result();
	char *text = table(r, true);

	(void)state;
	assert_string_equal(text, DOUBLE_RULER HEADER RULER
		"  Outbound:          -           -           -           -           -        -\n"
		"  Inbound:           -           -           -           -           -        -\n"
		"  Roundtrip:         -           -           -           -           - "
		"100.000%\n" RULER " sent 5  received 0  duplicates 0  reordered 0  late 0\n"
		" lost 5: by direction unknown (not enough replies)\n"
		" stamps none/none  clock error unknown   tester: ok\n"
		" packets per second unknown\n" FOOTER DOUBLE_RULER);
	free(text);
	tw_result_destroy(r);
}

static void the_reason_for_an_unknown_direction_is_named(void **state)
{
	struct tw_result *r = clean_result();
	char *text;

	(void)state;
	r->packets.received = 99990;
	r->packets.lost = 10;
	r->packets.lost_outbound.known = false;
	r->packets.lost_inbound.known = false;
	r->packets.lost_unattributed = 10;
	r->packets.loss_inconsistent = true;
	text = table(r, false);
	assert_line(text,
		"  Outbound:     12.1us      14.0us      21.8us      88.2us       0.9us        -");
	assert_line(text,
		"  Roundtrip:    23.9us      27.2us      39.8us     120.5us       1.1us   0.010%");
	assert_line(text,
		" lost 10: by direction unknown (the reflector's sequence numbers contradict the\n"
		" replies)");
	free(text);
	r->packets.lost_outbound = tw_known(0);
	r->packets.lost_inbound = tw_known(10);
	r->packets.lost_unattributed = 0;
	r->peer.rseq_equals_sseq = true;
	text = table(r, false);
	assert_line(text, " lost 10: outbound 0, inbound 10, direction unknown 0");
	assert_line(text,
		" note: the reflector's numbers always equal ours; if it keeps no counter of its\n"
		" own, these directions mean nothing");
	free(text);
	r->packets.lost_outbound.known = false;
	r->session.stateless_peer = true;
	text = table(r, false);
	assert_line(
		text, " lost 10: by direction unknown (the reflector keeps no counter of its own)");
	free(text);
	tw_result_destroy(r);
}

/* In a loopback there is one clock, and nobody to disagree with. */
static void negative_delays_by_one_clock(void **state)
{
	struct tw_result *r = clean_result();
	char *text;

	(void)state;
	tw_series_record(&r->delay[TW_INBOUND], -1000);
	text = table(r, false);
	assert_non_null(strstr(text, "1 inbound delays are negative, the clocks disagree"));
	free(text);
	r->source[1] = r->source[2] = TW_STAMP_SOFTWARE;
	text = table(r, false);
	assert_line(text,
		" note: 0 outbound and 1 inbound delays are negative: less than what stamps of\n"
		" the one clock of both ends are off");
	assert_null(strstr(text, "disagree"));
	assert_null(strstr(text, "offset"));
	free(text);
	tw_result_destroy(r);
}

static void one_way_delays_of_free_running_clocks_are_flagged(void **state)
{
	struct tw_result *r = clean_result();
	char *text;

	(void)state;
	/* (12.1 us - 11.8 us) / 2 = 0.15 us: rounded up or down, "0.1us" or "0.2us" */
	r->delay[TW_OUTBOUND].m.min = units(12200); /* (12.2 - 11.8) / 2 = 0.2 us */
	r->peer.synchronised = false;
	text = table(r, false);
	assert_line(text,
		" note: one-way delays are unsynchronised (the peer's clock); estimated offset\n"
		" +0.2us (peer minus here, if the shortest delays are equal)");
	free(text);
	r->clock.synchronised = false;
	text = table(r, false);
	assert_line(text,
		" stamps software/software  clock error 1.2us, not synchronised   tester: ok");
	assert_line(text,
		" note: one-way delays are unsynchronised (the clock here); estimated offset\n"
		" +0.2us (peer minus here, if the shortest delays are equal)");
	free(text);
	/* both ends are this process: one clock, nothing to synchronise */
	r->source[1] = TW_STAMP_SOFTWARE;
	r->source[2] = TW_STAMP_SOFTWARE;
	text = table(r, false);
	assert_null(strstr(text, "note:"));
	free(text);
	tw_result_destroy(r);
}

static void our_own_failure_makes_the_result_invalid(void **state)
{
	struct tw_result *r = clean_result();
	char *text;

	(void)state;
	r->tester.rx_missed = 17;
	text = table(r, false);
	assert_line(text, " invalid: the tester was the bottleneck");
	assert_non_null(strstr(text,
		" clock error 1.2us, synchronised\n"
		" tester: NOT OK (17 packets were dropped by the device: its receive queue was\n"
		" full)\n"));
	assert_null(strstr(text, "tester: ok"));
	free(text);
	tw_result_destroy(r);
}

static void stamps_by_several_are_shared_out(void **state)
{
	struct tw_result *r = clean_result();
	char *text;

	(void)state;
	r->source[3] = TW_STAMP_KERNEL;
	r->stamping.kernel[3] = 100000;
	text = table(r, false);
	assert_line(text, " stamps software/kernel  clock error 1.2us, synchronised   tester: ok");
	assert_null(strstr(text, "note:"));
	free(text);
	r->source[3] = TW_STAMP_SOFTWARE;
	r->stamping.kernel[3] = 99000;
	r->stamping.software[3] = 1000;
	r->stamping.notes = 1U << TW_STAMP_NOTE_OUT_OF_STEP;
	text = table(r, false);
	assert_line(text,
		" note: T4 by the kernel in 99000 of 100000 packets, by software in the others");
	assert_line(text, " note: the kernel's stamps were not those of the packets");
	free(text);
	/* two ports, one with a NIC that stamps */
	r->stamping.software[3] = 0;
	r->stamping.hardware[3] = 1000;
	text = table(r, false);
	assert_line(text,
		" note: T4 by the NIC in 1000 of 100000 packets, by the kernel in the others");
	free(text);
	tw_result_destroy(r);
}

static void a_missed_bound_is_quoted(void **state)
{
	struct tw_result *r = clean_result();
	char *text;

	(void)state;
	r->sla = (struct tw_sla_verdict){.asked = true,
		.n_missed = 2,
		.missed = {"rtt.p99 1.2ms > 500us", "loss 0.2 > 0.1"}};
	text = table(r, false);
	assert_line(text, " sla: MISSED: rtt.p99 1.2ms > 500us; loss 0.2 > 0.1");
	free(text);
	tw_result_destroy(r);
}

static void an_interim_result_is_one_line(void **state)
{
	const struct tw_report_context ctx = {.interim = true, .sequence = 7};
	struct tw_result *r = sample_result();
	struct memory m;

	(void)state;
	memory_open(&m);
	assert_int_equal(tw_table_write_result(m.out, r, &ctx), 0);
	assert_string_equal(memory_close(&m),
		"[  7] sent 1000  received 990  loss 1.000%  "
		"rtt min 50.0us avg 50.0us p99 50.0us max 50.0us  jitter 1.1us\n");
	free(m.text);
	tw_result_destroy(r);
}

static void a_reflector_sums_up(void **state)
{
	struct tw_report_context ctx = {.command = "reflector", .sequence = 1, .rates = true};
	struct tw_reflector_report *r = sample_reflector();
	struct memory m;

	(void)state;
	memory_open(&m);
	assert_int_equal(tw_table_write_reflector(m.out, r, &ctx), 0);
	assert_string_equal(memory_close(&m), DOUBLE_RULER
		"Reflector 192.0.2.1:862, [2001:db8::1]:862\n" RULER
		" received 1000  reflected 900  tx failed 0  passed 40  discarded 60\n"
		" discarded 50: multicast or broadcast destination: never answered\n"
		" discarded 10: UDP port that nobody here handles\n"
		" sessions active 3  created 9  expired 5  evicted 1  stateless overflow 6\n"
		" residence min 1.0us  avg 1.0us  p99 1.0us  max 1.0us\n"
		" stamps hardware/software  clock error 1.5us, not synchronised   tester: ok\n"
		" note: transmit stamps never came\n"
		" packets per CPU-second: reflector 1800\n" DOUBLE_RULER);
	free(m.text);
	r->counters.tx_failed = 3;
	r->health.rx_missed = 4;
	memory_open(&m);
	assert_int_equal(tw_table_write_reflector(m.out, r, &ctx), 0);
	assert_non_null(strstr(memory_close(&m),
		" clock error 1.5us, not synchronised\n"
		" tester: NOT OK (3 replies not sent, 4 packets missed by the receive queue)\n"
		" invalid: the tester was the bottleneck\n"));
	free(m.text);
	ctx.interim = true;
	memory_open(&m);
	assert_int_equal(tw_table_write_reflector(m.out, r, &ctx), 0);
	assert_string_equal(memory_close(&m),
		"[  1] sessions 3  received 1000  reflected 900  tx failed 3  passed 40  "
		"discarded 60\n");
	free(m.text);
	free(r);
}

static void a_stream_that_is_full_is_an_error(void **state)
{
	const struct tw_report_context ctx = {.command = "sender", .sequence = 1};
	struct tw_result *r = clean_result();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	assert_int_equal(tw_table_write_result(full, r, &ctx), -EIO);
	assert_int_equal(tw_json_write_result(full, r, &ctx, false), -EIO);
	assert_int_equal(tw_csv_write_result(full, r, &ctx, true), -EIO);
	fclose(full);
	tw_result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_run_is_the_table_of_the_design),
		cmocka_unit_test(what_is_worth_a_note_gets_one),
		cmocka_unit_test(what_was_not_measured_is_a_dash),
		cmocka_unit_test(the_reason_for_an_unknown_direction_is_named),
		cmocka_unit_test(negative_delays_by_one_clock),
		cmocka_unit_test(one_way_delays_of_free_running_clocks_are_flagged),
		cmocka_unit_test(our_own_failure_makes_the_result_invalid),
		cmocka_unit_test(stamps_by_several_are_shared_out),
		cmocka_unit_test(a_missed_bound_is_quoted),
		cmocka_unit_test(an_interim_result_is_one_line),
		cmocka_unit_test(a_reflector_sums_up),
		cmocka_unit_test(a_stream_that_is_full_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
