/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Packet counts of several streams, and of an interval. */

#include "tw_result.h"

/* What add() and sub() treat alike. */
#define PLAIN_COUNTS(X)                                                                            \
	X(sent)                                                                                    \
	X(received)                                                                                \
	X(late)                                                                                    \
	X(duplicates)                                                                              \
	X(duplicates_outbound)                                                                     \
	X(duplicates_inbound)                                                                      \
	X(reordered)                                                                               \
	X(reordered_outbound)                                                                      \
	X(reordered_inbound)                                                                       \
	X(order_unknown)                                                                           \
	X(short_replies)

/* Did anything come back? */
static bool heard(const struct tw_packet_counts *n)
{
	return n->received || n->late || n->duplicates;
}

void tw_packet_counts_merge(struct tw_packet_counts *dst, const struct tw_packet_counts *src)
{
	bool known = dst->lost_outbound.known && dst->lost_inbound.known &&
		     src->lost_outbound.known && src->lost_inbound.known;

	/*
	 * One that sent nothing has nothing that could be unknown. What one without any reply lost is
	 * unattributed; that makes nothing unknown of the others.
	 */
	if (dst->sent == 0 || (src->sent && !heard(dst))) {
		dst->lost_outbound = src->lost_outbound;
		dst->lost_inbound = src->lost_inbound;
	} else if (src->sent && heard(src) && known) {
		dst->lost_outbound.v += src->lost_outbound.v;
		dst->lost_inbound.v += src->lost_inbound.v;
	} else if (src->sent && heard(src)) {
		dst->lost_outbound = dst->lost_inbound = (struct tw_maybe){0, false};
	}
#define X(f) dst->f += src->f;
	PLAIN_COUNTS(X)
#undef X
	dst->lost += src->lost;
	dst->lost_unattributed += src->lost_unattributed;
	if (!dst->lost_outbound.known)
		dst->lost_unattributed = dst->lost;
	dst->loss_inconsistent |= src->loss_inconsistent;
	dst->loss_estimated |= src->loss_estimated;
}

static uint64_t beyond(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

void tw_packet_counts_diff(struct tw_packet_counts *dst, const struct tw_packet_counts *now,
	const struct tw_packet_counts *before)
{
	struct tw_packet_counts d = {
		.loss_inconsistent = now->loss_inconsistent,
		.loss_estimated = now->loss_estimated,
	};
	bool known = now->lost_outbound.known && now->lost_inbound.known;

	/* Before anything was sent nothing was unknown. */
	if (before->sent)
		known &= before->lost_outbound.known && before->lost_inbound.known;
#define X(f) d.f = beyond(now->f, before->f);
	PLAIN_COUNTS(X)
#undef X
	d.lost = beyond(now->lost, before->lost);
	d.lost_unattributed = d.lost;
	if (known && (heard(&d) || !d.lost)) {
		uint64_t out = now->lost_outbound.v - before->lost_outbound.v;
		uint64_t in = now->lost_inbound.v - before->lost_inbound.v;

		/* Below zero, or beyond what the interval lost: an earlier one is in it. */
		if (out > d.lost || in > d.lost - out) {
			d.loss_inconsistent = true;
		} else {
			d.lost_outbound = tw_known(out);
			d.lost_inbound = tw_known(in);
			d.lost_unattributed = d.lost - out - in;
		}
	}
	*dst = d;
}
