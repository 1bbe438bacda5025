/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REPORT_H
#define TW_REPORT_H

/**
 * @file
 * The writers: one result value in, text out. They compute nothing that the value does not hold,
 * write to a stream (open_memstream for memory) and return 0 or a negative errno:
 *
 *  - -ENOMEM: out of memory
 *  - -EIO: the stream refused to take it
 *
 * The keys of JSON are described in docs/json.md, the columns of CSV in docs/csv.md, the metrics in
 * docs/metrics.md.
 */

#include "tw_reflector_report.h"
#include "tw_result.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** What a part of the streams has measured, beside the whole. */
struct tw_report_group {
	const char *name;
	const struct tw_result *result;
};

/** What the writers need to know beside the result. */
struct tw_report_context {
	const char *command; /**< subcommand, as in the JSON key */
	bool interim;        /**< the result covers an interval, more follow */
	uint64_t sequence;   /**< number of this report in the output, from 1 */
	bool rates;          /**< table: packets per second and per CPU-second too */
	bool departures;     /**< table: how wrong the times between departures were, too */
	unsigned int n_groups;
	const struct tw_report_group *groups; /**< NULL: there is the whole only */
};

/** The text table; one line when the result is an interim one. */
int tw_table_write_result(
	FILE *out, const struct tw_result *r, const struct tw_report_context *ctx);
int tw_table_write_reflector(
	FILE *out, const struct tw_reflector_report *r, const struct tw_report_context *ctx);

/** One JSON object: on one line, or indented when @p pretty; a newline ends it. */
int tw_json_write_result(
	FILE *out, const struct tw_result *r, const struct tw_report_context *ctx, bool pretty);
int tw_json_write_reflector(FILE *out, const struct tw_reflector_report *r,
	const struct tw_report_context *ctx, bool pretty);

/** What a control client negotiated, as an object of its own (`dpdk-twamp/control/1`). */
int tw_json_write_asked(FILE *out, const struct tw_asked_report *r, struct tw_ns start,
	const struct tw_report_context *ctx, bool pretty);

/** One CSV record (RFC 4180), after the header record when @p header; then one of each group. */
int tw_csv_write_result(
	FILE *out, const struct tw_result *r, const struct tw_report_context *ctx, bool header);
int tw_csv_write_reflector(FILE *out, const struct tw_reflector_report *r,
	const struct tw_report_context *ctx, bool header);

/** One result to expose, and the value of its `session` label (NULL: no such label). */
struct tw_prometheus_session {
	const char *session;
	const struct tw_result *result;
};

/**
 * Prometheus text exposition format 0.0.4: the metrics of the twampy fork (milliseconds, percent)
 * and ours (seconds, ratios). Totals are those of the result given: pass the running one.
 *
 * @param s  the sessions, with different labels when @p n > 1
 */
int tw_prometheus_write_results(FILE *out, const struct tw_prometheus_session *s, unsigned int n);
int tw_prometheus_write_reflector(FILE *out, const struct tw_reflector_report *r);

/**
 * Is the reflector free of blame for what the senders see as loss?
 * @param reason  filled with one sentence when not; "" when ok
 */
bool tw_reflector_tester_ok(const struct tw_reflector_report *r, char *reason, size_t len);

#endif
