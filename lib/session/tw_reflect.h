/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECT_H
#define TW_REFLECT_H

/**
 * @file
 * The reflector core: the rules of a session's own sequence number, and the octets of a reply.
 * Payload bytes and stamps come in, payload bytes go out; nothing here reads a clock.
 */

#include "tw_bytes.h"
#include "tw_session.h"
#include "tw_stamp.h"

/**
 * State of one reflector session. Sixteen octets, so that it shares a 32-octet table entry with
 * an IPv4 key. Owned by one worker.
 */
struct tw_reflect_state {
	uint32_t next_seq;  /**< the next reply's sequence number */
	uint32_t last_sseq; /**< highest sender sequence number of this life of the sender */
	uint32_t last_t1;   /**< latest T1 seen, 16.16 s (tw_reflect_t1) */
	uint32_t last_seen; /**< when, in units of 2^-10 s (tw_reflect_coarse) */
};

/** Coarse instant for last_seen from a monotonic instant in 2^-32 s. Wraps after 48 days. */
static inline uint32_t tw_reflect_coarse(uint64_t mono)
{
	return (uint32_t)(mono >> 22);
}

/**
 * How long ago the session's last packet came, tw_reflect_coarse() units. Packets that the NIC
 * stamps and those that it does not stand in one burst, and their times are not in order: who is
 * ahead by less than a second was seen now.
 */
static inline uint32_t tw_reflect_age(const struct tw_reflect_state *s, uint32_t now)
{
	uint32_t age = now - s->last_seen;

	return age > UINT32_MAX - 1024 ? 0 : age;
}

/** Middle 32 bits of a sender's timestamp: orders instants within 9 hours to 15 us. */
static inline uint32_t tw_reflect_t1(uint64_t t1)
{
	return (uint32_t)(t1 >> 16);
}

/** A fall of the sequence number by more than this with a newer T1 is a new sender. */
#define TW_REFLECT_FAR_FALL 128
/** A packet that is late by this, in tw_reflect_t1() units, is not late: the clock was set back. */
#define TW_REFLECT_LATE (10U << 16)
/** Numbers this close to 2^32 wrap; they do not fall. */
#define TW_REFLECT_WRAP_ZONE (1U << 24)

/**
 * The rare half of tw_reflect_next: the sequence number did not rise, or T1 fell.
 * @return true when the sender started again and the reply counter was set to 0
 */
bool tw_reflect_irregular(
	struct tw_reflect_state *s, uint32_t sseq, uint32_t t1, uint32_t now, uint32_t idle);

/** Begin a session with its first packet. */
static inline void tw_reflect_begin(
	struct tw_reflect_state *s, uint32_t sseq, uint32_t t1, uint32_t now)
{
	s->next_seq = 0;
	s->last_sseq = sseq;
	s->last_t1 = t1;
	s->last_seen = now;
}

/**
 * The usual half: the sender goes on, or a packet of its is a copy or was overtaken by another,
 * which changes nothing.
 * @return false: tw_reflect_irregular() has to look at it, nothing has happened yet
 */
static inline bool tw_reflect_usual(
	struct tw_reflect_state *s, uint32_t sseq, uint32_t t1, uint32_t now, uint32_t idle)
{
	if (__builtin_expect(sseq > s->last_sseq && (int32_t)(t1 - s->last_t1) >= 0, 1)) {
		s->last_sseq = sseq;
		s->last_t1 = t1;
	} else if (sseq > s->last_sseq || (int32_t)(t1 - s->last_t1) > 0 ||
		   tw_reflect_age(s, now) > idle) {
		return false;
	}
	s->last_seen = now;
	return true;
}

/**
 * Take the next reply number of a session made by its first packet.
 *
 * @param s     state
 * @param sseq  sender sequence number
 * @param t1    tw_reflect_t1() of the sender's timestamp
 * @param now   tw_reflect_coarse() of now
 * @param idle  --session-idle in the same unit
 * @param ret_resets  incremented when the sender started again (protocol A16)
 * @return sequence number for the reply
 */
static inline uint32_t tw_reflect_next(struct tw_reflect_state *s, uint32_t sseq, uint32_t t1,
	uint32_t now, uint32_t idle, uint64_t *ret_resets)
{
	if (__builtin_expect(!tw_reflect_usual(s, sseq, t1, now, idle), 0)) {
		*ret_resets += tw_reflect_irregular(s, sseq, t1, now, idle);
		s->last_seen = now;
	}
	return s->next_seq++;
}

/** What goes into a reply besides what is copied. Timestamps in the wire's format. */
struct tw_reflect_fields {
	uint32_t seq;
	uint64_t t2;
	uint64_t t3;
	uint16_t error_estimate;
	uint8_t ttl; /**< of the received packet */
};

/**
 * Write an open STAMP reply over its request, in place (RFC 8762 section 4.3.1): octets 0..43.
 * The request has at least 44 octets; what follows them stays. The SSID stays where it is.
 */
static inline void tw_reflect_write_stamp(uint8_t *p, const struct tw_reflect_fields *f)
{
	uint64_t a = tw_raw64(p);     /* sequence number, seconds */
	uint64_t b = tw_raw64(p + 8); /* fraction, error estimate, SSID */

	tw_put32(p, f->seq);
	tw_put64(p + 4, f->t3);
	tw_put16(p + 12, f->error_estimate);
	tw_put64(p + 16, f->t2);
	memcpy(p + 24, &a, 8);
	b &= 0x0000ffffffffffffULL;
	memcpy(p + 32, &b, 8);
	tw_put32(p + 40, (uint32_t)f->ttl << 24);
}

/**
 * Octets of the reply to an open request (design section 4, protocol A15).
 *
 * @param stamp_only  the reflector is forced to STAMP
 */
static inline uint32_t tw_reflect_reply_len(uint32_t request_len, bool stamp_only)
{
	uint32_t least = stamp_only ? TW_STAMP_LEN : TW_TWAMP_REP_LEN;

	return request_len < least ? least : request_len;
}

/**
 * Write an open reply of any kind over its request, in place.
 *
 * @param p            payload, @p reply_len octets of room
 * @param request_len  octets received, at least 14
 * @param reply_len    from tw_reflect_reply_len()
 * @param is_stamp     STAMP: the SSID is kept and what follows octet 44 stays; otherwise TWAMP
 *                     Light: octets 14..15 are zero, octets from 41 on repeat the request's from 14
 */
void tw_reflect_write_open(uint8_t *p, uint32_t request_len, uint32_t reply_len, bool is_stamp,
	const struct tw_reflect_fields *f);

/**
 * Write an open TWAMP-Test reply of a negotiated session over its request, in place (RFC 5357
 * section 4.2.1; RFC 6038 section 5; RFC 7750 section 2.2).
 *
 * @param symmetrical  the request has its padding at octet 41 already
 * @param s_dscp_ecn   the received TOS octet for octet 41, padding then starts at 44; or -1
 */
void tw_reflect_write_twamp(uint8_t *p, uint32_t request_len, uint32_t reply_len, bool symmetrical,
	int s_dscp_ecn, const struct tw_reflect_fields *f);

#endif
