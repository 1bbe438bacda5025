/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "text_priv.h"
#include "tw_units.h"

#include <inttypes.h>
#include <math.h>

/* Loss of a direction in percent of what was sent, "-" where the direction is not known. */
static char *loss(const struct tw_packet_counts *p, enum tw_direction d, char *buf)
{
	struct tw_maybe lost = report_lost(p, d);

	return tw_units_percent(lost.v, lost.known ? p->sent : 0, buf);
}

/* 2^-32 s as text. */
static char *span(double v, char *buf)
{
	return tw_units_duration(report_ns(v), buf);
}

static void direction_row(FILE *out, const struct tw_result *r, enum tw_direction d)
{
	static const char *const label[TW_DIRECTIONS] = {"Outbound:", "Inbound:", "Roundtrip:"};
	const struct tw_series *s = &r->delay[d];
	char b[6][TW_UNITS_STR];

	fprintf(out, "  %-10s%10s%12s%12s%12s%12s%9s\n", label[d], span(report_min(s), b[0]),
		span(tw_moments_mean(&s->m), b[1]), span(tw_series_quantile(s, 0.99), b[2]),
		span(report_max(s), b[3]), span(r->jitter[d], b[4]), loss(&r->packets, d, b[5]));
}

/* Where the lost packets were lost, and how sure that is. */
static void loss_note(FILE *out, const struct tw_result *r)
{
	const struct tw_packet_counts *p = &r->packets;

	if (p->lost == 0)
		return;
	if (p->lost_outbound.known && p->lost_inbound.known) {
		text_paragraph(out,
			"lost %" PRIu64 ": outbound %" PRIu64 ", inbound %" PRIu64
			", direction unknown %" PRIu64 "%s",
			p->lost, p->lost_outbound.v, p->lost_inbound.v, p->lost_unattributed,
			p->loss_estimated ? " (estimated)" : "");
		if (r->peer.rseq_equals_sseq)
			text_paragraph(out,
				"note: the reflector's numbers always equal ours; if it keeps no "
				"counter of its own, these directions mean nothing");
		return;
	}
	text_paragraph(out, "lost %" PRIu64 ": by direction unknown (%s)", p->lost,
		r->session.stateless_peer ? "the reflector keeps no counter of its own"
		: p->loss_inconsistent ? "the reflector's sequence numbers contradict the replies"
				       : "not enough replies");
}

static void order_note(FILE *out, const struct tw_result *r)
{
	if (r->packets.order_unknown)
		text_paragraph(out,
			"note: of %" PRIu64 " replies it is not known whether they were overtaken",
			r->packets.order_unknown);
}

/* One-way delays compare two clocks: say when that comparison cannot be trusted. */
static void one_way_note(FILE *out, const struct tw_result *r)
{
	uint64_t neg_out = tw_series_negative(&r->delay[TW_OUTBOUND]);
	uint64_t neg_in = tw_series_negative(&r->delay[TW_INBOUND]);
	bool comparable = report_one_way_comparable(r);
	struct tw_ns offset;
	char estimate[128] = "";
	char buf[TW_UNITS_STR];

	if (r->delay[TW_OUTBOUND].m.count == 0 || (comparable && !neg_out && !neg_in))
		return;
	if (report_one_clock(r)) {
		text_paragraph(out,
			"note: %" PRIu64 " outbound and %" PRIu64 " inbound delays are negative: "
			"less than what stamps of the one clock of both ends are off",
			neg_out, neg_in);
		return;
	}
	if (tw_result_offset(r, &offset))
		snprintf(estimate, sizeof(estimate),
			"; estimated offset %s%s (peer minus here, if the shortest delays are "
			"equal)",
			offset.v > 0 ? "+" : "", tw_units_duration((double)offset.v, buf));
	if (neg_out || neg_in)
		text_paragraph(out,
			"note: %" PRIu64 " outbound and %" PRIu64 " inbound delays are negative, "
			"the clocks disagree%s",
			neg_out, neg_in, estimate);
	else
		text_paragraph(out, "note: one-way delays are unsynchronised (%s)%s",
			r->clock.synchronised ? "the peer's clock" : "the clock here", estimate);
}

