/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "walk_priv.h"

#include <math.h>

static void packets(struct walk w, const struct tw_reflector_counters *c)
{
	w.ops->open(w.arg, "packets", true);
	walk_count(w, "received", c->received);
	walk_count(w, "reflected", c->reflected);
	walk_count(w, "tx_failed", c->tx_failed);
	walk_count(w, "passed", c->passed);
	walk_count(w, "repeated", c->repeated);
	walk_count(w, "checksum_partial", c->checksum_partial);
	w.ops->close(w.arg);
	w.ops->open(w.arg, "octets", true);
	walk_count(w, "received", c->octets_in);
	walk_count(w, "reflected", c->octets_out);
	w.ops->close(w.arg);
}

static void sessions(struct walk w, const struct tw_reflector_counters *c)
{
	w.ops->open(w.arg, "sessions", true);
	walk_count(w, "active", c->sessions_active);
	walk_count(w, "created", c->sessions_created);
	walk_count(w, "expired", c->sessions_expired);
	walk_count(w, "evicted", c->sessions_evicted);
	walk_count(w, "reset", c->sessions_reset);
	walk_count(w, "stateless_overflow", c->stateless_overflow);
	w.ops->close(w.arg);
}

static void requests(struct walk w, const struct tw_reflector_counters *c)
{
	static const char *const ecn[4] = {"not_ect", "ect1", "ect0", "ce"}; /* RFC 3168 */
	bool any = c->ttl_max != 0;

	w.ops->open(w.arg, "ttl", true);
	if (any) {
		walk_count(w, "min", c->ttl_min);
		walk_count(w, "max", c->ttl_max);
	} else {
		w.ops->none(w.arg, "min");
		w.ops->none(w.arg, "max");
	}
	w.ops->close(w.arg);
	w.ops->open_list(w.arg, "dscp", true); /* only those seen */
	for (int i = 0; i < 64; i++) {
		if (c->dscp[i] == 0)
			continue;
		w.ops->open(w.arg, NULL, true);
		walk_count(w, "dscp", (uint64_t)i);
		walk_count(w, "packets", c->dscp[i]);
		w.ops->close(w.arg);
	}
	w.ops->close_list(w.arg);
	w.ops->open(w.arg, "ecn", true);
	for (int i = 0; i < 4; i++)
		walk_count(w, ecn[i], c->ecn[i]);
	w.ops->close(w.arg);
}

static void tester(struct walk w, const struct tw_reflector_report *r)
{
	char reason[256];
	bool ok = tw_reflector_tester_ok(r, reason, sizeof(reason));

	w.ops->open(w.arg, "tester", true);
	w.ops->flag(w.arg, "ok", ok);
	walk_string(w, "reason", ok ? NULL : reason);
	walk_count(w, "tx_full", r->health.tx_full);
	walk_count(w, "rx_missed", r->health.rx_missed);
	walk_count(w, "rx_nombuf", r->health.rx_nombuf);
	walk_count(w, "tx_errors", r->health.tx_errors);
	walk_count(w, "tx_dropped", r->health.tx_dropped);
	w.ops->integer(w.arg, "stolen_ns", r->health.stolen.v);
	w.ops->integer(w.arg, "stolen_longest_ns", r->health.stolen_longest.v);
	w.ops->integer(w.arg, "link_down_ns", r->health.link_down.v);
	w.ops->flag(w.arg, "device_lost", r->health.device_lost);
	walk_count(w, "pcap_missed", r->pcap_missed);
	w.ops->close(w.arg);
}

static void stamping(struct walk w, const struct tw_reflector_report *r)
{
	double error[4] = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};

	for (int i = 0; i < 2; i++)
		if (r->source[i] != TW_STAMP_NONE && r->clock.error.v > 0)
			error[1 + i] =
				(double)(r->clock.error.v + (r->source[i] == TW_STAMP_SOFTWARE
									    ? 0
									    : r->stamping.error.v));
	walk_stamping(w, &r->stamping, error);
}

void walk_reflector(
	struct walk w, const struct tw_reflector_report *r, const struct tw_report_context *ctx)
{
	walk_head(w, "dpdk-twamp/reflector/1", ctx, r->start, r->duration);
	w.ops->open_list(w.arg, "local", false);
	for (unsigned int i = 0; i < r->n_local && i < TW_REFLECTOR_LOCALS; i++)
		w.ops->text(w.arg, NULL, r->local[i]);
	w.ops->close_list(w.arg);
	walk_string(w, "stamp", r->stamp);
	packets(w, &r->counters);
	walk_discarded(w, r->counters.discarded);
	sessions(w, &r->counters);
	if (r->control)
		walk_control(w, r->control);
	requests(w, &r->counters);
	w.ops->open(w.arg, "delay_ns", true);
	walk_series(w, "residence", &r->residence);
	w.ops->close(w.arg);
	w.ops->open(w.arg, "timestamps", true);
	walk_string(w, "t2", report_source(r->source[0]));
	walk_string(w, "t3", report_source(r->source[1]));
	w.ops->close(w.arg);
	stamping(w, r);
	walk_clock(w, &r->clock, NULL);
	tester(w, r);
	walk_cpu(w, &r->cpu);
}
