/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_fixture.h"

#include <jansson.h>

/* Two groups beside the whole: the sample, and one that lost everything and missed its bounds. */
struct scene {
	struct tw_result *whole, *lost;
	struct tw_report_group groups[2];
	struct tw_report_context ctx;
};

static void set_up(struct scene *s)
{
	s->whole = sample_result();
	s->whole->session.dscp_differs = true;
	s->lost = tw_result_create();
	assert_non_null(s->lost);
	s->lost->session = s->whole->session;
	s->lost->session.dscp_differs = false;
	s->lost->session.dscp = 8;
	s->lost->packets = (struct tw_packet_counts){.sent = 7, .lost = 7, .lost_unattributed = 7};
	s->lost->sla = (struct tw_sla_verdict){.asked = true, .n_missed = 1};
	snprintf(s->lost->sla.missed[0], sizeof(s->lost->sla.missed[0]), "loss 100%% > 1%%");
	s->groups[0] = (struct tw_report_group){"voice", s->whole};
	s->groups[1] = (struct tw_report_group){"bulk", s->lost};
	s->ctx = (struct tw_report_context){
		.command = "sender", .sequence = 1, .n_groups = 2, .groups = s->groups};
}

static void tear_down(struct scene *s)
{
	tw_result_destroy(s->whole);
	tw_result_destroy(s->lost);
}

/* What a writer makes of the scene; the caller frees it. */
static char *written(const struct scene *s, char what)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int rc;

	assert_non_null(out);
	rc = what == 'j'   ? tw_json_write_result(out, s->whole, &s->ctx, false)
	     : what == 'c' ? tw_csv_write_result(out, s->whole, &s->ctx, true)
			   : tw_table_write_result(out, s->whole, &s->ctx);
	assert_int_equal(rc, 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void json_has_an_object_each(void **state)
{
	static const char *const common[] = {"session", "packets", "delay_ns", "jitter_ns",
		"ipdv_ns", "pdv_ns", "ttl", "dscp", "ecn", "peer", "tlv", "rate", "sla"};
	json_t *j, *groups, *bulk;
	struct scene s;
	char *text;

	(void)state;
	set_up(&s);
	text = written(&s, 'j');
	j = json_loads(text, 0, NULL);
	groups = json_object_get(j, "groups");
	assert_int_equal(json_array_size(groups), 2);
	bulk = json_array_get(groups, 1);
	assert_string_equal(json_string_value(json_object_get(bulk, "name")), "bulk");
	assert_int_equal(json_object_size(bulk), 2 + sizeof(common) / sizeof(common[0]));
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		json_t *voice = json_object_get(json_array_get(groups, 0), common[i]);

		/* the whole is the first group here: the same keys and values */
		assert_true(json_equal(voice, json_object_get(j, common[i])));
		assert_non_null(json_object_get(bulk, common[i]));
	}
	assert_int_equal(json_object_size(json_object_get(bulk, "tester")), 3);
	assert_true(json_is_null(json_object_get(json_object_get(j, "session"), "dscp")));
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(bulk, "session"), "dscp")), 8);
	assert_true(json_is_false(json_object_get(json_object_get(bulk, "sla"), "ok")));
	json_decref(j);
	free(text);
	tear_down(&s);
}

static void csv_has_a_record_each(void **state)
{
	static const char *const ends[] = {",group", ",", ",voice", ",bulk"};
	struct scene s;
	char *text, *line, *save = NULL;
	unsigned int n = 0;

	(void)state;
	set_up(&s);
	text = written(&s, 'c');
	for (line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
		size_t len = strlen(line), end;

		assert_true(n < 4);
		end = strlen(ends[n]);
		assert_true(len > end);
		assert_string_equal(line + len - end, ends[n]);
		n++;
	}
	assert_int_equal(n, 4);
	free(text);
	tear_down(&s);
}

static void the_table_has_a_line_each(void **state)
{
	struct scene s;
	char *text;

	(void)state;
	set_up(&s);
	text = written(&s, 't');
	assert_non_null(strstr(text, "Group                 Sent     Loss  RTT Min      Avg      "
				     "P99      Max  Jitter\n"));
	assert_non_null(strstr(text, " voice                1000   1.000%   50.0us   50.0us   "
				     "50.0us   50.0us   1.1us\n"));
	assert_non_null(strstr(text, " bulk                    7 100.000%        -        -        "
				     "-        -       -\n"));
	assert_non_null(strstr(text, " sla of bulk: MISSED: loss 100% > 1%\n"));
	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
		assert_true(end - line <= 79);
	free(text);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_an_object_each),
		cmocka_unit_test(csv_has_a_record_each),
		cmocka_unit_test(the_table_has_a_line_each),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
