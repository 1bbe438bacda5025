/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "dp_packet.h"

#include <string.h>

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 9};
/* 2001:db8::, and 192.0.2.0 */
static const uint8_t net6[16] = {0x20, 0x01, 0x0d, 0xb8};
static const uint8_t net4[4] = {192, 0, 2};

void dp_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void dp_put32(uint8_t *p, uint32_t v)
{
	dp_put16(p, (uint16_t)(v >> 16));
	dp_put16(p + 2, (uint16_t)v);
}

static void put64(uint8_t *p, uint64_t v)
{
	dp_put32(p, (uint32_t)(v >> 32));
	dp_put32(p + 4, (uint32_t)v);
}

uint64_t dp_get(const uint8_t *p, unsigned int octets)
{
	uint64_t v = 0;

	while (octets--)
		v = v << 8 | *p++;
	return v;
}

uint32_t dp_sum(const uint8_t *p, uint32_t len, uint32_t sum)
{
	for (uint32_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

struct dp_packet dp_request(unsigned int family, uint32_t seq)
{
	struct dp_packet p = {
		.family = family,
		.sport = 20000,
		.dport = 862,
		.tos = 0xba,
		.ttl = 57,
		.ip_id = 0x4321,
		.fragment = family == 4 ? 0x4000 : 0,
		.flow_label = family == 6 ? 0x12345 : 0,
		.len = 44,
	};
	bool v6 = family == 6;

	memcpy(p.dst_mac, our_mac, 6);
	memcpy(p.src_mac, peer_mac, 6);
	memcpy(p.src, v6 ? net6 : net4, v6 ? 16 : 4);
	memcpy(p.dst, p.src, 16);
	p.src[v6 ? 15 : 3] = 9;
	p.dst[v6 ? 15 : 3] = 1;
	dp_put32(p.payload, seq);
	put64(p.payload + 4, 0xeeab5d9400000000ULL + ((uint64_t)seq << 20));
	dp_put16(p.payload + 12, 0x8a2b);
	return p;
}

void dp_make_light(struct dp_packet *p, uint32_t len)
{
	for (uint32_t i = 14; i < len; i++)
		p->payload[i] = (uint8_t)(i * 7 + 3);
	p->len = len;
}

void dp_make_padded(struct dp_packet *p, uint32_t len, uint8_t flags)
{
	p->payload[44] = flags;
	p->payload[45] = 1;
	dp_put16(p->payload + 46, (uint16_t)(len - 48));
	for (uint32_t i = 48; i < len; i++)
		p->payload[i] = (uint8_t)(i * 11 + 5);
	p->len = len;
}

uint32_t dp_payload_off(const struct dp_packet *p)
{
	return 14 + 4 * p->n_vlan + (p->family == 4 ? 20 : 40) + 8;
}

static uint8_t *write_l2(const struct dp_packet *p, uint8_t *f)
{
	memcpy(f, p->dst_mac, 6);
	memcpy(f + 6, p->src_mac, 6);
	f += 12;
	for (unsigned int i = 0; i < p->n_vlan; i++, f += 4) {
		dp_put16(f, p->tpid[i] ? p->tpid[i] : 0x8100);
		dp_put16(f + 2, p->tci[i]);
	}
	dp_put16(f, p->family == 4 ? 0x0800 : 0x86dd);
	return f + 2;
}

static uint8_t *write_ip4(const struct dp_packet *p, uint8_t *ip)
{
	uint32_t header = 20 + p->options;

	ip[0] = (uint8_t)(0x40 | header / 4);
	ip[1] = p->tos;
	dp_put16(ip + 2, (uint16_t)(header + 8 + p->len));
	dp_put16(ip + 4, p->ip_id);
	dp_put16(ip + 6, p->fragment);
	ip[8] = p->ttl;
	ip[9] = 17;
	memcpy(ip + 12, p->src, 4);
	memcpy(ip + 16, p->dst, 4);
	memset(ip + 20, 1, p->options);
	dp_put16(ip + 10, (uint16_t)~dp_sum(ip, header, 0));
	return ip + header;
}

static uint8_t *write_ip6(const struct dp_packet *p, uint8_t *ip)
{
	dp_put32(ip, 0x60000000 | (uint32_t)p->tos << 20 | p->flow_label);
	dp_put16(ip + 4, (uint16_t)(p->options + 8 + p->len));
	ip[6] = p->options ? 60 : 17;
	ip[7] = p->ttl;
	memcpy(ip + 8, p->src, 16);
	memcpy(ip + 24, p->dst, 16);
	if (p->options) {
		ip[40] = 17;
		ip[41] = (uint8_t)(p->options / 8 - 1);
		ip[42] = 1; /* PadN */
		ip[43] = (uint8_t)(p->options - 4);
	}
	return ip + 40 + p->options;
}

static uint32_t pseudo(const struct dp_packet *p, uint32_t udp_len)
{
	uint32_t n = p->family == 4 ? 4 : 16;

	return dp_sum(p->dst, n, dp_sum(p->src, n, 17 + udp_len));
}

void dp_build(const struct dp_packet *p, struct dp_frame *ret)
{
	uint8_t *udp, *ip;
	uint32_t sum;

	memset(ret, 0, sizeof(*ret));
	ip = write_l2(p, ret->b);
	udp = p->family == 4 ? write_ip4(p, ip) : write_ip6(p, ip);
	dp_put16(udp, p->sport);
	dp_put16(udp + 2, p->dport);
	dp_put16(udp + 4, (uint16_t)(8 + p->len));
	memcpy(udp + 8, p->payload, p->len);
	sum = dp_sum(udp, 8 + p->len, pseudo(p, 8 + p->len));
	if (p->checksum == DP_CHECKSUM_GOOD)
		dp_put16(udp + 6, sum == 0xffff ? 0xffff : (uint16_t)~sum);
	if (p->checksum == DP_CHECKSUM_PARTIAL)
		dp_put16(udp + 6, (uint16_t)pseudo(p, 8 + p->len));
	if (p->checksum == DP_CHECKSUM_BAD)
		dp_put16(udp + 6, (uint16_t)(~sum + 0x0101));
	memset(udp + 8 + p->len, 0xaa, p->trailer);
	ret->len = (uint32_t)(udp - ret->b) + 8 + p->len + p->trailer;
}

/* Octets of the reply's payload, from the figures of RFC 5357 and RFC 8762. */
static void expect_payload(
	const struct dp_packet *q, bool is_stamp, const struct dp_answer *a, struct dp_packet *ret)
{
	uint32_t base = is_stamp ? 44 : 41;

	ret->len = q->len < base ? base : q->len;
	memset(ret->payload, 0, sizeof(ret->payload));
	dp_put32(ret->payload, a->seq);
	put64(ret->payload + 4, a->t3);
	dp_put16(ret->payload + 12, a->error_estimate);
	if (is_stamp)
		memcpy(ret->payload + 14, q->payload + 14, 2);
	put64(ret->payload + 16, a->t2);
	memcpy(ret->payload + 24, q->payload, 14);
	ret->payload[40] = q->ttl;
	for (uint32_t i = base; i < ret->len; i++)
		ret->payload[i] = q->payload[is_stamp ? i : i - 27];
}

void dp_expect(const struct dp_packet *request, bool is_stamp, const struct dp_answer *a,
	struct dp_frame *ret)
{
	struct dp_packet r = *request;

	memcpy(r.dst_mac, request->src_mac, 6);
	memcpy(r.src_mac, request->dst_mac, 6);
	memcpy(r.src, request->dst, 16);
	memcpy(r.dst, request->src, 16);
	r.sport = request->dport;
	r.dport = request->sport;
	r.tos = request->tos & 0xfc;
	r.ttl = 255;
	r.options = 0;
	r.trailer = 0;
	r.checksum = DP_CHECKSUM_GOOD;
	expect_payload(request, is_stamp, a, &r);
	dp_build(&r, ret);
}

struct dp_answer dp_answer_of(const struct dp_frame *reply, const struct dp_packet *request)
{
	const uint8_t *p = reply->b + dp_payload_off(request);

	return (struct dp_answer){
		.seq = (uint32_t)dp_get(p, 4),
		.t3 = dp_get(p + 4, 8),
		.error_estimate = (uint16_t)dp_get(p + 12, 2),
		.t2 = dp_get(p + 16, 8),
	};
}

bool dp_checksums_right(const struct dp_frame *f)
{
	const uint8_t *ip = f->b + 14;
	uint32_t n, len;

	while (dp_get(ip - 2, 2) == 0x8100 || dp_get(ip - 2, 2) == 0x88a8)
		ip += 4;
	if (ip[0] >> 4 == 4) {
		if (ip[0] != 0x45 || dp_sum(ip, 20, 0) != 0xffff)
			return false;
		len = (uint32_t)dp_get(ip + 2, 2) - 20;
		n = dp_sum(ip + 12, 8, 17 + len);
		ip += 20;
	} else {
		len = (uint32_t)dp_get(ip + 4, 2);
		n = dp_sum(ip + 8, 32, 17 + len);
		ip += 40;
	}
	return dp_get(ip + 6, 2) != 0 && dp_sum(ip, len, n) == 0xffff;
}
