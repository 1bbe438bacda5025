/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exposition_priv.h"
#include "report_priv.h"

/*
 * The names and units (milliseconds, percent) of the Python fork's first generation, so that its
 * dashboards work unchanged. Its histograms got one observation a run; here delay has one a packet,
 * jitter has one a result.
 */

static void latency(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	expo_family(out, "twampy_latency", "histogram", "TWAMP latency in ms");
	for (unsigned int i = 0; i < n; i++) {
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
			expo_histogram(out, "twampy_latency",
				LABELS("direction", tw_direction_name((enum tw_direction)d),
					"session", s[i].session),
				&s[i].result->delay[d], EXPO_POSITIVE, 1e3);
	}
}

static void jitter(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	expo_family(out, "twampy_jitter", "histogram", "TWAMP jitter in ms");
	for (unsigned int i = 0; i < n; i++) {
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
			expo_histogram_of_one(out, "twampy_jitter",
				LABELS("direction", tw_direction_name((enum tw_direction)d),
					"session", s[i].session),
				expo_seconds(s[i].result->jitter[d]), 1e3);
	}
}

void prometheus_compat(FILE *out, const struct tw_prometheus_session *s, unsigned int n)
{
	expo_family(out, "twampy_result", "gauge", "TWAMP result");
	for (unsigned int i = 0; i < n; i++) {
		bool ok = s[i].result->packets.received != 0;

		expo_count(out, "twampy_result",
			LABELS("twampy_result", "ok", "session", s[i].session), ok);
		expo_count(out, "twampy_result",
			LABELS("twampy_result", "error", "session", s[i].session), !ok);
	}
	latency(out, s, n);
	expo_family(out, "twampy_loss", "gauge", "TWAMP loss in percent");
	for (unsigned int i = 0; i < n; i++) {
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++) {
			const struct tw_packet_counts *p = &s[i].result->packets;
			struct tw_maybe lost = report_lost(p, (enum tw_direction)d);

			if (lost.known && p->sent)
				expo_value(out, "twampy_loss",
					LABELS("direction", tw_direction_name((enum tw_direction)d),
						"session", s[i].session),
					tw_result_percent(lost.v, p->sent));
		}
	}
	jitter(out, s, n);
}
