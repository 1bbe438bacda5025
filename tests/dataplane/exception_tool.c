/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * A reflector on a device with the kernel behind it, for tests/functional/exception.sh.
 *
 *   exception_tool DEV PORT ADDR/LEN[,ADDR/LEN...] [GATEWAY [VLAN]]
 *
 * Says "ready IFNAME" on stderr, runs until it gets SIGTERM or SIGINT, prints its counters as JSON and exits 1
 * when they do not add up.
 */

#include "tw_eal.h"
#include "tw_exception.h"
#include "tw_log.h"
#include "tw_port.h"
#include "tw_worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_addresses(char *list, struct tw_port_config *pc)
{
	char *save = NULL;

	for (char *s = strtok_r(list, ",", &save); s; s = strtok_r(NULL, ",", &save))
		if (pc->n_addrs == TW_PORT_ADDRS ||
			tw_prefix_parse(s, &pc->addrs[pc->n_addrs++]) < 0)
			return -1;
	return 0;
}

static void describe(const struct tw_port *p, struct tw_exception *e, struct tw_loop_port *lp)
{
	lp->port_id = p->port_id;
	lp->n_rx_queues = 1;
	lp->tx_desc = p->tx_desc;
	lp->max_frame = (uint16_t)p->max_frame;
	lp->pool = p->pool[0];
	lp->mac = p->mac;
	for (size_t i = 0; i < p->n_addrs && i < TW_MAX_OWN_ADDRS; i++)
		lp->addrs[lp->n_addrs++] = p->addrs[i];
	lp->n_vlan = p->vlan != 0;
	lp->tci[0] = p->vlan;
	lp->answers = p->needs_neighbour;
	lp->exception = tw_exception_queue(e, 0);
}

static int take_snapshot(struct tw_task *t, void *into)
{
	t->snapshot(t, into);
	return 0;
}

/* @return do the counters add up? */
static bool print_counters(struct tw_task *t)
{
	struct tw_reflector_snapshot *s = calloc(1, sizeof(*s));
	const struct tw_reflector_counters *n;
	uint64_t sum;
	bool ok;

	if (!s || take_snapshot(t, s) < 0)
		return false;
	n = &s->counters;
	sum = n->reflected + n->tx_failed + n->passed;
	printf("{\"received\":%lu,\"reflected\":%lu,\"tx_failed\":%lu,\"passed\":%lu",
		(unsigned long)n->received, (unsigned long)n->reflected,
		(unsigned long)n->tx_failed, (unsigned long)n->passed);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++) {
		sum += n->discarded[i];
		printf(",\"%s\":%lu", tw_discard_name((enum tw_discard)i),
			(unsigned long)n->discarded[i]);
	}
	ok = sum == n->received;
	printf(",\"adds_up\":%s}\n", ok ? "true" : "false");
	free(s);
	return ok;
}

static void wait_for_signal(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigwait(&set, &sig);
}

/* The signals belong to wait_for_signal() in all threads. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int run(struct tw_port *port, struct tw_exception *e, uint16_t udp, const struct tw_eal *eal,
	struct tw_err *err)
{
	struct tw_reflector_config rc = {.port = udp,
		.max_sessions = 1024,
		.session_idle = tw_ns(30 * TW_NS_PER_SEC),
		.refwait = tw_ns(900 * TW_NS_PER_SEC)};
	struct tw_loop_port lp = {0};
	static struct tw_worker w = {.finished_fd = -1};
	struct tw_clock clock;
	struct tw_task *t;
	bool ok;

	describe(port, e, &lp);
	if (tw_clock_init(&clock) < 0 || tw_reflector_create(&lp, &rc, &clock, err, &t) < 0)
		return 1;
	w.lcore = eal->workers[0].lcore;
	w.tasks[w.n_tasks++] = t;
	if (tw_port_poll_fd(port, 0) >= 0 && tw_exception_poll_fd(e, 0) >= 0) {
		w.may_sleep = true;
		w.fds[w.n_fds++] = tw_port_poll_fd(port, 0);
		w.fds[w.n_fds++] = tw_exception_poll_fd(e, 0);
	}
	if (tw_worker_launch(&w) < 0)
		return 1;
	fprintf(stderr, "ready %s\n", tw_exception_ifname(e));
	wait_for_signal();
	tw_worker_join(&w);
	ok = print_counters(t);
	tw_task_destroy(t);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct tw_eal_config ec = {.n_workers = 1, .numa_node = -1, .mem_mb = 256};
	struct tw_port_config pc = {.n_queues = 1};
	struct tw_exception *e = NULL;
	struct tw_err err = {""};
	struct tw_port port;
	struct tw_eal eal;
	int rc = 1;

	if (argc < 4 || read_addresses(argv[3], &pc) < 0) {
		fprintf(stderr, "usage: exception_tool DEV PORT ADDR/LEN[,...] [GATEWAY [VLAN]]\n");
		return 2;
	}
	if (argc > 4 && *argv[4] && tw_addr_parse(argv[4], &pc.gateways[pc.n_gateways++]) < 0)
		return 2;
	if (argc > 5)
		pc.vlan = (uint16_t)strtoul(argv[5], NULL, 10);
	block_signals();
	tw_log_set_level(TW_LOG_INFO);
	if (tw_dev_parse(argv[1], &pc.dev, &err) == 0 && tw_eal_start(&ec, &eal, &err) == 0) {
		if (tw_port_open(&pc, &port, &err) == 0) {
			if (tw_port_start(&port, &err) == 0 &&
				tw_exception_open(&port, &e, &err) == 0)
				rc = run(
					&port, e, (uint16_t)strtoul(argv[2], NULL, 10), &eal, &err);
			tw_exception_close(e);
			tw_port_close(&port);
		}
		tw_eal_stop();
	}
	if (*err.text)
		tw_error("%s", err.text);
	return rc;
}
