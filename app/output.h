/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef OUTPUT_H
#define OUTPUT_H

/* Where results go: table, JSON or CSV on standard output. */

#include "options.h"
#include "tw_report.h"

/* Write one result as the options want it. Returns 0 or a negative errno. */
int tw_output_result(
	const struct tw_options *o, const struct tw_result *r, const struct tw_report_context *ctx);
int tw_output_reflector(const struct tw_options *o, const struct tw_reflector_report *r,
	const struct tw_report_context *ctx);

/* A line of progress on a terminal's stderr; NULL removes it. */
void tw_output_progress(const char *line);

#endif
