/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "json_items.h"
#include "report_fixture.h"

static json_t *result_json(const struct tw_result *r, const struct tw_report_context *ctx)
{
	struct memory m;
	json_t *j;

	memory_open(&m);
	assert_int_equal(tw_json_write_result(m.out, r, ctx, false), 0);
	memory_close(&m);
	/* one line: an interim result is one object a line */
	assert_ptr_equal(strchr(m.text, '\n'), m.text + m.len - 1);
	j = parse(m.text);
	free(m.text);
	return j;
}

/* The values of sample_result(); its comment has the buckets. */
static const struct item sample[] = {
	{"schema", "\"dpdk-twamp/result/1\""},
	{"generator", "\"dpdk-twamp " TW_VERSION "\""},
	{"command", "\"sender\""},
	{"interim", "false"},
	{"sequence", "3"},
	{"start_ns", "1700000000000000005"},
	{"duration_ns", "1500000000"},
	{"session.protocol", "\"stamp\""},
	{"session.mode", "\"unauthenticated\""},
	{"session.local", "\"192.0.2.2:50000\""},
	{"session.remote", "\"192.0.2.1:862\""},
	{"session.dscp", "46"},
	{"session.ttl", "255"},
	{"session.streams", "2"},
	{"session.stamp", "\"burst\""},
	{"session.stateless_peer", "false"},
	{"packets.sent", "1000"},
	{"packets.received", "990"},
	{"packets.lost", "10"},
	{"packets.lost_outbound", "4"},
	{"packets.lost_inbound", "3"},
	{"packets.lost_unattributed", "3"},
	{"packets.loss_estimated", "true"},
	{"packets.loss_inconsistent", "false"},
	{"packets.late", "2"},
	{"packets.duplicates", "5"},
	{"packets.duplicates_outbound", "2"},
	{"packets.duplicates_inbound", "3"},
	{"packets.reordered", "7"},
	{"packets.reordered_outbound", "6"},
	{"packets.reordered_inbound", "1"},
	{"packets.order_unknown", "3"},
	{"packets.short_replies", "9"},
	{"delay_ns.outbound.count", "990"},
	{"delay_ns.outbound.negative", "0"},
	{"delay_ns.outbound.min", "10000"},
	{"delay_ns.outbound.mean", "20000"},
	{"delay_ns.outbound.max", "30000"},
	{"delay_ns.outbound.stddev", "10000"},
	{"delay_ns.outbound.p50", "10000"},
	{"delay_ns.outbound.p90", "29921"},
	{"delay_ns.outbound.p95", "29921"},
	{"delay_ns.outbound.p99", "29921"},
	{"delay_ns.outbound.p99_9", "29921"},
	{"delay_ns.outbound.p99_99", "29921"},
	{"delay_ns.inbound.count", "990"},
	{"delay_ns.inbound.negative", "90"},
	{"delay_ns.inbound.min", "-5000"},
	{"delay_ns.inbound.mean", "17727"}, /* (90 * -5000 + 900 * 20000) / 990 = 17727.27 */
	{"delay_ns.inbound.max", "20000"},
	{"delay_ns.inbound.stddev", "7187"}, /* 25000 * sqrt(1/11 * 10/11) = 7187.0 */
	{"delay_ns.inbound.p50", "19908"},
	{"delay_ns.inbound.p90", "19908"},
	{"delay_ns.inbound.p95", "19908"},
	{"delay_ns.inbound.p99", "19908"},
	{"delay_ns.inbound.p99_9", "19908"},
	{"delay_ns.inbound.p99_99", "19908"},
	{"delay_ns.roundtrip.count", "990"},
	{"delay_ns.roundtrip.negative", "0"},
	{"delay_ns.roundtrip.min", "50000"},
	{"delay_ns.roundtrip.mean", "50000"},
	{"delay_ns.roundtrip.max", "50000"},
	{"delay_ns.roundtrip.stddev", "0"},
	{"delay_ns.roundtrip.p50", "50000"},
	{"delay_ns.roundtrip.p90", "50000"},
	{"delay_ns.roundtrip.p95", "50000"},
	{"delay_ns.roundtrip.p99", "50000"},
	{"delay_ns.roundtrip.p99_9", "50000"},
	{"delay_ns.roundtrip.p99_99", "50000"},
	{"delay_ns.residence.count", "990"},
	{"delay_ns.residence.negative", "0"},
	{"delay_ns.residence.min", "1000"},
	{"delay_ns.residence.mean", "1000"},
	{"delay_ns.residence.max", "1000"},
	{"delay_ns.residence.stddev", "0"},
	{"delay_ns.residence.p50", "1000"},
	{"delay_ns.residence.p90", "1000"},
	{"delay_ns.residence.p95", "1000"},
	{"delay_ns.residence.p99", "1000"},
	{"delay_ns.residence.p99_9", "1000"},
	{"delay_ns.residence.p99_99", "1000"},
	{"jitter_ns.outbound", "900"},
	{"jitter_ns.inbound", "null"},
	{"jitter_ns.roundtrip", "1100"},
	{"ipdv_ns.outbound.min", "-20000"},
	{"ipdv_ns.outbound.p50", "-19908"},
	{"ipdv_ns.outbound.p99", "19908"},
	{"ipdv_ns.outbound.max", "20000"},
	{"ipdv_ns.inbound.min", "null"},
	{"ipdv_ns.inbound.p50", "null"},
	{"ipdv_ns.inbound.p99", "null"},
	{"ipdv_ns.inbound.max", "null"},
	{"ipdv_ns.roundtrip.min", "0"},
	{"ipdv_ns.roundtrip.p50", "0"},
	{"ipdv_ns.roundtrip.p99", "0"},
	{"ipdv_ns.roundtrip.max", "0"},
	{"pdv_ns.outbound.p50", "0"},
	{"pdv_ns.outbound.p95", "19921"},
	{"pdv_ns.outbound.p99", "19921"},
	{"pdv_ns.outbound.p99_9", "19921"},
	{"pdv_ns.inbound.p50", "24908"}, /* 19907.7 + 5000.0 */
	{"pdv_ns.inbound.p95", "24908"},
	{"pdv_ns.inbound.p99", "24908"},
	{"pdv_ns.inbound.p99_9", "24908"},
	{"pdv_ns.roundtrip.p50", "0"},
	{"pdv_ns.roundtrip.p95", "0"},
	{"pdv_ns.roundtrip.p99", "0"},
	{"pdv_ns.roundtrip.p99_9", "0"},
	{"ttl.outbound.min", "250"},
	{"ttl.outbound.max", "251"},
	{"ttl.inbound.min", "252"},
	{"ttl.inbound.max", "253"},
	{"dscp.outbound.min", "0"},
	{"dscp.outbound.max", "46"},
	{"dscp.inbound.min", "null"},
	{"dscp.inbound.max", "null"},
	{"ecn.outbound.min", "null"},
	{"ecn.outbound.max", "null"},
	{"ecn.inbound.min", "0"},
	{"ecn.inbound.max", "3"},
	{"timestamps.t1", "\"launch-time\""},
	{"timestamps.t2", "\"peer\""},
	{"timestamps.t3", "\"peer\""},
	{"timestamps.t4", "\"hardware\""},
	/* 1,200 of the clock and 700 of the NIC's mapping to it */
	{"stamping.nic", "true"},
	{"stamping.error_ns.t1", "1900"},
	{"stamping.error_ns.t2", "2000"},
	{"stamping.error_ns.t3", "2000"},
	{"stamping.error_ns.t4", "1900"},
	{"stamping.nic_error_ns", "700"},
	{"stamping.hardware.t1", "1000"},
	{"stamping.hardware.t2", "0"},
	{"stamping.hardware.t3", "0"},
	{"stamping.hardware.t4", "990"},
	{"stamping.kernel.t1", "0"},
	{"stamping.kernel.t2", "0"},
	{"stamping.kernel.t3", "0"},
	{"stamping.kernel.t4", "0"},
	{"stamping.software.t1", "0"},
	{"stamping.software.t2", "0"},
	{"stamping.software.t3", "0"},
	{"stamping.software.t4", "0"},
	{"stamping.refused", "0"},
	{"stamping.readbacks", "4"},
	{"stamping.readbacks_missed", "1"},
	{"stamping.to_wire_ns.count", "3"},
	{"stamping.to_wire_ns.negative", "0"},
	{"stamping.to_wire_ns.min", "2500"},
	{"stamping.to_wire_ns.mean", "2500"},
	{"stamping.to_wire_ns.max", "2500"},
	{"stamping.to_wire_ns.stddev", "0"},
	{"stamping.to_wire_ns.p50", "2500"},
	{"stamping.to_wire_ns.p90", "2500"},
	{"stamping.to_wire_ns.p95", "2500"},
	{"stamping.to_wire_ns.p99", "2500"},
	{"stamping.to_wire_ns.p99_9", "2500"},
	{"stamping.to_wire_ns.p99_99", "2500"},
	{"stamping.notes", "[]"},
	{"clock.offset_ns", "7500"}, /* (10,000 - -5,000) / 2 */
	{"clock.error_ns", "1200"},
	{"clock.synchronised", "true"},
	{"clock.steps", "1"},
	{"peer.synchronised", "true"},
	{"peer.format", "\"ptp\""},
	{"peer.error_ns", "2000"},
	{"peer.z_bit_lies", "false"},
	{"peer.zero_multiplier", "11"},
	{"peer.negative_residence", "12"},
	{"peer.sequence_equals_ours", "false"},
	{"rate.offered_pps", "1000.0"},
	{"rate.sent_pps", "1000.0"},
	{"rate.received_pps", "1000.0"},
	{"sla", "null"},
	{"tlv", "null"},
	{"tester.ok", "true"},
	{"tester.reason", "null"},
	{"tester.not_sent", "0"},
	{"tester.tx_full", "0"},
	{"tester.rx_missed", "0"},
	{"tester.rx_nombuf", "0"},
	{"tester.tx_errors", "0"},
	{"tester.tx_dropped", "0"},
	{"tester.window_overrun", "0"},
	{"tester.pacing_error_ns.p50", "null"},
	{"tester.pacing_error_ns.p99", "null"},
	{"tester.pacing_error_ns.max", "null"},
	{"tester.inter_departure_error_ns.count", "998"},
	{"tester.inter_departure_error_ns.negative", "9"},
	{"tester.inter_departure_error_ns.min", "-20000"},
	{"tester.inter_departure_error_ns.mean", "-180"},
	{"tester.inter_departure_error_ns.max", "0"},
	{"tester.inter_departure_error_ns.stddev", "1891"},
	{"tester.inter_departure_error_ns.p50", "0"},
	{"tester.inter_departure_error_ns.p90", "0"},
	{"tester.inter_departure_error_ns.p95", "0"},
	{"tester.inter_departure_error_ns.p99", "0"},
	{"tester.inter_departure_error_ns.p99_9", "0"},
	{"tester.inter_departure_error_ns.p99_99", "0"},
	{"tester.pacing_slope", "null"},
	{"tester.stolen_ns", "0"},
	{"tester.stolen_longest_ns", "0"},
	{"tester.link_down_ns", "0"},
	{"tester.device_lost", "false"},
	{"tester.pcap_missed", "0"},
	{"cpu.worker_seconds", "0.75"},
	{"cpu.workers", "[{\"role\":\"sender\",\"seconds\":0.25,\"packets\":1990},"
			"{\"role\":\"reflector\",\"seconds\":0.5,\"packets\":2000}]"},
	{"discarded.bad_echo", "13"},
	{"discarded.short_frame", "0"},
	{"discarded.no_buffer", "0"},
};

