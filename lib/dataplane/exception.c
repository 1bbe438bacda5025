/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exception.h"

#include "tw_host.h"
#include "tw_log.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the TAP's queues. The driver keeps a chain of that many buffers ready for one frame. */
#define TAP_DESC 64
#define TAP_MBUFS 512
/* Behind any default route that a host gives itself. */
#define ROUTE_METRIC 1000000

struct tw_exception {
	struct tw_exception_queue queue[TW_EXCEPTION_QUEUES]; /* w: worker */
	struct tw_port tap;
	struct tw_host_link link;
	char behind[64]; /* name of the port */
};

/* The kernel puts the first free number for %d: two instances never get the same interface. */
static int open_tap(const struct tw_port *port, struct tw_port *ret_tap, struct tw_err *err)
{
	const uint8_t *b = port->mac.b;
	struct tw_port_config *cfg = calloc(1, sizeof(*cfg));
	int rc;

	if (!cfg)
		return tw_fail(err, -ENOMEM, "out of memory");
	cfg->dev.kind = TW_DEV_VDEV;
	cfg->n_queues = port->n_rx;
	cfg->rx_desc = cfg->tx_desc = TAP_DESC;
	cfg->extra_mbufs = TAP_MBUFS;
	cfg->max_frame = port->mtu + RTE_ETHER_HDR_LEN;
	snprintf(cfg->dev.name, sizeof(cfg->dev.name), "net_tap_tw%u", port->port_id);
	snprintf(cfg->dev.args, sizeof(cfg->dev.args),
		"iface=tw%%d,mac=%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		b[5]);
	rc = tw_port_open(cfg, ret_tap, err);
	free(cfg);
	return rc;
}

static int find_link(struct tw_exception *e, struct tw_err *err)
{
	struct rte_eth_dev_info info;
	int rc = rte_eth_dev_info_get(e->tap.port_id, &info);

	if (rc < 0)
		return tw_fail(err, rc, "%s: cannot ask the TAP", e->behind);
	return tw_host_link_by_index((int)info.if_index, &e->link, err);
}

/* The kernel asks for neighbours that it knew before from a link-local address or not at all. */
static int set_addresses(struct tw_exception *e, const struct tw_port *port, struct tw_err *err)
{
	int rc = tw_host_link_make_quiet(&e->link, err);

	bool v6 = false, local = false;

	for (size_t i = 0; rc == 0 && i < port->n_addrs; i++) {
		v6 |= port->addrs[i].addr.family == 6;
		local |= tw_addr_is_link_local(&port->addrs[i].addr);
		rc = tw_host_add_addr(&e->link, &port->addrs[i], err);
	}
	if (rc == 0 && v6 && !local)
		rc = tw_host_add_addr(&e->link,
			&(struct tw_prefix){tw_neighbour_link_local(&port->mac), 64}, err);
	return rc;
}

static int set_routes(const struct tw_exception *e, const struct tw_port *port, struct tw_err *err)
{
	int rc = 0;

	/* Each instance has its own metric: it may not be the only one. */
	for (size_t i = 0; rc == 0 && i < port->n_gateways; i++)
		rc = tw_host_add_default_route(&e->link, &port->gateways[i],
			ROUTE_METRIC + (uint32_t)e->link.ifindex, err);
	return rc;
}

static int set_up(struct tw_exception *e, const struct tw_port *port, struct tw_err *err)
{
	int rc = find_link(e, err);

	if (rc == 0 && rte_eth_dev_set_mtu(e->tap.port_id, (uint16_t)port->mtu) < 0)
		rc = tw_fail(err, -EMSGSIZE, "%s: MTU %u is not possible", e->link.name, port->mtu);
	if (rc == 0)
		rc = set_addresses(e, port, err);
	if (rc == 0)
		rc = tw_port_start(&e->tap, err);
	if (rc == 0)
		rc = tw_host_link_set_up(&e->link, err);
	return rc == 0 ? set_routes(e, port, err) : rc;
}

int tw_exception_open(
	const struct tw_port *port, struct tw_exception **ret_exception, struct tw_err *err)
{
	struct tw_exception *e;
	int rc;

	if (port->is_kernel)
		return tw_fail(err, -EINVAL, "%s is the kernel's own already", port->name);
	if (port->n_rx > TW_EXCEPTION_QUEUES)
		return tw_fail(err, -E2BIG, "%s: a TAP takes at most %d queues, not %u", port->name,
			TW_EXCEPTION_QUEUES, port->n_rx);
	e = aligned_alloc(64, (sizeof(*e) + 63) & ~(size_t)63);
	if (!e)
		return tw_fail(err, -ENOMEM, "out of memory");
	memset(e, 0, sizeof(*e));
	snprintf(e->behind, sizeof(e->behind), "%s", port->name);
	rc = open_tap(port, &e->tap, err);
	if (rc == 0)
		rc = set_up(e, port, err);
	if (rc < 0) {
		tw_exception_close(e);
		return rc;
	}
	for (uint16_t q = 0; q < port->n_rx; q++) {
		e->queue[q].port_id = e->tap.port_id;
		e->queue[q].queue = q;
	}
	tw_info("%s: the kernel is behind it as %s", e->behind, e->link.name);
	*ret_exception = e;
	return 0;
}

void tw_exception_close(struct tw_exception *e)
{
	uint64_t up = 0, refused = 0, down = 0, failed = 0;

	if (!e)
		return;
	for (unsigned int q = 0; q < TW_EXCEPTION_QUEUES; q++) {
		up += e->queue[q].up;
		refused += e->queue[q].up_refused;
		down += e->queue[q].down;
		failed += e->queue[q].down_failed;
	}
	if (e->link.ifindex)
		tw_info("%s: up %llu (%llu not taken), down %llu (%llu not sent)", e->link.name,
			(unsigned long long)up, (unsigned long long)refused,
			(unsigned long long)down, (unsigned long long)failed);
	tw_port_close(&e->tap);
	free(e);
}

const char *tw_exception_ifname(const struct tw_exception *e)
{
	return e->link.name;
}

struct tw_exception_queue *tw_exception_queue(struct tw_exception *e, uint16_t q)
{
	return e && q < e->tap.n_rx ? &e->queue[q] : NULL;
}

int tw_exception_poll_fd(const struct tw_exception *e, uint16_t q)
{
	return q < e->tap.n_rx ? tw_port_poll_fd(&e->tap, q) : -1;
}
