/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef EXPOSITION_CHECK_H
#define EXPOSITION_CHECK_H

/*
 * A strict reader of the Prometheus text format 0.0.4, for tests. It fails the test unless
 *  - a family has HELP, then TYPE, then its samples, all together, and comes once;
 *  - names, labels, escapes and numbers are well-formed; a counter ends in _total, is not negative;
 *  - no series (name and labels) comes twice;
 *  - the buckets of a histogram ascend in le, never fall in value, end with +Inf = _count,
 *    and _sum and _count follow.
 */

#include "tw_test.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>

#define EXPO_MAX_SERIES 20000

struct expo_series {
	char key[512]; /* name{labels} as written */
	double value;
};

struct expo_doc {
	size_t n;
	size_t families;
	struct expo_series *series;
	char (*family)[96];
	/* of the family being read */
	char name[96];
	char type[16];
	/* of the histogram being read: its labels without le, last bound and value */
	char bucket_of[512];
	double le, below;
	int state; /* 0 no bucket yet, 1 in buckets, 2 after +Inf: _sum, 3: _count */
};

static inline size_t expo_name(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == ':')
		n++;
	return isdigit((unsigned char)s[0]) ? 0 : n;
}

/* Reads {a="b",...}: checks it, finds the label `special`, writes the others to `rest`. */
static inline const char *expo_labels(
	const char *s, const char *special, char *ret_special, char *rest, size_t cap)
{
	size_t used = 0;

	ret_special[0] = '\0';
	rest[0] = '\0';
	if (*s != '{')
		return s;
	s++;
	for (;;) {
		size_t n = expo_name(s);
		const char *label = s;
		const char *value = s + n + 2;

		if (n == 0 || memcmp(s + n, "=\"", 2) != 0)
			fail_msg("bad label at: %.60s", s);
		for (s = value; *s != '"'; s++) {
			if (*s == '\\' && !strchr("\\\"n", *++s))
				fail_msg("bad escape at: %.60s", s);
			if (*s == '\0' || *s == '\n')
				fail_msg("unended label: %.60s", label);
		}
		if (strlen(special) == n && !memcmp(label, special, n))
			snprintf(ret_special, 64, "%.*s", (int)(s - value), value);
		else
			used += (size_t)snprintf(
				rest + used, cap - used, "%.*s,", (int)(s + 1 - label), label);
		s++;
		if (*s == '}')
			return s + 1;
		if (*s++ != ',')
			fail_msg("bad labels: %.60s", label);
	}
}

static inline double expo_number(const char *s)
{
	char *end;
	double v;

	if (!strcmp(s, "+Inf"))
		return (double)INFINITY;
	if (!isdigit((unsigned char)*s) && *s != '-')
		fail_msg("not a number: %.60s", s);
	v = strtod(s, &end);
	if (*end || !isfinite(v))
		fail_msg("not a finite number: %.60s", s);
	return v;
}

static inline void expo_histogram_sample(
	struct expo_doc *d, const char *suffix, const char *le, const char *labels, double v)
{
	if (!strcmp(suffix, "_bucket")) {
		double bound = expo_number(le);

		if (d->state == 1 && strcmp(labels, d->bucket_of) != 0)
			fail_msg("%s: no +Inf bucket", d->name);
		if (d->state == 1 && (bound <= d->le || v < d->below))
			fail_msg("%s{%s}: le=%s is not cumulative", d->name, labels, le);
		if (d->state > 1)
			fail_msg("%s: bucket after +Inf", d->name);
		snprintf(d->bucket_of, sizeof(d->bucket_of), "%s", labels);
		d->le = bound;
		d->below = v;
		d->state = isinf(bound) ? 2 : 1;
	} else if (!strcmp(suffix, "_sum")) {
		if (d->state != 2 || strcmp(labels, d->bucket_of) != 0)
			fail_msg("%s_sum out of place", d->name);
		d->state = 3;
	} else if (!strcmp(suffix, "_count")) {
		if (d->state != 3 || strcmp(labels, d->bucket_of) != 0 || v != d->below)
			fail_msg("%s_count out of place, or not the +Inf bucket", d->name);
		d->state = 0;
	} else {
		fail_msg("%s%s in a histogram", d->name, suffix);
	}
}

