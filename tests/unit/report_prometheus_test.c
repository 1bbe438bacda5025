/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exposition_check.h"
#include "report_fixture.h"

struct want {
	const char *key;
	double value;
};

static void check(const struct expo_doc *d, const struct want *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const double *v = expo_find(d, w[i].key);

		if (!v)
			fail_msg("%s is missing", w[i].key);
		if (fabs(*v - w[i].value) > fabs(w[i].value) * 1e-9)
			fail_msg("%s is %.17g, not %.17g", w[i].key, *v, w[i].value);
	}
}
#define CHECK(d, ...)                                                                              \
	check(d, (const struct want[]){__VA_ARGS__},                                               \
		sizeof((const struct want[]){__VA_ARGS__}) / sizeof(struct want))

static struct expo_doc *expose(const struct tw_prometheus_session *s, unsigned int n)
{
	struct memory m;
	struct expo_doc *d;

	memory_open(&m);
	assert_int_equal(tw_prometheus_write_results(m.out, s, n), 0);
	d = expo_check(memory_close(&m));
	free(m.text);
	return d;
}

static struct expo_doc *expose_one(const struct tw_result *r)
{
	const struct tw_prometheus_session s = {.result = r};

	return expose(&s, 1);
}

static void the_forks_metrics_are_in_ms_and_percent(void **state)
{
	struct tw_result *r = sample_result();
	struct expo_doc *d = expose_one(r);

	(void)state;
	CHECK(d, {"twampy_result{twampy_result=\"ok\"}", 1},
		{"twampy_result{twampy_result=\"error\"}", 0},
		{"twampy_loss{direction=\"outbound\"}", 0.4},
		{"twampy_loss{direction=\"inbound\"}", 0.3},
		{"twampy_loss{direction=\"roundtrip\"}", 1},
		/* 495 values of 0.01 ms, 495 of 0.03 ms */
		{"twampy_latency_bucket{direction=\"outbound\",le=\"0.005\"}", 0},
		{"twampy_latency_bucket{direction=\"outbound\",le=\"0.01\"}", 495},
		{"twampy_latency_bucket{direction=\"outbound\",le=\"0.02\"}", 495},
		{"twampy_latency_bucket{direction=\"outbound\",le=\"0.05\"}", 990},
		{"twampy_latency_bucket{direction=\"outbound\",le=\"10000\"}", 990},
		{"twampy_latency_bucket{direction=\"outbound\",le=\"+Inf\"}", 990},
		{"twampy_latency_count{direction=\"outbound\"}", 990},
		{"twampy_jitter_bucket{direction=\"outbound\",le=\"0.001\"}", 1},
		{"twampy_jitter_bucket{direction=\"roundtrip\",le=\"0.001\"}", 0},
		{"twampy_jitter_bucket{direction=\"roundtrip\",le=\"0.002\"}", 1},
		{"twampy_jitter_sum{direction=\"roundtrip\"}", 0.0011},
		{"twampy_jitter_count{direction=\"roundtrip\"}", 1},
		{"twampy_jitter_count{direction=\"inbound\"}", 0});
	/* 10 us are 42,950 units of 2^-32 s, 30 us are 128,849 */
	CHECK(d, {"twampy_latency_sum{direction=\"outbound\"}",
			 495.0 * (42950 + 128849) / 4294967296.0 * 1e3});
	expo_free(d);
	tw_result_destroy(r);

	r = silent_result();
	d = expose_one(r);
	CHECK(d, {"twampy_result{twampy_result=\"ok\"}", 0},
		{"twampy_result{twampy_result=\"error\"}", 1},
		{"twampy_loss{direction=\"roundtrip\"}", 100},
		{"twampy_latency_bucket{direction=\"roundtrip\",le=\"+Inf\"}", 0});
	assert_null(expo_find(d, "twampy_loss{direction=\"outbound\"}"));
	expo_free(d);
	tw_result_destroy(r);
}

