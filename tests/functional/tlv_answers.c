/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_scene.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * What the C code makes of requests, for stamp_oracle_test.py: each line of standard input is a
 * scene (one octet, two digits) and a payload in hexadecimal; each line of output says what
 * becomes of it.
 */

static const char key[] = "0123456789abcdef";

static size_t unhex(const char *s, uint8_t *out, size_t cap)
{
	size_t n = 0;
	unsigned int v;

	while (n < cap && sscanf(s + 2 * n, "%2x", &v) == 1)
		out[n++] = (uint8_t)v;
	return n;
}

static void answer(struct tw_hmac *mac, uint8_t bits, uint8_t *pkt, size_t len)
{
	struct tw_tlv_policy policy = scene_policy(bits);
	struct tw_tlv_request req = scene_request(bits);
	struct tw_tlv_reflection out;
	char to[TW_ADDR_STR] = "-", from[TW_ADDR_STR] = "-";
	size_t base = scene_base(bits);

	req.mac = mac;
	req.check = TW_TLV_CHECK_HERE;
	tw_tlv_reflect(&policy, &req, pkt, base, len, SCENE_ROOM, &out);
	if (out.action == TW_TLV_DROP) {
		printf("drop %s\n", tw_discard_name(out.reason));
		return;
	}
	if (out.elsewhere)
		tw_addr_format(&out.to, to);
	if (out.set_source)
		tw_addr_format(&out.from, from);
	printf("reply %d %s %s %u %u %d ", out.set_dscp ? out.dscp : -1, to, from, out.n_replies,
		out.interval_ns, out.hmac_at != 0);
	for (size_t i = base; i < out.len; i++)
		printf("%02x", pkt[i]);
	printf(".\n");
}

int main(void)
{
	static char line[2 * SCENE_ROOM + 16];
	static uint8_t pkt[SCENE_ROOM];
	struct tw_hmac *mac;
	uint8_t bits;

	if (tw_hmac_create(TW_HASH_SHA256, key, sizeof(key) - 1, &mac) != 0)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		size_t len = strcspn(line, " \n");

		if (unhex(line, &bits, 1) != 1 || line[len] != ' ')
			return 1;
		len = unhex(line + len + 1, pkt, sizeof(pkt));
		if (len < scene_base(bits))
			return 1;
		answer(mac, bits, pkt, len);
	}
	tw_hmac_destroy(mac);
	return 0;
}
