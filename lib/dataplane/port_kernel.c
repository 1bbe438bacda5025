/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "port_priv.h"

#include "kernel_stamps.h"
#include "tw_eal.h"
#include "tw_log.h"

#include <errno.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* An AF_XDP buffer is a whole mbuf of a pool with room for the kernel's headroom, in one page. */
#define XDP_PAGE 4096
#define XDP_HEADROOM 256
/* The driver keeps 2048 buffers in its fill ring, and as many each in its other rings. */
#define XDP_MBUFS (3 * 2048 + 1)
#define BUSY_TRIES 10

static uint32_t xdp_data_room(const struct tw_port *port)
{
	return tw_port_data_room(port->max_frame + XDP_HEADROOM);
}

/*
 * The driver frees its umem when a queue cannot be set up, and counts a reference of the freed one
 * down when it is closed: a stray octet in memory that the next rte_zmalloc() takes for zeroed. So
 * a block of the same size is put into the same place first and given back clean.
 */
static void undo_failed_xdp(struct tw_port *port)
{
	const size_t size = RTE_CACHE_LINE_SIZE;
	void *block = rte_zmalloc_socket("umem", size, 0, (int)rte_socket_id());

	tw_port_undo(port);
	if (block)
		memset(block, 0, size);
	rte_free(block);
}

/* By the clock that the kernel stamps by there. */
static void begin_kernel_stamps(struct tw_port *port, clockid_t clock)
{
	struct tw_err why;

	if (port->priv->cfg.want_kernel_timestamp &&
		tw_kernel_stamps_create(port, clock, &port->kernel_stamps, &why) < 0)
		tw_warning("%s: no stamps of the kernel: %s", port->name, why.text);
}

static int open_af_xdp(struct tw_port *port, const char *object, struct tw_err *err)
{
	struct tw_port_private *priv = port->priv;
	struct tw_port_setup s = {.n_rx = (uint16_t)priv->link.channels,
		.n_tx = (uint16_t)priv->link.channels,
		.data_room = xdp_data_room(port),
		.device_mbufs = XDP_MBUFS};
	char name[64], args[PATH_MAX + 128];
	int rc;

	snprintf(name, sizeof(name), "net_af_xdp_%s", priv->link.name);
	/* In zero-copy mode the kernel loses buffers that cross ordinary pages. Between veth ends it
	 * is the other end's system call that delivers: where a worker sleeps, to poll the kernel for
	 * packets each time a ring is empty makes both ends slower, and what is then asleep is woken
	 * later. Where it does not sleep, polling delivers in greater bursts. */
	snprintf(args, sizeof(args), "iface=%s,queue_count=%u,xdp_prog=%s%s%s", priv->link.name,
		priv->link.channels, object, rte_eal_has_hugepages() ? "" : ",force_copy=1",
		!priv->cfg.busy_poll && strcmp(priv->link.kind, "veth") == 0 ? ",busy_budget=0"
									     : "");
	rc = tw_dev_plug(name, args, &port->port_id, err);
	if (rc < 0)
		return rc;
	priv->attached = true;
	priv->is_af_xdp = true;
	rc = tw_port_setup(port, &s, err);
	for (uint16_t q = 0; rc == 0 && q < port->n_rx; q++) {
		if (port->pool[q]->nb_mem_chunks != 1 || priv->fds[q] < 0)
			rc = tw_fail(err, -ENOMEM, "no contiguous memory for AF_XDP");
	}
	if (rc == 0)
		rc = tw_xdp_open_ports(&priv->xdp, err);
	if (rc == 0)
		begin_kernel_stamps(port, CLOCK_MONOTONIC);
	if (rc == 0 && tw_xdp_only(&priv->xdp, &priv->cfg.only, port->kernel_stamps != NULL) < 0)
		rc = tw_fail(err, -EIO, "the XDP program cannot be told what is ours");
	if (rc < 0) {
		tw_kernel_stamps_destroy(port, port->kernel_stamps);
		port->kernel_stamps = NULL;
		undo_failed_xdp(port);
		priv->is_af_xdp = false;
	}
	return rc;
}

