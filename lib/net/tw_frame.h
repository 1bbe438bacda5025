/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_FRAME_H
#define TW_FRAME_H

/**
 * @file
 * The exact, strict and slow look at a received frame: every length is checked, nothing is
 * believed. The hot path compares with expected headers first and comes here on a mismatch.
 *
 * Decisions:
 *  - Up to two VLAN tags of type 0x8100 or 0x88a8, in any order. Whether they are ours is the
 *    caller's (a mismatch is BAD_VLAN too).
 *  - IPv4 options are stepped over. IPv6 hop-by-hop (first only), destination options, routing
 *    headers with no segments left and atomic fragments (RFC 6946: offset 0, no more to come) are
 *    stepped over, eight at most. An option that RFC 8200 section 4.2 wants the packet discarded
 *    for when it is unknown is BAD_IP_HEADER: we know none of them.
 *  - UDP length has to equal what IP carries: a test packet has no surplus area. Octets behind the
 *    IP packet are Ethernet padding and ignored.
 *  - Checksums: IPv4's is checked here, UDP's by tw_frame_check_udp() unless the device did.
 */

#include "tw_addr.h"
#include "tw_checksum.h"
#include "tw_headers.h"

#include <stdbool.h>
#include <stdint.h>

/* Why a frame is not a test packet: the symbols of TW_DISCARD_REASONS that need no state. */
#define TW_FRAME_REASONS(X)                                                                        \
	X(SHORT_FRAME)                                                                             \
	X(BAD_VLAN)                                                                                \
	X(NOT_IP)                                                                                  \
	X(BAD_IP_HEADER)                                                                           \
	X(BAD_IP_LENGTH)                                                                           \
	X(BAD_IP_CHECKSUM)                                                                         \
	X(FRAGMENT)                                                                                \
	X(NOT_UDP)                                                                                 \
	X(MULTICAST)                                                                               \
	X(BAD_SOURCE)                                                                              \
	X(BAD_UDP_LENGTH)

enum tw_frame_status {
	TW_FRAME_OK,     /**< UDP, unicast, lengths right */
	TW_FRAME_ARP,    /**< l3_off is valid; contents unchecked */
	TW_FRAME_ICMP,   /**< over IPv4, not a fragment; the IP header is right */
	TW_FRAME_ICMPV6, /**< over IPv6, not a fragment; the IP header is right */
	TW_FRAME_TCP,    /**< not a fragment; the IP header is right */
#define X(sym) TW_FRAME_##sym,
	TW_FRAME_REASONS(X)
#undef X
};

/** Offsets count from the first octet of the frame. */
struct tw_frame {
	uint8_t n_vlan;
	uint8_t family;         /**< 4, 6; 0 when not IP */
	uint8_t protocol;       /**< after extension headers */
	uint8_t tos;            /**< TOS or traffic class */
	uint8_t ttl;            /**< or hop limit */
	bool df;                /**< IPv4 only */
	bool optioned;          /**< IPv4 options or IPv6 extension headers are present */
	uint16_t tpid[2];       /**< outer first */
	uint16_t tci[2];        /**< outer first: priority 3 bits, DEI, VLAN id 12 bits */
	uint16_t ethertype;     /**< after the tags */
	uint16_t l3_off;        /**< = octets of Ethernet and VLAN headers */
	uint32_t l4_off;        /**< behind options and extension headers */
	uint32_t ip_end;        /**< end of the IP packet: l4_off + what IP carries */
	uint32_t payload_off;   /**< UDP only */
	uint16_t payload_len;   /**< UDP only */
	uint32_t flow_label;    /**< IPv6 only */
	struct tw_endpoint src; /**< ports of UDP only, else 0 */
	struct tw_endpoint dst;
};

/**
 * Look at a frame.
 *
 * @param frame  @p len octets without FCS
 * @param ret    always written: valid as far as the status says that the look went, else zero
 */
enum tw_frame_status tw_frame_parse(const uint8_t *frame, uint32_t len, struct tw_frame *ret);

/** Lower-case name of a status. */
const char *tw_frame_status_name(enum tw_frame_status status);

/** Sum of the pseudo header of what an IP frame carries (status OK, ICMPV6, TCP). */
uint64_t tw_frame_pseudo(const uint8_t *frame, const struct tw_frame *f);

/** Judge the UDP checksum of a frame whose status is TW_FRAME_OK. */
enum tw_udp_check tw_frame_check_udp(const uint8_t *frame, const struct tw_frame *f);

/**
 * Take IPv4 options or IPv6 extension headers out, so that a reply can be made in place: the
 * headers before them move towards the payload, which stays where it is.
 *
 * @param f  of the frame; afterwards its offsets count from the new start
 * @return octets by which the frame now starts later; 0 when there was nothing to take out
 */
uint32_t tw_frame_strip(uint8_t *frame, struct tw_frame *f);

/** Octets of Ethernet, VLAN, IP (without options) and UDP headers. */
static inline uint32_t tw_frame_headers_len(uint8_t family, uint8_t n_vlan)
{
	return TW_ETH_LEN + (uint32_t)TW_VLAN_LEN * n_vlan +
	       (family == 4 ? TW_IPV4_LEN : TW_IPV6_LEN) + TW_UDP_LEN;
}

/** L2 octets with FCS of a frame with that much UDP payload; at least 64. */
static inline uint32_t tw_frame_size(uint8_t family, uint8_t n_vlan, uint32_t payload_len)
{
	uint32_t n = tw_frame_headers_len(family, n_vlan) + payload_len + TW_ETH_FCS_LEN;

	return n < TW_ETH_MIN_SIZE ? TW_ETH_MIN_SIZE : n;
}

/** UDP payload of a frame of @p size L2 octets with FCS; negative when there is no room for one. */
static inline int32_t tw_frame_payload(uint8_t family, uint8_t n_vlan, uint32_t size)
{
	return (int32_t)(size - TW_ETH_FCS_LEN - tw_frame_headers_len(family, n_vlan));
}

#endif
