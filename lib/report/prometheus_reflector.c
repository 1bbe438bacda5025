/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exposition_priv.h"
#include "report_priv.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MAX_LOCALS_TEXT (TW_REFLECTOR_LOCALS * 82)

/* Families of one number. */
static const struct row {
	const char *name;
	const char *type;
	size_t offset; /* of a uint64_t in struct tw_reflector_report */
	const char *help;
} rows[] = {
#define COUNTER(name, member, help)                                                                \
	{                                                                                          \
		"twamp_" name "_total", "counter", offsetof(struct tw_reflector_report, member),   \
			help                                                                       \
	}
	COUNTER("reflector_received", counters.received, "Packets received."),
	COUNTER("reflector_checksum_partial", counters.checksum_partial,
		"Requests accepted with only the pseudo-header's sum (checksum offload of the "
		"peer)."),
	COUNTER("reflector_sessions_created", counters.sessions_created, "Sessions created."),
	COUNTER("reflector_sessions_expired", counters.sessions_expired, "Sessions expired."),
	COUNTER("reflector_sessions_evicted", counters.sessions_evicted,
		"Idle sessions that made room for new ones."),
	COUNTER("reflector_sessions_reset", counters.sessions_reset,
		"Sessions whose sender started again."),
	COUNTER("reflector_stateless_overflow", counters.stateless_overflow,
		"Requests answered statelessly because the session table was full."),
	COUNTER("clock_steps", clock.steps, "Times that the local clock was stepped."),
	COUNTER("tester_tx_full", health.tx_full, "Packets offered to a full transmit ring."),
	COUNTER("tester_rx_missed", health.rx_missed, "Packets that the receive queue missed."),
	COUNTER("tester_rx_nombuf", health.rx_nombuf,
		"Packets for which there was no receive buffer."),
	COUNTER("tester_tx_errors", health.tx_errors,
		"Packets that the device took and did not send, or not at once."),
	COUNTER("tester_tx_dropped", health.tx_dropped,
		"Packets that our own interface dropped on their way out."),
	COUNTER("tester_pcap_missed", pcap_missed, "Packets that the capture file lacks."),
#undef COUNTER
	{"twamp_reflector_sessions", "gauge",
		offsetof(struct tw_reflector_report, counters.sessions_active), "Sessions now."},
};

static void scalars(FILE *out, const struct tw_reflector_report *r)
{
	char reason[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t v;

		memcpy(&v, (const char *)r + rows[i].offset, sizeof(v));
		expo_family(out, rows[i].name, rows[i].type, rows[i].help);
		expo_count(out, rows[i].name, NULL, v);
	}
	expo_family(
		out, "twamp_reflector_start_time_seconds", "gauge", "Start, since the Unix epoch.");
	expo_value(out, "twamp_reflector_start_time_seconds", NULL, tw_ns_sec(r->start));
	expo_family(out, "twamp_clock_error_seconds", "gauge", "Error bound of the local clock.");
	expo_value(out, "twamp_clock_error_seconds", NULL,
		r->clock.error.v > 0 ? tw_ns_sec(r->clock.error) : (double)NAN);
	expo_family(out, "twamp_clock_synchronised", "gauge",
		"Is the local clock synchronised to UTC?");
	expo_count(out, "twamp_clock_synchronised", NULL, r->clock.synchronised);
	expo_family(out, "twamp_tester_ok", "gauge", "0: the tester was the bottleneck, invalid.");
	expo_count(out, "twamp_tester_ok", NULL, tw_reflector_tester_ok(r, reason, sizeof(reason)));
	expo_family(out, "twamp_tester_stolen_seconds_total", "counter",
		"Time in which a worker wanted to run but did not.");
	expo_value(out, "twamp_tester_stolen_seconds_total", NULL, tw_ns_sec(r->health.stolen));
	expo_family(out, "twamp_tester_stolen_longest_seconds", "gauge",
		"The most of it at a stretch.");
	expo_value(out, "twamp_tester_stolen_longest_seconds", NULL,
		tw_ns_sec(r->health.stolen_longest));
	expo_family(out, "twamp_tester_link_down_seconds_total", "counter",
		"Time in which the port had no link.");
	expo_value(
		out, "twamp_tester_link_down_seconds_total", NULL, tw_ns_sec(r->health.link_down));
}

/* received = the sum over all verdicts. */
static void verdicts(FILE *out, const struct tw_reflector_counters *c)
{
	static const char name[] = "twamp_reflector_packets_total";
	uint64_t discarded = 0;

	for (int i = 0; i < TW_DISCARD_MAX; i++)
		discarded += c->discarded[i];
	expo_family(out, name, "counter", "Packets received, by what became of them.");
	expo_count(out, name, LABELS("verdict", "reflected"), c->reflected);
	expo_count(out, name, LABELS("verdict", "tx_failed"), c->tx_failed);
	expo_count(out, name, LABELS("verdict", "passed"), c->passed);
	expo_count(out, name, LABELS("verdict", "discarded"), discarded);
	expo_family(
		out, "twamp_reflector_discarded_total", "counter", "Discarded packets, by reason.");
	prometheus_discarded(out, "twamp_reflector_discarded_total", NULL, c->discarded);
}

