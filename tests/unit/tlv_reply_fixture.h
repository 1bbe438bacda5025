/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TLV_REPLY_FIXTURE_H
#define TLV_REPLY_FIXTURE_H

#include "tw_test.h"
#include "tw_tlv_reflect.h"
#include "tw_tlv_reply.h"

#include <jansson.h>

/*
 * What the tests of the sender's reading share. Replies are V11's responses, or octets by hand
 * after RFC 8972, 9503, 9534 and 10052.
 */

#define BASE 44

static json_t *all;
static json_t *v10;
static json_t *v11;
static struct tw_hmac *hmac;

static struct tw_tlv_template asked;
static struct tw_tlv_expect expect;
static struct tw_tlv_reader reader;
static struct tw_tlv_reply meta;
static struct tw_tlv_result res;
static struct tw_hmac *key;
static uint8_t pkt[2048];

static inline const char *str(json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	if (!s)
		fail_msg("no vector \"%s\"", name);
	return s;
}

static inline int load(void **state)
{
	uint8_t octets[64];
	size_t n;
	json_error_t e;

	(void)state;
	all = json_load_file(TW_VECTORS_FILE, 0, &e);
	v10 = json_object_get(all, "V10_stamp_base");
	v11 = json_object_get(all, "V11_stamp_tlvs");
	n = tw_unhex(str(v11, "hmac_key"), octets, sizeof(octets));
	return tw_hmac_create(TW_HASH_SHA256, octets, n, &hmac);
}

static inline int unload(void **state)
{
	(void)state;
	tw_hmac_destroy(hmac);
	json_decref(all);
	return 0;
}

static inline int setup(void **state)
{
	(void)state;
	memset(&reader, 0, sizeof(reader));
	meta = (struct tw_tlv_reply){
		.rseq = 4,
		.sseq = 5,
		.ssid = 0x1234,
		.error_estimate = 0x8956,
		.t3 = {0xeeab5d9419b13165},
		.t4 = {0xeeab5d941a000000},
		.dscp = 46,
	};
	key = NULL;
	return 0;
}

/* Ask for these, up to a NULL. */
static inline void ask(bool authenticated, const char *const *specs)
{
	struct tw_err err;
	struct tw_rand r;
	size_t n = 0;

	tw_rand_init(&r, 1);
	while (specs[n])
		n++;
	if (tw_tlv_compile(specs, n, authenticated, &r, &asked, &err) != 0)
		fail_msg("%s", err.text);
	expect = (struct tw_tlv_expect){.asked = &asked,
		.base = authenticated ? 112 : BASE,
		.ssid = 0x1234,
		.authenticated = authenticated,
		.tai_utc = 37};
	tw_tlv_result_begin(&res, &asked);
}

#define ASK(...) ask(false, (const char *const[]){__VA_ARGS__, NULL})

static inline bool read_octets(size_t len)
{
	return tw_tlv_read_reply(&expect, &reader, key, &meta, pkt, len, &res);
}

/* Read a reply of the open mode with these TLVs. */
static inline bool reply(const char *tlvs)
{
	size_t n = tw_unhex(str(v10, "unauth_reflector_stateful"), pkt, sizeof(pkt));

	return read_octets(n + tw_unhex(tlvs, pkt + n, sizeof(pkt) - n));
}

#endif
