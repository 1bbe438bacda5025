/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RECORDS_H
#define TW_RECORDS_H

/**
 * @file
 * What became of single packets, from the worker that sends and receives them to the thread that
 * prints them: a bounded ring of records with one producer and one consumer. What finds no room is
 * counted, never waited for; a list with a gap is told as such.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum tw_packet_kind {
	TW_PACKET_SENT,      /**< the device took it; its answer is another record */
	TW_PACKET_FIRST,     /**< the first reply, in time */
	TW_PACKET_DUPLICATE, /**< a further one */
	TW_PACKET_LATE,      /**< the first reply, after the timeout */
};

/** One packet sent, or one reply to it. Times are NTP 32.32 whatever the packets carried. */
struct tw_packet_record {
	uint64_t t1;
	uint64_t t2, t3; /**< the reflector's; only of replies, like what follows */
	uint64_t t4;     /**< T1 and the time since then by the sender's monotonic clock */
	uint32_t stream;
	uint32_t sseq;
	uint32_t rseq;
	uint16_t error_here; /**< Error Estimate of T1 and T4; of records of either kind */
	uint16_t error_peer; /**< of T2 and T3 */
	uint8_t kind;        /**< enum tw_packet_kind */
	uint8_t ttl_there;   /**< Sender TTL, as the reflector saw it */
	uint8_t ttl_here;    /**< of the reply */
	bool has_ttl;        /**< ttl_there was told */
};

/** The ring. w: one worker puts, r: one control thread drains. */
struct tw_records {
	struct tw_packet_record *slot;
	uint32_t mask;
	_Alignas(64) _Atomic uint32_t head; /**< w: worker, r: control */
	_Atomic uint64_t missed;            /**< no room; w: worker, r: control */
	_Alignas(64) _Atomic uint32_t tail; /**< w: control, r: worker */
};

/**
 * A ring for @p n records or more, at most 2^24.
 * @return 0
 *   -ENOMEM  no memory
 *   -EINVAL  @p n is 0 or too large
 */
int tw_records_create(uint32_t n, struct tw_records **ret);
void tw_records_destroy(struct tw_records *r);

/** Worker: one record. Full: counted as missed. */
static inline void tw_records_put(struct tw_records *r, const struct tw_packet_record *rec)
{
	uint32_t h = atomic_load_explicit(&r->head, memory_order_relaxed);

	if (h - atomic_load_explicit(&r->tail, memory_order_acquire) > r->mask) {
		atomic_store_explicit(&r->missed,
			atomic_load_explicit(&r->missed, memory_order_relaxed) + 1,
			memory_order_relaxed);
		return;
	}
	r->slot[h & r->mask] = *rec;
	atomic_store_explicit(&r->head, h + 1, memory_order_release);
}

/** Control: hand what waits to @p take, in order. @return records handed over */
uint32_t tw_records_drain(struct tw_records *r,
	void (*take)(void *arg, const struct tw_packet_record *rec), void *arg);

/** Records that found no room so far. */
static inline uint64_t tw_records_missed(const struct tw_records *r)
{
	return atomic_load_explicit(&r->missed, memory_order_relaxed);
}

#endif
