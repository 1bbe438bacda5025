/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_steer.h"

#include "tw_toeplitz.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <string.h>

#define USUAL_KEY 40

static int read_key(
	const struct tw_port *port, const struct rte_eth_dev_info *info, struct tw_steer *s)
{
	struct rte_eth_rss_conf conf = {.rss_key = s->key};
	int rc;

	s->key_len = info->hash_key_size ? info->hash_key_size : USUAL_KEY;
	if (s->key_len > sizeof(s->key))
		return -ENOTSUP;
	conf.rss_key_len = s->key_len;
	rc = rte_eth_dev_rss_hash_conf_get(port->port_id, &conf);
	if (rc < 0)
		return rc;
	s->ports[0] = conf.rss_hf & RTE_ETH_RSS_NONFRAG_IPV4_UDP;
	s->ports[1] = conf.rss_hf & (RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_IPV6_UDP_EX);
	s->hashed[0] = s->ports[0] || conf.rss_hf & RTE_ETH_RSS_IPV4;
	s->hashed[1] = s->ports[1] || conf.rss_hf & RTE_ETH_RSS_IPV6;
	return s->hashed[0] || s->hashed[1] ? 0 : -ENOTSUP;
}

static int read_table(
	const struct tw_port *port, const struct rte_eth_dev_info *info, struct tw_steer *s)
{
	struct rte_eth_rss_reta_entry64 reta[TW_STEER_RETA / RTE_ETH_RETA_GROUP_SIZE];
	int rc;

	if (!info->reta_size || info->reta_size > TW_STEER_RETA ||
		(info->reta_size & (info->reta_size - 1)))
		return -ENOTSUP;
	memset(reta, 0, sizeof(reta));
	for (uint16_t i = 0; i < info->reta_size; i++)
		reta[i / RTE_ETH_RETA_GROUP_SIZE].mask |= 1ULL << i % RTE_ETH_RETA_GROUP_SIZE;
	rc = rte_eth_dev_rss_reta_query(port->port_id, reta, info->reta_size);
	if (rc < 0)
		return rc;
	s->n_reta = info->reta_size;
	for (uint16_t i = 0; i < s->n_reta; i++) {
		s->reta[i] = reta[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
		if (s->reta[i] >= port->n_rx)
			return -ENOTSUP;
	}
	return 0;
}

void tw_steer_read(const struct tw_port *port, struct tw_steer *ret)
{
	struct rte_eth_dev_info info;
	struct tw_steer s = {.kind = TW_STEER_UNKNOWN, .n_queues = port->n_rx};

	if (port->n_rx < 2)
		s.kind = TW_STEER_ONE;
	else if (strcmp(port->driver, "net_ring") == 0)
		s.kind = TW_STEER_PAIRS;
	else if (!port->is_kernel && !tw_port_is_spread(port) &&
		 rte_eth_dev_info_get(port->port_id, &info) == 0 &&
		 read_key(port, &info, &s) == 0 && read_table(port, &info, &s) == 0)
		s.kind = TW_STEER_RSS;
	*ret = s;
}

int tw_steer_ability(const struct tw_port *port, struct tw_steer_ability *ret)
{
	struct rte_eth_dev_info info;
	int rc = rte_eth_dev_info_get(port->port_id, &info);

	if (rc < 0)
		return rc;
	*ret = (struct tw_steer_ability){
		.max_rx = info.max_rx_queues,
		.max_tx = info.max_tx_queues,
		.n_reta = info.reta_size,
		.key_len = info.hash_key_size,
		.udp = {info.flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV4_UDP,
			info.flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV6_UDP},
	};
	return 0;
}

const char *tw_steer_text(enum tw_steer_kind kind)
{
	static const char *const text[] = {
		[TW_STEER_ONE] = "one queue",
		[TW_STEER_PAIRS] = "pairs of queues",
		[TW_STEER_RSS] = "RSS, key and table known",
		[TW_STEER_UNKNOWN] = "unknown to us",
	};

	return text[kind];
}

int tw_steer_queue(
	const struct tw_steer *s, const struct tw_endpoint *src, const struct tw_endpoint *dst)
{
	bool v6 = src->addr.family == 6;
	uint32_t hash;

	if (s->kind == TW_STEER_ONE)
		return 0;
	if (s->kind != TW_STEER_RSS)
		return -ENOTSUP;
	if (!s->hashed[v6])
		return 0;
	hash = tw_toeplitz_packet(s->key, s->key_len, src, dst, s->ports[v6]);
	return s->reta[hash & (uint32_t)(s->n_reta - 1)];
}
