/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_sizes.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define ETHER_HEADER 14
#define ETHER_FCS 4
#define ETHER_TAG 4
#define UDP_HEADER 8
#define PREAMBLE_AND_GAP 20
#define DEFAULT_MTU 1500

#define FORMS "allowed: N, imix, jumbo, SIZE:WEIGHT,... or RFC 6985 letters"

/* One class of a weighted list. */
struct share {
	uint16_t frame;
	uint16_t weight;
};

/* Decimal digits at *s, at most @max; moves *s behind them. */
static bool take_number(const char **s, unsigned int max, unsigned int *ret)
{
	unsigned int v = 0;

	if (!isdigit((unsigned char)**s))
		return false;
	for (; isdigit((unsigned char)**s); (*s)++) {
		v = v * 10 + (unsigned int)(**s - '0');
		if (v > max)
			v = max + 1;
	}
	*ret = v;
	return true;
}

static int take_frame(const char **s, struct tw_err *err, uint16_t *ret)
{
	const char *start = *s;
	unsigned int v;

	if (!take_number(s, TW_FRAME_MAX, &v))
		return tw_fail(err, -EINVAL, FORMS);
	if (v < TW_FRAME_MIN || v > TW_FRAME_MAX)
		return tw_fail(err, -ERANGE, "%.*s: allowed: frames of %d to %d octets with FCS",
			(int)(*s - start > 12 ? 12 : *s - start), start, TW_FRAME_MIN,
			TW_FRAME_MAX);
	*ret = (uint16_t)v;
	return 0;
}

static unsigned int gcd(unsigned int a, unsigned int b)
{
	while (b) {
		unsigned int t = a % b;

		a = b;
		b = t;
	}
	return a;
}

/*
 * Smooth weighted round robin: everyone gains its weight, the richest is next and pays the sum.
 * Spreads each class evenly over the cycle; 7:4:1 gives S M S S M S L S M S M S.
 */
static int interleave(
	const struct share *share, unsigned int n, struct tw_err *err, struct tw_sizes *ret)
{
	int credit[TW_SIZES_MAX] = {0};
	unsigned int divisor = 0;
	unsigned int sum = 0;

	for (unsigned int i = 0; i < n; i++)
		divisor = gcd(divisor, share[i].weight);
	for (unsigned int i = 0; i < n; i++)
		sum += share[i].weight / divisor;
	if (sum > TW_SIZES_MAX)
		return tw_fail(err, -ERANGE, "the weights make a cycle of %u, allowed: %d", sum,
			TW_SIZES_MAX);
	for (unsigned int k = 0; k < sum; k++) {
		unsigned int best = 0;

		for (unsigned int i = 0; i < n; i++) {
			credit[i] += (int)(share[i].weight / divisor);
			if (credit[i] > credit[best])
				best = i;
		}
		credit[best] -= (int)sum;
		ret->frame[k] = share[best].frame;
	}
	ret->n = (uint16_t)sum;
	return 0;
}

/* SIZE[:WEIGHT],... */
static int parse_list(const char *s, struct tw_err *err, struct tw_sizes *ret)
{
	struct share share[TW_SIZES_MAX];
	unsigned int n = 0;
	int rc;

	for (;; s++) {
		unsigned int weight = 1;

		if (n == TW_SIZES_MAX)
			return tw_fail(err, -ERANGE, "allowed: at most %d classes", TW_SIZES_MAX);
		rc = take_frame(&s, err, &share[n].frame);
		if (rc)
			return rc;
		if (*s == ':') {
			s++;
			if (!take_number(&s, UINT16_MAX, &weight) || weight == 0 ||
				weight > UINT16_MAX)
				return tw_fail(
					err, -EINVAL, "allowed: weights from 1 to %d", UINT16_MAX);
		}
		share[n++].weight = (uint16_t)weight;
		if (*s == '\0')
			break;
		if (*s != ',')
			return tw_fail(err, -EINVAL, FORMS);
	}
	return interleave(share, n, err, ret);
}

/* RFC 6985 section 3: the standard letters; 0 where a letter means nothing or too much. */
static unsigned int genome_letter(char c, uint16_t mtu)
{
	static const uint16_t size[] = {64, 128, 256, 512, 1024, 1280, 1518, 2112, 9000};

	if (c >= 'a' && c <= 'i')
		return size[c - 'a'];
	if (c == 'z')
		return (mtu ? mtu : DEFAULT_MTU) + ETHER_HEADER + ETHER_FCS;
	return 0;
}

/* ",A=100,B=1400" behind a custom genome. */
static int parse_custom(const char *s, struct tw_err *err, uint16_t *size)
{
	while (*s == ',') {
		char c = s[1];
		int rc;

		if (c < 'A' || c > 'Z' || s[2] != '=')
			return tw_fail(err, -EINVAL, "allowed after a genome: A=SIZE, ... Z=SIZE");
		s += 3;
		rc = take_frame(&s, err, &size[c - 'A']);
		if (rc)
			return rc;
	}
	return *s ? tw_fail(err, -EINVAL, FORMS) : 0;
}

