/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exposition_priv.h"
#include "report_priv.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* Counters that are one number of the result. */
static const struct counter_row {
	const char *name;
	size_t offset; /* of a uint64_t in struct tw_result */
	const char *help;
} counter_rows[] = {
#define ROW(name, member, help)                                                                    \
	{                                                                                          \
		"twamp_" name "_total", offsetof(struct tw_result, member), help                   \
	}
	ROW("session_packets_sent", packets.sent, "Test packets sent."),
	ROW("session_packets_received", packets.received, "Distinct replies that came in time."),
	ROW("session_late", packets.late, "Replies after the timeout; their packets are lost."),
	ROW("session_lost_unattributed", packets.lost_unattributed,
		"Lost packets whose direction cannot be told."),
	ROW("session_order_unknown", packets.order_unknown,
		"Replies of which it is not known whether they were overtaken."),
	ROW("session_short_replies", packets.short_replies, "Replies too short to hold a TTL."),
	ROW("peer_zero_multiplier", peer.zero_multiplier,
		"Replies whose Error Estimate has Multiplier 0."),
	ROW("peer_negative_residence", peer.negative_residence,
		"Replies with T3 before T2; left out of the one-way delays."),
	ROW("clock_steps", clock.steps, "Times that the local clock was stepped."),
	ROW("tester_not_sent", tester.not_sent, "Packets that were due but not sent in time."),
	ROW("tester_tx_full", tester.tx_full, "Packets offered to a full transmit ring."),
	ROW("tester_rx_missed", tester.rx_missed, "Packets that the receive queue missed."),
	ROW("tester_rx_nombuf", tester.rx_nombuf, "Packets for which there was no receive buffer."),
	ROW("tester_tx_errors", tester.tx_errors,
		"Packets that the device took and did not send, or not at once."),
	ROW("tester_tx_dropped", tester.tx_dropped,
		"Packets that our own interface dropped on their way out."),
	ROW("tester_window_overrun", tester.window_overrun,
		"Outstanding packets that were forgotten before their timeout."),
	ROW("tester_pcap_missed", pcap_missed, "Packets that the capture file lacks."),
#undef ROW
};

static double duration(const struct tw_result *r)
{
	return tw_ns_sec(r->duration);
}

static double start_time(const struct tw_result *r)
{
	return tw_ns_sec(r->start);
}

static double offered(const struct tw_result *r)
{
	return r->offered_pps > 0 ? r->offered_pps : (double)NAN;
}

static double clock_error(const struct tw_result *r)
{
	return r->clock.error.v > 0 ? tw_ns_sec(r->clock.error) : (double)NAN;
}

static double clock_synchronised(const struct tw_result *r)
{
	return r->clock.synchronised;
}

static double clock_offset(const struct tw_result *r)
{
	struct tw_ns offset;

	return tw_result_offset(r, &offset) ? tw_ns_sec(offset) : (double)NAN;
}

static double peer_synchronised(const struct tw_result *r)
{
	return r->peer.known ? r->peer.synchronised : (double)NAN;
}

static double peer_error(const struct tw_result *r)
{
	return r->peer.known ? expo_seconds((double)r->peer.error.v) : (double)NAN;
}

static double tester_ok(const struct tw_result *r)
{
	char reason[256];

	return tw_result_tester_ok(r, reason, sizeof(reason));
}

static double stolen(const struct tw_result *r)
{
	return tw_ns_sec(r->tester.stolen);
}

static double stolen_longest(const struct tw_result *r)
{
	return tw_ns_sec(r->tester.stolen_longest);
}

static double link_down(const struct tw_result *r)
{
	return tw_ns_sec(r->tester.link_down);
}

static double sla_ok(const struct tw_result *r)
{
	return r->sla.asked ? r->sla.ok : (double)NAN;
}

