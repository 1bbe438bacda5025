/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_HTTP_H
#define TW_HTTP_H

/**
 * @file
 * The small HTTP server behind `--metrics`: GET (and HEAD) of `/metrics`, `/result.json`, `/healthz`
 * and `/`, nothing else. Requests, their time and the number of connections are bounded; every
 * answer closes its connection.
 */

#include "tw_err.h"
#include "tw_event_loop.h"

#include <stdint.h>
#include <stdio.h>

/** Where it listens when nothing else is said. */
#define TW_HTTP_DEFAULT "127.0.0.1:8000"

struct tw_http;

/**
 * Writes one document.
 * @return 0; anything else is answered with status 503 and what was written
 */
typedef int tw_http_write_fn(FILE *out, void *arg);

/** Where the documents come from. Called in the loop's thread, once a request. */
struct tw_http_content {
	const char *title;         /**< first line of `/` */
	tw_http_write_fn *metrics; /**< Prometheus text; NULL: 404 */
	tw_http_write_fn *result;  /**< JSON; NULL: 404 */
	tw_http_write_fn *health;  /**< plain text; NULL: always "ok" */
	void *arg;
};

/** Bounds on what clients may cost; 0 takes the default. */
struct tw_http_limits {
	unsigned int connections; /**< at once; more wait in the kernel's queue (16) */
	unsigned int seconds;     /**< from connecting to having the whole answer (10) */
	unsigned int header;      /**< octets of request line and headers (8,192) */
};

/**
 * Serve.
 *
 * @param at       `ADDR:PORT`, `[ADDR]:PORT`, `:PORT` (every address), `PORT` or `ADDR`; what is left
 *                 out, or all of it when NULL or "", is as in TW_HTTP_DEFAULT; port 0 = any free one.
 *                 Literal addresses and `localhost` only
 * @param content  copied; what it points to lives as long as the server
 * @param limits   may be NULL
 * @param err      on failure one sentence, may be NULL
 * @param ret      the server
 * @return 0
 *         -EINVAL @p at is not understood
 *         -ENOMEM out of memory
 *         another negative errno: cannot listen there
 */
int tw_http_create(struct tw_event_loop *loop, const char *at,
	const struct tw_http_content *content, const struct tw_http_limits *limits,
	struct tw_err *err, struct tw_http **ret);

/** Stop listening and close every connection; @p http may be NULL. Before its loop. */
void tw_http_destroy(struct tw_http *http);

/** `127.0.0.1:8000`: where it listens, with the real port. */
const char *tw_http_address(const struct tw_http *http);

/** The port it listens on. */
uint16_t tw_http_port(const struct tw_http *http);

/** Check the syntax of @p at as above. @return 0, -EINVAL with one sentence in @p err */
int tw_http_check(const char *at, struct tw_err *err);

#endif
