/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_frame.h"

#define MAX_EXTENSIONS 8

const char *tw_frame_status_name(enum tw_frame_status status)
{
	static const char *const names[] = {
		[TW_FRAME_OK] = "ok",
		[TW_FRAME_ARP] = "arp",
		[TW_FRAME_ICMP] = "icmp",
		[TW_FRAME_ICMPV6] = "icmpv6",
		[TW_FRAME_TCP] = "tcp",
		[TW_FRAME_SHORT_FRAME] = "short_frame",
		[TW_FRAME_BAD_VLAN] = "bad_vlan",
		[TW_FRAME_NOT_IP] = "not_ip",
		[TW_FRAME_BAD_IP_HEADER] = "bad_ip_header",
		[TW_FRAME_BAD_IP_LENGTH] = "bad_ip_length",
		[TW_FRAME_BAD_IP_CHECKSUM] = "bad_ip_checksum",
		[TW_FRAME_FRAGMENT] = "fragment",
		[TW_FRAME_NOT_UDP] = "not_udp",
		[TW_FRAME_MULTICAST] = "multicast",
		[TW_FRAME_BAD_SOURCE] = "bad_source",
		[TW_FRAME_BAD_UDP_LENGTH] = "bad_udp_length",
	};

	return (size_t)status < sizeof(names) / sizeof(names[0]) ? names[status] : "?";
}

/*
 * Options of a hop-by-hop or destination header (RFC 8200 section 4.2), @n octets: does one of
 * them, unknown as they all are to us, ask for the packet to be discarded?
 */
static bool options_forbid(const uint8_t *p, uint32_t n)
{
	while (n) {
		if (p[0] == 0) { /* Pad1 has no length octet */
			p++;
			n--;
			continue;
		}
		if (n < 2 || n - 2 < p[1] || (p[0] & 0xc0))
			return true;
		n -= 2 + (uint32_t)p[1];
		p += 2 + p[1];
	}
	return false;
}

/*
 * Step over extension headers (RFC 8200 section 4): next header 1, length 1 (units of 8 beyond
 * the first 8; reserved in a fragment header), then
 *   routing:  type 1, segments left 1, ...
 *   fragment: offset 13 bits, reserved 2, more fragments 1, identification 4
 */
static enum tw_frame_status skip_extensions(const uint8_t *frame, struct tw_frame *f)
{
	for (unsigned int n = 0;; n++) {
		const uint8_t *p = frame + f->l4_off;
		uint32_t left = f->ip_end - f->l4_off, len;

		if (f->protocol != TW_IPPROTO_HOPOPTS && f->protocol != TW_IPPROTO_DSTOPTS &&
			f->protocol != TW_IPPROTO_ROUTING && f->protocol != TW_IPPROTO_FRAGMENT)
			return TW_FRAME_OK;
		if (n == MAX_EXTENSIONS || left < 8 || (n && f->protocol == TW_IPPROTO_HOPOPTS))
			return TW_FRAME_BAD_IP_HEADER;
		len = f->protocol == TW_IPPROTO_FRAGMENT ? 8 : 8 * ((uint32_t)p[1] + 1);
		if (len > left)
			return TW_FRAME_BAD_IP_HEADER;
		if (f->protocol == TW_IPPROTO_FRAGMENT) {
			if (tw_get16(p + 2) & 0xfff9) {
				f->protocol = p[0];
				return TW_FRAME_FRAGMENT;
			}
		} else if (f->protocol == TW_IPPROTO_ROUTING) {
			if (p[3])
				return TW_FRAME_BAD_IP_HEADER;
		} else if (options_forbid(p + 2, len - 2)) {
			return TW_FRAME_BAD_IP_HEADER;
		}
		f->optioned = true;
		f->protocol = p[0];
		f->l4_off += len;
	}
}

static enum tw_frame_status parse_ipv6(const uint8_t *frame, uint32_t len, struct tw_frame *f)
{
	const uint8_t *ip = frame + f->l3_off;
	uint32_t left = len - f->l3_off, word;

