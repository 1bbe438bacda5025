/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

int report_finish(FILE *out)
{
	return fflush(out) || ferror(out) ? -EIO : 0;
}

double report_rate(uint64_t packets, struct tw_ns time, bool interim)
{
	uint64_t gaps = packets && !interim ? packets - 1 : packets;

	return gaps && time.v > 0 ? (double)gaps / tw_ns_sec(time) : NAN;
}

double report_min(const struct tw_series *s)
{
	return s->m.count ? (double)s->m.min : (double)NAN;
}

double report_max(const struct tw_series *s)
{
	return s->m.count ? (double)s->m.max : (double)NAN;
}

struct tw_maybe report_lost(const struct tw_packet_counts *p, enum tw_direction d)
{
	switch (d) {
	case TW_OUTBOUND:
		return p->lost_outbound;
	case TW_INBOUND:
		return p->lost_inbound;
	default:
		return tw_known(p->lost);
	}
}

double report_pdv(const struct tw_series *delay, double q)
{
	return tw_series_quantile(delay, q) - report_min(delay);
}

const char *report_source(enum tw_stamp_source s)
{
	switch (s) {
	case TW_STAMP_SOFTWARE:
		return "software";
	case TW_STAMP_KERNEL:
		return "kernel";
	case TW_STAMP_HARDWARE:
		return "hardware";
	case TW_STAMP_LAUNCH_TIME:
		return "launch-time";
	case TW_STAMP_PEER:
		return "peer";
	case TW_STAMP_NONE:
		break;
	}
	return NULL;
}

const char *report_role(enum tw_worker_role role)
{
	switch (role) {
	case TW_ROLE_SENDER:
		return "sender";
	case TW_ROLE_REFLECTOR:
		return "reflector";
	case TW_ROLE_BOTH:
		break;
	}
	return "both";
}

struct report_role_total report_role_total(const struct tw_cpu_usage *cpu, enum tw_worker_role role)
{
	struct report_role_total t = {0};

	for (unsigned int i = 0; i < cpu->n && i < TW_MAX_WORKERS; i++) {
		if (cpu->worker[i].role != role)
			continue;
		t.seconds += tw_ns_sec(cpu->worker[i].cpu);
		t.packets += cpu->worker[i].packets;
	}
	return t;
}

static bool ours(enum tw_stamp_source s)
{
	return s != TW_STAMP_NONE && s != TW_STAMP_PEER;
}

bool report_one_clock(const struct tw_result *r)
{
	return ours(r->source[1]) && ours(r->source[2]);
}

bool report_one_way_comparable(const struct tw_result *r)
{
	if (report_one_clock(r))
		return true;
	return r->clock.synchronised && r->peer.known && r->peer.synchronised;
}

bool tw_reflector_tester_ok(const struct tw_reflector_report *r, char *reason, size_t len)
{
	const struct {
		uint64_t n;
		const char *what;
	} faults[] = {
		{r->counters.tx_failed, "replies not sent"},
		{r->health.tx_full, "replies found the transmit ring full"},
		{r->health.rx_missed, "packets missed by the receive queue"},
		{r->health.rx_nombuf, "packets without a receive buffer"},
		{r->health.tx_errors, "replies that the device took and did not send"},
		{r->health.tx_dropped, "packets dropped by our own interface on their way out"},
		{r->counters.discarded[TW_DISCARD_NO_BUFFER],
			"packets without a buffer for the reply"},
	};
	size_t used = 0;

	if (len)
		reason[0] = '\0';
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].n == 0)
			continue;
		if (used < len)
			used += (size_t)snprintf(reason + used, len - used, "%s%" PRIu64 " %s",
				used ? ", " : "", faults[i].n, faults[i].what);
		else
			used++;
	}
	return tw_health_ok(&(struct tw_tester_health){.stolen_longest = r->health.stolen_longest,
				    .link_down = r->health.link_down,
				    .device_lost = r->health.device_lost},
		       reason, len) &&
	       used == 0;
}
