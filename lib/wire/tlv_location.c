/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <arpa/inet.h>
#include <stdio.h>

/*
 * Location (RFC 8972 section 4.2). The sender leaves all but headers zero; the reflector fills in
 * place and turns a request sub-TLV into the form that fits, of the same Length.
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Destination Port       |          Source Port          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~         Sub-TLVs: 8 octets for a MAC, 16 for an address       ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const struct {
	const char *name;
	uint8_t type;
	uint8_t len;
} asks[] = {
	{"mac", TW_SUB_SOURCE_MAC, 8},
	{"destination", TW_SUB_DESTINATION_IP, 16},
	{"source", TW_SUB_SOURCE_IP, 16},
};

#define N_ASKS (sizeof(asks) / sizeof(asks[0]))

static int build(struct tlv_build *b)
{
	const char *pos = b->args;
	struct tlv_arg a;
	unsigned int wanted = 0;
	size_t len = 4;
	uint8_t *v;
	size_t i;
	int rc;

	if (!*pos)
		wanted = (1U << N_ASKS) - 1;
	while (tlv_arg_next(&pos, &a)) {
		for (i = 0; i < N_ASKS && !tlv_arg_is(&a, asks[i].name, false); i++)
			;
		if (i < N_ASKS)
			wanted |= 1U << i;
		else if (!tlv_arg_is(&a, "ports", false))
			return tlv_arg_unknown(b, &a);
	}
	for (i = 0; i < N_ASKS; i++)
		if (wanted & 1U << i)
			len += TW_TLV_HEADER + (size_t)asks[i].len;
	v = tlv_append(b, TW_TLV_LOCATION, len, &rc);
	if (!v)
		return rc;
	v += 4;
	for (i = 0; i < N_ASKS; i++)
		if (wanted & 1U << i)
			v = tw_tlv_put(v, TW_TLV_U, asks[i].type, asks[i].len) + asks[i].len;
	return 0;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(value, 4, len);
	struct tw_tlv s;
	int n = snprintf(buf, cap, "destination-port=%u source-port=%u", tw_get16(value),
		tw_get16(value + 2));

	while (n >= 0 && (size_t)n < cap && tw_tlv_next(&w, &s) == TW_TLV_STEP_ONE) {
		const uint8_t *v = value + s.at + TW_TLV_HEADER;
		char a[INET6_ADDRSTRLEN] = "";
		bool v6 = s.type == TW_SUB_DESTINATION_IPV6 || s.type == TW_SUB_SOURCE_IPV6;
		bool v4 = s.type == TW_SUB_DESTINATION_IPV4 || s.type == TW_SUB_SOURCE_IPV4;
		const char *name = s.type >= TW_SUB_SOURCE_IP        ? "source"
				   : s.type >= TW_SUB_DESTINATION_IP ? "destination"
								     : "mac";

		if (s.type == TW_SUB_SOURCE_EUI48 && s.len == 8)
			snprintf(a, sizeof(a), "%02x:%02x:%02x:%02x:%02x:%02x", v[0], v[1], v[2],
				v[3], v[4], v[5]);
		else if ((v4 || v6) && s.len == 16)
			inet_ntop(v4 ? AF_INET : AF_INET6, v, a, sizeof(a));
		else
			continue;
		n += snprintf(buf + n, cap - (size_t)n, " %s=%s", name, a);
	}
	return n;
}

const struct tw_tlv_kind tlv_location_kind = {
	.type = TW_TLV_LOCATION,
	.min_len = 4,
	.max_len = UINT16_MAX,
	.step = 1,
	.name = "location",
	.args = "mac, destination, source, ports",
	.help = "ask which addresses, ports and last-hop MAC arrive there (default: all)",
	.build = build,
	.print = print,
};
