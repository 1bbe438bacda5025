/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "walk_priv.h"

#include "report_priv.h"

#include <math.h>

void walk_count(struct walk w, const char *name, uint64_t v)
{
	w.ops->integer(w.arg, name, v > INT64_MAX ? INT64_MAX : (int64_t)v);
}

void walk_ns(struct walk w, const char *name, double span)
{
	if (isfinite(span))
		w.ops->integer(w.arg, name, llround(report_ns(span)));
	else
		w.ops->none(w.arg, name);
}

void walk_number(struct walk w, const char *name, double v)
{
	if (isfinite(v))
		w.ops->real(w.arg, name, v);
	else
		w.ops->none(w.arg, name);
}

void walk_string(struct walk w, const char *name, const char *s)
{
	if (s && *s)
		w.ops->text(w.arg, name, s);
	else
		w.ops->none(w.arg, name);
}

void walk_head(struct walk w, const char *schema, const struct tw_report_context *ctx,
	struct tw_ns start, struct tw_ns duration)
{
	w.ops->text(w.arg, "schema", schema);
	w.ops->text(w.arg, "generator", REPORT_GENERATOR);
	walk_string(w, "command", ctx->command);
	w.ops->flag(w.arg, "interim", ctx->interim);
	walk_count(w, "sequence", ctx->sequence);
	w.ops->integer(w.arg, "start_ns", start.v);
	w.ops->integer(w.arg, "duration_ns", duration.v);
}

void walk_series(struct walk w, const char *name, const struct tw_series *s)
{
	static const struct {
		const char *name;
		double q;
	} quantiles[] = {
		{"p50", 0.5},
		{"p90", 0.9},
		{"p95", 0.95},
		{"p99", 0.99},
		{"p99_9", 0.999},
		{"p99_99", 0.9999},
	};

	w.ops->open(w.arg, name, true);
	walk_count(w, "count", s->m.count);
	walk_count(w, "negative", tw_series_negative(s));
	walk_ns(w, "min", report_min(s));
	walk_ns(w, "mean", tw_moments_mean(&s->m));
	walk_ns(w, "max", report_max(s));
	walk_ns(w, "stddev", tw_moments_stddev(&s->m));
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		walk_ns(w, quantiles[i].name, tw_series_quantile(s, quantiles[i].q));
	w.ops->close(w.arg);
}

void walk_clock(struct walk w, const struct tw_clock_info *c, const struct tw_ns *offset)
{
	w.ops->open(w.arg, "clock", true);
	if (offset)
		w.ops->integer(w.arg, "offset_ns", offset->v);
	else
		w.ops->none(w.arg, "offset_ns");
	if (c->error.v > 0)
		w.ops->integer(w.arg, "error_ns", c->error.v);
	else /* no clock has an error bound of 0: it was not measured */
		w.ops->none(w.arg, "error_ns");
	w.ops->flag(w.arg, "synchronised", c->synchronised);
	walk_count(w, "steps", c->steps);
	w.ops->close(w.arg);
}

void walk_cpu(struct walk w, const struct tw_cpu_usage *cpu)
{
	double total = 0;

	for (unsigned int i = 0; i < cpu->n && i < TW_MAX_WORKERS; i++)
		total += tw_ns_sec(cpu->worker[i].cpu);
	w.ops->open(w.arg, "cpu", true);
	walk_number(w, "worker_seconds", total);
	w.ops->open_list(w.arg, "workers", true);
	for (unsigned int i = 0; i < cpu->n && i < TW_MAX_WORKERS; i++) {
		w.ops->open(w.arg, NULL, true);
		w.ops->text(w.arg, "role", report_role(cpu->worker[i].role));
		walk_number(w, "seconds", tw_ns_sec(cpu->worker[i].cpu));
		walk_count(w, "packets", cpu->worker[i].packets);
		w.ops->close(w.arg);
	}
	w.ops->close_list(w.arg);
	w.ops->close(w.arg);
}

void walk_discarded(struct walk w, const uint64_t *discarded)
{
	w.ops->open(w.arg, "discarded", true);
	for (int i = 0; i < TW_DISCARD_MAX; i++)
		walk_count(w, tw_discard_name((enum tw_discard)i), discarded[i]);
	w.ops->close(w.arg);
}
