/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The service level that --sla asks for: TERM[,TERM...], TERM = [DIRECTION.]WHAT=LIMIT. Every
 * limit is an upper one. What was not measured is not met. */

#include "tw_result.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_UNIT (1e9 / 4294967296.0)

enum what {
	WHAT_QUANTILE,
	WHAT_MEAN,
	WHAT_MIN,
	WHAT_MAX,
	WHAT_STDDEV,
	WHAT_JITTER,
	WHAT_LOSS,
};

static const struct row {
	const char *name;
	enum what what;
	double q;
} rows[] = {
	{"p50", WHAT_QUANTILE, 0.5},
	{"p90", WHAT_QUANTILE, 0.9},
	{"p95", WHAT_QUANTILE, 0.95},
	{"p99", WHAT_QUANTILE, 0.99},
	{"p99_9", WHAT_QUANTILE, 0.999},
	{"p99_99", WHAT_QUANTILE, 0.9999},
	{"mean", WHAT_MEAN, 0},
	{"min", WHAT_MIN, 0},
	{"max", WHAT_MAX, 0},
	{"stddev", WHAT_STDDEV, 0},
	{"jitter", WHAT_JITTER, 0},
	{"loss", WHAT_LOSS, 0},
};
#define WHATS "p50, p90, p95, p99, p99_9, p99_99, mean, min, max, stddev, jitter, loss"

static const struct {
	const char *name;
	enum tw_direction dir;
} directions[] = {
	{"outbound", TW_OUTBOUND},
	{"inbound", TW_INBOUND},
	{"rtt", TW_ROUNDTRIP},
	{"roundtrip", TW_ROUNDTRIP},
};

static const struct unit {
	const char *name;
	double ns;
} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

struct term {
	const char *text; /* the whole term */
	int len;
	int key_len; /* up to '=' */
	enum tw_direction dir;
	const struct row *row;
	double limit; /* ns, percent for loss */
};

