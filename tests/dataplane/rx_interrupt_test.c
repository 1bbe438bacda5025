/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"
#include "port_priv.h"
#include "rx_interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <rte_ethdev.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * Workers that sleep by receive interrupts, with a queue that is made of DPDK's functions for them:
 * packets are a number, and what is done to the queue is written down.
 */

#define PORT (RTE_MAX_ETHPORTS - 1)
#define EVENTS (1 << 20)

int __wrap_rte_eth_dev_rx_intr_enable(uint16_t port, uint16_t queue);
int __wrap_rte_eth_dev_rx_intr_disable(uint16_t port, uint16_t queue);
int __wrap_rte_eth_dev_rx_intr_ctl_q_get_fd(uint16_t port, uint16_t queue);

/* The NIC. What it sends while it is off is seen by whoever looks, and told to nobody. */
static struct {
	pthread_mutex_t mutex;
	bool on;
	bool broken;  /* no interrupt ever comes */
	bool endless; /* one comes whenever it is on */
	int refuses;  /* errno of an order to be on */
	unsigned int packets;
	unsigned int at_arm; /* so many times a packet comes just before it is on */
	int fd;
	char event[EVENTS]; /* e enabled, d disabled, s looked in vain, p found a packet */
	unsigned int n_events;
	unsigned int told; /* events before the last interrupt */
} nic = {.mutex = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static void note(char what)
{
	if (nic.n_events < EVENTS)
		nic.event[nic.n_events++] = what;
}

static void receive(void)
{
	pthread_mutex_lock(&nic.mutex);
	nic.packets++;
	if (nic.on && !nic.broken)
		assert_int_equal(eventfd_write(nic.fd, 1), 0);
	pthread_mutex_unlock(&nic.mutex);
}

int __wrap_rte_eth_dev_rx_intr_enable(uint16_t port, uint16_t queue)
{
	assert_int_equal(port, PORT);
	assert_int_equal(queue, queue < 2 ? queue : 3);
	if (nic.refuses)
		return -nic.refuses;
	pthread_mutex_lock(&nic.mutex);
	note('e');
	if (nic.at_arm) {
		nic.at_arm--;
		nic.packets++;
	}
	nic.on = true;
	if (nic.endless)
		assert_int_equal(eventfd_write(nic.fd, 1), 0);
	pthread_mutex_unlock(&nic.mutex);
	return 0;
}

int __wrap_rte_eth_dev_rx_intr_disable(uint16_t port, uint16_t queue)
{
	assert_int_equal(port, PORT);
	assert_int_equal(queue, queue < 2 ? queue : 3);
	pthread_mutex_lock(&nic.mutex);
	note('d');
	nic.on = false;
	pthread_mutex_unlock(&nic.mutex);
	return 0;
}

/* Of a port with two queues. */
static int fd_of[2];

int __wrap_rte_eth_dev_rx_intr_ctl_q_get_fd(uint16_t port, uint16_t queue)
{
	assert_int_equal(port, PORT);
	assert_in_range(queue, 0, 1);
	return fd_of[queue];
}

/* For nothing, if it is on and the last one was taken. */
static bool nic_interrupts(void)
{
	bool does;

	pthread_mutex_lock(&nic.mutex);
	does = nic.on && nic.told < nic.n_events;
	nic.told = does ? nic.n_events : nic.told;
	pthread_mutex_unlock(&nic.mutex);
	if (does)
		assert_int_equal(eventfd_write(nic.fd, 1), 0);
	return does;
}

static uint32_t queue_count(void *queue)
{
	(void)queue;
	return nic.packets;
}

struct loop {
	struct tw_task task;
	_Atomic unsigned int found;
	_Atomic unsigned int steps;
};

static unsigned int step(struct tw_task *t)
{
	struct loop *l = (struct loop *)t;
	unsigned int n;

	pthread_mutex_lock(&nic.mutex);
	n = nic.packets;
	nic.packets = 0;
	note(n ? 'p' : 's');
	pthread_mutex_unlock(&nic.mutex);
	atomic_fetch_add(&l->steps, 1);
	atomic_fetch_add(&l->found, n);
	return n;
}

static uint64_t next_due(const struct tw_task *t)
{
	(void)t;
	return UINT64_MAX;
}

static void housekeeping(struct tw_task *t)
{
	(void)t;
}

struct scene {
	struct loop loop;
	struct tw_worker w;
	struct tw_rx_interrupt r;
	rte_spinlock_t lock;
};

static void open_scene(struct scene *s)
{
	*s = (struct scene){
		.loop = {.task = {.step = step,
				 .next_due = next_due,
				 .housekeeping = housekeeping,
				 .clock_source = &dp_clock,
				 .wake_fd = -1}},
		.w = {.lcore = dp_eal.workers[0].lcore,
			.n_tasks = 1,
			.wake_fd = -1,
			.finished_fd = -1,
			.may_sleep = true},
		.r = {.port_id = PORT, .queue = 3, .octets = 8, .lock = &s->lock},
	};
	rte_spinlock_init(&s->lock);
	s->w.tasks[0] = &s->loop.task;
	nic.on = nic.broken = nic.endless = false;
	nic.refuses = 0;
	nic.packets = nic.at_arm = nic.n_events = nic.told = 0;
	nic.fd = s->r.fd = eventfd(0, EFD_NONBLOCK);
	assert_true(nic.fd >= 0);
	rte_eth_fp_ops[PORT].rx_queue_count = queue_count;
	tw_worker_wait_for(&s->w, s->r.fd, &s->r);
	assert_true(s->w.may_sleep);
}

static void close_scene(struct scene *s)
{
	tw_worker_join(&s->w);
	assert_false(nic.on);
	close(nic.fd);
}

/* Who sleeps makes some 400 steps a second: it wakes 200 times and looks twice. */
static bool polls(struct scene *s)
{
	unsigned int before = atomic_load(&s->loop.steps);

	for (int i = 0; i < 5000 && atomic_load(&s->loop.steps) - before < 20000; i++)
		dp_sleep_ms(1);
	return atomic_load(&s->loop.steps) - before >= 20000;
}

/* One packet, 2 ms after the last was found: the worker sleeps by then. */
static void send_one(struct scene *s)
{
	unsigned int before = atomic_load(&s->loop.found);

	dp_sleep_ms(2);
	receive();
	for (int i = 0; i < 5000 && atomic_load(&s->loop.found) == before; i++)
		dp_sleep_ms(1);
	assert_int_equal(atomic_load(&s->loop.found), before + 1);
}

/* On, looked, off, each time; never on while it polls. */
static void in_order(void **state)
{
	unsigned int sleeps = 0;
	struct scene s;

	(void)state;
	open_scene(&s);
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (int i = 0; i < 20; i++)
		send_one(&s);
	close_scene(&s);
	for (unsigned int i = 0; i + 2 < nic.n_events; i++) {
		if (nic.event[i] == 'd')
			assert_true(i >= 2 && nic.event[i - 2] == 'e');
		if (nic.event[i] != 'e')
			continue;
		assert_true(nic.event[i + 1] == 's' || nic.event[i + 1] == 'p');
		assert_int_equal(nic.event[i + 2], 'd');
		sleeps++;
	}
	assert_in_range(sleeps, 20, EVENTS);
	assert_true(s.r.seen);
	assert_int_equal(s.r.lost, TW_RX_LOST_NOT);
}

/*
 * What comes between the last look and the moment from which it is told is found by the look that
 * follows: no sleep is between.
 */
static void looks_again(void **state)
{
	unsigned int at_once = 0;
	struct scene s;

	(void)state;
	open_scene(&s);
	nic.at_arm = 30;
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (int i = 0; i < 5000 && atomic_load(&s.loop.found) < 30; i++)
		dp_sleep_ms(1);
	close_scene(&s);
	assert_int_equal(atomic_load(&s.loop.found), 30);
	for (unsigned int i = 0; i + 1 < nic.n_events; i++)
		at_once += nic.event[i] == 'e' && nic.event[i + 1] == 'p';
	assert_int_equal(at_once, 30);
	assert_int_equal(s.r.lost, TW_RX_LOST_NOT);
}

/* By interrupts a worker with little to do costs little; and mail ends its sleep as ever. */
static void costs_little(void **state)
{
	struct tw_ns before;
	struct scene s;

	(void)state;
	open_scene(&s);
	assert_int_equal(tw_worker_launch(&s.w), 0);
	send_one(&s);
	before = tw_worker_cpu_time(&s.w);
	for (int i = 0; i < 20; i++) {
		dp_sleep_ms(8);
		send_one(&s);
	}
	assert_in_range(tw_worker_cpu_time(&s.w).v - before.v, 0, 50 * TW_NS_PER_MS);
	close_scene(&s);
}

/* None ever comes: that is found out, and then it polls. The next worker does not try it again. */
static void never_comes(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	nic.broken = true;
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (int i = 0; i < TW_RX_INTERRUPT_UNPROVEN - 1; i++)
		send_one(&s);
	assert_int_equal(s.r.lost, TW_RX_LOST_NOT);
	/* one may have been found by the look before a sleep, or on the way to it */
	for (int i = 0; i < 100 && !s.r.lost; i++)
		send_one(&s);
	assert_int_equal(s.r.lost, TW_RX_LOST_SILENT);
	assert_false(s.r.seen);
	assert_true(polls(&s));
	for (int i = 0; i < 20; i++)
		send_one(&s);
	close_scene(&s);
	s.w.n_fds = 0;
	tw_worker_wait_for(&s.w, s.r.fd, &s.r);
	assert_false(s.w.may_sleep);
}

/* One that came before has more credit, but not for ever. */
static void comes_no_more(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (int i = 0; i < 100 && !s.r.seen; i++)
		send_one(&s);
	assert_true(s.r.seen);
	nic.broken = true;
	for (int i = 0; i < TW_RX_INTERRUPT_UNPROVEN; i++)
		send_one(&s);
	assert_int_equal(s.r.lost, TW_RX_LOST_NOT);
	for (int i = 0; i < 200 && !s.r.lost; i++)
		send_one(&s);
	assert_int_equal(s.r.lost, TW_RX_LOST_SILENT);
	close_scene(&s);
}

/* That one did not come now and then, over a long time, speaks against none. */
static void misses_are_forgiven(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	nic.packets = 1;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(eventfd_write(nic.fd, 1), 0);
		assert_false(tw_rx_interrupt_came(&s.r));
		for (int k = 1; k < TW_RX_INTERRUPT_PROVEN; k++)
			assert_false(tw_rx_interrupt_passed(&s.r));
	}
	assert_true(tw_rx_interrupt_passed(&s.r));
	assert_int_equal(s.r.lost, TW_RX_LOST_SILENT);
	close(nic.fd);
}

