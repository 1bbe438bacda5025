/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_tlv_reflect.h"

/* Bits of the first octet: what the policy allows and what is known of the request. */
enum {
	AUTHENTICATED = 1,
	HMAC_GOOD = 2, /* as if the burst had said so: behind it lies the rest of the code */
	SEQUENCE_ROSE = 4,
	ALLOW_RETURN = 8,
	ALLOW_ASYMMETRIC = 16,
	MICRO_SESSION = 32,
	IPV6 = 64,
	NARROW = 128, /* the way back takes less than the room there is */
};

#define ROOM 2048
#define MAX_PACKETS 8
#define MAX_OCTETS 16384

static const struct tw_addr own[] = {
	{4, {192, 0, 2, 2}},
	{6, {0x20, 1, 0xd, 0xb8, [15] = 2}},
};
static const struct tw_mac own_mac = {{2, 0, 0x5e, 0x10, 0, 2}};
static const struct tw_prefix allow_return[] = {
	{{4, {198, 51, 100, 0}}, 24},
	{{6, {0x20, 1, 0xd, 0xb8}}, 32},
};
static const struct tw_tlv_asymmetry allow_asymmetric[] = {
	{{{4, {0}}, 0}, MAX_PACKETS, MAX_OCTETS, 1250000},
	{{{6, {0}}, 0}, MAX_PACKETS, MAX_OCTETS, 1250000},
};

static struct tw_tlv_policy policy_of(uint8_t bits)
{
	return (struct tw_tlv_policy){
		.disclose_location = true,
		.lenient_control = bits & NARROW,
		.allowed_dscp = 0xffff,
		.allow_return = allow_return,
		.n_allow_return = bits & ALLOW_RETURN ? 2 : 0,
		.allow_asymmetric = allow_asymmetric,
		.n_allow_asymmetric = bits & ALLOW_ASYMMETRIC ? 2 : 0,
		.own_addr = own,
		.n_own_addr = 2,
		.own_mac = &own_mac,
		.n_own_mac = 1,
		.micro_session_id = bits & MICRO_SESSION ? 7 : 0,
		.sync_source = TW_SYNC_NTP,
		.t2_method = TW_METHOD_SOFTWARE,
		.t3_method = TW_METHOD_SOFTWARE,
	};
}

static struct tw_tlv_request request_of(uint8_t bits)
{
	struct tw_tlv_request r = {
		.src = {4, {192, 0, 2, 1}},
		.dst = own[0],
		.src_port = 20000,
		.dst_port = 862,
		.has_src_mac = bits & SEQUENCE_ROSE,
		.dscp = 46,
		.ecn = 2,
		.authenticated = bits & AUTHENTICATED,
		.sequence_rose = bits & SEQUENCE_ROSE,
		.max_payload = bits & NARROW ? 200 : 1472,
		.rx_count = 2,
		.tx_count = 1,
		.last_reply = {1, 2, TW_METHOD_SOFTWARE},
		.check = bits & HMAC_GOOD ? TW_TLV_CHECK_GOOD : TW_TLV_CHECK_HERE,
	};

	if (bits & IPV6) {
		r.src = (struct tw_addr){6, {0x20, 1, 0xd, 0xb8, [15] = 1}};
		r.dst = own[1];
	}
	return r;
}

/* Largest Length of the Reflected Packet that any octets of the request could ask for. */
static size_t most_wanted(const uint8_t *pkt, size_t base, size_t len)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(pkt, base, len);
	size_t most = 0;
	struct tw_tlv t;

	while (tw_tlv_next(&w, &t) == TW_TLV_STEP_ONE)
		if (t.type == TW_TLV_CONTROL && t.len >= TW_TLV_CONTROL_FIXED) {
			size_t want = tw_tlv_control_parse(pkt + t.at + TW_TLV_HEADER).length + 3U;

			most = want > most ? want : most;
		}
	return most;
}

static void check(const struct tw_tlv_request *req, uint8_t bits, const uint8_t *before,
	const uint8_t *pkt, size_t base, size_t len, const struct tw_tlv_reflection *out)
{
	size_t end = out->len > len ? out->len : len;
	size_t most = most_wanted(before, base, len);

	FUZZ_CHECK(memcmp(pkt, before, base) == 0);
	FUZZ_CHECK(memcmp(pkt + end, before + end, ROOM - end) == 0);
	FUZZ_CHECK(out->len >= base && out->len <= ROOM);
	if (!(bits & ALLOW_ASYMMETRIC) || !(bits & SEQUENCE_ROSE))
		FUZZ_CHECK(out->len == len && out->n_replies == 1);
	FUZZ_CHECK(out->len <= len || (out->len <= most && out->len <= req->max_payload));
	FUZZ_CHECK(out->n_replies >= 1 && out->n_replies <= MAX_PACKETS);
	FUZZ_CHECK(out->n_replies == 1 || out->len * out->n_replies <= MAX_OCTETS);
	FUZZ_CHECK(!out->elsewhere || (bits & ALLOW_RETURN && out->to.family == req->src.family));
	FUZZ_CHECK(!out->set_source || tw_addr_equal(&out->from, &req->dst));
	FUZZ_CHECK(!out->set_dscp || out->dscp < 16);
	if (out->hmac_at)
		FUZZ_CHECK(bits & HMAC_GOOD && out->hmac_at >= base &&
			   out->hmac_at + 20 <= out->len && pkt[out->hmac_at + 1] == TW_TLV_HMAC);
	if (out->flags & TW_TLV_I)
		FUZZ_CHECK(!out->set_dscp && !out->elsewhere && out->len == len);
}

/* The first octet sets the scene, the rest are the TLVs of a request. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_tlv_reflection out;
	struct tw_tlv_policy policy;
	struct tw_tlv_request req;
	uint8_t *pkt, *before;
	size_t base, len;

	if (size < 1 || size > 1400)
		return 0;
	policy = policy_of(data[0]);
	req = request_of(data[0]);
	base = req.authenticated ? 112 : 44;
	len = base + size - 1;
	pkt = malloc(ROOM);
	before = malloc(ROOM);
	FUZZ_CHECK(pkt && before);
	memset(pkt, 0xa5, ROOM);
	memcpy(pkt + base, data + 1, size - 1);
	memcpy(before, pkt, ROOM);
	tw_tlv_reflect(&policy, &req, pkt, base, len, ROOM, &out);
	if (out.action == TW_TLV_REPLY)
		check(&req, data[0], before, pkt, base, len, &out);
	free(pkt);
	/* And in a buffer that ends with the packet. */
	pkt = malloc(len);
	FUZZ_CHECK(pkt);
	memcpy(pkt, before, len);
	tw_tlv_reflect(&policy, &req, pkt, base, len, len, &out);
	FUZZ_CHECK(out.len <= len);
	free(pkt);
	free(before);
	return 0;
}
