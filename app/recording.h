/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef RECORDING_H
#define RECORDING_H

/* --pcap: what the workers hand to the recorder goes into a file, from the control thread. */

#include "backend.h"

struct tw_recording;

/* Open the file and make the recorder of the backend. o->pcap NULL: *ret is NULL. */
int tw_recording_start(struct tw_backend *b, const struct tw_options *o, uint16_t max_frame,
	struct tw_err *err, struct tw_recording **ret);

/* Write what waits; call it every few milliseconds. */
void tw_recording_drain(struct tw_recording *r);

/* Drain, close, say what went wrong. NULL is fine. */
void tw_recording_stop(struct tw_recording *r);

#endif
