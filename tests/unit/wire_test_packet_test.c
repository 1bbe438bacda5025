/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_dump.h"
#include "tw_test.h"
#include "tw_test_packet.h"

#include "tw_test_pcap.h"

#include <errno.h>
#include <jansson.h>

/* The fields that V08 and V10 share. */
static const struct tw_test_request want_req = {
	.seq = 5,
	.timestamp = {0xeeab5d9419999999},
	.error_estimate = 0x8a2b,
};
static const struct tw_test_reply want_rep = {
	.seq = 4,
	.timestamp = {0xeeab5d9419b13165},
	.receive_timestamp = {0xeeab5d9419b089a0},
	.error_estimate = 0x8956,
	.sender_seq = 5,
	.sender_timestamp = {0xeeab5d9419999999},
	.sender_error_estimate = 0x8a2b,
	.sender_ttl = 57,
	.has_ttl = true,
};

static void same_request(const struct tw_test_request *a, const struct tw_test_request *b)
{
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->timestamp.v, b->timestamp.v);
	assert_int_equal(a->error_estimate, b->error_estimate);
	assert_int_equal(a->ssid, b->ssid);
}

static void same_reply(const struct tw_test_reply *a, const struct tw_test_reply *b)
{
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->timestamp.v, b->timestamp.v);
	assert_int_equal(a->receive_timestamp.v, b->receive_timestamp.v);
	assert_int_equal(a->error_estimate, b->error_estimate);
	assert_int_equal(a->ssid, b->ssid);
	assert_int_equal(a->sender_seq, b->sender_seq);
	assert_int_equal(a->sender_timestamp.v, b->sender_timestamp.v);
	assert_int_equal(a->sender_error_estimate, b->sender_error_estimate);
	assert_int_equal(a->sender_ttl, b->sender_ttl);
	assert_int_equal(a->has_ttl, b->has_ttl);
	assert_int_equal(a->has_dscp_ecn, b->has_dscp_ecn);
	assert_int_equal(a->s_dscp_ecn, b->s_dscp_ecn);
}

/* Parse what the vector holds, build it again: all octets before padding and HMAC. */
static void check_request(
	enum tw_layout l, const uint8_t *p, size_t len, size_t known, uint16_t ssid)
{
	struct tw_test_request want = want_req, got;
	uint8_t buf[256];
	size_t base = tw_layout_request_len(l);

