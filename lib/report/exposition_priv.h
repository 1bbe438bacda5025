/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef EXPOSITION_PRIV_H
#define EXPOSITION_PRIV_H

/* The Prometheus text format 0.0.4: a family's HELP and TYPE first, then all of its samples. */

#include "tw_report.h"

/* Pairs of name and value; a label whose value is NULL is left out; a NULL name ends them. */
#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})

void expo_family(FILE *out, const char *name, const char *type, const char *help);
void expo_count(FILE *out, const char *name, const char *const *labels, uint64_t v);

/* A sample of a double; none at all when it is NaN. */
void expo_value(FILE *out, const char *name, const char *const *labels, double v);

enum expo_bounds {
	EXPO_POSITIVE, /* 1 us .. 10 s in steps of 1-2-5 */
	EXPO_SIGNED,   /* -10 s .. 10 s likewise, and 0 */
};

/*
 * The buckets, sum and count of a series. `per_second` is the unit: 1 for seconds, 1000 for
 * milliseconds. A value up to 1.6 % above a bound may count as below it (the width of a bucket of
 * the log-linear histogram); none at or below a bound ever counts as above it.
 */
void expo_histogram(FILE *out, const char *name, const char *const *labels,
	const struct tw_series *s, enum expo_bounds bounds, double per_second);

/* The buckets, sum and count of a histogram that saw one value (in seconds), or none if NaN. */
void expo_histogram_of_one(
	FILE *out, const char *name, const char *const *labels, double seconds, double per_second);

/* The sum and count that end a summary. */
void expo_totals(
	FILE *out, const char *name, const char *const *labels, uint64_t count, double sum);

/* One quantile sample of a summary in seconds; none when `seconds` is NaN. */
void expo_quantile(
	FILE *out, const char *name, const char *const *labels, const char *q, double seconds);

/* 2^-32 s to seconds. */
static inline double expo_seconds(double span)
{
	return span / 4294967296.0;
}

/* What sessions and reflectors have alike; `session` may be NULL. */
void prometheus_build_info(FILE *out);
void prometheus_discarded(
	FILE *out, const char *name, const char *session, const uint64_t *discarded);
void prometheus_worker_seconds_family(FILE *out);
void prometheus_worker_seconds(FILE *out, const char *session, const struct tw_cpu_usage *cpu);
void prometheus_worker_packets_family(FILE *out);
void prometheus_worker_packets(FILE *out, const char *session, const struct tw_cpu_usage *cpu);
void prometheus_stamps_family(FILE *out);
void prometheus_stamps(FILE *out, const char *session, const struct tw_stamping *s);
void prometheus_stamps_refused_family(FILE *out);
void prometheus_stamps_refused(FILE *out, const char *session, const struct tw_stamping *s);
void prometheus_nic_error_family(FILE *out);
void prometheus_nic_error(FILE *out, const char *session, const struct tw_stamping *s);

/* The metrics of the Python fork. */
void prometheus_compat(FILE *out, const struct tw_prometheus_session *s, unsigned int n);

#endif
