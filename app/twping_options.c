/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "twping_options.h"

#include "options.h"
#include "tw_dscp.h"
#include "tw_modes.h"
#include "tw_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A day: nobody waits longer for a packet to be sent. */
#define LONGEST_GAP 86400.0
#define WORD 32

/* The next word of a list with commas; NULL when it is empty or too long. */
static const char *word(const char **s, char ret[WORD])
{
	size_t n = strcspn(*s, ",");

	if (n == 0 || n >= WORD)
		return NULL;
	memcpy(ret, *s, n);
	ret[n] = '\0';
	*s += n;
	return ret;
}

/* Behind a word: is there another one? */
static bool more(const char **s)
{
	if (**s != ',')
		return false;
	(*s)++;
	return true;
}

/* 0.1e, 0.1 (the same), 0.1f; an exponent is no letter at the end. */
static int parse_gap(char *text, struct tw_pace_gap *ret)
{
	size_t n = strlen(text);
	int letter = tolower((unsigned char)text[n - 1]);
	double seconds;
	int rc;

	if (letter == 'e' || letter == 'f')
		text[n - 1] = '\0';
	rc = tw_value_double(text, 0, LONGEST_GAP, &seconds);
	if (rc == 0)
		*ret = (struct tw_pace_gap){(uint64_t)(seconds * 0x1p32 + 0.5), letter != 'f'};
	return rc;
}

int tw_twping_schedule(
	const char *text, struct tw_err *err, struct tw_pace_gap *ret_gaps, uint32_t *ret_n)
{
	struct tw_pace_gap gap;
	uint32_t n = 0;
	char w[WORD];

	do {
		if (n == TW_PACE_GAPS_MAX)
			return tw_fail(err, -EINVAL, "allowed: up to %d gaps", TW_PACE_GAPS_MAX);
		if (!word(&text, w) || parse_gap(w, &gap) < 0)
			return tw_fail(err, -EINVAL,
				"allowed: seconds up to 86400 with commas between, each with e "
				"(exponential, as without a letter) or f (fixed), such as 1.0e,0f");
		if (ret_gaps)
			ret_gaps[n] = gap;
		n++;
	} while (more(&text));
	if (ret_n)
		*ret_n = n;
	return 0;
}

int tw_twping_ports(const char *text, struct tw_err *err, uint16_t *ret_low, uint16_t *ret_high)
{
	const char *dash = strchr(text, '-');
	uint64_t low = 0, high = 0;
	char first[WORD];
	size_t n = dash ? (size_t)(dash - text) : 0;
	bool ok = tw_value_uint(text, 0, 65535, &low) == 0;

	high = low;
	if (dash && n < sizeof(first)) {
		memcpy(first, text, n);
		first[n] = '\0';
		ok = tw_value_uint(first, 1, 65535, &low) == 0 &&
		     tw_value_uint(dash + 1, low, 65535, &high) == 0;
	}
	if (!ok)
		return tw_fail(
			err, -EINVAL, "allowed: 0, a port, or LOW-HIGH of ports such as 8760-9960");
	if (ret_low)
		*ret_low = (uint16_t)low;
	if (ret_high)
		*ret_high = (uint16_t)high;
	return 0;
}

int tw_twping_percentiles(const char *text, struct tw_err *err, double *ret_values, uint32_t *ret_n)
{
	uint32_t n = 0;
	double value;
	char w[WORD];

	do {
		if (n == TWPING_PERCENTILES || !word(&text, w) ||
			tw_value_double(w, 0, 100, &value) < 0)
			return tw_fail(err, -EINVAL,
				"allowed: up to %d numbers from 0 to 100 with commas between",
				TWPING_PERCENTILES);
		if (ret_values)
			ret_values[n] = value;
		n++;
	} while (more(&text));
	if (ret_n)
		*ret_n = n;
	return 0;
}

/* As strtoul() with base 0 reads it: 0x46, 056, 46. */
static int parse_dscp_number(const char *text, uint8_t *ret)
{
	unsigned int v = 0;

	if (text[0] != '0' || !isdigit((unsigned char)text[1])) {
		uint64_t any;
		int rc = tw_value_uint(text, 0, 63, &any);

		if (rc == 0)
			*ret = (uint8_t)any;
		return rc;
	}
	for (; *text; text++) {
		if (*text < '0' || *text > '7')
			return -EINVAL;
		v = v * 8 + (unsigned int)(*text - '0');
		if (v > 63)
			return -ERANGE;
	}
	*ret = (uint8_t)v;
	return 0;
}

int tw_twping_type_p(const char *text, struct tw_err *err, uint8_t *ret_dscp)
{
	static const char *const best_effort[] = {"none", "default", "df"};
	uint8_t v = 0;
	int rc = isdigit((unsigned char)*text) ? parse_dscp_number(text, &v)
					       : tw_dscp_parse(text, &v);

	for (size_t i = 0; rc < 0 && i < 3; i++)
		if (strcasecmp(text, best_effort[i]) == 0)
			rc = 0;
	if (rc < 0)
		return tw_fail(err, -EINVAL,
			"allowed: a DSCP from 0 to 63 (0x hexadecimal, 0 octal), or a name such as "
			"EF, AF41, CS1, NONE");
	if (ret_dscp)
		*ret_dscp = v;
	return 0;
}

