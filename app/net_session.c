/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "net_session.h"

#include "tw_host.h"
#include "tw_log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int start_eal(struct tw_net *n, const struct tw_options *o, const struct tw_dev *devs,
	unsigned int n_devs, unsigned int n_workers, struct tw_err *err)
{
	char words[TW_NET_PORTS][128];
	const char *pci[TW_NET_PORTS];
	struct tw_eal_config cfg = {
		.n_workers = n_workers   ? n_workers
			     : o->lcores ? 0
					 : n_devs,
		.lcores = o->lcores,
		.extra = o->eal,
		.pci = pci,
		.numa_node = tw_dev_numa(&devs[0]),
	};
	int rc;

	cfg.n_pci = tw_ports_allow(devs, n_devs, words, pci);
	rc = tw_eal_start(&cfg, &n->backend.eal, err);
	if (rc < 0)
		return rc;
	n->eal = true;
	return tw_backend_init(&n->backend, err);
}

/* --timestamps hardware is a demand, and so is kernel. */
static int check_stamps(const struct tw_options *o, const struct tw_port *p, struct tw_err *err)
{
	if (o->timestamps == TW_OPT_TIMESTAMPS_KERNEL && !p->kernel_stamps)
		return tw_fail(
			err, -ENOTSUP, "--timestamps kernel: not on %s (%s)", p->name, p->driver);
	if (o->timestamps != TW_OPT_TIMESTAMPS_HARDWARE || p->nic_clock)
		return 0;
	return tw_fail(err, -ENOTSUP, "--timestamps hardware: %s (%s) makes none: %s", p->name,
		p->driver, *p->stamps_why ? p->stamps_why : "the driver offers no stamps");
}

static void device_tick(void *arg)
{
	struct tw_net *n = arg;

	for (unsigned int i = 0; i < n->n_ports; i++)
		tw_port_stamps_tick(&n->ports[i]);
}

static uint32_t device_notes(void *arg)
{
	struct tw_net *n = arg;
	uint32_t notes = 0;

	for (unsigned int i = 0; i < n->n_ports; i++)
		notes |= n->ports[i].stamp_notes;
	return notes;
}

static void device_health(void *arg, struct tw_tester_health *h)
{
	struct tw_net *n = arg;

	for (unsigned int i = 0; i < n->n_ports; i++) {
		struct tw_port_stats s;

		if (tw_port_stats(&n->ports[i], &s) == 0) {
			h->rx_missed += s.rx_missed;
			h->rx_nombuf += s.rx_nombuf;
			h->tx_errors += s.tx_errors;
			h->tx_dropped += s.tx_dropped;
		}
		h->link_down = tw_ns_add(h->link_down, tw_port_down(&n->ports[i]));
	}
}

static int device_look(void *arg, struct tw_err *err)
{
	struct tw_net *n = arg;
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < n->n_ports; i++)
		rc = tw_port_look(&n->ports[i], err);
	return rc;
}

/* Workers that poll on one CPU would only take it from each other; --lcores had its warning. */
static void set_polling(struct tw_net *n, const struct tw_options *o)
{
	for (unsigned int i = 0; i < n->backend.n_workers; i++) {
		bool shared = n->backend.eal.workers[i].shared;

		if (o->busy_poll && shared && !o->lcores)
			tw_warning("--busy-poll: not on CPU %d, which another worker uses",
				n->backend.eal.workers[i].cpu);
		n->backend.workers[i].may_sleep = !o->busy_poll || shared;
	}
}

