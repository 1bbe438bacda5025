/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_KEY_H
#define TW_LOOP_KEY_H

/* Where in the table a plain STAMP packet's session is. */

#include "reflector.h"

TW_INLINE void make_key(uint64_t *key, const uint8_t *f, const unsigned int l2, const bool v6)
{
	const uint8_t *udp = f + tw_quick_udp(l2, v6);
	uint64_t ports = tw_raw32(udp) | (uint64_t)tw_raw16(udp + TW_UDP_LEN + TW_REQ_SSID) << 32 |
			 (uint64_t)TW_KEY_STAMP << 48;

	key[0] = tw_raw64(f + l2 + (v6 ? TW_IPV6_SRC : TW_IPV4_SRC));
	if (v6) {
		key[1] = tw_raw64(f + l2 + TW_IPV6_SRC + 8);
		key[2] = tw_raw64(f + l2 + TW_IPV6_DST);
		key[3] = tw_raw64(f + l2 + TW_IPV6_DST + 8);
	}
	key[v6 ? 4 : 1] = ports;
}

TW_INLINE uint64_t hash_of(
	const struct tw_reflector *r, const uint8_t *f, const unsigned int l2, const bool v6)
{
	uint64_t key[TW_KEY_MAX_WORDS] = {0};

	make_key(key, f, l2, v6);
	return tw_table_hash(v6 ? &r->table6 : &r->table4, key, v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS);
}

#endif
