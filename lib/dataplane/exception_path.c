/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exception.h"

#include "loop.h"

/*
 * Each frame that goes up is a system call and the kernel's work on top of it, in the worker's time:
 * a flood must not take that from test packets. Packets a second, and at once.
 */
#define UP_PER_SECOND 50000
#define UP_AT_ONCE 1024

#define ICMPV6_ROUTER_ADVERTISEMENT 134
#define ICMPV6_NEIGHBOUR_SOLICITATION 135
#define ICMPV6_NEIGHBOUR_ADVERTISEMENT 136

/* The link-local address is the kernel's alone where the port has none. */
static bool is_own_address(const struct tw_neighbour_self *self, const struct tw_addr *a)
{
	struct tw_addr local = tw_neighbour_link_local(&self->mac);

	return tw_neighbour_owns(self, a) || tw_addr_equal(a, &local);
}

static bool is_ours(const struct tw_loop_port *port, const uint8_t *f, const struct tw_frame *info)
{
	if (info->n_vlan != port->n_vlan)
		return false;
	for (unsigned int i = 0; i < info->n_vlan; i++)
		if ((info->tci[i] ^ port->tci[i]) & 0xfff)
			return false;
	return (f[0] & 1) || memcmp(f, port->mac.b, 6) == 0;
}

/* Of what comes to groups only that which tells who has an address, or asks for it. */
static bool is_wanted(const struct tw_neighbour_self *self, const uint8_t *f,
	enum tw_frame_status status, const struct tw_frame *info)
{
	switch (status) {
	case TW_FRAME_ARP:
		return true;
	case TW_FRAME_ICMPV6:
		if (info->ip_end <= info->l4_off)
			return false;
		/* Who configures the port is not the link. */
		if (f[info->l4_off] == ICMPV6_ROUTER_ADVERTISEMENT)
			return false;
		if (f[0] & 1)
			return f[info->l4_off] == ICMPV6_NEIGHBOUR_SOLICITATION ||
			       f[info->l4_off] == ICMPV6_NEIGHBOUR_ADVERTISEMENT;
		break;
	case TW_FRAME_FRAGMENT: /* those of test packets are not answered, whoever gets them */
		if (info->protocol == TW_IPPROTO_UDP)
			return false;
		break;
	case TW_FRAME_NOT_IP:
		return !(f[0] & 1);
	case TW_FRAME_OK:
	case TW_FRAME_ICMP:
	case TW_FRAME_TCP:
	case TW_FRAME_NOT_UDP:
		break;
	default:
		return false;
	}
	/* A kernel that forwards must not get what is not addressed to it. */
	return !(f[0] & 1) && is_own_address(self, &info->dst.addr);
}

/* Without the port's tags, which the kernel does not know of. */
static void take_tags_off(struct rte_mbuf *m, unsigned int n_vlan)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);

	if (!n_vlan)
		return;
	memmove(f + n_vlan * TW_VLAN_LEN, f, TW_ETH_TYPE);
	rte_pktmbuf_adj(m, (uint16_t)(n_vlan * TW_VLAN_LEN));
}

static bool put_tags_on(const struct tw_loop_port *port, struct rte_mbuf *m)
{
	uint16_t len = (uint16_t)(port->n_vlan * TW_VLAN_LEN);
	uint8_t *f;

	if (!len)
		return true;
	if (m->data_len < TW_ETH_LEN)
		return false;
	f = (uint8_t *)rte_pktmbuf_prepend(m, len);
	if (!f)
		return false;
	memmove(f, f + len, TW_ETH_TYPE);
	for (unsigned int i = 0; i < port->n_vlan; i++) {
		uint8_t *tag = f + TW_ETH_TYPE + i * TW_VLAN_LEN;

		tw_put16(tag, i + 1 < port->n_vlan ? TW_ETHERTYPE_QINQ : TW_ETHERTYPE_VLAN);
		tw_put16(tag + 2, port->tci[i]);
	}
	return true;
}

enum tw_exception_verdict tw_exception_up(const struct tw_loop_port *port,
	const struct tw_neighbour_self *self, struct rte_mbuf *m, enum tw_frame_status status,
	const struct tw_frame *info)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	struct tw_exception_queue *q = port->exception;

	if (!q || !is_ours(port, f, info) || !is_wanted(self, f, status, info))
		return TW_EXCEPTION_NOT_WANTED;
	if (q->budget) {
		q->budget--;
		take_tags_off(m, info->n_vlan);
		m->ol_flags = 0;
		if (rte_eth_tx_burst(q->port_id, q->queue, &m, 1) == 1) {
			q->up++;
			return TW_EXCEPTION_TAKEN;
		}
	}
	q->up_refused++;
	rte_pktmbuf_free(m);
	return TW_EXCEPTION_FULL;
}

static void refill(struct tw_exception_queue *q, uint64_t mono)
{
	uint64_t units = mono - q->budget_at, more;

	if (q->budget_at == 0 || units >> 32) {
		q->budget = UP_AT_ONCE;
		q->budget_at = mono;
		return;
	}
	/* whole packets only: the rest of the time counts next time */
	more = units * UP_PER_SECOND >> 32;
	q->budget_at += (more << 32) / UP_PER_SECOND;
	q->budget = q->budget + more < UP_AT_ONCE ? q->budget + (uint32_t)more : UP_AT_ONCE;
}

void tw_exception_down(const struct tw_loop_port *port, uint64_t mono)
{
	struct tw_exception_queue *q = port->exception;
	struct rte_mbuf *m[TW_BURST];
	uint16_t n, k = 0;

	refill(q, mono);
	n = rte_eth_rx_burst(q->port_id, q->queue, m, TW_BURST);
	for (uint16_t i = 0; i < n; i++) {
		m[i]->ol_flags = 0;
		if (put_tags_on(port, m[i])) {
			m[k++] = m[i];
			continue;
		}
		q->down_failed++;
		rte_pktmbuf_free(m[i]);
	}
	if (k)
		q->down += tw_tx_all(port->port_id, port->tx_queue, m, k, &q->down_failed);
}
