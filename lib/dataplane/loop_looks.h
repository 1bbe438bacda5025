/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_LOOKS_H
#define TW_LOOP_LOOKS_H

/* Looks at plain frames and replies in place, with wide vectors or without. */

#include "reflector.h"

#include "reflector_quick.h"
#ifdef TW_LOOP_AVX512
#include "reflector_avx512.h"
#include "reflector_lanes.h"
#endif

/* What is wide in an instance for wide vectors: IPv4 with at most one tag. */
#ifdef TW_LOOP_AVX512
struct looks {
	struct tw_look q;
	__m512i want;
};

TW_INLINE void look_at_length(struct looks *k, const struct tw_shape *s, uint32_t len,
	const unsigned int l2, const bool v6)
{
	tw_look_at_length(&k->q, s, len, l2, v6);
	if (!v6 && l2 <= 18)
		k->want = tw_avx512_want(&k->q, s, l2);
}

TW_INLINE bool is_stamp(const struct looks *k, const struct tw_shape *s, const uint8_t *f,
	const unsigned int l2, const bool v6)
{
	return v6 || l2 > 18 ? tw_quick_is_stamp(&k->q, s, f, l2, v6)
			     : tw_avx512_is_stamp(k->want, _mm512_load_si512(s->care), f, l2);
}

TW_INLINE void reply(const struct tw_reflector *r, uint8_t *f, const struct tw_burst *b,
	uint32_t seq, uint64_t t3, const unsigned int l2, const bool v6)
{
	struct tw_wide_turn t;

	if (v6 || l2 > 18) {
		tw_quick_reply(f, b, seq, t3, l2, v6);
		return;
	}
	t = tw_avx512_turn(&r->turn, b);
	tw_avx512_reply(f, b, &t, seq, t3, l2);
}

/* What a run of the shortest STAMP packets needs, in registers. */
struct constants {
	struct tw_wide_turn turn;
	__m512i want, care;
	struct tw_look look;
};

TW_INLINE struct constants load_constants(
	const struct tw_reflector *r, const struct tw_burst *b, const unsigned int l2)
{
	struct constants c = {.turn = tw_avx512_turn(&r->turn, b),
		.want = _mm512_load_si512(r->shortest.want),
		.care = _mm512_load_si512(r->shortest.care)};

	c.look = tw_look_at(&r->shortest, l2);
	return c;
}

TW_INLINE bool is_shortest(const struct tw_reflector *r, const struct constants *c,
	const uint8_t *f, const unsigned int l2)
{
	return l2 > 18 ? tw_quick_is_stamp(&c->look, &r->shortest, f, l2, false)
		       : tw_avx512_is_stamp(c->want, c->care, f, l2);
}

TW_INLINE void reply_shortest(const struct constants *c, uint8_t *f, const struct tw_burst *b,
	uint32_t seq, uint64_t t3, const unsigned int l2)
{
	if (l2 > 18)
		tw_quick_reply(f, b, seq, t3, l2, false);
	else
		tw_avx512_reply(f, b, &c->turn, seq, t3, l2);
}
#else
struct looks {
	struct tw_look q;
};

TW_INLINE void look_at_length(struct looks *k, const struct tw_shape *s, uint32_t len,
	const unsigned int l2, const bool v6)
{
	tw_look_at_length(&k->q, s, len, l2, v6);
}

TW_INLINE bool is_stamp(const struct looks *k, const struct tw_shape *s, const uint8_t *f,
	const unsigned int l2, const bool v6)
{
	return tw_quick_is_stamp(&k->q, s, f, l2, v6);
}

TW_INLINE void reply(const struct tw_reflector *r, uint8_t *f, const struct tw_burst *b,
	uint32_t seq, uint64_t t3, const unsigned int l2, const bool v6)
{
	(void)r;
	tw_quick_reply(f, b, seq, t3, l2, v6);
}

struct constants {
	struct tw_look look;
};

TW_INLINE struct constants load_constants(
	const struct tw_reflector *r, const struct tw_burst *b, const unsigned int l2)
{
	(void)b;
	return (struct constants){.look = tw_look_at(&r->shortest, l2)};
}

TW_INLINE bool is_shortest(const struct tw_reflector *r, const struct constants *c,
	const uint8_t *f, const unsigned int l2)
{
	return tw_quick_is_stamp(&c->look, &r->shortest, f, l2, false);
}

TW_INLINE void reply_shortest(const struct constants *c, uint8_t *f, const struct tw_burst *b,
	uint32_t seq, uint64_t t3, const unsigned int l2)
{
	(void)c;
	tw_quick_reply(f, b, seq, t3, l2, false);
}
#endif

#endif