/* -EBUSY is somebody's doing and worth a warning, all else is how things are here. */
static int try_af_xdp(struct tw_port *port, struct tw_err *err)
{
	const struct timespec nap = {.tv_nsec = 100000000};
	struct tw_port_private *priv = port->priv;
	char object[PATH_MAX];
	int rc;

	if (port->is_loopback && priv->cfg.dev.via == TW_DEV_VIA_ANY)
		return tw_fail(err, -EOPNOTSUPP, "no native XDP on the loopback interface");
	if (rte_mempool_calc_obj_size(
		    (uint32_t)sizeof(struct rte_mbuf) + xdp_data_room(port), 0, NULL) > XDP_PAGE)
		return tw_fail(err, -EMSGSIZE, "frames of %u octets do not fit into its buffers",
			port->max_frame + RTE_ETHER_CRC_LEN);
	rc = tw_xdp_object(object, sizeof(object), err);
	if (rc == 0)
		rc = tw_xdp_claim(&priv->link, &priv->xdp, err);
	if (rc < 0)
		return rc;
	rc = tw_xdp_check(&priv->link, object, err);
	if (rc == 0)
		rc = open_af_xdp(port, object, err);
	/* The sockets of a process that died just now leave their queues a moment later. */
	for (int i = 0; rc < 0 && priv->setup_errno == EBUSY && i < BUSY_TRIES; i++) {
		nanosleep(&nap, NULL);
		rc = open_af_xdp(port, object, err);
	}
	if (rc < 0)
		tw_xdp_release(&priv->xdp);
	return rc;
}

static int may_drive(const struct tw_port *port, struct tw_err *err)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return tw_fail(err, -errno,
			"%s: driving a kernel interface needs CAP_NET_RAW and CAP_NET_ADMIN: %s",
			port->name, strerror(errno));
	close(fd);
	return 0;
}

static int leave_group(const struct tw_port *port, struct tw_err *err)
{
	const struct tw_port_private *priv = port->priv;
	int rc = tw_af_packet_stand_alone(priv->fds[0], port->ifindex, &priv->layout);

	if (rc == -ENOTRECOVERABLE)
		return tw_fail(err, rc, "%s: cannot replace the driver's socket", port->name);
	if (rc < 0)
		tw_info("%s: its socket stays in a group: %s", port->name, strerror(-rc));
	return 0;
}

static int open_af_packet(struct tw_port *port, struct tw_err *err)
{
	struct tw_port_private *priv = port->priv;
	const struct tw_addr *only = &priv->cfg.only;
	const struct tw_prefix alone = {.addr = *only};
	struct tw_fds *before = malloc(sizeof(*before));
	uint16_t n = priv->cfg.n_queues;
	struct tw_port_setup s = {.n_rx = n, .n_tx = n};
	char name[64], args[256];
	struct tw_err why;
	int rc = before ? tw_fds_list(before) : -ENOMEM;

	if (rc < 0) {
		free(before);
		return tw_fail(err, rc, "%s: %s", port->name, strerror(-rc));
	}
	/* Tags that are not ours may come on top of what the MTU says. */
	tw_af_packet_layout(port->max_frame + RTE_VLAN_HLEN, n, &priv->layout);
	s.data_room = (uint32_t)RTE_ALIGN_CEIL(
		priv->layout.data_room + RTE_PKTMBUF_HEADROOM, RTE_CACHE_LINE_SIZE);
	snprintf(name, sizeof(name), "net_af_packet_%s", priv->link.name);
	snprintf(args, sizeof(args),
		"iface=%s,qpairs=%u,framesz=%u,blocksz=%u,framecnt=%u,qdisc_bypass=1",
		priv->link.name, n, priv->layout.frame_size, priv->layout.block_size,
		priv->layout.frame_count);
	rc = tw_dev_plug(name, args, &port->port_id, err);
	if (rc == 0) {
		priv->attached = true;
		priv->is_af_packet = true;
		/* One socket a queue, made in their order. */
		if (tw_fds_new_sockets(before, AF_PACKET, priv->fds, n) != n)
			rc = tw_fail(err, -EIO, "%s: cannot find the driver's sockets", port->name);
	}
	free(before);
	if (rc == 0 && n == 1)
		rc = leave_group(port, err);
	if (rc == 0)
		rc = tw_port_setup(port, &s, err);
	for (uint16_t q = 0; rc == 0 && q < n; q++)
		tw_af_packet_send_buffer(priv->fds[q], &priv->layout);
	if (rc == 0)
		begin_kernel_stamps(port, CLOCK_REALTIME);
	if (rc == 0 && tw_packet_prog_load(port->max_frame + RTE_VLAN_HLEN,
			       only->family ? &alone : port->addrs,
			       only->family ? 1 : port->n_addrs, &priv->prog, &why) < 0)
		tw_info("%s: the kernel handles test packets, too: %s", port->name, why.text);
	return rc;
}