	want.ssid = ssid;
	assert_int_equal(tw_test_request_parse(l, p, len, &got), 0);
	same_request(&got, &want);
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(tw_test_request_build(l, &want, buf, sizeof(buf)), base);
	assert_memory_equal(buf, p, known);
	for (size_t i = known; i < base; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(buf[base], 0xee);
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(tw_test_request_build(l, &want, buf, base), base);
	assert_int_equal(buf[base], 0xee);
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(tw_test_request_build(l, &want, buf, base - 1), -ENOSPC);
	assert_int_equal(buf[0], 0xee);
	got.seq = 77;
	assert_int_equal(tw_test_request_parse(l, p, base - 1, &got), -EMSGSIZE);
	assert_int_equal(got.seq, 77);
}

static void check_reply(enum tw_layout l, const uint8_t *p, size_t len, size_t known,
	const struct tw_test_reply *want)
{
	struct tw_test_reply got;
	uint8_t buf[256];
	size_t base = tw_layout_reply_len(l);

	assert_int_equal(tw_test_reply_parse(l, p, len, &got), 0);
	same_reply(&got, want);
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(tw_test_reply_build(l, want, buf, sizeof(buf)), base);
	assert_memory_equal(buf, p, known);
	for (size_t i = known; i < base; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(buf[base], 0xee);
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(tw_test_reply_build(l, want, buf, base), base);
	assert_int_equal(buf[base], 0xee);
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(tw_test_reply_build(l, want, buf, base - 1), -ENOSPC);
	assert_int_equal(buf[0], 0xee);
}

static size_t vector(const char *group, const char *key, uint8_t *out)
{
	json_t *root = json_load_file(TW_VECTORS_FILE, 0, NULL);
	const char *s = json_string_value(json_object_get(json_object_get(root, group), key));
	size_t n;

	assert_non_null(s);
	n = tw_unhex(s, out, 256);
	json_decref(root);
	return n;
}

/* vectors.json V08: unauthenticated, and the plain text of the protected ones */
static void twamp_vectors(void **state)
{
	static const char v08[] = "V08_twamp_test_packets";
	struct tw_test_reply want = want_rep;
	uint8_t p[256];
	size_t n;

	(void)state;
	n = vector(v08, "unauth_sender_14_plus_27", p);
	assert_int_equal(n, 41);
	check_request(TW_LAYOUT_TWAMP, p, n, 14, 0);
	n = vector(v08, "unauth_symmetrical_size_sender", p);
	check_request(TW_LAYOUT_TWAMP_DSCP, p, n, 14, 0);
	n = vector(v08, "unauth_reflector_41", p);
	assert_int_equal(n, 41);
	check_reply(TW_LAYOUT_TWAMP, p, n, 41, &want);
	/* without HMAC the vectors end where it would begin */
	n = vector(v08, "auth_plain_sender", p);
	memset(p + n, 0, 16);
	check_request(TW_LAYOUT_TWAMP_AUTH, p, n + 16, 32, 0);
	n = vector(v08, "auth_plain_reflector", p);
	assert_int_equal(n, 96);
	memset(p + n, 0, 16);
	check_reply(TW_LAYOUT_TWAMP_AUTH, p, n + 16, 96, &want);
	want.has_dscp_ecn = true;
	check_reply(TW_LAYOUT_TWAMP_AUTH_DSCP, p, n + 16, 96, &want);
	want.s_dscp_ecn = 0xba;
	p[81] = 0xba; /* RFC 7750 section 2.2.2 */
	check_reply(TW_LAYOUT_TWAMP_AUTH_DSCP, p, n + 16, 96, &want);
	n = vector(v08, "unauth_reflector_dscp_ecn", p);
	assert_int_equal(n, 44);
	check_reply(TW_LAYOUT_TWAMP_DSCP, p, n, 44, &want);
}

/* vectors.json V10 */
static void stamp_vectors(void **state)
{
	static const char v10[] = "V10_stamp_base";
	struct tw_test_reply want = want_rep;
	uint8_t p[256];
	size_t n;

	(void)state;
	n = vector(v10, "unauth_sender", p);
	assert_int_equal(n, 44);
	check_request(TW_LAYOUT_STAMP, p, n, 44, 0x1234);
	n = vector(v10, "unauth_sender_no_ssid", p);
	check_request(TW_LAYOUT_STAMP, p, n, 44, 0);
	n = vector(v10, "auth_sender", p);
	assert_int_equal(n, 112);
	check_request(TW_LAYOUT_STAMP_AUTH, p, n, 96, 0x1234);
	want.ssid = 0x1234;
	n = vector(v10, "unauth_reflector_stateful", p);
	check_reply(TW_LAYOUT_STAMP, p, n, 44, &want);
	n = vector(v10, "auth_reflector_stateful", p);
	check_reply(TW_LAYOUT_STAMP_AUTH, p, n, 96, &want);
	want.seq = 5;
	n = vector(v10, "unauth_reflector_stateless", p);
	check_reply(TW_LAYOUT_STAMP, p, n, 44, &want);
}

/* What a TWAMP layout does not have is neither read nor written. */
static void no_ssid_in_twamp(void **state)
{
	struct tw_test_request req = {.seq = 1, .ssid = 0x1234};
	struct tw_test_reply rep = {.ssid = 0x1234, .s_dscp_ecn = 0xff};
	uint8_t p[112], zero[112] = {0};

	(void)state;
	memset(p, 0xff, sizeof(p));
	assert_int_equal(tw_test_request_parse(TW_LAYOUT_TWAMP, p, sizeof(p), &req), 0);
	assert_int_equal(req.ssid, 0);
	assert_int_equal(tw_test_reply_build(TW_LAYOUT_TWAMP, &rep, p, sizeof(p)), 41);
	assert_memory_equal(p, zero, 41);
	memset(p, 0xff, sizeof(p));
	assert_int_equal(tw_test_reply_parse(TW_LAYOUT_TWAMP_AUTH, p, sizeof(p), &rep), 0);
	assert_int_equal(rep.ssid, 0);
	assert_false(rep.has_dscp_ecn);
	assert_int_equal(rep.s_dscp_ecn, 0);
}

/* twampy's responder sends 38 octets; it and anything shorter than the base packet has less. */
static void short_replies(void **state)
{
	static const enum tw_layout open[] = {
		TW_LAYOUT_TWAMP, TW_LAYOUT_TWAMP_DSCP, TW_LAYOUT_STAMP};
	struct tw_test_reply got;
	uint8_t p[256];

	(void)state;
	vector("V08_twamp_test_packets", "unauth_reflector_dscp_ecn", p);
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		for (size_t len = 0; len <= 44; len++) {
			uint8_t *exact = malloc(len ? len : 1);
			int r;

			assert_non_null(exact);
			memcpy(exact, p, len);
			got.seq = 77;
			r = tw_test_reply_parse(open[i], exact, len, &got);
			free(exact);
			if (len < 38) {
				assert_int_equal(r, -EMSGSIZE);
				assert_int_equal(got.seq, 77);
				continue;
			}
			assert_int_equal(r, 0);
			assert_int_equal(got.sender_error_estimate, 0x8a2b);
			assert_int_equal(got.has_ttl, len >= 41);
			assert_int_equal(got.sender_ttl, len >= 41 ? 57 : 0);
			assert_int_equal(
				got.has_dscp_ecn, open[i] == TW_LAYOUT_TWAMP_DSCP && len >= 42);
			assert_int_equal(got.s_dscp_ecn, got.has_dscp_ecn ? 0xba : 0);
		}
	}
	assert_int_equal(tw_test_reply_parse(TW_LAYOUT_STAMP_AUTH, p, 111, &got), -EMSGSIZE);
	assert_int_equal(tw_test_reply_parse(TW_LAYOUT_TWAMP_AUTH, p, 111, &got), -EMSGSIZE);
}

static void layouts(void **state)
{
	static const struct {
		uint32_t mode;
		const char *name;
		size_t req, rep;
	} rows[] = {
		{1, "twamp", 14, 41},
		{2, "twamp-auth", 48, 112},
		{4, "twamp-auth", 48, 112},
		{8, "twamp", 14, 41},
		{256 | 1, "twamp-dscp-ecn", 14, 44},
		{256 | 8, "twamp-dscp-ecn", 14, 44},
		{256 | 4, "twamp-auth-dscp-ecn", 48, 112},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum tw_layout l = tw_layout_of_mode(rows[i].mode);

		assert_string_equal(tw_layout_name(l), rows[i].name);
		assert_int_equal(tw_layout_request_len(l), rows[i].req);
		assert_int_equal(tw_layout_reply_len(l), rows[i].rep);
	}
	assert_int_equal(tw_layout_request_len(TW_LAYOUT_STAMP), 44);
	assert_int_equal(tw_layout_reply_len(TW_LAYOUT_STAMP), 44);
	assert_int_equal(tw_layout_request_len(TW_LAYOUT_STAMP_AUTH), 112);
	assert_int_equal(tw_layout_reply_len(TW_LAYOUT_STAMP_AUTH), 112);
}

/* protocol: STAMP if there are at least 44 octets and octets 16..43 are zero */
static void stamp_or_light(void **state)
{
	uint8_t p[64];

	(void)state;
	vector("V10_stamp_base", "unauth_sender", p);
	memset(p + 44, 0xff, sizeof(p) - 44);
	for (size_t len = 0; len <= sizeof(p); len++)
		assert_int_equal(tw_payload_is_stamp(p, len), len >= 44);
	for (unsigned int at = 16; at < 44; at++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			p[at] = (uint8_t)(1u << bit);
			assert_false(tw_payload_is_stamp(p, 44));
			p[at] = 0;
		}
	}
	assert_true(tw_payload_is_stamp(p, 44));
	vector("V08_twamp_test_packets", "unauth_sender_14_plus_27", p);
	assert_false(tw_payload_is_stamp(p, 41));
}

