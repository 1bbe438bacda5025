/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_HEADERS_H
#define TW_HEADERS_H

/**
 * @file
 * Sizes, numbers and octet offsets of Ethernet, VLAN, ARP, IPv4, IPv6, UDP, ICMP and ICMPv6. An
 * offset counts from the start of its own header. For tw_bytes.h in the hot path; everybody else
 * has tw_frame.h.
 */

/* Ethernet, IEEE 802.3 and 802.1Q */
#define TW_ETH_LEN 14
#define TW_ETH_DST 0
#define TW_ETH_SRC 6
#define TW_ETH_TYPE 12
#define TW_VLAN_LEN 4
#define TW_ETH_FCS_LEN 4
/** Smallest frame with FCS; shorter payloads are padded by whoever sends. */
#define TW_ETH_MIN_SIZE 64
/** Preamble, start delimiter and gap: what a frame costs on the wire besides itself. */
#define TW_ETH_WIRE_OVERHEAD 20

#define TW_ETHERTYPE_IPV4 0x0800
#define TW_ETHERTYPE_ARP 0x0806
#define TW_ETHERTYPE_VLAN 0x8100
#define TW_ETHERTYPE_IPV6 0x86dd
#define TW_ETHERTYPE_QINQ 0x88a8

/* IPv4, RFC 791 */
#define TW_IPV4_LEN 20
#define TW_IPV4_VERSION_IHL 0
#define TW_IPV4_TOS 1
#define TW_IPV4_TOTAL_LENGTH 2
#define TW_IPV4_ID 4
#define TW_IPV4_FRAGMENT 6
#define TW_IPV4_TTL 8
#define TW_IPV4_PROTOCOL 9
#define TW_IPV4_CHECKSUM 10
#define TW_IPV4_SRC 12
#define TW_IPV4_DST 16
#define TW_IPV4_DF 0x4000
/** More-fragments bit and fragment offset: not zero in any fragment. */
#define TW_IPV4_FRAGMENT_MASK 0x3fff

/* IPv6, RFC 8200 */
#define TW_IPV6_LEN 40
#define TW_IPV6_VERSION_TC_FLOW 0
#define TW_IPV6_PAYLOAD_LENGTH 4
#define TW_IPV6_NEXT_HEADER 6
#define TW_IPV6_HOP_LIMIT 7
#define TW_IPV6_SRC 8
#define TW_IPV6_DST 24
#define TW_IPV6_FLOW_MASK 0xfffff

/* UDP, RFC 768 */
#define TW_UDP_LEN 8
#define TW_UDP_SRC_PORT 0
#define TW_UDP_DST_PORT 2
#define TW_UDP_LENGTH 4
#define TW_UDP_CHECKSUM 6

/* Protocol numbers and IPv6 next headers */
#define TW_IPPROTO_HOPOPTS 0
#define TW_IPPROTO_ICMP 1
#define TW_IPPROTO_TCP 6
#define TW_IPPROTO_UDP 17
#define TW_IPPROTO_ROUTING 43
#define TW_IPPROTO_FRAGMENT 44
#define TW_IPPROTO_ICMPV6 58
#define TW_IPPROTO_DSTOPTS 60

#endif
