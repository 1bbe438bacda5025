/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_ADDR_H
#define TW_ADDR_H

/**
 * @file
 * Addresses as values: IPv4 or IPv6, prefix, endpoint, MAC; and twampy's address grammar.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** 4, 6, or 0 when unset. IPv4 in the first 4 octets, the rest zero; network order. */
struct tw_addr {
	uint8_t family;
	uint8_t b[16];
};

struct tw_prefix {
	struct tw_addr addr;
	uint8_t len;
};

struct tw_endpoint {
	struct tw_addr addr;
	uint16_t port; /**< host order, 0 = any */
};

struct tw_mac {
	uint8_t b[6];
};

#define TW_ADDR_STR 64

/** Octets of an address of this family: 4, 16 or 0. */
static inline size_t tw_addr_len(const struct tw_addr *a)
{
	return a->family == 4 ? 4 : a->family == 6 ? 16 : 0;
}

/** The IPv4 address whose 4 octets, in network order, are at @p octets. */
static inline struct tw_addr tw_addr_v4(const void *octets)
{
	struct tw_addr a = {.family = 4};

	memcpy(a.b, octets, 4);
	return a;
}

/** The IPv6 address whose 16 octets are at @p octets. */
static inline struct tw_addr tw_addr_v6(const void *octets)
{
	struct tw_addr a = {.family = 6};

	memcpy(a.b, octets, 16);
	return a;
}

bool tw_addr_equal(const struct tw_addr *a, const struct tw_addr *b);
bool tw_endpoint_equal(const struct tw_endpoint *a, const struct tw_endpoint *b);
bool tw_addr_is_multicast(const struct tw_addr *a);
bool tw_addr_is_unspecified(const struct tw_addr *a);
bool tw_addr_is_loopback(const struct tw_addr *a);
bool tw_addr_is_link_local(const struct tw_addr *a);

/** 255.255.255.255; the broadcast address of a prefix is tw_prefix_is_broadcast(). */
bool tw_addr_is_broadcast(const struct tw_addr *a);

/**
 * Literal address only: no name, no zone (`%eth0`), no brackets, four decimal octets for IPv4.
 * @return 0, -EINVAL
 */
int tw_addr_parse(const char *s, struct tw_addr *ret);

/** "ADDR/LEN", or "ADDR" = full length. Host bits are kept. @return 0, -EINVAL */
int tw_prefix_parse(const char *s, struct tw_prefix *ret);
bool tw_prefix_contains(const struct tw_prefix *p, const struct tw_addr *a);

/** IPv4 broadcast address of the prefix? Always false for IPv6, /31 and /32. */
bool tw_prefix_is_broadcast(const struct tw_prefix *p, const struct tw_addr *a);

/**
 * twampy's grammar, split only: `192.0.2.1`, `192.0.2.1:862`, `[2001:db8::1]:862`, `[2001:db8::1]`,
 * `2001:db8::1`, `:862`, `name`, `name:862`. Resolution of names is the caller's. What looks like an
 * address must be one: digits and dots alone are IPv4, brackets or two colons are IPv6 (a zone,
 * `fe80::1%eth0`, is passed on). A port is 0..65535; whether 0 makes sense is the caller's.
 *
 * @param ret_host  at least 256 octets; "" when only a port was given
 * @param ret_port  untouched when no port was given
 * @return 0
 *   - -EINVAL: not of this form
 *   - -ENAMETOOLONG: does not fit into @p host_len
 */
int tw_endpoint_split(const char *s, char *ret_host, size_t host_len, uint16_t *ret_port);

/** Text of an address, "-" when unset; @p buf of TW_ADDR_STR octets; returns @p buf. */
char *tw_addr_format(const struct tw_addr *a, char *buf);

/** `192.0.2.1:862` or `[2001:db8::1]:862`. */
char *tw_endpoint_format(const struct tw_endpoint *e, char *buf);

/** Six pairs of hex digits between colons or hyphens. @return 0, -EINVAL */
int tw_mac_parse(const char *s, struct tw_mac *ret);

/** `02:00:00:00:00:01`; @p buf of TW_ADDR_STR octets; returns @p buf. */
char *tw_mac_format(const struct tw_mac *m, char *buf);

static inline bool tw_mac_equal(const struct tw_mac *a, const struct tw_mac *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/** Group address: multicast or broadcast. */
static inline bool tw_mac_is_group(const struct tw_mac *m)
{
	return m->b[0] & 1;
}

#endif
