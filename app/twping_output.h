/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TWPING_OUTPUT_H
#define TWPING_OUTPUT_H

/* What twping prints when it is over. */

#include "options.h"
#include "session_file.h"
#include "tw_result.h"
#include "tw_session.h"
#include "twping_rows.h"

struct twping_run {
	const struct tw_options *o;
	const struct twping_rows *rows;
	const struct tw_result *result;
	const uint8_t *sid;
	const struct tw_stream_config *stream;
	struct session_file *file; /* -F; NULL: none */
	uint64_t start;            /* NTP */
	uint32_t padding;
	uint64_t timeout; /* 2^-32 s */
	uint64_t missed;  /* records that are not among the rows */
	bool broken;      /* the control connection ended first */
};

/* Print, or save. Returns the exit status. */
int twping_output(const struct twping_run *run);

#endif
