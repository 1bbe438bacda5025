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

/** Config and state of one session. w: worker. */
struct tw_negotiated {
	struct tw_reflector_session cfg;
	enum tw_negotiated_phase phase;
	uint64_t stop_at;   /**< mono */
	uint64_t last_seen; /**< mono of the last request, or of the start */
	uint64_t refwait;   /**< 2^-32 s */
	uint64_t period;    /**< 2^-32 s between requests at cfg.pps; 0 = no bound */
	uint64_t due;       /**< mono at which the next would come at that rate */
	uint64_t first_wall, last_wall;
	uint32_t next_seq;
	uint32_t next_sseq;
	struct tw_reflector_session_stats n;
};

void tw_negotiated_init(struct tw_negotiated *s, const struct tw_reflector_session *cfg);
void tw_negotiated_start(struct tw_negotiated *s, uint64_t mono);
void tw_negotiated_stop(struct tw_negotiated *s, uint64_t mono, uint64_t linger);

/** May it answer now? Ends it when its time has passed. */
bool tw_negotiated_answers(struct tw_negotiated *s, uint64_t mono);

/** Is the request within the session's rate, bursts of a tenth of a second allowed? */
bool tw_negotiated_admits(struct tw_negotiated *s, uint64_t mono);

/** Ends it when REFWAIT has passed since the last request (RFC 5357 section 4.2). */
void tw_negotiated_tick(struct tw_negotiated *s, uint64_t mono);

/** Octets of the fixed part of a request: 14 or 48. */
uint32_t tw_negotiated_request_min(const struct tw_negotiated *s);

/** Octets of the reply to a request of @p request_len (RFC 5357 section 4.2.1). */
uint32_t tw_negotiated_reply_len(const struct tw_negotiated *s, uint32_t request_len);

/** Count a request that is answered, and take its reply number. */
uint32_t tw_negotiated_next(struct tw_negotiated *s, uint32_t sseq, uint32_t len, uint8_t ttl,
	uint64_t mono, uint64_t wall);

#endif
