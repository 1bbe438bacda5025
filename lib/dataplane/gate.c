/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "gate.h"

#include <errno.h>
#include <poll.h>
#include <rte_interrupts.h>
#include <rte_lcore.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* No process of ours has more descriptors, and the EAL's is one of the first. */
#define MAX_FD 65536
/* A source that is ready for ever (a listening socket without descriptors left to accept with) must
 * not keep the others out for ever: after so many rounds they get some time. */
#define ROUNDS 64
#define BREATH_MS 1
#define NAP_NS 10000

static atomic_bool shut;                  /* w: interrupt thread */
static atomic_bool inside[RTE_MAX_LCORE]; /* w: the thread itself */
static int bell = -1; /* ready: the interrupt thread is to come into turn(). w: that, and engage */
static sem_t taken;   /* the first turn has begun */

static void nap(void)
{
	const struct timespec ts = {.tv_nsec = NAP_NS};

	nanosleep(&ts, NULL);
}

/*
 * The interrupt thread's epoll: the one that has the bell already. Others are not disturbed by an
 * entry without events that is gone at once. The thread makes a new one whenever it gets another
 * source, but not while it is in here.
 */
static int find_epoll(void)
{
	for (int fd = 0; fd < MAX_FD; fd++) {
		struct epoll_event e = {0};

		if (epoll_ctl(fd, EPOLL_CTL_ADD, bell, &e) == 0)
			epoll_ctl(fd, EPOLL_CTL_DEL, bell, &e);
		else if (errno == EEXIST)
			return fd;
	}
	return -1;
}

static void shut_out(void)
{
	atomic_store(&shut, true);
	for (unsigned int i = 0; i < RTE_MAX_LCORE; i++)
		while (atomic_load(&inside[i]))
			nap();
}

/* Is anything there for the interrupt thread to handle, within ms (-1: ever)? */
static bool is_due(int epoll, int ms)
{
	struct pollfd p = {.fd = epoll, .events = POLLIN};
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

/*
 * In the interrupt thread. Outside of here the gate is shut, so that what order it handles its
 * sources in does not matter: all of them find the others out. The bell rings whenever it is not
 * here, and is silent while it looks what else is there. Where that cannot be seen it looks often.
 */
static void turn(void *arg)
{
	static unsigned int rounds;
	static bool first = true;
	uint64_t n;
	int epoll;

	(void)arg;
	shut_out();
	epoll = find_epoll();
	if (first)
		sem_post(&taken);
	first = false;
	if (read(bell, &n, sizeof(n)) < 0)
		n = 0; /* silent as it should be */
	if (!is_due(epoll, 0)) {
		rounds = 0;
		atomic_store(&shut, false);
		is_due(epoll, epoll < 0 ? BREATH_MS : -1);
	} else if (++rounds == ROUNDS) {
		const struct timespec breath = {.tv_nsec = BREATH_MS * 1000000L};

		rounds = 0;
		atomic_store(&shut, false);
		nanosleep(&breath, NULL);
	}
	shut_out();
	n = 1;
	while (write(bell, &n, sizeof(n)) < 0 && errno == EINTR)
		;
}

int tw_gate_engage(struct tw_err *err)
{
	struct rte_intr_handle *h;
	int rc;

	if (bell >= 0)
		return 0;
	/* Handle and descriptor stay, like the thread, until the process ends. */
	h = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (!h || sem_init(&taken, 0, 0) != 0)
		return tw_fail(err, -ENOMEM, "out of memory");
	bell = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = bell < 0 ? -errno : rte_intr_fd_set(h, bell);
	if (rc == 0)
		rc = rte_intr_type_set(h, RTE_INTR_HANDLE_EXT);
	if (rc == 0)
		rc = rte_intr_callback_register(h, turn, NULL);
	if (rc < 0) {
		rte_intr_instance_free(h);
		if (bell >= 0)
			close(bell);
		bell = -1;
		return tw_fail(err, rc, "%s", strerror(-rc));
	}
	while (sem_wait(&taken) != 0)
		;
	return 0;
}

void tw_gate_enter(void)
{
	unsigned int id = rte_lcore_id();

	if (id >= RTE_MAX_LCORE)
		return;
	for (;;) {
		atomic_store(&inside[id], true);
		if (!atomic_load(&shut))
			return;
		atomic_store(&inside[id], false);
		while (atomic_load(&shut))
			nap();
	}
}

void tw_gate_leave(void)
{
	unsigned int id = rte_lcore_id();

	if (id < RTE_MAX_LCORE)
		atomic_store(&inside[id], false);
}

bool tw_gate_pass(void)
{
	if (!atomic_load_explicit(&shut, memory_order_relaxed))
		return false;
	tw_gate_leave();
	tw_gate_enter();
	return true;
}
