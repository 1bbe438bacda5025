/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_SENDER_H
#define TW_LOOP_SENDER_H

/* What the sender's transmitting loops share: how much is due, and what to do when it cannot go. */

#include "sender.h"

/* The device was full: offer the same packets again with new stamps. @return all gone */
bool tw_sender_offer_again(struct tw_sender *s);

/* Packets due up to `until` will not be sent any more. */
void tw_sender_give_up(struct tw_sender *s, uint64_t until);

/* The device takes nothing: the schedule goes on without it. */
void tw_sender_wait_for_device(
	struct tw_sender *s, uint64_t mono, unsigned int kind, uint64_t patience);

/* The same for streams with schedules of their own; UINT64_MAX: the patience of each. */
void tw_sender_own_wait(struct tw_sender *s, uint64_t mono, uint64_t patience);

/*
 * Which streams' packets may go now, TW_BURST at most, and when they were due; their lateness is
 * recorded. @return n
 */
unsigned int tw_sender_own_due(
	struct tw_sender *s, uint64_t mono, uint32_t *ret_which, uint64_t *ret_due);

/*
 * How wrong the times between departures were, after packets were stamped and before they are
 * counted in s->numbered and st->sent. Those of one go, late by so much when it began, are stamped
 * evenly from first to last, counted from then: on a periodic schedule they need not be looked at
 * one by one. Or each by how late it left, which is overwritten, and one behind. Or of a stream
 * with a schedule of its own: true if there was one before, and it is for
 * tw_sender_own_departed() then.
 */
void tw_sender_departed(
	struct tw_sender *s, const int64_t *late, unsigned int n, uint64_t first, uint64_t last);
void tw_sender_departed_each(struct tw_sender *s, int64_t *late, unsigned int n);
void tw_sender_own_departed(
	struct tw_sender *s, const uint32_t *which, int64_t *gap, unsigned int n);

static inline bool tw_sender_own_gap(
	struct tw_sender *s, uint32_t stream, uint64_t late, int64_t *ret_gap)
{
	*ret_gap = (int64_t)(late - s->own[stream].late);
	s->own[stream].late = late;
	return s->streams[stream].sent != 0;
}

/* Every mbuf is in the device's hands: that is a full ring too. */
void tw_sender_no_buffers(struct tw_sender *s, unsigned int n, unsigned int kind);

/* The loop for streams that differ in little (tw_sender_prebuilt_init()). @return packets sent */
unsigned int tw_sender_transmit_prebuilt(struct tw_sender *s, uint64_t tsc);

/*
 * Launch time: how many packets are due soon enough to be handed to the NIC, and when each is. Then
 * the time at which one leaves: its own, if the NIC can still keep it, else now. And those that
 * the device did not take, which get software's stamp when they are offered again.
 */
unsigned int tw_sender_due_soon(struct tw_sender *s, uint64_t mono, uint64_t *ret_at);
uint64_t tw_sender_hold(struct tw_sender *s, struct rte_mbuf *m, uint64_t due, uint64_t mono);
void tw_sender_not_held(struct tw_sender *s, struct rte_mbuf *const *m, unsigned int n);

/* Of --duration what is due in it counts, also when its end has passed meanwhile. */
static inline __attribute__((always_inline)) uint64_t tw_sender_last_due(
	const struct tw_sender *s, uint64_t mono)
{
	return likely(mono < s->end_mono) ? mono : s->end_mono - 1;
}

/* With a bound on packets in flight: how many more may go. */
static inline uint64_t room_in_flight(const struct tw_sender *s)
{
	uint64_t settled = tw_sender_settled(s);
	uint64_t flying = settled < s->numbered ? s->numbered - settled : 0;

	return flying < s->cfg.in_flight_max ? s->cfg.in_flight_max - flying : 0;
}

/* How many packets may go now and, by a schedule, how late they are, which is recorded. */
static inline __attribute__((always_inline)) unsigned int how_many(
	struct tw_sender *s, uint64_t mono, unsigned int kind, int64_t *ret_late)
{
	uint64_t room = s->left < TW_BURST ? s->left : TW_BURST;
	uint64_t until = tw_sender_last_due(s, mono);
	unsigned int n = 0;

	if (kind == TW_SCHEDULE_MAX) {
		if (unlikely(mono >= s->end_mono))
			s->left = room = 0;
		if (s->cfg.in_flight_max && room_in_flight(s) < room)
			room = room_in_flight(s);
		return (unsigned int)room;
	}
	while (n < room) {
		uint64_t due = tw_pace_due(&s->pace);

		if (due > until)
			break;
		if (unlikely(mono - due > s->horizon)) {
			tw_sender_give_up(s, until);
			break;
		}
		ret_late[n++] = (int64_t)(mono - due);
		tw_pace_advance(&s->pace);
	}
	if (n) {
		tw_sender_note_drift(s, mono, ret_late[0]);
		tw_series_record_batch(&s->result->tester.pacing, ret_late, n);
	}
	if (unlikely(mono >= s->end_mono) && tw_pace_due(&s->pace) >= s->end_mono)
		s->left = n;
	return n;
}

#endif
