/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The reflector's loop: instances of one always-inline body. Plain open STAMP packets take the
 * straight way in two passes over a burst (look and hash; find and write), everything else goes
 * to reflector_slow.c one at a time.
 */

#include "reflector.h"

#include "recorder.h"

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

/* Constants of an instance. */
enum {
	F_STATELESS = 1 << 0,
	F_PER_PACKET = 1 << 1, /* one clock reading for each T3 */
	F_HW_CHECKSUM = 1 << 2,
	F_SLOW_ONLY = 1 << 3, /* keys, negotiated sessions, TWAMP Light, tags: no straight way */
};

/* A packet between the two passes. */
struct plain {
	uint64_t key[TW_KEY_MAX_WORDS];
	uint64_t hash;
	struct rte_mbuf *m;
	uint32_t unflag; /* clear the U flag of the Extra Padding TLV at octet 44 */
};

/* What all packets of a burst have in common. */
struct burst {
	uint64_t t2_be; /* wall, as on the wire */
	uint32_t coarse;
	uint32_t constant; /* sum of T2 and Error Estimate */
	uint16_t error_estimate_be;
};

static inline __attribute__((always_inline)) bool is_plain(const struct tw_reflector *r,
	const struct rte_mbuf *m, const uint8_t *f, uint64_t mac, bool v6, unsigned int flags)
{
	uint32_t len = m->data_len;
	uint32_t off = v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF;
	const uint8_t *p = f + off;
	uint64_t sum;

	if (unlikely(len < off + TW_STAMP_LEN || m->pkt_len != len))
		return false;
	if (!(v6 ? tw_plain_ip6(f, len, mac) : tw_plain_ip4(f, len, mac)))
		return false;
	if (tw_raw16(p - 6) != r->port_be || p[13] == 0 || !tw_payload_is_stamp(p, TW_STAMP_LEN))
		return false;
	if ((flags & F_HW_CHECKSUM) &&
		(m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		return tw_raw16(p - 2) != 0;
	sum = v6 ? tw_udp_sum_ip6(f, len, true) : tw_udp_sum_ip4(f, len, true);
	return tw_sum_fold(sum) == 0xffff && tw_raw16(p - 2) != 0;
}

/* What follows octet 44 can stay as it is, or is one Extra Padding TLV whose U flag goes where
 * TLVs are known. */
static inline bool tail_is_simple(
	const struct tw_reflector *r, const uint8_t *p, uint32_t payload, uint32_t *ret_unflag)
{
	uint32_t rest = payload - TW_STAMP_LEN;

	*ret_unflag = 0;
	if (likely(rest == 0))
		return true;
	if (rest >= 4 && p[44] == 0x80 && p[45] == 1 && tw_get16(p + 46) == rest - 4) {
		*ret_unflag = r->knows_tlvs;
		return true;
	}
	/* 1..3 octets cannot hold a TLV; zeros are legacy padding */
	return rest < 4 && p[44] == 0 && (rest < 2 || p[45] == 0) && (rest < 3 || p[46] == 0);
}

static inline __attribute__((always_inline)) void make_key(uint64_t *key, const uint8_t *f, bool v6)
{
	const uint8_t *p = f + (v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF);
	uint64_t ports =
		tw_raw32(p - 8) | (uint64_t)tw_raw16(p + 14) << 32 | (uint64_t)TW_KEY_STAMP << 48;

	if (v6) {
		key[0] = tw_raw64(f + 22);
		key[1] = tw_raw64(f + 30);
		key[2] = tw_raw64(f + 38);
		key[3] = tw_raw64(f + 46);
		key[4] = ports;
	} else {
		key[0] = tw_raw64(f + 26);
		key[1] = ports;
	}
}

/* The session's next reply number; a packet without a session of its own gets its own back. */
static inline __attribute__((always_inline)) bool next_number(struct tw_reflector *r,
	struct plain *e, const uint8_t *f, const struct burst *b, bool v6, uint32_t *ret_seq)
{
	const unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	const uint8_t *p = f + (v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF);
	uint32_t sseq = tw_get32(p);
	uint32_t t1 = tw_reflect_t1(tw_get64(p + 4));
	struct tw_reflect_state *s =
		tw_table_find(v6 ? &r->table6 : &r->table4, e->key, e->hash, words);

	if (unlikely(!s)) {
		if (!tw_reflector_admit(r, f, v6))
			return false;
		s = tw_reflector_open(r, e->key, e->hash, words, sseq, t1, b->coarse);
		*ret_seq = s ? s->next_seq++ : sseq;
		return true;
	}
	*ret_seq = tw_reflect_next(s, sseq, t1, b->coarse, r->idle, &r->n.sessions_reset);
	return true;
}

/*
 * Headers in place. Octets go through registers: a load from what was just stored in another width
 * would stall. The IPv4 header checksum changes by TOS and TTL alone.
 */
static inline __attribute__((always_inline)) uint16_t ip4_checksum(const uint8_t *f)
{
	uint32_t tos = tw_raw16(f + 14), ttl = tw_raw16(f + 22);
	uint32_t sum = (uint16_t)~tw_raw16(f + 24);

	sum += (tos & 0xfcff) + (tos ^ 0xffff) + (ttl | 0x00ff) + (ttl ^ 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

#ifdef __SSSE3__
/* MAC addresses swapped; the mask takes ECN out of octet 15. */
static inline __attribute__((always_inline)) void turn_link(uint8_t *f, int last)
{
	const __m128i order = _mm_setr_epi8(6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15);
	const __m128i mask = _mm_setr_epi8(
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, (char)last);
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)f);

	v = _mm_and_si128(_mm_shuffle_epi8(v, order), mask);
	_mm_storeu_si128((__m128i *)(void *)f, v);
}

/* TTL, protocol, checksum, addresses and ports are the 16 octets from 22 on. */
static inline __attribute__((always_inline)) void turn_ip4(uint8_t *f)
{
	const __m128i order = _mm_setr_epi8(0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 14, 15, 12, 13);
	const __m128i ttl = _mm_setr_epi8(-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(f + 22));

	v = _mm_or_si128(_mm_shuffle_epi8(v, order), ttl);
	v = _mm_insert_epi16(v, ip4_checksum(f), 1);
	turn_link(f, 0xfc);
	_mm_storeu_si128((__m128i *)(void *)(f + 22), v);
}

static inline __attribute__((always_inline)) void turn_ip6(uint8_t *f)
{
	__m128i src = _mm_loadu_si128((const __m128i *)(const void *)(f + 22));
	__m128i dst = _mm_loadu_si128((const __m128i *)(const void *)(f + 38));
	uint32_t ports = tw_raw32(f + 54);

	_mm_storeu_si128((__m128i *)(void *)(f + 22), dst);
	_mm_storeu_si128((__m128i *)(void *)(f + 38), src);
	ports = ports << 16 | ports >> 16;
	memcpy(f + 54, &ports, 4);
	turn_link(f, 0xcf);
	f[21] = 255;
}
#else
static inline void turn_link(uint8_t *f, uint8_t last)
{
	uint8_t mac[6];

	memcpy(mac, f, 6);
	memcpy(f, f + 6, 6);
	memcpy(f + 6, mac, 6);
	f[15] &= last;
}

static inline void turn_ip4(uint8_t *f)
{
	uint64_t addrs = tw_raw64(f + 26);
	uint32_t ports = tw_raw32(f + 34);

	tw_set_raw16(f + 24, ip4_checksum(f));
	turn_link(f, 0xfc);
	f[22] = 255;
	addrs = addrs << 32 | addrs >> 32;
	memcpy(f + 26, &addrs, 8);
	ports = ports << 16 | ports >> 16;
	memcpy(f + 34, &ports, 4);
}

static inline void turn_ip6(uint8_t *f)
{
	uint8_t addr[16];
	uint32_t ports = tw_raw32(f + 54);

	memcpy(addr, f + 22, 16);
	memcpy(f + 22, f + 38, 16);
	memcpy(f + 38, addr, 16);
	ports = ports << 16 | ports >> 16;
	memcpy(f + 54, &ports, 4);
	turn_link(f, 0xcf);
	f[21] = 255;
}
#endif

/*
 * The UDP checksum changes by what is new in the payload: the sender's sequence number, T1 and
 * Error Estimate move by an even distance, and octets 16..43 were zero.
 */
static inline __attribute__((always_inline)) uint16_t udp_checksum(
	uint16_t old, uint32_t constant, uint32_t seq_be, uint64_t t3_be, uint32_t ttl, bool unflag)
{
	uint64_t sum = (uint64_t)(uint16_t)~old + constant + seq_be + (uint32_t)t3_be +
		       (t3_be >> 32) + ttl + (unflag ? (uint16_t)~0x0080 : 0);
	uint32_t folded = (uint32_t)((sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32));
	uint16_t csum;

	folded = (folded & 0xffff) + (folded >> 16);
	csum = (uint16_t) ~((folded & 0xffff) + (folded >> 16));
	return csum ? csum : 0xffff;
}

static inline __attribute__((always_inline)) uint8_t tos_of(const uint8_t *f, bool v6)
{
	return v6 ? (uint8_t)(f[14] << 4 | f[15] >> 4) : f[15];
}

/* Pass two: session, reply, checksums. @return false when the packet was refused and freed */
static inline __attribute__((always_inline)) bool answer(struct tw_reflector *r, struct plain *e,
	const struct burst *b, uint64_t t3, bool v6, unsigned int flags)
{
	uint8_t *f = rte_pktmbuf_mtod(e->m, uint8_t *);
	uint8_t *p = f + (v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF);
	uint64_t head = tw_raw64(p), tail = tw_raw64(p + 8), t3_be = __builtin_bswap64(t3);
	uint32_t seq, ttl = v6 ? f[21] : f[22];

	if (flags & F_STATELESS) {
		seq = tw_get32(p);
	} else if (unlikely(!next_number(r, e, f, b, v6, &seq))) {
		tw_reflector_take_back(r, e->m, tos_of(f, v6));
		return false;
	}
	seq = __builtin_bswap32(seq);
	tw_set_raw16(p - 2, udp_checksum(tw_raw16(p - 2), b->constant, seq, t3_be, ttl, e->unflag));
	if (unlikely(e->unflag))
		p[44] = 0;
	/* RFC 8762 section 4.3.1; the SSID stays in octets 14..15 */
	memcpy(p, &seq, 4);
	memcpy(p + 4, &t3_be, 8);
	tw_set_raw16(p + 12, b->error_estimate_be);
	memcpy(p + 16, &b->t2_be, 8);
	memcpy(p + 24, &head, 8);
	tail &= 0x0000ffffffffffffULL;
	memcpy(p + 32, &tail, 8);
	memcpy(p + 40, &ttl, 4);
	if (v6)
		turn_ip6(f);
	else
		turn_ip4(f);
	return true;
}

/* TOS and TTL are noted where nothing has to be read first: a value that has to go through memory
 * from packet to packet would be waited for. */
static inline __attribute__((always_inline)) void note_marks(
	struct tw_reflector *r, const uint8_t *f, bool v6)
{
	r->tos[tos_of(f, v6)]++;
	r->ttl_seen[v6 ? f[21] : f[22]] = true;
}

/* Pass one for one packet: what is plain is hashed and its slot fetched. */
static inline __attribute__((always_inline)) bool take_plain(struct tw_reflector *r,
	struct rte_mbuf *m, const uint8_t *f, struct plain *e, uint64_t mac, bool v6,
	unsigned int flags)
{
	const unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	uint32_t off = v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF;

	if (unlikely((flags & F_SLOW_ONLY) || !is_plain(r, m, f, mac, v6, flags) ||
		     !tail_is_simple(r, f + off, m->data_len - off, &e->unflag)))
		return false;
	if ((flags & F_STATELESS) && unlikely(!tw_reflector_is_known(r, f, v6)))
		return false;
	e->m = m;
	note_marks(r, f, v6);
	if (!(flags & F_STATELESS)) {
		const struct tw_table *t = v6 ? &r->table6 : &r->table4;

		make_key(e->key, f, v6);
		e->hash = tw_table_hash(t, e->key, words);
		tw_table_fetch_slot(t, e->hash);
	}
	return true;
}

static inline __attribute__((always_inline)) unsigned int round_of(
	struct tw_task *task, const unsigned int flags)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	const struct tw_clock_map *clock = &task->clock;
	struct rte_mbuf *rx[TW_BURST], *tx[TW_BURST];
	struct plain quick[2][TW_BURST];
	unsigned int n_quick[2] = {0, 0}, done = 0;
	struct burst b;
	uint16_t n, n_tx = 0;
	uint64_t octets = 0;
	const uint64_t mac = r->mac;
	uint64_t mono, t2, t3, tsc3;

	n = rte_eth_rx_burst(r->port.port_id, r->port.rx_queue, rx, TW_BURST);
	if (n == 0)
		return 0;
	mono = tw_clock_mono(clock, rte_rdtsc());
	t2 = mono + clock->offset;
	b.t2_be = __builtin_bswap64(t2);
	b.coarse = tw_reflect_coarse(mono);
	b.error_estimate_be = __builtin_bswap16(r->error_estimate);
	b.constant = tw_sum_fold(tw_sum_add(b.t2_be, b.error_estimate_be));
	r->n.received += n;
	if (unlikely(r->port.recorder != NULL))
		tw_recorder_put(r->port.recorder, rx, n, t2);

	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *m = rx[i];
		const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);

		if (f[12] == 0x08 ? take_plain(r, m, f, &quick[0][n_quick[0]], mac, false, flags)
				  : take_plain(r, m, f, &quick[1][n_quick[1]], mac, true, flags)) {
			n_quick[f[12] != 0x08]++;
			octets += m->data_len;
			continue;
		}
		tw_reflector_slow(r, m, mono);
	}
	r->n.octets_in += octets;
	if (unlikely(r->n_slow))
		n_tx = (uint16_t)tw_reflector_answer(r, tx, t2, mono);

	/* T3 is read here; the burst follows at the measured pace. */
	tsc3 = rte_rdtsc();
	t3 = tw_clock_mono(clock, tsc3) + clock->offset;
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		for (unsigned int i = 0; i < n_quick[v6]; i++) {
			struct plain *e = &quick[v6][i];

			if (flags & F_PER_PACKET)
				t3 = tw_clock_mono(clock, rte_rdtsc()) + clock->offset;
			if (likely(v6 ? answer(r, e, &b, t3, true, flags)
				      : answer(r, e, &b, t3, false, flags)))
				tx[n_tx++] = e->m;
			t3 += r->slope.per_packet;
			done++;
		}
	}
	if (done && unlikely(--r->slope.countdown == 0))
		tw_slope_measure(&r->slope, clock, tsc3, rte_rdtsc(), done);
	if (n_tx) {
		if (unlikely(r->port.recorder != NULL))
			tw_recorder_put(r->port.recorder, tx, n_tx, t3);
		r->n.reflected +=
			tw_tx_all(r->port.port_id, r->port.tx_queue, tx, n_tx, &r->n.tx_failed);
	}
	return n;
}