static inline void expo_sample(struct expo_doc *d, const char *line)
{
	size_t n = expo_name(line);
	size_t base = strlen(d->name);
	char special[64];
	char labels[512];
	const char *suffix;
	const char *s;
	double v;

	if (n < base || strncmp(line, d->name, base) != 0)
		fail_msg("sample outside its family %s: %s", d->name, line);
	s = expo_labels(line + n, !strcmp(d->type, "summary") ? "quantile" : "le", special, labels,
		sizeof(labels));
	if (*s != ' ')
		fail_msg("no blank before the value: %s", line);
	v = expo_number(s + 1);
	assert_true(d->n < EXPO_MAX_SERIES);
	snprintf(d->series[d->n].key, sizeof(d->series->key), "%.*s", (int)(s - line), line);
	d->series[d->n++].value = v;
	for (size_t i = 0; i + 1 < d->n; i++) {
		if (!strcmp(d->series[i].key, d->series[d->n - 1].key))
			fail_msg("twice: %s", line);
	}
	suffix = line + base;
	if (!strcmp(d->type, "histogram")) {
		char text[16];

		snprintf(text, sizeof(text), "%.*s", (int)(n - base), suffix);
		expo_histogram_sample(d, text, special, labels, v);
	} else if (!strcmp(d->type, "summary")) {
		bool total = n - base == 4 || n - base == 6;

		if (total == (special[0] != '\0'))
			fail_msg("bad summary sample: %s", line);
		if (special[0] && (expo_number(special) < 0 || expo_number(special) > 1))
			fail_msg("bad quantile: %s", line);
	} else if (n != base) {
		fail_msg("sample outside its family: %s", line);
	}
	if (!strcmp(d->type, "counter") && v < 0)
		fail_msg("negative counter: %s", line);
}

static inline void expo_comment(struct expo_doc *d, const char *line, bool *help)
{
	size_t n;

	if (d->state)
		fail_msg("histogram %s is not complete", d->name);
	if (!strncmp(line, "# HELP ", 7)) {
		n = expo_name(line + 7);
		assert_true(n > 0 && n < sizeof(d->name));
		assert_true(line[7 + n] == ' ' && line[8 + n]);
		snprintf(d->name, sizeof(d->name), "%.*s", (int)n, line + 7);
		for (size_t i = 0; i < d->families; i++) {
			if (!strcmp(d->family[i], d->name))
				fail_msg("family %s comes twice", d->name);
		}
		snprintf(d->family[d->families++], sizeof(*d->family), "%s", d->name);
		assert_true(d->families < 200);
		*help = true;
		return;
	}
	n = strlen(d->name);
	if (!*help || strncmp(line, "# TYPE ", 7) != 0 || strncmp(line + 7, d->name, n) != 0)
		fail_msg("no HELP before: %s", line);
	snprintf(d->type, sizeof(d->type), "%s", line + 7 + n + 1);
	if (strcmp(d->type, "counter") != 0 && strcmp(d->type, "gauge") != 0 &&
		strcmp(d->type, "histogram") != 0 && strcmp(d->type, "summary") != 0)
		fail_msg("unknown type: %s", line);
	if (!strcmp(d->type, "counter") != (n > 6 && !strcmp(d->name + n - 6, "_total")))
		fail_msg("_total is for counters: %s", d->name);
	*help = false;
}

/* Parse and check `text`, which it cuts into lines. */
static inline struct expo_doc *expo_check(char *text)
{
	struct expo_doc *d = calloc(1, sizeof(*d));
	bool help = false;
	char *save = NULL;

	assert_non_null(d);
	d->series = calloc(EXPO_MAX_SERIES, sizeof(*d->series));
	d->family = calloc(200, sizeof(*d->family));
	assert_true(d->series && d->family);
	assert_int_equal(text[strlen(text) - 1], '\n');
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#') {
			expo_comment(d, line, &help);
			continue;
		}
		if (help)
			fail_msg("no TYPE before: %s", line);
		expo_sample(d, line);
	}
	if (d->state)
		fail_msg("histogram %s is not complete", d->name);
	return d;
}

static inline void expo_free(struct expo_doc *d)
{
	free(d->series);
	free(d->family);
	free(d);
}

static inline const double *expo_find(const struct expo_doc *d, const char *key)
{
	for (size_t i = 0; i < d->n; i++) {
		if (!strcmp(d->series[i].key, key))
			return &d->series[i].value;
	}
	return NULL;
}

#endif
