/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Two programs for an interface that is driven over AF_PACKET, whose packet sockets get a copy of
 * what the kernel goes on to handle itself.
 *
 * twamp_filter on those sockets lets in UDP to the ports that are switched on in tw_ports, over
 * IPv4 or IPv6, not fragmented, and nothing that leaves this host.
 *
 * twamp_drop at the ingress hook of traffic control, which comes behind the packet sockets, ends
 * the way of the same packets there: the kernel would route them, look for their socket, sum them
 * up, and drop them in the filter of the socket that holds the port. It drops what is surely ours,
 * to an address of ours, and leaves all else to the kernel, rare kinds of test packets too.
 *
 * The headers are read by bpf_skb_load_bytes(), at once: what a packet socket sent over veth or lo
 * has no more than its Ethernet header where direct access could see it.
 */

#include "../twamp_bpf.h"
#include "packet_config.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Of a link at the ingress hook (Linux 6.6), where the headers are older. */
#define NEXT (-1)
#define DROP 2
/* Behind all UDP ports. */
#define NO_PORT 0x10000
#define ANY_PORT 0x10001

/* What the loader knows; constant when the program is verified. */
const volatile struct tw_packet_config config = {0};

/* By UDP port in host order: bits of TW_PACKET_*. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u8);
	__uint(max_entries, 65536);
} tw_ports SEC(".maps");

struct head4 {
	struct iphdr ip;
	__be16 ports[2];
};

struct head6 {
	struct ipv6hdr ip;
	__be16 ports[2];
};

static __always_inline int is(__u32 port, __u8 what)
{
	__u8 *bits = bpf_map_lookup_elem(&tw_ports, &port);

	return bits && *bits & what;
}

/* UDP over IPv4, not fragmented. */
static __always_inline int is_udp4(const struct iphdr *ip)
{
	return ip->protocol == IPPROTO_UDP && !(ip->frag_off & bpf_htons(IP_FRAGMENT));
}

/* Destination port of the UDP header there. */
static __always_inline __u32 port_at(struct __sk_buff *skb, __u32 off, __u32 otherwise)
{
	__be16 port;

	return bpf_skb_load_bytes(skb, off + 2, &port, sizeof(port)) ? otherwise : bpf_ntohs(port);
}

static __always_inline __u32 port_of4(struct __sk_buff *skb, __u32 off)
{
	struct head4 h;

	if (bpf_skb_load_bytes(skb, off, &h, sizeof(h)) || !is_udp4(&h.ip))
		return NO_PORT;
	return h.ip.ihl == 5 ? bpf_ntohs(h.ports[1]) : port_at(skb, off + h.ip.ihl * 4, NO_PORT);
}

/* Headers without end or past the end of the packet are for the worker to count. */
static __always_inline __u32 port_of6(struct __sk_buff *skb, __u32 off)
{
	struct ext_header ext;
	struct head6 h;
	__u8 next;

	if (bpf_skb_load_bytes(skb, off, &h, sizeof(h)))
		return NO_PORT;
	next = h.ip.nexthdr;
	if (next == IPPROTO_UDP)
		return bpf_ntohs(h.ports[1]);
	off += sizeof(h.ip);
#pragma unroll
	for (int i = 0; i < MAX_EXT_HEADERS; i++) {
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS)
			return NO_PORT;
		if (bpf_skb_load_bytes(skb, off, &ext, sizeof(ext)))
			return ANY_PORT;
		next = ext.next;
		off += (ext.len + 1) * 8;
		if (next == IPPROTO_UDP)
			return port_at(skb, off, ANY_PORT);
	}
	return ANY_PORT;
}

/*
 * The kernel took the outer VLAN tag out of the frame; a second one is still there. What is wrong
 * with a packet that has our port is for the worker to find and count.
 */
SEC("socket")
int twamp_filter(struct __sk_buff *skb)
{
	__u32 off = ETH_HLEN, port = NO_PORT;
	__be16 type = skb->protocol;

	/* The fanout group puts fragments together: what got too long by that is no frame. */
	if (skb->pkt_type == PACKET_OUTGOING || skb->len > config.max_frame)
		return 0;
	if (type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD)) {
		if (bpf_skb_load_bytes(skb, off + 2, &type, sizeof(type)))
			return 0;
		off += 4;
	}
	if (type == bpf_htons(ETH_P_IP))
		port = port_of4(skb, off);
	else if (type == bpf_htons(ETH_P_IPV6))
		port = port_of6(skb, off);
	return port == ANY_PORT || is(port, TW_PACKET_OURS) ? -1 : 0;
}

static __always_inline int is_own4(__be32 addr)
{
#pragma unroll
	for (__u32 i = 0; i < TW_PACKET_ADDRS; i++) {
		if (i >= config.n4)
			break;
		if (addr == config.ip4[i])
			return 1;
	}
	return 0;
}

static __always_inline int is_own6(const struct in6_addr *addr)
{
	const __be32 *a = addr->in6_u.u6_addr32;

#pragma unroll
	for (__u32 i = 0; i < TW_PACKET_ADDRS; i++) {
		if (i >= config.n6)
			break;
		if (a[3] == config.ip6[i][3] && a[2] == config.ip6[i][2] &&
			a[1] == config.ip6[i][1] && a[0] == config.ip6[i][0])
			return 1;
	}
	return 0;
}

SEC("tc")
int twamp_drop(struct __sk_buff *skb)
{
	union {
		struct head4 v4;
		struct head6 v6;
	} h;

	/* What has a tag may be for another interface on top of this one. */
	if (skb->pkt_type != PACKET_HOST || skb->vlan_present)
		return NEXT;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &h.v4, sizeof(h.v4)) ||
			h.v4.ip.version != 4 || h.v4.ip.ihl != 5 || !is_udp4(&h.v4.ip) ||
			!is_own4(h.v4.ip.daddr))
			return NEXT;
		return is(bpf_ntohs(h.v4.ports[1]), TW_PACKET_HELD4) ? DROP : NEXT;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &h.v6, sizeof(h.v6)) ||
			h.v6.ip.version != 6 || h.v6.ip.nexthdr != IPPROTO_UDP ||
			!is_own6(&h.v6.ip.daddr))
			return NEXT;
		return is(bpf_ntohs(h.v6.ports[1]), TW_PACKET_HELD6) ? DROP : NEXT;
	}
	return NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
