/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "keyfile_priv.h"

#include "tw_keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool control(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 0x20 || u == 0x7f;
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

/* Decimal of 1..5 digits without anything else; -1 otherwise. */
static long decimal(const char *s, size_t n)
{
	long v = 0;

	if (n < 1 || n > 5)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

/* Clear what lies behind the prefix, so that equal prefixes have equal octets. */
static void mask(uint8_t *addr, unsigned int len)
{
	for (unsigned int bit = len; bit < 128; bit++)
		addr[bit / 8] &= (uint8_t) ~(0x80U >> (bit % 8));
}

/* An address or ADDRESS/LENGTH: 1 when it is one, 0 when it is a name, -EINVAL when it is broken. */
static int prefix(const char *id, struct tw_secret *s)
{
	const char *slash = strchr(id, '/');
	size_t n = slash ? (size_t)(slash - id) : strlen(id);
	char text[INET6_ADDRSTRLEN];
	unsigned int full;
	long len;

	if (n >= sizeof(text))
		return 0;
	memcpy(text, id, n);
	text[n] = '\0';
	memset(s->addr, 0, sizeof(s->addr));
	if (inet_pton(AF_INET, text, s->addr) == 1)
		s->family = 4;
	else if (inet_pton(AF_INET6, text, s->addr) == 1)
		s->family = 6;
	else
		return 0;
	full = s->family == 4 ? 32 : 128;
	len = slash ? decimal(slash + 1, strlen(slash + 1)) : (long)full;
	if (len < 0 || len > (long)full)
		return -EINVAL;
	s->prefix_len = (uint8_t)len;
	mask(s->addr, s->prefix_len);
	return 1;
}

static int classify(struct tw_secret *s, const char **ret_why)
{
	int r;

	if (strcmp(s->id, "*") == 0) {
		s->kind = TW_KEYID_ANY;
		return 0;
	}
	if (strncmp(s->id, "ssid:", 5) == 0) {
		long v = decimal(s->id + 5, strlen(s->id + 5));

		if (v < 1 || v > 65535) {
			*ret_why = "ssid: needs a number from 1 to 65535";
			return -EINVAL;
		}
		s->kind = TW_KEYID_SSID;
		s->ssid = (uint16_t)v;
		return 0;
	}
	r = prefix(s->id, s);
	if (r < 0) {
		*ret_why = "prefix length out of range";
		return r;
	}
	s->kind = r ? TW_KEYID_PREFIX : TW_KEYID_USER;
	return 0;
}

/* Octets of a string of hex digits; 0 when it is not one. */
static size_t unhex(const char *p, size_t n, uint8_t *out)
{
	if (n % 2)
		return 0;
	for (size_t i = 0; i < n; i += 2) {
		int hi = hex_digit(p[i]);
		int lo = hex_digit(p[i + 1]);

		if (hi < 0 || lo < 0)
			return 0;
		out[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	return n / 2;
}

static int secret(const char *p, size_t n, enum tw_keyfile_format format, uint8_t *out,
	size_t *ret_len, const char **ret_why)
{
	static const char marker[] = "hex:";
	size_t skip = format == TW_KEYFILE_HEX ? 0 : sizeof(marker) - 1;

	if (format == TW_KEYFILE_HEX || (n > skip && memcmp(p, marker, skip) == 0)) {
		*ret_len = unhex(p + skip, n - skip, out);
		if (*ret_len)
			return 0;
		*ret_why = "the secret must be an even number of hex digits";
		return -EINVAL;
	}
	memcpy(out, p, n);
	*ret_len = n;
	return 0;
}

int keyfile_line(const char *p, const char *end, enum tw_keyfile_format format, char **out,
	struct tw_secret *ret, const char **ret_why)
{
	struct tw_secret s = {0};
	const char *id;
	size_t n;
	int r;

	if (end - p > TW_KEYFILE_LINE_MAX) {
		*ret_why = "line too long";
		return -EINVAL;
	}
	while (end > p && (blank(end[-1]) || end[-1] == '\r'))
		end--;
	while (p < end && blank(*p))
		p++;
	if (p == end || *p == '#')
		return 0;
	for (id = p; p < end && !blank(*p); p++)
		;
	n = (size_t)(p - id);
	while (p < end && blank(*p))
		p++;
	for (const char *c = id; c < end; c++) {
		if (control(*c) && *c != '\t') {
			*ret_why = "control character";
			return -EINVAL;
		}
	}
	if (n > TW_KEYID_MAX) {
		*ret_why = "KEYID longer than 80 octets";
		return -EINVAL;
	}
	if (p == end) {
		*ret_why = "a line is: KEYID whitespace passphrase";
		return -EINVAL;
	}
	memcpy(*out, id, n);
	(*out)[n] = '\0';
	s.id = *out;
	s.key = (const uint8_t *)*out + n + 1;
	r = classify(&s, ret_why);
	if (!r)
		r = secret(
			p, (size_t)(end - p), format, (uint8_t *)*out + n + 1, &s.key_len, ret_why);
	if (r)
		return r;
	*out += n + 1 + s.key_len;
	*ret = s;
	return 1;
}
