/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_range_value.h"

#include "tw_value.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define ENDS                                                                                       \
	"allowed: ADDR, ADDR-ADDR or ADDR/LEN and :PORT or :PORT-PORT behind it, IPv6 then in "    \
	"brackets"

/* The octets up to @end (NULL: all) as text of its own. */
static bool cut(const char *s, const char *end, char *buf, size_t cap)
{
	size_t n = end ? (size_t)(end - s) : strlen(s);

	if (n >= cap)
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return true;
}

int tw_number_range_parse(
	const char *s, uint32_t min, uint32_t max, struct tw_err *err, struct tw_number_range *ret)
{
	const char *dash = strchr(s, '-');
	uint64_t first, last;
	char text[32];

	if (!cut(s, dash, text, sizeof(text)) || tw_value_uint(text, min, max, &first) < 0 ||
		(dash && tw_value_uint(dash + 1, first, max, &last) < 0))
		return tw_fail(err, -EINVAL,
			"allowed: a whole number from %u to %u, or two with - between, the lower "
			"one "
			"first",
			min, max);
	if (!dash)
		last = first;
	*ret = (struct tw_number_range){(uint32_t)first, (uint32_t)(last - first + 1)};
	return 0;
}

/* The last four octets as a number: a range stays within them. */
static uint32_t low(const struct tw_addr *a)
{
	const uint8_t *p = a->b + tw_addr_len(a) - 4;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void set_low(struct tw_addr *a, uint32_t v)
{
	uint8_t *p = a->b + tw_addr_len(a) - 4;

	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

/* ADDR-ADDR */
static int parse_span(const char *s, const char *dash, struct tw_addr_range *ret)
{
	struct tw_addr a, b;
	char text[TW_ADDR_STR];
	size_t head;

	if (!cut(s, dash, text, sizeof(text)) || tw_addr_parse(text, &a) < 0 ||
		tw_addr_parse(dash + 1, &b) < 0 || a.family != b.family)
		return -EINVAL;
	head = tw_addr_len(&a) - 4;
	if (memcmp(a.b, b.b, head) != 0 || low(&b) < low(&a) || low(&b) - low(&a) == UINT32_MAX)
		return -EINVAL;
	*ret = (struct tw_addr_range){a, low(&b) - low(&a) + 1};
	return 0;
}

/* ADDR/LEN: the hosts. */
static int parse_hosts(const char *s, struct tw_addr_range *ret)
{
	struct tw_prefix p;
	unsigned int bits, host;
	uint32_t n;

	if (tw_prefix_parse(s, &p) < 0)
		return -EINVAL;
	bits = (unsigned int)tw_addr_len(&p.addr) * 8;
	host = bits - p.len;
	for (unsigned int i = p.len; i < bits; i++)
		p.addr.b[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	n = 1U << (host > 31 ? 31 : host); /* more than anybody can use */
	if (host > 1) {
		set_low(&p.addr, low(&p.addr) + 1);
		n -= p.addr.family == 4 ? 2 : 1;
	}
	*ret = (struct tw_addr_range){p.addr, n};
	return 0;
}

static int parse_addrs(const char *s, struct tw_addr_range *ret)
{
	const char *dash = strchr(s, '-');
	struct tw_addr a;

	if (dash)
		return parse_span(s, dash, ret);
	if (strchr(s, '/'))
		return parse_hosts(s, ret);
	if (tw_addr_parse(s, &a) < 0)
		return -EINVAL;
	*ret = (struct tw_addr_range){a, 1};
	return 0;
}

int tw_end_range_parse(const char *s, struct tw_err *err, struct tw_end_range *ret)
{
	const char *colon = strchr(s, ':'), *ports = NULL, *end = NULL;
	struct tw_end_range r = {0};
	char text[2 * TW_ADDR_STR];

	if (*s == '[') {
		end = strchr(s++, ']');
		if (!end || (end[1] != '\0' && end[1] != ':'))
			return tw_fail(err, -EINVAL, ENDS);
		ports = end[1] ? end + 2 : NULL;
	} else if (colon && !strchr(colon + 1, ':')) {
		end = colon;
		ports = colon + 1;
	}
	if (!cut(s, end, text, sizeof(text)) || (!text[0] && !ports) ||
		(text[0] && parse_addrs(text, &r.addr) < 0))
		return tw_fail(err, -EINVAL, ENDS);
	if (ports && tw_number_range_parse(ports, 1, UINT16_MAX, NULL, &r.port) < 0)
		return tw_fail(err, -EINVAL, "allowed: ports from 1 to 65535, PORT or PORT-PORT");
	*ret = r;
	return 0;
}

struct tw_addr tw_addr_range_at(const struct tw_addr_range *r, uint64_t i)
{
	struct tw_addr a = r->first;

	set_low(&a, low(&a) + (uint32_t)(i % r->n));
	return a;
}
