/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* A sender's records of single packets, for who asked for them (tw_records.h). */

#include "sender.h"

/* T1 of a packet that the window still knows; false when it does not. */
static bool t1_of(const struct tw_sender *s, uint32_t stream, uint32_t seq, uint64_t *ret_mono,
	uint64_t *ret_t1)
{
	const struct tw_window_entry *e = tw_window_at(&s->window, stream, seq);

	if (e->seq != seq || e->mark == TW_WINDOW_EMPTY)
		return false;
	*ret_mono = e->mono;
	*ret_t1 = e->mono + s->reply.offsets[e->epoch & s->reply.offsets_mask];
	return true;
}

void tw_sender_record_sent(struct tw_sender *s, const struct tw_pending *p, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct tw_packet_record r = {
			.stream = p[i].stream,
			.sseq = p[i].seq,
			.error_here = s->error_estimate,
			.kind = TW_PACKET_SENT,
		};
		uint64_t mono;

		if (t1_of(s, p[i].stream, p[i].seq, &mono, &r.t1))
			tw_records_put(s->cfg.records, &r);
	}
}

void tw_sender_record_reply(struct tw_sender *s, uint32_t stream, const struct tw_reply_fields *f,
	const struct tw_reply_meta *meta, enum tw_reply_verdict verdict)
{
	struct tw_packet_record r = {
		.stream = stream,
		.sseq = f->sseq,
		.rseq = f->rseq,
		.error_here = s->error_estimate,
		.error_peer = f->error_estimate,
		.ttl_there = f->ttl_there,
		.ttl_here = meta->ttl,
		.has_ttl = f->has_ttl,
	};
	uint64_t mono;

	switch (verdict) {
	case TW_REPLY_FIRST:
		r.kind = TW_PACKET_FIRST;
		break;
	case TW_REPLY_DUPLICATE:
		r.kind = TW_PACKET_DUPLICATE;
		break;
	case TW_REPLY_LATE:
		r.kind = TW_PACKET_LATE;
		break;
	case TW_REPLY_STRAY:
	case TW_REPLY_UNKNOWN:
	case TW_REPLY_ECHO:
		return;
	}
	if (!t1_of(s, stream, f->sseq, &mono, &r.t1))
		return;
	r.t4 = r.t1 + (meta->mono - mono);
	r.t2 = tw_wire_time_ntp((struct tw_wire_time){f->t2}, f->error_estimate, TW_TAI_UTC_DEFAULT)
		       .v;
	r.t3 = tw_wire_time_ntp((struct tw_wire_time){f->t3}, f->error_estimate, TW_TAI_UTC_DEFAULT)
		       .v;
	tw_records_put(s->cfg.records, &r);
}
