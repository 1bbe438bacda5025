/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Results of several workers, and of an interval. */

#include "tw_result.h"

#include <math.h>
#include <string.h>

static struct tw_ns longer(struct tw_ns a, struct tw_ns b)
{
	return a.v > b.v ? a : b;
}

static struct tw_ns earlier(struct tw_ns a, struct tw_ns b)
{
	return a.v < b.v ? a : b;
}

/* Nothing measured and nobody asked: the neutral element of a merge. */
static bool blank(const struct tw_result *r)
{
	return r->packets.sent == 0 && r->packets.received == 0 && r->start.v == 0 &&
	       r->session.streams == 0;
}

static void merge_identity(struct tw_session_info *dst, const struct tw_session_info *src)
{
	unsigned int streams = dst->streams + src->streams;
	bool stateless = dst->stateless_peer || src->stateless_peer;

	if (!dst->protocol)
		*dst = *src;
	dst->streams = streams;
	dst->stateless_peer = stateless;
}

static void merge_peer(struct tw_peer_info *dst, const struct tw_peer_info *src)
{
	if (!src->known)
		return;
	if (!dst->known) {
		*dst = *src;
		return;
	}
	dst->synchronised &= src->synchronised;
	dst->ptp = src->ptp;
	dst->z_bit_lies |= src->z_bit_lies;
	if (src->error.v > dst->error.v)
		dst->error = src->error;
	dst->zero_multiplier += src->zero_multiplier;
	dst->negative_residence += src->negative_residence;
	dst->rseq_equals_sseq &= src->rseq_equals_sseq;
}

static void merge_tester(struct tw_tester_health *dst, const struct tw_tester_health *src)
{
	dst->not_sent += src->not_sent;
	dst->tx_full += src->tx_full;
	dst->rx_missed += src->rx_missed;
	dst->rx_nombuf += src->rx_nombuf;
	dst->tx_errors += src->tx_errors;
	dst->tx_dropped += src->tx_dropped;
	dst->window_overrun += src->window_overrun;
	dst->stolen = tw_ns_add(dst->stolen, src->stolen);
	if (src->stolen_longest.v > dst->stolen_longest.v)
		dst->stolen_longest = src->stolen_longest;
	dst->link_down = tw_ns_add(dst->link_down, src->link_down);
	dst->device_lost |= src->device_lost;
	tw_series_merge(&dst->pacing, &src->pacing);
	tw_series_merge(&dst->departure, &src->departure);
	tw_trend_merge(&dst->drift, &src->drift);
}

static void merge_cpu(struct tw_cpu_usage *dst, const struct tw_cpu_usage *src)
{
	for (unsigned int i = 0; i < src->n && i < TW_MAX_WORKERS; i++) {
		struct tw_worker_cpu *w;

		if (dst->n < TW_MAX_WORKERS) {
			dst->worker[dst->n++] = src->worker[i];
			continue;
		}
		w = &dst->worker[TW_MAX_WORKERS - 1];
		w->cpu = tw_ns_add(w->cpu, src->worker[i].cpu);
		w->packets += src->worker[i].packets;
	}
}

static void merge_times(struct tw_result *dst, const struct tw_result *src)
{
	dst->start = dst->start.v == 0   ? src->start
		     : src->start.v == 0 ? dst->start
					 : earlier(dst->start, src->start);
	dst->duration = longer(dst->duration, src->duration);
	dst->send_time = longer(dst->send_time, src->send_time);
	dst->receive_time = longer(dst->receive_time, src->receive_time);
}

static void merge_clock(struct tw_clock_info *dst, const struct tw_clock_info *src)
{
	dst->error = longer(dst->error, src->error);
	dst->synchronised &= src->synchronised;
	/* The same clock: its steps are not to be added. */
	if (src->steps > dst->steps)
		dst->steps = src->steps;
}

void tw_result_merge(struct tw_result *dst, const struct tw_result *src)
{
	bool blank_dst = blank(dst), blank_src = blank(src);

	if (blank_dst) {
		dst->offered_pps = src->offered_pps;
		dst->clock = src->clock;
	} else if (!blank_src) {
		/* As fast as possible in one is so in all. */
		dst->offered_pps = dst->offered_pps > 0 && src->offered_pps > 0
					   ? dst->offered_pps + src->offered_pps
					   : 0;
		merge_clock(&dst->clock, &src->clock);
	}
	merge_identity(&dst->session, &src->session);
	merge_times(dst, src);
	tw_packet_counts_merge(&dst->packets, &src->packets);
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		tw_series_merge(&dst->delay[i], &src->delay[i]);
		tw_series_merge(&dst->ipdv[i], &src->ipdv[i]);
	}
	tw_series_merge(&dst->residence, &src->residence);
	tw_jitter_merge(dst, src->jitter, src->jitter_streams);
	for (unsigned int i = 0; i < 2; i++) {
		tw_range_merge(&dst->ttl[i], &src->ttl[i]);
		tw_range_merge(&dst->dscp[i], &src->dscp[i]);
		tw_range_merge(&dst->ecn[i], &src->ecn[i]);
	}
	/* The weaker source of two holds for all. */
	for (unsigned int i = 0; i < 4; i++)
		if (dst->source[i] == TW_STAMP_NONE ||
			(src->source[i] != TW_STAMP_NONE && src->source[i] < dst->source[i]))
			dst->source[i] = src->source[i];
	tw_stamping_merge(&dst->stamping, &src->stamping);
	merge_peer(&dst->peer, &src->peer);
	merge_tester(&dst->tester, &src->tester);
	merge_cpu(&dst->cpu, &src->cpu);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
		dst->discarded[i] += src->discarded[i];
	dst->pcap_missed += src->pcap_missed;
	tw_tlv_result_merge(&dst->tlv, &src->tlv);
}

