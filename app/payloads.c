/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "payloads.h"

#include <errno.h>

#define LIGHT_MIN 14
#define TWAMP_AUTH_MIN 48
#define STAMP_MIN 44
#define STAMP_AUTH_MIN 112
#define ETHER_AND_FCS 18
#define TAG 4

static uint16_t smallest(const struct tw_options *o)
{
	switch (o->protocol) {
	case TW_OPT_TWAMP:
		return (uint16_t)((o->auth ? TWAMP_AUTH_MIN : LIGHT_MIN) + o->padding_min);
	case TW_OPT_LIGHT:
		return LIGHT_MIN;
	default:
		return o->auth ? STAMP_AUTH_MIN : STAMP_MIN;
	}
}

int tw_options_payloads(const struct tw_options *o, unsigned int family, unsigned int mtu,
	struct tw_err *err, struct tw_sizes_shape *ret_shape, struct tw_payloads *ret)
{
	struct tw_sizes_shape shape = {
		.min_payload = (uint16_t)(smallest(o) + o->tlv_octets),
		.family = (uint8_t)family,
		.vlans = (uint8_t)o->n_vlan,
	};
	const char *option = o->frame_size                 ? "--frame-size"
			     : o->command == TW_CMD_TWPING ? "-s"
							   : "--padding";
	struct tw_payloads p;
	struct tw_sizes sizes;
	struct tw_err why;
	char value[16], quoted[80];
	int rc;

	snprintf(value, sizeof(value), "%d", o->padding);
	tw_items_quote(o->frame_size ? o->frame_size : value, quoted);
	if (o->frame_size)
		rc = tw_sizes_parse(o->frame_size, (uint16_t)(mtu < UINT16_MAX ? mtu : UINT16_MAX),
			&why, &sizes);
	else
		rc = tw_sizes_from_padding(o->padding, &shape, &why, &sizes);
	if (rc)
		return tw_fail(err, rc, "%s %s: %s", option, quoted, why.text);
	tw_sizes_payloads(&sizes, &shape, &p);
	for (unsigned int i = 0; mtu && i < p.n; i++) {
		unsigned int frame = tw_sizes_frame(p.len[i], &shape);
		unsigned int most = mtu + ETHER_AND_FCS + TAG * shape.vlans;

		if (frame > most)
			return tw_fail(err, -ERANGE,
				"%s %s: makes a frame of %u octets, allowed: %u (the link's MTU is "
				"%u)",
				option, quoted, frame, most, mtu);
	}
	*ret_shape = shape;
	*ret = p;
	return 0;
}
