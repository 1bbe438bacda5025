/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_next_hop.h"

#include "answer.h"
#include "gate.h"
#include "loop.h"
#include "tw_resolver.h"

#include <errno.h>
#include <time.h>

static struct tw_ns now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec);
}

static int ask(const struct tw_loop_port *port, const struct tw_neighbour_self *self,
	const struct tw_resolver_question *q)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(port->pool);
	int n;

	if (!m)
		return -ENOMEM;
	n = tw_neighbour_build_request(self, &q->addr, q->unicast ? &q->mac : NULL,
		rte_pktmbuf_mtod(m, uint8_t *), rte_pktmbuf_tailroom(m));
	if (n > 0) {
		m->data_len = (uint16_t)n;
		m->pkt_len = (uint32_t)n;
	}
	if (n <= 0 || rte_eth_tx_burst(port->port_id, port->tx_queue, &m, 1) != 1)
		rte_pktmbuf_free(m);
	return n < 0 ? n : 0;
}

static void hear(const struct tw_loop_port *port, const struct tw_neighbour_self *self,
	struct tw_resolver *r)
{
	struct rte_mbuf *rx[TW_BURST];
	uint16_t n = rte_eth_rx_burst(port->port_id, port->rx_queue, rx, TW_BURST);

	for (uint16_t i = 0; i < n; i++) {
		struct tw_neighbour_news news = {0};
		uint32_t cap = (uint32_t)rx[i]->data_len + rte_pktmbuf_tailroom(rx[i]), len;

		if (rx[i]->nb_segs == 1 &&
			tw_neighbour_answer(self, rte_pktmbuf_mtod(rx[i], uint8_t *),
				rx[i]->data_len, cap, &len, &news) == TW_NEIGHBOUR_ANSWERED) {
			rx[i]->data_len = (uint16_t)len;
			rx[i]->pkt_len = len;
			if (rte_eth_tx_burst(port->port_id, port->tx_queue, &rx[i], 1) == 1)
				rx[i] = NULL;
		}
		if (news.valid)
			tw_resolver_learn(r, &news, now());
		rte_pktmbuf_free(rx[i]);
	}
}

static int resolve(const struct tw_loop_port *port, const struct tw_addr *hop,
	bool (*keep_on)(void), struct tw_err *err, struct tw_mac *ret)
{
	const struct timespec nap = {.tv_nsec = 1000000};
	struct tw_neighbour_self self;
	struct tw_resolver_question q;
	struct tw_resolver r;
	char text[TW_ADDR_STR];
	int rc;

	tw_answer_self(port, &self);
	tw_resolver_init(&r, &TW_RESOLVER_TIMING);
	while ((rc = tw_resolver_lookup(&r, hop, now(), ret)) == -EAGAIN) {
		if (keep_on && !keep_on())
			return tw_fail(err, -EINTR, "stopped while waiting for %s to answer",
				tw_addr_format(hop, text));
		while (tw_resolver_poll(&r, now(), &q)) {
			rc = ask(port, &self, &q);
			if (rc == -EADDRNOTAVAIL)
				return tw_fail(err, rc,
					"the port has no address to ask %s from: give --ip",
					tw_addr_format(hop, text));
		}
		hear(port, &self, &r);
		tw_gate_leave();
		nanosleep(&nap, NULL);
		tw_gate_enter();
	}
	if (rc < 0)
		return tw_fail(err, rc,
			"%s does not answer %s; is it there? (--peer-mac skips asking)",
			tw_addr_format(hop, text),
			hop->family == 4 ? "ARP" : "neighbour solicitations");
	return 0;
}

int tw_next_hop_ask(const struct tw_loop_port *port, const struct tw_addr *hop,
	bool (*keep_on)(void), struct tw_err *err, struct tw_mac *ret)
{
	int rc;

	tw_gate_enter();
	rc = resolve(port, hop, keep_on, err, ret);
	tw_gate_leave();
	return rc;
}
