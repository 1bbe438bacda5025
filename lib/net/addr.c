/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

bool tw_addr_equal(const struct tw_addr *a, const struct tw_addr *b)
{
	return a->family == b->family && memcmp(a->b, b->b, tw_addr_len(a)) == 0;
}

bool tw_endpoint_equal(const struct tw_endpoint *a, const struct tw_endpoint *b)
{
	return a->port == b->port && tw_addr_equal(&a->addr, &b->addr);
}

bool tw_addr_is_multicast(const struct tw_addr *a)
{
	switch (a->family) {
	case 4:
		return (a->b[0] & 0xf0) == 0xe0;
	case 6:
		return a->b[0] == 0xff;
	default:
		return false;
	}
}

bool tw_addr_is_unspecified(const struct tw_addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->b, zero, tw_addr_len(a)) == 0;
}

bool tw_addr_is_loopback(const struct tw_addr *a)
{
	static const uint8_t one[16] = {[15] = 1};

	switch (a->family) {
	case 4:
		return a->b[0] == 127;
	case 6:
		return memcmp(a->b, one, sizeof(one)) == 0;
	default:
		return false;
	}
}

bool tw_addr_is_link_local(const struct tw_addr *a)
{
	switch (a->family) {
	case 4:
		return a->b[0] == 169 && a->b[1] == 254;
	case 6:
		return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
	default:
		return false;
	}
}

bool tw_addr_is_broadcast(const struct tw_addr *a)
{
	return a->family == 4 && (a->b[0] & a->b[1] & a->b[2] & a->b[3]) == 0xff;
}

int tw_addr_parse(const char *s, struct tw_addr *ret)
{
	struct tw_addr a = {0};

	if (inet_pton(AF_INET, s, a.b) == 1)
		a.family = 4;
	else if (inet_pton(AF_INET6, s, a.b) == 1)
		a.family = 6;
	else
		return -EINVAL;
	*ret = a;
	return 0;
}

/* Decimal digits only, at most @max; unlike strtoul no sign, no space, no empty string. */
static int parse_decimal(const char *s, unsigned int max, unsigned int *ret)
{
	unsigned int v = 0;

	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		v = v * 10 + (unsigned int)(*s - '0');
		if (v > max)
			return -EINVAL;
	}
	*ret = v;
	return 0;
}

int tw_prefix_parse(const char *s, struct tw_prefix *ret)
{
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	char text[TW_ADDR_STR];
	struct tw_prefix p;
	unsigned int len;

	if (n >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, n);
	text[n] = '\0';
	if (tw_addr_parse(text, &p.addr) < 0)
		return -EINVAL;
	len = (unsigned int)tw_addr_len(&p.addr) * 8;
	if (slash && parse_decimal(slash + 1, len, &len) < 0)
		return -EINVAL;
	p.len = (uint8_t)len;
	*ret = p;
	return 0;
}

/* The bits of octet @i that belong to a prefix of @len bits. */
static uint8_t prefix_mask(unsigned int len, size_t i)
{
	unsigned int bits = len > i * 8 ? len - (unsigned int)i * 8 : 0;

	return bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits);
}

bool tw_prefix_contains(const struct tw_prefix *p, const struct tw_addr *a)
{
	if (!p->addr.family || p->addr.family != a->family)
		return false;
	for (size_t i = 0; i < tw_addr_len(a); i++) {
		if ((p->addr.b[i] ^ a->b[i]) & prefix_mask(p->len, i))
			return false;
	}
	return true;
}

bool tw_prefix_is_broadcast(const struct tw_prefix *p, const struct tw_addr *a)
{
	if (p->addr.family != 4 || p->len > 30 || !tw_prefix_contains(p, a))
		return false;
	for (size_t i = 0; i < 4; i++) {
		if ((a->b[i] | prefix_mask(p->len, i)) != 0xff)
			return false;
	}
	return true;
}

/* Brackets or two colons: the text up to a zone has to be an IPv6 address. */
static bool is_ipv6_text(const char *s, size_t n)
{
	const char *zone = memchr(s, '%', n);
	size_t len = zone ? (size_t)(zone - s) : n;
	char text[TW_ADDR_STR];
	struct tw_addr a;

	if (len >= sizeof(text) || (zone && len + 1 == n))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return tw_addr_parse(text, &a) == 0 && a.family == 6;
}

/* A host name, or an IPv4 address if it is all digits and dots. */
static bool is_name_text(const char *s, size_t n)
{
	static const char allowed[] = "0123456789."
				      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
	char text[254];
	struct tw_addr a;

	if (n == 0 || n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (strspn(text, "0123456789.") == n)
		return tw_addr_parse(text, &a) == 0;
	return strspn(text, allowed) == n && text[0] != '-';
}

int tw_endpoint_split(const char *s, char *ret_host, size_t host_len, uint16_t *ret_port)
{
	const char *host = s, *port = NULL, *colon = strchr(s, ':');
	size_t n = strlen(s);
	unsigned int v = 0;

	if (*s == '[') {
		const char *end = strchr(s, ']');

		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		host = s + 1;
		n = (size_t)(end - host);
		port = end[1] ? end + 2 : NULL;
		if (!is_ipv6_text(host, n))
			return -EINVAL;
	} else if (colon && strchr(colon + 1, ':')) {
		if (!is_ipv6_text(host, n))
			return -EINVAL;
	} else {
		if (colon) {
			n = (size_t)(colon - s);
			port = colon + 1;
		}
		if (!(colon && n == 0) && !is_name_text(host, n))
			return -EINVAL;
	}
	if (port && parse_decimal(port, UINT16_MAX, &v) < 0)
		return -EINVAL;
	if (n >= host_len)
		return -ENAMETOOLONG;
	memcpy(ret_host, host, n);
	ret_host[n] = '\0';
	if (port)
		*ret_port = (uint16_t)v;
	return 0;
}

char *tw_addr_format(const struct tw_addr *a, char *buf)
{
	if (!tw_addr_len(a) ||
		!inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->b, buf, TW_ADDR_STR))
		memcpy(buf, "-", 2);
	return buf;
}

char *tw_endpoint_format(const struct tw_endpoint *e, char *buf)
{
	char text[TW_ADDR_STR];

	tw_addr_format(&e->addr, text);
	snprintf(buf, TW_ADDR_STR, e->addr.family == 6 ? "[%.46s]:%u" : "%.46s:%u", text, e->port);
	return buf;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int tw_mac_parse(const char *s, struct tw_mac *ret)
{
	struct tw_mac m;

	if (strlen(s) != 17 || (s[2] != ':' && s[2] != '-'))
		return -EINVAL;
	for (size_t i = 0; i < 6; i++) {
		int hi = hex_digit(s[3 * i]), lo = hex_digit(s[3 * i + 1]);

		if (hi < 0 || lo < 0 || (i < 5 && s[3 * i + 2] != s[2]))
			return -EINVAL;
		m.b[i] = (uint8_t)(hi << 4 | lo);
	}
	*ret = m;
	return 0;
}

char *tw_mac_format(const struct tw_mac *m, char *buf)
{
	snprintf(buf, TW_ADDR_STR, "%02x:%02x:%02x:%02x:%02x:%02x", m->b[0], m->b[1], m->b[2],
		m->b[3], m->b[4], m->b[5]);
	return buf;
}
