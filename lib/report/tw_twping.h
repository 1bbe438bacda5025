/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TWPING_H
#define TW_TWPING_H

/**
 * @file
 * The output of perfSONAR's twping: single packets (-R, -v), summaries for people and, with -M,
 * for programs (SUMMARY 3.00), and the session file of -F that owstats reads. What lines and file
 * look like is theirs; delays, percentiles and counts are computed here from the rows.
 * docs/twping.md tells each line and where we differ.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** One timestamp; NTP 32.32, 0 when there is none. */
struct tw_twping_stamp {
	uint64_t time;
	double error; /**< s */
	bool synchronised;
	uint16_t estimate; /**< the same two as RFC 4656 section 4.1.2 packs them */
};

/** One line of -R: a reply, or a packet that got none (t4.time 0). */
struct tw_twping_row {
	uint32_t sseq;
	uint32_t rseq;
	struct tw_twping_stamp t1, t2, t3, t4;
	uint8_t sttl; /**< at the reflector; 255 where it did not tell */
	uint8_t rttl; /**< of the reply, here */
};

/** Error Estimate of RFC 4656 section 4.1.2 as a stamp. */
struct tw_twping_stamp tw_twping_stamp(uint64_t time, uint16_t error_estimate);

/** A packet without reply; @p here is our Error Estimate when it was given up. */
struct tw_twping_row tw_twping_lost(uint32_t sseq, uint64_t t1, uint16_t here);

static inline bool tw_twping_is_lost(const struct tw_twping_row *r)
{
	return r->t4.time == 0;
}

/** One gap of the schedule. */
struct tw_twping_slot {
	uint64_t mean; /**< 2^-32 s */
	bool exponential;
};

/** The session that the rows belong to, and how it is shown. */
struct tw_twping_session {
	uint8_t sid[16];
	uint8_t ip_version;
	uint8_t from_octets[16], to_octets[16]; /**< the addresses; 4 octets of them with IPv4 */
	const char *from_host, *from_addr;
	const char *to_host, *to_addr;
	uint16_t from_port, to_port;
	uint8_t dscp;
	uint64_t start;        /**< NTP: when the schedule began */
	uint64_t loss_timeout; /**< NTP 32.32 s */
	uint32_t padding;
	uint32_t packets; /**< asked for */
	bool finished;    /**< to its end */
	const struct tw_twping_slot *slots;
	uint32_t n_slots;
	/* how */
	double bucket; /**< s */
	char unit;     /**< n, u, m or s */
	bool unix_times;
	const double *percentiles; /**< 0..100 */
	size_t n_percentiles;
};

enum tw_twping_delay {
	TW_TWPING_ROUNDTRIP,
	TW_TWPING_SEND,
	TW_TWPING_REFLECT,
	TW_TWPING_PROCESSING,
	TW_TWPING_DELAYS,
};

/** A bucket of the delay histogram: delays of ((n - 1) width, n width], of [n width, ..) below 0. */
struct tw_twping_bucket {
	int32_t n;
	uint32_t count[TW_TWPING_PROCESSING];
};

/** What some rows come to. */
struct tw_twping_sample {
	uint32_t first, last; /**< sequence numbers, @p last is not in it */
	uint32_t sent, lost;
	uint32_t duplicates[2]; /**< of requests, of replies */
	uint64_t start, end;    /**< NTP: T1 of the first and of the last packet */
	bool synchronised;
	bool clocks_differ; /**< a direction took less than no time */
	double min[TW_TWPING_DELAYS], max[TW_TWPING_DELAYS]; /**< s; min > max: none */
	double error[TW_TWPING_PROCESSING];                  /**< s, the largest */
	uint32_t n_delays;                                   /**< answered packets */
	double *delay[TW_TWPING_PROCESSING];                 /**< s, of each, sorted */
	uint32_t n_buckets;
	struct tw_twping_bucket *bucket;
	uint32_t ttl[2][256]; /**< how often seen there, here */
};

/**
 * Gather the rows of packets @p first to @p last - 1.
 * @return 0, -ENOMEM
 */
int tw_twping_sample_init(struct tw_twping_sample *s, const struct tw_twping_session *session,
	const struct tw_twping_row *rows, size_t n, uint32_t first, uint32_t last);
void tw_twping_sample_fini(struct tw_twping_sample *s);

/**
 * Delay that @p alpha (0..1) of the packets sent have at most; one that was lost never arrives.
 * @return false when too many were lost
 */
bool tw_twping_percentile(
	const struct tw_twping_sample *s, enum tw_twping_delay d, double alpha, double *ret);

/** -R: SSEQ STIME SS SERR SRTIME SRS SRERR STTL RSEQ RSTIME RSS RSERR RTIME RS RERR RTTL */
void tw_twping_raw(const struct tw_twping_row *rows, size_t n, FILE *out);

/** -v: heading and a line a row of the sample, at most @p limit (0: all). */
void tw_twping_records(const struct tw_twping_session *session, const struct tw_twping_sample *s,
	const struct tw_twping_row *rows, size_t n, uint64_t limit, FILE *out);

/** The summary for people. */
void tw_twping_text(
	const struct tw_twping_session *session, const struct tw_twping_sample *s, FILE *out);

/**
 * -F: session and rows as perfSONAR's owamp library keeps them, a data file of version 3 of two-way
 * records. An error estimate with a Multiplier of 0, which readers refuse, gets 1.
 *
 * @return 0, or the negative errno of @p out, which did not take it all
 */
int tw_twping_save(const struct tw_twping_session *session, const struct tw_twping_row *rows,
	size_t n, FILE *out);

/** -M */
void tw_twping_machine(
	const struct tw_twping_session *session, const struct tw_twping_sample *s, FILE *out);

#endif
