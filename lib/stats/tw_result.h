/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RESULT_H
#define TW_RESULT_H

/**
 * @file
 * The whole result of a measurement as one value. Workers fill one each, the control core merges
 * them, interim results are differences, and every writer of report/ prints from it.
 */

#include "tw_control_report.h"
#include "tw_counters.h"
#include "tw_range.h"
#include "tw_series.h"
#include "tw_stamping.h"
#include "tw_time.h"
#include "tw_tlv_result.h"
#include "tw_trend.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Index of a direction everywhere. */
enum tw_direction {
	TW_OUTBOUND,
	TW_INBOUND,
	TW_ROUNDTRIP,
	TW_DIRECTIONS,
};

/** Lower-case name of a direction. */
const char *tw_direction_name(enum tw_direction d);

/** A number that may be unknown. Unknown is printed as null, never as 0. */
struct tw_maybe {
	uint64_t v;
	bool known;
};

static inline struct tw_maybe tw_known(uint64_t v)
{
	return (struct tw_maybe){v, true};
}

/** Packet counts of section 11 of the JSON contract. sent = received + lost. */
struct tw_packet_counts {
	uint64_t sent;
	uint64_t received; /**< distinct replies in time */
	uint64_t lost;
	struct tw_maybe lost_outbound;
	struct tw_maybe lost_inbound;
	uint64_t lost_unattributed;
	bool loss_inconsistent; /**< the split came out impossible: both directions are unknown */
	bool loss_estimated;    /**< duplicates make the outbound share an estimate (RFC 5560) */
	uint64_t late;          /**< after the timeout; part of lost */
	uint64_t duplicates;
	uint64_t duplicates_outbound;
	uint64_t duplicates_inbound;
	uint64_t reordered; /**< RFC 4737, by sender sequence in arrival order */
	uint64_t reordered_outbound;
	uint64_t reordered_inbound;
	uint64_t order_unknown; /**< came too late to tell whether reordered outbound (tw_loss.h) */
	uint64_t short_replies; /**< 38..40 octets: no TTL (twampy) */
};

/**
 * Add another stream's or worker's counts. A direction unknown in either is unknown in the sum,
 * and then all that was lost is unattributed; one that sent nothing changes nothing, and one
 * without any reply makes nothing unknown: what it lost is unattributed.
 */
void tw_packet_counts_merge(struct tw_packet_counts *dst, const struct tw_packet_counts *src);

/**
 * Counts of the interval from @p before to @p now. Where the split of loss comes out impossible
 * (an earlier interval's loss could be attributed only in this one) the directions are unknown.
 */
void tw_packet_counts_diff(struct tw_packet_counts *dst, const struct tw_packet_counts *now,
	const struct tw_packet_counts *before);

/** What the far end says of itself in its Error Estimates. */
struct tw_peer_info {
	bool known;
	bool synchronised; /**< S bit of the last reply */
	bool ptp;          /**< Z bit of the last reply */
	bool z_bit_lies;   /**< its stamps do not fit the format that its Z bit names */
	struct tw_span error;
	uint64_t zero_multiplier;    /**< replies with Multiplier 0 (counted, not lost) */
	uint64_t negative_residence; /**< T3 before T2: left out of the one-way delays */
	bool rseq_equals_sseq; /**< every reply copied the sender's number: stateless or lossless */
};

/** Health of the tester itself, kept apart from the network's loss. */
struct tw_tester_health {
	uint64_t not_sent; /**< due but not sent in time */
	uint64_t tx_full;  /**< offered to a full transmit ring */
	uint64_t rx_missed;
	uint64_t rx_nombuf;
	uint64_t tx_errors;          /**< taken by the device and not sent, or not at once */
	uint64_t tx_dropped;         /**< by the kernel's interface, after the driver let it go */
	uint64_t window_overrun;     /**< outstanding records overwritten before the timeout */
	struct tw_ns stolen;         /**< time in which the worker did not run, summed gaps */
	struct tw_ns stolen_longest; /**< the longest gap of a worker */
	struct tw_ns link_down;      /**< time in which a port had no link */
	bool device_lost;            /**< a device was removed */
	struct tw_series pacing;     /**< actual minus due, 2^-32 s */
	struct tw_series departure;  /**< gap between T1s minus that of the times due */
	struct tw_trend drift;       /**< the same over the time due */
};

enum tw_worker_role {
	TW_ROLE_SENDER,
	TW_ROLE_REFLECTOR,
	TW_ROLE_BOTH,
};

#define TW_MAX_WORKERS 64

struct tw_worker_cpu {
	enum tw_worker_role role;
	struct tw_ns cpu; /**< CLOCK_THREAD_CPUTIME_ID */
	uint64_t packets; /**< sent plus received, or received and reflected */
};

struct tw_cpu_usage {
	unsigned int n;
	struct tw_worker_cpu worker[TW_MAX_WORKERS];
};