#define INSTANCE(name, flags)                                                                      \
	static unsigned int name(struct tw_task *t)                                                \
	{                                                                                          \
		return round_of(t, flags);                                                         \
	}

INSTANCE(step_burst, 0)
INSTANCE(step_packet, F_PER_PACKET)
INSTANCE(step_burst_hw, F_HW_CHECKSUM)
INSTANCE(step_packet_hw, F_PER_PACKET | F_HW_CHECKSUM)
INSTANCE(step_stateless, F_STATELESS)
INSTANCE(step_stateless_packet, F_STATELESS | F_PER_PACKET)
INSTANCE(step_slow, F_SLOW_ONLY)

tw_reflector_step *tw_reflector_choose(
	const struct tw_reflector_config *cfg, const struct tw_loop_port *port)
{
	bool per_packet = cfg->stamp == TW_STAMP_PER_PACKET;

	if (cfg->protocol == TW_PROTOCOL_LIGHT || cfg->keys || cfg->negotiated || cfg->ptp ||
		port->n_vlan)
		return step_slow;
	if (cfg->stateless)
		return per_packet ? step_stateless_packet : step_stateless;
	if (port->rx_checksum)
		return per_packet ? step_packet_hw : step_burst_hw;
	return per_packet ? step_packet : step_burst;
}
