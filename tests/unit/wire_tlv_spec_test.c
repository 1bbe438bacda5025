/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"
#include "tw_tlv_spec.h"

#include <errno.h>
#include <jansson.h>

/* --tlv words against the requests of V11, and against what they must not accept. */

static struct tw_tlv_template tmpl;
static struct tw_err err;

static int compile_list(const char *const *specs, size_t n, bool authenticated)
{
	struct tw_rand r;

	tw_rand_init(&r, 1);
	err.text[0] = '\0';
	return tw_tlv_compile(specs, n, authenticated, &r, &tmpl, &err);
}

static int compile(const char *spec)
{
	return compile_list(&spec, 1, false);
}

static void every_request_of_the_vectors(void **state)
{
	/* Extra Padding's octets are random: compared apart. */
	static const struct {
		const char *name;
		const char *spec;
	} rows[] = {
		{"2 Location request", "location"},
		{"3 Timestamp Information request", "timestamp-info"},
		{"4 Class of Service request DSCP1=46", "cos:dscp=46"},
		{"6 Access Report 3GPP available", "access-report:id=1,code=1"},
		{"7 Follow-Up Telemetry request", "follow-up"},
		{"9 Destination Node Address v4", "destination:192.0.2.2"},
		{"10 Return Path control code: same link", "return-path:same-link"},
		{"10 Return Path return address v4", "return-path:address=198.51.100.7"},
		{"11 Micro-session ID sender 3", "micro-session:sender=3,reflector=0"},
		{"12 Reflected Test Packet Control 128 octets x 3 every 1 ms, L3 group "
		 "192.0.2.0/24",
			"reflected-control:length=128,count=3,interval=1ms,l3=192.0.2.0/24"},
	};
	json_error_t e;
	json_t *all = json_load_file(TW_VECTORS_FILE, 0, &e);
	json_t *req = json_object_get(json_object_get(all, "V11_stamp_tlvs"), "requests");
	uint8_t want[256];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = tw_unhex(
			json_string_value(json_object_get(req, rows[i].name)), want, sizeof(want));
		if (compile(rows[i].spec) != 0)
			fail_msg("%s", err.text);
		assert_int_equal(tmpl.len, n);
		assert_memory_equal(tmpl.octets, want, n);
		assert_int_equal(tmpl.asked, 1U << want[1]);
	}
	/* The counter comes per packet. */
	n = tw_unhex(
		json_string_value(json_object_get(req, "5 Direct Measurement request S_TxC=1000")),
		want, sizeof(want));
	assert_int_equal(compile("direct-measurement"), 0);
	tw_tlv_template_count(&tmpl, tmpl.octets, 1000);
	assert_int_equal(tmpl.len, n);
	assert_memory_equal(tmpl.octets, want, n);
	json_decref(all);
}

