/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef DELIVERY_H
#define DELIVERY_H

/*
 * Standard output as results need it: a measurement never waits for its reader. What a pipe has no
 * room for waits in memory, up to a bound; only the last result waits for the reader, and after a
 * signal to end not for long.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How much waits at most before results are left out. */
#define TW_DELIVERY_WAITS (1 << 20)
/* How long the last result is still offered after a signal to end. */
#define TW_DELIVERY_PATIENCE_MS 800

/* Text, behind all that waits. False: too much waits already, it is left out. */
bool tw_delivery_offer(const char *text, size_t len);

/* Send what goes without waiting. Does anything still wait? */
bool tw_delivery_push(void);

/* The first error so far; 0: none. */
int tw_delivery_failed(void);

/*
 * The last text, and all that waits before it.
 * Returns 0; -ETIME: nobody reads and we are to end; -EPIPE, -ENOSPC, -EBADF and others of write(2),
 * of earlier texts, too.
 */
int tw_delivery_finish(const char *text, size_t len);

/*
 * For a last text that may be too long to be held: what is written here waits for the reader like
 * that of tw_delivery_finish(), which is to follow with the rest and tells the errors. NULL: no
 * memory. Closed by the caller.
 */
FILE *tw_delivery_stream(void);

/*
 * Text into another pipe or device, whose reader is waited for in the same way. Returns 0; -ETIME,
 * or what write(2) said.
 */
int tw_delivery_write(int fd, const char *text, size_t len);

/* Why a result was not delivered, in words. */
const char *tw_delivery_why(int rc);

/* Descriptors 0, 1 and 2 that were closed by who started us are not for others to be opened as. */
int tw_delivery_hold(void);

#endif
