/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TLV_REFLECT_H
#define TW_TLV_REFLECT_H

/**
 * @file
 * What a reflector does with the TLVs of a STAMP request (RFC 8972, 9503, 9534, 10052): a pure
 * function over the octets behind the base packet, in place. It is called before the base packet
 * is overwritten, since the HMAC TLV covers the request's Sequence Number. Packets without TLVs
 * never come here.
 *
 * The order of a worker, with bursts of HMACs or without:
 *
 *  1. tw_tlv_scan() where HMACs are checked in bursts; the verdict goes into tw_tlv_request.check
 *  2. tw_tlv_reflect()
 *  3. the base packet is written, reply by reply, each with its own sequence number
 *  4. where hmac_at is not 0, tw_tlv_sign() each reply, or a burst of tw_tlv_text()
 */

#include "tw_addr.h"
#include "tw_counters.h"
#include "tw_mac.h"
#include "tw_tlv.h"

/** Bounds on what one request with a Reflected Test Packet Control may cause (RFC 10052). */
struct tw_tlv_asymmetry {
	struct tw_prefix prefix; /**< senders that may ask, and receivers of the replies */
	uint32_t max_packets;
	uint64_t max_octets;         /**< UDP payload in all */
	uint64_t max_octets_per_sec; /**< UDP payload */
};

/** Bounds where the user names none. */
#define TW_TLV_ASYMMETRY_PACKETS 16
#define TW_TLV_ASYMMETRY_OCTETS 65536
#define TW_TLV_ASYMMETRY_OCTETS_PER_SEC 1250000

/** What this reflector is and may do. Frozen; all zero is the strictest. */
struct tw_tlv_policy {
	bool disclose_location; /**< else Location goes back with zeros */
	bool lenient_control;   /**< take a Reflected Test Packet Control of Length 8 */
	uint64_t allowed_dscp;  /**< bit n: a Class of Service TLV may ask for DSCP n */
	/** Addresses that a Return Address may name, besides the sender's own; none = feature off. */
	const struct tw_prefix *allow_return;
	unsigned int n_allow_return;
	/** Who may use Reflected Test Packet Control; none = feature off. */
	const struct tw_tlv_asymmetry *allow_asymmetric;
	unsigned int n_allow_asymmetric;
	const struct tw_addr *own_addr; /**< of the node */
	unsigned int n_own_addr;
	const struct tw_mac *own_mac; /**< of the node */
	unsigned int n_own_mac;
	uint16_t micro_session_id; /**< of this member link; 0 = not in an aggregation group */
	uint8_t sync_source;       /**< enum tw_tlv_sync: what the clock follows now */
	uint8_t t2_method;         /**< enum tw_tlv_method */
	uint8_t t3_method;
};

/** Verdict on the request's HMAC TLV. */
enum tw_tlv_check {
	TW_TLV_CHECK_HERE, /**< not looked at yet: tw_tlv_reflect() asks tw_tlv_request.mac */
	TW_TLV_CHECK_GOOD,
	TW_TLV_CHECK_BAD,
};

/** What is known of one request, and of its session. */
struct tw_tlv_request {
	struct tw_addr src;
	struct tw_addr dst;
	uint16_t src_port;
	uint16_t dst_port;
	bool has_src_mac;
	struct tw_mac src_mac;
	uint8_t dscp; /**< as received */
	uint8_t ecn;
	bool authenticated; /**< the base packet is: then an HMAC TLV is demanded */
	/** its sequence number is above that of the session's previous one; false when not known */
	bool sequence_rose;
	uint32_t max_payload; /**< octets of UDP payload that the way back takes in one packet */
	uint32_t rx_count;    /**< in-profile packets: received in the session, this one included */
	uint32_t tx_count;    /**< sent in the session */
	bool uncounted;       /**< a stateless reflector: there are no such counts */
	/** The session's last reply; mode 0 when there was none, or the reflector is stateless. */
	struct tw_tlv_follow_up last_reply;
	enum tw_tlv_check check;
	struct tw_hmac *mac; /**< keyed with the session's key; NULL when it has none */
	/** What a Reflected Test Packet Control may cause now, beside the bounds of the policy: what
	 * is left of the bounds on all requests together. */
	bool volume_bounded;
	uint32_t packets_left;
	uint64_t octets_left;
};