struct exchange {
	bool auth;
	unsigned int requests, replies;
	struct tw_test_request last;
};

/* IPv4 without options over Ethernet, as captured; UDP only. A test packet has 41 or 112 octets. */
static void see_frame(const uint8_t *frame, size_t len, int64_t us, void *arg)
{
	struct exchange *e = arg;
	const uint8_t *payload = frame + 42;
	enum tw_layout l = e->auth ? TW_LAYOUT_TWAMP_AUTH : TW_LAYOUT_TWAMP;
	struct tw_test_reply rep;
	int64_t t1, t2, t3;

	if (len < 42 || frame[23] != 17)
		return;
	assert_int_equal(len - 42, e->auth ? 112 : 41);
	if (e->requests == e->replies) {
		assert_int_equal(tw_test_request_parse(l, payload, len - 42, &e->last), 0);
		if (!e->auth)
			assert_int_equal(e->last.seq, e->requests);
		assert_true(tw_error_estimate_is_valid(e->last.error_estimate));
		e->requests++;
		return;
	}
	assert_int_equal(tw_test_reply_parse(l, payload, len - 42, &rep), 0);
	if (!e->auth) { /* otherwise the first block is encrypted */
		assert_int_equal(rep.seq, e->replies);
		assert_int_equal(rep.sender_seq, e->replies);
	}
	assert_int_equal(rep.sender_timestamp.v, e->last.timestamp.v);
	assert_int_equal(rep.sender_error_estimate, e->last.error_estimate);
	assert_true(rep.has_ttl);
	assert_int_equal(rep.sender_ttl, 255);
	t1 = tw_ntp_to_ns(tw_wire_time_ntp(rep.sender_timestamp, rep.sender_error_estimate, 37),
		tw_ns(us * 1000))
		     .v;
	t2 = tw_ntp_to_ns(
		tw_wire_time_ntp(rep.receive_timestamp, rep.error_estimate, 37), tw_ns(us * 1000))
		     .v;
	t3 = tw_ntp_to_ns(tw_wire_time_ntp(rep.timestamp, rep.error_estimate, 37), tw_ns(us * 1000))
		     .v;
	/* one host, one clock: in order, and within 10 ms of what the capture says */
	assert_true(t1 <= t2 && t2 <= t3 && t3 <= us * 1000 + 1000);
	assert_true(us * 1000 - t1 < 10 * TW_NS_PER_MS);
	e->replies++;
}