/* @return 1: there is no room for it */
static int add_addr(struct tw_port *port, const struct tw_prefix *p)
{
	if (tw_port_owns(port, &p->addr))
		return 0;
	if (port->n_addrs == TW_PORT_ADDRS)
		return 1;
	port->addrs[port->n_addrs++] = *p;
	return 0;
}

/*
 * The kernel's addresses first: it knows their prefixes. Every address of this host is reached over
 * lo, so there they all are ours.
 */
static int read_addrs(struct tw_port *port, struct tw_err *err)
{
	const struct tw_port_config *cfg = &port->priv->cfg;
	struct tw_host_addr addrs[TW_PORT_ADDRS + 1];
	int rc, left_out = 0;

	port->n_addrs = 0;
	for (int all = 0; all <= port->is_loopback; all++) {
		size_t n = 0;

		rc = tw_host_addrs(all ? 0 : port->ifindex, addrs, TW_PORT_ADDRS + 1, &n, err);
		if (rc < 0)
			return rc;
		for (size_t i = 0; i < n; i++) {
			if (addrs[i].usable)
				left_out |= add_addr(port, &addrs[i].prefix);
		}
	}
	for (size_t i = 0; i < cfg->n_addrs; i++)
		left_out |= add_addr(port, &cfg->addrs[i]);
	if (left_out)
		tw_warning("%s has more than %d addresses: the others stay with the kernel alone",
			port->name, TW_PORT_ADDRS);
	return 0;
}

/* What the kernel knows about the interface is what holds for the port. */
static int read_kernel(struct tw_port *port, struct tw_err *err)
{
	struct tw_port_private *priv = port->priv;
	uint32_t by_mtu;
	int rc;

	rc = tw_host_link_by_name(priv->cfg.dev.name, &priv->link, err);
	if (rc < 0)
		return rc;
	if (!priv->link.up)
		return tw_fail(
			err, -ENETDOWN, "%s is down: ip link set %s up", port->name, port->name);
	if (!priv->link.ethernet)
		return tw_fail(err, -EOPNOTSUPP, "%s carries no Ethernet frames", port->name);
	port->is_kernel = true;
	port->is_loopback = priv->link.loopback;
	port->ifindex = priv->link.ifindex;
	port->mac = priv->link.mac;
	port->mtu = priv->link.mtu;
	by_mtu = RTE_ETHER_HDR_LEN + port->mtu + (port->vlan ? RTE_VLAN_HLEN : 0);
	port->max_frame = RTE_MIN(by_mtu, (uint32_t)TW_PORT_MAX_FRAME);
	if (priv->cfg.max_frame > port->max_frame)
		return tw_fail(err, -EMSGSIZE,
			"%s has an MTU of %u octets: frames of %u octets do not fit", port->name,
			port->mtu, priv->cfg.max_frame + RTE_ETHER_CRC_LEN);
	return read_addrs(port, err);
}

int tw_port_open_kernel(struct tw_port *port, struct tw_err *err)
{
	enum tw_dev_via via = port->priv->cfg.dev.via;
	struct tw_err why;
	int rc = read_kernel(port, err);

	if (rc == 0)
		rc = may_drive(port, err);
	if (rc < 0)
		return rc;
	if (via != TW_DEV_VIA_AF_PACKET) {
		rc = try_af_xdp(port, &why);
		if (rc == 0)
			return 0;
		if (via == TW_DEV_VIA_AF_XDP)
			return tw_fail(err, rc, "%s: no AF_XDP: %s", port->name, why.text);
		tw_log(rc == -EBUSY ? TW_LOG_WARNING : TW_LOG_INFO,
			"%s is driven over AF_PACKET, not AF_XDP: %s", port->name, why.text);
	}
	return open_af_packet(port, err);
}
