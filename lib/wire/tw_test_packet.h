/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TEST_PACKET_H
#define TW_TEST_PACKET_H

/**
 * @file
 * TWAMP-Test and STAMP base packets as structs. Protected layouts are in plain text here: HMACs
 * are zeros to be filled in, ciphers have been or will be applied by another library.
 */

#include "tw_modes.h"
#include "tw_ntp.h"
#include "tw_stamp.h"

/** One row a layout: symbol, name, octets of request and reply before padding or TLVs. */
#define TW_LAYOUTS(X)                                                                              \
	X(TWAMP, "twamp", TW_TWAMP_REQ_LEN, TW_TWAMP_REP_LEN)                                      \
	X(TWAMP_DSCP, "twamp-dscp-ecn", TW_TWAMP_REQ_LEN, TW_TWAMP_REP_DSCP_LEN)                   \
	X(TWAMP_AUTH, "twamp-auth", TW_TWAMP_AUTH_REQ_LEN, TW_AUTH_LEN)                            \
	X(TWAMP_AUTH_DSCP, "twamp-auth-dscp-ecn", TW_TWAMP_AUTH_REQ_LEN, TW_AUTH_LEN)              \
	X(STAMP, "stamp", TW_STAMP_LEN, TW_STAMP_LEN)                                              \
	X(STAMP_AUTH, "stamp-auth", TW_AUTH_LEN, TW_AUTH_LEN)

enum tw_layout {
#define X(sym, name, req, rep) TW_LAYOUT_##sym,
	TW_LAYOUTS(X)
#undef X
		TW_LAYOUTS_N
};

/** What a Session-Sender sends, in the RFCs' words. */
struct tw_test_request {
	uint32_t seq;
	struct tw_wire_time timestamp; /**< T1 */
	uint16_t error_estimate;
	uint16_t ssid; /**< STAMP; 0 in TWAMP */
};

/** What a Session-Reflector sends back. */
struct tw_test_reply {
	uint32_t seq;
	struct tw_wire_time timestamp;         /**< T3 */
	struct tw_wire_time receive_timestamp; /**< T2 */
	uint16_t error_estimate;               /**< of T3 and T2 */
	uint16_t ssid;                         /**< STAMP; 0 in TWAMP */
	uint32_t sender_seq;
	struct tw_wire_time sender_timestamp; /**< T1, as it came */
	uint16_t sender_error_estimate;       /**< as it came */
	uint8_t sender_ttl;
	uint8_t s_dscp_ecn; /**< RFC 7750: TOS or traffic class octet as it came */
	bool has_ttl;       /**< parser: not one of twampy's short replies */
	bool has_dscp_ecn;  /**< parser: the layout has it and the packet is long enough */
};

/** The layout that a negotiated Mode word means for test packets (RFC 5357, 5618, 7750). */
static inline enum tw_layout tw_layout_of_mode(uint32_t mode)
{
	bool dscp = mode & TW_MODE_DSCP_ECN;

	if (tw_mode_protects_test(mode))
		return dscp ? TW_LAYOUT_TWAMP_AUTH_DSCP : TW_LAYOUT_TWAMP_AUTH;
	return dscp ? TW_LAYOUT_TWAMP_DSCP : TW_LAYOUT_TWAMP;
}

/** Name of a layout, for logs. */
const char *tw_layout_name(enum tw_layout l);

/** Octets of a request before padding or TLVs. */
size_t tw_layout_request_len(enum tw_layout l);

/**
 * Octets of a reply before padding or TLVs. A reply has the size of its request, but at least
 * this. With Symmetrical Size (RFC 6038) the request's padding starts here too.
 */
size_t tw_layout_reply_len(enum tw_layout l);

/**
 * Read a request.
 *
 * @param payload  UDP payload, decrypted
 * @return 0
 *   - -EMSGSIZE: shorter than the layout's base packet
 */
int tw_test_request_parse(
	enum tw_layout l, const void *payload, size_t len, struct tw_test_request *ret);

/**
 * Read a reply. In the open layouts anything from 38 octets is taken; has_ttl and has_dscp_ecn
 * say what was there.
 *
 * @param payload  UDP payload, decrypted
 * @return 0
 *   - -EMSGSIZE: shorter than 38 octets in the open, or than 112
 */
int tw_test_reply_parse(
	enum tw_layout l, const void *payload, size_t len, struct tw_test_reply *ret);

/**
 * Write a request: all octets before padding or TLVs, MBZ and HMAC as zeros.
 *
 * @return octets written
 *   - -ENOSPC: @p cap is too small; nothing useful was written
 */
int tw_test_request_build(
	enum tw_layout l, const struct tw_test_request *req, void *ret_payload, size_t cap);

/** Write a reply; has_ttl and has_dscp_ecn are ignored. @return octets written, or -ENOSPC */
int tw_test_reply_build(
	enum tw_layout l, const struct tw_test_reply *rep, void *ret_payload, size_t cap);

#endif
