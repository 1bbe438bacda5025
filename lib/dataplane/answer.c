/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "answer.h"

#include "loop.h"

void tw_answer_self(const struct tw_loop_port *port, struct tw_neighbour_self *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->mac = port->mac;
	ret->n_vlan = port->n_vlan;
	memcpy(ret->tci, port->tci, sizeof(ret->tci));
	for (unsigned int i = 0; i < port->n_addrs && i < TW_NEIGHBOUR_MAX_ADDRS; i++)
		ret->addr[ret->n++] = port->addrs[i];
}

bool tw_answer(
	const struct tw_loop_port *port, const struct tw_neighbour_self *self, struct rte_mbuf *m)
{
	uint32_t cap = (uint32_t)m->data_len + rte_pktmbuf_tailroom(m), len;
	struct tw_neighbour_news news;

	if (!port->answers)
		return false;
	if (tw_neighbour_answer(self, rte_pktmbuf_mtod(m, uint8_t *), m->data_len, cap, &len,
		    &news) != TW_NEIGHBOUR_ANSWERED)
		return false;
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	m->ol_flags = 0;
	if (rte_eth_tx_burst(port->port_id, port->tx_queue, &m, 1) != 1)
		rte_pktmbuf_free(m);
	return true;
}
