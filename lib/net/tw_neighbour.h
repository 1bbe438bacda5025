/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_NEIGHBOUR_H
#define TW_NEIGHBOUR_H

/**
 * @file
 * What a port without a kernel behind it has to say for its own addresses: ARP (RFC 826, RFC 5227),
 * IPv6 neighbour discovery (RFC 4861) and echo replies (RFC 792, RFC 4443). Octets in, octets out:
 * no DPDK, no clock, no state. Who is to be asked and what is known is tw_resolver.h.
 *
 * Nothing is answered that came to a group address (save ARP requests and neighbour solicitations,
 * which do), from a group, unspecified, loopback or broadcast address or from ourselves, with
 * wrong checksums or lengths, or with IP options or extension headers.
 */

#include "tw_addr.h"

#include <stdbool.h>
#include <stdint.h>

#define TW_NEIGHBOUR_MAX_ADDRS 16

/** Octets that any frame built here needs at most: QinQ, IPv6, advertisement with an option. */
#define TW_NEIGHBOUR_FRAME_LEN 96

/** Who a port is. A link-local IPv6 address is one like the others: tw_neighbour_link_local(). */
struct tw_neighbour_self {
	struct tw_mac mac;
	uint8_t n_vlan;  /**< tags that frames of the port carry: 0, 1, 2 */
	uint16_t tci[2]; /**< outer first; only the VLAN id is compared */
	unsigned int n;
	struct tw_prefix addr[TW_NEIGHBOUR_MAX_ADDRS]; /**< address with its network's length */
};

enum tw_neighbour_verdict {
	TW_NEIGHBOUR_NOT_FOR_US, /**< another protocol, address or VLAN: hand it on */
	TW_NEIGHBOUR_ANSWERED,   /**< the buffer holds the reply: send it */
	TW_NEIGHBOUR_LEARNED,    /**< ARP reply, advertisement or announcement */
	TW_NEIGHBOUR_IGNORED,    /**< for us, but wrong or not to be answered */
};

/** What a frame tells about its sender. Unsolicited: only ever update what was asked for. */
struct tw_neighbour_news {
	bool valid;
	bool override; /**< replaces another MAC that was known (the O flag of RFC 4861) */
	struct tw_addr addr;
	struct tw_mac mac;
};

/**
 * Look at a frame and answer it in place.
 *
 * @param frame     @p len octets without FCS, overwritten by the reply in a buffer of @p cap
 * @param ret_len   octets of the reply when ANSWERED, else untouched. Not more than @p len, but for
 *                  a neighbour advertisement, which may be 8 octets longer than what asked for it
 * @param ret_news  may be valid with LEARNED and with ANSWERED
 */
enum tw_neighbour_verdict tw_neighbour_answer(const struct tw_neighbour_self *self, uint8_t *frame,
	uint32_t len, uint32_t cap, uint32_t *ret_len, struct tw_neighbour_news *ret_news);

/**
 * Ask who has an address: ARP request or neighbour solicitation, from our address on its network.
 *
 * @param known  ask this MAC alone (is it still there?); NULL asks everybody
 * @param buf    @p cap octets: TW_NEIGHBOUR_FRAME_LEN is enough
 * @return octets of the frame
 *   - -EADDRNOTAVAIL: no address of ours of this family
 *   - -EINVAL: not the address of a single host
 *   - -ENOSPC: @p cap is too small
 */
int tw_neighbour_build_request(const struct tw_neighbour_self *self, const struct tw_addr *target,
	const struct tw_mac *known, uint8_t *buf, uint32_t cap);

/**
 * Tell everybody about one of our addresses: ARP announcement (RFC 5227 section 2.3) or
 * unsolicited neighbour advertisement (RFC 4861 section 7.2.6).
 *
 * @param i  index of the address
 * @return octets of the frame
 *   - -EINVAL: there is no such address
 *   - -ENOSPC: @p cap is too small
 */
int tw_neighbour_build_announcement(
	const struct tw_neighbour_self *self, unsigned int i, uint8_t *buf, uint32_t cap);

/** fe80::/64 with the EUI-64 of a MAC address (RFC 4291 appendix A). */
struct tw_addr tw_neighbour_link_local(const struct tw_mac *mac);

/** Is it one of ours? */
bool tw_neighbour_owns(const struct tw_neighbour_self *self, const struct tw_addr *a);

#endif
