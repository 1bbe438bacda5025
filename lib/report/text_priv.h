/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TEXT_PRIV_H
#define TEXT_PRIV_H

/* What the text tables of sender and reflector share. */

#include "tw_result.h"

#include <stdio.h>

#define TEXT_COLUMNS 79

void text_ruler(FILE *out, char c);

/* One paragraph, wrapped at TEXT_COLUMNS, each line indented by one blank. */
void text_paragraph(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "clock error 1.2us, synchronised" */
void text_clock(FILE *out, const struct tw_clock_info *clock);

/* Ends the line of stamps and clock: "tester: ok", or what was wrong and what that means. */
void text_tester(FILE *out, bool ok, const char *reason);

/* Lines on stamps that were not all made alike. sent: 1 or 3, which of them leaves from here. */
void text_stamping(FILE *out, const struct tw_stamping *s, unsigned int sent);

/*
 * `before`, then "sender 12200000, reflector 13100000": packets per CPU-second of each role.
 * Prints nothing, and returns false, when no worker has used any.
 */
bool text_cpu(FILE *out, const char *before, const struct tw_cpu_usage *cpu);

#endif
