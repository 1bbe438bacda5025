/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_log.h"

#include <stdarg.h>
#include <stdio.h>

static enum tw_log_level max_level = TW_LOG_WARNING;
static tw_log_sink *current_sink;
static void *sink_arg;

void tw_log_set_level(enum tw_log_level level)
{
	max_level = level;
}

enum tw_log_level tw_log_get_level(void)
{
	return max_level;
}

void tw_log_set_sink(tw_log_sink *sink, void *arg)
{
	current_sink = sink;
	sink_arg = arg;
}

void tw_log(enum tw_log_level level, const char *fmt, ...)
{
	static const char *const names[] = {"error", "warning", "info", "debug"};
	char line[1024];
	va_list ap;

	if (level > max_level)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (current_sink)
		current_sink(sink_arg, level, line);
	else
		fprintf(stderr, "dpdk-twamp: %s: %s\n", names[level], line);
}