static void every_key_of_a_result(void **state)
{
	const struct tw_report_context ctx = {.command = "sender", .sequence = 3};
	struct tw_result *r = sample_result();
	json_t *j = result_json(r, &ctx);

	(void)state;
	check(j, sample, COUNT_OF(sample));
	/* and no key that the table above does not know, but for the other reasons */
	assert_int_equal(leaves(j), COUNT_OF(sample) - 3 + TW_DISCARD_MAX);
	assert_int_equal(json_object_size(json_object_get(j, "discarded")), TW_DISCARD_MAX);
	check_sample(j, TW_TEST_DATA "/results/sender.json");
	json_decref(j);
	tw_result_destroy(r);
}

static void what_was_not_measured_is_null(void **state)
{
	static const struct item items[] = {
		{"command", "null"},
		{"session.protocol", "null"},
		{"session.local", "null"},
		{"packets.sent", "5"},
		{"packets.received", "0"},
		{"packets.lost", "5"},
		{"packets.lost_outbound", "null"},
		{"packets.lost_inbound", "null"},
		{"packets.lost_unattributed", "5"},
		{"delay_ns.outbound.count", "0"},
		{"delay_ns.outbound.negative", "0"},
		{"delay_ns.outbound.min", "null"},
		{"delay_ns.outbound.mean", "null"},
		{"delay_ns.outbound.max", "null"},
		{"delay_ns.outbound.stddev", "null"},
		{"delay_ns.outbound.p50", "null"},
		{"delay_ns.outbound.p90", "null"},
		{"delay_ns.outbound.p95", "null"},
		{"delay_ns.outbound.p99", "null"},
		{"delay_ns.outbound.p99_9", "null"},
		{"delay_ns.outbound.p99_99", "null"},
		{"delay_ns.residence.min", "null"},
		{"jitter_ns.outbound", "null"},
		{"jitter_ns.inbound", "null"},
		{"jitter_ns.roundtrip", "null"},
		{"ipdv_ns.outbound.p50", "null"},
		{"pdv_ns.roundtrip.p99_9", "null"},
		{"ttl.outbound.min", "null"},
		{"ttl.inbound.max", "null"},
		{"dscp.inbound.min", "null"},
		{"ecn.inbound.min", "null"},
		{"timestamps.t1", "null"},
		{"clock.offset_ns", "null"},
		{"clock.error_ns", "null"},
		{"peer.synchronised", "null"},
		{"peer.format", "null"},
		{"peer.error_ns", "null"},
		{"rate.offered_pps", "null"},
		{"rate.sent_pps", "null"},
		{"rate.received_pps", "null"},
		{"tester.pacing_error_ns.max", "null"},
		{"cpu.worker_seconds", "0.0"},
		{"cpu.workers", "[]"},
	};
	const struct tw_report_context ctx = {.sequence = 1};
	struct tw_result *r = silent_result();
	json_t *j = result_json(r, &ctx);

	(void)state;
	check(j, items, COUNT_OF(items));
	json_decref(j);
	tw_result_destroy(r);
}

