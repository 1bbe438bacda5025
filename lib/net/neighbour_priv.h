/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef NEIGHBOUR_PRIV_H
#define NEIGHBOUR_PRIV_H

#include "tw_frame.h"
#include "tw_neighbour.h"

/* A frame under way through the answering functions. */
struct neighbour_frame {
	const struct tw_neighbour_self *self;
	uint8_t *data;
	uint32_t len;
	uint32_t cap;
	struct tw_frame f;
	bool to_group; /* Ethernet destination: a group instead of our own MAC */
};

/* Shortest frame without FCS: what we make is padded to it. */
#define NEIGHBOUR_MIN_FRAME (TW_ETH_MIN_SIZE - TW_ETH_FCS_LEN)

#define ARP_PACKET_LEN 28

/* Octets of an IPv6 packet with a solicitation or advertisement and one link-layer address. */
#define ND_PACKET_LEN (TW_IPV6_LEN + 24 + 8)

/* Addressed to @mac from us; the tags stay. */
void neighbour_answer_l2(struct neighbour_frame *n, const struct tw_mac *mac);

/* Octets of a reply whose packet ends at @end: padded like the request of @len, to 60 at most. */
uint32_t neighbour_reply_len(uint32_t len, uint32_t end);

/* ARP, of a frame whose status is TW_FRAME_ARP. */
enum tw_neighbour_verdict neighbour_arp(
	struct neighbour_frame *n, uint32_t *ret_len, struct tw_neighbour_news *ret_news);

/* Write a request at @p, ARP_PACKET_LEN octets; an announcement when @src is @target. */
void arp_build_request(uint8_t *p, const struct tw_addr *src, const struct tw_addr *target,
	const struct tw_mac *mac);

/* Neighbour discovery, of a frame whose status is TW_FRAME_ICMPV6 and whose checksum is right. */
enum tw_neighbour_verdict neighbour_solicitation(
	struct neighbour_frame *n, uint32_t *ret_len, struct tw_neighbour_news *ret_news);
enum tw_neighbour_verdict neighbour_advertisement(
	struct neighbour_frame *n, struct tw_neighbour_news *ret_news);

/* Write a solicitation for @target at @ip, ND_PACKET_LEN octets. @return its destination's MAC */
struct tw_mac nd_build_solicitation(uint8_t *ip, const struct tw_addr *src,
	const struct tw_addr *target, const struct tw_mac *mac, const struct tw_mac *known);

/* Write an unsolicited advertisement to all nodes at @ip. @return its destination's MAC */
struct tw_mac nd_build_announcement(
	uint8_t *ip, const struct tw_addr *addr, const struct tw_mac *mac);

/* Neither a group nor unspecified, loopback, a broadcast of our networks, or ourselves. */
bool neighbour_is_host(const struct tw_neighbour_self *self, const struct tw_addr *a);

/* All zeros or a group is nobody's MAC address, our own is not somebody else's. */
bool neighbour_is_mac(const struct tw_neighbour_self *self, const struct tw_mac *m);

#endif
