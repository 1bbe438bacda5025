/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "port_priv.h"

#include "device_replay.h"
#include "tw_eal.h"
#include "tw_log.h"

#include <errno.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_DESC 1024
#define DEFAULT_EXTRA 2048
#define POOL_CACHE 256
#define LINK_WAIT_MS 5000
#define LINK_POLL_MS 50
#define UDP_RSS                                                                                    \
	(RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_NONFRAG_IPV4_UDP |                      \
		RTE_ETH_RSS_NONFRAG_IPV6_UDP)

uint32_t tw_port_data_room(uint32_t max_frame)
{
	uint32_t room = RTE_PKTMBUF_HEADROOM + max_frame + 2 * RTE_VLAN_HLEN;

	return room < RTE_MBUF_DEFAULT_BUF_SIZE ? RTE_MBUF_DEFAULT_BUF_SIZE
						: RTE_ALIGN_CEIL(room, RTE_CACHE_LINE_SIZE);
}

void tw_port_choose_frame(struct tw_port *port)
{
	uint32_t tag = port->vlan ? RTE_VLAN_HLEN : 0, want = port->priv->cfg.max_frame;

	port->max_frame = want ? want : TW_PORT_FRAME + tag;
	port->mtu = port->max_frame - RTE_ETHER_HDR_LEN - tag;
}

static int quote(struct tw_err *err, const struct tw_port *port, int rc, const char *what)
{
	return tw_fail(err, rc, "%s: cannot %s: %s", port->name, what,
		*tw_eal_last_error() ? tw_eal_last_error() : strerror(-rc));
}

static int make_pools(struct tw_port *port, const struct tw_port_setup *s, struct tw_err *err)
{
	const struct tw_port_config *cfg = &port->priv->cfg;
	uint32_t n = s->device_mbufs + 2 * POOL_CACHE +
		     (cfg->extra_mbufs ? cfg->extra_mbufs : DEFAULT_EXTRA);
	char name[RTE_MEMPOOL_NAMESIZE];

	n = rte_align32pow2(n) - 1; /* what a ring of that size holds */
	for (uint16_t q = 0; q < port->n_rx || q < port->n_tx; q++) {
		snprintf(name, sizeof(name), "port%u.q%u", port->port_id, q);
		port->pool[q] = rte_pktmbuf_pool_create(
			name, n, POOL_CACHE, 0, (uint16_t)s->data_room, port->numa);
		if (!port->pool[q])
			return tw_fail(err, -rte_errno,
				"%s: no memory for %u buffers of %u octets: %s", port->name, n,
				s->data_room, rte_strerror(rte_errno));
	}
	return 0;
}

static void choose_offloads(
	struct tw_port *port, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	const uint64_t rx_sums = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	const uint64_t tx_sums = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
	const struct tw_port_config *cfg = &port->priv->cfg;

	if (cfg->want_checksum_offload && (info->rx_offload_capa & rx_sums) == rx_sums) {
		conf->rxmode.offloads |= rx_sums;
		port->rx_checksum = true;
	}
	if (cfg->want_checksum_offload && (info->tx_offload_capa & tx_sums) == tx_sums) {
		conf->txmode.offloads |= tx_sums;
		port->tx_checksum = true;
	}
	if (cfg->want_fast_free && info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE) {
		conf->txmode.offloads |= RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
		port->fast_free = true;
	}
	if (cfg->want_rx_timestamp && tw_port_stamps_usable(port) &&
		info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP &&
		rte_mbuf_dyn_rx_timestamp_register(
			&port->timestamp_offset, &port->rx_timestamp_flag) == 0) {
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
		port->rx_timestamp = true;
	}
	if (cfg->want_launch_time && info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP &&
		rte_mbuf_dyn_tx_timestamp_register(
			&port->timestamp_offset, &port->tx_timestamp_flag) == 0) {
		conf->txmode.offloads |= RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP;
		port->launch_time = true;
	}
}

static void choose_rss(
	const struct tw_port *port, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	uint64_t hf = info->flow_type_rss_offloads & UDP_RSS;

	if (port->n_rx < 2 || !hf)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = hf;
}

