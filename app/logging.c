/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "logging.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STDERR_WAIT_MS 100

static FILE *file;

static void to_file(void *arg, enum tw_log_level level, const char *line)
{
	static const char *const names[] = {"error", "warning", "info", "debug"};
	struct timespec now;
	struct tm utc;
	char stamp[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	fprintf(arg, "%s.%03ldZ %s: %s\n", stamp, now.tv_nsec / 1000000, names[level], line);
}

/* Who takes a line must not keep a measurement, or its end, waiting: what nobody reads is dropped. */
static void to_stderr(void *arg, enum tw_log_level level, const char *line)
{
	static const char *const names[] = {"error", "warning", "info", "debug"};
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	(void)arg;
	if (poll(&p, 1, STDERR_WAIT_MS) > 0)
		fprintf(stderr, "dpdk-twamp: %s: %s\n", names[level], line);
}

int tw_logging_start(const struct tw_options *o, struct tw_err *err)
{
	char quoted[80];

	tw_log_set_level(o->log_level);
	if (!o->logfile || strcmp(o->logfile, "-") == 0) {
		tw_log_set_sink(to_stderr, NULL);
		return 0;
	}
	file = fopen(o->logfile, "ae");
	if (!file)
		return tw_fail(err, -errno, "--logfile %s: %s; allowed: a file that can be written",
			tw_items_quote(o->logfile, quoted), strerror(errno));
	setvbuf(file, NULL, _IOLBF, 0);
	tw_log_set_sink(to_file, file);
	return 0;
}

void tw_logging_stop(void)
{
	tw_log_set_sink(NULL, NULL);
	if (file)
		fclose(file);
	file = NULL;
}