static void peer_notes(FILE *out, const struct tw_result *r)
{
	if (r->peer.negative_residence)
		text_paragraph(out,
			"note: %" PRIu64
			" replies left before their request came (T3 < T2): left out "
			"of the one-way delays",
			r->peer.negative_residence);
	if (r->peer.z_bit_lies)
		text_paragraph(out,
			"note: the peer's timestamps are not in the format that its Z bit names");
	if (r->peer.zero_multiplier)
		text_paragraph(out,
			"note: %" PRIu64 " replies had an Error Estimate with Multiplier 0",
			r->peer.zero_multiplier);
	if (r->packets.short_replies)
		text_paragraph(out, "note: %" PRIu64 " short replies (no TTL in them)",
			r->packets.short_replies);
	if (r->clock.steps)
		text_paragraph(
			out, "note: the clock here was stepped %" PRIu64 " times", r->clock.steps);
	if (r->pcap_missed)
		text_paragraph(out, "note: %" PRIu64 " packets are missing in the capture file",
			r->pcap_missed);
}

/* What came back of what --tlv asked for, a line a type, and the trouble with all of them. */
static void tlv_lines(FILE *out, const struct tw_tlv_result *t)
{
	if (!t->asked)
		return;
	for (unsigned int i = 0; i < TW_TLV_TALLIES; i++) {
		const struct tw_tlv_tally *y = &t->tally[i];

		if (y->asked)
			fprintf(out,
				" tlv %-19s answered %" PRIu64 "  not used %" PRIu64
				"  malformed %" PRIu64 "  missing %" PRIu64 "\n",
				y->name, y->answered, y->unrecognized, y->malformed, y->missing);
	}
	if (t->plain)
		text_paragraph(
			out, "note: %" PRIu64 " replies of a peer that knows no TLVs", t->plain);
	if (t->bad_hmac || t->integrity_failed)
		text_paragraph(out,
			"note: TLVs of %" PRIu64 " replies had a wrong HMAC; the reflector found "
			"ours wrong in %" PRIu64,
			t->bad_hmac, t->integrity_failed);
	if (t->direct.intervals)
		text_paragraph(out,
			"direct measurement: sent %" PRIu64 "  received there %" PRIu64
			"  sent there %" PRIu64 "  received here %" PRIu64,
			t->direct.sent, t->direct.received_there, t->direct.sent_there,
			t->direct.received_here);
	if (t->cos.refused)
		text_paragraph(out, "note: the reflector refused DSCP %u in %" PRIu64 " replies",
			t->cos.asked, t->cos.refused);
}

static void sla_line(FILE *out, const char *group, const struct tw_sla_verdict *v)
{
	char list[TW_SLA_MAX_MISSED * (sizeof(v->missed[0]) + 2)] = "";
	size_t used = 0;

	if (!v->asked)
		return;
	for (unsigned int i = 0; i < v->n_missed && i < TW_SLA_MAX_MISSED; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.95s",
			used ? "; " : ": ", v->missed[i]);
	text_paragraph(
		out, "sla%s%s: %s%s", *group ? " of " : "", group, v->ok ? "met" : "MISSED", list);
}

static void rates_line(FILE *out, const struct tw_result *r)
{
	double pps = report_rate(r->packets.received, r->receive_time, false);

	if (isnan(pps))
		fprintf(out, " packets per second unknown");
	else
		fprintf(out, " packets per second %.0f", pps);
	text_cpu(out, "  packets per CPU-second: ", &r->cpu);
	fputc('\n', out);
}

static void departures_line(FILE *out, const struct tw_series *s)
{
	char b[4][TW_UNITS_STR];

	if (s->m.count)
		fprintf(out, " gaps between packets off by min %s p50 %s p99 %s max %s\n",
			span(report_min(s), b[0]), span(tw_series_quantile(s, 0.5), b[1]),
			span(tw_series_quantile(s, 0.99), b[2]), span(report_max(s), b[3]));
}

