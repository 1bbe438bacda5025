/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIM_TRUTH_H
#define SIM_TRUTH_H

/* What really happened to every packet of a run, kept beside the measurement and never shown to
 * it. Instants are true time in 2^-32 s. */

#include "clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request, by the order in which it was sent. */
struct sim_request {
	uint32_t stream;
	uint64_t seq;
	uint64_t sent;
	uint32_t reached;  /* copies that came to the reflector */
	uint32_t returned; /* copies of replies to it that came back, late ones included */
	uint32_t answer;   /* the first of them; SIM_NONE */
};

/* A reply, by the order in which the reflector made it. */
struct sim_reply {
	uint32_t request;
	uint32_t life; /* of the reflector's counter, from 0 */
	uint64_t nth;  /* reply of the stream in this life, from 0 */
	uint64_t t2;
	uint64_t t3;
	uint64_t t4; /* its first copy came back; 0 = none did */
	uint32_t returned;
};

#define SIM_NONE UINT32_MAX

/* Of a stream so far. */
struct sim_made {
	uint64_t requests;
	uint64_t replies; /* in this life of the reflector's counter */
	uint32_t life;
};

struct sim_truth {
	struct sim_request *request;
	size_t n_requests, room_requests;
	struct sim_reply *reply;
	size_t n_replies, room_replies;
	uint32_t *arrival; /* replies in the order of their coming back, copies included */
	size_t n_arrivals, room_arrivals;
	struct sim_made *made; /* by stream */
	bool known_start;      /* observers know that the reflector starts at 0 */
};

/* What a perfect observer would report. */
struct sim_counts {
	uint64_t sent;
	uint64_t received; /* answered in time */
	uint64_t late;
	uint64_t lost;        /* late ones included */
	uint64_t never_there; /* of them, no copy came to the reflector */
	uint64_t never_back;  /* of them, a copy was there, and no reply came back */
	uint64_t duplicates;
	uint64_t duplicates_outbound;
	uint64_t duplicates_inbound;
	uint64_t reordered; /* RFC 4737, first replies in time */
	uint64_t reordered_outbound;
	uint64_t reordered_inbound;
	/* Of the two, what can be told (lib/stats/tw_loss.h): replies in time that others overtook
	 * inbound by more than TW_LOSS_ORDER_WINDOW numbers, whose order outbound is not known; and
	 * what is reordered by replies that came while it was inside the window. */
	uint64_t order_unknown;
	uint64_t order_told;
	bool beyond; /* an answer came from beyond the window, late or not */
	/* never_there and never_back of what the two sequence numbers can tell (protocol 5.6):
	 * between the lowest and the highest sender number answered in one life of the reflector's
	 * counter; from the first on when the start is known */
	uint64_t told_outbound;
	uint64_t told_inbound;
	/* what makes the split less than exact */
	bool copied;    /* a request came to the reflector twice */
	bool overtaken; /* a request came to the reflector before an earlier one */
};

void sim_truth_init(struct sim_truth *t, uint32_t streams);
void sim_truth_fini(struct sim_truth *t);

/* A request leaves. Sequence numbers of a stream start at 0 and are consecutive. */
uint32_t sim_truth_sent(struct sim_truth *t, uint32_t stream, uint64_t now);

/* A copy of @request is answered: @t2 received, @t3 sent back. */
uint32_t sim_truth_reflected(struct sim_truth *t, uint32_t request, uint64_t t2, uint64_t t3);

/* From now on the reflector counts @stream from 0 again. */
void sim_truth_restarted(struct sim_truth *t, uint32_t stream);

/* A copy of @reply comes back. */
void sim_truth_returned(struct sim_truth *t, uint32_t reply, uint64_t now);

/* Count one stream's packets; a reply later than @timeout by the sender's clock is late. */
void sim_truth_count(const struct sim_truth *t, uint32_t stream, const struct sim_clock *clock,
	uint64_t timeout, struct sim_counts *ret);

#endif