static int parse_genome(const char *s, uint16_t mtu, struct tw_err *err, struct tw_sizes *ret)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	uint16_t custom[26] = {0};
	int rc;

	if (len == 0 || (s[len] != '\0' && s[len] != ','))
		return tw_fail(err, -EINVAL, FORMS);
	if (len > TW_SIZES_MAX)
		return tw_fail(err, -ERANGE, "allowed: at most %d letters", TW_SIZES_MAX);
	rc = parse_custom(s + len, err, custom);
	if (rc)
		return rc;
	for (size_t i = 0; i < len; i++) {
		unsigned int v = isupper((unsigned char)s[i]) ? custom[s[i] - 'A']
							      : genome_letter(s[i], mtu);

		if (v == 0 && isupper((unsigned char)s[i]))
			return tw_fail(err, -EINVAL,
				"letter %c has no size, allowed: %c=SIZE behind", s[i], s[i]);
		if (v == 0)
			return tw_fail(err, -EINVAL, FORMS " a to i and z");
		if (v < TW_FRAME_MIN || v > TW_FRAME_MAX)
			return tw_fail(err, -ERANGE,
				"letter %c is %u: allowed: frames of %d to %d octets with FCS",
				s[i], v, TW_FRAME_MIN, TW_FRAME_MAX);
		ret->frame[i] = (uint16_t)v;
	}
	ret->n = (uint16_t)len;
	return 0;
}

int tw_sizes_parse(const char *spec, uint16_t mtu, struct tw_err *err, struct tw_sizes *ret)
{
	struct tw_sizes s = {0};
	int rc;

	if (strcmp(spec, "imix") == 0)
		rc = parse_list("64:7,594:4,1518:1", err, &s);
	else if (strcmp(spec, "jumbo") == 0)
		rc = parse_list("9018", err, &s);
	else if (isdigit((unsigned char)*spec))
		rc = parse_list(spec, err, &s);
	else
		rc = parse_genome(spec, mtu, err, &s);
	if (rc == 0)
		*ret = s;
	return rc;
}

static unsigned int overhead(const struct tw_sizes_shape *shape)
{
	return ETHER_HEADER + ETHER_TAG * shape->vlans + (shape->family == 6 ? 40 : 20) +
	       UDP_HEADER + ETHER_FCS;
}

int tw_sizes_from_padding(
	int padding, const struct tw_sizes_shape *shape, struct tw_err *err, struct tw_sizes *ret)
{
	int room = TW_FRAME_MAX - (int)(overhead(shape) + shape->min_payload);

	if (padding == -1)
		return tw_sizes_parse("68:7,594:4,1518:1", 0, err, ret);
	if (padding < -1 || padding > room)
		return tw_fail(err, -ERANGE,
			"allowed: 0 to %d octets; a frame has %d at most, and packets are not "
			"fragmented",
			room, TW_FRAME_MAX);
	ret->n = 1;
	ret->frame[0] = (uint16_t)(overhead(shape) + shape->min_payload + (unsigned int)padding);
	return 0;
}

unsigned int tw_sizes_frame(unsigned int payload, const struct tw_sizes_shape *shape)
{
	unsigned int v = overhead(shape) + payload;

	return v < TW_FRAME_MIN ? TW_FRAME_MIN : v;
}

static void note_once(struct tw_payloads *p, unsigned int asked, unsigned int used)
{
	for (unsigned int i = 0; i < p->n_notes; i++)
		if (p->note[i].asked == asked)
			return;
	p->note[p->n_notes++] = (struct tw_sizes_note){(uint16_t)asked, (uint16_t)used};
}

void tw_sizes_payloads(
	const struct tw_sizes *sizes, const struct tw_sizes_shape *shape, struct tw_payloads *ret)
{
	unsigned int around = overhead(shape);
	unsigned int least = around + shape->min_payload;

	ret->n = sizes->n;
	ret->n_notes = 0;
	for (unsigned int i = 0; i < sizes->n; i++) {
		unsigned int frame = sizes->frame[i];

		if (frame < least) {
			note_once(ret, frame, least);
			frame = least;
		}
		ret->len[i] = (uint16_t)(frame - around);
	}
}

uint64_t tw_sizes_wire_bits(const struct tw_payloads *p, const struct tw_sizes_shape *shape)
{
	uint64_t octets = 0;

	for (unsigned int i = 0; i < p->n; i++)
		octets += tw_sizes_frame(p->len[i], shape) + PREAMBLE_AND_GAP;
	return octets * 8;
}

char *tw_sizes_note_format(const struct tw_sizes_note *note, char *buf, size_t len)
{
	snprintf(buf, len, "class %u raised to %u", note->asked, note->used);
	return buf;
}
