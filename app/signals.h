/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIGNALS_H
#define SIGNALS_H

#include "tw_err.h"

#include <stdbool.h>

/*
 * SIGINT, SIGTERM and SIGHUP ask to stop: the first one raises a flag and makes a descriptor
 * readable, the second one ends the process at once with a sentence and exit 1. SIGPIPE is
 * ignored: a reader that went away is an error of write(). Returns 0 or a negative errno.
 */
int tw_signals_init(struct tw_err *err);

/* Readable once a stop was asked for; for an event loop, never to be read or closed by it. */
int tw_signals_fd(void);

/* Was a stop asked for? Any thread may ask. */
bool tw_signals_stop(void);

/* Back to the default actions. */
void tw_signals_fini(void);

#endif
