/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_reply.h"

/* The stream's 64-bit sequence number for the 32 bits of the packet; false when not sent yet. */
static bool unwrap(uint64_t sent, uint32_t sseq, uint64_t *ret)
{
	uint32_t behind = (uint32_t)sent - sseq;

	if (behind == 0 || behind > sent)
		return false;
	*ret = sent - behind;
	return true;
}

static void note_peer(struct tw_result *r, uint16_t error_estimate, uint64_t n)
{
	struct tw_peer_info *p = &r->peer;

	p->known = true;
	p->synchronised = error_estimate >> 15;
	p->ptp = error_estimate >> 14 & 1;
	if ((error_estimate & 0xff) == 0)
		p->zero_multiplier += n;
	else
		p->error = tw_error_estimate_span(error_estimate);
}

static void record_marks(struct tw_reply_ctx *c)
{
	struct tw_result *r = c->result;
	uint64_t m = c->batch.marks, n = c->batch.n_marks;

	c->batch.n_marks = 0;
	if (n == 0)
		return;
	note_peer(r, (uint16_t)m, n);
	if (m >> 24 & 1)
		tw_range_record_n(&r->ttl[TW_OUTBOUND], (uint8_t)(m >> 16), n);
	else
		r->packets.short_replies += n;
	if (m >> 25 & 1) {
		tw_range_record_n(&r->dscp[TW_OUTBOUND], (uint8_t)(m >> 48) >> 2, n);
		tw_range_record_n(&r->ecn[TW_OUTBOUND], (uint8_t)(m >> 48) & 3, n);
	}
	tw_range_record_n(&r->ttl[TW_INBOUND], (uint8_t)(m >> 32), n);
	tw_range_record_n(&r->dscp[TW_INBOUND], (uint8_t)(m >> 40) >> 2, n);
	tw_range_record_n(&r->ecn[TW_INBOUND], (uint8_t)(m >> 40) & 3, n);
}

bool tw_reply_change_marks(struct tw_reply_ctx *c, uint64_t marks)
{
	if (marks & TW_ERROR_Z)
		return false;
	record_marks(c);
	c->batch.marks = marks;
	return true;
}

void tw_reply_flush(struct tw_reply_ctx *c)
{
	struct tw_reply_batch *b = &c->batch;
	struct tw_result *r = c->result;

	record_marks(c);
	if (b->n == 0)
		return;
	if (c->first_mono == 0)
		c->first_mono = b->first_mono;
	c->last_mono = b->last_mono;
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		tw_series_record_batch(&r->delay[i], b->delay[i], b->n);
		tw_series_record_batch(&r->ipdv[i], b->diff[i], b->n_diff);
	}
	tw_series_record_batch(&r->residence, b->residence, b->n);
	b->n = b->n_diff = 0;
}

static uint64_t as_ptp(uint64_t t)
{
	return tw_ptp_from_ntp((struct tw_ntp){t}, TW_TAI_UTC_DEFAULT).v;
}

/* Does the Z bit lie? The stamps make sense in the other format, within a day, or stay as absurd
 * as they are: a clock that was never set is no lie. */
static void read_otherwise(struct tw_result *r, const struct tw_reply_fields *f, uint64_t t1,
	uint64_t *t2, uint64_t *t3)
{
	uint16_t other = f->error_estimate ^ TW_ERROR_Z;
	const int64_t day = (int64_t)86400 << 32;
	uint64_t o2 = tw_wire_time_ntp((struct tw_wire_time){f->t2}, other, TW_TAI_UTC_DEFAULT).v;
	int64_t d = (int64_t)(o2 - t1);

	if (d > day || d < -day)
		return;
	r->peer.z_bit_lies = true;
	*t2 = o2;
	*t3 = tw_wire_time_ntp((struct tw_wire_time){f->t3}, other, TW_TAI_UTC_DEFAULT).v;
}

/* T1 of a packet that is remembered, as it was written. */
static uint64_t written(const struct tw_reply_ctx *c, uint64_t t1)
{
	return __builtin_expect(c->ptp, 0) ? as_ptp(t1) : t1;
}

static uint64_t t1_of(const struct tw_reply_ctx *c, const struct tw_window_entry *e)
{
	return e->mono + c->offsets[e->epoch & c->offsets_mask];
}

