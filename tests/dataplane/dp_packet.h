/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef DP_PACKET_H
#define DP_PACKET_H

/*
 * Frames for the tests of the loops, written field by field and without a line of lib/: what is
 * expected of a reply must not come from the code that made it.
 */

#include <stdbool.h>
#include <stdint.h>

#define DP_MAX_FRAME 9100

struct dp_frame {
	uint32_t len;
	uint8_t b[DP_MAX_FRAME];
};

enum dp_checksum {
	DP_CHECKSUM_GOOD,
	DP_CHECKSUM_ZERO,
	DP_CHECKSUM_PARTIAL, /* the folded pseudo header, as a local sender with offload leaves it */
	DP_CHECKSUM_BAD,
};

/* A UDP packet as its fields. Addresses of IPv4 use the first four octets. */
struct dp_packet {
	uint8_t dst_mac[6], src_mac[6];
	unsigned int n_vlan;
	uint16_t tpid[3], tci[3];
	unsigned int family;
	uint8_t src[16], dst[16];
	uint16_t sport, dport;
	uint8_t tos, ttl;
	uint16_t ip_id, fragment; /* IPv4 */
	uint32_t flow_label;      /* IPv6 */
	unsigned int
		options; /* IPv4: octets of NOP options; IPv6: of a destination options header */
	unsigned int trailer; /* octets behind the IP packet */
	enum dp_checksum checksum;
	uint32_t len;
	uint8_t payload[DP_MAX_FRAME];
};

/* What a reply has that its request does not tell. */
struct dp_answer {
	uint32_t seq;
	uint64_t t2, t3;
	uint16_t error_estimate;
};

/* A plain STAMP request of 44 octets from the peer (::9 or .9, port 20000) to us (::1 or .1). */
struct dp_packet dp_request(unsigned int family, uint32_t seq);

/* Make its payload TWAMP Light of len octets with visible padding. */
void dp_make_light(struct dp_packet *p, uint32_t len);

/* Lengthen a STAMP request by one Extra Padding TLV (flags as given) to len octets. */
void dp_make_padded(struct dp_packet *p, uint32_t len, uint8_t flags);

/* Octets of the frame; every length and checksum right unless asked otherwise. */
void dp_build(const struct dp_packet *p, struct dp_frame *ret);

/* The frame that has to come back to this request. */
void dp_expect(const struct dp_packet *request, bool is_stamp, const struct dp_answer *a,
	struct dp_frame *ret);

/* What can only be read from the reply itself; its length is checked first. */
struct dp_answer dp_answer_of(const struct dp_frame *reply, const struct dp_packet *request);

/* Offset of the payload in a reply to this request: no options. */
uint32_t dp_payload_off(const struct dp_packet *p);

/* Ones' complement sum of 16-bit words, naively. */
uint32_t dp_sum(const uint8_t *p, uint32_t len, uint32_t sum);

/* Both checksums of an untagged or tagged UDP frame without options are right. */
bool dp_checksums_right(const struct dp_frame *f);

void dp_put16(uint8_t *p, uint16_t v);
void dp_put32(uint8_t *p, uint32_t v);
uint64_t dp_get(const uint8_t *p, unsigned int octets);

#endif
