/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CHECKSUM_H
#define TW_CHECKSUM_H

/**
 * @file
 * The internet checksum (RFC 1071, RFC 1624), inline for the hot path.
 *
 * A sum is a uint64_t: the one's-complement sum of 16-bit words *as they lie in memory* (RFC 1071
 * section 2 (B): the byte order does not matter while it is the same everywhere). Any word that
 * tw_raw16(), tw_raw32() or tw_raw64() loads at an even distance from the start of the packet is
 * such a sum; a number in host order becomes one by tw_sum_be16() or tw_sum_be32(). Sums are
 * added and subtracted with tw_sum_add() and tw_sum_sub() only, since 2^64 - 1 is a multiple of
 * 2^16 - 1. A checksum field is loaded and stored as it lies in memory too (tw_raw16(),
 * tw_set_raw16()).
 */

#include "tw_bytes.h"
#include "tw_int128.h"

#include <stdbool.h>
#include <stddef.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the tail of tw_sum() shifts right");

static inline void tw_set_raw16(void *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline uint64_t tw_sum_add(uint64_t a, uint64_t b)
{
	uint64_t r;
	bool carry = __builtin_add_overflow(a, b, &r);

	return r + carry;
}

/** Take out what was added: a word of any width, or a whole sum. */
static inline uint64_t tw_sum_sub(uint64_t a, uint64_t b)
{
	return tw_sum_add(a, ~b);
}

static inline uint64_t tw_sum_be16(uint16_t v)
{
	return __builtin_bswap16(v);
}

static inline uint64_t tw_sum_be32(uint32_t v)
{
	return __builtin_bswap32(v);
}

/** To 16 bits. Zero only for the sum of nothing but zeros. */
static inline uint16_t tw_sum_fold(uint64_t s)
{
	/* Adding a number to itself with its halves swapped leaves their sum, with the carry
	 * brought round, in the upper half. */
	uint32_t a = (uint32_t)((s + (s << 32 | s >> 32)) >> 32);

	return (uint16_t)((a + (a << 16 | a >> 16)) >> 16);
}

/** Last 1 to 7 octets of a buffer, padded with zeros on the right. */
static inline uint64_t tw_sum_tail(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	unsigned int shift = 0;

	if (n & 4) {
		v = tw_raw32(p);
		p += 4;
		shift = 32;
	}
	if (n & 2) {
		v |= (uint64_t)tw_raw16(p) << shift;
		p += 2;
		shift += 16;
	}
	if (n & 1)
		v |= (uint64_t)*p << shift;
	return v;
}

/**
 * Sum over octets of any alignment and any length; an odd last octet counts as the first of its
 * word. The buffer has to start at an even distance from the start of what is checksummed.
 */
static inline uint64_t tw_sum(const void *buf, size_t len)
{
	const uint8_t *p = buf;
	/* Two accumulators whose upper halves collect the carries: no chain of carries. */
	tw_u128 a = 0, b = 0;
	size_t n = len;

	while (n >= 32) {
		a += tw_raw64(p);
		b += tw_raw64(p + 8);
		a += tw_raw64(p + 16);
		b += tw_raw64(p + 24);
		p += 32;
		n -= 32;
	}
	if (n & 16) {
		a += tw_raw64(p);
		b += tw_raw64(p + 8);
		p += 16;
	}
	if (n & 8) {
		a += tw_raw64(p);
		p += 8;
	}
	n &= 7;
	if (n) {
		/* The last eight octets, without those that are in the sum already. */
		b += len >= 8 ? tw_raw64(p + n - 8) >> (64 - 8 * n) : tw_sum_tail(p, n);
	}
	a += b;
	return tw_sum_add((uint64_t)a, (uint64_t)(a >> 64));
}

/** The field of IPv4, ICMP and ICMPv6 for a sum taken with the field as zero. */
static inline uint16_t tw_checksum_finish(uint64_t sum)
{
	return (uint16_t)~tw_sum_fold(sum);
}

/** The same for UDP, where 0 means "not computed" and is sent as 0xFFFF (RFC 768). */
static inline uint16_t tw_udp_checksum_finish(uint64_t sum)
{
	uint16_t c = tw_checksum_finish(sum);

	return c ? c : 0xffff;
}

/**
 * RFC 1624 eqn. 3: HC' = ~(~HC + ~m + m'). Wrong where everything that is checksummed becomes
 * zero: no IP header and nothing with a pseudo header can, an ICMP echo reply can.
 *
 * @param field  the checksum as it lies in memory
 * @param old    words that were there, or their sum
 * @param new    words that are there now, or their sum
 */
static inline uint16_t tw_checksum_update(uint16_t field, uint64_t old, uint64_t new)
{
	return tw_checksum_finish(tw_sum_add(tw_sum_sub((uint16_t)~field, old), new));
}

/** The same for UDP: a field of 0 (IPv4: not computed) stays, a computed 0 becomes 0xFFFF. */
static inline uint16_t tw_udp_checksum_update(uint16_t field, uint64_t old, uint64_t new)
{
	uint16_t c = tw_checksum_update(field, old, new);

	if (!c)
		c = 0xffff;
	return field ? c : 0;
}

/**
 * Pseudo header of IPv4 (RFC 768).
 *
 * @param addrs  source and destination, 8 octets, as they follow each other in the header
 * @param proto  17 UDP
 * @param len    octets of transport header and payload
 */
static inline uint64_t tw_sum_pseudo4(const void *addrs, uint8_t proto, uint16_t len)
{
	/* Cannot carry: three numbers of 33 bits at most. */
	return (uint64_t)tw_raw32(addrs) + tw_raw32((const uint8_t *)addrs + 4) +
	       tw_sum_be16(proto) + tw_sum_be16(len);
}

/**
 * Pseudo header of IPv6 (RFC 8200 section 8.1).
 *
 * @param addrs  source and destination, 32 octets, as they follow each other in the header
 * @param proto  17 UDP, 58 ICMPv6: the last next-header value, not the fixed header's
 * @param len    octets of transport header and payload
 */
static inline uint64_t tw_sum_pseudo6(const void *addrs, uint8_t proto, uint32_t len)
{
	const uint8_t *p = addrs;
	tw_u128 s = (tw_u128)tw_raw64(p) + tw_raw64(p + 8) + tw_raw64(p + 16) + tw_raw64(p + 24) +
		    tw_sum_be16(proto) + tw_sum_be32(len);

	return tw_sum_add((uint64_t)s, (uint64_t)(s >> 64));
}

enum tw_udp_check {
	TW_UDP_CHECK_GOOD,
	/** IPv4 with a field of 0: the sender did not compute it, which RFC 768 allows. */
	TW_UDP_CHECK_NONE,
	/**
	 * The field is the folded sum of the pseudo header alone: a local sender left the rest to
	 * an offload that never happened (veth, virtio). The octets never crossed a wire: accept,
	 * count, and compute the reply's checksum in full.
	 */
	TW_UDP_CHECK_PARTIAL,
	/** IPv6 with a field of 0: to be discarded unless allowed for this port (RFC 6936). */
	TW_UDP_CHECK_ZERO,
	TW_UDP_CHECK_BAD,
};

/**
 * Judge the checksum of a whole UDP datagram.
 *
 * @param family  4 or 6
 * @param pseudo  sum of the pseudo header
 * @param udp     the UDP header, @p len octets from here on
 * @param len     at least 8
 */
static inline enum tw_udp_check tw_udp_check(
	uint8_t family, uint64_t pseudo, const void *udp, size_t len)
{
	uint16_t field = tw_raw16((const uint8_t *)udp + 6);

	if (!field)
		return family == 4 ? TW_UDP_CHECK_NONE : TW_UDP_CHECK_ZERO;
	if (tw_sum_fold(tw_sum_add(pseudo, tw_sum(udp, len))) == 0xffff)
		return TW_UDP_CHECK_GOOD;
	return field == tw_sum_fold(pseudo) ? TW_UDP_CHECK_PARTIAL : TW_UDP_CHECK_BAD;
}

/**
 * RFC 7820: the value of the Checksum Complement (the last two octets of the UDP payload) that
 * keeps the UDP checksum right when other octets of the payload change:
 * C = C0 + sum(old) - sum(new).
 *
 * @param c0    the two octets as they lie in memory
 * @param old   sum of the octets that change, which start at an even offset of the payload
 * @param new   their sum afterwards
 * @param odd   the complement starts at an odd offset of the payload: its octets swap places
 * @return the two octets as they shall lie in memory
 */
static inline uint16_t tw_checksum_complement(uint16_t c0, uint64_t old, uint64_t new, bool odd)
{
	uint64_t c = odd ? __builtin_bswap16(c0) : c0;
	uint16_t r = tw_sum_fold(tw_sum_sub(tw_sum_add(c, old), new));

	return odd ? __builtin_bswap16(r) : r;
}

#endif