int tw_twping_modes(const char *text, struct tw_err *err, uint32_t *ret_bits)
{
	static const struct {
		char letter;
		uint32_t bit;
	} modes[] = {
		{'A', TW_MODE_AUTHENTICATED},
		{'E', TW_MODE_ENCRYPTED},
		{'M', TW_MODE_MIXED},
		{'O', TW_MODE_UNAUTHENTICATED},
	};
	uint32_t bits = 0;

	for (const char *c = text; *c; c++) {
		uint32_t bit = 0;

		for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
			if (toupper((unsigned char)*c) == modes[i].letter)
				bit = modes[i].bit;
		if (!bit) {
			bits = 0;
			break;
		}
		bits |= bit;
	}
	if (!bits)
		return tw_fail(err, -EINVAL,
			"allowed: letters of A (authenticated), E (encrypted), M (mixed), O "
			"(open)");
	if (ret_bits)
		*ret_bits = bits;
	return 0;
}

int tw_twping_unit(const char *text, struct tw_err *err, char *ret_letter)
{
	char letter = (char)tolower((unsigned char)text[0]);

	/* ms, us and so on, too: the first letter counts */
	if (!letter || !strchr("nums", letter))
		return tw_fail(err, -EINVAL, "allowed: n, u, m or s");
	if (ret_letter)
		*ret_letter = letter;
	return 0;
}

int tw_twping_check_schedule(const char *value, struct tw_err *err)
{
	return tw_twping_schedule(value, err, NULL, NULL);
}

int tw_twping_check_ports(const char *value, struct tw_err *err)
{
	return tw_twping_ports(value, err, NULL, NULL);
}

int tw_twping_check_percentiles(const char *value, struct tw_err *err)
{
	return tw_twping_percentiles(value, err, NULL, NULL);
}

int tw_twping_check_type_p(const char *value, struct tw_err *err)
{
	return tw_twping_type_p(value, err, NULL);
}

int tw_twping_check_modes(const char *value, struct tw_err *err)
{
	return tw_twping_modes(value, err, NULL);
}

int tw_twping_check_unit(const char *value, struct tw_err *err)
{
	return tw_twping_unit(value, err, NULL);
}

/* Open where there is no key, all modes where there is one; -A narrows that. */
static int settle_modes(struct tw_options *o, struct tw_err *err)
{
	struct tw_twping_options *t = &o->twping;
	uint32_t bits = TW_MODES_SECURITY;

	if (t->modes)
		tw_twping_modes(t->modes, NULL, &bits);
	if (!o->user) {
		o->key_file = NULL; /* -k alone is no wish for a protected mode */
		bits &= TW_MODE_UNAUTHENTICATED;
	}
	if (!bits)
		return tw_fail(err, -EINVAL, "-A '%s': needs -u USER", t->modes);
	o->modes = bits;
	return 0;
}

/* What is printed: -R is quiet otherwise, -Q prints nothing, -M no single packets. */
static void settle_output(struct tw_twping_options *t)
{
	t->quiet = t->quiet || t->raw;
	t->machine = t->machine && !t->quiet;
	t->records = t->records && !t->quiet && !t->machine;
}

static struct tw_ns mean_gap(const struct tw_twping_options *t)
{
	double sum = 0;

	for (uint32_t i = 0; i < t->n_gaps; i++)
		sum += (double)t->gaps[i].mean * 0x1p-32;
	return tw_ns(1 + (int64_t)(sum / t->n_gaps * (double)TW_NS_PER_SEC));
}

int tw_twping_settle(struct tw_options *o, struct tw_err *err)
{
	struct tw_twping_options *t = &o->twping;
	int rc;

	t->records = tw_options_given(o, twping.record_limit);
	tw_twping_schedule(t->schedule, NULL, t->gaps, &t->n_gaps);
	tw_twping_ports(t->port_range, NULL, &t->port_low, &t->port_high);
	tw_twping_unit(t->unit, NULL, &t->unit_letter);
	if (t->percentile_list)
		tw_twping_percentiles(t->percentile_list, NULL, t->percentiles, &t->n_percentiles);
	if (t->type_p)
		tw_twping_type_p(t->type_p, NULL, &o->dscp);
	rc = settle_modes(o, err);
	if (rc < 0)
		return rc;
	settle_output(t);
	if (o->count > UINT32_MAX)
		return tw_fail(err, -EINVAL, "-c: allowed: up to 4294967295 packets");
	if (t->bucket <= 0)
		return tw_fail(err, -EINVAL, "-b: allowed: more than 0 seconds");
	if (t->loss_timeout > 0 && t->loss_timeout < t->bucket)
		return tw_fail(
			err, -EINVAL, "-L must not be less than -b, which is %g s", t->bucket);
	if (t->interface) {
		if (o->n_dev)
			return tw_fail(
				err, -EINVAL, "-B and --dev name the same thing: one of them");
		o->dev[o->n_dev++] = t->interface;
	}
	o->interval = mean_gap(t);
	o->streams = 1;
	o->burst = 1;
	o->ttl = 255;
	o->quiet = true; /* no progress; the log level is set by itself */
	o->timeout = tw_ns(
		(int64_t)((t->loss_timeout > 0 ? t->loss_timeout : 2) * (double)TW_NS_PER_SEC));
	return 0;
}
