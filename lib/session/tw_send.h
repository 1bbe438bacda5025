/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SEND_H
#define TW_SEND_H

/**
 * @file
 * The sender core: a stream is a prebuilt frame per packet size; a packet is a copy of it in which
 * only sequence number, T1, Error Estimate and UDP checksum are written.
 */

#include "tw_bytes.h"
#include "tw_checksum.h"
#include "tw_session.h"
#include "tw_stamp.h"
#include "tw_tlv_spec.h"

#include <stddef.h>

/** Octets of a frame that differ from zeros: headers, base packet, one TLV header; the rest is 0. */
#define TW_SEND_HEAD 192

/** A frame of one size, ready but for the fields that change. */
struct tw_send_class {
	uint16_t frame_len;   /**< L2 octets without FCS, at least 60 */
	uint16_t payload_off; /**< first octet of the UDP payload */
	uint16_t head_len;    /**< octets of head that must be copied, <= TW_SEND_HEAD */
	uint16_t csum_off;    /**< of the UDP checksum */
	uint32_t sum;         /**< of all that the UDP checksum covers but the changing fields */
	uint64_t udp_sum;     /**< of pseudo header and UDP header alone, for protected packets */
	uint16_t covered;     /**< octets of payload before the zeros at its end */
	uint16_t tlv_off;     /**< first of the stream's TLVs; 0 = it has none */
	uint16_t pad_len;     /**< Length of the Extra Padding TLV behind them */
	bool has_pad;         /**< there is one */
	uint8_t head[TW_SEND_HEAD];
};

/** Transmitting half of a stream. w: transmitting worker. */
struct tw_send_stream {
	uint16_t group;       /**< whose results its packets go to */
	uint16_t n_cycle;     /**< sizes in the cycle */
	uint16_t pos;         /**< next of them */
	const uint8_t *cycle; /**< class index of each packet of the cycle */
	const struct tw_send_class *classes;
	const struct tw_batch_key *key;     /**< NULL = open packets */
	uint8_t kind;                       /**< enum tw_sealed_kind */
	bool stateless_peer;                /**< directions of loss cannot be told */
	bool dscp_ecn;                      /**< replies have the octet of RFC 7750 */
	const struct tw_tlv_template *tlv;  /**< NULL = no TLVs but padding */
	const struct tw_batch_key *tlv_key; /**< NULL = no HMAC TLV */
	uint64_t sent;                      /**< packets given a number, which is this one's */
	uint64_t sent_at_border;            /**< when the last border was drawn */
};

/**
 * Build the frame classes of a stream.
 *
 * @param cfg        addresses, sizes and marks
 * @param max        room in @p ret_classes
 * @param ret_classes  one per distinct size
 * @param ret_cycle  cfg->n_sizes class indexes
 * @return number of classes, -EINVAL (a size below the protocol's minimum or above TW_MAX_FRAME),
 *         -E2BIG (more distinct sizes than @p max)
 */
int tw_send_classes(const struct tw_stream_config *cfg, unsigned int max,
	struct tw_send_class *ret_classes, uint8_t *ret_cycle);

/**
 * Write the TLVs of a packet whose sequence number is @p seq; HMAC and checksum come later.
 * @p frame holds the class head.
 */
static inline void tw_send_tlvs(uint8_t *frame, const struct tw_send_class *c,
	const struct tw_tlv_template *tlv, uint32_t seq)
{
	uint8_t *p = frame + c->tlv_off;

	memcpy(p, tlv->octets, tlv->len);
	tw_tlv_template_count(tlv, p, seq + 1);
	if (c->has_pad)
		tw_tlv_put(p + tlv->len, TW_TLV_U, TW_TLV_PADDING, c->pad_len);
}

/**
 * Write the changing fields of an open packet and its UDP checksum. @p frame holds the class head.
 *
 * @param t1  on the wire's scale
 * @param ee  Error Estimate
 */
static inline void tw_send_stamp(
	uint8_t *frame, const struct tw_send_class *c, uint32_t seq, uint64_t t1, uint16_t ee)
{
	uint8_t *p = frame + c->payload_off;
	uint32_t rseq = __builtin_bswap32(seq);
	uint64_t rt1 = __builtin_bswap64(t1);
	uint16_t ree = __builtin_bswap16(ee);
	uint16_t csum = (uint16_t)~tw_sum_fold(tw_sum_add((uint64_t)c->sum + rseq + ree, rt1));

	memcpy(p, &rseq, 4);
	memcpy(p + 4, &rt1, 8);
	memcpy(p + 12, &ree, 2);
	csum = csum ? csum : 0xffff; /* RFC 768: a computed 0 is sent as all ones */
	memcpy(frame + c->csum_off, &csum, 2);
}

#endif
