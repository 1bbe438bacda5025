/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_send.h"

#include "tw_build.h"

#include <errno.h>
#include <string.h>

static uint16_t base_len(const struct tw_stream_config *c)
{
	if (c->protocol == TW_PROTOCOL_STAMP)
		return c->security == TW_SECURITY_OPEN ? TW_STAMP_LEN : TW_AUTH_LEN;
	return c->security == TW_SECURITY_OPEN ? TW_TWAMP_REQ_LEN : TW_TWAMP_AUTH_REQ_LEN;
}

static uint16_t least_payload(const struct tw_stream_config *c)
{
	return (uint16_t)(base_len(c) + (c->tlv ? c->tlv->len : 0));
}

/* STAMP: SSID, and the header of the Extra Padding TLV that carries a longer packet (RFC 8972
 * section 4.1). */
static void write_stamp(uint8_t *p, const struct tw_stream_config *cfg, uint16_t len)
{
	uint16_t base = base_len(cfg);

	tw_put16(p + (base == TW_AUTH_LEN ? TW_AUTH_REQ_SSID : TW_REQ_SSID), cfg->ssid);
	if (len >= base + 4 && !cfg->tlv) {
		p[base] = 0x80;
		p[base + 1] = 1;
		tw_put16(p + base + 2, (uint16_t)(len - base - 4));
	}
}

/* Constant octets of the payload that are not zero. */
static void write_payload(uint8_t *p, const struct tw_stream_config *cfg, uint16_t len)
{
	uint16_t padding = base_len(cfg);

	if (cfg->protocol == TW_PROTOCOL_STAMP) {
		write_stamp(p, cfg, len);
		return;
	}
	if (cfg->symmetrical)
		padding = cfg->security != TW_SECURITY_OPEN ? TW_AUTH_LEN
			  : cfg->dscp_ecn                   ? TW_TWAMP_REP_DSCP_LEN
							    : TW_TWAMP_REP_LEN;
	if (cfg->padding_head && len >= padding + 2)
		tw_put16(p + padding, cfg->padding_head);
}

/* Where the TLVs go, and what pads the packet behind them. @return octets of head */
static uint32_t place_tlvs(
	const struct tw_stream_config *cfg, uint16_t payload, struct tw_send_class *ret)
{
	uint16_t least = least_payload(cfg), rest = (uint16_t)(payload - least);

	ret->tlv_off = (uint16_t)(ret->payload_off + base_len(cfg));
	ret->has_pad = rest >= TW_TLV_HEADER;
	ret->pad_len = ret->has_pad ? (uint16_t)(rest - TW_TLV_HEADER) : 0;
	ret->covered = (uint16_t)(least + (ret->has_pad ? TW_TLV_HEADER : 0));
	return ret->tlv_off;
}

static int build_class(
	const struct tw_stream_config *cfg, uint16_t payload, struct tw_send_class *ret)
{
	struct tw_frame_spec spec = {
		.src_mac = cfg->local_mac,
		.dst_mac = cfg->next_hop_mac,
		.n_vlan = cfg->n_vlan,
		.tci = {cfg->tci[0], cfg->tci[1]},
		.src = cfg->local,
		.dst = cfg->remote,
		.tos = cfg->tos,
		.ttl = cfg->ttl,
		.df = cfg->dont_fragment,
		.flow_label = cfg->flow_label,
	};
	struct tw_frame_layout layout;
	uint32_t head;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (payload > TW_MAX_FRAME)
		return -EINVAL;
	rc = tw_build_headers(ret->head, sizeof(ret->head), &spec, payload, &layout);
	if (rc < 0)
		return rc;
	if (layout.payload_off + payload > TW_MAX_FRAME)
		return -EINVAL;
	write_payload(ret->head + layout.payload_off, cfg, payload);
	ret->frame_len = (uint16_t)(layout.payload_off + payload);
	ret->payload_off = layout.payload_off;
	ret->csum_off = (uint16_t)(layout.l4_off + TW_UDP_CHECKSUM);
	/* all that a reply in the same buffer may have written over */
	head = layout.payload_off + 4U +
	       (cfg->security == TW_SECURITY_OPEN ? TW_STAMP_LEN : TW_AUTH_LEN);
	ret->covered = (uint16_t)(head - layout.payload_off);
	if (ret->covered > payload)
		ret->covered = payload;
	if (cfg->tlv)
		head = place_tlvs(cfg, payload, ret);
	if (head > ret->frame_len)
		head = ret->frame_len;
	ret->head_len = (uint16_t)head;
	ret->udp_sum = layout.udp_base;
	ret->sum = tw_sum_fold(tw_sum_add(layout.udp_base,
		tw_sum(ret->head + layout.payload_off, head - layout.payload_off)));
	/* Devices differ in whether they pad what is shorter than Ethernet allows. */
	if (ret->frame_len < TW_ETH_MIN_SIZE - TW_ETH_FCS_LEN)
		ret->frame_len = TW_ETH_MIN_SIZE - TW_ETH_FCS_LEN;
	return 0;
}

int tw_send_classes(const struct tw_stream_config *cfg, unsigned int max,
	struct tw_send_class *ret_classes, uint8_t *ret_cycle)
{
	uint16_t known[TW_MAX_SIZE_CYCLE];
	unsigned int n = 0;

	if (cfg->n_sizes == 0 || cfg->n_sizes > TW_MAX_SIZE_CYCLE)
		return -EINVAL;
	for (unsigned int i = 0; i < cfg->n_sizes; i++) {
		uint16_t size = cfg->sizes[i];
		unsigned int k = 0;
		int rc;

		while (k < n && known[k] != size)
			k++;
		if (k == n) {
			if (n == max)
				return -E2BIG;
			if (size < least_payload(cfg))
				return -EINVAL;
			rc = build_class(cfg, size, &ret_classes[n]);
			if (rc < 0)
				return rc;
			known[n++] = size;
		}
		ret_cycle[i] = (uint8_t)k;
	}
	return (int)n;
}
