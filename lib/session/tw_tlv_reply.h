/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TLV_REPLY_H
#define TW_TLV_REPLY_H

/**
 * @file
 * The sender's reading of the TLVs in STAMP replies (RFC 8972 section 4): U is skipped, M ends the
 * reading, I voids all TLVs of the reply. Nothing is used that a demanded HMAC does not vouch for.
 * What came back goes into a struct tw_tlv_result; the base packet is somebody else's.
 */

#include "tw_mac.h"
#include "tw_ntp.h"
#include "tw_tlv_reflect.h"
#include "tw_tlv_result.h"
#include "tw_tlv_spec.h"

/** Replies that a Follow-Up Telemetry may still speak about; a power of two. */
#define TW_TLV_FOLLOW_UP_WINDOW 64

/** What is expected of the replies of a stream. Frozen. */
struct tw_tlv_expect {
	const struct tw_tlv_template *asked;
	size_t base; /**< 44 or 112 */
	uint16_t
		ssid; /**< sent; where it is not 0, a reply with SSID 0 is from a peer without TLVs */
	bool authenticated;
	int32_t tai_utc; /**< TAI minus UTC in seconds, for PTP timestamps */
};

/** Memory of one stream. All zero at first. w: receiving worker */
struct tw_tlv_reader {
	bool counted; /**< the fields below are those of a reply */
	uint32_t last_sseq;
	uint32_t last_rx_count;
	struct tw_tlv_direct last_direct;
	bool reflector_known; /**< member link of the first reply, where none was configured */
	uint16_t reflector_id;
	struct {
		bool filled;
		uint32_t rseq;
		struct tw_ntp t3;
		struct tw_ntp t4;
	} sent[TW_TLV_FOLLOW_UP_WINDOW];
};

/** What the base packet of a reply and its IP header said. */
struct tw_tlv_reply {
	uint32_t rseq;
	uint32_t sseq;
	uint16_t ssid;
	uint16_t error_estimate; /**< the reflector's: its Z bit names the format of timestamps */
	struct tw_ntp t3;        /**< as NTP */
	struct tw_ntp t4;        /**< on the same scale */
	uint8_t dscp;            /**< as received here */
	uint8_t ecn;
	uint32_t rx_count; /**< in-profile packets received in the stream, this one included */
	enum tw_tlv_check check; /**< of its HMAC TLV, where HMACs are checked in bursts */
};

/** Name the rows of a result after the TLVs asked for. */
void tw_tlv_result_begin(struct tw_tlv_result *r, const struct tw_tlv_template *asked);

/**
 * Read the TLVs of one reply, the first one to its request or a further one.
 *
 * @param x    what was asked
 * @param s    memory of the stream
 * @param mac  keyed with the stream's key; NULL when there is none
 * @param m    about this reply
 * @param pkt  UDP payload
 * @param len  its octets, at least x->base
 * @param r    accumulates
 * @return false when the reply is from another member link and must be discarded as a whole
 *         (RFC 9534 section 3.2)
 */
bool tw_tlv_read_reply(const struct tw_tlv_expect *x, struct tw_tlv_reader *s, struct tw_hmac *mac,
	const struct tw_tlv_reply *m, const uint8_t *pkt, size_t len, struct tw_tlv_result *r);

/**
 * Retransmission of an Access Report until it is echoed (RFC 8972 section 4.6). All zero at first.
 * Every packet of a stream carries the report, so that only the last one of a run, or a stream
 * slower than the timer, needs it.
 */
struct tw_tlv_access_timer {
	bool armed;
	bool acknowledged;
	bool aborted; /**< not echoed after all attempts */
	uint32_t retransmissions;
	struct tw_ns due;
};

/** A packet with the report was sent. */
static inline void tw_tlv_access_sent(
	struct tw_tlv_access_timer *t, const struct tw_tlv_template *asked, struct tw_ns now)
{
	if (t->acknowledged || t->aborted)
		return;
	t->armed = true;
	t->due = tw_ns_add(now, asked->access_timer);
}

/** An answered report came back. */
static inline void tw_tlv_access_echoed(struct tw_tlv_access_timer *t)
{
	t->armed = false;
	t->acknowledged = true;
}

/** Must the report be sent again now? */
static inline bool tw_tlv_access_due(
	struct tw_tlv_access_timer *t, const struct tw_tlv_template *asked, struct tw_ns now)
{
	if (!t->armed || now.v < t->due.v)
		return false;
	if (t->retransmissions == asked->access_attempts) {
		t->armed = false;
		t->aborted = true;
		return false;
	}
	t->retransmissions++;
	t->due = tw_ns_add(now, asked->access_timer);
	return true;
}

#endif
