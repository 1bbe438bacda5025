/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef RESOLVE_H
#define RESOLVE_H

#include "tw_addr.h"
#include "tw_err.h"

#include <stdint.h>

/*
 * An address as typed (twampy's grammar, host names too) as an endpoint. An empty host, as in
 * ":862", leaves the address unset; a missing port becomes default_port.
 *
 * family is 4 or 6 when only that one will do, else 0: then the system's order of preference
 * decides for names. Returns 0 or a negative errno with one sentence in err that quotes the text.
 */
int tw_resolve_endpoint(const char *text, uint16_t default_port, unsigned int family,
	struct tw_err *err, struct tw_endpoint *ret);

#endif
