/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_fixture.h"

#define MAX_FIELDS 300

/* Read one RFC 4180 record; returns where the next one begins. */
static char *record_fields(char *p, char **field, size_t *ret_n)
{
	size_t n = 0;

	for (;;) {
		char *to = p;

		assert_true(n < MAX_FIELDS);
		field[n++] = p;
		if (*p == '"') {
			for (p++;; p++) {
				if (*p == '"' && *++p != '"')
					break;
				assert_true(*p != '\0');
				*to++ = *p;
			}
		} else {
			while (*p != ',' && *p != '\r') {
				assert_true(*p != '\0' && *p != '"' && *p != '\n');
				*to++ = *p++;
			}
		}
		if (*p == '\r') {
			assert_int_equal(p[1], '\n');
			*to = '\0';
			*ret_n = n;
			return p + 2;
		}
		assert_int_equal(*p++, ',');
		*to = '\0';
	}
}

static const char *value(char **name, char **v, size_t n, const char *column)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(name[i], column))
			return v[i];
	}
	fail_msg("no column %s", column);
	return NULL;
}

static void values_stand_under_their_names(void **state)
{
	static const struct {
		const char *column;
		const char *value;
	} cases[] = {
		{"schema", "dpdk-twamp/result/1"},
		{"command", "sender"},
		{"interim", "false"},
		{"sequence", "3"},
		{"duration_ns", "1500000000"},
		{"session.protocol", "stamp"},
		{"session.remote", "host, \"the\" one"},
		{"packets.sent", "1000"},
		{"packets.lost_outbound", "4"},
		{"packets.loss_estimated", "true"},
		{"delay_ns.inbound.min", "-5000"},
		{"delay_ns.outbound.p99", "29921"},
		{"delay_ns.residence.p99_99", "1000"},
		{"jitter_ns.inbound", ""}, /* not known */
		{"ttl.inbound.max", "253"},
		{"rate.sent_pps", "1000"},
		{"sla.ok", "false"},
		{"sla.missed", "a > 1; b > 2"},
		{"tester.ok", "true"},
		{"cpu.worker_seconds", "0.75"},
		{"discarded.bad_echo", "13"},
	};
	const struct tw_report_context ctx = {.command = "sender", .sequence = 3};
	struct tw_result *r = sample_result();
	struct memory m;
	char *name[MAX_FIELDS];
	char *v[MAX_FIELDS];
	size_t names;
	size_t n;
	char *p;

	(void)state;
	snprintf(r->session.remote, sizeof(r->session.remote), "host, \"the\" one");
	r->sla =
		(struct tw_sla_verdict){.asked = true, .n_missed = 2, .missed = {"a > 1", "b > 2"}};
	memory_open(&m);
	assert_int_equal(tw_csv_write_result(m.out, r, &ctx, true), 0);
	p = record_fields(memory_close(&m), name, &names);
	p = record_fields(p, v, &n);
	assert_int_equal(*p, '\0');
	assert_int_equal(n, names);
	for (size_t i = 0; i < names; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(name[i], name[k]);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(value(name, v, n, cases[i].column), cases[i].value);
	free(m.text);
	tw_result_destroy(r);
}

static void every_record_has_the_same_columns(void **state)
{
	const struct tw_report_context ctx = {.command = "sender", .interim = true, .sequence = 1};
	struct tw_result *full = sample_result();
	struct tw_result *empty = silent_result();
	struct memory m;
	char *name[MAX_FIELDS];
	char *v[MAX_FIELDS];
	size_t names;
	size_t n;
	char *p;

	(void)state;
	memory_open(&m);
	assert_int_equal(tw_csv_write_result(m.out, full, &ctx, true), 0);
	assert_int_equal(tw_csv_write_result(m.out, empty, &ctx, false), 0);
	empty->sla.asked = true;
	assert_int_equal(tw_csv_write_result(m.out, empty, &ctx, false), 0);
	p = record_fields(memory_close(&m), name, &names);
	p = record_fields(p, v, &n);
	assert_int_equal(n, names);
	p = record_fields(p, v, &n);
	assert_int_equal(n, names);
	assert_string_equal(value(name, v, n, "sla.ok"), "");
	assert_string_equal(value(name, v, n, "delay_ns.outbound.min"), "");
	assert_string_equal(value(name, v, n, "interim"), "true");
	p = record_fields(p, v, &n);
	assert_int_equal(n, names);
	assert_int_equal(*p, '\0');
	free(m.text);
	tw_result_destroy(full);
	tw_result_destroy(empty);
}

static void a_reflector_has_its_own_columns(void **state)
{
	const struct tw_report_context ctx = {.command = "reflector", .sequence = 1};
	struct tw_reflector_report *r = sample_reflector();
	struct memory m;
	char *name[MAX_FIELDS];
	char *v[MAX_FIELDS];
	size_t names;
	size_t n;

	(void)state;
	memory_open(&m);
	assert_int_equal(tw_csv_write_reflector(m.out, r, &ctx, true), 0);
	record_fields(record_fields(memory_close(&m), name, &names), v, &n);
	assert_int_equal(n, names);
	assert_string_equal(value(name, v, n, "schema"), "dpdk-twamp/reflector/1");
	assert_string_equal(value(name, v, n, "local"), "192.0.2.1:862; [2001:db8::1]:862");
	assert_string_equal(value(name, v, n, "packets.reflected"), "900");
	assert_string_equal(value(name, v, n, "sessions.stateless_overflow"), "6");
	assert_string_equal(value(name, v, n, "discarded.multicast"), "50");
	free(m.text);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_under_their_names),
		cmocka_unit_test(every_record_has_the_same_columns),
		cmocka_unit_test(a_reflector_has_its_own_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
