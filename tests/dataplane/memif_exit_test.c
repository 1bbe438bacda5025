/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Both ends of a memif link go at about the same time, each with its EAL: what one says last reaches
 * the other's interrupt thread while that closes its port. On a busy machine the thread comes late;
 * here it always does.
 */

#include "tw_eal.h"
#include "tw_port.h"

#include <rte_alarm.h>
#include <rte_ethdev.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define ROUNDS 10
#define BUSY_MS 30
#define WAIT_MS 20000

/* What keeps an end from a verdict. */
enum { GOOD, NO_EAL = 2, NO_PORT, NO_LINK };

static void be_busy(void *arg)
{
	const struct timespec nap = {.tv_nsec = BUSY_MS * 1000000L};

	(void)arg;
	nanosleep(&nap, NULL);
}

/* An end of the link, until @p go is closed and @p later nanoseconds have passed. */
static int live(const char *role, pid_t name, int go, long later)
{
	const struct timespec nap = {.tv_nsec = 1000000}, lag = {.tv_nsec = 1000000 + later};
	struct tw_eal_config ec = {.n_workers = 1, .numa_node = -1, .mem_mb = 128};
	struct tw_port_config cfg = {.n_queues = 1};
	struct rte_eth_link link = {0};
	struct tw_err err = {""};
	struct tw_port port;
	struct tw_eal eal;
	char dev[128];

	snprintf(dev, sizeof(dev), "net_memif0,role=%s,socket=tw-memif-exit-%d", role, (int)name);
	if (tw_eal_start(&ec, &eal, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return NO_EAL;
	}
	if (tw_dev_parse(dev, &cfg.dev, &err) < 0 || tw_port_open(&cfg, &port, &err) < 0 ||
		tw_port_start(&port, &err) < 0) {
		fprintf(stderr, "%s: %s\n", role, err.text);
		return NO_PORT;
	}
	if (write(go, "", 1) != 1) /* the other may come */
		return NO_LINK;
	for (int ms = 0; !link.link_status; ms++) {
		if (ms == WAIT_MS)
			return NO_LINK;
		nanosleep(&nap, NULL);
		rte_eth_link_get_nowait(port.port_id, &link);
	}
	if (write(go, "", 1) != 1 || read(go, dev, 1) < 0)
		return NO_LINK;
	rte_eal_alarm_set(1, be_busy, NULL);
	nanosleep(&lag, NULL);
	tw_port_close(&port);
	tw_eal_stop();
	return GOOD;
}

static pid_t start(const char *role, int *ret_go, long later)
{
	int go[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, go), 0);
	pid = fork(); /* the EAL starts once in a process */
	assert_true(pid >= 0);
	if (pid == 0) {
		close(go[0]);
		signal(SIGSEGV, SIG_DFL); /* cmocka has it */
		signal(SIGABRT, SIG_DFL);
		_exit(live(role, getppid(), go[1], later));
	}
	close(go[1]);
	*ret_go = go[0];
	return pid;
}

/* The next thing that an end says; one that died says nothing, and is found later. */
static void hear(int from)
{
	char c;

	if (read(from, &c, 1) < 0)
		fail_msg("an end is not to be heard");
}

static void ended(pid_t pid, const char *role, unsigned int round)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		fail_msg("round %u: the %s ends by signal %d", round, role, WTERMSIG(status));
	assert_int_equal(WEXITSTATUS(status), GOOD);
}

static void both_ends_go_at_once(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		long later = (long)(i / 2 % 5) * BUSY_MS / 2 * 1000000L;
		pid_t server, client;
		int a, b;

		server = start("server", &a, i % 2 ? later : 0);
		hear(a);
		client = start("client", &b, i % 2 ? 0 : later);
		hear(b);
		hear(a);
		hear(b);
		close(a);
		close(b);
		ended(client, "client", i);
		ended(server, "server", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(both_ends_go_at_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
