/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "output.h"

#include "delivery.h"
#include "tw_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool shown;
static unsigned long long left_out;

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

/* A text that is being written into memory. */
struct text {
	char *s;
	size_t len;
	FILE *out;
};

static int begin(struct text *t)
{
	*t = (struct text){0};
	t->out = open_memstream(&t->s, &t->len);
	return t->out ? 0 : -ENOMEM;
}

/* Interim results that nobody takes are left out, rather than that the measurement waits. */
static int end(struct text *t, const struct tw_report_context *ctx, int rc)
{
	static bool told;

	if (fclose(t->out) != 0 && rc == 0)
		rc = -ENOMEM;
	if (rc == 0 && !ctx->interim) {
		rc = tw_delivery_finish(t->s, t->len);
		if (left_out)
			tw_warning("standard output: nobody read it: %llu interim results are left "
				   "out",
				left_out);
	} else if (rc == 0 && !tw_delivery_offer(t->s, t->len)) {
		left_out++;
		if (!told)
			tw_warning(
				"standard output: nobody reads it: interim results are left out");
		told = true;
	}
	free(t->s);
	return rc;
}

int tw_output_result(
	const struct tw_options *o, const struct tw_result *r, const struct tw_report_context *ctx)
{
	struct text t;
	int rc = begin(&t);

	if (rc < 0)
		return rc;
	tw_output_progress(NULL);
	if (o->json)
		rc = tw_json_write_result(t.out, r, ctx, o->interim.v == 0);
	else if (o->csv)
		rc = tw_csv_write_result(t.out, r, ctx, ctx->sequence == 1);
	else
		rc = tw_table_write_result(t.out, r, ctx);
	return end(&t, ctx, rc);
}

int tw_output_reflector(const struct tw_options *o, const struct tw_reflector_report *r,
	const struct tw_report_context *ctx)
{
	struct text t;
	int rc = begin(&t);

	if (rc < 0)
		return rc;
	tw_output_progress(NULL);
	if (o->json)
		rc = tw_json_write_reflector(t.out, r, ctx, o->interim.v == 0);
	else if (o->csv)
		rc = tw_csv_write_reflector(t.out, r, ctx, ctx->sequence == 1);
	else
		rc = tw_table_write_reflector(t.out, r, ctx);
	return end(&t, ctx, rc);
}
