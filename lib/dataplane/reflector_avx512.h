/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECTOR_AVX512_H
#define TW_REFLECTOR_AVX512_H

/*
 * The check and the reply of reflector_quick.h with AVX-512 VBMI, for IPv4 with at most one tag:
 * the headers are one vector, and so is, by a permutation of it, the reply's begin.
 */

#include "reflector_quick.h"

#include <immintrin.h>

/* The expected headers at this length. */
TW_INLINE __m512i tw_avx512_want(
	const struct tw_look *k, const struct tw_shape *s, const unsigned int l2)
{
	const unsigned int udp = tw_quick_udp(l2, false);
	__m512i w = _mm512_load_si512(s->want);
	uint16_t udp_len = (uint16_t)(k->pseudo - (TW_IPPROTO_UDP << 8));

	w = _mm512_mask_set1_epi16(w, 1U << (udp + TW_UDP_LENGTH) / 2, (short)udp_len);
	return _mm512_mask_set1_epi16(w, 1U << (l2 + TW_IPV4_TOTAL_LENGTH) / 2,
		(short)__builtin_bswap16((uint16_t)(k->len - l2)));
}

/* tw_quick_is_plain() */
TW_INLINE bool tw_avx512_is_plain(__m512i want, const struct tw_shape *s, const uint8_t *f)
{
	/* (frame ^ want) & care */
	__m512i bad = _mm512_ternarylogic_epi64(
		_mm512_loadu_si512(f), want, _mm512_load_si512(s->care), 0x28);

	return _mm512_test_epi64_mask(bad, bad) == 0;
}

/* tw_quick_is_stamp() */
TW_INLINE bool tw_avx512_is_stamp(
	__m512i want, __m512i care, const uint8_t *f, const unsigned int l2)
{
	const uint8_t *p = f + tw_quick_udp(l2, false) + TW_UDP_LEN;
	__m128i mbz = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(p + TW_REQ_MBZ)),
		_mm_loadu_si128((const __m128i *)(const void *)(p + TW_STAMP_LEN - 16)));
	/* (frame ^ want) & care */
	__m512i bad = _mm512_ternarylogic_epi64(_mm512_loadu_si512(f), want, care, 0x28);

	bad = _mm512_or_si512(bad, _mm512_zextsi128_si512(mbz));
	return _mm512_test_epi64_mask(bad, bad) == 0;
}

/* struct tw_turn and what it fills in, in registers. */
struct tw_wide_turn {
	__m512i head, tail, keep, fill;
};

TW_INLINE struct tw_wide_turn tw_avx512_turn(const struct tw_turn *t, const struct tw_burst *b)
{
	return (struct tw_wide_turn){.head = _mm512_load_si512(t->head),
		.tail = _mm512_load_si512(t->tail),
		.keep = _mm512_load_si512(t->keep),
		.fill = _mm512_load_si512(b->fill)};
}

/* tw_quick_reply() */
TW_INLINE void tw_avx512_reply(uint8_t *f, const struct tw_burst *b, const struct tw_wide_turn *t,
	uint32_t seq, uint64_t t3, const unsigned int l2)
{
	uint8_t *ip = f + l2, *p = f + tw_quick_udp(l2, false) + TW_UDP_LEN;
	__m512i v = _mm512_loadu_si512(f);
	__m512i head = _mm512_permutex2var_epi8(v, t->head, t->fill);
	__m512i tail = _mm512_permutex2var_epi8(v, t->tail, t->fill);
	uint64_t t3_be = __builtin_bswap64(t3);
	uint32_t seq_be = __builtin_bswap32(seq);
	uint16_t ip_sum = tw_quick_ip4_checksum(ip, TW_TOS_KEPT);
	uint16_t sum = tw_quick_udp_checksum(tw_raw16(p - 2), b, seq_be, t3_be, ip[TW_IPV4_TTL]);

	head = _mm512_and_si512(head, t->keep);
	_mm512_storeu_si512(f, head);
	_mm256_storeu_si256(
		(__m256i *)(void *)(p + TW_STAMP_LEN - 32), _mm512_castsi512_si256(tail));
	tw_set_raw16(ip + TW_IPV4_CHECKSUM, ip_sum);
	tw_set_raw16(p - 2, sum ? sum : 0xffff);
	memcpy(p + TW_REP_SEQ, &seq_be, 4);
	memcpy(p + TW_REP_TIMESTAMP, &t3_be, 8);
}

/* tw_quick_reply_twamp() */
TW_INLINE void tw_avx512_reply_twamp(uint8_t *f, const struct tw_burst *b, const struct tw_turn *t,
	const struct tw_gone *gone, uint8_t tos, uint32_t seq, uint64_t t3, const unsigned int l2)
{
	const __mmask32 to_ttl = (1U << (TW_TWAMP_REP_LEN - (TW_STAMP_LEN - 32))) - 1;
	uint8_t *ip = f + l2, *p = f + tw_quick_udp(l2, false) + TW_UDP_LEN;
	__m512i v = _mm512_loadu_si512(f), fill = _mm512_load_si512(b->fill);
	__m512i head = _mm512_permutex2var_epi8(v, _mm512_load_si512(t->head), fill);
	__m512i tail = _mm512_permutex2var_epi8(v, _mm512_load_si512(t->tail), fill);
	uint64_t t3_be = __builtin_bswap64(t3);
	uint32_t seq_be = __builtin_bswap32(seq);
	uint16_t ip_sum = tw_quick_ip4_checksum(ip, tos);
	uint16_t sum =
		tw_quick_twamp_checksum(tw_raw16(p - 2), b, gone, seq_be, t3_be, ip[TW_IPV4_TTL]);

	_mm512_storeu_si512(f, head);
	_mm256_mask_storeu_epi8(p + TW_STAMP_LEN - 32, to_ttl, _mm512_castsi512_si256(tail));
	ip[TW_IPV4_TOS] = tos;
	tw_set_raw16(ip + TW_IPV4_CHECKSUM, ip_sum);
	tw_set_raw16(p - 2, sum);
	memcpy(p + TW_REP_SEQ, &seq_be, 4);
	memcpy(p + TW_REP_TIMESTAMP, &t3_be, 8);
}

#endif
