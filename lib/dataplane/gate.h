/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_GATE_H
#define TW_GATE_H

/*
 * Threads that poll ports, and the EAL's interrupt thread, never at the same time. net_memif
 * unmaps the rings in that thread when a peer leaves, whoever is in a burst on them.
 *
 * Once engaged, the interrupt thread spends its life in a callback of ours, and leaves it when
 * something is there for it to handle and every other thread has stepped out of its loop. Polling
 * threads look in their housekeeping whether they are to step out: nothing is added to a burst.
 */

#include "tw_err.h"

#include <stdbool.h>

/*
 * From now on; before a port is started whose driver needs it. Once is enough, again does no harm.
 * @return 0, -ENOMEM, -EMFILE or another errno of descriptors that are not to be had
 */
int tw_gate_engage(struct tw_err *err);

/* This EAL thread is going to call burst functions. Waits while the gate is shut. */
void tw_gate_enter(void);

/* It does not any more: it ends, or sleeps. */
void tw_gate_leave(void);

/* Between two bursts: out and in again where that is asked for. @return it was, time has passed */
bool tw_gate_pass(void);

#endif