	if (left < TW_IPV6_LEN)
		return TW_FRAME_SHORT_FRAME;
	word = tw_get32(ip + TW_IPV6_VERSION_TC_FLOW);
	if (word >> 28 != 6)
		return TW_FRAME_BAD_IP_HEADER;
	f->family = 6;
	f->tos = (uint8_t)(word >> 20);
	f->flow_label = word & TW_IPV6_FLOW_MASK;
	f->ttl = ip[TW_IPV6_HOP_LIMIT];
	f->protocol = ip[TW_IPV6_NEXT_HEADER];
	f->src.addr = tw_addr_v6(ip + TW_IPV6_SRC);
	f->dst.addr = tw_addr_v6(ip + TW_IPV6_DST);
	f->l4_off = f->l3_off + TW_IPV6_LEN;
	if (tw_get16(ip + TW_IPV6_PAYLOAD_LENGTH) > left - TW_IPV6_LEN)
		return TW_FRAME_BAD_IP_LENGTH;
	f->ip_end = f->l4_off + tw_get16(ip + TW_IPV6_PAYLOAD_LENGTH);
	return skip_extensions(frame, f);
}

static enum tw_frame_status parse_ipv4(const uint8_t *frame, uint32_t len, struct tw_frame *f)
{
	const uint8_t *ip = frame + f->l3_off;
	uint32_t left = len - f->l3_off, header, total, fragment;

	if (left < TW_IPV4_LEN)
		return TW_FRAME_SHORT_FRAME;
	header = 4 * (uint32_t)(ip[TW_IPV4_VERSION_IHL] & 0x0f);
	total = tw_get16(ip + TW_IPV4_TOTAL_LENGTH);
	fragment = tw_get16(ip + TW_IPV4_FRAGMENT);
	if (ip[TW_IPV4_VERSION_IHL] >> 4 != 4 || header < TW_IPV4_LEN)
		return TW_FRAME_BAD_IP_HEADER;
	if (header > left)
		return TW_FRAME_SHORT_FRAME;
	f->family = 4;
	f->tos = ip[TW_IPV4_TOS];
	f->ttl = ip[TW_IPV4_TTL];
	f->df = fragment & TW_IPV4_DF;
	f->protocol = ip[TW_IPV4_PROTOCOL];
	f->optioned = header > TW_IPV4_LEN;
	f->src.addr = tw_addr_v4(ip + TW_IPV4_SRC);
	f->dst.addr = tw_addr_v4(ip + TW_IPV4_DST);
	f->l4_off = f->l3_off + header;
	if (total < header || total > left)
		return TW_FRAME_BAD_IP_LENGTH;
	f->ip_end = f->l3_off + total;
	if (tw_sum_fold(tw_sum(ip, header)) != 0xffff)
		return TW_FRAME_BAD_IP_CHECKSUM;
	return fragment & TW_IPV4_FRAGMENT_MASK ? TW_FRAME_FRAGMENT : TW_FRAME_OK;
}

/* Ethernet destination 6, source 6, up to two of {TPID 2, TCI 2}, EtherType 2. */
static enum tw_frame_status parse_l2(const uint8_t *frame, uint32_t len, struct tw_frame *f)
{
	uint32_t off = TW_ETH_TYPE;

	if (len < TW_ETH_LEN)
		return TW_FRAME_SHORT_FRAME;
	for (;;) {
		f->ethertype = tw_get16(frame + off);
		f->l3_off = (uint16_t)(off + 2);
		if (f->ethertype != TW_ETHERTYPE_VLAN && f->ethertype != TW_ETHERTYPE_QINQ)
			return TW_FRAME_OK;
		if (f->n_vlan == 2)
			return TW_FRAME_BAD_VLAN;
		if (len - f->l3_off < TW_VLAN_LEN)
			return TW_FRAME_SHORT_FRAME;
		f->tpid[f->n_vlan] = f->ethertype;
		f->tci[f->n_vlan] = tw_get16(frame + f->l3_off);
		f->n_vlan++;
		off += TW_VLAN_LEN;
	}
}

static bool is_group(const uint8_t *mac, const struct tw_addr *a)
{
	return (mac[0] & 1) || tw_addr_is_multicast(a) || tw_addr_is_broadcast(a);
}

static enum tw_frame_status parse_udp(const uint8_t *frame, struct tw_frame *f)
{
	const uint8_t *udp = frame + f->l4_off;
	uint32_t carried = f->ip_end - f->l4_off;

