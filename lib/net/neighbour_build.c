/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "neighbour_priv.h"
#include "tw_cursor.h"

#include <errno.h>

static const struct tw_mac everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/* Our address to ask from: on the target's network, else any of its family. */
static const struct tw_addr *source_for(
	const struct tw_neighbour_self *self, const struct tw_addr *target)
{
	const struct tw_addr *any = NULL;

	for (unsigned int i = 0; i < self->n; i++) {
		if (tw_prefix_contains(&self->addr[i], target))
			return &self->addr[i].addr;
		if (!any && self->addr[i].addr.family == target->family)
			any = &self->addr[i].addr;
	}
	return any;
}

/* Ethernet and VLAN headers, then zeros up to the shortest frame. @return where the packet goes */
static int build_l2(const struct tw_neighbour_self *self, uint8_t family, uint8_t *buf,
	uint32_t cap, int *ret_len)
{
	uint32_t l3_off = TW_ETH_LEN + TW_VLAN_LEN * (uint32_t)self->n_vlan;
	uint32_t end = l3_off + (family == 4 ? ARP_PACKET_LEN : ND_PACKET_LEN);
	uint32_t len = end < NEIGHBOUR_MIN_FRAME ? NEIGHBOUR_MIN_FRAME : end;
	struct tw_writer w = tw_writer_init(buf, cap);

	if (cap < len)
		return -ENOSPC;
	memset(buf, 0, len);
	tw_write_skip(&w, 6);
	tw_write_copy(&w, self->mac.b, 6);
	for (unsigned int i = 0; i < self->n_vlan; i++) {
		tw_write16(&w, i + 1 < self->n_vlan ? TW_ETHERTYPE_QINQ : TW_ETHERTYPE_VLAN);
		tw_write16(&w, self->tci[i]);
	}
	tw_write16(&w, family == 4 ? TW_ETHERTYPE_ARP : TW_ETHERTYPE_IPV6);
	*ret_len = (int)len;
	return (int)l3_off;
}

int tw_neighbour_build_request(const struct tw_neighbour_self *self, const struct tw_addr *target,
	const struct tw_mac *known, uint8_t *buf, uint32_t cap)
{
	const struct tw_addr *src = source_for(self, target);
	struct tw_mac to = known ? *known : everybody;
	int at, len;

	if (!neighbour_is_host(self, target))
		return -EINVAL;
	if (!src)
		return -EADDRNOTAVAIL;
	at = build_l2(self, target->family, buf, cap, &len);
	if (at < 0)
		return at;
	if (target->family == 4)
		arp_build_request(buf + at, src, target, &self->mac);
	else
		to = nd_build_solicitation(buf + at, src, target, &self->mac, known);
	memcpy(buf + TW_ETH_DST, to.b, 6);
	return len;
}

int tw_neighbour_build_announcement(
	const struct tw_neighbour_self *self, unsigned int i, uint8_t *buf, uint32_t cap)
{
	const struct tw_addr *a;
	struct tw_mac to = everybody;
	int at, len;

	if (i >= self->n || tw_addr_is_unspecified(&self->addr[i].addr))
		return -EINVAL;
	a = &self->addr[i].addr;
	at = build_l2(self, a->family, buf, cap, &len);
	if (at < 0)
		return at;
	if (a->family == 4)
		arp_build_request(buf + at, a, a, &self->mac);
	else
		to = nd_build_announcement(buf + at, a, &self->mac);
	memcpy(buf + TW_ETH_DST, to.b, 6);
	return len;
}
