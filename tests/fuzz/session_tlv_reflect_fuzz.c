/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_scene.h"
#include "tw_fuzz.h"

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
	FUZZ_CHECK(memcmp(pkt + end, before + end, SCENE_ROOM - end) == 0);
	FUZZ_CHECK(out->len >= base && out->len <= SCENE_ROOM);
	if (!(bits & SCENE_ALLOW_ASYMMETRIC) || !(bits & SCENE_SEQUENCE_ROSE))
		FUZZ_CHECK(out->len == len && out->n_replies == 1);
	FUZZ_CHECK(out->len <= len || (out->len <= most && out->len <= req->max_payload));
	FUZZ_CHECK(out->n_replies >= 1 && out->n_replies <= SCENE_MAX_PACKETS);
	FUZZ_CHECK(out->n_replies == 1 || out->len * out->n_replies <= SCENE_MAX_OCTETS);
	FUZZ_CHECK(!out->elsewhere ||
		   (bits & SCENE_ALLOW_RETURN && out->to.family == req->src.family));
	FUZZ_CHECK(!out->set_source || tw_addr_equal(&out->from, &req->dst));
	FUZZ_CHECK(!out->set_dscp || out->dscp < 16);
	if (out->hmac_at)
		FUZZ_CHECK(bits & SCENE_HMAC_GOOD && out->hmac_at >= base &&
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
	policy = scene_policy(data[0]);
	req = scene_request(data[0]);
	base = scene_base(data[0]);
	len = base + size - 1;
	pkt = malloc(SCENE_ROOM);
	before = malloc(SCENE_ROOM);
	FUZZ_CHECK(pkt && before);
	memset(pkt, 0xa5, SCENE_ROOM);
	memcpy(pkt + base, data + 1, size - 1);
	memcpy(before, pkt, SCENE_ROOM);
	tw_tlv_reflect(&policy, &req, pkt, base, len, SCENE_ROOM, &out);
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
