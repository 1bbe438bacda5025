/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exposition_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Upper bounds of the buckets in nanoseconds. */
static const int64_t bound_ns[] = {1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000,
	1000000, 2000000, 5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 500000000,
	1000000000, 2000000000, 5000000000, 10000000000};
#define BOUNDS ((int)(sizeof(bound_ns) / sizeof(bound_ns[0])))

static void escaped(FILE *out, const char *s, bool quote)
{
	for (; *s; s++) {
		if (*s == '\n')
			fputs("\\n", out);
		else if (*s == '\\' || (quote && *s == '"'))
			fprintf(out, "\\%c", *s);
		else
			fputc(*s, out);
	}
}

void expo_family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s ", name);
	escaped(out, help, false);
	fprintf(out, "\n# TYPE %s %s\n", name, type);
}

/* Name, suffix and labels, `le` or `quantile` last. */
static void key(FILE *out, const char *name, const char *suffix, const char *const *labels,
	const char *last, const char *last_value)
{
	const char *sep = "{";

	fprintf(out, "%s%s", name, suffix);
	for (; labels && labels[0]; labels += 2) {
		if (!labels[1])
			continue;
		fprintf(out, "%s%s=\"", sep, labels[0]);
		escaped(out, labels[1], true);
		fputc('"', out);
		sep = ",";
	}
	if (last) {
		fprintf(out, "%s%s=\"%s\"", sep, last, last_value);
		sep = ",";
	}
	fputs(*sep == ',' ? "} " : " ", out);
}

/* The shortest text that reads back as the same double. */
static void number(FILE *out, double v)
{
	char buf[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, sizeof(buf), "%.*g", digits, v);
		if (strtod(buf, NULL) == v)
			break;
	}
	fprintf(out, "%s\n", buf);
}

void expo_count(FILE *out, const char *name, const char *const *labels, uint64_t v)
{
	key(out, name, "", labels, NULL, NULL);
	fprintf(out, "%" PRIu64 "\n", v);
}

void expo_value(FILE *out, const char *name, const char *const *labels, double v)
{
	if (!isfinite(v))
		return;
	key(out, name, "", labels, NULL, NULL);
	number(out, v);
}

static void bucket(FILE *out, const char *name, const char *const *labels, int64_t ns,
	double per_second, uint64_t below)
{
	char le[32];

	snprintf(le, sizeof(le), "%g", (double)ns * per_second / (double)TW_NS_PER_SEC);
	key(out, name, "_bucket", labels, "le", le);
	fprintf(out, "%" PRIu64 "\n", below);
}

void expo_totals(FILE *out, const char *name, const char *const *labels, uint64_t count, double sum)
{
	key(out, name, "_sum", labels, NULL, NULL);
	number(out, sum);
	key(out, name, "_count", labels, NULL, NULL);
	fprintf(out, "%" PRIu64 "\n", count);
}

static void tail(FILE *out, const char *name, const char *const *labels, uint64_t count, double sum)
{
	key(out, name, "_bucket", labels, "le", "+Inf");
	fprintf(out, "%" PRIu64 "\n", count);
	expo_totals(out, name, labels, count, sum);
}

/* The i-th bound, ascending; i counts from -BOUNDS where there are negative ones. */
static int64_t bound(int i)
{
	return i > 0 ? bound_ns[i - 1] : i < 0 ? -bound_ns[-i - 1] : 0;
}

void expo_histogram(FILE *out, const char *name, const char *const *labels,
	const struct tw_series *s, enum expo_bounds bounds, double per_second)
{
	uint64_t below = 0;
	uint32_t next = 0;

	for (int i = bounds == EXPO_SIGNED ? -BOUNDS : 1; i <= BOUNDS; i++) {
		int64_t limit = llround((double)bound(i) * 4.294967296); /* 2^-32 s */
		uint32_t last = tw_histogram_index(limit);
		uint64_t n;

		for (; next <= last; next++)
			below += s->h.bucket[next];
		/* The extremes are exact: use them where the bound's own bucket holds both sides. */
		n = s->m.count && limit >= s->m.max ? s->m.count : limit < s->m.min ? 0 : below;
		bucket(out, name, labels, bound(i), per_second, n);
	}
	tail(out, name, labels, s->m.count, expo_seconds((double)s->m.sum) * per_second);
}

void expo_histogram_of_one(
	FILE *out, const char *name, const char *const *labels, double seconds, double per_second)
{
	bool any = isfinite(seconds);

	for (int i = 1; i <= BOUNDS; i++)
		bucket(out, name, labels, bound(i), per_second,
			any && seconds * (double)TW_NS_PER_SEC <= (double)bound(i));
	tail(out, name, labels, any, any ? seconds * per_second : 0);
}

void expo_quantile(
	FILE *out, const char *name, const char *const *labels, const char *q, double seconds)
{
	if (!isfinite(seconds))
		return;
	key(out, name, "", labels, "quantile", q);
	number(out, seconds);
}
