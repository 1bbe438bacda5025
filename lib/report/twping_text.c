/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* twping's lines of single packets, and its summary for people. */

#include "tw_twping.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "twping_priv.h"

static void put_stamp(const struct tw_twping_stamp *t, FILE *out)
{
	fprintf(out, " %020" PRIu64 " %u %g", t->time, t->synchronised, t->error);
}

void tw_twping_raw(const struct tw_twping_row *rows, size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct tw_twping_row *r = &rows[i];

		fprintf(out, "%" PRIu32, r->sseq);
		put_stamp(&r->t1, out);
		put_stamp(&r->t2, out);
		fprintf(out, " %u %" PRIu32, r->sttl, r->rseq);
		put_stamp(&r->t3, out);
		put_stamp(&r->t4, out);
		fprintf(out, " %u\n", r->rttl);
	}
}

struct unit {
	double per_second;
	const char *name;
};

static struct unit unit_of(const struct tw_twping_session *session)
{
	switch (session->unit) {
	case 'n':
		return (struct unit){1e9, "ns"};
	case 'u':
		return (struct unit){1e6, "us"};
	case 's':
		return (struct unit){1, "s"};
	}
	return (struct unit){1e3, "ms"};
}

static void put_heading(const struct tw_twping_session *c, FILE *out)
{
	char sid[TWPING_SID];

	fprintf(out, "\n--- twping statistics from [%s]:%u to [%s]:%u ---\nSID:\t%s\n",
		c->from_host, c->from_port, c->to_host, c->to_port, twping_sid(c, sid));
}

double twping_unix(uint64_t ntp)
{
	/* 1 January 1970 in seconds of the era that 2026 is in; later than 2036 it is the next one */
	const uint64_t epoch = 2208988800;
	uint64_t seconds = ntp >> 32;

	if (seconds < epoch)
		seconds += 1ULL << 32;
	return (double)(seconds - epoch) + (double)(uint32_t)ntp * 0x1p-32;
}

static void put_record(
	const struct tw_twping_session *c, const struct tw_twping_row *r, struct unit u, FILE *out)
{
	double send = TWPING_BETWEEN(r->t1, r->t2), reflect = TWPING_BETWEEN(r->t3, r->t4);
	double inside = TWPING_BETWEEN(r->t2, r->t3);
	double trip = TWPING_BETWEEN(r->t1, r->t4) - inside;
	double error = r->t1.error + r->t2.error + r->t3.error + r->t4.error, f = u.per_second;

	if (tw_twping_is_lost(r))
		fprintf(out, "seq_no=%-10" PRIu32 " *LOST*\n", r->sseq);
	else if (c->unix_times)
		fprintf(out,
			"seq_no=%" PRIu32 " fwd_delay=%e %s bck_delay=%e %s delay=%e %s "
			"proc_delay=%e %s (err=%.3g %s) sent=%f recv=%f reflected=%f recv=%f\n",
			r->sseq, send * f, u.name, reflect * f, u.name, trip * f, u.name,
			inside * f, u.name, error * f, u.name, twping_unix(r->t1.time),
			twping_unix(r->t2.time), twping_unix(r->t3.time), twping_unix(r->t4.time));
	else
		fprintf(out,
			"seq_no=%-10" PRIu32 " fwd_delay=%.3g %s bck_delay=%.3g %s delay=%.3g %s "
			"proc_delay=%.3g %s\t(err=%.3g %s)\n",
			r->sseq, send * f, u.name, reflect * f, u.name, trip * f, u.name,
			inside * f, u.name, error * f, u.name);
}

void tw_twping_records(const struct tw_twping_session *session, const struct tw_twping_sample *s,
	const struct tw_twping_row *rows, size_t n, uint64_t limit, FILE *out)
{
	struct unit u = unit_of(session);
	uint64_t put = 0;

	put_heading(session, out);
	for (size_t i = 0; i < n && (!limit || put < limit); i++)
		if (rows[i].sseq >= s->first && rows[i].sseq < s->last) {
			put_record(session, &rows[i], u, out);
			put++;
		}
}

/* Local time with milliseconds. */
static void put_time(const char *name, uint64_t ntp, FILE *out)
{
	double t = twping_unix(ntp);
	uint64_t ms = (uint64_t)(t * 1000 + 0.5);
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[64] = "?";

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%FT%T", &tm);
	fprintf(out, "%s:\t%s.%03u\n", name, text, (unsigned int)(ms % 1000));
}

