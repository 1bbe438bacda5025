/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Access Reports that nobody answers are sent again (RFC 8972 section 4.6). Each packet of a stream
 * has the report in it, so this is for streams that are slower than the timer or at their end. Any
 * reply tells that the report arrived, also one of a reflector that does not know the TLV.
 */

#include "loop_sender.h"

/* Streams that one housekeeping looks at. */
#define LOOKS 16

static bool reports(const struct tw_sender *s, uint32_t stream)
{
	const struct tw_tlv_template *asked = s->cfg.streams[stream].tlv;

	return asked && asked->access.id;
}

void tw_sender_reports_init(struct tw_sender *s)
{
	for (uint32_t i = 0; i < s->n_streams; i++)
		s->reports_open += reports(s, i);
}

static void close_report(struct tw_sender *s)
{
	s->reports_open -= s->reports_open > 0;
}

void tw_sender_report_answered(struct tw_sender *s, uint32_t stream)
{
	struct tw_tlv_access_timer *t = &s->tlvs[stream].report;

	if (!reports(s, stream) || t->aborted)
		return;
	tw_tlv_access_echoed(t);
	close_report(s);
}

/* One packet more, in the way of those that the device did not take at once. */
static void send_again(struct tw_sender *s, uint32_t stream)
{
	struct tw_send_stream *st = &s->streams[stream];
	struct tw_pending *p = &s->pending[s->n_pending];

	if (rte_mempool_get(s->pool, (void **)&p->m) != 0) {
		s->result->tester.tx_full++;
		return;
	}
	p->class = &st->classes[st->cycle[st->pos]];
	p->stream = stream;
	p->seq = (uint32_t)st->sent++;
	s->n_pending++;
	s->numbered++;
}

/* The timer runs from the last packet on. */
static void look(struct tw_sender *s, uint32_t stream, struct tw_ns now)
{
	const struct tw_tlv_template *asked = s->cfg.streams[stream].tlv;
	struct tw_tlv_access_timer *t = &s->tlvs[stream].report;
	const struct tw_send_stream *st = &s->streams[stream];
	uint64_t last;

	if (!reports(s, stream) || st->sent == 0 || t->acknowledged || t->aborted)
		return;
	last = tw_window_at(&s->window, stream, (uint32_t)st->sent - 1)->mono;
	tw_tlv_access_sent(t, asked, tw_span_to_ns((struct tw_span){(int64_t)last}));
	if (tw_tlv_access_due(t, asked, now))
		send_again(s, stream);
	else if (t->aborted)
		close_report(s);
}

void tw_sender_report_again(struct tw_sender *s, uint64_t mono)
{
	struct tw_ns now = tw_span_to_ns((struct tw_span){(int64_t)mono});
	bool waiting = s->n_pending > 0;

	if (s->phase != TW_SENDER_SENDING && s->phase != TW_SENDER_DRAINING)
		return;
	/* nothing was sent, and nothing will be */
	if (s->phase == TW_SENDER_DRAINING && s->numbered == 0)
		s->reports_open = 0;
	/* what is pending has no T1 yet from which a timer could run */
	for (uint32_t i = 0; i < LOOKS && i < s->n_streams && !waiting; i++) {
		look(s, s->report_turn, now);
		s->report_turn = s->report_turn + 1 < s->n_streams ? s->report_turn + 1 : 0;
	}
	/* the loop offers what is pending for as long as it sends */
	if (s->phase == TW_SENDER_DRAINING && s->n_pending)
		tw_sender_offer_again(s);
}
