/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "text_priv.h"
#include "tw_units.h"

#include <inttypes.h>

static uint64_t discarded(const struct tw_reflector_counters *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < TW_DISCARD_MAX; i++)
		sum += c->discarded[i];
	return sum;
}

static void packets_line(FILE *out, const struct tw_reflector_counters *c)
{
	fprintf(out,
		" received %" PRIu64 "  reflected %" PRIu64 "  tx failed %" PRIu64
		"  passed %" PRIu64 "  discarded %" PRIu64 "\n",
		c->received, c->reflected, c->tx_failed, c->passed, discarded(c));
}

static int interim_line(
	FILE *out, const struct tw_reflector_report *r, const struct tw_report_context *ctx)
{
	fprintf(out, "[%3" PRIu64 "] sessions %" PRIu64 " ", ctx->sequence,
		r->counters.sessions_active);
	packets_line(out, &r->counters);
	return report_finish(out);
}

static void head(FILE *out, const struct tw_reflector_report *r)
{
	fprintf(out, "Reflector");
	for (unsigned int i = 0; i < r->n_local && i < TW_REFLECTOR_LOCALS; i++)
		fprintf(out, "%s%.79s", i ? ", " : " ", r->local[i]);
	fputc('\n', out);
}

static void reasons(FILE *out, const struct tw_reflector_counters *c)
{
	for (int i = 0; i < TW_DISCARD_MAX; i++) {
		if (c->discarded[i])
			fprintf(out, " discarded %" PRIu64 ": %s\n", c->discarded[i],
				tw_discard_help((enum tw_discard)i));
	}
}

#define SESSION_LINES 20

static void control_lines(FILE *out, const struct tw_control_report *c)
{
	unsigned int from = c->n_sessions > SESSION_LINES ? c->n_sessions - SESSION_LINES : 0;

	for (unsigned int i = 0; i < c->n_counts; i++)
		if (c->count[i].v)
			fprintf(out, " %s %" PRIu64 "\n", c->count[i].help, c->count[i].v);
	if (from)
		fprintf(out, " %u sessions, the last %d of them:\n", c->n_sessions, SESSION_LINES);
	for (unsigned int i = from; i < c->n_sessions; i++) {
		const struct tw_reflected_session *s = &c->session[i];

		fprintf(out,
			" %s -> %s %s %s%s%s\n   received %" PRIu64 "  reflected %" PRIu64
			"  gaps %" PRIu64 "  reordered %" PRIu64 "  bad HMAC %" PRIu64 "\n",
			s->sender, s->receiver, s->mode, s->state, s->user[0] ? " " : "", s->user,
			s->received, s->reflected, s->gaps, s->reordered, s->bad_hmac);
	}
}

static void residence_line(FILE *out, const struct tw_series *s)
{
	char b[4][TW_UNITS_STR];

	if (s->m.count == 0)
		return;
	fprintf(out, " residence min %s  avg %s  p99 %s  max %s\n",
		tw_units_duration(report_ns((double)s->m.min), b[0]),
		tw_units_duration(report_ns(tw_moments_mean(&s->m)), b[1]),
		tw_units_duration(report_ns(tw_series_quantile(s, 0.99)), b[2]),
		tw_units_duration(report_ns((double)s->m.max), b[3]));
}

int tw_table_write_reflector(
	FILE *out, const struct tw_reflector_report *r, const struct tw_report_context *ctx)
{
	const struct tw_reflector_counters *c = &r->counters;
	const char *t2 = report_source(r->source[0]);
	const char *t3 = report_source(r->source[1]);
	char reason[256];
	bool ok = tw_reflector_tester_ok(r, reason, sizeof(reason));

	if (ctx->interim)
		return interim_line(out, r, ctx);
	text_ruler(out, '=');
	head(out, r);
	text_ruler(out, '-');
	packets_line(out, c);
	reasons(out, c);
	text_paragraph(out,
		"sessions active %" PRIu64 "  created %" PRIu64 "  expired %" PRIu64
		"  evicted %" PRIu64 "  stateless overflow %" PRIu64,
		c->sessions_active, c->sessions_created, c->sessions_expired, c->sessions_evicted,
		c->stateless_overflow);
	if (r->control)
		control_lines(out, r->control);
	residence_line(out, &r->residence);
	fprintf(out, " stamps %s/%s  ", t2 ? t2 : "none", t3 ? t3 : "none");
	text_clock(out, &r->clock);
	text_tester(out, ok, reason);
	text_stamping(out, &r->stamping, 3);
	if (ctx->rates && text_cpu(out, " packets per CPU-second: ", &r->cpu))
		fputc('\n', out);
	if (r->pcap_missed)
		text_paragraph(out, "note: %" PRIu64 " packets are missing in the capture file",
			r->pcap_missed);
	text_ruler(out, '=');
	return report_finish(out);
}
