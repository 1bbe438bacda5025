/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECTOR_H
#define TW_REFLECTOR_H

/* A reflector task: state shared by its loop, its slow way and its life cycle. */

#include "answer.h"
#include "loop.h"
#include "reflector_quick.h"
#include "session_table.h"
#include "stamper.h"
#include "tw_frame.h"
#include "tw_keyring.h"
#include "tw_negotiated.h"
#include "tw_sealed.h"
#include "tw_tlv_reflect.h"
#include "tw_worker.h"

#define TW_REPEATS 64 /* requests at once that get several replies */

struct round;
struct tw_reflector;

#define KNOWN_BITS 8

typedef unsigned int tw_reflector_step(struct tw_task *t);
typedef void tw_reflector_burst(
	struct tw_reflector *r, struct round *d, struct rte_mbuf **rx, unsigned int n);

/* A request on the slow way, between its checks and its reply. */
struct tw_slow {
	struct rte_mbuf *m; /* NULL: refused meanwhile */
	uint8_t *frame;
	struct tw_negotiated *agreed;   /* NULL: nobody negotiated it */
	struct tw_reflect_state *state; /* NULL: no session, or a negotiated one */
	struct tw_session_more *more;   /* NULL: no session, or nothing to remember */
	const struct tw_batch_key *secret;
	const struct tw_batch_key *tlv_secret;
	enum tw_sealed_kind kind;
	enum tw_tlv_check check;
	bool sealed;
	bool stamp;
	bool has_tlvs;
	uint32_t base; /* octets before the TLVs */
	uint32_t seq;
	uint32_t reply_len;
	unsigned int words;
	uint64_t t2, t3; /* wall */
	struct tw_tlv_reflection tlv;
	uint64_t key[TW_KEY_MAX_WORDS];
	struct tw_frame info; /* last: what stands before is cleared for each packet */
};

/* Replies that one request still gets (RFC 10052): all like the first one but for number, T3 and
 * HMACs. */
struct tw_repeat {
	struct rte_mbuf *m; /* the first one, as it left */
	uint64_t due;       /* mono of the next one */
	uint64_t interval;  /* mono */
	uint32_t left;
	uint32_t hmac_at; /* of the HMAC TLV; 0 = none */
	uint32_t base;
	const struct tw_batch_key *secret;
	const struct tw_batch_key *tlv_secret;
	bool sealed;
	uint8_t family;
	uint16_t l3_off, l4_off, payload_off;
	unsigned int words;
	uint64_t key[TW_KEY_MAX_WORDS];
};

struct tw_reflector {
	struct tw_task task; /* first: the loop casts */
	struct tw_loop_port port;
	unsigned int l2;       /* octets of Ethernet and tags */
	bool light;            /* the loop may meet TWAMP Light, and it is answered */
	bool many;             /* sessions, more than the caches hold */
	bool has_agreed;       /* there are negotiated sessions, */
	bool has_plain_agreed; /* ... for the loop's straight way among them */
	uint32_t many_at;      /* how many that is */
	uint16_t error_estimate;
	uint32_t idle;    /* --session-idle, tw_reflect_coarse() units */
	uint32_t refwait; /* likewise */
	uint32_t knows_tlvs;
	struct tw_slope slope;
	uint64_t known[1 << KNOWN_BITS]; /* stateless: address pairs of IPv4 that were answered */
	struct tw_shape shape[2];        /* of plain frames: IPv4, IPv6 */
	struct tw_shape shortest;        /* shape[0] of the frames of 44 octets of payload */
	struct tw_shape any_port[2];     /* of those to any UDP port, for negotiated sessions */
	struct tw_turn turn;
	struct tw_turn turn_twamp;
	uint64_t spread;        /* T3 of plain replies before they leave, 2^-32 s */
	uint64_t late;          /* the same of replies of the slow way */
	uint16_t late_estimate; /* their Error Estimate */
	struct tw_table table4;
	struct tw_table table6;
	struct tw_table agreed4; /* negotiated sessions: last_sseq is the index into agreed */
	struct tw_table agreed6;
	struct tw_negotiated **agreed;
	uint32_t n_plain_agreed; /* of them: those with a way of their own through the loop */
	/* what belongs to no negotiated session, packet by packet; NULL: the slow way */
	tw_reflector_burst *free_burst;
	uint32_t sweep_agreed;
	uint64_t *ports; /* bit n: UDP port n is ours */
	struct tw_batch *batch;
	struct tw_tlv_policy tlv; /* cfg.tlv, and what this port and its clock are */
	struct tw_addr own_addr[TW_MAX_OWN_ADDRS];
	tw_reflector_step *inner; /* the loop's own step where replies are repeated */
	unsigned int n_repeats;
	unsigned int n_promised;   /* places taken by requests of the burst at hand */
	struct tw_repeat *repeats; /* NULL: nobody may ask for any */
	uint64_t repeats_failed;   /* that the device did not take */
	uint64_t volume_left;      /* octets that such requests may still cause */
	uint64_t volume_at;        /* mono at which that was so */
	unsigned int n_slow;
	struct tw_slow slow[TW_BURST];
	struct tw_reflector_config cfg;
	struct tw_reflector_counters n; /* dscp, ecn and ttl are filled at the snapshot */
	uint64_t tos[256];
	bool ttl_seen[256]; /* of received requests */
	struct tw_neighbour_self self;
	uint64_t expire_at; /* mono of the next look at old sessions */
	struct tw_stamper stamper;
	tw_reflector_burst *nic_burst; /* with stamps by the NIC: the loop's body for one packet */
	struct tw_session_more *asked; /* session of the reply whose stamp was asked for */
	uint64_t slow_t3; /* wall, of the last reply that tw_reflector_answer() put into tx */
};

