/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What becomes of a port while it runs: its link comes and goes, the device is taken away. */

#include "port_priv.h"

#include "tw_log.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

static int64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec;
}

/* 1: there is a link, 0: there is none, -ENODEV: the device is gone. */
static int look(struct tw_port *port)
{
	struct rte_eth_link link = {0};

	if (port->is_kernel)
		return port->is_loopback ? 1 : tw_host_link_running(port->ifindex);
	if (rte_eth_dev_is_removed(port->port_id))
		return -ENODEV;
	if (tw_port_has_peer(port))
		return tw_port_peer_look(port, monotonic_ns());
	/* Another virtual device says with a full ring that nobody takes what it sends. */
	if (port->priv->cfg.dev.kind != TW_DEV_PCI ||
		rte_eth_link_get_nowait(port->port_id, &link) < 0)
		return 1;
	return link.link_status == RTE_ETH_LINK_UP;
}

int tw_port_look(struct tw_port *port, struct tw_err *err)
{
	struct tw_port_private *priv = port->priv;
	int rc = look(port);

	tw_port_interrupts_look(port);
	tw_port_tx_drops_look(port, monotonic_ns());
	if (rc == -ENXIO)
		rc = -ENODEV;
	if (rc < 0 && rc != -ENODEV)
		return 0; /* out of descriptors or memory: no news */
	if (rc <= 0 && !priv->down_since) {
		priv->down_since = monotonic_ns();
		atomic_store_explicit(&port->no_link, true, memory_order_relaxed);
		if (rc == 0)
			tw_warning("%s has no link", port->name);
	}
	if (rc == 1 && priv->down_since) {
		priv->down = tw_port_down(port);
		priv->down_since = 0;
		atomic_store_explicit(&port->no_link, false, memory_order_relaxed);
		tw_warning("%s has its link again", port->name);
	}
	if (rc == -ENODEV)
		return tw_fail(err, rc, "%s is gone: the device was removed", port->name);
	return 0;
}

struct tw_ns tw_port_down(const struct tw_port *port)
{
	const struct tw_port_private *priv = port->priv;

	return priv->down_since ? tw_ns(priv->down.v + monotonic_ns() - priv->down_since)
				: priv->down;
}