/* What is derived; NaN where it is not known, and then there is no sample. */
static const struct value_row {
	const char *name;
	const char *type;
	double (*get)(const struct tw_result *r);
	const char *help;
} value_rows[] = {
	{"twamp_session_start_time_seconds", "gauge", start_time, "Start, since the Unix epoch."},
	{"twamp_session_duration_seconds", "gauge", duration, "Time measured so far."},
	{"twamp_session_offered_packets_per_second", "gauge", offered,
		"Rate asked for; absent when as fast as possible."},
	{"twamp_clock_error_seconds", "gauge", clock_error, "Error bound of the local clock."},
	{"twamp_clock_synchronised", "gauge", clock_synchronised,
		"Is the local clock synchronised to UTC?"},
	{"twamp_clock_offset_seconds", "gauge", clock_offset,
		"Peer's clock minus ours, if the shortest delays of both directions are equal."},
	{"twamp_peer_synchronised", "gauge", peer_synchronised,
		"Does the peer call its clock synchronised?"},
	{"twamp_peer_error_seconds", "gauge", peer_error,
		"Error bound that the peer gives for its clock."},
	{"twamp_tester_ok", "gauge", tester_ok, "0: the tester was the bottleneck, invalid."},
	{"twamp_tester_stolen_seconds_total", "counter", stolen,
		"Time in which a worker wanted to run but did not."},
	{"twamp_tester_stolen_longest_seconds", "gauge", stolen_longest,
		"The most of it at a stretch."},
	{"twamp_tester_link_down_seconds_total", "counter", link_down,
		"Time in which the port had no link."},
	{"twamp_sla_ok", "gauge", sla_ok, "Were all bounds of --sla met?"},
};

static const char *direction(int d)
{
	return tw_direction_name((enum tw_direction)d);
}

static double lost_total(const struct tw_result *r, enum tw_direction d)
{
	struct tw_maybe n = report_lost(&r->packets, d);

	return n.known ? (double)n.v : (double)NAN;
}

static double loss_ratio(const struct tw_result *r, enum tw_direction d)
{
	return r->packets.sent ? lost_total(r, d) / (double)r->packets.sent : (double)NAN;
}

static double duplicates(const struct tw_result *r, enum tw_direction d)
{
	const struct tw_packet_counts *p = &r->packets;

	return (double)(d == TW_OUTBOUND  ? p->duplicates_outbound
			: d == TW_INBOUND ? p->duplicates_inbound
					  : p->duplicates);
}

static double reordered(const struct tw_result *r, enum tw_direction d)
{
	const struct tw_packet_counts *p = &r->packets;

	return (double)(d == TW_OUTBOUND  ? p->reordered_outbound
			: d == TW_INBOUND ? p->reordered_inbound
					  : p->reordered);
}

static double negative(const struct tw_result *r, enum tw_direction d)
{
	return (double)tw_series_negative(&r->delay[d]);
}

static double delay_min(const struct tw_result *r, enum tw_direction d)
{
	return expo_seconds(report_min(&r->delay[d]));
}

static double delay_max(const struct tw_result *r, enum tw_direction d)
{
	return expo_seconds(report_max(&r->delay[d]));
}

static double jitter(const struct tw_result *r, enum tw_direction d)
{
	return expo_seconds(r->jitter[d]);
}