static void ours_are_in_seconds_and_ratios(void **state)
{
	struct tw_result *r = sample_result();
	struct expo_doc *d;

	(void)state;
	r->tester.rx_missed = 21;
	r->tester.stolen = tw_ns(1500 * TW_NS_PER_MS);
	record(&r->tester.pacing, 4, 0);
	r->sla.asked = true;
	d = expose_one(r);
	CHECK(d, {"twamp_build_info{version=\"" TW_VERSION "\"}", 1},
		{"twamp_session_info{protocol=\"stamp\",mode=\"unauthenticated\","
		 "local=\"192.0.2.2:50000\",remote=\"192.0.2.1:862\",stamp=\"burst\"}",
			1},
		{"twamp_session_packets_sent_total", 1000},
		{"twamp_session_packets_received_total", 990}, {"twamp_session_late_total", 2},
		{"twamp_session_lost_total{direction=\"outbound\"}", 4},
		{"twamp_session_lost_total{direction=\"inbound\"}", 3},
		{"twamp_session_lost_total{direction=\"roundtrip\"}", 10},
		{"twamp_session_lost_unattributed_total", 3},
		{"twamp_session_loss_ratio{direction=\"roundtrip\"}", 0.01},
		{"twamp_session_duplicates_total{direction=\"outbound\"}", 2},
		{"twamp_session_duplicates_total{direction=\"inbound\"}", 3},
		{"twamp_session_duplicates_total{direction=\"roundtrip\"}", 5},
		{"twamp_session_reordered_total{direction=\"outbound\"}", 6},
		{"twamp_session_reordered_total{direction=\"inbound\"}", 1},
		{"twamp_session_reordered_total{direction=\"roundtrip\"}", 7},
		{"twamp_session_order_unknown_total", 3},
		{"twamp_session_delay_negative_total{direction=\"inbound\"}", 90},
		{"twamp_session_delay_seconds_bucket{direction=\"inbound\",le=\"1e-06\"}", 90},
		{"twamp_session_delay_seconds_bucket{direction=\"inbound\",le=\"1e-05\"}", 90},
		{"twamp_session_delay_seconds_bucket{direction=\"inbound\",le=\"2e-05\"}", 990},
		{"twamp_session_delay_seconds_count{direction=\"inbound\"}", 990},
		{"twamp_session_delay_quantiles_seconds_count{direction=\"outbound\"}", 990},
		{"twamp_session_ipdv_seconds_bucket{direction=\"outbound\",le=\"-5e-05\"}", 0},
		{"twamp_session_ipdv_seconds_bucket{direction=\"outbound\",le=\"-2e-05\"}", 1},
		{"twamp_session_ipdv_seconds_bucket{direction=\"outbound\",le=\"0\"}", 1},
		{"twamp_session_ipdv_seconds_bucket{direction=\"outbound\",le=\"2e-05\"}", 2},
		{"twamp_session_ipdv_seconds_bucket{direction=\"roundtrip\",le=\"-1e-06\"}", 0},
		{"twamp_session_ipdv_seconds_bucket{direction=\"roundtrip\",le=\"0\"}", 3},
		{"twamp_session_residence_seconds_count", 990},
		{"twamp_session_pdv_seconds{direction=\"outbound\",quantile=\"0.5\"}", 0},
		{"twamp_session_jitter_seconds{direction=\"outbound\"}", 0.9e-6},
		{"twamp_session_ttl{direction=\"outbound\",bound=\"min\"}", 250},
		{"twamp_session_ttl{direction=\"inbound\",bound=\"max\"}", 253},
		{"twamp_session_dscp{direction=\"outbound\",bound=\"max\"}", 46},
		{"twamp_clock_error_seconds", 1.2e-6}, {"twamp_clock_synchronised", 1},
		{"twamp_peer_synchronised", 1}, {"twamp_tester_ok", 0},
		{"twamp_tester_rx_missed_total", 21}, {"twamp_tester_stolen_seconds_total", 1.5},
		{"twamp_tester_pacing_error_seconds{quantile=\"0.99\"}", 0}, {"twamp_sla_ok", 0},
		{"twamp_tester_inter_departure_error_seconds_bucket{le=\"-2e-05\"}", 9},
		{"twamp_tester_inter_departure_error_seconds_bucket{le=\"0\"}", 998},
		{"twamp_tester_inter_departure_error_seconds_count", 998},
		{"twamp_session_discarded_total{reason=\"bad_echo\"}", 13},
		{"twamp_worker_cpu_seconds_total{worker=\"1\",role=\"reflector\"}", 0.5},
		{"twamp_worker_packets_total{worker=\"0\",role=\"sender\"}", 1990});
	/* 128,511 - 42,950 units above the minimum */
	CHECK(d,
		{"twamp_session_pdv_seconds{direction=\"outbound\",quantile=\"0.99\"}",
			85561.0 / 4294967296.0},
		/* 990 values of 214,748 units */
		{"twamp_session_delay_seconds_sum{direction=\"roundtrip\"}",
			990.0 * 214748 / 4294967296.0});
	assert_null(expo_find(d, "twamp_session_jitter_seconds{direction=\"inbound\"}"));
	expo_free(d);
	tw_result_destroy(r);
}