static void infinities_and_huge_numbers_stay_json(void **state)
{
	static const struct item items[] = {
		{"packets.sent", "9223372036854775807"},
		{"delay_ns.roundtrip.min", "-2147483648000000000"},
		{"delay_ns.roundtrip.max", "2147483648000000000"},
		{"jitter_ns.outbound", "null"},
		{"session.remote", "\"caf?.example:862\""},
	};
	const struct tw_report_context ctx = {.sequence = 1};
	struct tw_result *r = silent_result();
	json_t *j;

	(void)state;
	r->packets.sent = UINT64_MAX;
	r->jitter[TW_OUTBOUND] = (double)INFINITY;
	snprintf(r->session.remote, sizeof(r->session.remote),
		"caf\xe9.example:862"); /* Latin-1: not UTF-8 */
	tw_series_record(&r->delay[TW_ROUNDTRIP], INT64_MIN);
	tw_series_record(&r->delay[TW_ROUNDTRIP], INT64_MAX);
	j = result_json(r, &ctx);
	check(j, items, COUNT_OF(items));
	json_decref(j);
	tw_result_destroy(r);
}

static void an_interim_result_says_so(void **state)
{
	static const struct item items[] = {
		{"interim", "true"}, {"sequence", "12"},
		{"rate.sent_pps", "1001.001001001"}, /* 1000 / 0.999 s: an interval has n gaps */
	};
	const struct tw_report_context ctx = {.command = "sender", .interim = true, .sequence = 12};
	struct tw_result *r = sample_result();
	json_t *j = result_json(r, &ctx);

	(void)state;
	json_object_set_new(json_object_get(j, "rate"), "sent_pps",
		json_real(round(json_real_value(at(j, "rate.sent_pps")) * 1e9) / 1e9));
	check(j, items, COUNT_OF(items));
	json_decref(j);
	tw_result_destroy(r);
}

