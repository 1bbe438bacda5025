/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef HTTP_PRIV_H
#define HTTP_PRIV_H

#include "tw_http.h"

#include <sys/socket.h>

/* "[2001:db8::1]:65535" and its end */
#define HTTP_ADDRESS_STR 64

struct http_address {
	struct sockaddr_storage sa;
	socklen_t len;
	bool any; /* `:PORT`: IPv6 and IPv4 */
};

/* -EINVAL when `at` is not understood. */
int http_address_parse(const char *at, struct tw_err *err, struct http_address *ret);

/* Non-blocking listening socket; `ret_text` (HTTP_ADDRESS_STR) is where it really listens. */
int http_listen(const struct http_address *a, struct tw_err *err, int *ret_fd, char *ret_text,
	uint16_t *ret_port);

#endif