	if (is_group(frame + TW_ETH_DST, &f->dst.addr))
		return TW_FRAME_MULTICAST;
	if (is_group(frame + TW_ETH_SRC, &f->src.addr) || tw_addr_is_unspecified(&f->src.addr))
		return TW_FRAME_BAD_SOURCE;
	/* IPv6 extension headers may leave more than a UDP length can say: not equal then. */
	if (carried < TW_UDP_LEN || tw_get16(udp + TW_UDP_LENGTH) != carried)
		return TW_FRAME_BAD_UDP_LENGTH;
	f->src.port = tw_get16(udp + TW_UDP_SRC_PORT);
	f->dst.port = tw_get16(udp + TW_UDP_DST_PORT);
	if (!f->src.port) /* RFC 768: no reply is possible */
		return TW_FRAME_BAD_SOURCE;
	f->payload_off = f->l4_off + TW_UDP_LEN;
	f->payload_len = (uint16_t)(carried - TW_UDP_LEN);
	return TW_FRAME_OK;
}

enum tw_frame_status tw_frame_parse(const uint8_t *frame, uint32_t len, struct tw_frame *ret)
{
	enum tw_frame_status status;

	memset(ret, 0, sizeof(*ret));
	status = parse_l2(frame, len, ret);
	if (status != TW_FRAME_OK)
		return status;
	switch (ret->ethertype) {
	case TW_ETHERTYPE_IPV4:
		status = parse_ipv4(frame, len, ret);
		break;
	case TW_ETHERTYPE_IPV6:
		status = parse_ipv6(frame, len, ret);
		break;
	case TW_ETHERTYPE_ARP:
		return TW_FRAME_ARP;
	default:
		return TW_FRAME_NOT_IP;
	}
	if (status != TW_FRAME_OK)
		return status;
	if (ret->protocol == TW_IPPROTO_UDP)
		return parse_udp(frame, ret);
	if (ret->protocol == TW_IPPROTO_TCP)
		return TW_FRAME_TCP;
	if (ret->protocol == TW_IPPROTO_ICMP && ret->family == 4)
		return TW_FRAME_ICMP;
	if (ret->protocol == TW_IPPROTO_ICMPV6 && ret->family == 6)
		return TW_FRAME_ICMPV6;
	return TW_FRAME_NOT_UDP;
}

uint64_t tw_frame_pseudo(const uint8_t *frame, const struct tw_frame *f)
{
	const uint8_t *ip = frame + f->l3_off;
	uint32_t carried = f->ip_end - f->l4_off;

	if (f->family == 4)
		return tw_sum_pseudo4(ip + TW_IPV4_SRC, f->protocol, (uint16_t)carried);
	return tw_sum_pseudo6(ip + TW_IPV6_SRC, f->protocol, carried);
}

enum tw_udp_check tw_frame_check_udp(const uint8_t *frame, const struct tw_frame *f)
{
	return tw_udp_check(f->family, tw_frame_pseudo(frame, f), frame + f->l4_off,
		(size_t)TW_UDP_LEN + f->payload_len);
}

uint32_t tw_frame_strip(uint8_t *frame, struct tw_frame *f)
{
	uint32_t fixed = f->family == 4 ? TW_IPV4_LEN : TW_IPV6_LEN;
	uint32_t extra = f->optioned ? f->l4_off - f->l3_off - fixed : 0;
	uint8_t *ip;

	if (!extra)
		return 0;
	memmove(frame + extra, frame, f->l3_off + fixed);
	f->optioned = false;
	f->l4_off -= extra;
	f->ip_end -= extra;
	if (f->payload_off)
		f->payload_off -= extra;
	ip = frame + extra + f->l3_off;
	if (f->family == 4) {
		ip[TW_IPV4_VERSION_IHL] = 0x45;
		tw_put16(ip + TW_IPV4_TOTAL_LENGTH, (uint16_t)(f->ip_end - f->l3_off));
		tw_put16(ip + TW_IPV4_CHECKSUM, 0);
		tw_set_raw16(ip + TW_IPV4_CHECKSUM, tw_checksum_finish(tw_sum(ip, TW_IPV4_LEN)));
	} else {
		ip[TW_IPV6_NEXT_HEADER] = f->protocol;
		tw_put16(ip + TW_IPV6_PAYLOAD_LENGTH, (uint16_t)(f->ip_end - f->l4_off));
	}
	return extra;
}
