/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef EVENT_LOOP_PRIV_H
#define EVENT_LOOP_PRIV_H

#include "tw_event_loop.h"

struct event_base;

/* libevent's own handle, for the servers of this library. */
struct event_base *event_loop_base(struct tw_event_loop *loop);

#endif
