/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef DP_BOTH_H
#define DP_BOTH_H

/*
 * Two senders that are given the same replies at the same time by a clock that stands still: one with
 * the receiving loop for wide vectors (or that for any CPU), a burst at a time, and one with that for
 * any CPU, one by one.
 * Include after tw_test.h.
 */

#include "dp_rig.h"
#include "sender.h"
#include "tw_rand.h"

#define DP_BOTH_STREAMS 64
#define DP_BOTH_OUTSTANDING 256

struct dp_side {
	uint16_t port;
	struct rte_mempool *pool[2];
	struct rte_ring *in, *out;
	struct tw_sender *s;
};

/* A packet on its way. */
struct dp_way {
	uint32_t stream, seq;
	uint64_t t1; /* as it was written */
};

/* What streams and their replies are like. */
struct dp_kind {
	const char *name;
	unsigned int family;   /* 0: IPv4 */
	unsigned int n_vlan;   /* the port's */
	const uint16_t *sizes; /* of payloads, at random; NULL: 44 */
	unsigned int n_sizes;
	bool own;              /* schedules, or else streams take turns */
	unsigned int n_groups; /* results kept apart */
	bool apart;            /* replies come in no order but each stream's */
	bool nic;              /* stamps the replies' receipt */
	bool ttl0;             /* is what replies tell of the TTL there */
	bool exact;            /* the second side takes the slow way with all of them */
	bool any;              /* the first side has the loop for any CPU, too */
};

extern struct dp_both {
	struct dp_side side[2]; /* wide, any CPU */
	struct dp_kind kind;    /* for dp_both_open() */
	struct tw_rand rand;
	uint32_t n;
	uint32_t turn;
	uint64_t mono;
	uint16_t epoch;
	uint32_t rseq[DP_BOTH_STREAMS];
	uint64_t seq[DP_BOTH_STREAMS];
	struct dp_way way[DP_BOTH_OUTSTANDING];
	unsigned int n_way;
	/* what replies have in common */
	uint8_t ttl, tos, sender_ttl;
	uint16_t error_estimate;
	struct rte_mbuf *held[2]; /* somebody else holds it */
} dp_both;

/* Streams with so many records each, as if `begin` packets of each had gone there and back. */
void dp_both_open(uint32_t streams, uint64_t records, uint64_t begin);

/* Compares once more. No mbuf may be away. */
void dp_both_close(void);

uint64_t dp_both_below(uint64_t n);

/* Remember another packet, if not too many are on their way. */
void dp_both_send(void);

/* An honest reply. */
struct dp_packet dp_both_reply(const struct dp_way *w);

enum dp_buffer {
	DP_BUFFER_USUAL,
	DP_BUFFER_OTHER_POOL,
	DP_BUFFER_SEGMENTS,
	DP_BUFFER_ELSEWHERE, /* the frame begins at another place */
	DP_BUFFER_HELD,      /* by somebody else, too; one a burst */
	DP_BUFFERS,
};

/* Give both the same frame. */
void dp_both_give(const struct dp_frame *f, enum dp_buffer kind);

/* Have both handle what they were given. */
void dp_both_receive(void);

/* Nothing that either remembers or counts may differ. */
void dp_both_compare(void);

/* Where a reply's UDP header is. */
uint32_t dp_both_udp(void);

/* All checksums of a plain frame as its octets now want them. */
void dp_both_mend(struct dp_frame *f);

void dp_both_put64(uint8_t *p, uint64_t v);

#endif
