/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TLV_REFLECT_FIXTURE_H
#define TLV_REFLECT_FIXTURE_H

#include "tw_rand.h"
#include "tw_test.h"
#include "tw_tlv_reflect.h"

#include <jansson.h>

/*
 * What the tests of the reflector's TLVs share: the setting of the vectors, a request made of hex
 * digits, and the reply compared as such. Expected octets are those of V11, or follow RFC 8972,
 * 9503, 9534 and 10052 by hand.
 */

#define BASE 44
#define ROOM 4096
#define GUARD 0xa5

static json_t *all;
static json_t *v10;
static json_t *v11;
static struct tw_hmac *hmac;

static struct tw_addr own_addr[2];
static struct tw_mac own_mac;
static struct tw_prefix allow_return;
static struct tw_tlv_asymmetry allow_asymmetric;
static struct tw_tlv_policy policy;
static struct tw_tlv_request req;
static struct tw_tlv_reflection out;
static uint8_t pkt[ROOM + 16];
static uint8_t before[ROOM + 16];
static size_t pkt_len;

static inline struct tw_addr addr(const char *s)
{
	struct tw_addr a;

	assert_int_equal(tw_addr_parse(s, &a), 0);
	return a;
}

static inline struct tw_prefix prefix(const char *s)
{
	struct tw_prefix p;

	assert_int_equal(tw_prefix_parse(s, &p), 0);
	return p;
}

static inline const char *str(json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	if (!s)
		fail_msg("no vector \"%s\"", name);
	return s;
}

/* The setting of the vectors: 192.0.2.1:20000 to 192.0.2.2:862. */
static inline int setup(void **state)
{
	(void)state;
	own_addr[0] = addr("192.0.2.2");
	own_addr[1] = addr("2001:db8::2");
	own_mac = (struct tw_mac){{2, 0, 0x5e, 0x10, 0, 2}};
	policy = (struct tw_tlv_policy){
		.disclose_location = true,
		.allowed_dscp = 1ULL << 46,
		.own_addr = own_addr,
		.n_own_addr = 2,
		.own_mac = &own_mac,
		.n_own_mac = 1,
		.sync_source = TW_SYNC_NTP,
		.t2_method = TW_METHOD_SOFTWARE,
		.t3_method = TW_METHOD_SOFTWARE,
	};
	req = (struct tw_tlv_request){
		.src = addr("192.0.2.1"),
		.dst = addr("192.0.2.2"),
		.src_port = 20000,
		.dst_port = 862,
		.has_src_mac = true,
		.src_mac = {{2, 0, 0x5e, 0x10, 0, 1}},
		.dscp = 46,
		.ecn = 2,
		.sequence_rose = true,
		.max_payload = 1472,
		.rx_count = 990,
		.tx_count = 985,
		.last_reply = {3, 0xeeab5d9419b13165, TW_METHOD_HARDWARE},
		.mac = hmac,
	};
	return 0;
}

static inline int load(void **state)
{
	uint8_t key[64];
	size_t n;
	json_error_t e;

	(void)state;
	all = json_load_file(TW_VECTORS_FILE, 0, &e);
	v10 = json_object_get(all, "V10_stamp_base");
	v11 = json_object_get(all, "V11_stamp_tlvs");
	n = tw_unhex(str(v11, "hmac_key"), key, sizeof(key));
	return tw_hmac_create(TW_HASH_SHA256, key, n, &hmac);
}

static inline int unload(void **state)
{
	(void)state;
	tw_hmac_destroy(hmac);
	json_decref(all);
	return 0;
}

/* Reflect the octets in pkt; nothing outside of [base, the longer of both lengths) may change. */
static inline void reflect(size_t base, size_t len)
{
	size_t end;

	pkt_len = len;
	memset(pkt + len, GUARD, sizeof(pkt) - len);
	memcpy(before, pkt, sizeof(pkt));
	memset(&out, GUARD, sizeof(out));
	tw_tlv_reflect(&policy, &req, pkt, base, len, ROOM, &out);
	end = out.len > len ? out.len : len;
	assert_true(end <= ROOM);
	assert_memory_equal(pkt, before, base);
	assert_memory_equal(pkt + end, before + end, sizeof(pkt) - end);
}

/* A request of the open mode with these TLVs. */
static inline void request(const char *tlvs)
{
	size_t n = tw_unhex(str(v10, "unauth_sender"), pkt, sizeof(pkt));

	assert_int_equal(n, BASE);
	reflect(BASE, n + tw_unhex(tlvs, pkt + n, ROOM - n));
}

/* The TLVs of the reply, whatever its length. */
static inline void expect(const char *tlvs)
{
	static char got[2 * ROOM + 1];

	for (size_t i = BASE; i < out.len; i++)
		snprintf(got + 2 * (i - BASE), 3, "%02x", pkt[i]);
	got[2 * (out.len - BASE)] = '\0';
	assert_string_equal(got, tlvs);
}

static inline void expect_reply(const char *tlvs)
{
	assert_int_equal(out.action, TW_TLV_REPLY);
	expect(tlvs);
}

static inline void expect_drop(enum tw_discard reason)
{
	assert_int_equal(out.action, TW_TLV_DROP);
	assert_int_equal(out.reason, reason);
}

static inline void check(const char *tlvs, const char *reply)
{
	request(tlvs);
	assert_int_equal(out.len, pkt_len); /* symmetrical */
	assert_int_equal(out.n_replies, 1);
	expect_reply(reply);
}

static inline void allow(uint32_t packets, uint64_t octets, uint64_t rate)
{
	allow_asymmetric = (struct tw_tlv_asymmetry){prefix("192.0.2.0/24"), packets, octets, rate};
	policy.allow_asymmetric = &allow_asymmetric;
	policy.n_allow_asymmetric = 1;
}

/* May return addresses in this prefix be used? */
static inline void return_to(const char *p)
{
	allow_return = prefix(p);
	policy.allow_return = &allow_return;
	policy.n_allow_return = 1;
}

#endif
