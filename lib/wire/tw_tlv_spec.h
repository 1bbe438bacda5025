/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TLV_SPEC_H
#define TW_TLV_SPEC_H

/**
 * @file
 * `--tlv NAME[:ARGS]`: a list of such words becomes the octets that follow the base packet, and
 * the few offsets in them that change from packet to packet.
 */

#include "tw_err.h"
#include "tw_rand.h"
#include "tw_time.h"
#include "tw_tlv.h"

/** Room for the TLVs of one packet: a jumbo frame less its headers and the shortest base. */
#define TW_TLV_TEMPLATE_MAX 8928
/** Direct Measurement TLVs in one packet. */
#define TW_TLV_MAX_COUNTERS 4
/** "There is none" among offsets. */
#define TW_TLV_NOWHERE 0xffff

/** Defaults of RFC 8972 section 4.6. */
#define TW_TLV_ACCESS_TIMER_SEC 3
#define TW_TLV_ACCESS_ATTEMPTS 4

/** The TLVs of a stream's packets. Offsets are from the first TLV's header. */
struct tw_tlv_template {
	uint32_t asked;   /**< bit n: a TLV of the known type n is there */
	uint16_t n;       /**< TLVs */
	uint16_t len;     /**< octets */
	uint16_t hmac_at; /**< header of the HMAC TLV, or TW_TLV_NOWHERE */
	uint16_t n_counters;
	uint16_t counter_at[TW_TLV_MAX_COUNTERS]; /**< S_TxC of each Direct Measurement */
	bool needs_ssid; /**< a Destination Node Address demands a session identifier */
	bool no_reply;   /**< the packets ask not to be answered */
	bool elsewhere;  /**< the packets ask to be answered to another address */
	uint8_t dscp;    /**< asked for by Class of Service */
	struct tw_tlv_access access;
	struct tw_ns access_timer;
	uint32_t access_attempts;
	struct tw_tlv_micro micro;
	struct tw_tlv_control control; /**< count is 1 unless asked for otherwise */
	uint8_t octets[TW_TLV_TEMPLATE_MAX];
};

/**
 * Make a template from the words of the command line, in their order. An HMAC TLV that the
 * authenticated mode demands (RFC 8972 section 4.8) is appended when it was not given.
 *
 * @param specs          `NAME` or `NAME:ARGS`
 * @param n              how many; 0 makes an empty template
 * @param authenticated  packets are in the authenticated mode
 * @param rand           fills random padding
 * @param ret            large (about 9 kB)
 * @param err            one sentence that quotes the offending word
 * @return 0
 * @return -EINVAL a word that cannot be read, or an order that RFC 8972 forbids
 * @return -E2BIG  the TLVs do not fit in a packet
 */
int tw_tlv_compile(const char *const *specs, size_t n, bool authenticated, struct tw_rand *rand,
	struct tw_tlv_template *ret, struct tw_err *err);

/** Write the number of in-profile packets sent, this one included, into a packet's TLVs. */
static inline void tw_tlv_template_count(
	const struct tw_tlv_template *t, uint8_t *tlvs, uint32_t s_txc)
{
	for (uint16_t i = 0; i < t->n_counters; i++)
		tw_put32(tlvs + t->counter_at[i], s_txc);
}

/** Row @p i of what --tlv knows, for --help; NULL after the last. Includes "raw". */
const struct tw_tlv_kind *tw_tlv_spec_row(unsigned int i);

#endif