/* "nan" where nothing is known. */
static void put_value(bool known, double seconds, struct unit u, FILE *out)
{
	if (known)
		fprintf(out, "%.3g", seconds * u.per_second);
	else
		fputs("nan", out);
}

static void put_delay(
	const struct tw_twping_sample *s, enum tw_twping_delay d, struct unit u, FILE *out)
{
	static const char *const names[] = {
		"round-trip time", "send time", "reflect time", "reflector processing time"};
	bool known = s->n_delays > 0;
	double median = 0;

	fprintf(out, "%s min/%smax = ", names[d], d == TW_TWPING_PROCESSING ? "" : "median/");
	put_value(known, s->min[d], u, out);
	fputc('/', out);
	if (d != TW_TWPING_PROCESSING) {
		bool half = tw_twping_percentile(s, d, 0.5, &median);

		put_value(half, median, u, out);
		fputc('/', out);
	}
	put_value(known, s->max[d], u, out);
	fprintf(out, " %s", u.name);
	if (d == TW_TWPING_PROCESSING)
		fputc('\n', out);
	else if (s->synchronised)
		fprintf(out, ", (err=%.3g %s)\n", s->error[d] * u.per_second, u.name);
	else
		fputs(", (unsync)\n", out);
}

bool twping_jitter(const struct tw_twping_sample *s, enum tw_twping_delay d, double *ret)
{
	double high, middle;

	if (!tw_twping_percentile(s, d, 0.95, &high) || !tw_twping_percentile(s, d, 0.5, &middle))
		return false;
	*ret = high - middle;
	return true;
}

unsigned int twping_ttls(const uint32_t ttl[256], unsigned int *ret_min, unsigned int *ret_max)
{
	unsigned int n = 0;

	*ret_min = 255;
	*ret_max = 0;
	for (unsigned int i = 0; i < 256; i++) {
		if (!ttl[i])
			continue;
		*ret_min = i < *ret_min ? i : *ret_min;
		*ret_max = i;
		n++;
	}
	return n;
}

static void put_hops(const char *name, const uint32_t ttl[256], FILE *out)
{
	unsigned int least, most, n = twping_ttls(ttl, &least, &most);

	if (n == 0)
		fprintf(out, "%s TTL not reported\n", name);
	else if (n == 1)
		fprintf(out, "%s hops = %u (consistently)\n", name, 255 - least);
	else
		fprintf(out, "%s hops takes %u values; min hops = %u, max hops = %u\n", name, n,
			255 - most, 255 - least);
}

void tw_twping_text(
	const struct tw_twping_session *session, const struct tw_twping_sample *s, FILE *out)
{
	static const char *const ways[] = {"two-way", "send", "reflect"};
	struct unit u = unit_of(session);
	double v = 0;

	if (s->clocks_differ)
		fputs("\nDirectional delays may be inaccurate due to out of sync clocks!\n", out);
	put_heading(session, out);
	put_time("first", s->start, out);
	put_time("last", s->end, out);
	fprintf(out,
		"%" PRIu32 " sent, %" PRIu32 " lost (%.3f%%), %" PRIu32 " send duplicates, %" PRIu32
		" reflect duplicates\n",
		s->sent, s->lost, s->sent ? 100.0 * s->lost / s->sent : 0.0, s->duplicates[0],
		s->duplicates[1]);
	for (int d = 0; d < TW_TWPING_DELAYS; d++)
		put_delay(s, d, u, out);
	for (int d = 0; d < TW_TWPING_PROCESSING; d++) {
		bool known = twping_jitter(s, d, &v);

		fprintf(out, "%s jitter = ", ways[d]);
		put_value(known, v, u, out);
		fprintf(out, " %s (P95-P50)\n", u.name);
	}
	if (session->n_percentiles)
		fputs("Percentiles:\n", out);
	for (size_t i = 0; i < session->n_percentiles; i++) {
		bool known = tw_twping_percentile(
			s, TW_TWPING_ROUNDTRIP, session->percentiles[i] / 100, &v);

		fprintf(out, "\t%.1f: ", session->percentiles[i]);
		put_value(known, v, u, out);
		fprintf(out, " %s\n", u.name);
	}
	put_hops("send", s->ttl[0], out);
	put_hops("reflect", s->ttl[1], out);
	fputc('\n', out);
}
