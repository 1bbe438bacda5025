/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_value.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A suffix and what it multiplies by. */
struct suffix {
	const char *text;
	uint64_t scale;
};

static const struct suffix time_suffix[] = {
	{"ns", 1},
	{"us", 1000},
	{"ms", 1000000},
	{"s", 1000000000},
	{"min", 60000000000ULL},
	{"h", 3600000000000ULL},
	{NULL, 0},
};

static const struct suffix rate_suffix[] = {
	{"", 1},
	{"K", 1000},
	{"k", 1000},
	{"M", 1000000},
	{"G", 1000000000},
	{"T", 1000000000000ULL},
	{NULL, 0},
};

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

int tw_value_uint(const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
	int base = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
	bool over = false;
	uint64_t v = 0;

	if (base == 16)
		s += 2;
	if (*s == '\0')
		return -EINVAL;
	for (; *s; s++) {
		int d = digit_of(*s);

		if (d >= base)
			return -EINVAL;
		over = over || __builtin_mul_overflow(v, (uint64_t)base, &v) ||
		       __builtin_add_overflow(v, (uint64_t)d, &v);
	}
	if (over || v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int tw_value_int(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = *s == '-';
	uint64_t magnitude;
	int64_t v;
	int rc;

	if (*s == '-' || *s == '+')
		s++;
	rc = tw_value_uint(s, 0, INT64_MAX, &magnitude);
	if (rc)
		return rc;
	v = negative ? -(int64_t)magnitude : (int64_t)magnitude;
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int tw_value_double(const char *s, double min, double max, double *ret)
{
	char *end;
	double v;

	/* strtod() alone would take white space, hexadecimal, nan and inf. */
	if (*s == '\0' || s[strspn(s, "+-.0123456789eE")] != '\0')
		return -EINVAL;
	v = strtod(s, &end);
	if (*end != '\0' || !isfinite(v))
		return *end ? -EINVAL : -ERANGE;
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

/*
 * DIGITS[.DIGITS]SUFFIX times its scale, exactly: units of 10^-18 in 128 bits. @exact refuses a
 * value that is not whole, otherwise it is rounded to nearest.
 */
static int scaled(
	const char *s, const struct suffix *suffixes, uint64_t bare, bool exact, uint64_t *ret)
{
	const tw_u128 one = 1000000000000000000ULL;
	tw_u128 fraction = 0, place = one, product;
	uint64_t whole = 0, scale = 0;
	bool digits = false, over = false;

	for (; *s >= '0' && *s <= '9'; s++, digits = true)
		over = over || __builtin_mul_overflow(whole, 10ULL, &whole) ||
		       __builtin_add_overflow(whole, (uint64_t)(*s - '0'), &whole);
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9'; s++, digits = true) {
			place /= 10;
			fraction += place * (unsigned int)(*s - '0');
		}
	}
	if (!digits)
		return -EINVAL;
	if (*s == '\0')
		scale = bare;
	for (; *s && suffixes->text; suffixes++)
		if (strcmp(s, suffixes->text) == 0)
			scale = suffixes->scale;
	if (scale == 0)
		return -EINVAL;
	if (over || (tw_u128)whole * scale > INT64_MAX)
		return -ERANGE;
	product = fraction * scale;
	if (exact && product % one)
		return -ERANGE;
	*ret = whole * scale + (uint64_t)((product + one / 2) / one);
	return 0;
}

int tw_value_duration(
	const char *s, struct tw_ns unit, struct tw_ns min, struct tw_ns max, struct tw_ns *ret)
{
	uint64_t v;
	int rc = scaled(s, time_suffix, (uint64_t)unit.v, false, &v);

	if (rc)
		return rc;
	if (v < (uint64_t)min.v || v > (uint64_t)max.v)
		return -ERANGE;
	*ret = tw_ns((int64_t)v);
	return 0;
}

int tw_value_bitrate(const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v;
	int rc = scaled(s, rate_suffix, 1, true, &v);

	if (rc)
		return rc;
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int tw_value_pps(const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
	if (strcmp(s, "max") == 0) {
		*ret = TW_PPS_MAX;
		return 0;
	}
	return tw_value_bitrate(s, min, max, ret);
}

int tw_value_enum(const char *s, const char *const *names, int *ret)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(s, names[i]) == 0) {
			*ret = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* @v in the largest suffix of at most one: whole part, point, fraction without trailing zeros. */
static char *scaled_format(uint64_t v, const struct suffix *suffixes, char *buf, size_t len)
{
	const struct suffix *best = suffixes;
	char fraction[24];
	size_t n;

	for (; suffixes->text; suffixes++)
		if (suffixes->scale <= v && suffixes->scale % 1000 == 0)
			best = suffixes;
	if (v == 0 || v % best->scale == 0) {
		snprintf(buf, len, "%llu%s", (unsigned long long)(v / best->scale), best->text);
		return buf;
	}
	/* Scales here are powers of ten: their zeros are the digits of the fraction. */
	n = (size_t)snprintf(fraction, sizeof(fraction), "%llu", (unsigned long long)best->scale);
	snprintf(fraction, sizeof(fraction), "%0*llu", (int)(n - 1),
		(unsigned long long)(v % best->scale));
	for (n = strlen(fraction); n > 1 && fraction[n - 1] == '0'; n--)
		fraction[n - 1] = '\0';
	snprintf(
		buf, len, "%llu.%s%s", (unsigned long long)(v / best->scale), fraction, best->text);
	return buf;
}

char *tw_value_duration_format(struct tw_ns d, char *buf, size_t len)
{
	/* Minutes and hours are no powers of ten: not written, only read. */
	static const struct suffix written[] = {
		{"ns", 1},
		{"us", 1000},
		{"ms", 1000000},
		{"s", 1000000000},
		{NULL, 0},
	};

	return scaled_format((uint64_t)d.v, d.v ? written : written + 3, buf, len);
}

char *tw_value_bitrate_format(uint64_t v, char *buf, size_t len)
{
	return scaled_format(v, rate_suffix, buf, len);
}

#define WORD 48

unsigned int tw_value_distance(const char *a, const char *b)
{
	size_t na = strnlen(a, WORD), nb = strnlen(b, WORD);
	unsigned int row[3][WORD + 1]; /* two back, the last, this one */

	for (unsigned int j = 0; j <= nb; j++)
		row[1][j] = j;
	memcpy(row[0], row[1], sizeof(row[0]));
	for (unsigned int i = 1; i <= na; i++) {
		row[2][0] = i;
		for (unsigned int j = 1; j <= nb; j++) {
			unsigned int v = row[1][j - 1] + (a[i - 1] != b[j - 1]);

			if (row[1][j] + 1 < v)
				v = row[1][j] + 1;
			if (row[2][j - 1] + 1 < v)
				v = row[2][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				row[0][j - 2] + 1 < v)
				v = row[0][j - 2] + 1;
			row[2][j] = v;
		}
		memcpy(row[0], row[1], sizeof(row[0]));
		memcpy(row[1], row[2], sizeof(row[1]));
	}
	return row[1][nb];
}
