/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_toeplitz.h"

/* 32 bits of the key from bit @at on. */
static uint32_t window(const uint8_t *key, size_t key_len, size_t at)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 5; i++)
		v = v << 8 | (at / 8 + i < key_len ? key[at / 8 + i] : 0);
	return (uint32_t)(v >> (8 - at % 8));
}

uint32_t tw_toeplitz(const uint8_t *key, size_t key_len, const uint8_t *octets, size_t n)
{
	uint32_t hash = 0;

	for (size_t bit = 0; bit < 8 * n; bit++)
		if (octets[bit / 8] & 0x80 >> bit % 8)
			hash ^= window(key, key_len, bit);
	return hash;
}

uint32_t tw_toeplitz_packet(const uint8_t *key, size_t key_len, const struct tw_endpoint *src,
	const struct tw_endpoint *dst, bool ports)
{
	size_t len = tw_addr_len(&src->addr), n = 2 * len;
	uint8_t octets[2 * 16 + 4];

	memcpy(octets, src->addr.b, len);
	memcpy(octets + len, dst->addr.b, len);
	if (ports) {
		octets[n++] = (uint8_t)(src->port >> 8);
		octets[n++] = (uint8_t)src->port;
		octets[n++] = (uint8_t)(dst->port >> 8);
		octets[n++] = (uint8_t)dst->port;
	}
	return tw_toeplitz(key, key_len, octets, n);
}
