/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Several replies to one request (RFC 10052). The first one leaves with its burst; the others are
 * copies of it with numbers, T3 and HMACs of their own, sent when they are due. How many requests
 * are served so at once is bounded by a list, and what they cause together by a budget of octets
 * that fills up again with time: the bounds of the policy are per request.
 */

#include "recorder.h"
#include "reflector.h"

void tw_reflector_volume(struct tw_reflector *r, uint64_t mono, struct tw_tlv_request *req)
{
	const struct tw_tlv_policy *p = &r->tlv;
	uint64_t rate = 0, gain;

	/* All senders together may cause what the most favoured of them may alone. */
	for (unsigned int i = 0; i < p->n_allow_asymmetric; i++)
		if (p->allow_asymmetric[i].max_octets_per_sec > rate)
			rate = p->allow_asymmetric[i].max_octets_per_sec;
	gain = (uint64_t)(((tw_u128)(mono - r->volume_at) * rate) >> 32);
	/* who came before the last one, by the NIC's word, adds nothing */
	if (gain && (int64_t)(mono - r->volume_at) > 0) {
		r->volume_left = r->volume_left + gain < rate ? r->volume_left + gain : rate;
		r->volume_at = mono;
	}
	req->volume_bounded = true;
	req->octets_left = r->volume_left;
	req->packets_left = r->n_repeats + r->n_promised < TW_REPEATS ? UINT32_MAX : 1;
}

void tw_reflector_repeat(struct tw_reflector *r, const struct tw_slow *e)
{
	struct tw_repeat *t = &r->repeats[r->n_repeats];
	struct rte_mbuf *m = rte_pktmbuf_copy(e->m, r->port.pool, 0, UINT32_MAX);

	if (!m)
		return;
	*t = (struct tw_repeat){
		.m = m,
		.interval = ((uint64_t)e->tlv.interval_ns << 32) / (uint64_t)TW_NS_PER_SEC,
		.left = e->tlv.n_replies - 1U,
		.hmac_at = e->tlv_secret ? e->tlv.hmac_at : 0,
		.base = e->base,
		.secret = e->secret,
		.tlv_secret = e->tlv_secret,
		.sealed = e->sealed,
		.family = e->info.family,
		.l3_off = e->info.l3_off,
		.l4_off = e->info.l4_off,
		.payload_off = e->info.payload_off,
		.words = e->words,
	};
	memcpy(t->key, e->key, sizeof(t->key));
	/* from when the first one leaves: the request may have waited long */
	t->due = tw_clock_mono(&r->task.clock, rte_rdtsc()) + t->interval;
	r->n_repeats++;
}

/* Number, T3 and HMACs of one further reply. @return false when its session is gone */
static bool write_one(struct tw_reflector *r, const struct tw_repeat *t, uint8_t *f)
{
	struct tw_table *table = t->family == 6 ? &r->table6 : &r->table4;
	struct tw_reflect_state *s =
		tw_table_find(table, t->key, tw_table_hash(table, t->key, t->words), t->words);
	uint8_t *p = f + t->payload_off;
	uint64_t t3 = tw_clock_mono(&r->task.clock, rte_rdtsc()) + r->task.clock.offset;
	struct tw_session_more *more;
	uint32_t seq;

	if (!s)
		return false;
	seq = s->next_seq++;
	more = tw_table_more(table, s, t->words);
	if (more) {
		more->repeated++;
		more->last_seq = seq;
		more->last_t3 = t3;
		more->by_nic = false;
	}
	if (r->cfg.ptp)
		t3 = tw_ptp_from_ntp((struct tw_ntp){t3}, TW_TAI_UTC_DEFAULT).v;
	tw_put32(p, seq);
	tw_put64(p + (t->sealed ? TW_AUTH_REP_TIMESTAMP : TW_REP_TIMESTAMP), t3);
	if (t->hmac_at) {
		uint32_t save, len;
		uint8_t *text = tw_tlv_text(p, t->base, t->hmac_at, &save, &len);
		struct tw_batch_op op = {t->tlv_secret, text, p + t->hmac_at + TW_TLV_HEADER, len};

		tw_batch_sign(r->batch, &op, 1);
		tw_tlv_text_done(p, t->base, save);
	}
	if (t->sealed) {
		struct tw_batch_op op = tw_sealed_reply(TW_SEALED_STAMP, t->secret, p);

		tw_batch_sign(r->batch, &op, 1);
	}
	return true;
}

static void write_checksum(const struct tw_repeat *t, uint8_t *f)
{
	uint8_t *ip = f + t->l3_off, *udp = f + t->l4_off;
	uint16_t len = tw_get16(udp + TW_UDP_LENGTH);
	uint64_t sum = t->family == 4 ? tw_sum_pseudo4(ip + TW_IPV4_SRC, TW_IPPROTO_UDP, len)
				      : tw_sum_pseudo6(ip + TW_IPV6_SRC, TW_IPPROTO_UDP, len);

	tw_put16(udp + TW_UDP_CHECKSUM, 0);
	sum = tw_sum_add(sum, tw_sum(udp, len));
	tw_set_raw16(udp + TW_UDP_CHECKSUM, tw_udp_checksum_finish(sum));
}

/* Send what is due of one request, at most a burst. @return sent; left is 0 when it has all */
static unsigned int serve(struct tw_reflector *r, struct tw_repeat *t, uint64_t mono)
{
	struct rte_mbuf *tx[TW_BURST];
	unsigned int n = 0;

	while (n < TW_BURST && t->left && t->due <= mono) {
		struct rte_mbuf *m = rte_pktmbuf_copy(t->m, r->port.pool, 0, UINT32_MAX);
		uint8_t *f;

		if (!m) {
			t->left = 0;
			break;
		}
		f = rte_pktmbuf_mtod(m, uint8_t *);
		if (!write_one(r, t, f)) {
			rte_pktmbuf_free(m);
			t->left = 0;
			break;
		}
		write_checksum(t, f);
		tx[n++] = m;
		t->left--;
		/* a little late puts off none of those after it, but they never come all at once */
		t->due = (mono - t->due < t->interval ? t->due : mono) + t->interval;
	}
	if (n == 0)
		return 0;
	if (unlikely(r->port.recorder != NULL))
		tw_recorder_put(r->port.recorder, tx, n, mono + r->task.clock.offset);
	r->n.repeated +=
		tw_tx_all(r->port.port_id, r->port.tx_queue, tx, (uint16_t)n, &r->repeats_failed);
	return n;
}

unsigned int tw_reflector_step_repeating(struct tw_task *task)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	unsigned int done = r->inner(task);
	uint64_t mono;

	if (likely(r->n_repeats == 0))
		return done;
	mono = tw_clock_mono(&task->clock, rte_rdtsc());
	for (unsigned int i = 0; i < r->n_repeats;) {
		struct tw_repeat *t = &r->repeats[i];

		done += serve(r, t, mono);
		if (t->left) {
			i++;
			continue;
		}
		rte_pktmbuf_free(t->m);
		*t = r->repeats[--r->n_repeats];
	}
	return done;
}

uint64_t tw_reflector_repeat_due(const struct tw_reflector *r)
{
	uint64_t due = UINT64_MAX;

	for (unsigned int i = 0; i < r->n_repeats; i++)
		if (r->repeats[i].due < due)
			due = r->repeats[i].due;
	return due == UINT64_MAX ? due : tw_clock_tsc_at(&r->task.clock, due);
}