/* Each reason that makes a tester not ok but the loss of its device, of which there is no more to tell. */
static void why_a_tester_is_not_ok(void **state)
{
	struct tw_result *r = silent_result();
	struct tw_reflector_report *rr = sample_reflector();
	struct expo_doc *d[2];
	struct memory m;

	(void)state;
	r->tester.tx_errors = rr->health.tx_errors = 3;
	r->tester.tx_dropped = rr->health.tx_dropped = 4;
	r->tester.stolen_longest = rr->health.stolen_longest = tw_ns_from_ms(250);
	r->tester.link_down = rr->health.link_down = tw_ns_from_ms(1500);
	memory_open(&m);
	assert_int_equal(tw_prometheus_write_reflector(m.out, rr), 0);
	d[0] = expose_one(r);
	d[1] = expo_check(memory_close(&m));
	for (int i = 0; i < 2; i++) {
		CHECK(d[i], {"twamp_tester_ok", 0}, {"twamp_tester_tx_errors_total", 3},
			{"twamp_tester_tx_dropped_total", 4},
			{"twamp_tester_stolen_longest_seconds", 0.25},
			{"twamp_tester_link_down_seconds_total", 1.5});
		expo_free(d[i]);
	}
	free(m.text);
	free(rr);
	tw_result_destroy(r);
}

static void what_is_not_known_is_absent(void **state)
{
	static const char *const absent[] = {
		"twamp_session_lost_total{direction=\"outbound\"}",
		"twamp_session_loss_ratio{direction=\"inbound\"}",
		"twamp_session_delay_min_seconds{direction=\"outbound\"}",
		"twamp_session_jitter_seconds{direction=\"roundtrip\"}",
		"twamp_session_pdv_seconds{direction=\"roundtrip\",quantile=\"0.5\"}",
		"twamp_session_offered_packets_per_second",
		"twamp_clock_error_seconds",
		"twamp_clock_offset_seconds",
		"twamp_peer_synchronised",
		"twamp_peer_error_seconds",
		"twamp_sla_ok",
		"twamp_session_ttl{direction=\"outbound\",bound=\"min\"}",
	};
	struct tw_result *r = silent_result();
	struct expo_doc *d = expose_one(r);

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		if (expo_find(d, absent[i]))
			fail_msg("%s is there", absent[i]);
	}
	CHECK(d, {"twamp_session_lost_total{direction=\"roundtrip\"}", 5},
		{"twamp_session_delay_seconds_count{direction=\"roundtrip\"}", 0},
		{"twamp_session_pdv_seconds_count{direction=\"roundtrip\"}", 0});
	expo_free(d);
	tw_result_destroy(r);
}

static void several_sessions_share_families(void **state)
{
	struct tw_result *a = sample_result();
	struct tw_result *b = silent_result();
	const struct tw_prometheus_session s[] = {{"one", a}, {"a \"b\"\\c\nd", b}};
	struct expo_doc *d = expose(s, 2);

	(void)state;
	CHECK(d, {"twamp_session_packets_sent_total{session=\"one\"}", 1000},
		{"twamp_session_packets_sent_total{session=\"a \\\"b\\\"\\\\c\\nd\"}", 5},
		{"twampy_loss{direction=\"roundtrip\",session=\"one\"}", 1});
	expo_free(d);
	tw_result_destroy(a);
	tw_result_destroy(b);
}

static void extreme_delays_stay_cumulative(void **state)
{
	struct tw_result *r = sample_result();
	struct expo_doc *d;

	(void)state;
	tw_series_record(&r->delay[TW_OUTBOUND], INT64_MIN);
	tw_series_record(&r->delay[TW_OUTBOUND], INT64_MAX);
	tw_series_record(&r->ipdv[TW_OUTBOUND], INT64_MIN);
	record(&r->delay[TW_INBOUND], 1, 10e9); /* on the last bound */
	record(&r->delay[TW_INBOUND], 1, 11e9); /* beyond it */
	d = expose_one(r);
	CHECK(d, {"twamp_session_delay_seconds_bucket{direction=\"outbound\",le=\"1e-06\"}", 1},
		{"twamp_session_delay_seconds_bucket{direction=\"outbound\",le=\"10\"}", 991},
		{"twamp_session_delay_seconds_bucket{direction=\"outbound\",le=\"+Inf\"}", 992},
		{"twamp_session_delay_seconds_bucket{direction=\"inbound\",le=\"10\"}", 991},
		{"twamp_session_delay_seconds_bucket{direction=\"inbound\",le=\"+Inf\"}", 992},
		{"twamp_session_ipdv_seconds_bucket{direction=\"outbound\",le=\"-10\"}", 1});
	expo_free(d);
	tw_result_destroy(r);
}