int tw_net_open(struct tw_net *n, const struct tw_options *o, const struct tw_addr *peer,
	const struct tw_addr *local, uint32_t max_frame, unsigned int n_workers, struct tw_err *err)
{
	struct tw_dev devs[TW_NET_PORTS];
	unsigned int n_devs = 0;
	int rc = tw_ports_devices(o, peer, local, err, devs, &n_devs);

	if (rc == 0)
		rc = start_eal(n, o, devs, n_devs, n_workers, err);
	for (unsigned int i = 0; rc == 0 && i < n_devs; i++) {
		struct tw_port_config cfg;

		tw_ports_config(o, &devs[i], local, max_frame,
			(uint16_t)(n->backend.n_workers / n_devs ? n->backend.n_workers / n_devs
								 : 1),
			&cfg);
		rc = tw_port_open(&cfg, &n->ports[i], err);
		if (rc == 0) {
			n->n_ports++;
			rc = tw_port_start(&n->ports[i], err);
			if (rc == 0)
				rc = check_stamps(o, &n->ports[i], err);
		}
	}
	if (rc < 0)
		return rc;
	set_polling(n, o);
	n->backend.device_health = device_health;
	n->backend.device_look = device_look;
	n->backend.device_tick = device_tick;
	n->backend.device_notes = device_notes;
	n->backend.device_arg = n;
	rc = tw_host_watch_links();
	n->backend.link_fd = rc > 0 ? rc : 0;
	n->backend.link_tells = rc > 0;
	for (unsigned int i = 0; i < n->n_ports; i++)
		n->backend.link_tells &= n->ports[i].is_kernel;
	return 0;
}

int tw_net_attach_kernel(struct tw_net *n, struct tw_err *err)
{
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < n->n_ports; i++)
		if (!n->ports[i].is_kernel && !n->exceptions[i])
			rc = tw_exception_open(&n->ports[i], &n->exceptions[i], err);
	return rc;
}

void tw_net_serve_kernel(
	struct tw_net *n, unsigned int i, uint16_t q, struct tw_loop_port *lp, struct tw_worker *w)
{
	lp->exception = tw_exception_queue(n->exceptions[i], q);
	if (!lp->exception)
		return;
	tw_worker_wait_for(w, tw_exception_poll_fd(n->exceptions[i], q), NULL);
}

const char *tw_net_tcp_device(const struct tw_net *n)
{
	return n->n_ports == 1 && n->exceptions[0] && n->ports[0].n_gateways
		       ? tw_exception_ifname(n->exceptions[0])
		       : NULL;
}

const char *tw_net_behind(const struct tw_net *n)
{
	return n->exceptions[0] ? tw_exception_ifname(n->exceptions[0]) : NULL;
}

int tw_net_keep(struct tw_net *n, const struct tw_options *o, struct tw_err *err)
{
	struct tw_worker *w = &n->backend.workers[0];
	struct tw_loop_port lp;
	int rc;

	if (!n->exceptions[0])
		return 0;
	tw_ports_loop(o, &n->ports[0], 0, &lp);
	lp.n_rx_queues = n->ports[0].n_rx;
	w->n_fds = 0;
	tw_net_serve_kernel(n, 0, 0, &lp, w);
	rc = tw_keeper_create(&lp, &n->backend.clock, err, &n->keeper);
	if (rc < 0)
		return rc;
	for (uint16_t q = 0; q < n->ports[0].n_rx; q++)
		tw_ports_add_fds(&n->ports[0], q, w);
	w->tasks[0] = n->keeper;
	w->n_tasks = 1;
	rc = tw_worker_launch(w);
	if (rc == 0)
		return 0;
	w->n_tasks = 0;
	tw_task_destroy(n->keeper);
	n->keeper = NULL;
	return tw_fail(err, rc, "worker lcore %u does not start: %s", w->lcore, strerror(-rc));
}

void tw_net_let_go(struct tw_net *n)
{
	struct tw_worker *w = &n->backend.workers[0];

	if (!n->keeper)
		return;
	tw_worker_join(w);
	w->n_tasks = 0;
	w->n_fds = 0;
	tw_task_destroy(n->keeper);
	n->keeper = NULL;
}

void tw_net_close(struct tw_net *n)
{
	tw_net_let_go(n);
	tw_backend_fini(&n->backend);
	if (n->backend.link_fd > 0)
		close(n->backend.link_fd);
	n->backend.link_fd = 0;
	for (unsigned int i = 0; i < n->n_ports; i++) {
		tw_exception_close(n->exceptions[i]);
		n->exceptions[i] = NULL;
		tw_port_close(&n->ports[i]);
	}
	n->n_ports = 0;
	if (n->eal)
		tw_eal_stop();
	n->eal = false;
}
