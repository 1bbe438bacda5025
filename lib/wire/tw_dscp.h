/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_DSCP_H
#define TW_DSCP_H

/**
 * @file
 * Names of DSCP values (RFC 2474, 2597, 3246, 4594, 5865, 8622). The TOS or traffic class octet
 * is DSCP << 2 | ECN.
 */

#include <stddef.h>
#include <stdint.h>

#define TW_DSCP_MAX 63

static inline uint8_t tw_tos(uint8_t dscp, uint8_t ecn)
{
	return (uint8_t)(dscp << 2 | (ecn & 3));
}

static inline uint8_t tw_tos_dscp(uint8_t tos)
{
	return tos >> 2;
}

static inline uint8_t tw_tos_ecn(uint8_t tos)
{
	return tos & 3;
}

/** One value that has a name. */
struct tw_dscp {
	const char *name;    /**< preferred, lower case */
	const char *aliases; /**< others, separated by spaces; "" when there is none */
	uint8_t value;       /**< 0..63 */
};

/** Row @p i of the table in ascending order of values; NULL behind the last one. */
const struct tw_dscp *tw_dscp_row(size_t i);

/** Preferred name of any value 0..63: "ef", or "cp5" where there is no name; NULL above 63. */
const char *tw_dscp_name(uint8_t value);

/**
 * A name in any case, `cpN`, or a number 0..63 in decimal.
 * @return 0, -EINVAL
 */
int tw_dscp_parse(const char *s, uint8_t *ret);

#endif