/*
 * The first packet of a session, in a plain frame: may its source be answered at all? A session
 * for it then, and its number; the sender's own where there is no room.
 *
 * @param ip  the IP header
 * @return false when it was counted under its reason (the mbuf stays the caller's)
 */
bool tw_reflector_first(struct tw_reflector *r, const uint8_t *ip, bool v6, const uint64_t *key,
	uint64_t hash, uint32_t sseq, uint32_t t1, uint32_t now, uint32_t *ret_seq);

/* The same rule on addresses. @return the reason (enum tw_discard), -1 when all is well */
int tw_reflector_check_addresses(
	const struct tw_reflector *r, const struct tw_endpoint *src, const struct tw_addr *dst);

/* The same question where there are no sessions. A no sends the packet the slow way. */
bool tw_reflector_may_answer(struct tw_reflector *r, const uint8_t *ip, bool v6);

enum tw_light {
	TW_LIGHT_NOT, /* of that kind: the slow way */
	TW_LIGHT_ANSWERED,
	TW_LIGHT_REFUSED, /* counted and freed */
};

/* A plain frame with TWAMP Light in it becomes its reply. */
enum tw_light tw_reflector_light(
	struct tw_reflector *r, struct rte_mbuf *m, const struct tw_burst *b, uint64_t t3);

/*
 * A plain frame of a negotiated session becomes its reply, padding and all. Its UDP checksum and
 * its Error Estimate are not zero.
 * @return false: the request is not as usual, nothing has happened yet
 */
bool tw_reflector_moving(struct tw_reflector *r, struct rte_mbuf *m, struct tw_negotiated *n,
	const struct tw_burst *b, uint64_t mono, uint64_t t3);

/* Begin a session for a key. NULL: the table is full, the packet is answered statelessly. */
struct tw_reflect_state *tw_reflector_open(struct tw_reflector *r, const uint64_t *key,
	uint64_t hash, unsigned int words, uint32_t sseq, uint32_t t1, uint32_t now);

/*
 * Everything that is not a plain packet: parse exactly, count; what may be answered is noted in
 * r->slow, the rest is refused or handed over. Takes the mbuf.
 */
void tw_reflector_slow(struct tw_reflector *r, struct rte_mbuf *m, uint64_t mono);

/* Answer what tw_reflector_slow() noted of a burst. @return mbufs put into tx */
unsigned int tw_reflector_answer(struct tw_reflector *r, struct rte_mbuf **tx, uint64_t mono);

/* Has the NIC told when the reply left that it was asked for? */
void tw_reflector_readback(struct tw_reflector *r, uint64_t tsc);

static inline bool tw_reflector_has_port(const struct tw_reflector *r, uint16_t port)
{
	return r->ports[port >> 6] >> (port & 63) & 1;
}

/* Count a packet that is not answered: as refused, or as gone by. */
void tw_reflector_count_refusal(struct tw_reflector *r, enum tw_discard why);

/* The same, and free it. */
void tw_reflector_discard(struct tw_reflector *r, struct rte_mbuf *m, enum tw_discard why);

/* What requests for longer or more replies may cause now, all together. */
void tw_reflector_volume(struct tw_reflector *r, uint64_t mono, struct tw_tlv_request *req);

/* Note the replies that a request still gets after its first one, which is complete but not sent. */
void tw_reflector_repeat(struct tw_reflector *r, const struct tw_slow *e);

/* A round of the loop, and the repeated replies that are due. */
unsigned int tw_reflector_step_repeating(struct tw_task *t);

/* When the next repeated reply is due, TSC; UINT64_MAX when there is none. */
uint64_t tw_reflector_repeat_due(const struct tw_reflector *r);

/* End negotiated sessions whose time has passed: a few of them each time. */
void tw_reflector_tick_agreed(struct tw_reflector *r, uint64_t mono);

/* Does this CPU have the wide vectors that some instances are for? */
bool tw_reflector_is_wide(const struct tw_reflector_config *cfg);

/* The loop's instance for the sessions there are now, in a worker's thread or before there is one. */
void tw_reflector_settle(struct tw_reflector *r);

/* The instance for a reflector whose port and configuration are set: by many, has_agreed and
 * has_plain_agreed, and who stamps. Sets free_burst and nic_burst. */
tw_reflector_step *tw_reflector_choose(struct tw_reflector *r);

/* The instance with these constants for a CPU with AVX-512 VBMI. */
tw_reflector_step *tw_reflector_avx512(unsigned int flags);

#endif