/* Without packets there is nothing to be told. */
static void silence_is_no_loss(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	nic.broken = true;
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (int i = 0; i < 5000 && atomic_load(&s.loop.steps) < 200; i++)
		dp_sleep_ms(1);
	assert_in_range(atomic_load(&s.loop.steps), 200, 5000);
	close_scene(&s);
	assert_int_equal(s.r.passed, 0);
	assert_int_equal(s.r.lost, TW_RX_LOST_NOT);
}

/* A cause that nobody clears: worse than polling. */
static void comes_for_nothing(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	nic.endless = true;
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (int i = 0; i < 10000 && !s.r.lost; i++)
		dp_sleep_ms(1);
	assert_int_equal(s.r.lost, TW_RX_LOST_ENDLESS);
	assert_int_equal(s.r.empty, TW_RX_INTERRUPT_EMPTY);
	assert_true(polls(&s));
	send_one(&s);
	close_scene(&s);
}

/* Now and then one does. */
static void comes_early(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (unsigned int i = 0; i < 3 * TW_RX_INTERRUPT_EMPTY; i++) {
		while (!nic_interrupts() && !s.r.lost)
			sched_yield();
		if (i % 600 == 599)
			dp_sleep_ms(100);
	}
	send_one(&s);
	close_scene(&s);
	assert_int_equal(s.r.lost, TW_RX_LOST_NOT);
}