static bool forgotten(const struct tw_window_entry *e, uint32_t sseq)
{
	return e->seq != sseq || e->mark == TW_WINDOW_EMPTY;
}

bool tw_reply_is_ours(const struct tw_reply_ctx *c, uint32_t stream, uint64_t sent,
	const struct tw_reply_fields *f)
{
	const struct tw_window_entry *e = tw_window_at(c->window, stream, f->sseq);
	uint64_t sseq;

	return unwrap(sent, f->sseq, &sseq) &&
	       (forgotten(e, f->sseq) || f->t1 == written(c, t1_of(c, e)));
}

enum tw_reply_verdict tw_reply_record(struct tw_reply_ctx *c, uint32_t stream, uint64_t sent,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta)
{
	struct tw_window_entry *e = tw_window_at(c->window, stream, f->sseq);
	struct tw_reply_stream *s = &c->streams[stream];
	struct tw_result *r = c->result;
	uint64_t t1, t2, t3, total;
	int64_t residence, d[TW_DIRECTIONS];
	uint64_t sseq;

	/* What is gathered came before. */
	tw_reply_flush(c);
	if (!c->ptp && !c->t1_late && tw_reply_usual(c, e, s, sent, f, meta)) {
		tw_reply_flush(c);
		return TW_REPLY_FIRST;
	}
	if (!unwrap(sent, f->sseq, &sseq))
		return TW_REPLY_UNKNOWN;
	if (forgotten(e, f->sseq)) {
		tw_loss_stray(&s->loss, sseq, f->rseq);
		return TW_REPLY_STRAY;
	}
	t1 = t1_of(c, e);
	if (f->t1 != written(c, t1))
		return TW_REPLY_ECHO;
	if (e->mark == TW_WINDOW_ANSWERED) {
		tw_loss_duplicate(&s->loss, sseq, f->rseq);
		return TW_REPLY_DUPLICATE;
	}
	tw_loss_by(&s->loss, c->way);
	e->mark = TW_WINDOW_ANSWERED;
	t1 += (uint64_t)c->t1_late;
	total = meta->mono - e->mono - (uint64_t)c->t1_late;
	/* Linear stamps may put T1 a little behind the truth: that is no late packet. */
	if ((int64_t)total > (int64_t)c->timeout) {
		note_peer(r, f->error_estimate, 1);
		tw_loss_late(&s->loss, sseq, f->rseq);
		return TW_REPLY_LATE;
	}
	tw_loss_reply(&s->loss, sseq, f->rseq);
	if (c->first_mono == 0)
		c->first_mono = meta->mono;
	c->last_mono = meta->mono;
	c->batch.marks = tw_reply_marks(f, meta);
	c->batch.n_marks = 1;
	record_marks(c);
	c->batch.marks = UINT64_MAX; /* no reply's */
	t2 = f->t2;
	t3 = f->t3;
	if (__builtin_expect(f->error_estimate >> 14 & 1, 0)) {
		t2 = tw_ntp_from_ptp((struct tw_ptp){f->t2}, TW_TAI_UTC_DEFAULT).v;
		t3 = tw_ntp_from_ptp((struct tw_ptp){f->t3}, TW_TAI_UTC_DEFAULT).v;
	}
	if (__builtin_expect(tw_reply_is_absurd(t2 - t1), 0))
		read_otherwise(r, f, t1, &t2, &t3);
	residence = (int64_t)(t3 - t2);
	if (__builtin_expect(residence < 0, 0)) {
		/* A broken clock over there: what is left is the time that we measured. */
		r->peer.negative_residence++;
		tw_series_record(&r->residence, residence);
		tw_series_record(&r->delay[TW_ROUNDTRIP], (int64_t)total);
		tw_variation_record_roundtrip(&s->variation, sseq, (int64_t)total, r->ipdv);
		return TW_REPLY_FIRST;
	}
	d[TW_OUTBOUND] = (int64_t)(t2 - t1);
	d[TW_INBOUND] = (int64_t)(t1 + total - t3);
	d[TW_ROUNDTRIP] = (int64_t)total - residence;
	tw_series_record(&r->residence, residence);
	for (int i = 0; i < TW_DIRECTIONS; i++)
		tw_series_record(&r->delay[i], d[i]);
	tw_variation_record(&s->variation, sseq, d, r->ipdv);
	return TW_REPLY_FIRST;
}
