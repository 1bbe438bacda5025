/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_fixture.h"

#include "json_items.h"

static json_t *result_json(const struct tw_result *r)
{
	const struct tw_report_context ctx = {.sequence = 1};
	struct memory m;
	json_t *j;

	memory_open(&m);
	assert_int_equal(tw_json_write_result(m.out, r, &ctx, false), 0);
	memory_close(&m);
	j = parse(m.text);
	free(m.text);
	return j;
}

static void what_tlvs_said(void **state)
{
	static const struct item items[] = {
		{"tlv.replies", "10"},
		{"tlv.verified", "9"},
		{"tlv.bad_hmac", "1"},
		{"tlv.types", "[{\"name\":\"location\",\"asked\":true,\"answered\":7,"
			      "\"unrecognized\":2,\"malformed\":1,\"missing\":0}]"},
		{"tlv.location.source", "\"192.0.2.1\""},
		{"tlv.location.destination", "\"2001:db8:0:0:0:0:0:2\""},
		{"tlv.location.mac", "\"02:00:5e:10:00:01\""},
		{"tlv.location.destination_port", "862"},
		{"tlv.timestamp_info.sync_in", "\"ntp\""},
		{"tlv.timestamp_info.method_out", "\"software\""},
		{"tlv.timestamp_info.sync_out", "null"},
		{"tlv.cos.asked", "46"},
		{"tlv.cos.dscp_here.min", "40"},
		{"tlv.cos.dscp_here.max", "46"},
		{"tlv.cos.ecn_here.max", "null"},
		{"tlv.direct_measurement.lost_outbound", "5"},
		{"tlv.direct_measurement.lost_inbound", "-2"},
		{"tlv.follow_up.software", "1"},
		{"tlv.follow_up.egress_ns.mean", "250000000"}, /* 2^30 of 2^32 */
		{"tlv.micro_session", "null"},
		{"tlv.reflected_control", "null"},
	};
	struct tw_result *r = tw_result_create();
	struct tw_tlv_result *t = &r->tlv;
	json_t *j;

	(void)state;
	t->asked = true;
	t->replies = 10;
	t->verified = 9;
	t->bad_hmac = 1;
	t->tally[2] = (struct tw_tlv_tally){"location", true, 7, 2, 1, 0};
	t->tally[3].name = "timestamp-info"; /* neither asked for nor seen: not shown */
	t->location = (struct tw_tlv_location_seen){.known = true,
		.has_mac = true,
		.destination_port = 862,
		.mac = {2, 0, 0x5e, 0x10, 0, 1},
		.source = {4, {192, 0, 2, 1}},
		.destination = {6, {0x20, 1, 0xd, 0xb8, [15] = 2}}};
	t->timestamps = (struct tw_tlv_timestamps_seen){true, 1, 2, 0, 2, 0};
	t->cos.known = true;
	t->cos.asked = 46;
	tw_range_record(&t->cos.dscp_here, 46);
	tw_range_record(&t->cos.dscp_here, 40);
	t->direct = (struct tw_tlv_direct_seen){.intervals = 1,
		.sent = 10,
		.received_there = 5,
		.sent_there = 5,
		.received_here = 7};
	t->follow_up.method[2] = 1;
	tw_moments_record(&t->follow_up.egress, 1 << 30);
	j = result_json(r);
	check(j, items, COUNT_OF(items));
	json_decref(j);
	tw_result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_tlvs_said)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
