/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_KERNEL_TIME_H
#define TW_KERNEL_TIME_H

/*
 * From stamps of the kernel to the TSC. The kernel stamps by CLOCK_REALTIME or CLOCK_MONOTONIC, which
 * are its own reading of the TSC; a stamp is worth its age, which is what the same clock says now
 * less the stamp. Somebody may have set CLOCK_REALTIME between the two: that shows in that it did not
 * go on as the TSC did. Pure arithmetic without DPDK: tests give it any clock.
 */

#include <stdbool.h>
#include <stdint.h>

/* A clock of the host, read between two looks at the TSC. */
struct tw_kernel_reading {
	uint64_t tsc;   /* middle */
	uint64_t width; /* TSC ticks */
	int64_t ns;
};

struct tw_kernel_time {
	struct tw_kernel_reading last;
	struct tw_kernel_reading base; /* of the rate */
	uint64_t ticks_per_ns;         /* 2^-32 */
	uint64_t us;                   /* TSC ticks, roughly */
	int64_t step; /* ns by which the clock was set since the oldest stamp that may still come */
	int64_t kept; /* of it what is no matter of a reading */
	bool fresh;   /* some of that was found by the last reading */
};

/* Two readings some milliseconds apart. @return false: the clock did not go on between them */
bool tw_kernel_time_init(struct tw_kernel_time *t, const struct tw_kernel_reading *first,
	const struct tw_kernel_reading *second);

/* A new one; often enough that a step can be told from the drift of some milliseconds. */
void tw_kernel_time_look(struct tw_kernel_time *t, const struct tw_kernel_reading *r);

/* All stamps made before the last reading but one are told: whatever comes is younger. */
void tw_kernel_time_drained(struct tw_kernel_time *t);

/*
 * The TSC at a stamp. Where the clock was set since the oldest one that may still come, the stamp is
 * from before that or from after it, whichever is possible.
 *
 * @param since  TSC: the packet came after that
 * @return false: both are possible, or neither is
 */
bool tw_kernel_time_tsc(
	const struct tw_kernel_time *t, int64_t stamp_ns, uint64_t since, uint64_t *ret_tsc);

#endif