/* The MTU is set with the configuration, before anything is up. */
static int choose_mtu(struct tw_port *port, const struct rte_eth_dev_info *info,
	struct rte_eth_conf *conf, struct tw_err *err)
{
	if (port->mtu <= RTE_ETHER_MTU)
		return 0;
	if (port->mtu > info->max_mtu ||
		(info->max_rx_pktlen && port->max_frame + RTE_ETHER_CRC_LEN > info->max_rx_pktlen))
		return tw_fail(err, -EMSGSIZE, "%s takes frames of at most %u octets, not %u",
			port->name, info->max_rx_pktlen, port->max_frame + RTE_ETHER_CRC_LEN);
	conf->rxmode.mtu = port->mtu;
	return 0;
}

static int setup_queues(struct tw_port *port, struct tw_err *err)
{
	struct tw_fds *before = malloc(sizeof(*before));
	int rc = before ? 0 : -ENOMEM;

	for (uint16_t q = 0; rc == 0 && q < port->n_rx; q++) {
		rc = tw_fds_list(before);
		if (rc < 0)
			break;
		errno = 0;
		rc = rte_eth_rx_queue_setup(port->port_id, q, port->rx_desc,
			(unsigned int)port->numa, NULL, port->pool[q]);
		port->priv->setup_errno = rc < 0 ? errno : 0;
		/* The AF_XDP driver makes its socket here. */
		tw_fds_new_sockets(before, AF_XDP, &port->priv->fds[q], 1);
	}
	for (uint16_t q = 0; rc == 0 && q < port->n_tx; q++)
		rc = rte_eth_tx_queue_setup(
			port->port_id, q, port->tx_desc, (unsigned int)port->numa, NULL);
	free(before);
	return rc < 0 ? quote(err, port, rc, "set up the queues") : 0;
}

static void read_device(struct tw_port *port, const struct rte_eth_dev_info *info)
{
	struct rte_ether_addr mac;

	snprintf(port->driver, sizeof(port->driver), "%s", info->driver_name);
	port->numa = rte_eth_dev_socket_id(port->port_id);
	if (!port->is_kernel && rte_eth_macaddr_get(port->port_id, &mac) == 0)
		memcpy(port->mac.b, mac.addr_bytes, sizeof(port->mac.b));
}

/* With receive interrupts, or without if that is all there is. */
static int configure(struct tw_port *port)
{
	struct rte_eth_conf *conf = &port->priv->conf;
	int rc = rte_eth_dev_configure(port->port_id, port->n_rx, port->n_tx, conf);

	if (rc == 0 || !conf->intr_conf.rxq)
		return rc;
	tw_port_interrupts_refused(port, rc);
	conf->intr_conf.rxq = 0;
	return rte_eth_dev_configure(port->port_id, port->n_rx, port->n_tx, conf);
}

int tw_port_setup(struct tw_port *port, const struct tw_port_setup *s, struct tw_err *err)
{
	const struct tw_port_config *cfg = &port->priv->cfg;
	struct rte_eth_conf *conf = &port->priv->conf;
	struct rte_eth_dev_info info;
	int rc;

	tw_eal_clear_error();
	rc = rte_eth_dev_info_get(port->port_id, &info);
	if (rc < 0)
		return quote(err, port, rc, "ask the device");
	read_device(port, &info);
	port->n_rx = RTE_MIN(s->n_rx, info.max_rx_queues);
	port->n_tx = RTE_MIN(s->n_tx, info.max_tx_queues);
	*conf = (struct rte_eth_conf){0};
	choose_offloads(port, &info, conf);
	choose_rss(port, &info, conf);
	conf->intr_conf.rxq = tw_port_interrupts_wanted(port);
	if (s->own_mtu) {
		rc = choose_mtu(port, &info, conf, err);
		if (rc < 0)
			return rc;
	}
	rc = configure(port);
	if (rc < 0)
		return quote(err, port, rc, "configure it");
	port->rx_desc = cfg->rx_desc ? cfg->rx_desc : DEFAULT_DESC;
	port->tx_desc = cfg->tx_desc ? cfg->tx_desc : DEFAULT_DESC;
	if (port->priv->is_af_xdp)
		port->rx_desc = port->tx_desc = info.default_rxportconf.ring_size;
	rte_eth_dev_adjust_nb_rx_tx_desc(port->port_id, &port->rx_desc, &port->tx_desc);
	rc = make_pools(port, s, err);
	return rc < 0 ? rc : setup_queues(port, err);
}

