/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SERVER_REPORT_H
#define SERVER_REPORT_H

/* A control server's sessions and counters for the reflector's report. */

#include "tw_control_report.h"
#include "tw_control_tcp.h"

/* Counters of the machine. */
#define TW_SERVER_COUNTS 13

struct tw_server_report {
	struct tw_control_report report;
	struct tw_named_count count[TW_SERVER_COUNTS];
	unsigned int room; /* sessions */
};

/* Valid until the next call. Returns 0, -ENOMEM, or what the backend said. */
int tw_server_report_make(struct tw_server_report *r, struct tw_control_server *s);
void tw_server_report_fini(struct tw_server_report *r);

/* 32 hex digits; returns buf of TW_SID_STR octets. */
char *tw_sid_format(const uint8_t *sid, char *buf);

#endif
