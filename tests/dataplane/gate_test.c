/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The interrupt thread and a worker in its burst, never at the same time. The memif driver unmaps
 * its rings when the peer is killed; munmap() is ours here and looks whether the worker is in a burst,
 * where this one spends nearly all of its time.
 */

#include "tw_test.h"

#include "dp_rig.h"
#include "gate.h"
#include "loop.h"
#include "tw_port.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 10
#define BURST_MS 3
#define WAIT_MS 20000

static atomic_bool armed, in_burst;
static atomic_uint unmapped, under_the_worker;

/* Called by the driver in its library; the worker makes no such call. */
int munmap(void *at, size_t len)
{
	if (atomic_load(&armed)) {
		atomic_fetch_add(&unmapped, 1);
		if (atomic_load(&in_burst))
			atomic_fetch_add(&under_the_worker, 1);
	}
	return (int)syscall(SYS_munmap, at, len);
}

struct slow {
	struct tw_task task; /* first */
	uint16_t port_id;
	bool polls;
	atomic_uint steps;
};

static unsigned int step(struct tw_task *t)
{
	struct slow *s = (struct slow *)t;
	struct rte_mbuf *m[TW_BURST];
	uint16_t n = 0;

	atomic_store(&in_burst, true);
	if (s->polls)
		n = rte_eth_rx_burst(s->port_id, 0, m, TW_BURST);
	dp_sleep_ms(BURST_MS);
	atomic_store(&in_burst, false);
	rte_pktmbuf_free_bulk(m, n);
	atomic_fetch_add(&s->steps, 1);
	return 1;
}

static uint64_t next_due(const struct tw_task *t)
{
	(void)t;
	return UINT64_MAX;
}

static void nothing(struct tw_task *t)
{
	(void)t;
}

static struct slow slow(void)
{
	return (struct slow){.task = {.step = step,
				     .next_due = next_due,
				     .housekeeping = nothing,
				     .clock_source = &dp_clock,
				     .wake_fd = -1}};
}

static struct tw_worker worker(struct slow *s)
{
	struct tw_worker w = {
		.lcore = dp_eal.workers[0].lcore, .n_tasks = 1, .wake_fd = -1, .finished_fd = -1};

	w.tasks[0] = &s->task;
	return w;
}

static bool has_link(const struct tw_port *port, bool want)
{
	struct rte_eth_link link = {0};

	for (int ms = 0; ms < WAIT_MS; ms++) {
		rte_eth_link_get_nowait(port->port_id, &link);
		if (!!link.link_status == want)
			return true;
		dp_sleep_ms(1);
	}
	return false;
}

static int open_memif(const char *role, pid_t name, struct tw_port *port, struct tw_err *err)
{
	struct tw_port_config cfg = {.n_queues = 1};
	char dev[128];
	int rc;

	snprintf(dev, sizeof(dev), "net_memif0,role=%s,socket=tw-gate-%d", role, (int)name);
	rc = tw_dev_parse(dev, &cfg.dev, err);
	if (rc == 0)
		rc = tw_port_open(&cfg, port, err);
	return rc == 0 ? tw_port_start(port, err) : rc;
}

/* The other end, until it is killed; a new process each time, before this one has an EAL. */
static void be_peer(int told, pid_t name)
{
	struct tw_eal_config ec = {.n_workers = 1, .numa_node = -1, .mem_mb = 64};
	struct tw_err err = {""};
	struct tw_port port;
	struct tw_eal eal;
	char c;

	/* one octet: the server is there */
	if (read(told, &c, 1) != 1 || tw_eal_start(&ec, &eal, &err) < 0 ||
		open_memif("client", name, &port, &err) < 0) {
		fprintf(stderr, "peer: %s\n", err.text);
		_exit(1);
	}
	for (;;)
		pause();
}

static pid_t peers[ROUNDS];
static int tell[ROUNDS];

static int make_peers(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		int p[2];
		pid_t parent = getpid();

		if (pipe(p) < 0)
			return -1;
		peers[i] = fork();
		if (peers[i] == 0) {
			close(p[1]);
			be_peer(p[0], parent);
		}
		close(p[0]);
		tell[i] = p[1];
	}
	return dp_setup(state);
}

static int end_peers(void **state)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		kill(peers[i], SIGKILL);
		waitpid(peers[i], NULL, 0);
		close(tell[i]);
	}
	return dp_teardown(state);
}

static void a_killed_peer_waits_for_the_burst(void **state)
{
	struct tw_err err = {""};
	struct slow s = slow();
	struct tw_worker w = worker(&s);
	struct tw_port port;
	unsigned int steps;

	(void)state;
	if (open_memif("server", getpid(), &port, &err) < 0)
		fail_msg("%s", err.text);
	s.port_id = port.port_id;
	s.polls = true;
	assert_int_equal(tw_worker_launch(&w), 0);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		assert_int_equal(write(tell[i], "", 1), 1);
		assert_true(has_link(&port, true));
		atomic_store(&armed, true);
		kill(peers[i], SIGKILL);
		assert_true(has_link(&port, false));
		/* down is said before the rings are unmapped, out there; the worker goes on after it */
		steps = atomic_load(&s.steps);
		while (atomic_load(&s.steps) < steps + 2)
			dp_sleep_ms(1);
		atomic_store(&armed, false);
	}
	tw_worker_join(&w);
	tw_port_close(&port);
	assert_true(atomic_load(&unmapped) >= ROUNDS);
	assert_int_equal(atomic_load(&under_the_worker), 0);
}

static atomic_uint called;

static void never_satisfied(void *arg)
{
	(void)arg;
	atomic_fetch_add(&called, 1);
	if (atomic_load(&in_burst))
		atomic_fetch_add(&under_the_worker, 1);
}

/* A source that is ready all the time has its turns, and the worker too. */
static void a_source_that_never_rests_keeps_nobody_out(void **state)
{
	struct rte_intr_handle *h = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	struct tw_err err = {""};
	struct slow s = slow();
	struct tw_worker w = worker(&s);
	unsigned int steps;
	uint64_t one;

	(void)state;
	assert_int_equal(tw_gate_engage(&err), 0);
	assert_int_equal(rte_intr_fd_set(h, fd), 0);
	assert_int_equal(rte_intr_type_set(h, RTE_INTR_HANDLE_EXT), 0);
	assert_int_equal(tw_worker_launch(&w), 0);
	assert_int_equal(rte_intr_callback_register(h, never_satisfied, NULL), 0);
	while (atomic_load(&called) < 1000)
		dp_sleep_ms(1);
	steps = atomic_load(&s.steps);
	while (atomic_load(&s.steps) < steps + 10)
		dp_sleep_ms(1);
	assert_int_equal(read(fd, &one, sizeof(one)), sizeof(one));
	while (rte_intr_callback_unregister(h, never_satisfied, NULL) == -EAGAIN)
		dp_sleep_ms(1);
	tw_worker_join(&w);
	close(fd);
	rte_intr_instance_free(h);
	assert_int_equal(atomic_load(&under_the_worker), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_peer_waits_for_the_burst),
		cmocka_unit_test(a_source_that_never_rests_keeps_nobody_out),
	};

	return cmocka_run_group_tests(tests, make_peers, end_peers);
}