void tw_port_undo(struct tw_port *port)
{
	struct tw_port_private *priv = port->priv;

	if (priv->attached) {
		tw_dev_unplug(port->port_id);
		tw_port_free_retired(port->port_id);
	}
	priv->attached = false;
	for (uint16_t q = 0; q < TW_PORT_QUEUES; q++) {
		rte_mempool_free(port->pool[q]);
		port->pool[q] = NULL;
		priv->fds[q] = -1;
	}
}

static int open_plain(struct tw_port *port, struct tw_err *err)
{
	const struct tw_port_config *cfg = &port->priv->cfg;
	struct tw_port_setup s = {.n_rx = cfg->n_queues, .n_tx = cfg->n_queues, .own_mtu = true};
	int rc;

	tw_port_choose_frame(port);
	port->needs_neighbour = !port->has_peer_mac;
	tw_port_peer_clear(&cfg->dev);
	rc = tw_dev_plug(cfg->dev.name, cfg->dev.args, &port->port_id, err);
	if (rc < 0)
		return rc;
	port->priv->attached = true;
	s.data_room = tw_port_data_room(port->max_frame);
	s.device_mbufs = 2u * DEFAULT_DESC + cfg->rx_desc + cfg->tx_desc;
	s.device_mbufs += tw_dev_replayed(cfg->dev.args);
	return tw_port_setup(port, &s, err);
}

int tw_port_init(struct tw_port *port, const struct tw_port_config *cfg, struct tw_err *err)
{
	struct tw_port_private *priv = calloc(1, sizeof(*priv));

	if (!priv)
		return tw_fail(err, -ENOMEM, "out of memory");
	*port = (struct tw_port){.numa = -1, .timestamp_offset = -1, .priv = priv};
	priv->cfg = *cfg;
	priv->xdp = TW_XDP_NONE;
	priv->prog = TW_PACKET_PROG_NONE;
	for (uint16_t q = 0; q < TW_PORT_QUEUES; q++)
		priv->fds[q] = -1;
	if (!priv->cfg.n_queues)
		priv->cfg.n_queues = 1;
	snprintf(port->name, sizeof(port->name), "%s", cfg->dev.name);
	memcpy(port->addrs, cfg->addrs, sizeof(port->addrs));
	port->n_addrs = cfg->n_addrs;
	memcpy(port->gateways, cfg->gateways, sizeof(port->gateways));
	port->n_gateways = cfg->n_gateways;
	port->vlan = cfg->vlan;
	port->has_peer_mac = cfg->has_peer_mac;
	port->peer_mac = cfg->peer_mac;
	return 0;
}

static int check(const struct tw_port_config *cfg, struct tw_err *err)
{
	if (cfg->n_queues > TW_PORT_QUEUES)
		return tw_fail(err, -EINVAL, "at most %d queues", TW_PORT_QUEUES);
	if (cfg->max_frame > TW_PORT_MAX_FRAME)
		return tw_fail(err, -EMSGSIZE, "frames of %u octets are more than the most, %d",
			cfg->max_frame + RTE_ETHER_CRC_LEN, TW_PORT_MAX_FRAME + RTE_ETHER_CRC_LEN);
	return 0;
}

int tw_port_open(const struct tw_port_config *cfg, struct tw_port *ret_port, struct tw_err *err)
{
	struct tw_port port;
	int rc = check(cfg, err);

	if (rc == 0)
		rc = tw_port_init(&port, cfg, err);
	if (rc < 0)
		return rc;
	rc = cfg->dev.kind == TW_DEV_KERNEL ? tw_port_open_kernel(&port, err)
					    : open_plain(&port, err);
	if (rc < 0) {
		tw_port_close(&port);
		return rc;
	}
	*ret_port = port;
	return 0;
}