static void refused(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	nic.refuses = ENOTSUP;
	assert_int_equal(tw_worker_launch(&s.w), 0);
	for (int i = 0; i < 1000 && !s.r.lost; i++)
		dp_sleep_ms(1);
	assert_int_equal(s.r.lost, TW_RX_LOST_REFUSED);
	assert_true(polls(&s));
	nic.refuses = 0;
	send_one(&s);
	close_scene(&s);
}

/* A port whose queues have these descriptors. */
static void begin_port(int fd0, int fd1, struct tw_port *ret_port, struct tw_port_private *ret_priv)
{
	*ret_priv = (struct tw_port_private){.conf.intr_conf.rxq = 1, .cfg.dev.kind = TW_DEV_PCI};
	*ret_port =
		(struct tw_port){.name = "two", .driver = "net_ixgbe", .port_id = PORT, .n_rx = 2};
	ret_port->priv = ret_priv;
	nic.refuses = 0;
	fd_of[0] = fd0;
	fd_of[1] = fd1;
	tw_port_interrupts_begin(ret_port);
}

/* Who waits for one queue must not be told, and take the word, of the other. */
static void all_queues_or_none(void **state)
{
	int a = eventfd(0, EFD_NONBLOCK), b = eventfd(0, EFD_NONBLOCK);
	struct tw_port_private priv;
	struct tw_port port;

	(void)state;
	begin_port(a, b, &port, &priv);
	assert_true(port.interrupts);
	assert_false(nic.on);
	assert_int_equal(tw_port_poll_fd(&port, 1), b);
	assert_int_equal(tw_port_interrupt(&port, 1)->octets, 8);
	assert_null(tw_port_interrupt(&port, 2));
	begin_port(a, a, &port, &priv);
	assert_false(port.interrupts);
	assert_non_null(strstr(port.no_interrupts, "share one"));
	assert_null(tw_port_interrupt(&port, 0));
	assert_int_equal(tw_port_poll_fd(&port, 0), -1);
	begin_port(a, -ENOTSUP, &port, &priv);
	assert_false(port.interrupts);
	assert_int_equal(tw_port_poll_fd(&port, 0), -1);
	close(a);
	close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(looks_again),
		cmocka_unit_test(costs_little),
		cmocka_unit_test(never_comes),
		cmocka_unit_test(comes_no_more),
		cmocka_unit_test(misses_are_forgiven),
		cmocka_unit_test(silence_is_no_loss),
		cmocka_unit_test(comes_for_nothing),
		cmocka_unit_test(comes_early),
		cmocka_unit_test(refused),
		cmocka_unit_test(all_queues_or_none),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
