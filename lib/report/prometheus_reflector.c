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

int tw_prometheus_write_reflector(FILE *out, const struct tw_reflector_report *r)
{
	static const char residence[] = "twamp_reflector_residence_seconds";

	info(out, r);
	verdicts(out, &r->counters);
	scalars(out, r);
	traffic(out, &r->counters);
	if (r->residence.m.count) {
		expo_family(out, residence, "histogram", "Time that a packet was kept (T3 - T2).");
		expo_histogram(out, residence, NULL, &r->residence, EXPO_POSITIVE, 1);
	}
	prometheus_worker_seconds_family(out);
	prometheus_worker_seconds(out, NULL, &r->cpu);
	prometheus_worker_packets_family(out);
	prometheus_worker_packets(out, NULL, &r->cpu);
	return report_finish(out);
}
