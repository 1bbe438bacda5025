/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "stamper.h"

#include "tw_time.h"

#include <rte_ethdev.h>

/* So many packets in a row without a stamp, and there never was one: none will come. */
#define NEVER 64
/* So many stamps in a row that cannot be true: the clock that they are told by is not ours. */
#define REFUSED 64
/* A transmit stamp that did not come within this time does not come: parts of a second. */
#define WAIT_PART 100
/* So many questions in a row without an answer are enough. */
#define SILENT 8
/* Between two questions where every packet cannot be asked for anyway: parts of a second. */
#define ASK_PART 200

/*
 * How long before the last look at empty queues a packet may have been stamped that was not seen
 * then, 2^-32 s: 10 ms in a NIC. The kernel stamps a packet before its thread has put it into the
 * socket's ring, and on a busy machine that thread may not run for a while: 27 ms were seen. Its
 * clock needs no such watch, being our own.
 */
#define HIDDEN_NIC ((uint64_t)43000000)
#define HIDDEN_KERNEL ((uint64_t)1 << 32)

/* Of a device that is asked for the first time: what may still stand in its register. */
static void flush(uint16_t port_id)
{
	struct timespec ts;

	rte_eth_timesync_read_tx_timestamp(port_id, &ts);
}

void tw_stamper_init(struct tw_stamper *s, const struct tw_loop_stamps *port, uint16_t port_id,
	const struct tw_clock_map *clock, bool may_launch)
{
	s->port = *port;
	s->port_id = port_id;
	s->tick = (uint64_t)(((tw_u128)1 << 64) / clock->mult);
	s->by_kernel = port->kernel_lost != NULL;
	s->hidden = s->by_kernel ? HIDDEN_KERNEL : HIDDEN_NIC;
	s->made = s->by_kernel ? s->n.kernel : s->n.hardware;
	if (!port->clock)
		return;
	tw_nic_clock_read(port->clock, &s->map);
	s->error = tw_clock_ticks(clock, s->map.error);
	s->n.error = tw_span_to_ns((struct tw_span){(int64_t)s->error});
	s->n.nic = !s->by_kernel;
	s->rx = port->rx_flag != 0;
	s->launch = port->launch_flag != 0 && may_launch;
	s->back.on = port->readback;
	if (s->back.on)
		flush(port_id);
}

static void note(struct tw_stamper *s, enum tw_stamp_note n)
{
	s->n.notes |= 1U << n;
}

void tw_stamper_rx_software(struct tw_stamper *s, bool refused)
{
	if (refused) {
		s->n.refused++;
		if (++s->refused_in_a_row < REFUSED)
			return;
		note(s, TW_STAMP_NOTE_RX_REFUSED);
		s->rx = false;
	} else if (++s->in_a_row >= NEVER && !s->made[1] && !s->made[3] && !s->n.refused) {
		note(s, TW_STAMP_NOTE_RX_NEVER);
		s->rx = false;
	}
}

bool tw_stamper_rx_register(const struct tw_stamper *s, const struct rte_mbuf *m, uint64_t *ret_nic)
{
	struct timespec ts;

	if (rte_eth_timesync_read_rx_timestamp(s->port_id, &ts, m->timesync) < 0)
		return false;
	*ret_nic = (uint64_t)ts.tv_sec * TW_NS_PER_SEC + (uint64_t)ts.tv_nsec;
	return true;
}

static void ask_again(struct tw_stamper *s, uint64_t tsc)
{
	s->back.waiting = false;
	s->back.armed = s->back.every && s->back.on;
	s->back.next = tsc + s->tick / ASK_PART;
}

/* An answer that cannot be the packet's: left over from another one, or told by another clock. */
static void refuse(struct tw_stamper *s, uint64_t tsc)
{
	s->n.refused++;
	s->n.missed++;
	if (++s->back.in_a_row >= SILENT) {
		note(s, TW_STAMP_NOTE_TX_REFUSED);
		s->back.on = false;
	}
	ask_again(s, tsc);
}

static void give_up(struct tw_stamper *s, uint64_t tsc)
{
	s->n.missed++;
	if (++s->back.in_a_row >= SILENT) {
		note(s, s->back.got ? TW_STAMP_NOTE_TX_CEASED : TW_STAMP_NOTE_TX_NEVER);
		s->back.on = false;
	}
	ask_again(s, tsc);
}

bool tw_readback_poll(
	struct tw_stamper *s, const struct tw_clock_map *clock, uint64_t tsc, uint64_t *ret_mono)
{
	struct tw_readback *b = &s->back;
	struct timespec ts;
	uint64_t nic, mono, now;

	if (!b->waiting)
		return false;
	if (rte_eth_timesync_read_tx_timestamp(s->port_id, &ts) < 0) {
		if (tsc - b->sent > s->tick / WAIT_PART)
			give_up(s, tsc);
		return false;
	}
	if (!tw_stamper_holds(s, tsc)) {
		ask_again(s, tsc);
		return false;
	}
	nic = (uint64_t)ts.tv_sec * TW_NS_PER_SEC + (uint64_t)ts.tv_nsec;
	mono = tw_clock_mono_near(clock, tw_nic_to_tsc(&s->map, nic));
	/* Read anew: the device had the packet until a moment ago. */
	now = tw_clock_mono(clock, rte_rdtsc());
	if (mono + s->error - b->mono > now + 2 * s->error - b->mono) {
		refuse(s, tsc);
		return false;
	}
	b->got++;
	b->in_a_row = 0;
	tw_series_record(&s->n.to_wire, (int64_t)(mono - b->mono));
	ask_again(s, tsc);
	*ret_mono = mono;
	return true;
}

void tw_stamper_housekeeping(struct tw_stamper *s, struct tw_task *task, uint64_t tsc)
{
	if (!s->port.clock)
		return;
	if (tw_nic_clock_read(s->port.clock, &s->map)) {
		s->error = tw_clock_ticks(&task->clock, s->map.error);
		s->n.error = tw_span_to_ns((struct tw_span){(int64_t)s->error});
	}
	if (unlikely(s->by_kernel && s->rx) &&
		atomic_load_explicit(s->port.kernel_lost, memory_order_relaxed)) {
		note(s, TW_STAMP_NOTE_OUT_OF_STEP);
		s->rx = false;
	}
	if (s->back.on && !s->back.waiting && !s->back.armed && tw_stamper_holds(s, tsc) &&
		(int64_t)(tsc - s->back.next) >= 0)
		s->back.armed = true;
	if (!s->back.on || !tw_stamper_holds(s, tsc))
		s->back.armed = false;
	atomic_store_explicit(&task->notes, s->n.notes, memory_order_relaxed);
}
