/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_tlv_reply.h"

/* What the stream asked for: the first octet of the input picks one. */
static const char *const asks[][12] = {
	{"location", "timestamp-info", "cos:dscp=ef", "direct-measurement", "follow-up",
		"access-report:id=1,code=1", "padding:8"},
	{"micro-session:sender=3", "return-path:same-link", "destination:192.0.2.2"},
	{"reflected-control:length=128,count=3,interval=1ms", "padding:4"},
	{"cos:dscp=ef", "hmac"},
	{"raw:type=200,hex=0102"},
};

#define N_ASKS (sizeof(asks) / sizeof(asks[0]))

static struct tw_tlv_template templates[N_ASKS];
static struct tw_hmac *key;

static void set_up(void)
{
	struct tw_rand r;
	size_t n;

	tw_rand_init(&r, 1);
	for (size_t i = 0; i < N_ASKS; i++) {
		for (n = 0; asks[i][n]; n++)
			;
		FUZZ_CHECK(tw_tlv_compile(asks[i], n, false, &r, &templates[i], NULL) == 0);
	}
	FUZZ_CHECK(tw_hmac_create(TW_HASH_SHA256, "0123456789abcdef", 16, &key) == 0);
}

static void check(const struct tw_tlv_result *r, unsigned int n)
{
	uint64_t answered = 0;

	FUZZ_CHECK(r->replies == n);
	FUZZ_CHECK(r->plain + r->integrity_failed + r->bad_hmac + r->verified <= n);
	for (int i = 0; i < TW_TLV_TALLIES; i++)
		answered += r->tally[i].answered;
	FUZZ_CHECK(answered >= r->cos.dscp_there.count + r->direct.intervals + r->access.echoed);
	FUZZ_CHECK(r->cos.refused + r->cos.dscp_here.count == r->cos.dscp_there.count);
	FUZZ_CHECK(r->follow_up.egress.count == r->follow_up.inbound.count);
}

/* First octet: what was asked. Then replies: two octets of length and counters, the TLVs. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tw_tlv_reader reader;
	static struct tw_tlv_result result;
	struct tw_tlv_expect x = {.base = 44, .tai_utc = 37};
	struct tw_tlv_reply m = {.error_estimate = 1};
	unsigned int n = 0;

	if (!key)
		set_up();
	if (size < 1)
		return 0;
	x.asked = &templates[data[0] % N_ASKS];
	x.ssid = data[0] & 0x80 ? 1 : 0;
	memset(&reader, 0, sizeof(reader));
	tw_tlv_result_begin(&result, x.asked);
	data++;
	size--;
	while (size >= 2) {
		size_t len = data[0];
		uint8_t *pkt;

		m.ssid = data[1] & 1;
		m.error_estimate = (uint16_t)(data[1] & 2 ? TW_ERROR_Z | 1 : 1);
		m.rseq += data[1] >> 2 & 3;
		m.sseq += data[1] >> 4;
		m.rx_count++;
		m.t3.v = m.t4.v = m.rseq * 1000000U;
		data += 2;
		size -= 2;
		len = len < size ? len : size;
		pkt = malloc(x.base + len);
		FUZZ_CHECK(pkt);
		memset(pkt, 0, x.base);
		memcpy(pkt + x.base, data, len);
		tw_tlv_read_reply(&x, &reader, key, &m, pkt, x.base + len, &result);
		free(pkt);
		data += len;
		size -= len;
		n++;
	}
	check(&result, n);
	return 0;
}