static void perfsonar_packets(void **state)
{
	struct exchange open = {0}, auth = {.auth = true};

	(void)state;
	tw_test_pcap(TW_TEST_DATA "/captures/owamp-5.2.3-twamp-mode-O.pcap", see_frame, &open);
	tw_test_pcap(TW_TEST_DATA "/captures/owamp-5.2.3-twamp-mode-A.pcap", see_frame, &auth);
	assert_int_equal(open.requests, 10);
	assert_int_equal(open.replies, 10);
	assert_int_equal(auth.requests, 10);
	assert_int_equal(auth.replies, 10);
}

static void one_line(void **state)
{
	char buf[TW_TEST_DUMP_STR], small[9];
	uint8_t p[256];
	size_t n = vector("V10_stamp_base", "unauth_sender", p);

	(void)state;
	assert_string_equal(tw_test_dump(TW_LAYOUT_STAMP, false, p, n, buf, sizeof(buf)),
		"stamp request 44 octets: seq 5 t1 eeab5d94.19999999 err 8a2b ssid 4660");
	assert_string_equal(tw_test_dump(TW_LAYOUT_STAMP, false, p, 43, buf, sizeof(buf)),
		"stamp request 43 octets: too short");
	assert_string_equal(
		tw_test_dump(TW_LAYOUT_STAMP, false, p, n, small, sizeof(small)), "stamp re");
	n = vector("V08_twamp_test_packets", "unauth_reflector_dscp_ecn", p);
	assert_string_equal(tw_test_dump(TW_LAYOUT_TWAMP_DSCP, true, p, n, buf, sizeof(buf)),
		"twamp-dscp-ecn reply 44 octets: seq 4 t3 eeab5d94.19b13165 err 8956 ssid 0 "
		"t2 eeab5d94.19b089a0 sender seq 5 t1 eeab5d94.19999999 err 8a2b ttl 57 tos ba");
	assert_string_equal(tw_test_dump(TW_LAYOUT_TWAMP, true, p, 38, buf, sizeof(buf)),
		"twamp reply 38 octets: seq 4 t3 eeab5d94.19b13165 err 8956 ssid 0 "
		"t2 eeab5d94.19b089a0 sender seq 5 t1 eeab5d94.19999999 err 8a2b ttl none");
	/* the longest there is */
	memset(p, 0xff, sizeof(p));
	tw_test_dump(TW_LAYOUT_TWAMP_AUTH_DSCP, true, p, SIZE_MAX, buf, sizeof(buf));
	assert_non_null(strstr(buf, "ttl 255 tos ff"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twamp_vectors),
		cmocka_unit_test(stamp_vectors),
		cmocka_unit_test(no_ssid_in_twamp),
		cmocka_unit_test(short_replies),
		cmocka_unit_test(layouts),
		cmocka_unit_test(stamp_or_light),
		cmocka_unit_test(perfsonar_packets),
		cmocka_unit_test(one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