/* A family with a sample per direction. */
static const struct direction_row {
	const char *name;
	const char *type;
	double (*get)(const struct tw_result *r, enum tw_direction d);
	const char *help;
} direction_rows[] = {
	{"twamp_session_lost_total", "counter", lost_total,
		"Lost packets; a direction that cannot be told is absent."},
	{"twamp_session_loss_ratio", "gauge", loss_ratio, "Lost packets over packets sent."},
	{"twamp_session_duplicates_total", "counter", duplicates,
		"Replies beyond the first of a packet."},
	{"twamp_session_reordered_total", "counter", reordered, "Reordered packets (RFC 4737)."},
	{"twamp_session_delay_negative_total", "counter", negative,
		"Delays below zero: the clocks disagree."},
	{"twamp_session_delay_min_seconds", "gauge", delay_min, "Shortest delay."},
	{"twamp_session_delay_max_seconds", "gauge", delay_max, "Longest delay."},
	{"twamp_session_jitter_seconds", "gauge", jitter, "Interarrival jitter (RFC 3550)."},
};

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static void scalars(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	for (size_t k = 0; k < COUNT_OF(counter_rows); k++) {
		const struct counter_row *row = &counter_rows[k];

		expo_family(out, row->name, "counter", row->help);
		for (unsigned int i = 0; i < n; i++) {
			uint64_t v;

			memcpy(&v, (const char *)s[i].result + row->offset, sizeof(v));
			expo_count(out, row->name, LABELS("session", s[i].session), v);
		}
	}
	for (size_t k = 0; k < COUNT_OF(value_rows); k++) {
		const struct value_row *row = &value_rows[k];

		expo_family(out, row->name, row->type, row->help);
		for (unsigned int i = 0; i < n; i++)
			expo_value(out, row->name, LABELS("session", s[i].session),
				row->get(s[i].result));
	}
	for (size_t k = 0; k < COUNT_OF(direction_rows); k++) {
		const struct direction_row *row = &direction_rows[k];

		expo_family(out, row->name, row->type, row->help);
		for (unsigned int i = 0; i < n; i++) {
			for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
				expo_value(out, row->name,
					LABELS("direction", direction(d), "session", s[i].session),
					row->get(s[i].result, (enum tw_direction)d));
		}
	}
}

static void histograms(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	static const char delay[] = "twamp_session_delay_seconds";
	static const char ipdv[] = "twamp_session_ipdv_seconds";
	static const char residence[] = "twamp_session_residence_seconds";
	static const char departure[] = "twamp_tester_inter_departure_error_seconds";

	expo_family(
		out, delay, "histogram", "Delay; a round trip is without the peer's residence.");
	for (unsigned int i = 0; i < n; i++) {
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
			expo_histogram(out, delay,
				LABELS("direction", direction(d), "session", s[i].session),
				&s[i].result->delay[d], EXPO_POSITIVE, 1);
	}
	expo_family(out, ipdv, "histogram", "Delay variation of consecutive packets (RFC 3393).");
	for (unsigned int i = 0; i < n; i++) {
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
			expo_histogram(out, ipdv,
				LABELS("direction", direction(d), "session", s[i].session),
				&s[i].result->ipdv[d], EXPO_SIGNED, 1);
	}
	expo_family(out, residence, "histogram", "Time that the peer kept a packet (T3 - T2).");
	for (unsigned int i = 0; i < n; i++)
		expo_histogram(out, residence, LABELS("session", s[i].session),
			&s[i].result->residence, EXPO_POSITIVE, 1);
	expo_family(out, departure, "histogram",
		"Time between two packets minus that of their schedule.");
	for (unsigned int i = 0; i < n; i++)
		expo_histogram(out, departure, LABELS("session", s[i].session),
			&s[i].result->tester.departure, EXPO_SIGNED, 1);
}

static const struct quantile_row {
	const char *label;
	double q;
} quantiles[] = {
	{"0.5", 0.5},
	{"0.9", 0.9},
	{"0.95", 0.95},
	{"0.99", 0.99},
	{"0.999", 0.999},
	{"0.9999", 0.9999},
};

/* The summary of a series of which `base` (2^-32 s) is subtracted from every value. */
static void summary(FILE *out, const char *name, const char *const *labels,
	const struct tw_series *s, int64_t base)
{
	tw_i128 sum = s->m.sum - (tw_i128)base * (tw_i128)s->m.count;

	for (size_t k = 0; k < COUNT_OF(quantiles); k++)
		expo_quantile(out, name, labels, quantiles[k].label,
			expo_seconds(tw_series_quantile(s, quantiles[k].q) - (double)base));
	expo_totals(out, name, labels, s->m.count, expo_seconds((double)sum));
}