static void an_sla_verdict_and_a_guilty_tester(void **state)
{
	static const struct item items[] = {
		{"sla.ok", "false"},
		{"sla.missed", "[\"rtt.p99 1.2ms > 500us\",\"loss 0.2 > 0.1\"]"},
		/* the NIC's mapping makes nothing worse that software stamped */
		{"stamping.error_ns.t1", "1200"},
		{"tester.ok", "false"},
		{"tester.not_sent", "1"},
		{"tester.tx_full", "2"},
		{"tester.rx_missed", "3"},
		{"tester.rx_nombuf", "4"},
		{"tester.window_overrun", "5"},
		{"tester.stolen_ns", "6"},
		{"tester.stolen_longest_ns", "8"},
		{"tester.link_down_ns", "9"},
		{"tester.tx_errors", "10"},
		{"tester.tx_dropped", "11"},
		{"tester.device_lost", "true"},
		{"tester.pcap_missed", "7"},
		{"tester.pacing_error_ns.p50", "10000"},
		{"tester.pacing_error_ns.p99", "19908"},
		{"tester.pacing_error_ns.max", "50000"},
		{"tester.pacing_slope", "0.25"},
	};
	const struct tw_report_context ctx = {.command = "sender", .sequence = 1};
	struct tw_result *r = sample_result();
	json_t *j;

	(void)state;
	r->source[0] = TW_STAMP_SOFTWARE;
	r->sla = (struct tw_sla_verdict){.asked = true,
		.n_missed = 2,
		.missed = {"rtt.p99 1.2ms > 500us", "loss 0.2 > 0.1"}};
	r->tester.not_sent = 1;
	r->tester.tx_full = 2;
	r->tester.rx_missed = 3;
	r->tester.rx_nombuf = 4;
	r->tester.window_overrun = 5;
	r->tester.stolen = tw_ns(6);
	r->tester.stolen_longest = tw_ns(8);
	r->tester.link_down = tw_ns(9);
	r->tester.tx_errors = 10;
	r->tester.tx_dropped = 11;
	r->tester.device_lost = true;
	r->pcap_missed = 7;
	record(&r->tester.pacing, 98, 10000);
	record(&r->tester.pacing, 1, 20000);
	record(&r->tester.pacing, 1, 50000);
	tw_trend_record(&r->tester.drift, 0, 50);
	tw_trend_record(&r->tester.drift, TW_TREND_PART, 50 + TW_TREND_PART / 4);
	j = result_json(r, &ctx);
	check(j, items, COUNT_OF(items));
	assert_true(json_string_length(at(j, "tester.reason")) > 0);
	json_decref(j);

	r->sla = (struct tw_sla_verdict){.asked = true, .ok = true};
	j = result_json(r, &ctx);
	check(j, (const struct item[]){{"sla", "{\"ok\":true,\"missed\":[]}"}}, 1);
	json_decref(j);
	tw_result_destroy(r);
}

