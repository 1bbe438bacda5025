/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef WALK_PRIV_H
#define WALK_PRIV_H

/*
 * The contract of JSON and CSV is written once, as a walk over the value that names each item in
 * order. JSON nests the names, CSV joins them with dots. What is unknown is said with none(),
 * so that no writer can mistake it for a number.
 */

#include "tw_report.h"

struct walk_ops {
	/* An object; when not `present` it is null, though its items are still walked. */
	void (*open)(void *arg, const char *name, bool present);
	void (*close)(void *arg);
	/* A list; of objects, or of texts. Its items have no name. */
	void (*open_list)(void *arg, const char *name, bool of_objects);
	void (*close_list)(void *arg);
	void (*integer)(void *arg, const char *name, int64_t v);
	void (*real)(void *arg, const char *name, double v);
	void (*text)(void *arg, const char *name, const char *v);
	void (*flag)(void *arg, const char *name, bool v);
	void (*none)(void *arg, const char *name);
};

struct walk {
	const struct walk_ops *ops;
	void *arg;
};

void walk_result(struct walk w, const struct tw_result *r, const struct tw_report_context *ctx);
void walk_reflector(
	struct walk w, const struct tw_reflector_report *r, const struct tw_report_context *ctx);

/* Items that both walks have. */
void walk_count(struct walk w, const char *name, uint64_t v);
void walk_ns(struct walk w, const char *name, double span);       /* NaN: none */
void walk_number(struct walk w, const char *name, double v);      /* NaN: none */
void walk_string(struct walk w, const char *name, const char *s); /* NULL, "": none */
void walk_head(struct walk w, const char *schema, const struct tw_report_context *ctx,
	struct tw_ns start, struct tw_ns duration);
void walk_series(struct walk w, const char *name, const struct tw_series *s);
void walk_clock(struct walk w, const struct tw_clock_info *c, const struct tw_ns *offset);
void walk_cpu(struct walk w, const struct tw_cpu_usage *cpu);
void walk_control(struct walk w, const struct tw_control_report *c);
void walk_asked(struct walk w, const struct tw_asked_report *c);
void walk_tlv(struct walk w, const struct tw_tlv_result *t);
/* error of T1..T4 in ns, NaN where it is not known */
void walk_stamping(struct walk w, const struct tw_stamping *s, const double error[4]);
void walk_discarded(struct walk w, const uint64_t *discarded);

#endif
