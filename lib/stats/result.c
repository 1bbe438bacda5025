/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *tw_direction_name(enum tw_direction d)
{
	static const char *const name[TW_DIRECTIONS] = {"outbound", "inbound", "roundtrip"};

	return d < TW_DIRECTIONS ? name[d] : "unknown";
}

void tw_range_merge(struct tw_range *dst, const struct tw_range *src)
{
	if (src->count == 0)
		return;
	if (dst->count == 0 || src->min < dst->min)
		dst->min = src->min;
	if (dst->count == 0 || src->max > dst->max)
		dst->max = src->max;
	dst->count += src->count;
}

static void no_jitter(struct tw_result *r)
{
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
		r->jitter[i] = NAN;
	r->jitter_streams = 0;
}

struct tw_result *tw_result_create(void)
{
	struct tw_result *r = calloc(1, sizeof(*r));

	if (r)
		no_jitter(r);
	return r;
}

void tw_result_destroy(struct tw_result *r)
{
	free(r);
}

void tw_result_reset(struct tw_result *r)
{
	memset(r, 0, sizeof(*r));
	no_jitter(r);
}

void tw_jitter_merge(struct tw_result *r, const double *jitter, uint64_t streams)
{
	double a = (double)r->jitter_streams, b = (double)streams;

	if (streams == 0)
		return;
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		if (r->jitter_streams == 0 || isnan(r->jitter[i]))
			r->jitter[i] = jitter[i];
		else if (!isnan(jitter[i]))
			r->jitter[i] = (r->jitter[i] * a + jitter[i] * b) / (a + b);
	}
	r->jitter_streams += streams;
}

bool tw_result_offset(const struct tw_result *r, struct tw_ns *ret_offset)
{
	const struct tw_moments *out = &r->delay[TW_OUTBOUND].m, *in = &r->delay[TW_INBOUND].m;

	if (out->count == 0 || in->count == 0)
		return false;
	*ret_offset = tw_span_to_ns(
		(struct tw_span){(int64_t)(((tw_i128)out->min - (tw_i128)in->min) / 2)});
	return true;
}

double tw_result_percent(uint64_t part, uint64_t sent)
{
	return sent ? 100.0 * (double)part / (double)sent : 0;
}

/* What may be to blame, in the order in which it is named when equal. */
struct blame {
	uint64_t n;
	const char *what;
};

static void add_reason(char *reason, size_t len, const char *what, struct tw_ns time)
{
	size_t used = len ? strlen(reason) : 0;
	char text[96];

	if (time.v)
		snprintf(text, sizeof(text), "%s %.3g s", what, tw_ns_sec(time));
	else
		snprintf(text, sizeof(text), "%s", what);
	if (used < len)
		snprintf(reason + used, len - used, "%s%s", used ? ", " : "", text);
}

bool tw_health_ok(const struct tw_tester_health *h, char *reason, size_t len)
{
	bool starved = h->stolen_longest.v >= TW_STOLEN_SPOILS_NS;

	if (h->device_lost)
		add_reason(reason, len, "a device was removed", tw_ns(0));
	else if (h->link_down.v > 0)
		add_reason(reason, len, "there was no link for", h->link_down);
	if (starved)
		add_reason(reason, len, "a worker was held up (stolen) at a stretch for",
			h->stolen_longest);
	return !h->device_lost && h->link_down.v <= 0 && !starved;
}

bool tw_result_tester_ok(const struct tw_result *r, char *reason, size_t len)
{
	const struct tw_tester_health *t = &r->tester;
	const struct blame all[] = {
		{t->not_sent, "packets were due but not sent in time"},
		/* Without a rate to keep, a full ring only says how fast the device is. */
		{r->offered_pps > 0 ? t->tx_full : 0,
			"packets were offered to a full transmit ring"},
		{t->rx_missed, "packets were dropped by the device: its receive queue was full"},
		{t->rx_nombuf, "packets were dropped: no buffer to receive them in"},
		{t->tx_errors, "packets were taken by the device and not sent, or not at once"},
		{t->tx_dropped, "packets were dropped by our own interface on their way out"},
		{t->window_overrun,
			"packets were forgotten before their timeout: too many were in flight"},
	};
	const struct blame *worst = NULL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].n > (worst ? worst->n : 0))
			worst = &all[i];
	if (len)
		reason[0] = '\0';
	if (worst)
		snprintf(reason, len, "%llu %s", (unsigned long long)worst->n, worst->what);
	return tw_health_ok(t, reason, len) && !worst;
}
