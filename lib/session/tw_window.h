/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_WINDOW_H
#define TW_WINDOW_H

/**
 * @file
 * The sender's memory of what it sent: T1 per outstanding sequence number. It decides what a
 * reply is (first, duplicate, late, invented) and gives the round trip without believing the peer.
 *
 * Records of streams that are sent in turn stand side by side ([sequence][stream]), so that the
 * transmit order walks memory linearly; per-stream rings at power-of-two distances would all fall
 * into the same cache sets. Streams with rates of their own have a ring each, as long as its rate
 * asks for, one behind the other.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tw_window_mark {
	TW_WINDOW_EMPTY,
	TW_WINDOW_WAITING,
	TW_WINDOW_ANSWERED,
};

/** One sent packet. w and r: the worker that owns the stream. */
struct tw_window_entry {
	uint64_t mono; /**< T1 on the monotonic scale, 2^-32 s */
	uint32_t seq;
	uint16_t epoch; /**< clock epoch whose offset turned mono into the T1 on the wire */
	uint16_t mark;
};

/** Where a stream's own ring is. */
struct tw_window_ring {
	uint32_t first; /**< record */
	uint32_t mask;  /**< records - 1 */
};

struct tw_window {
	struct tw_window_entry *e;
	uint32_t mask;                /**< records per stream - 1 */
	uint32_t stride;              /**< streams */
	struct tw_window_ring *rings; /**< by stream; NULL: they are sent in turn */
	size_t bytes;                 /**< of the records */
};

/** Most memory that one window takes. */
#define TW_WINDOW_MAX_BYTES (256UL << 20)

/**
 * Records for @p streams streams, @p per_stream or more each unless TW_WINDOW_MAX_BYTES forbids.
 * @return 0, -ENOMEM
 */
int tw_window_init(struct tw_window *w, uint32_t streams, uint64_t per_stream);

/**
 * A ring for each stream of @p per_stream[i] or more records, unless TW_WINDOW_MAX_BYTES forbids:
 * then the longest are shortened.
 * @return 0, -ENOMEM
 */
int tw_window_init_rings(struct tw_window *w, uint32_t streams, const uint64_t *per_stream);
void tw_window_fini(struct tw_window *w);

/** The record of a packet of streams that are sent in turn. */
static inline struct tw_window_entry *tw_window_in_turn(
	const struct tw_window *w, uint32_t stream, uint32_t seq)
{
	return &w->e[(size_t)(seq & w->mask) * w->stride + stream];
}

static inline struct tw_window_entry *tw_window_at(
	const struct tw_window *w, uint32_t stream, uint32_t seq)
{
	if (w->rings)
		return &w->e[(size_t)w->rings[stream].first + (seq & w->rings[stream].mask)];
	return tw_window_in_turn(w, stream, seq);
}

/**
 * Remember a packet.
 * @param e        its record
 * @param horizon  a record younger than this (mono) that is still waiting is lost by overwriting
 * @return true when such a record was overwritten
 */
static inline bool tw_window_write(
	struct tw_window_entry *e, uint32_t seq, uint64_t mono, uint16_t epoch, uint64_t horizon)
{
	/* A difference: the horizon may lie before the clock's beginning. */
	bool overrun =
		e->mark == TW_WINDOW_WAITING && (int64_t)(e->mono - horizon) > 0 && e->seq != seq;

	e->mono = mono;
	e->seq = seq;
	e->epoch = epoch;
	e->mark = TW_WINDOW_WAITING;
	return overrun;
}

static inline bool tw_window_put(struct tw_window *w, uint32_t stream, uint32_t seq, uint64_t mono,
	uint16_t epoch, uint64_t horizon)
{
	return tw_window_write(tw_window_at(w, stream, seq), seq, mono, epoch, horizon);
}

#endif