/** The measuring clock at the end of the run. */
struct tw_clock_info {
	struct tw_ns error; /**< bound: kernel's maximum error plus the mapping's */
	bool synchronised;
	uint64_t steps; /**< times CLOCK_REALTIME was stepped during the run */
};

#define TW_SLA_MAX_MISSED 16

struct tw_sla_verdict {
	bool asked;
	bool ok;
	unsigned int n_missed;
	char missed[TW_SLA_MAX_MISSED][96]; /**< "rtt.p99 1.2ms > 500us" */
};

/** Identity of the session(s) for the report. */
struct tw_session_info {
	const char *protocol; /**< "stamp", "twamp-light", "twamp" */
	const char *mode;     /**< "unauthenticated", ... */
	char local[80];
	char remote[80];
	unsigned int dscp;
	unsigned int ttl;
	unsigned int streams;
	const char *stamp; /**< "burst" or "packet" */
	bool dscp_differs; /**< between the streams: there is no one number */
	bool ttl_differs;
	bool stateless_peer;                   /**< told so: directions of loss are unknown */
	const struct tw_asked_report *control; /**< NULL: nothing was negotiated */
};

struct tw_result {
	struct tw_session_info session;
	struct tw_ns start;    /**< instant, UTC */
	struct tw_ns duration; /**< first packet due to last packet judged */
	struct tw_packet_counts packets;
	struct tw_series delay[TW_DIRECTIONS];
	struct tw_series residence;
	struct tw_series ipdv[TW_DIRECTIONS]; /**< RFC 3393, consecutive sequence numbers */
	double jitter[TW_DIRECTIONS]; /**< RFC 3550, 2^-32 s, mean over streams; NaN unknown */
	uint64_t jitter_streams;      /**< streams behind the mean */
	struct tw_range ttl[2];       /**< by enum tw_direction: seen there, seen here */
	struct tw_range dscp[2];
	struct tw_range ecn[2];
	enum tw_stamp_source source[4]; /**< T1..T4 */
	struct tw_stamping stamping;
	struct tw_clock_info clock;
	struct tw_peer_info peer;
	double offered_pps;        /**< asked for; 0 = as fast as possible */
	struct tw_ns send_time;    /**< first to last transmission, for sent_pps */
	struct tw_ns receive_time; /**< first to last reply, for received_pps */
	struct tw_tester_health tester;
	struct tw_cpu_usage cpu;
	uint64_t discarded[TW_DISCARD_MAX];
	uint64_t pcap_missed; /**< packets that --pcap could not record */
	struct tw_tlv_result tlv;
	struct tw_sla_verdict sla;
};

/** Allocate an empty result (it is large: over half a megabyte). NULL when out of memory. */
struct tw_result *tw_result_create(void);
void tw_result_destroy(struct tw_result *r);

/** Back to empty, session and identity included. */
void tw_result_reset(struct tw_result *r);

/** Add the measurements of @p src (another worker's, or another stream's) to @p dst. */
void tw_result_merge(struct tw_result *dst, const struct tw_result *src);

/** Take the mean jitter of @p streams streams into that of @p r; NaN where unknown. */
void tw_jitter_merge(struct tw_result *r, const double *jitter, uint64_t streams);

/**
 * @p dst = what @p now holds beyond @p before, an earlier snapshot of the same run. What has no
 * interval of its own (jitter, extremes of TTL and the like, identity) is that of @p now.
 */
void tw_result_diff(
	struct tw_result *dst, const struct tw_result *now, const struct tw_result *before);

/** A worker that did not run for so long spoils a result. */
#define TW_STOLEN_SPOILS_NS (80 * TW_NS_PER_MS)

/**
 * Say of the parts that are no counts of packets what is wrong.
 * @param reason  something is added to it, after a comma where it is not empty
 * @return true when nothing is wrong
 */
bool tw_health_ok(const struct tw_tester_health *h, char *reason, size_t len);

/**
 * Is the tester free of blame?
 * @param reason  filled with one sentence when not; "" when ok
 */
bool tw_result_tester_ok(const struct tw_result *r, char *reason, size_t len);

/** Clock offset (peer minus here) by the minimum filter of protocol 5.2; false when unknown. */
bool tw_result_offset(const struct tw_result *r, struct tw_ns *ret_offset);

/** Share of @p part in @p sent in percent; 0 when nothing was sent. */
double tw_result_percent(uint64_t part, uint64_t sent);

/**
 * Judge an `--sla` specification: `loss=0.01,rtt.p99=500us,outbound.p99_9=1ms,jitter=50us`.
 *
 * @param spec   the option's text
 * @param r      the result, or NULL to check the syntax only
 * @param ret    the verdict (untouched when @p r is NULL)
 * @param why    on failure one sentence that quotes the offending term
 * @return 0, or -EINVAL
 */
int tw_sla_judge(const char *spec, const struct tw_result *r, struct tw_sla_verdict *ret, char *why,
	size_t why_len);

#endif
