/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "walk_priv.h"

#include <math.h>

static void maybe(struct walk w, const char *name, struct tw_maybe v)
{
	if (v.known)
		walk_count(w, name, v.v);
	else
		w.ops->none(w.arg, name);
}

static void session(struct walk w, const struct tw_session_info *s)
{
	w.ops->open(w.arg, "session", true);
	walk_string(w, "protocol", s->protocol);
	walk_string(w, "mode", s->mode);
	walk_string(w, "local", s->local);
	walk_string(w, "remote", s->remote);
	maybe(w, "dscp", (struct tw_maybe){s->dscp, !s->dscp_differs});
	maybe(w, "ttl", (struct tw_maybe){s->ttl, !s->ttl_differs});
	walk_count(w, "streams", s->streams);
	walk_string(w, "stamp", s->stamp);
	w.ops->flag(w.arg, "stateless_peer", s->stateless_peer);
	w.ops->close(w.arg);
}

static void packets(struct walk w, const struct tw_packet_counts *p)
{
	w.ops->open(w.arg, "packets", true);
	walk_count(w, "sent", p->sent);
	walk_count(w, "received", p->received);
	walk_count(w, "lost", p->lost);
	maybe(w, "lost_outbound", p->lost_outbound);
	maybe(w, "lost_inbound", p->lost_inbound);
	walk_count(w, "lost_unattributed", p->lost_unattributed);
	w.ops->flag(w.arg, "loss_estimated", p->loss_estimated);
	w.ops->flag(w.arg, "loss_inconsistent", p->loss_inconsistent);
	walk_count(w, "late", p->late);
	walk_count(w, "duplicates", p->duplicates);
	walk_count(w, "duplicates_outbound", p->duplicates_outbound);
	walk_count(w, "duplicates_inbound", p->duplicates_inbound);
	walk_count(w, "reordered", p->reordered);
	walk_count(w, "reordered_outbound", p->reordered_outbound);
	walk_count(w, "reordered_inbound", p->reordered_inbound);
	walk_count(w, "order_unknown", p->order_unknown);
	walk_count(w, "short_replies", p->short_replies);
	w.ops->close(w.arg);
}

static void delay(struct walk w, const struct tw_result *r)
{
	w.ops->open(w.arg, "delay_ns", true);
	for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
		walk_series(w, tw_direction_name((enum tw_direction)d), &r->delay[d]);
	walk_series(w, "residence", &r->residence);
	w.ops->close(w.arg);
}

static void variation(struct walk w, const struct tw_result *r)
{
	const char *name[TW_DIRECTIONS];

	for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
		name[d] = tw_direction_name((enum tw_direction)d);
	w.ops->open(w.arg, "jitter_ns", true);
	for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
		walk_ns(w, name[d], r->jitter[d]);
	w.ops->close(w.arg);
	w.ops->open(w.arg, "ipdv_ns", true);
	for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++) {
		const struct tw_series *s = &r->ipdv[d];

		w.ops->open(w.arg, name[d], true);
		walk_ns(w, "min", report_min(s));
		walk_ns(w, "p50", tw_series_quantile(s, 0.5));
		walk_ns(w, "p99", tw_series_quantile(s, 0.99));
		walk_ns(w, "max", report_max(s));
		w.ops->close(w.arg);
	}
	w.ops->close(w.arg);
	w.ops->open(w.arg, "pdv_ns", true);
	for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++) {
		w.ops->open(w.arg, name[d], true);
		walk_ns(w, "p50", report_pdv(&r->delay[d], 0.5));
		walk_ns(w, "p95", report_pdv(&r->delay[d], 0.95));
		walk_ns(w, "p99", report_pdv(&r->delay[d], 0.99));
		walk_ns(w, "p99_9", report_pdv(&r->delay[d], 0.999));
		w.ops->close(w.arg);
	}
	w.ops->close(w.arg);
}

static void ranges(struct walk w, const char *name, const struct tw_range *range)
{
	w.ops->open(w.arg, name, true);
	for (int d = TW_OUTBOUND; d <= TW_INBOUND; d++) {
		w.ops->open(w.arg, tw_direction_name((enum tw_direction)d), true);
		maybe(w, "min", (struct tw_maybe){range[d].min, range[d].count != 0});
		maybe(w, "max", (struct tw_maybe){range[d].max, range[d].count != 0});
		w.ops->close(w.arg);
	}
	w.ops->close(w.arg);
}

static void timestamps(struct walk w, const struct tw_result *r)
{
	static const char *const name[4] = {"t1", "t2", "t3", "t4"};

	w.ops->open(w.arg, "timestamps", true);
	for (int i = 0; i < 4; i++)
		walk_string(w, name[i], report_source(r->source[i]));
	w.ops->close(w.arg);
}

/* Ours are as good as the clock and, by the NIC, its mapping; the peer's as good as it says. */
static void stamping(struct walk w, const struct tw_result *r)
{
	double error[4];

	for (int i = 0; i < 4; i++) {
		enum tw_stamp_source by = r->source[i];

		error[i] = (double)NAN;
		if (by == TW_STAMP_PEER && r->peer.known)
			error[i] = report_ns((double)r->peer.error.v);
		else if (by != TW_STAMP_PEER && by != TW_STAMP_NONE && r->clock.error.v > 0)
			error[i] = (double)(r->clock.error.v +
					    (by == TW_STAMP_SOFTWARE ? 0 : r->stamping.error.v));
	}
	walk_stamping(w, &r->stamping, error);
}