static void traffic(FILE *out, const struct tw_reflector_counters *c)
{
	static const char octets[] = "twamp_reflector_octets_total";
	static const char dscp[] = "twamp_reflector_requests_by_dscp_total";
	static const char ecn[] = "twamp_reflector_requests_by_ecn_total";
	static const char ttl[] = "twamp_reflector_request_ttl";
	char value[12];

	expo_family(out, octets, "counter", "Octets of reflected frames, without FCS.");
	expo_count(out, octets, LABELS("direction", "in"), c->octets_in);
	expo_count(out, octets, LABELS("direction", "out"), c->octets_out);
	expo_family(out, dscp, "counter", "Requests by received DSCP; those seen.");
	for (int i = 0; i < 64; i++) {
		snprintf(value, sizeof(value), "%d", i);
		if (c->dscp[i])
			expo_count(out, dscp, LABELS("dscp", value), c->dscp[i]);
	}
	expo_family(out, ecn, "counter", "Requests by received ECN field.");
	for (int i = 0; i < 4; i++) {
		snprintf(value, sizeof(value), "%d", i);
		expo_count(out, ecn, LABELS("ecn", value), c->ecn[i]);
	}
	expo_family(out, ttl, "gauge", "TTL or hop limit of the requests.");
	if (c->ttl_max) {
		expo_count(out, ttl, LABELS("bound", "min"), c->ttl_min);
		expo_count(out, ttl, LABELS("bound", "max"), c->ttl_max);
	}
}

static void info(FILE *out, const struct tw_reflector_report *r)
{
	char local[MAX_LOCALS_TEXT] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < r->n_local && i < TW_REFLECTOR_LOCALS; i++)
		used += (size_t)snprintf(local + used, sizeof(local) - used, "%s%.79s",
			used ? " " : "", r->local[i]);
	prometheus_build_info(out);
	expo_family(
		out, "twamp_reflector_info", "gauge", "Always 1; the labels say what reflects.");
	expo_count(out, "twamp_reflector_info",
		LABELS("local", local, "stamp", r->stamp, "t2", report_source(r->source[0]), "t3",
			report_source(r->source[1])),
		1);
}

/* One family of a counter of every session. */
static void session_family(FILE *out, const struct tw_control_report *c, const char *name,
	const char *help, size_t offset)
{
	expo_family(out, name, "counter", help);
	for (unsigned int i = 0; i < c->n_sessions; i++) {
		const struct tw_reflected_session *s = &c->session[i];
		uint64_t v;

		memcpy(&v, (const char *)s + offset, sizeof(v));
		if (strcmp(s->state, "ended") != 0)
			expo_count(out, name,
				LABELS("sid", s->sid, "sender", s->sender, "receiver", s->receiver),
				v);
	}
}

static void control(FILE *out, const struct tw_control_report *c)
{
	char name[80];

	expo_family(out, "twamp_control_open_connections", "gauge", "Control connections now.");
	expo_count(out, "twamp_control_open_connections", NULL, c->connections);
	for (unsigned int i = 0; i < c->n_counts; i++) {
		snprintf(name, sizeof(name), "twamp_control_%s_total", c->count[i].name);
		expo_family(out, name, "counter", c->count[i].help);
		expo_count(out, name, NULL, c->count[i].v);
	}
#define FAMILY(field, help)                                                                        \
	session_family(out, c, "twamp_reflected_session_" #field "_total", help,                   \
		offsetof(struct tw_reflected_session, field))
	FAMILY(received, "Requests of a negotiated session.");
	FAMILY(reflected, "Requests of a negotiated session that were answered.");
	FAMILY(refused, "Requests of a negotiated session that were not answered.");
	FAMILY(bad_hmac, "Requests of a negotiated session that did not authenticate.");
	FAMILY(gaps, "Sender numbers passed over: lost outbound, or late.");
	FAMILY(reordered, "Requests of a negotiated session below the highest number.");
	FAMILY(octets, "Octets of UDP payload received by a negotiated session.");
#undef FAMILY
}

int tw_prometheus_write_reflector(FILE *out, const struct tw_reflector_report *r)
{
	static const char residence[] = "twamp_reflector_residence_seconds";

	info(out, r);
	verdicts(out, &r->counters);
	scalars(out, r);
	traffic(out, &r->counters);
	if (r->control)
		control(out, r->control);
	if (r->residence.m.count) {
		expo_family(out, residence, "histogram", "Time that a packet was kept (T3 - T2).");
		expo_histogram(out, residence, NULL, &r->residence, EXPO_POSITIVE, 1);
	}
	prometheus_stamps_family(out);
	prometheus_stamps(out, NULL, &r->stamping);
	prometheus_stamps_refused_family(out);
	prometheus_stamps_refused(out, NULL, &r->stamping);
	prometheus_nic_error_family(out);
	prometheus_nic_error(out, NULL, &r->stamping);
	prometheus_worker_seconds_family(out);
	prometheus_worker_seconds(out, NULL, &r->cpu);
	prometheus_worker_packets_family(out);
	prometheus_worker_packets(out, NULL, &r->cpu);
	return report_finish(out);
}