static __attribute__((format(printf, 4, 5))) int bad(
	const struct term *t, char *why, size_t why_len, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(why, why_len, "\"%.*s\": ", t->len, t->text);

	if (n >= 0 && (size_t)n < why_len) {
		va_start(ap, fmt);
		vsnprintf(why + n, why_len - (size_t)n, fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

static bool is(const char *text, int len, const char *name)
{
	return len == (int)strlen(name) && memcmp(text, name, (size_t)len) == 0;
}

static int parse_key(struct term *t, char *why, size_t why_len)
{
	const char *dot = memchr(t->text, '.', (size_t)t->key_len);
	const char *name = dot ? dot + 1 : t->text;
	int name_len = (int)(t->text + t->key_len - name), dir_len = (int)(name - t->text) - 1;
	bool found = !dot;

	t->dir = TW_ROUNDTRIP;
	for (size_t i = 0; dot && i < sizeof(directions) / sizeof(directions[0]); i++) {
		if (!is(t->text, dir_len, directions[i].name))
			continue;
		t->dir = directions[i].dir;
		found = true;
	}
	if (!found)
		return bad(t, why, why_len, "%.*s%sis not one of outbound, inbound, rtt", dir_len,
			t->text, dir_len ? " " : "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is(name, name_len, rows[i].name))
			t->row = &rows[i];
	if (!t->row)
		return bad(t, why, why_len, "%.*s%sis not one of " WHATS, name_len, name,
			name_len ? " " : "");
	return 0;
}

/* A plain decimal number; *@end points behind it. */
static bool parse_number(const char *p, const char *end_of_term, const char **end, double *ret)
{
	char buf[32];
	size_t n = strspn(p, "0123456789.");
	char *stop;

	if (n == 0 || n >= sizeof(buf) || p + n > end_of_term)
		return false;
	memcpy(buf, p, n);
	buf[n] = '\0';
	*ret = strtod(buf, &stop);
	*end = p + n;
	return *stop == '\0';
}

static int parse_limit(struct term *t, char *why, size_t why_len)
{
	const char *p = t->text + t->key_len + 1, *end = t->text + t->len;

	if (!parse_number(p, end, &p, &t->limit))
		return bad(t, why, why_len, "a number is wanted after =");
	if (t->row->what == WHAT_LOSS) {
		if (p < end && *p == '%')
			p++;
		if (p != end || t->limit > 100)
			return bad(t, why, why_len, "loss is a percentage from 0 to 100");
		return 0;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!is(p, (int)(end - p), units[i].name))
			continue;
		t->limit *= units[i].ns;
		return 0;
	}
	return bad(t, why, why_len, "a time is a number with its unit: ns, us, ms or s");
}

static int parse_term(const char *text, int len, struct term *t, char *why, size_t why_len)
{
	const char *eq = memchr(text, '=', (size_t)len);

	*t = (struct term){.text = text, .len = len};
	if (!eq)
		return bad(
			t, why, why_len, "a term is [DIRECTION.]WHAT=LIMIT, as in rtt.p99=500us");
	t->key_len = (int)(eq - text);
	if (parse_key(t, why, why_len) < 0)
		return -EINVAL;
	return parse_limit(t, why, why_len);
}

/* In percent; NaN when not known. */
static double loss(const struct tw_packet_counts *n, enum tw_direction dir)
{
	struct tw_maybe part = dir == TW_OUTBOUND  ? n->lost_outbound
			       : dir == TW_INBOUND ? n->lost_inbound
						   : tw_known(n->lost);

	return n->sent && part.known ? tw_result_percent(part.v, n->sent) : NAN;
}

/* In ns, percent for loss; NaN when not measured. */
static double measured(const struct tw_result *r, const struct term *t)
{
	const struct tw_series *s = &r->delay[t->dir];

	switch (t->row->what) {
	case WHAT_QUANTILE:
		return tw_series_quantile(s, t->row->q) * NS_PER_UNIT;
	case WHAT_MEAN:
		return tw_moments_mean(&s->m) * NS_PER_UNIT;
	case WHAT_MIN:
		return s->m.count ? (double)s->m.min * NS_PER_UNIT : NAN;
	case WHAT_MAX:
		return s->m.count ? (double)s->m.max * NS_PER_UNIT : NAN;
	case WHAT_STDDEV:
		return tw_moments_stddev(&s->m) * NS_PER_UNIT;
	case WHAT_JITTER:
		return r->jitter_streams ? r->jitter[t->dir] * NS_PER_UNIT : NAN;
	case WHAT_LOSS:
		return loss(&r->packets, t->dir);
	}
	return NAN;
}

static void miss(struct tw_sla_verdict *v, const struct term *t, double value)
{
	const char *limit = t->text + t->key_len + 1;
	int limit_len = t->len - t->key_len - 1;
	const struct unit *u = &units[0];
	char *out = v->missed[v->n_missed++];
	size_t len = sizeof(v->missed[0]);

	v->ok = false;
	if (isnan(value)) {
		snprintf(out, len, "%.*s not known", t->key_len, t->text);
		return;
	}
	if (t->row->what == WHAT_LOSS) {
		snprintf(out, len, "%.*s %.6g%% > %.6g%%", t->key_len, t->text, value, t->limit);
		return;
	}
	for (size_t i = 1; i < sizeof(units) / sizeof(units[0]); i++)
		if (fabs(value) >= units[i].ns)
			u = &units[i];
	snprintf(out, len, "%.*s %.6g%s > %.*s", t->key_len, t->text, value / u->ns, u->name,
		limit_len, limit);
}

int tw_sla_judge(const char *spec, const struct tw_result *r, struct tw_sla_verdict *ret, char *why,
	size_t why_len)
{
	struct tw_sla_verdict v = {.asked = true, .ok = true};
	unsigned int n = 0;

	for (const char *p = spec;; p++) {
		int len = (int)strcspn(p, ",");
		struct term t;
		double value;

		if (parse_term(p, len, &t, why, why_len) < 0)
			return -EINVAL;
		if (++n > TW_SLA_MAX_MISSED)
			return bad(&t, why, why_len, "more than %d terms", TW_SLA_MAX_MISSED);
		value = r ? measured(r, &t) : 0;
		/* The report shows whole nanoseconds: judge what it shows. */
		if (t.row->what != WHAT_LOSS)
			value = round(value);
		if (!(value <= t.limit))
			miss(&v, &t, value);
		p += len;
		if (*p == '\0')
			break;
	}
	if (r)
		*ret = v;
	return 0;
}
