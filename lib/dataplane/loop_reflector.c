/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The reflector's loop: instances of one always-inline body. Plain open STAMP packets take the
 * straight way in two passes over a burst (look and hash; find and write), everything else goes
 * to reflector_slow.c one at a time.
 */

#include "reflector.h"

#include "recorder.h"

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
	uint64_t t2; /* wall */
	uint32_t coarse;
	uint16_t error_estimate;
};

static inline __attribute__((always_inline)) bool is_plain(const struct tw_reflector *r,
	const struct rte_mbuf *m, const uint8_t *f, bool v6, unsigned int flags)
{
	uint32_t len = m->data_len;
	uint32_t off = v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF;
	const uint8_t *p = f + off;
	uint64_t sum;

	if (unlikely(len < off + TW_STAMP_LEN || m->pkt_len != len))
		return false;
	if (!(v6 ? tw_plain_ip6(f, len, r->mac) : tw_plain_ip4(f, len, r->mac)))
		return false;
	if (tw_raw16(p - 6) != r->port_be || p[13] == 0 || !tw_payload_is_stamp(p, TW_STAMP_LEN))
		return false;
	if ((flags & F_HW_CHECKSUM) &&
		(m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		return tw_raw16(p - 2) != 0;
	sum = v6 ? tw_udp_sum_ip6(f, len) : tw_udp_sum_ip4(f, len);
	return tw_sum_fold(sum) == 0xffff && tw_raw16(p - 2) != 0;
}

/* What follows octet 44 can stay as it is, or is one Extra Padding TLV whose U flag goes. */
static inline bool tail_is_simple(const uint8_t *p, uint32_t payload, uint32_t *ret_unflag)
{
	uint32_t rest = payload - TW_STAMP_LEN;

	*ret_unflag = 0;
	if (likely(rest == 0))
		return true;
	if (rest >= 4 && p[44] == 0x80 && p[45] == 1 && tw_get16(p + 46) == rest - 4) {
		*ret_unflag = 1;
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

/* Everything is computed in registers: a load from octets just stored in another width stalls. */
static inline __attribute__((always_inline)) void turn_round_ip4(uint8_t *f)
{
	uint64_t addrs = tw_raw64(f + 26);
	uint16_t tos = tw_raw16(f + 14), ttl = tw_raw16(f + 22);
	uint16_t new_tos = tos & 0xfcff; /* ECN: Not-ECT */
	uint16_t new_ttl = ttl | 0x00ff;
	uint32_t sum = (uint16_t)~tw_raw16(f + 24);

	sum += (uint32_t)new_tos + new_ttl + (uint16_t)~tos + (uint16_t)~ttl;
	sum = (sum & 0xffff) + (sum >> 16);
	tw_set_raw16(f + 14, new_tos);
	tw_set_raw16(f + 22, new_ttl);
	tw_set_raw16(f + 24, (uint16_t) ~((sum & 0xffff) + (sum >> 16)));
	addrs = addrs << 32 | addrs >> 32;
	memcpy(f + 26, &addrs, 8);
}

static inline __attribute__((always_inline)) void turn_round_ip6(uint8_t *f)
{
	uint64_t a = tw_raw64(f + 22), b = tw_raw64(f + 30);
	uint64_t c = tw_raw64(f + 38), d = tw_raw64(f + 46);

	memcpy(f + 22, &c, 8);
	memcpy(f + 30, &d, 8);
	memcpy(f + 38, &a, 8);
	memcpy(f + 46, &b, 8);
	f[15] &= 0xcf;
	f[21] = 255;
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
	struct tw_reflect_fields out = {.t2 = b->t2, .t3 = t3, .error_estimate = b->error_estimate};
	uint64_t macs = tw_raw64(f), sum;
	uint32_t ports = tw_raw32(p - 8), from_mac = tw_raw32(f + 8);
	uint16_t csum;

	if (flags & F_STATELESS) {
		out.seq = tw_get32(p);
	} else if (unlikely(!next_number(r, e, f, b, v6, &out.seq))) {
		tw_reflector_take_back(r, e->m, tos_of(f, v6));
		return false;
	}
	/* The checksum changes by what is new in the payload: the sender's sequence number, T1 and
	 * Error Estimate move by an even distance, and octets 16..43 were zero. */
	out.ttl = v6 ? f[21] : f[22];
	sum = (uint64_t)(uint16_t)~tw_raw16(p - 2) + __builtin_bswap32(out.seq);
	sum = tw_sum_add(sum, __builtin_bswap64(out.t2));
	sum = tw_sum_add(sum, __builtin_bswap64(out.t3));
	sum = tw_sum_add(sum, (uint64_t)__builtin_bswap16(out.error_estimate) + out.ttl);
	if (unlikely(e->unflag)) {
		p[44] = 0;
		sum = tw_sum_add(sum, (uint16_t)~0x0080);
	}
	csum = (uint16_t)~tw_sum_fold(sum);
	csum = csum ? csum : 0xffff;
	tw_reflect_write_stamp(p, &out);
	ports = ports << 16 | ports >> 16;
	memcpy(p - 8, &ports, 4);
	memcpy(p - 2, &csum, 2);
	if (v6)
		turn_round_ip6(f);
	else
		turn_round_ip4(f);
	/* MAC addresses: octets 6..11 to the front, the front behind them */
	{
		uint64_t back = (macs >> 48) | (uint64_t)from_mac << 16;

		memcpy(f, &back, 4);
		back >>= 32;
		memcpy(f + 4, &back, 2);
		memcpy(f + 6, &macs, 4);
		macs >>= 32;
		memcpy(f + 10, &macs, 2);
	}
	return true;
}

static inline __attribute__((always_inline)) void note_marks(
	struct tw_reflector *r, const uint8_t *f, bool v6)
{
	uint8_t ttl = v6 ? f[21] : f[22];

	r->tos[tos_of(f, v6)]++;
	r->ttl_min = ttl < r->ttl_min ? ttl : r->ttl_min;
	r->ttl_max = ttl > r->ttl_max ? ttl : r->ttl_max;
}

/* Pass one for one packet: what is plain is hashed and its slot fetched. */
static inline __attribute__((always_inline)) bool take_plain(struct tw_reflector *r,
	struct rte_mbuf *m, const uint8_t *f, struct plain *e, bool v6, unsigned int flags)
{
	const unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	uint32_t off = v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF;

	if (unlikely((flags & F_SLOW_ONLY) || !is_plain(r, m, f, v6, flags) ||
		     !tail_is_simple(f + off, m->data_len - off, &e->unflag)))
		return false;
	if ((flags & F_STATELESS) && unlikely(!tw_reflector_is_known(r, f, v6)))
		return false;
	e->m = m;
	r->n.octets_in += m->data_len;
	note_marks(r, f, v6);
	if (!(flags & F_STATELESS)) {
		const struct tw_table *t = v6 ? &r->table6 : &r->table4;

		make_key(e->key, f, v6);
		e->hash = tw_table_hash(t, e->key, words);
		__builtin_prefetch(tw_table_slot(t, e->hash, words), 1);
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
	uint64_t mono, t3, tsc3;

	n = rte_eth_rx_burst(r->port.port_id, r->port.rx_queue, rx, TW_BURST);
	if (n == 0)
		return 0;
	mono = tw_clock_mono(clock, rte_rdtsc());
	b.t2 = mono + clock->offset;
	b.coarse = tw_reflect_coarse(mono);
	b.error_estimate = r->error_estimate;
	r->n.received += n;
	if (unlikely(r->port.recorder != NULL))
		tw_recorder_put(r->port.recorder, rx, n, b.t2);

	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *m = rx[i];
		const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);

		if (f[12] == 0x08 ? take_plain(r, m, f, &quick[0][n_quick[0]], false, flags)
				  : take_plain(r, m, f, &quick[1][n_quick[1]], true, flags)) {
			n_quick[f[12] != 0x08]++;
			continue;
		}
		tw_reflector_slow(r, m, mono);
	}
	if (unlikely(r->n_slow))
		n_tx = (uint16_t)tw_reflector_answer(r, tx, b.t2, mono);

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