static void a_reflector_exposes_its_counters(void **state)
{
	struct tw_reflector_report *r = sample_reflector();
	struct memory m;
	struct expo_doc *d;

	(void)state;
	r->stamping = (struct tw_stamping){.nic = true,
		.hardware = {0, 898, 0, 0},
		.software = {0, 2, 0, 0},
		.refused = 1,
		.error = tw_ns(250)};
	memory_open(&m);
	assert_int_equal(tw_prometheus_write_reflector(m.out, r), 0);
	d = expo_check(memory_close(&m));
	CHECK(d, {"twamp_reflector_received_total", 1000},
		{"twamp_reflector_packets_total{verdict=\"reflected\"}", 900},
		{"twamp_reflector_packets_total{verdict=\"tx_failed\"}", 0},
		{"twamp_reflector_packets_total{verdict=\"passed\"}", 40},
		{"twamp_reflector_packets_total{verdict=\"discarded\"}", 60},
		{"twamp_reflector_discarded_total{reason=\"multicast\"}", 50},
		{"twamp_reflector_discarded_total{reason=\"short_frame\"}", 0},
		{"twamp_reflector_sessions", 3}, {"twamp_reflector_sessions_created_total", 9},
		{"twamp_reflector_sessions_expired_total", 5},
		{"twamp_reflector_sessions_evicted_total", 1},
		{"twamp_reflector_sessions_reset_total", 2},
		{"twamp_reflector_stateless_overflow_total", 6},
		{"twamp_reflector_checksum_partial_total", 4},
		{"twamp_reflector_octets_total{direction=\"in\"}", 77400},
		{"twamp_reflector_octets_total{direction=\"out\"}", 77401},
		{"twamp_reflector_requests_by_dscp_total{dscp=\"46\"}", 100},
		{"twamp_reflector_requests_by_ecn_total{ecn=\"3\"}", 1},
		{"twamp_reflector_request_ttl{bound=\"min\"}", 60},
		{"twamp_reflector_residence_seconds_count", 900},
		{"twamp_reflector_info{local=\"192.0.2.1:862 [2001:db8::1]:862\",stamp=\"packet\","
		 "t2=\"hardware\",t3=\"software\"}",
			1},
		{"twamp_tester_ok", 1}, {"twamp_clock_synchronised", 0},
		{"twamp_clock_error_seconds", 1.5e-6},
		{"twamp_stamps_total{stamp=\"t2\",by=\"hardware\"}", 898},
		{"twamp_stamps_total{stamp=\"t2\",by=\"software\"}", 2},
		{"twamp_stamps_refused_total", 1}, {"twamp_nic_clock_error_seconds", 250e-9},
		{"twamp_worker_cpu_seconds_total{worker=\"0\",role=\"reflector\"}", 1});
	assert_null(expo_find(d, "twamp_stamps_total{stamp=\"t3\",by=\"software\"}"));
	assert_null(expo_find(d, "twamp_stamps_total{stamp=\"t2\",by=\"kernel\"}"));
	assert_null(expo_find(d, "twamp_reflector_requests_by_dscp_total{dscp=\"1\"}"));
	expo_free(d);
	free(m.text);
	r->stamping = (struct tw_stamping){.kernel = {0, 700}, .software = {0, 200}, .refused = 3};
	memory_open(&m);
	assert_int_equal(tw_prometheus_write_reflector(m.out, r), 0);
	d = expo_check(memory_close(&m));
	CHECK(d, {"twamp_stamps_total{stamp=\"t2\",by=\"kernel\"}", 700},
		{"twamp_stamps_total{stamp=\"t2\",by=\"software\"}", 200},
		{"twamp_stamps_refused_total", 3});
	assert_null(expo_find(d, "twamp_nic_clock_error_seconds"));
	expo_free(d);
	free(m.text);
	free(r);
}

/* docs/metrics.md names every family that there is. */
static void every_metric_is_documented(void **state)
{
	struct tw_result *r = sample_result();
	struct tw_reflector_report *rr = sample_reflector();
	struct expo_doc *d[2];
	struct memory m;
	FILE *f = fopen(TW_TEST_DATA "/../../docs/metrics.md", "r");
	static char doc[65536];
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(doc, 1, sizeof(doc) - 1, f);
	fclose(f);
	assert_true(n > 0 && n < sizeof(doc) - 1);
	memory_open(&m);
	assert_int_equal(tw_prometheus_write_reflector(m.out, rr), 0);
	d[0] = expose_one(r);
	d[1] = expo_check(memory_close(&m));
	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; k < d[i]->families; k++) {
			char name[128];

			snprintf(name, sizeof(name), "`%s`", d[i]->family[k]);
			if (!strstr(doc, name))
				fail_msg("%s is not in docs/metrics.md", name);
		}
		expo_free(d[i]);
	}
	free(m.text);
	free(rr);
	tw_result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forks_metrics_are_in_ms_and_percent),
		cmocka_unit_test(ours_are_in_seconds_and_ratios),
		cmocka_unit_test(why_a_tester_is_not_ok),
		cmocka_unit_test(what_is_not_known_is_absent),
		cmocka_unit_test(several_sessions_share_families),
		cmocka_unit_test(extreme_delays_stay_cumulative),
		cmocka_unit_test(a_reflector_exposes_its_counters),
		cmocka_unit_test(every_metric_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