enum tw_tlv_action {
	TW_TLV_REPLY,
	TW_TLV_DROP, /**< no reply; tw_tlv_reflection.reason says why */
};

/** What becomes of the request. */
struct tw_tlv_reflection {
	enum tw_tlv_action action;
	enum tw_discard reason;
	uint8_t flags;   /**< union of the flags set in TLVs */
	bool set_dscp;   /**< send with dscp; otherwise with the received one */
	bool elsewhere;  /**< send to `to`, at the sender's port */
	bool set_source; /**< send from `from`, an address of ours */
	uint8_t dscp;
	uint16_t n_replies;   /**< 1 unless asked for otherwise */
	uint32_t interval_ns; /**< between them */
	uint32_t len;         /**< octets of payload of each reply */
	uint32_t hmac_at;     /**< offset of the HMAC TLV to sign; 0 = none */
	struct tw_addr to;
	struct tw_addr from;
	struct tw_tlv_access access; /**< Access Report; id 0 when there was none */
};

/** The outside of a request's or reply's TLVs: what can be told without acting on any. */
struct tw_tlv_outline {
	uint32_t n;       /**< TLVs, a last one that is cut off included */
	uint32_t hmac_at; /**< offset of the first HMAC TLV; 0 = none */
	bool unprotected; /**< there is none although the authenticated mode demands one */
	bool bad_hmac;    /**< an HMAC TLV of the wrong Length, or not behind all but padding */
	bool integrity;   /**< some TLV has the I flag */
};

/**
 * Look over the TLVs in [base, len) of @p pkt (RFC 8972 section 4.8).
 *
 * An HMAC to verify is there when hmac_at is not 0 and bad_hmac is false.
 */
void tw_tlv_scan(const uint8_t *pkt, size_t base, size_t len, bool authenticated,
	struct tw_tlv_outline *ret);

/**
 * Answer the TLVs of a request in place.
 *
 * Octets outside of [base, len) stay as they are, unless the result's len is larger: only a
 * Reflected Test Packet Control that the policy allows makes it so.
 *
 * @param policy  frozen
 * @param req     this request
 * @param pkt     UDP payload of the request, base packet included and not yet overwritten
 * @param base    44 or 112
 * @param len     octets of payload, at least @p base
 * @param room    octets that the buffer has from @p pkt on, at least @p len
 * @param ret     what to do with it
 */
void tw_tlv_reflect(const struct tw_tlv_policy *policy, const struct tw_tlv_request *req,
	uint8_t *pkt, size_t base, size_t len, size_t room, struct tw_tlv_reflection *ret);

/** The digest that belongs into the HMAC TLV at @p hmac_at. @return false when OpenSSL failed */
bool tw_tlv_digest(struct tw_hmac *mac, const uint8_t *pkt, size_t base, size_t hmac_at,
	uint8_t ret_tag[TW_TLV_HMAC_LEN]);

/** Sign a packet whose Sequence Number and TLVs are final. */
void tw_tlv_sign(struct tw_hmac *mac, uint8_t *pkt, size_t base, size_t hmac_at);

/**
 * The text of an HMAC TLV in one piece, for bursts: the Sequence Number is put into the four
 * octets before the first TLV, which @p save keeps for tw_tlv_text_done(). The base packet's own
 * HMAC ends there, so it is made before or restored after, never in between.
 *
 * @param ret_len  octets of text
 * @return the text
 */
static inline uint8_t *tw_tlv_text(
	uint8_t *pkt, size_t base, size_t hmac_at, uint32_t *save, uint32_t *ret_len)
{
	memcpy(save, pkt + base - 4, 4);
	memcpy(pkt + base - 4, pkt, 4);
	*ret_len = (uint32_t)(hmac_at - base + 4);
	return pkt + base - 4;
}

static inline void tw_tlv_text_done(uint8_t *pkt, size_t base, uint32_t save)
{
	memcpy(pkt + base - 4, &save, 4);
}

#endif
