/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_STAMP_H
#define TW_STAMP_H

/**
 * @file
 * Octet offsets and sizes of TWAMP-Test and STAMP packets within the UDP payload, for tw_bytes.h
 * in the hot path. The figures are in test_packet.c; whole packets are read and written by
 * tw_test_packet.h. (struct tw_stamp, a measurement of time, is in tw_time.h.)
 */

#include "tw_bytes.h"

#include <stdbool.h>
#include <stddef.h>

/** TWAMP-Control over TCP; TWAMP-Test and STAMP receivers over UDP (RFC 8545, RFC 8762). */
#define TW_PORT 862

#define TW_HMAC_LEN 16

/* Request in the open: TWAMP 14 octets (RFC 5357 section 4.1.2), STAMP 44 (RFC 8762 4.2.1). */
#define TW_REQ_SEQ 0
#define TW_REQ_TIMESTAMP 4
#define TW_REQ_ERROR 12
#define TW_REQ_SSID 14 /**< STAMP (RFC 8972); padding in TWAMP */
#define TW_REQ_MBZ 16  /**< STAMP: zeros up to 44 */

/* Reply in the open: TWAMP 41 octets (RFC 5357 section 4.2.1), STAMP 44 (RFC 8762 4.3.1). */
#define TW_REP_SEQ 0
#define TW_REP_TIMESTAMP 4 /**< T3 */
#define TW_REP_ERROR 12
#define TW_REP_SSID 14    /**< STAMP; zero in TWAMP */
#define TW_REP_RECEIVE 16 /**< T2 */
#define TW_REP_SENDER_SEQ 24
#define TW_REP_SENDER_TIMESTAMP 28 /**< T1, as it came */
#define TW_REP_SENDER_ERROR 36     /**< as it came */
#define TW_REP_MBZ 38
#define TW_REP_SENDER_TTL 40
#define TW_REP_S_DSCP_ECN 41 /**< RFC 7750 mode; zero otherwise */

/* Request, authenticated (and encrypted): TWAMP 48 octets, STAMP 112. */
#define TW_AUTH_REQ_SEQ 0
#define TW_AUTH_REQ_TIMESTAMP 16
#define TW_AUTH_REQ_ERROR 24
#define TW_AUTH_REQ_SSID 26 /**< STAMP; zero in TWAMP */
#define TW_AUTH_REQ_TWAMP_HMAC 32
#define TW_AUTH_REQ_STAMP_HMAC 96

/* Reply, authenticated (and encrypted): 112 octets. */
#define TW_AUTH_REP_SEQ 0
#define TW_AUTH_REP_TIMESTAMP 16
#define TW_AUTH_REP_ERROR 24
#define TW_AUTH_REP_SSID 26 /**< STAMP; zero in TWAMP */
#define TW_AUTH_REP_RECEIVE 32
#define TW_AUTH_REP_SENDER_SEQ 48
#define TW_AUTH_REP_SENDER_TIMESTAMP 64
#define TW_AUTH_REP_SENDER_ERROR 72
#define TW_AUTH_REP_SENDER_TTL 80
#define TW_AUTH_REP_S_DSCP_ECN 81 /**< RFC 7750 mode; zero otherwise */
#define TW_AUTH_REP_HMAC 96

/* Octets before padding or TLVs; what is shorter is discarded. */
#define TW_TWAMP_REQ_LEN 14
#define TW_TWAMP_REP_LEN 41
#define TW_TWAMP_REP_DSCP_LEN 44 /**< RFC 7750: two octets of zeros follow the new one */
#define TW_TWAMP_AUTH_REQ_LEN 48
#define TW_STAMP_LEN 44 /**< request and reply */
#define TW_AUTH_LEN 112 /**< STAMP request, any authenticated reply */
/** twampy's responder stops before the TTL: its replies are taken, without a TTL. */
#define TW_REP_SHORT_LEN 38

/**
 * Which of the two is an open request to a port that answers both (nothing on the wire says):
 * STAMP with at least 44 octets of which 16..43 are zero, else TWAMP Light. Zero-padded Light of
 * that size is STAMP with SSID 0, octet for octet.
 */
static inline bool tw_payload_is_stamp(const void *payload, size_t len)
{
	const uint8_t *p = payload;

	return len >= TW_STAMP_LEN &&
	       !(tw_raw64(p + TW_REQ_MBZ) | tw_raw64(p + TW_REQ_MBZ + 8) |
		       tw_raw64(p + TW_REQ_MBZ + 16) | tw_raw32(p + TW_REQ_MBZ + 24));
}

#endif
