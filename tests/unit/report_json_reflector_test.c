/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "json_items.h"
#include "report_fixture.h"

static const struct item reflector[] = {
	{"schema", "\"dpdk-twamp/reflector/1\""},
	{"generator", "\"dpdk-twamp " TW_VERSION "\""},
	{"command", "\"reflector\""},
	{"interim", "true"},
	{"sequence", "2"},
	{"start_ns", "1700000000000000000"},
	{"duration_ns", "60000000000"},
	{"local", "[\"192.0.2.1:862\",\"[2001:db8::1]:862\"]"},
	{"stamp", "\"packet\""},
	{"packets.received", "1000"},
	{"packets.reflected", "900"},
	{"packets.tx_failed", "0"},
	{"packets.passed", "40"},
	{"packets.repeated", "9"},
	{"packets.checksum_partial", "4"},
	{"octets.received", "77400"},
	{"octets.reflected", "77401"},
	{"discarded.multicast", "50"},
	{"discarded.not_our_port", "10"},
	{"discarded.bad_vlan", "0"},
	{"sessions.active", "3"},
	{"sessions.created", "9"},
	{"sessions.expired", "5"},
	{"sessions.evicted", "1"},
	{"sessions.reset", "2"},
	{"sessions.stateless_overflow", "6"},
	{"ttl.min", "60"},
	{"ttl.max", "255"},
	{"dscp", "[{\"dscp\":0,\"packets\":800},{\"dscp\":46,\"packets\":100}]"},
	{"ecn.not_ect", "899"},
	{"ecn.ect1", "0"},
	{"ecn.ect0", "0"},
	{"ecn.ce", "1"},
	{"delay_ns.residence.count", "900"},
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
	{"timestamps.t2", "\"hardware\""},
	{"timestamps.t3", "\"software\""},
	/* 1,500 of the clock, and 400 of the NIC's mapping to it where that made the stamp */
	{"stamping.nic", "true"},
	{"stamping.error_ns.t1", "null"},
	{"stamping.error_ns.t2", "1900"},
	{"stamping.error_ns.t3", "1500"},
	{"stamping.error_ns.t4", "null"},
	{"stamping.nic_error_ns", "400"},
	{"stamping.hardware.t1", "0"},
	{"stamping.hardware.t2", "900"},
	{"stamping.hardware.t3", "0"},
	{"stamping.hardware.t4", "0"},
	{"stamping.kernel.t1", "0"},
	{"stamping.kernel.t2", "0"},
	{"stamping.kernel.t3", "0"},
	{"stamping.kernel.t4", "0"},
	{"stamping.software.t1", "0"},
	{"stamping.software.t2", "0"},
	{"stamping.software.t3", "0"},
	{"stamping.software.t4", "0"},
	{"stamping.refused", "0"},
	{"stamping.readbacks", "8"},
	{"stamping.readbacks_missed", "8"},
	{"stamping.to_wire_ns.count", "0"},
	{"stamping.to_wire_ns.negative", "0"},
	{"stamping.to_wire_ns.min", "null"},
	{"stamping.to_wire_ns.mean", "null"},
	{"stamping.to_wire_ns.max", "null"},
	{"stamping.to_wire_ns.stddev", "null"},
	{"stamping.to_wire_ns.p50", "null"},
	{"stamping.to_wire_ns.p90", "null"},
	{"stamping.to_wire_ns.p95", "null"},
	{"stamping.to_wire_ns.p99", "null"},
	{"stamping.to_wire_ns.p99_9", "null"},
	{"stamping.to_wire_ns.p99_99", "null"},
	{"stamping.notes", "[\"transmit stamps never came\"]"},
	{"clock.offset_ns", "null"},
	{"clock.error_ns", "1500"},
	{"clock.synchronised", "false"},
	{"clock.steps", "0"},
	{"tester.ok", "true"},
	{"tester.reason", "null"},
	{"tester.tx_full", "0"},
	{"tester.rx_missed", "0"},
	{"tester.rx_nombuf", "0"},
	{"tester.tx_errors", "0"},
	{"tester.tx_dropped", "0"},
	{"tester.stolen_ns", "0"},
	{"tester.stolen_longest_ns", "0"},
	{"tester.link_down_ns", "0"},
	{"tester.device_lost", "false"},
	{"tester.pcap_missed", "0"},
	{"cpu.worker_seconds", "1.0"},
	{"cpu.workers", "[{\"role\":\"reflector\",\"seconds\":1.0,\"packets\":1800}]"},
};

static void every_key_of_a_reflector(void **state)
{
	const struct tw_report_context ctx = {
		.command = "reflector", .interim = true, .sequence = 2};
	struct tw_reflector_report *r = sample_reflector();
	struct memory m;
	json_t *j;

	(void)state;
	memory_open(&m);
	assert_int_equal(tw_json_write_reflector(m.out, r, &ctx, false), 0);
	j = parse(memory_close(&m));
	check(j, reflector, COUNT_OF(reflector));
	assert_int_equal(leaves(j), COUNT_OF(reflector) - 3 + TW_DISCARD_MAX);
	check_sample(j, TW_TEST_DATA "/results/reflector.json");
	json_decref(j);
	free(m.text);

	memset(r, 0, sizeof(*r));
	r->counters.tx_failed = 2;
	memory_open(&m);
	assert_int_equal(tw_json_write_reflector(m.out, r, &ctx, false), 0);
	j = parse(memory_close(&m));
	check(j,
		(const struct item[]){
			{"local", "[]"},
			{"stamp", "null"},
			{"ttl.min", "null"},
			{"ttl.max", "null"},
			{"dscp", "[]"},
			{"timestamps.t2", "null"},
			{"delay_ns.residence.count", "0"},
			{"delay_ns.residence.p50", "null"},
			{"clock.error_ns", "null"},
			{"tester.ok", "false"},
			{"tester.reason", "\"2 replies not sent\""},
		},
		11);
	json_decref(j);
	free(m.text);
	free(r);
}

/* Each of them alone spoils what the reflector says, and is named. */
static void every_fault_of_a_reflector(void **state)
{
	static struct tw_reflector_report r;
	const struct {
		uint64_t *n;
		const char *reason;
	} faults[] = {
		{&r.counters.tx_failed, "7 replies not sent"},
		{&r.health.tx_full, "7 replies found the transmit ring full"},
		{&r.health.rx_missed, "7 packets missed by the receive queue"},
		{&r.health.rx_nombuf, "7 packets without a receive buffer"},
		{&r.health.tx_errors, "7 replies that the device took and did not send"},
		{&r.health.tx_dropped, "7 packets dropped by our own interface on their way out"},
		{&r.counters.discarded[TW_DISCARD_NO_BUFFER],
			"7 packets without a buffer for the reply"},
	};
	char reason[256];

	(void)state;
	assert_true(tw_reflector_tester_ok(&r, reason, sizeof(reason)));
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		*faults[i].n = 7;
		assert_false(tw_reflector_tester_ok(&r, reason, sizeof(reason)));
		assert_string_equal(reason, faults[i].reason);
		*faults[i].n = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_of_a_reflector),
		cmocka_unit_test(every_fault_of_a_reflector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
