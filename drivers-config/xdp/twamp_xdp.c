/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Which frames of a kernel interface belong to dpdk-twamp: UDP over IPv4 or IPv6, not fragmented,
 * up to two VLAN tags, to a destination port that is switched on in tw_ports, and where tw_only has
 * an address to that one. They go to the AF_XDP socket of their receive queue. Everything else (TCP, ARP, neighbour discovery, other UDP,
 * fragments, what is malformed, and our own ports too while no socket is there) stays with the
 * kernel.
 *
 * If tw_only asks for it, the time at which the frame was here is put before the frame, where the
 * socket's owner finds it.
 *
 * The AF_XDP driver of DPDK loads this object by its xdp_prog= argument and wants the socket map
 * under the name xsks_map. The name of the program is how a stale one is recognised.
 */

#include "../twamp_bpf.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_QUEUES 64
#define MAX_VLANS 2

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, MAX_QUEUES);
} xsks_map SEC(".maps");

/* By UDP port in host order: 1 = ours. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u8);
	__uint(max_entries, 65536);
} tw_ports SEC(".maps");

/* The only address that is ours; family 0: all of them. And whether to stamp. */
struct only {
	__u32 family;  /* 4 or 6 */
	__u32 addr[4]; /* as on the wire, IPv4 in the first */
	__u32 stamp;
};

/* Right before a frame; struct tw_xdp_stamp of tw_xdp.h. */
struct stamp {
	__u64 magic;
	__u64 ns; /* CLOCK_MONOTONIC */
};
#define STAMP_MAGIC 0x706d617473777464ULL

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct only);
	__uint(max_entries, 1);
} tw_only SEC(".maps");

struct vlan_tag {
	__be16 tci;
	__be16 type;
};

/* Each returns the header behind the one it read, or NULL where the frame is not ours. */

static __always_inline void *skip_ethernet(void *p, void *end, __be16 *type)
{
	struct ethhdr *eth = p;

	if ((void *)(eth + 1) > end)
		return NULL;
	*type = eth->h_proto;
	p = eth + 1;
#pragma unroll
	for (int i = 0; i < MAX_VLANS; i++) {
		struct vlan_tag *tag = p;

		if (*type != bpf_htons(ETH_P_8021Q) && *type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > end)
			return NULL;
		*type = tag->type;
		p = tag + 1;
	}
	return p;
}

static __always_inline void *skip_ipv4(void *p, void *end, struct only *to)
{
	struct iphdr *ip = p;

	if ((void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5)
		return NULL;
	if (ip->protocol != IPPROTO_UDP || (ip->frag_off & bpf_htons(IP_FRAGMENT)))
		return NULL;
	to->family = 4;
	to->addr[0] = ip->daddr;
	return p + ip->ihl * 4;
}

static __always_inline void *skip_ipv6(void *p, void *end, struct only *to)
{
	struct ipv6hdr *ip = p;
	__u8 next;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return NULL;
	to->family = 6;
#pragma unroll
	for (int i = 0; i < 4; i++)
		to->addr[i] = ip->daddr.in6_u.u6_addr32[i];
	next = ip->nexthdr;
	p = ip + 1;
#pragma unroll
	for (int i = 0; i < MAX_EXT_HEADERS; i++) {
		struct ext_header *ext = p;

		if (next == IPPROTO_UDP)
			return p;
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS)
			return NULL;
		if ((void *)(ext + 1) > end)
			return NULL;
		next = ext->next;
		p += (ext->len + 1) * 8;
	}
	return next == IPPROTO_UDP ? p : NULL;
}

static __always_inline int is_ours(const struct only *o, const struct only *to)
{
	if (!o->family)
		return 1;
	return o->family == to->family && o->addr[0] == to->addr[0] && o->addr[1] == to->addr[1] &&
	       o->addr[2] == to->addr[2] && o->addr[3] == to->addr[3];
}

/* A driver that has no room for it leaves the frame without. */
static __always_inline void put_stamp(struct xdp_md *ctx)
{
	struct stamp *s;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*s)) < 0)
		return;
	s = (void *)(long)ctx->data_meta;
	if ((void *)(s + 1) > (void *)(long)ctx->data)
		return;
	s->magic = STAMP_MAGIC;
	s->ns = bpf_ktime_get_ns();
}

SEC("xdp")
int twamp_xdp(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	void *p = (void *)(long)ctx->data;
	struct udphdr *udp;
	struct only to = {0};
	const struct only *o;
	__u32 port, zero = 0;
	__be16 type;
	__u8 *ours;

	p = skip_ethernet(p, end, &type);
	if (!p)
		return XDP_PASS;
	if (type == bpf_htons(ETH_P_IP))
		p = skip_ipv4(p, end, &to);
	else if (type == bpf_htons(ETH_P_IPV6))
		p = skip_ipv6(p, end, &to);
	else
		return XDP_PASS;
	udp = p;
	if (!p || (void *)(udp + 1) > end)
		return XDP_PASS;
	port = bpf_ntohs(udp->dest);
	ours = bpf_map_lookup_elem(&tw_ports, &port);
	o = bpf_map_lookup_elem(&tw_only, &zero);
	if (!ours || !*ours || !o || !is_ours(o, &to))
		return XDP_PASS;
	if (o->stamp)
		put_stamp(ctx);
	return bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_PASS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
