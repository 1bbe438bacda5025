/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_STAMPER_H
#define TW_STAMPER_H

/*
 * A task's side of the NIC's stamps: receive stamps that came with an mbuf, checked against what
 * the worker knows of the time of receipt; times at which the NIC is to send; and transmit stamps
 * read back for one packet at a time. What does not come, or cannot be true, is software's stamp
 * instead, counted.
 */

#include "nic_clock.h"
#include "tw_clock.h"
#include "tw_stamping.h"
#include "tw_worker.h"

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

/* A packet whose transmit stamp was asked for. */
struct tw_readback {
	bool on;               /* stamps come, as far as is known */
	bool armed;            /* the next packet is to be marked */
	bool waiting;          /* for the stamp of the one that was */
	uint64_t mono;         /* its stamp by software */
	uint64_t sent;         /* TSC when the device had it */
	uint64_t next;         /* TSC of the next question */
	uint32_t stream, seq;  /* whose it was */
	bool every;            /* packet is asked about, as far as one at a time allows */
	unsigned int in_a_row; /* that never came */
	uint64_t got;
};

struct tw_stamper {
	struct tw_loop_stamps port;
	uint16_t port_id;
	bool rx;     /* receive stamps are believed */
	bool launch; /* the NIC holds packets until their time */
	struct tw_nic_map map;
	uint64_t error;    /* of the map, 2^-32 s */
	uint64_t looked;   /* mono: when all receive queues were seen empty last */
	uint64_t hidden;   /* a packet may have come so long before that and not be seen then */
	uint32_t in_a_row; /* received packets without a stamp, or with an impossible one */
	uint32_t refused_in_a_row;
	uint64_t tick; /* TSC ticks a second, roughly */
	struct tw_readback back;
	struct tw_stamping n;
	uint64_t *made; /* n.hardware or n.kernel */
	bool by_kernel;
	bool steady; /* the last test packet had a stamp that was believed */
};

/* clock: the task's, it has a map already. */
void tw_stamper_init(struct tw_stamper *s, const struct tw_loop_stamps *port, uint16_t port_id,
	const struct tw_clock_map *clock, bool may_launch);

/* New map, answers of the NIC, questions */
void tw_stamper_housekeeping(struct tw_stamper *s, struct tw_task *task, uint64_t tsc);

/*
 * Has the stamp come that was asked for? Not for every packet: it reads a register.
 * @return true: ret_mono is when the packet left
 */
bool tw_readback_poll(
	struct tw_stamper *s, const struct tw_clock_map *clock, uint64_t tsc, uint64_t *ret_mono);

/* The stamp that stands in the port's register. @return false: none does */
bool tw_stamper_rx_register(
	const struct tw_stamper *s, const struct rte_mbuf *m, uint64_t *ret_nic);

/* A stamp did not come, or says what cannot be. */
void tw_stamper_rx_software(struct tw_stamper *s, bool refused);

/* The NIC's clock as this worker has it holds. */
static inline bool tw_stamper_holds(const struct tw_stamper *s, uint64_t tsc)
{
	return tw_nic_map_holds(&s->map, tsc);
}

/* Receive stamps are to be looked at. */
static inline bool tw_stamper_uses(const struct tw_stamper *s, uint64_t tsc)
{
	return s->rx && tw_stamper_holds(s, tsc);
}

/* Is there anything left that the NIC does? */
static inline bool tw_stamper_active(const struct tw_stamper *s)
{
	return s->rx || s->back.on || s->launch;
}

/*
 * Stamps come that do not depend on when this worker runs: it need not be woken for packets that
 * are only to be counted.
 */
static inline bool tw_stamper_patient(const struct tw_stamper *s)
{
	return s->rx && s->by_kernel && s->steady;
}

enum tw_stamp_verdict {
	TW_STAMP_BY_NIC,
	TW_STAMP_MISSING,
	TW_STAMP_REFUSED, /* it says what cannot be */
	TW_STAMP_UNASKED, /* the NIC's clock is not to be had at the moment, or no more */
};

/*
 * When the packet came, mono: by the NIC where it says so and that can be, else `now`, the time of
 * the burst. use: tw_stamper_uses() at that time.
 */
static inline __attribute__((always_inline)) enum tw_stamp_verdict tw_stamp_received(
	const struct tw_stamper *s, const struct tw_clock_map *clock, const struct rte_mbuf *m,
	uint64_t now, bool use, uint64_t *ret_mono)
{
	uint64_t nic, mono, oldest = s->looked - s->hidden;

	*ret_mono = now;
	if (unlikely(!use))
		return TW_STAMP_UNASKED;
	if (!(m->ol_flags & s->port.rx_flag))
		return TW_STAMP_MISSING;
	if (!s->port.rx_register)
		nic = *RTE_MBUF_DYNFIELD(m, s->port.field, const rte_mbuf_timestamp_t *);
	else if (!tw_stamper_rx_register(s, m, &nic))
		return TW_STAMP_MISSING;
	mono = tw_clock_mono_near(clock, tw_nic_to_tsc(&s->map, nic));
	if (unlikely(mono - oldest > now + s->error - oldest))
		return TW_STAMP_REFUSED;
	*ret_mono = mono;
	return TW_STAMP_BY_NIC;
}

/* Count it once the packet is known to be a test packet. i: 1 for T2, 3 for T4. */
static inline void tw_stamp_count(struct tw_stamper *s, enum tw_stamp_verdict v, unsigned int i)
{
	s->steady = v == TW_STAMP_BY_NIC;
	if (likely(s->steady)) {
		s->made[i]++;
		s->refused_in_a_row = 0;
	} else {
		s->n.software[i]++;
		if (v != TW_STAMP_UNASKED)
			tw_stamper_rx_software(s, v == TW_STAMP_REFUSED);
	}
}

/* A round of the receiving half is over that began at `mono`: were the queues seen empty? */
static inline void tw_stamper_looked(struct tw_stamper *s, uint64_t mono, bool all_empty)
{
	if (all_empty)
		s->looked = mono;
}

/* Tell the NIC when to send this one. mono lies ahead, and the NIC's clock holds. */
static inline void tw_stamp_launch(const struct tw_stamper *s, const struct tw_clock_map *clock,
	struct rte_mbuf *m, uint64_t mono)
{
	uint64_t d = mono - clock->mono0;
	uint64_t tsc = clock->tsc0 + (uint64_t)(((tw_u128)d << 32) / clock->mult);

	*RTE_MBUF_DYNFIELD(m, s->port.field, rte_mbuf_timestamp_t *) =
		tw_nic_from_tsc(&s->map, tsc);
	m->ol_flags |= s->port.launch_flag;
}

/* Ask for the transmit stamp of this one, which is about to be handed over. */
static inline void tw_readback_mark(struct rte_mbuf *m)
{
	m->ol_flags |= RTE_MBUF_F_TX_IEEE1588_TMST;
}

/* It was taken: wait for its stamp. */
static inline void tw_readback_sent(
	struct tw_stamper *s, uint64_t mono, uint64_t tsc, uint32_t stream, uint32_t seq)
{
	struct tw_readback *b = &s->back;

	s->n.asked++;
	b->armed = false;
	b->waiting = true;
	b->mono = mono;
	b->sent = tsc;
	b->stream = stream;
	b->seq = seq;
}

#endif
