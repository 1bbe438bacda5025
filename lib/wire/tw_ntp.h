/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_NTP_H
#define TW_NTP_H

/**
 * @file
 * Timestamps and Error Estimates as they are on the wire (RFC 4656 section 4.1.2, RFC 8186,
 * RFC 8762 section 4.2.1).
 *
 * Nanoseconds become NTP by rounding down and come back by rounding to nearest, so that every
 * nanosecond survives. An all-zero timestamp means "unknown"; it is also one instant of 2036.
 */

#include "tw_time.h"

#include <stdbool.h>
#include <stdint.h>

/** TAI minus UTC since 2017; it can change at the end of any half-year. */
#define TW_TAI_UTC_DEFAULT 37

/** The timestamp field of a packet: NTP or PTP, as the Z bit of its Error Estimate says. */
struct tw_wire_time {
	uint64_t v;
};

/**
 * PTPv2 truncated (RFC 8186 section 2.1): low 32 bits of the seconds since 1970-01-01 TAI in the
 * upper half, nanoseconds in the lower.
 */
struct tw_ptp {
	uint64_t v;
};

/** Floor of an instant since 1970 to the wire's unit; the era is dropped. */
static inline struct tw_ntp tw_ntp_from_ns(struct tw_ns t)
{
	int64_t sec = t.v / TW_NS_PER_SEC, rest = t.v % TW_NS_PER_SEC;

	if (rest < 0) {
		rest += TW_NS_PER_SEC;
		sec--;
	}
	return (struct tw_ntp){(((uint64_t)sec + TW_NTP_UNIX_DELTA) << 32) +
			       ((uint64_t)rest << 32) / TW_NS_PER_SEC};
}

/**
 * The instant since 1970 that @p t stands for, to the nearest nanosecond.
 *
 * @param near  chooses the era: the result is within 68 years of it. The local clock
 */
struct tw_ns tw_ntp_to_ns(struct tw_ntp t, struct tw_ns near);

static inline bool tw_wire_time_is_unknown(struct tw_wire_time t)
{
	return t.v == 0;
}

/** @param tai_utc  TAI minus UTC in seconds; both scales wrap at 2^32 s, so no era is needed */
static inline struct tw_ptp tw_ptp_from_ntp(struct tw_ntp t, int32_t tai_utc)
{
	uint32_t sec = (uint32_t)(t.v >> 32) - (uint32_t)TW_NTP_UNIX_DELTA + (uint32_t)tai_utc;
	uint64_t ns = ((t.v & UINT32_MAX) * TW_NS_PER_SEC + ((uint64_t)1 << 31)) >> 32;

	if (ns == TW_NS_PER_SEC) {
		ns = 0;
		sec++;
	}
	return (struct tw_ptp){(uint64_t)sec << 32 | ns};
}

/** The nanoseconds field of a PTP timestamp never reaches a second. */
static inline bool tw_ptp_is_valid(struct tw_ptp t)
{
	return (t.v & UINT32_MAX) < TW_NS_PER_SEC;
}

/** @param t  need not be valid: excess nanoseconds count as seconds */
static inline struct tw_ntp tw_ntp_from_ptp(struct tw_ptp t, int32_t tai_utc)
{
	uint32_t sec = (uint32_t)(t.v >> 32) + (uint32_t)TW_NTP_UNIX_DELTA - (uint32_t)tai_utc;
	uint64_t ns = t.v & UINT32_MAX;

	return (struct tw_ntp){((uint64_t)sec << 32) + (ns << 32) / TW_NS_PER_SEC};
}

/*
 * Error Estimate (RFC 4656 section 4.1.2, Z by RFC 8186)
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 * |S|Z|   Scale   |   Multiplier  |
 *
 * error = Multiplier * 2^(Scale - 32) s
 */

/** The clock is synchronised to UTC from outside. */
#define TW_ERROR_S 0x8000
/** The timestamps that belong to this estimate are PTPv2. */
#define TW_ERROR_Z 0x4000
/** Not synchronised and no idea of the error: the largest one. */
#define TW_ERROR_UNKNOWN 0x3fff

/** A Multiplier of 0 is never sent; a packet that has it is corrupt. */
static inline bool tw_error_estimate_is_valid(uint16_t e)
{
	return (e & 0xff) != 0;
}

/**
 * Smallest estimate that is not below @p bound, at the smallest Scale that holds it.
 *
 * @param bound  of the error; the smallest estimate there is when 0 or negative
 */
uint16_t tw_error_estimate_encode(struct tw_span bound, bool synchronised, bool ptp);

/** The error that an estimate states; saturates. */
static inline struct tw_span tw_error_estimate_span(uint16_t e)
{
	unsigned int scale = e >> 8 & 0x3f;
	int64_t multiplier = e & 0xff;

	if (scale > 55 && multiplier >> (63 - scale))
		return (struct tw_span){INT64_MAX};
	return (struct tw_span){multiplier << scale};
}

/** Nanoseconds to 2^-32 s, rounded up: for bounds of errors. Saturates. */
struct tw_span tw_ns_to_span_up(struct tw_ns d);

/**
 * A timestamp field as NTP, whichever format it is in.
 *
 * @param error_estimate  the one that belongs to this timestamp
 * @param tai_utc         TAI minus UTC in seconds, for PTP
 */
static inline struct tw_ntp tw_wire_time_ntp(
	struct tw_wire_time t, uint16_t error_estimate, int32_t tai_utc)
{
	if (error_estimate & TW_ERROR_Z)
		return tw_ntp_from_ptp((struct tw_ptp){t.v}, tai_utc);
	return (struct tw_ntp){t.v};
}

#endif
