/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "port_priv.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <sys/socket.h>

/* What is looked at more often is one turn. */
#define TURN_NS (TW_NS_PER_SEC / 2)

/* The AF_XDP driver's imissed leaves out what found the receive ring full. */
static uint64_t xdp_drops(int fd)
{
	struct xdp_statistics s = {0};
	socklen_t len = sizeof(s);

	if (getsockopt(fd, SOL_XDP, XDP_STATISTICS, &s, &len) < 0)
		return 0;
	return s.rx_dropped + s.rx_ring_full;
}

int tw_port_stats(struct tw_port *port, struct tw_port_stats *ret_stats)
{
	struct tw_port_private *priv = port->priv;
	struct tw_host_stats host;
	struct rte_eth_stats s;
	/* before what was sent: none is dropped that is not counted as sent by then */
	bool told = port->is_kernel && tw_host_stats(port->ifindex, &host) == 0;
	int rc = rte_eth_stats_get(port->port_id, &s);

	if (rc < 0)
		return rc;
	*ret_stats = (struct tw_port_stats){
		.rx_packets = s.ipackets,
		.tx_packets = s.opackets,
		.rx_missed = s.imissed,
		.rx_nombuf = s.rx_nombuf,
		.tx_errors = s.oerrors,
	};
	if (priv->is_af_xdp) {
		/* Its oerrors are frames that tx_burst did not take: the caller has them still. */
		ret_stats->tx_errors = 0;
		ret_stats->rx_missed = 0;
		for (uint16_t q = 0; q < port->n_rx; q++)
			ret_stats->rx_missed += xdp_drops(priv->fds[q]);
	}
	if (priv->is_af_packet) {
		for (uint16_t q = 0; q < port->n_rx; q++)
			priv->drops += tw_af_packet_drops(priv->fds[q]);
		ret_stats->rx_missed = priv->drops;
	}
	if (told)
		tw_tx_drops_see(&priv->tx_drops, host.tx_dropped, s.opackets);
	ret_stats->tx_dropped = priv->tx_drops.ours;
	return 0;
}

void tw_port_tx_drops_begin(struct tw_port *port)
{
	struct tw_host_stats host = {0};

	if (port->is_kernel)
		tw_host_stats(port->ifindex, &host);
	port->priv->tx_drops = (struct tw_tx_drops){.dropped = host.tx_dropped};
	port->priv->tx_drops_turn = 0;
}

void tw_port_tx_drops_look(struct tw_port *port, int64_t now)
{
	struct tw_port_private *priv = port->priv;
	struct tw_host_stats host;
	struct rte_eth_stats s;

	if (!port->is_kernel || now - priv->tx_drops_turn < TURN_NS ||
		tw_host_stats(port->ifindex, &host) < 0 || rte_eth_stats_get(port->port_id, &s) < 0)
		return;
	tw_tx_drops_turn(&priv->tx_drops, host.tx_dropped, s.opackets);
	priv->tx_drops_turn = now;
}

int tw_port_poll_fd(const struct tw_port *port, uint16_t q)
{
	return q < port->n_rx ? port->priv->fds[q] : -1;
}
