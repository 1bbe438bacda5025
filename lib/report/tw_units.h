/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_UNITS_H
#define TW_UNITS_H

/** @file Numbers as people read them. Buffers are the caller's. */

#include <stddef.h>
#include <stdint.h>

/** Octets that any text of these functions fits in. */
#define TW_UNITS_STR 32

/**
 * `42ns`, `12.1us`, `1.23ms`, `2.1s`, `20454.1d`, with a sign when negative, `-` when unknown.
 *
 * @param ns   duration in nanoseconds; NaN is unknown
 * @param buf  TW_UNITS_STR octets
 * @return @p buf
 */
char *tw_units_duration(double ns, char *buf);

/**
 * Share of @p part in @p whole as `0.000%`. What is not nothing never reads 0.000% (`<0.001%`), what
 * is not everything never reads 100.000% (`>99.999%`); `-` when @p whole is 0.
 *
 * @param buf  TW_UNITS_STR octets
 * @return @p buf
 */
char *tw_units_percent(uint64_t part, uint64_t whole, char *buf);

#endif