static void summaries(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	static const char delay[] = "twamp_session_delay_quantiles_seconds";
	static const char pdv[] = "twamp_session_pdv_seconds";
	static const char pacing[] = "twamp_tester_pacing_error_seconds";

	expo_family(out, delay, "summary", "Quantiles of the delay, within 1 %.");
	for (unsigned int i = 0; i < n; i++) {
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
			summary(out, delay,
				LABELS("direction", direction(d), "session", s[i].session),
				&s[i].result->delay[d], 0);
	}
	expo_family(out, pdv, "summary", "Delay above the shortest one (RFC 5481 PDV).");
	for (unsigned int i = 0; i < n; i++) {
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
			summary(out, pdv,
				LABELS("direction", direction(d), "session", s[i].session),
				&s[i].result->delay[d], s[i].result->delay[d].m.min);
	}
	expo_family(out, pacing, "summary", "Time of sending minus time due.");
	for (unsigned int i = 0; i < n; i++)
		summary(out, pacing, LABELS("session", s[i].session), &s[i].result->tester.pacing,
			0);
}

/* TTL, DSCP, ECN as they were seen at the far end and here. */
static void headers_seen(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	static const struct {
		const char *name;
		size_t offset;
		const char *help;
	} rows[] = {
		{"twamp_session_ttl", offsetof(struct tw_result, ttl),
			"TTL or hop limit on arrival."},
		{"twamp_session_dscp", offsetof(struct tw_result, dscp), "DSCP on arrival."},
		{"twamp_session_ecn", offsetof(struct tw_result, ecn), "ECN on arrival."},
	};

	for (size_t k = 0; k < COUNT_OF(rows); k++) {
		expo_family(out, rows[k].name, "gauge", rows[k].help);
		for (unsigned int i = 0; i < n; i++) {
			struct tw_range range[2];

			memcpy(range, (const char *)s[i].result + rows[k].offset, sizeof(range));
			for (int d = TW_OUTBOUND; d <= TW_INBOUND; d++) {
				if (range[d].count == 0)
					continue;
				expo_count(out, rows[k].name,
					LABELS("direction", direction(d), "bound", "min", "session",
						s[i].session),
					range[d].min);
				expo_count(out, rows[k].name,
					LABELS("direction", direction(d), "bound", "max", "session",
						s[i].session),
					range[d].max);
			}
		}
	}
}

static void info(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	prometheus_build_info(out);
	expo_family(
		out, "twamp_session_info", "gauge", "Always 1; the labels say what is measured.");
	for (unsigned int i = 0; i < n; i++) {
		const struct tw_session_info *si = &s[i].result->session;

		expo_count(out, "twamp_session_info",
			LABELS("protocol", si->protocol, "mode", si->mode, "local", si->local,
				"remote", si->remote, "stamp", si->stamp, "session", s[i].session),
			1);
	}
}

int tw_prometheus_write_results(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	prometheus_compat(out, s, n);
	info(out, s, n);
	scalars(out, s, n);
	histograms(out, s, n);
	summaries(out, s, n);
	headers_seen(out, s, n);
	expo_family(out, "twamp_session_discarded_total", "counter",
		"Packets received by the sender's side and discarded.");
	for (unsigned int i = 0; i < n; i++)
		prometheus_discarded(
			out, "twamp_session_discarded_total", s[i].session, s[i].result->discarded);
	prometheus_stamps_family(out);
	for (unsigned int i = 0; i < n; i++)
		prometheus_stamps(out, s[i].session, &s[i].result->stamping);
	prometheus_stamps_refused_family(out);
	for (unsigned int i = 0; i < n; i++)
		prometheus_stamps_refused(out, s[i].session, &s[i].result->stamping);
	prometheus_nic_error_family(out);
	for (unsigned int i = 0; i < n; i++)
		prometheus_nic_error(out, s[i].session, &s[i].result->stamping);
	prometheus_worker_seconds_family(out);
	for (unsigned int i = 0; i < n; i++)
		prometheus_worker_seconds(out, s[i].session, &s[i].result->cpu);
	prometheus_worker_packets_family(out);
	for (unsigned int i = 0; i < n; i++)
		prometheus_worker_packets(out, s[i].session, &s[i].result->cpu);
	return report_finish(out);
}
