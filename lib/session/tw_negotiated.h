/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_NEGOTIATED_H
#define TW_NEGOTIATED_H

/**
 * @file
 * A negotiated TWAMP session on the reflector's side: when it answers, and what it counts.
 */

#include "tw_backend.h"
#include "tw_counters.h"

enum tw_negotiated_phase {
	TW_NEGOTIATED_ACCEPTED,
	TW_NEGOTIATED_STARTED,
	TW_NEGOTIATED_STOPPING, /**< until stop_at */
	TW_NEGOTIATED_ENDED,
};

/**
 * Config and state of one session. w: worker. What an open request needs is in the first two lines
 * of the cache.
 */
struct tw_negotiated {
	_Alignas(64) enum tw_negotiated_phase phase;
	uint32_t next_seq;
	uint32_t next_sseq;
	bool plain;         /**< the data plane's: open, and its requests may be answered shortly */
	uint8_t tos;        /**< of the replies */
	uint32_t still_max; /**< payload up to which padding stays where it is in a reply */
	uint64_t last_seen; /**< mono of the last request, or of the start */
	uint64_t first_wall, last_wall;
	uint64_t period; /**< 2^-32 s between requests at cfg.pps; 0 = no bound */
	uint64_t due;    /**< mono at which the next would come at that rate */
	struct tw_reflector_session_stats n;
	uint64_t stop_at; /**< mono */
	uint64_t refwait; /**< 2^-32 s */
	struct tw_reflector_session cfg;
};

void tw_negotiated_init(struct tw_negotiated *s, const struct tw_reflector_session *cfg);
void tw_negotiated_start(struct tw_negotiated *s, uint64_t mono);
void tw_negotiated_stop(struct tw_negotiated *s, uint64_t mono, uint64_t linger);

/** May it answer now? Ends it when its time has passed. */
bool tw_negotiated_answers(struct tw_negotiated *s, uint64_t mono);

/** A tenth of a second, 2^-32 s: what may come at once of a session's rate. */
#define TW_NEGOTIATED_BURST ((1ULL << 32) / 10)

/** Is the request within the session's rate, bursts of a tenth of a second allowed? */
static inline bool tw_negotiated_admits(struct tw_negotiated *s, uint64_t mono)
{
	if (s->period == 0)
		return true;
	if (s->due < mono)
		s->due = mono;
	else if (s->due - mono > TW_NEGOTIATED_BURST)
		return false;
	s->due += s->period;
	return true;
}

/** Ends it when REFWAIT has passed since the last request (RFC 5357 section 4.2). */
void tw_negotiated_tick(struct tw_negotiated *s, uint64_t mono);

/** Octets of the fixed part of a request: 14 or 48. */
uint32_t tw_negotiated_request_min(const struct tw_negotiated *s);

/** Octets of the reply to a request of @p request_len (RFC 5357 section 4.2.1). */
uint32_t tw_negotiated_reply_len(const struct tw_negotiated *s, uint32_t request_len);

/** Count a request that is answered, and take its reply number. */
static inline uint32_t tw_negotiated_next(struct tw_negotiated *s, uint32_t sseq, uint32_t len,
	uint8_t ttl, uint64_t mono, uint64_t wall)
{
	s->last_seen = mono;
	if (s->first_wall == 0)
		s->first_wall = wall;
	s->last_wall = wall;
	s->n.octets += len;
	s->n.ttl_min = ttl < s->n.ttl_min ? ttl : s->n.ttl_min;
	s->n.ttl_max = ttl > s->n.ttl_max ? ttl : s->n.ttl_max;
	if (sseq - s->next_sseq < 1U << 31) {
		s->n.gaps += sseq - s->next_sseq;
		s->next_sseq = sseq + 1;
	} else {
		s->n.reordered++;
	}
	s->n.last_sender_seq = sseq;
	s->n.last_reflector_seq = s->next_seq;
	s->n.reflected++;
	return s->next_seq++;
}

#endif