static void peer(struct walk w, const struct tw_peer_info *p)
{
	w.ops->open(w.arg, "peer", true);
	if (p->known)
		w.ops->flag(w.arg, "synchronised", p->synchronised);
	else
		w.ops->none(w.arg, "synchronised");
	walk_string(w, "format", !p->known ? NULL : p->ptp ? "ptp" : "ntp");
	walk_ns(w, "error_ns", p->known ? (double)p->error.v : (double)NAN);
	w.ops->flag(w.arg, "z_bit_lies", p->z_bit_lies);
	walk_count(w, "zero_multiplier", p->zero_multiplier);
	walk_count(w, "negative_residence", p->negative_residence);
	w.ops->flag(w.arg, "sequence_equals_ours", p->rseq_equals_sseq);
	w.ops->close(w.arg);
}

static void rate(struct walk w, const struct tw_result *r, bool interim)
{
	w.ops->open(w.arg, "rate", true);
	walk_number(w, "offered_pps", r->offered_pps > 0 ? r->offered_pps : (double)NAN);
	walk_number(w, "sent_pps", report_rate(r->packets.sent, r->send_time, interim));
	walk_number(w, "received_pps", report_rate(r->packets.received, r->receive_time, interim));
	w.ops->close(w.arg);
}

static void pacing(struct walk w, const struct tw_tester_health *t)
{
	w.ops->open(w.arg, "pacing_error_ns", true);
	walk_ns(w, "p50", tw_series_quantile(&t->pacing, 0.5));
	walk_ns(w, "p99", tw_series_quantile(&t->pacing, 0.99));
	walk_ns(w, "max", report_max(&t->pacing));
	w.ops->close(w.arg);
	walk_series(w, "inter_departure_error_ns", &t->departure);
}

static void tester(struct walk w, const struct tw_result *r)
{
	const struct tw_tester_health *t = &r->tester;
	char reason[256];
	bool ok = tw_result_tester_ok(r, reason, sizeof(reason));

	w.ops->open(w.arg, "tester", true);
	w.ops->flag(w.arg, "ok", ok);
	walk_string(w, "reason", ok ? NULL : reason);
	walk_count(w, "not_sent", t->not_sent);
	walk_count(w, "tx_full", t->tx_full);
	walk_count(w, "rx_missed", t->rx_missed);
	walk_count(w, "rx_nombuf", t->rx_nombuf);
	walk_count(w, "tx_errors", t->tx_errors);
	walk_count(w, "tx_dropped", t->tx_dropped);
	walk_count(w, "window_overrun", t->window_overrun);
	pacing(w, t);
	walk_number(w, "pacing_slope", tw_trend_slope(&t->drift));
	w.ops->integer(w.arg, "stolen_ns", t->stolen.v);
	w.ops->integer(w.arg, "stolen_longest_ns", t->stolen_longest.v);
	w.ops->integer(w.arg, "link_down_ns", t->link_down.v);
	w.ops->flag(w.arg, "device_lost", t->device_lost);
	walk_count(w, "pcap_missed", r->pcap_missed);
	w.ops->close(w.arg);
}

static void sla(struct walk w, const struct tw_sla_verdict *v)
{
	w.ops->open(w.arg, "sla", v->asked);
	if (v->asked)
		w.ops->flag(w.arg, "ok", v->ok);
	else
		w.ops->none(w.arg, "ok");
	w.ops->open_list(w.arg, "missed", false);
	for (unsigned int i = 0; v->asked && i < v->n_missed && i < TW_SLA_MAX_MISSED; i++)
		w.ops->text(w.arg, NULL, v->missed[i]);
	w.ops->close_list(w.arg);
	w.ops->close(w.arg);
}

/* What is measured of packets, of all or of a group. */
static void measurements(struct walk w, const struct tw_result *r)
{
	packets(w, &r->packets);
	delay(w, r);
	variation(w, r);
	ranges(w, "ttl", r->ttl);
	ranges(w, "dscp", r->dscp);
	ranges(w, "ecn", r->ecn);
}

static void groups(struct walk w, const struct tw_report_context *ctx)
{
	if (!ctx->n_groups)
		return;
	w.ops->open_list(w.arg, "groups", true);
	for (unsigned int i = 0; i < ctx->n_groups; i++) {
		const struct tw_result *r = ctx->groups[i].result;

		w.ops->open(w.arg, NULL, true);
		walk_string(w, "name", ctx->groups[i].name);
		session(w, &r->session);
		measurements(w, r);
		peer(w, &r->peer);
		walk_tlv(w, &r->tlv);
		rate(w, r, ctx->interim);
		sla(w, &r->sla);
		w.ops->open(w.arg, "tester", true);
		walk_count(w, "not_sent", r->tester.not_sent);
		pacing(w, &r->tester);
		w.ops->close(w.arg);
		w.ops->close(w.arg);
	}
	w.ops->close_list(w.arg);
}

void walk_result(struct walk w, const struct tw_result *r, const struct tw_report_context *ctx)
{
	struct tw_ns offset;
	bool offset_known = tw_result_offset(r, &offset);

	walk_head(w, "dpdk-twamp/result/1", ctx, r->start, r->duration);
	session(w, &r->session);
	if (r->session.control)
		walk_asked(w, r->session.control);
	measurements(w, r);
	timestamps(w, r);
	stamping(w, r);
	walk_clock(w, &r->clock, offset_known ? &offset : NULL);
	peer(w, &r->peer);
	walk_tlv(w, &r->tlv);
	rate(w, r, ctx->interim);
	sla(w, &r->sla);
	tester(w, r);
	walk_cpu(w, &r->cpu);
	walk_discarded(w, r->discarded);
	groups(w, ctx);
}
