/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * A device whose RSS knows no UDP ports brings all packets between two addresses to one queue, and
 * so to one worker. Where its driver takes a rule of rte_flow instead, that one spreads them.
 */

#include "port_priv.h"

#include "tw_log.h"

#include <rte_errno.h>
#include <rte_flow.h>
#include <string.h>

static const struct family {
	const char *name;
	enum rte_flow_item_type item;
	uint64_t udp, addresses;
} families[] = {
	{"IPv4", RTE_FLOW_ITEM_TYPE_IPV4, RTE_ETH_RSS_NONFRAG_IPV4_UDP, RTE_ETH_RSS_IPV4},
	{"IPv6", RTE_FLOW_ITEM_TYPE_IPV6, RTE_ETH_RSS_NONFRAG_IPV6_UDP, RTE_ETH_RSS_IPV6},
};

static struct rte_flow *rule(
	const struct tw_port *port, const struct family *f, struct rte_flow_error *ret_error)
{
	uint16_t queues[TW_PORT_QUEUES];
	struct rte_flow_action_rss rss = {
		.types = f->udp, .queue_num = port->n_rx, .queue = queues};
	const struct rte_flow_attr attr = {.ingress = 1};
	const struct rte_flow_item pattern[] = {{.type = RTE_FLOW_ITEM_TYPE_ETH}, {.type = f->item},
		{.type = RTE_FLOW_ITEM_TYPE_UDP}, {.type = RTE_FLOW_ITEM_TYPE_END}};
	const struct rte_flow_action actions[] = {{.type = RTE_FLOW_ACTION_TYPE_RSS, .conf = &rss},
		{.type = RTE_FLOW_ACTION_TYPE_END}};

	for (uint16_t q = 0; q < port->n_rx; q++)
		queues[q] = q;
	*ret_error = (struct rte_flow_error){0};
	return rte_flow_create(port->port_id, &attr, pattern, actions, ret_error);
}

void tw_port_spread_begin(struct tw_port *port)
{
	struct rte_eth_dev_info info;

	if (port->n_rx < 2 || port->is_kernel || rte_eth_dev_info_get(port->port_id, &info) < 0)
		return;
	for (size_t i = 0; i < RTE_DIM(families); i++) {
		const struct family *f = &families[i];
		struct rte_flow_error error;

		if (info.flow_type_rss_offloads & f->udp)
			continue;
		port->priv->spread[i] = rule(port, f, &error);
		if (port->priv->spread[i])
			tw_info("%s: a rule of rte_flow spreads UDP over %s, since the RSS of %s "
				"knows no ports",
				port->name, f->name, port->driver);
		else if (info.flow_type_rss_offloads & f->addresses)
			tw_warning("%s: all packets between two %s addresses reach one worker: the "
				   "RSS of %s knows no ports, and rte_flow: %s",
				port->name, f->name, port->driver,
				error.message ? error.message : rte_strerror(rte_errno));
	}
}

void tw_port_spread_end(struct tw_port *port)
{
	struct rte_flow_error error;

	for (size_t i = 0; i < RTE_DIM(port->priv->spread); i++)
		if (port->priv->spread[i])
			rte_flow_destroy(port->port_id, port->priv->spread[i], &error);
	memset(port->priv->spread, 0, sizeof(port->priv->spread));
}

bool tw_port_is_spread(const struct tw_port *port)
{
	return port->priv->spread[0] || port->priv->spread[1];
}
