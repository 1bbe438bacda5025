/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_VALUE_H
#define TW_VALUE_H

/**
 * @file
 * Values as people type them, on the command line and in files. Each parser takes the whole text
 * or refuses it: no white space, no trailing rest, no silent wrap, no rounding through a double.
 */

#include "tw_time.h"

#include <stddef.h>
#include <stdint.h>

/** `--pps max`: as fast as it goes. */
#define TW_PPS_MAX UINT64_MAX

/**
 * Whole number, decimal or 0x hexadecimal.
 * @return 0, or
 *  - -EINVAL: not a number
 *  - -ERANGE: outside @p min..@p max
 */
int tw_value_uint(const char *s, uint64_t min, uint64_t max, uint64_t *ret);

/** As tw_value_uint(), with an optional sign. */
int tw_value_int(const char *s, int64_t min, int64_t max, int64_t *ret);

/** Number with fraction or exponent; never NaN or infinite. */
int tw_value_double(const char *s, double min, double max, double *ret);

/**
 * Duration: a number with fractions, in @p unit unless it ends in ns, us, ms, s, min or h. Rounded
 * to the nanosecond.
 *
 * @param min  smallest allowed, not negative
 * @return 0, -EINVAL, -ERANGE
 */
int tw_value_duration(
	const char *s, struct tw_ns unit, struct tw_ns min, struct tw_ns max, struct tw_ns *ret);

/** Bits per second: a number with fractions and k, M, G or T (powers of ten); must be whole bits. */
int tw_value_bitrate(const char *s, uint64_t min, uint64_t max, uint64_t *ret);

/** Packets per second: as a bit rate, or `max` = TW_PPS_MAX. */
int tw_value_pps(const char *s, uint64_t min, uint64_t max, uint64_t *ret);

/** Index of @p s in @p names, which ends with NULL. @return 0, -EINVAL */
int tw_value_enum(const char *s, const char *const *names, int *ret);

/** Shortest text that tw_value_duration() reads as @p d, such as 100ms; returns @p buf. */
char *tw_value_duration_format(struct tw_ns d, char *buf, size_t len);

/** Shortest text that tw_value_bitrate() reads as @p v, such as 2.5G; returns @p buf. */
char *tw_value_bitrate_format(uint64_t v, char *buf, size_t len);

/** Edits (insert, delete, replace, swap of neighbours) that turn @p a into @p b. */
unsigned int tw_value_distance(const char *a, const char *b);

#endif
