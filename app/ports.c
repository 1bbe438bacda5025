/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "ports.h"

#include "tw_host.h"
#include "tw_log.h"

#include <errno.h>
#include <string.h>

static int guess(const struct tw_addr *peer, const struct tw_addr *local, struct tw_err *err,
	struct tw_dev *ret)
{
	struct tw_host_link link;
	struct tw_host_route route;
	const char *name;
	int rc;

	if (peer->family) {
		rc = tw_host_route(peer, local->family ? local : NULL, 0, &route, err);
		if (rc < 0)
			return rc;
		name = route.ifname;
		/* An address of this host is reached through the loopback interface. */
		if (route.local && tw_host_link_by_index(1, &link, NULL) == 0 && link.loopback)
			name = link.name;
		tw_info("interface %s leads to the peer", name);
	} else {
		rc = tw_host_owner(local, &link, err);
		if (rc < 0)
			return rc;
		name = link.name;
		if (!local->family || tw_addr_is_unspecified(local))
			tw_warning("no --dev: taking interface %s of the default route", name);
		else
			tw_info("interface %s owns the local address", name);
	}
	return tw_dev_parse(name, ret, err);
}

int tw_ports_devices(const struct tw_options *o, const struct tw_addr *peer,
	const struct tw_addr *local, struct tw_err *err, struct tw_dev *ret_devs,
	unsigned int *ret_n)
{
	for (uint32_t i = 0; i < o->n_dev; i++) {
		int rc = tw_dev_parse(o->dev[i], &ret_devs[i], err);

		if (rc < 0)
			return rc;
	}
	*ret_n = o->n_dev ? o->n_dev : 1;
	return o->n_dev ? 0 : guess(peer, local, err, &ret_devs[0]);
}

void tw_ports_config(const struct tw_options *o, const struct tw_dev *dev,
	const struct tw_addr *local, uint32_t max_frame, uint16_t n_queues,
	struct tw_port_config *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->dev = *dev;
	ret->n_queues = n_queues;
	ret->max_frame = dev->kind == TW_DEV_KERNEL ? 0 : max_frame;
	for (uint32_t i = 0; i < o->n_ip; i++)
		ret->addrs[ret->n_addrs++] = o->ip[i];
	/*
	 * A device without a kernel gets the local address even when --ip is not given; on lo it may
	 * be that of another interface, whose UDP port is to be held too.
	 */
	if ((dev->kind != TW_DEV_KERNEL || strcmp(dev->name, "lo") == 0) && !o->n_ip &&
		local->family && !tw_addr_is_unspecified(local))
		ret->addrs[ret->n_addrs++] =
			(struct tw_prefix){*local, (uint8_t)(local->family == 4 ? 32 : 128)};
	/* Who reflects on one address leaves the same UDP port of the others to other programs. */
	if (o->command & (TW_CMD_REFLECTOR | TW_CMD_SERVER) && dev->kind == TW_DEV_KERNEL &&
		strcmp(dev->name, "lo") != 0 && local->family && !tw_addr_is_unspecified(local))
		ret->only = *local;
	for (uint32_t i = 0; i < o->n_gateway && i < TW_PORT_GATEWAYS; i++)
		ret->gateways[ret->n_gateways++] = o->gateway[i];
	ret->vlan = o->n_vlan ? o->vlan[0] : 0;
	ret->has_peer_mac = tw_options_given(o, peer_mac);
	ret->peer_mac = o->peer_mac;
	ret->want_rx_timestamp = o->timestamps != TW_OPT_TIMESTAMPS_SOFTWARE;
	ret->want_timesync = ret->want_rx_timestamp;
	ret->want_kernel_timestamp = o->timestamps == TW_OPT_TIMESTAMPS_KERNEL ||
				     (o->timestamps == TW_OPT_TIMESTAMPS_AUTO && !o->busy_poll);
	ret->busy_poll = o->busy_poll;
	ret->peers_come_and_go = o->command & (TW_CMD_REFLECTOR | TW_CMD_SERVER);
	ret->want_launch_time = ret->want_rx_timestamp &&
				o->command & (TW_CMD_SENDER | TW_CMD_CONTROLLER | TW_CMD_DEVICES);
}

unsigned int tw_ports_allow(
	const struct tw_dev *devs, unsigned int n, char (*buf)[128], const char **ret_pci)
{
	unsigned int k = 0;

	for (unsigned int i = 0; i < n; i++)
		if (devs[i].kind == TW_DEV_PCI) {
			ret_pci[k] = tw_dev_allow(&devs[i], buf[k], 128);
			k++;
		}
	return k;
}

void tw_ports_loop(
	const struct tw_options *o, const struct tw_port *p, uint16_t q, struct tw_loop_port *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->port_id = p->port_id;
	ret->rx_queue = q;
	ret->n_rx_queues = 1;
	ret->tx_queue = q < p->n_tx ? q : 0;
	ret->tx_desc = p->tx_desc;
	ret->max_frame = (uint16_t)p->max_frame;
	ret->pool = p->pool[q];
	ret->mac = p->mac;
	_Static_assert(TW_PORT_ADDRS <= TW_MAX_OWN_ADDRS, "every address of a port");
	for (size_t i = 0; i < p->n_addrs; i++)
		ret->addrs[ret->n_addrs++] = p->addrs[i];
	ret->n_vlan = (uint8_t)o->n_vlan;
	memcpy(ret->tci, o->vlan, sizeof(ret->tci));
	ret->rx_checksum = p->rx_checksum;
	ret->kernel_interface = p->is_kernel;
	ret->answers = p->needs_neighbour;
	ret->loopback = p->is_loopback;
	ret->no_link = &p->no_link;
	tw_port_stamps_loop(p, q, &ret->stamps);
}

void tw_ports_add_fds(const struct tw_port *p, uint16_t q, struct tw_worker *w)
{
	tw_worker_wait_for(w, tw_port_poll_fd(p, q), tw_port_interrupt(p, q));
}
