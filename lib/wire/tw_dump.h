/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_DUMP_H
#define TW_DUMP_H

/** @file Packets as one line of text, for logs. */

#include "tw_test_packet.h"

/** Enough for tw_test_dump(). */
#define TW_TEST_DUMP_STR 256

/**
 * One line about a test packet for logs, such as
 * `stamp reply 44 octets: seq 4 t3 eeab5d94.19b13165 err 8956 ssid 4660 t2 ... ttl 57`.
 *
 * @param reply  read it as a reply, else as a request
 * @param buf    at least one octet; TW_TEST_DUMP_STR octets hold every line
 * @return @p buf
 */
char *tw_test_dump(
	enum tw_layout l, bool reply, const void *payload, size_t len, char *buf, size_t buf_len);

#endif