/* Counters that start anew read as zero, not as 2^64. */
static uint64_t beyond(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static void diff_tester(struct tw_tester_health *dst, const struct tw_tester_health *now,
	const struct tw_tester_health *before)
{
	dst->not_sent = beyond(now->not_sent, before->not_sent);
	dst->tx_full = beyond(now->tx_full, before->tx_full);
	dst->rx_missed = beyond(now->rx_missed, before->rx_missed);
	dst->rx_nombuf = beyond(now->rx_nombuf, before->rx_nombuf);
	dst->tx_errors = beyond(now->tx_errors, before->tx_errors);
	dst->tx_dropped = beyond(now->tx_dropped, before->tx_dropped);
	dst->window_overrun = beyond(now->window_overrun, before->window_overrun);
	/* what was counted in ticks may shrink a little: their length is measured ever better */
	dst->stolen = longer(tw_ns_sub(now->stolen, before->stolen), tw_ns(0));
	/* an older gap may hide a shorter one of this interval */
	dst->stolen_longest = now->stolen_longest.v > before->stolen_longest.v ||
					      now->stolen_longest.v < dst->stolen.v
				      ? now->stolen_longest
				      : dst->stolen;
	dst->link_down = tw_ns_sub(now->link_down, before->link_down);
	dst->device_lost = now->device_lost;
	tw_series_diff(&dst->pacing, &now->pacing, &before->pacing);
	tw_series_diff(&dst->departure, &now->departure, &before->departure);
	tw_trend_diff(&dst->drift, &now->drift, &before->drift);
}

static void diff_cpu(
	struct tw_cpu_usage *dst, const struct tw_cpu_usage *now, const struct tw_cpu_usage *before)
{
	*dst = *now;
	for (unsigned int i = 0; i < now->n && i < before->n; i++) {
		dst->worker[i].cpu = tw_ns_sub(now->worker[i].cpu, before->worker[i].cpu);
		dst->worker[i].packets = beyond(now->worker[i].packets, before->worker[i].packets);
	}
}

/* Extremes of an interval are not kept: those of the run so far stand for them. */
static struct tw_range diff_range(const struct tw_range *now, const struct tw_range *before)
{
	struct tw_range d = *now;

	d.count = beyond(now->count, before->count);
	return d;
}

static uint64_t stamped(const struct tw_stamping *s, unsigned int i)
{
	return s->hardware[i] + s->kernel[i] + s->software[i];
}

/* Of an interval whose stamps are counted by maker: none where nothing was stamped. */
static enum tw_stamp_source diff_source(
	const struct tw_result *now, const struct tw_result *interval, unsigned int i)
{
	enum tw_stamp_source by = now->source[i];

	if (by == TW_STAMP_PEER || !stamped(&now->stamping, i))
		return by;
	/* once the NIC or the kernel is given up, software's stamps are not counted */
	if (!stamped(&interval->stamping, i))
		return interval->packets.received ? TW_STAMP_SOFTWARE : TW_STAMP_NONE;
	return tw_stamping_source(
		&interval->stamping, i, by == TW_STAMP_LAUNCH_TIME ? by : TW_STAMP_HARDWARE);
}

void tw_result_diff(
	struct tw_result *dst, const struct tw_result *now, const struct tw_result *before)
{
	dst->session = now->session;
	dst->start = before->start.v ? tw_ns_add(before->start, before->duration) : now->start;
	dst->duration = tw_ns_sub(now->duration, before->duration);
	dst->send_time = tw_ns_sub(now->send_time, before->send_time);
	dst->receive_time = tw_ns_sub(now->receive_time, before->receive_time);
	dst->offered_pps = now->offered_pps;
	tw_packet_counts_diff(&dst->packets, &now->packets, &before->packets);
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		tw_series_diff(&dst->delay[i], &now->delay[i], &before->delay[i]);
		tw_series_diff(&dst->ipdv[i], &now->ipdv[i], &before->ipdv[i]);
		/* the interval's own it is not, but where nothing came there is none */
		dst->jitter[i] = dst->delay[i].m.count ? now->jitter[i] : (double)NAN;
	}
	tw_series_diff(&dst->residence, &now->residence, &before->residence);
	dst->jitter_streams = now->jitter_streams;
	for (unsigned int i = 0; i < 2; i++) {
		dst->ttl[i] = diff_range(&now->ttl[i], &before->ttl[i]);
		dst->dscp[i] = diff_range(&now->dscp[i], &before->dscp[i]);
		dst->ecn[i] = diff_range(&now->ecn[i], &before->ecn[i]);
	}
	tw_stamping_diff(&dst->stamping, &now->stamping, &before->stamping);
	for (unsigned int i = 0; i < 4; i++)
		dst->source[i] = diff_source(now, dst, i);
	dst->clock = now->clock;
	dst->clock.steps = beyond(now->clock.steps, before->clock.steps);
	dst->peer = now->peer;
	dst->peer.zero_multiplier = beyond(now->peer.zero_multiplier, before->peer.zero_multiplier);
	dst->peer.negative_residence =
		beyond(now->peer.negative_residence, before->peer.negative_residence);
	diff_tester(&dst->tester, &now->tester, &before->tester);
	diff_cpu(&dst->cpu, &now->cpu, &before->cpu);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
		dst->discarded[i] = beyond(now->discarded[i], before->discarded[i]);
	dst->pcap_missed = beyond(now->pcap_missed, before->pcap_missed);
	tw_tlv_result_diff(&dst->tlv, &now->tlv, &before->tlv);
	memset(&dst->sla, 0, sizeof(dst->sla));
}