static void what_the_vectors_do_not_have(void **state)
{
	static const struct {
		const char *spec;
		const char *hex;
	} rows[] = {
		{"padding:0", "80010000"},
		{"padding:3", "80010003000000"},
		{"padding:2,zero", "800100020000"},
		{"location:ports", "8002000400000000"},
		{"location:source", "800200180000000080070010"
				    "00000000000000000000000000000000"},
		{"location:mac", "80020010000000008001000800000000"
				 "00000000"},
		{"cos:dscp=0", "8004000400000000"},
		{"cos:dscp=ef", "80040004b8000000"},
		{"cos:dscp=AF41", "8004000488000000"},
		{"access-report:id=2,code=2", "8006000420020000"},
		{"hmac", "8008001000000000000000000000000000000000"},
		{"destination:2001:db8::1", "8009001020010db8000000000000000000000001"},
		{"return-path:no-reply", "800a00088001000400000000"},
		{"return-path:address=2001:db8::7",
			"800a00148002001020010db8000000000000000000000007"},
		/* labels 16001, 16002: 03e81 0 0 ff, 03e82 0 1 ff */
		{"return-path:sr-mpls=16001/16002", "800a000c8003000803e810ff03e821ff"},
		{"return-path:srv6=2001:db8::a/2001:db8::b",
			"800a00248004002020010db800000000000000000000000a"
			"20010db800000000000000000000000b"},
		{"return-path:address=192.0.2.9,sr-mpls=3",
			"800a001080020004c000020980030004000031ff"},
		{"micro-session:sender=1,reflector=65535", "800b00040001ffff"},
		{"micro-session:sender=0x10", "800b000400100000"},
		{"reflected-control:length=1000", "800c000c03e80001000000000000"
						  "0000"},
		{"reflected-control:count=0", "800c000c000000000000000000000000"},
		{"reflected-control:count=2,interval=2.5us", "800c000c00000002000009c400000000"},
		{"reflected-control:l2=ff:ff:ff:00:00:00/02:00:5e:00:00:00",
			"800c0018000000010000000080"
			"0a000cffffff00000002005e000000"},
		{"reflected-control:l3=2001:db8::/32",
			"800c002000000001000000008"
			"00b00142000000020010db8000000000000000000000000"},
		{"raw:type=200,hex=00112233", "80c8000400112233"},
		{"raw:type=4,hex=b80000,flags=0", "00040003b80000"},
		{"raw:type=1,length=100", "80010064"},
		{"raw:type=0", "80000000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t want[256];
		size_t n = tw_unhex(rows[i].hex, want, sizeof(want));

		if (compile(rows[i].spec) != 0)
			fail_msg("%s", err.text);
		if (tmpl.len != n || memcmp(tmpl.octets, want, n) != 0)
			fail_msg("%s", rows[i].spec);
		assert_int_equal(tmpl.n, 1);
	}
}

static void tells_what_the_packets_ask_for(void **state)
{
	const char *list[] = {"cos:dscp=10", "direct-measurement", "direct-measurement",
		"access-report:id=2,code=1,timer=500ms,attempts=2", "hmac", "padding:5"};

	(void)state;
	assert_int_equal(compile_list(list, 6, false), 0);
	assert_int_equal(tmpl.n, 6);
	assert_int_equal(tmpl.len, 8 + 16 + 16 + 8 + 20 + 9);
	assert_int_equal(tmpl.dscp, 10);
	assert_int_equal(tmpl.n_counters, 2);
	assert_int_equal(tmpl.counter_at[0], 8 + 4);
	assert_int_equal(tmpl.counter_at[1], 8 + 16 + 4);
	assert_int_equal(tmpl.hmac_at, 8 + 16 + 16 + 8);
	assert_int_equal(tmpl.access.id, 2);
	assert_int_equal(tmpl.access_timer.v, 500000000);
	assert_int_equal(tmpl.access_attempts, 2);
	assert_int_equal(tmpl.asked, 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 1);
	assert_int_equal(tmpl.control.count, 1);
	assert_false(tmpl.needs_ssid);

	assert_int_equal(compile("access-report:id=1,code=2"), 0);
	assert_int_equal(tmpl.access_timer.v, 3000000000);
	assert_int_equal(tmpl.access_attempts, 4);
	assert_int_equal(compile("destination:192.0.2.2"), 0);
	assert_true(tmpl.needs_ssid);
	assert_int_equal(compile("return-path:no-reply"), 0);
	assert_true(tmpl.no_reply);
	assert_int_equal(compile("return-path:address=192.0.2.1"), 0);
	assert_true(tmpl.elsewhere);
	assert_false(tmpl.no_reply);
	assert_int_equal(compile("reflected-control:count=5,interval=1s"), 0);
	assert_int_equal(tmpl.control.count, 5);
	assert_int_equal(tmpl.control.interval_ns, 1000000000);
	assert_int_equal(compile_list(NULL, 0, true), 0);
	assert_int_equal(tmpl.len, 0);
}

/* RFC 8972 section 4.8: every TLV but a lone Extra Padding is protected in that mode. */
static void authenticated_mode_gets_its_hmac(void **state)
{
	const char *cos[] = {"cos:dscp=46"};
	const char *pad[] = {"padding:4", "padding:4"};
	const char *own[] = {"cos:dscp=46", "hmac", "padding:4"};
	const char *raw[] = {"raw:type=200"};

	(void)state;
	assert_int_equal(compile_list(cos, 1, true), 0);
	assert_int_equal(tmpl.hmac_at, 8);
	assert_int_equal(tmpl.len, 28);
	assert_int_equal(compile_list(cos, 1, false), 0);
	assert_int_equal(tmpl.hmac_at, TW_TLV_NOWHERE);
	assert_int_equal(compile_list(pad, 1, true), 0);
	assert_int_equal(tmpl.hmac_at, TW_TLV_NOWHERE);
	assert_int_equal(compile_list(pad, 2, true), 0);
	assert_int_equal(tmpl.hmac_at, 16);
	assert_int_equal(compile_list(own, 3, true), 0);
	assert_int_equal(tmpl.hmac_at, 8);
	assert_int_equal(tmpl.n, 3);
	assert_int_equal(compile_list(raw, 1, true), 0);
	assert_int_equal(tmpl.hmac_at, 4);
}

static void random_padding_is_random(void **state)
{
	unsigned int distinct = 0;
	bool seen[256] = {false};

	(void)state;
	assert_int_equal(compile("padding:1000,random"), 0);
	assert_int_equal(tmpl.len, 1004);
	for (size_t i = 4; i < 1004; i++) {
		distinct += !seen[tmpl.octets[i]];
		seen[tmpl.octets[i]] = true;
	}
	assert_true(distinct > 200); /* of 256 expected 251 */
}

static void refuses_in_one_sentence(void **state)
{
	static const char *const bad[] = {"", "nothing", "cosy:dscp=1", "cos",
		"cos:", "cos:dscp=64", "cos:dscp=-1",
		"cos:dscp=", "cos:dscp=efefefefefefefefefefefefefef", "cos:tos=1", "cos:dscp",
		"padding", "padding:", "padding:x", "padding:9000", "padding:4,odd", "padding:4=5",
		"location:everything", "location:mac=1", "timestamp-info:x", "direct-measurement:1",
		"follow-up:0", "hmac:key=1", "access-report", "access-report:id=3,code=1",
		"access-report:id=1", "access-report:id=1,code=0",
		"access-report:id=1,code=1,timer=3", "access-report:id=1,code=1,timer=2h",
		"destination", "destination:", "destination:192.0.2", "destination:host.example",
		"return-path", "return-path:", "return-path:no-reply,same-link",
		"return-path:no-reply,address=192.0.2.1",
		"return-path:address=", "return-path:sr-mpls=", "return-path:sr-mpls=1048576",
		"return-path:sr-mpls=1//2", "return-path:srv6=192.0.2.1",
		"return-path:sr-mpls=1,srv6=2001:db8::1", "micro-session", "micro-session:sender=0",
		"micro-session:sender=65536", "micro-session:reflector=1",
		"reflected-control:length=65536", "reflected-control:count=2",
		"reflected-control:count=2,interval=5s", "reflected-control:count=2,interval=1",
		"reflected-control:l3=192.0.2.1/24", "reflected-control:l3=192.0.2.0/33",
		"reflected-control:l3=x/8", "reflected-control:l2=ff:ff/00",
		"reflected-control:l2=02:00:5e:10:00:01", "reflected-control:l2=f0:00/0f:00",
		"reflected-control:l2=g0:00/00:00", "raw", "raw:hex=00", "raw:type=256",
		"raw:type=1,hex=0", "raw:type=1,hex=0g", "raw:type=1,length=65536"};
	const char *twice[] = {"cos:dscp=1", "cos:dscp=2"};
	const char *after[] = {"hmac", "cos:dscp=1"};
	const char *hmacs[] = {"hmac", "hmac"};
	const char *much[] = {"padding:8000", "padding:1000"};
	const char *counters[] = {"direct-measurement", "direct-measurement", "direct-measurement",
		"direct-measurement", "direct-measurement"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (compile(bad[i]) != -EINVAL)
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_int_equal(strncmp(err.text, "--tlv ", 6), 0);
		assert_non_null(strstr(err.text, bad[i]));
		assert_null(strchr(err.text, '\n'));
	}
	assert_int_equal(compile("cos:dscp=\x1b[2J\n\xff"), -EINVAL);
	assert_non_null(strstr(err.text, "--tlv cos:dscp=?[2J??: "));
	assert_int_equal(compile_list(twice, 2, false), -EINVAL);
	assert_int_equal(compile_list(after, 2, false), -EINVAL);
	assert_int_equal(compile_list(hmacs, 2, false), -EINVAL);
	assert_int_equal(compile_list(much, 2, false), -E2BIG);
	assert_int_equal(compile_list(counters, 4, false), 0);
	assert_int_equal(compile_list(counters, 5, false), -EINVAL);
}

static void help_lists_every_row(void **state)
{
	const struct tw_tlv_kind *k;
	unsigned int n = 0;

	(void)state;
	while ((k = tw_tlv_spec_row(n))) {
		assert_true(strlen(k->name) > 0 && strlen(k->help) > 0);
		assert_ptr_equal(tw_tlv_find_name(k->name, strlen(k->name)), k);
		if (k->type)
			assert_ptr_equal(tw_tlv_find(k->type), k);
		n++;
	}
	assert_int_equal(n, 13);
	assert_null(tw_tlv_find(0));
	assert_null(tw_tlv_find(TW_TLV_TYPES));
	assert_null(tw_tlv_find_name("co", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_of_the_vectors),
		cmocka_unit_test(what_the_vectors_do_not_have),
		cmocka_unit_test(tells_what_the_packets_ask_for),
		cmocka_unit_test(authenticated_mode_gets_its_hmac),
		cmocka_unit_test(random_padding_is_random),
		cmocka_unit_test(refuses_in_one_sentence),
		cmocka_unit_test(help_lists_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
