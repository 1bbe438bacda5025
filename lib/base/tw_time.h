/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TIME_H
#define TW_TIME_H

/**
 * @file
 * The three time types. A plain integer never stands for time.
 *
 *  - struct tw_ns: nanoseconds, an instant since the Unix epoch (UTC) or a duration.
 *  - struct tw_ntp: an instant in the wire's unit, 2^-32 s since 1900-01-01 modulo 2^64
 *    (RFC 4656 section 4.1.2); eras wrap, differences stay right.
 *  - struct tw_span: a signed duration in 2^-32 s. Statistics are kept in it and converted
 *    when they are reported.
 */

#include "tw_int128.h"

#include <stdbool.h>
#include <stdint.h>

#define TW_NS_PER_SEC 1000000000LL
#define TW_NS_PER_MS 1000000LL
#define TW_NS_PER_US 1000LL
/** Seconds from 1900-01-01 to 1970-01-01 (RFC 4656 section 4.1.2). */
#define TW_NTP_UNIX_DELTA 2208988800ULL

/** Nanoseconds: an instant since 1970-01-01 UTC, or a duration. */
struct tw_ns {
	int64_t v;
};

/** An instant in units of 2^-32 s since 1900-01-01 UTC, modulo 2^64. */
struct tw_ntp {
	uint64_t v;
};

/** A signed duration in units of 2^-32 s. */
struct tw_span {
	int64_t v;
};

/** Where a stamp came from. */
enum tw_stamp_source {
	TW_STAMP_NONE,        /**< not measured */
	TW_STAMP_SOFTWARE,    /**< TSC read by the worker */
	TW_STAMP_KERNEL,      /**< the kernel, when it had the packet */
	TW_STAMP_HARDWARE,    /**< the NIC */
	TW_STAMP_LAUNCH_TIME, /**< the time at which the NIC was told to send */
	TW_STAMP_PEER,        /**< written by the far end, of unknown making */
};

/** A measurement of time: value, bound of its error, where it came from. */
struct tw_stamp {
	struct tw_ntp t;
	struct tw_span err;
	enum tw_stamp_source source;
	bool synchronised;
};

static inline struct tw_ns tw_ns(int64_t v)
{
	return (struct tw_ns){v};
}

/** Duration of @p ms milliseconds (fractions allowed). */
static inline struct tw_ns tw_ns_from_ms(double ms)
{
	return (struct tw_ns){(int64_t)(ms * (double)TW_NS_PER_MS + (ms < 0 ? -0.5 : 0.5))};
}

static inline struct tw_ns tw_ns_from_sec(double sec)
{
	return (struct tw_ns){(int64_t)(sec * (double)TW_NS_PER_SEC + (sec < 0 ? -0.5 : 0.5))};
}

static inline double tw_ns_sec(struct tw_ns a)
{
	return (double)a.v / (double)TW_NS_PER_SEC;
}

/** Saturating sum: never wraps. */
static inline struct tw_ns tw_ns_add(struct tw_ns a, struct tw_ns b)
{
	int64_t r;

	if (__builtin_add_overflow(a.v, b.v, &r))
		r = b.v < 0 ? INT64_MIN : INT64_MAX;
	return (struct tw_ns){r};
}

/** Saturating difference. */
static inline struct tw_ns tw_ns_sub(struct tw_ns a, struct tw_ns b)
{
	int64_t r;

	if (__builtin_sub_overflow(a.v, b.v, &r))
		r = b.v < 0 ? INT64_MAX : INT64_MIN;
	return (struct tw_ns){r};
}

/** a - b, right across the era boundary while the instants are within 68 years. */
static inline struct tw_span tw_ntp_sub(struct tw_ntp a, struct tw_ntp b)
{
	return (struct tw_span){(int64_t)(a.v - b.v)};
}

static inline struct tw_ntp tw_ntp_add(struct tw_ntp a, struct tw_span d)
{
	return (struct tw_ntp){a.v + (uint64_t)d.v};
}

/** 2^-32 s to nanoseconds, rounded to nearest. */
static inline struct tw_ns tw_span_to_ns(struct tw_span s)
{
	tw_i128 p = (tw_i128)s.v * TW_NS_PER_SEC;

	return (struct tw_ns){(int64_t)((p + ((tw_i128)1 << 31)) >> 32)};
}

/** Nanoseconds to 2^-32 s, rounded down; saturates at the range of the type (about 68 years). */
static inline struct tw_span tw_ns_to_span(struct tw_ns d)
{
	int64_t sec = d.v / TW_NS_PER_SEC;
	int64_t rest = d.v % TW_NS_PER_SEC;

	if (rest < 0) {
		rest += TW_NS_PER_SEC;
		sec--;
	}
	if (sec > INT32_MAX)
		return (struct tw_span){INT64_MAX};
	if (sec < INT32_MIN)
		return (struct tw_span){INT64_MIN};
	return (struct tw_span){
		(int64_t)(((uint64_t)sec << 32) +
			  (uint64_t)(((tw_u128)(uint64_t)rest << 32) / TW_NS_PER_SEC))};
}

#endif
