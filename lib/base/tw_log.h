/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOG_H
#define TW_LOG_H

/**
 * @file
 * Logging for app, service and port set-up. Libraries below them return errors or count
 * reasons instead; a worker loop never logs.
 */

enum tw_log_level {
	TW_LOG_ERROR,
	TW_LOG_WARNING,
	TW_LOG_INFO,
	TW_LOG_DEBUG,
};

/** Receives one finished line without its newline. */
typedef void tw_log_sink(void *arg, enum tw_log_level level, const char *line);

/** Lines above @p level are dropped; the default is TW_LOG_WARNING. */
void tw_log_set_level(enum tw_log_level level);
enum tw_log_level tw_log_get_level(void);

/** Replace the sink; NULL goes back to stderr. */
void tw_log_set_sink(tw_log_sink *sink, void *arg);

/** Hand one line to the sink when its level is wanted. */
void tw_log(enum tw_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define tw_error(...) tw_log(TW_LOG_ERROR, __VA_ARGS__)
#define tw_warning(...) tw_log(TW_LOG_WARNING, __VA_ARGS__)
#define tw_info(...) tw_log(TW_LOG_INFO, __VA_ARGS__)
#define tw_debug(...) tw_log(TW_LOG_DEBUG, __VA_ARGS__)

#endif
