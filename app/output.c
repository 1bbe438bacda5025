/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "output.h"

#include <stdio.h>
#include <unistd.h>

static bool shown;

void tw_output_progress(const char *line)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (line)
		fprintf(stderr, "\r%-78.78s", line);
	else if (shown)
		fprintf(stderr, "\r%-78s\r", "");
	shown = line != NULL;
	fflush(stderr);
}

int tw_output_result(
	const struct tw_options *o, const struct tw_result *r, const struct tw_report_context *ctx)
{
	int rc;

	tw_output_progress(NULL);
	if (o->json)
		rc = tw_json_write_result(stdout, r, ctx, o->interim.v == 0);
	else if (o->csv)
		rc = tw_csv_write_result(stdout, r, ctx, ctx->sequence == 1);
	else
		rc = tw_table_write_result(stdout, r, ctx);
	fflush(stdout);
	return rc;
}

int tw_output_reflector(const struct tw_options *o, const struct tw_reflector_report *r,
	const struct tw_report_context *ctx)
{
	int rc;

	tw_output_progress(NULL);
	if (o->json)
		rc = tw_json_write_reflector(stdout, r, ctx, o->interim.v == 0);
	else if (o->csv)
		rc = tw_csv_write_reflector(stdout, r, ctx, ctx->sequence == 1);
	else
		rc = tw_table_write_reflector(stdout, r, ctx);
	fflush(stdout);
	return rc;
}
