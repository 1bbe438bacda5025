/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The sender and its NIC's clock: packets that the NIC sends when they are due, and T1 put right by
 * the NIC's word on when a packet left. */

#include "loop_sender.h"

/* The NIC needs a packet so much before it is to leave: 30 us. */
#define LEAST ((uint64_t)1 << 17)
/* One stamp at a time, each within half a millisecond or so: faster streams are sampled only. */
#define MOST_PPS 1000
/* Each held packet costs the NIC a descriptor more, or its way of sending many at once. */
#define MOST_HELD_PPS 1000000

void tw_sender_stamps_init(struct tw_sender *s)
{
	const struct tw_sender_config *cfg = &s->cfg;
	bool paced = cfg->schedule != TW_SCHEDULE_MAX && !cfg->schedules;

	tw_stamper_init(&s->stamper, &s->port.stamps, s->port.port_id, &s->task.clock,
		paced && cfg->pps_num <= MOST_HELD_PPS * cfg->pps_den);
	s->corrects = s->stamper.back.on && !s->stamper.launch && paced && cfg->burst == 1 &&
		      cfg->pps_num <= MOST_PPS * cfg->pps_den;
	s->stamper.back.every = s->corrects;
}

void tw_sender_readback(struct tw_sender *s)
{
	struct tw_readback *b = &s->stamper.back;
	uint64_t mono;

	if (!b->waiting || !tw_readback_poll(&s->stamper, &s->task.clock, rte_rdtsc(), &mono))
		return;
	if (s->corrects)
		s->late_of[s->n_late++ % TW_SENDER_LATE] = (struct tw_sender_late){
			mono == b->mono ? 1 : mono - b->mono, b->stream, b->seq};
}

int64_t tw_sender_t1_late(const struct tw_sender *s, uint32_t stream, uint32_t seq)
{
	for (unsigned int i = 0; i < TW_SENDER_LATE; i++) {
		const struct tw_sender_late *l = &s->late_of[i];

		if (l->late && l->stream == stream && l->seq == seq)
			return (int64_t)l->late;
	}
	return 0;
}

unsigned int tw_sender_due_soon(struct tw_sender *s, uint64_t mono, uint64_t *ret_at)
{
	uint64_t room = s->left < TW_BURST ? s->left : TW_BURST;
	unsigned int n = 0;

	while (n < room) {
		uint64_t due = tw_pace_due(&s->pace);
		int64_t late = (int64_t)(mono - due);

		if (-late > (int64_t)TW_SENDER_LEAD || due >= s->end_mono)
			break;
		if (late > (int64_t)s->horizon) {
			tw_sender_give_up(s, tw_sender_last_due(s, mono));
			break;
		}
		ret_at[n++] = due;
		tw_series_record(&s->result->tester.pacing, late > 0 ? late : 0);
		tw_pace_advance(&s->pace);
	}
	if (tw_pace_due(&s->pace) >= s->end_mono)
		s->left = n;
	return n;
}

uint64_t tw_sender_hold(struct tw_sender *s, struct rte_mbuf *m, uint64_t due, uint64_t mono)
{
	if ((int64_t)(due - mono) < (int64_t)LEAST || !tw_stamper_holds(&s->stamper, rte_rdtsc())) {
		s->stamper.n.software[0]++;
		return mono;
	}
	s->stamper.n.hardware[0]++;
	tw_stamp_launch(&s->stamper, &s->task.clock, m, due);
	return due;
}

void tw_sender_not_held(struct tw_sender *s, struct rte_mbuf *const *m, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		bool held = m[i]->ol_flags & s->stamper.port.launch_flag;

		s->stamper.n.hardware[0] -= held;
		s->stamper.n.software[0] += held;
	}
}