static int interim_line(FILE *out, const struct tw_result *r, const struct tw_report_context *ctx)
{
	const struct tw_series *rtt = &r->delay[TW_ROUNDTRIP];
	char b[6][TW_UNITS_STR];

	fprintf(out,
		"[%3" PRIu64 "] sent %" PRIu64 "  received %" PRIu64 "  loss %s  "
		"rtt min %s avg %s p99 %s max %s  jitter %s\n",
		ctx->sequence, r->packets.sent, r->packets.received,
		loss(&r->packets, TW_ROUNDTRIP, b[0]), span(report_min(rtt), b[1]),
		span(tw_moments_mean(&rtt->m), b[2]), span(tw_series_quantile(rtt, 0.99), b[3]),
		span(report_max(rtt), b[4]), span(r->jitter[TW_ROUNDTRIP], b[5]));
	return report_finish(out);
}

/* A line a group; round trips, since those mean the same with any clocks. */
static void group_lines(FILE *out, const struct tw_report_context *ctx)
{
	char b[6][TW_UNITS_STR];

	if (!ctx->n_groups)
		return;
	fprintf(out, "%-16s%10s%9s%9s%9s%9s%9s%8s\n", "Group", "Sent", "Loss", "RTT Min", "Avg",
		"P99", "Max", "Jitter");
	text_ruler(out, '-');
	for (unsigned int i = 0; i < ctx->n_groups; i++) {
		const struct tw_result *r = ctx->groups[i].result;
		const struct tw_series *rtt = &r->delay[TW_ROUNDTRIP];

		fprintf(out, " %-15s%10" PRIu64 "%9s%9s%9s%9s%9s%8s\n", ctx->groups[i].name,
			r->packets.sent, loss(&r->packets, TW_ROUNDTRIP, b[0]),
			span(report_min(rtt), b[1]), span(tw_moments_mean(&rtt->m), b[2]),
			span(tw_series_quantile(rtt, 0.99), b[3]), span(report_max(rtt), b[4]),
			span(r->jitter[TW_ROUNDTRIP], b[5]));
	}
	text_ruler(out, '-');
}

int tw_table_write_result(FILE *out, const struct tw_result *r, const struct tw_report_context *ctx)
{
	const char *t1 = report_source(r->source[0]);
	const char *t4 = report_source(r->source[3]);
	char reason[256];
	bool ok = tw_result_tester_ok(r, reason, sizeof(reason));

	if (ctx->interim)
		return interim_line(out, r, ctx);
	text_ruler(out, '=');
	fprintf(out, "%-9s%12s%12s%12s%12s%12s%9s\n", "Direction", "Min", "Avg", "P99", "Max",
		"Jitter", "Loss");
	text_ruler(out, '-');
	for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
		direction_row(out, r, (enum tw_direction)d);
	text_ruler(out, '-');
	group_lines(out, ctx);
	fprintf(out,
		" sent %" PRIu64 "  received %" PRIu64 "  duplicates %" PRIu64
		"  reordered %" PRIu64 "  late %" PRIu64 "\n",
		r->packets.sent, r->packets.received, r->packets.duplicates, r->packets.reordered,
		r->packets.late);
	loss_note(out, r);
	order_note(out, r);
	fprintf(out, " stamps %s/%s  ", t1 ? t1 : "none", t4 ? t4 : "none");
	text_clock(out, &r->clock);
	text_tester(out, ok, reason);
	text_stamping(out, &r->stamping, 1);
	if (ctx->rates)
		rates_line(out, r);
	if (ctx->departures)
		departures_line(out, &r->tester.departure);
	tlv_lines(out, &r->tlv);
	sla_line(out, "", &r->sla);
	for (unsigned int i = 0; i < ctx->n_groups; i++)
		sla_line(out, ctx->groups[i].name, &ctx->groups[i].result->sla);
	one_way_note(out, r);
	peer_notes(out, r);
	fprintf(out, "%78s\n", "Jitter Algorithm [RFC3550]");
	text_ruler(out, '=');
	return report_finish(out);
}
