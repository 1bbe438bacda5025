/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "port_priv.h"

#include <errno.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ring.h>
#include <stdio.h>

#define WIRE 4096 /* frames under way in one direction of one queue */

/* A worker on each side: one producer, one consumer. */
static int make_rings(struct tw_port *port, int side, uint16_t n, struct tw_err *err)
{
	char name[RTE_RING_NAMESIZE];

	for (uint16_t q = 0; q < n; q++) {
		snprintf(name, sizeof(name), "crossed%d.q%u", side, q);
		port->priv->rings[q] =
			rte_ring_create(name, WIRE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (!port->priv->rings[q])
			return tw_fail(
				err, -rte_errno, "cannot make a ring: %s", rte_strerror(rte_errno));
	}
	return 0;
}

static int make_port(
	struct tw_port *port, const struct tw_port *other, int side, uint16_t n, struct tw_err *err)
{
	struct tw_port_setup s = {.n_rx = n, .n_tx = n, .device_mbufs = 2 * WIRE, .own_mtu = true};
	char name[32];
	int id;

	snprintf(name, sizeof(name), "crossed%d", side);
	id = rte_eth_from_rings(
		name, other->priv->rings, n, port->priv->rings, n, (unsigned int)SOCKET_ID_ANY);
	if (id < 0)
		return tw_fail(
			err, -EIO, "cannot make a port of rings: %s", rte_strerror(rte_errno));
	port->port_id = (uint16_t)id;
	port->priv->attached = true;
	tw_port_choose_frame(port);
	s.data_room = tw_port_data_room(port->max_frame);
	return tw_port_setup(port, &s, err);
}

int tw_port_open_crossed(
	const struct tw_port_config cfg[2], struct tw_port ret_ports[2], struct tw_err *err)
{
	uint16_t n = cfg[0].n_queues ? cfg[0].n_queues : 1;
	struct tw_port p[2] = {0};
	int rc = 0;

	for (int i = 0; rc == 0 && i < 2; i++) {
		rc = tw_port_init(&p[i], &cfg[i], err);
		if (rc == 0)
			rc = make_rings(&p[i], i, n, err);
	}
	for (int i = 0; rc == 0 && i < 2; i++) {
		snprintf(p[i].name, sizeof(p[i].name), "crossed%d", i);
		rc = make_port(&p[i], &p[1 - i], i, n, err);
	}
	if (rc < 0) {
		tw_port_close(&p[0]);
		tw_port_close(&p[1]);
		return rc;
	}
	for (int i = 0; i < 2; i++) {
		p[i].has_peer_mac = true;
		p[i].peer_mac = p[1 - i].mac;
		ret_ports[i] = p[i];
	}
	return 0;
}
