/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_BUILD_H
#define TW_BUILD_H

/**
 * @file
 * Headers of frames that we send: a template is built once, lengths are patched per packet.
 */

#include "tw_addr.h"
#include "tw_checksum.h"
#include "tw_headers.h"

#include <stdbool.h>
#include <stdint.h>

/** Largest UDP payload of a datagram that is not a jumbogram. */
#define TW_UDP_MAX_PAYLOAD4 (65535 - TW_IPV4_LEN - TW_UDP_LEN)
#define TW_UDP_MAX_PAYLOAD6 (65535 - TW_UDP_LEN)

/** What the headers shall say. */
struct tw_frame_spec {
	struct tw_mac src_mac;
	struct tw_mac dst_mac;
	uint8_t n_vlan; /**< tags: 0, 1 or 2 */
	uint16_t
		outer_tpid; /**< of the first of two tags; 0 = 0x88a8 (802.1ad). The last is 0x8100 */
	uint16_t tci[2];    /**< outer first: priority 3 bits, DEI, VLAN id 12 bits */
	struct tw_endpoint src;
	struct tw_endpoint dst;
	uint8_t tos; /**< TOS or traffic class: DSCP 6 bits, ECN 2 bits */
	uint8_t ttl; /**< or hop limit */
	bool df;     /**< IPv4: do not fragment */
	/**
	 * IPv4 identification. Goes out as it is; 0 is right with DF (an atomic datagram, RFC 6864
	 * section 4.1). Without DF one template means one id for all its packets: who expects
	 * fragmentation on the path varies it per packet (l3_off + TW_IPV4_ID, checksum by
	 * tw_checksum_update()); the UDP checksum catches what was put together wrongly.
	 */
	uint16_t ip_id;
	uint32_t flow_label; /**< IPv6: 20 bits */
};

/** Where things are in a built frame, and the sums that do not depend on its length. */
struct tw_frame_layout {
	uint8_t family;
	uint16_t l3_off;
	uint16_t l4_off;
	uint16_t payload_off; /**< = octets of all headers */
	uint64_t ip_sum;      /**< IPv4 header without total length and checksum */
	uint64_t udp_sum;     /**< pseudo header and UDP header without lengths and checksum */
	/**
	 * Sum of pseudo header and UDP header for the length built last. With the payload's sum
	 * added, tw_udp_checksum_finish() gives the field.
	 */
	uint64_t udp_base;
};

/**
 * Patch every length of a built frame, and the IPv4 header checksum, for another payload.
 *
 * @param frame        built by tw_build_headers()
 * @param l            its layout; may be shared by frames built from one spec
 * @param payload_len  octets of UDP payload, not checked: at most TW_UDP_MAX_PAYLOAD4 or 6
 * @return what udp_base is for this length
 */
static inline uint64_t tw_build_set_length(
	uint8_t *frame, const struct tw_frame_layout *l, uint16_t payload_len)
{
	uint16_t udp_len = (uint16_t)(TW_UDP_LEN + payload_len);
	uint8_t *ip = frame + l->l3_off;

	if (l->family == 4) {
		uint16_t total = (uint16_t)(TW_IPV4_LEN + udp_len);

		tw_put16(ip + TW_IPV4_TOTAL_LENGTH, total);
		tw_set_raw16(ip + TW_IPV4_CHECKSUM,
			tw_checksum_finish(tw_sum_add(l->ip_sum, tw_sum_be16(total))));
	} else {
		tw_put16(ip + TW_IPV6_PAYLOAD_LENGTH, udp_len);
	}
	tw_put16(frame + l->l4_off + TW_UDP_LENGTH, udp_len);
	/* once in the pseudo header, once in the UDP header */
	return tw_sum_add(l->udp_sum, 2 * tw_sum_be16(udp_len));
}

/**
 * Write Ethernet, VLAN, IP and UDP headers. The UDP checksum field is left 0.
 *
 * @param buf          @p cap octets
 * @param payload_len  octets of UDP payload that shall follow
 * @return octets of headers, or
 *   - -EINVAL: families differ or are unset, more than two tags, a flow label above 20 bits
 *   - -EMSGSIZE: more payload than a datagram holds
 *   - -ENOSPC: headers do not fit into @p cap
 */
int tw_build_headers(uint8_t *buf, size_t cap, const struct tw_frame_spec *spec,
	uint32_t payload_len, struct tw_frame_layout *ret);

#endif