/* Ranks 5000, 9000, 9500, 9900, 9990 and 9999 of 10,000 are in buckets of their own. */
static void percentiles_stand_under_their_own_names(void **state)
{
	static const struct {
		const char *path;
		double ns;
	} want[] = {
		{"delay_ns.inbound.p50", 1000},
		{"delay_ns.inbound.p90", 2000},
		{"delay_ns.inbound.p95", 3000},
		{"delay_ns.inbound.p99", 4000},
		{"delay_ns.inbound.p99_9", 5000},
		{"delay_ns.inbound.p99_99", 6000},
		{"delay_ns.inbound.max", 7000},
		{"pdv_ns.inbound.p50", 0},
		{"pdv_ns.inbound.p95", 2000},
		{"pdv_ns.inbound.p99", 3000},
		{"pdv_ns.inbound.p99_9", 4000},
	};
	const struct tw_report_context ctx = {.sequence = 1};
	struct tw_result *r = silent_result();
	struct tw_series *s = &r->delay[TW_INBOUND];
	json_t *j;

	(void)state;
	record(s, 5000, 1000);
	record(s, 4000, 2000);
	record(s, 500, 3000);
	record(s, 400, 4000);
	record(s, 90, 5000);
	record(s, 9, 6000);
	record(s, 1, 7000);
	j = result_json(r, &ctx);
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		double got = (double)json_integer_value(at(j, want[i].path));

		if (fabs(got - want[i].ns) > 50) /* 0.8 % of 6 us */
			fail_msg("%s is %.0f, not %.0f", want[i].path, got, want[i].ns);
	}
	json_decref(j);
	tw_result_destroy(r);
}

static void pretty_is_the_same_object_on_many_lines(void **state)
{
	const struct tw_report_context ctx = {.command = "sender", .sequence = 1};
	struct tw_result *r = sample_result();
	static const char head[] = "{\n  \"schema\": \"dpdk-twamp/result/1\",\n";
	json_t *compact = result_json(r, &ctx);
	struct memory m;
	json_t *pretty;

	(void)state;
	memory_open(&m);
	assert_int_equal(tw_json_write_result(m.out, r, &ctx, true), 0);
	memory_close(&m);
	assert_int_equal(strncmp(m.text, head, strlen(head)), 0);
	pretty = parse(m.text);
	assert_true(json_equal(compact, pretty));
	json_decref(compact);
	json_decref(pretty);
	free(m.text);
	tw_result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_of_a_result),
		cmocka_unit_test(what_was_not_measured_is_null),
		cmocka_unit_test(infinities_and_huge_numbers_stay_json),
		cmocka_unit_test(an_interim_result_says_so),
		cmocka_unit_test(an_sla_verdict_and_a_guilty_tester),
		cmocka_unit_test(percentiles_stand_under_their_own_names),
		cmocka_unit_test(pretty_is_the_same_object_on_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
