/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <arpa/inet.h>
#include <stdio.h>

/*
 * Destination Node Address (RFC 9503 section 3): 4 or 16 octets, the reflector that is meant.
 */

static int build(struct tlv_build *b)
{
	struct tlv_ip ip;
	uint8_t *v;
	int rc = tlv_address(b, b->args, strlen(b->args), &ip);

	if (rc < 0)
		return rc;
	v = tlv_append(b, TW_TLV_DESTINATION, ip.len, &rc);
	if (!v)
		return rc;
	memcpy(v, ip.b, ip.len);
	b->t->needs_ssid = true;
	return 0;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	char a[INET6_ADDRSTRLEN];

	inet_ntop(len == 4 ? AF_INET : AF_INET6, value, a, sizeof(a));
	return snprintf(buf, cap, "%s", a);
}

const struct tw_tlv_kind tlv_destination_kind = {
	.type = TW_TLV_DESTINATION,
	.once = true,
	.min_len = 4,
	.max_len = 16,
	.step = 12,
	.name = "destination",
	.args = "ADDRESS",
	.help = "the reflector that is meant, where the packet's destination does not tell",
	.build = build,
	.print = print,
};