static bool link_is_up(struct tw_port *port)
{
	struct rte_eth_link link = {0};
	struct tw_host_link l = {0};

	if (port->is_kernel) {
		if (tw_host_link_by_index(port->ifindex, &l, NULL) == 0 && l.speed_mbps > 0)
			port->speed_mbps = (uint32_t)l.speed_mbps;
		port->link_up = port->is_loopback || l.running;
	} else if (rte_eth_link_get_nowait(port->port_id, &link) == 0) {
		port->link_up = link.link_status == RTE_ETH_LINK_UP;
		if (link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
			port->speed_mbps = link.link_speed;
	}
	return port->link_up;
}

/*
 * A NIC negotiates after it was started, and many lose the link for a moment when an XDP program is
 * attached. A virtual device has its link when its peer comes: nobody waits for that.
 */
static void wait_for_link(struct tw_port *port)
{
	const struct timespec nap = {.tv_nsec = LINK_POLL_MS * 1000000L};
	const struct tw_port_private *priv = port->priv;
	bool wait = priv->cfg.dev.kind == TW_DEV_PCI || (priv->is_af_xdp && priv->link.running);

	for (int ms = 0; !link_is_up(port) && wait && ms < LINK_WAIT_MS; ms += LINK_POLL_MS)
		nanosleep(&nap, NULL);
	if (!port->link_up && (wait || port->is_kernel))
		tw_warning("%s has no link", port->name);
}

/* The driver's sockets saw everything until the filter came: throw that away. */
static void drain(struct tw_port *port)
{
	struct rte_mbuf *m[32];

	for (uint16_t q = 0; q < port->n_rx; q++) {
		uint32_t left = port->priv->layout.frame_count;
		uint16_t n;

		do {
			n = rte_eth_rx_burst(port->port_id, q, m, 32);
			rte_pktmbuf_free_bulk(m, n);
			left -= RTE_MIN(left, n);
		} while (n && left);
	}
}

/* Vectors and descriptors are made at the start: where they are not to be had, it is tried again. */
static int start_device(struct tw_port *port, struct tw_err *err)
{
	struct rte_eth_conf *conf = &port->priv->conf;
	int rc = rte_eth_dev_start(port->port_id);

	if (rc == 0 || !conf->intr_conf.rxq)
		return rc;
	tw_port_interrupts_refused(port, rc);
	conf->intr_conf.rxq = 0;
	rc = configure(port);
	if (rc == 0)
		rc = setup_queues(port, err);
	return rc < 0 ? rc : rte_eth_dev_start(port->port_id);
}

int tw_port_start(struct tw_port *port, struct tw_err *err)
{
	struct tw_port_private *priv = port->priv;
	struct tw_host_neighbours *neighbours = NULL;
	int rc = tw_port_peer_begin(port, err);

	if (rc < 0)
		return rc;
	tw_eal_clear_error();
	/*
	 * Starting sets the interface's flags as DPDK remembers them: a kernel interface that was
	 * promiscuous has to be so in DPDK's eyes too.
	 */
	if (priv->cfg.promiscuous || priv->link.promiscuous)
		rte_eth_promiscuous_enable(port->port_id);
	/* Neighbour solicitations come to groups; a NIC drops what is sent to those it was not told. */
	if (!port->is_kernel)
		rte_eth_allmulticast_enable(port->port_id);
	/* Starting sets the MAC address that the interface has already. */
	if (port->is_kernel)
		tw_host_neighbours_keep(port->ifindex, &neighbours);
	rc = start_device(port, err);
	if (tw_host_neighbours_restore(neighbours) < 0)
		tw_warning(
			"%s: the interface has lost permanent neighbours (ip neigh)", port->name);
	if (rc == -EPERM && port->is_kernel)
		return tw_fail(
			err, rc, "%s: starting it needs CAP_NET_ADMIN and CAP_NET_RAW", port->name);
	if (rc < 0)
		return quote(err, port, rc, "start it");
	priv->started = true;
	tw_port_spread_begin(port);
	rc = tw_port_apply_udp(port, err);
	if (rc < 0)
		return rc;
	if (priv->is_af_packet)
		drain(port);
	for (uint16_t q = 0; priv->is_af_packet && q < port->n_rx; q++)
		tw_af_packet_drops(priv->fds[q]);
	wait_for_link(port);
	rte_eth_stats_reset(port->port_id);
	tw_port_tx_drops_begin(port);
	tw_port_interrupts_begin(port);
	tw_port_stamps_begin(port);
	return 0;
}

void tw_port_close(struct tw_port *port)
{
	struct tw_port_private *priv = port->priv;

	if (!priv)
		return;
	if (priv->started && priv->cfg.promiscuous && !priv->link.promiscuous)
		rte_eth_promiscuous_disable(port->port_id);
	tw_port_stamps_end(port);
	tw_port_spread_end(port);
	tw_port_undo(port);
	for (uint16_t q = 0; q < TW_PORT_QUEUES; q++)
		rte_ring_free(priv->rings[q]);
	tw_xdp_release(&priv->xdp);
	tw_packet_prog_unload(&priv->prog);
	for (size_t i = 0; i < priv->n_held; i++)
		tw_held_release(&priv->held[i]);
	free(priv->held);
	free(priv);
	*port = (struct tw_port){0};
}
