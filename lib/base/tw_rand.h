/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RAND_H
#define TW_RAND_H

/**
 * @file
 * A seeded generator for schedules, padding and simulation (xoshiro256**). Not for keys:
 * those come from OpenSSL.
 */

#include <stdint.h>

struct tw_rand {
	uint64_t s[4];
};

/** Seed the generator; the same seed gives the same numbers on every machine. */
void tw_rand_init(struct tw_rand *r, uint64_t seed);

/** 64 uniform bits. */
uint64_t tw_rand_u64(struct tw_rand *r);

/** Uniform in [0, bound); 0 when @p bound is 0. */
uint64_t tw_rand_below(struct tw_rand *r, uint64_t bound);

/** Uniform in [0, 1). */
double tw_rand_unit(struct tw_rand *r);

/** Exponential deviate of mean 1 (RFC 2330 section 11.1.1: Poisson sampling). */
double tw_rand_exp(struct tw_rand *r);

/** A seed from the operating system (getrandom). */
uint64_t tw_rand_seed(void);

#endif
