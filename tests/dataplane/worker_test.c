/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <rte_cycles.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Mailboxes and worker threads, with tasks that do nothing but note what is done to them. */

struct dummy {
	struct tw_task task;
	unsigned int steps, snapshots, housekeepings, n_kinds;
	enum tw_letter_kind kinds[16];
	uint64_t due; /* TSC of the next deadline */
	uint64_t period;
	unsigned int hits;    /* deadlines met or caught up with */
	unsigned int hold_ms; /* the next step takes so long */
	unsigned int work;
	int fd; /* read one octet from it when there is one */
	unsigned int read;
};

static unsigned int step(struct tw_task *t)
{
	struct dummy *d = (struct dummy *)t;
	uint64_t now = rte_rdtsc();
	char octet;

	d->steps++;
	if (d->hold_ms) {
		dp_sleep_ms(d->hold_ms);
		d->hold_ms = 0;
	}
	if (d->period && now >= d->due) {
		d->hits++;
		d->due += d->period;
	}
	if (d->fd > 0 && read(d->fd, &octet, 1) == 1) {
		d->read++;
		return 1;
	}
	return d->work;
}

static uint64_t next_due(const struct tw_task *t)
{
	const struct dummy *d = (const struct dummy *)t;

	return d->period ? d->due : UINT64_MAX;
}

static void snapshot(struct tw_task *t, void *into)
{
	((struct dummy *)t)->snapshots++;
	*(unsigned int *)into = 4711;
}

static void control(struct tw_task *t, enum tw_letter_kind kind)
{
	struct dummy *d = (struct dummy *)t;

	if (d->n_kinds < 16)
		d->kinds[d->n_kinds++] = kind;
}

static void housekeeping(struct tw_task *t)
{
	((struct dummy *)t)->housekeepings++;
}

static void destroy(struct tw_task *t)
{
	(void)t;
}

static struct dummy dummy(void)
{
	return (struct dummy){
		.task =
			{
				.step = step,
				.next_due = next_due,
				.snapshot = snapshot,
				.control = control,
				.housekeeping = housekeeping,
				.destroy = destroy,
				.clock_source = &dp_clock,
				.wake_fd = -1,
			},
	};
}

static struct tw_worker worker(struct dummy *a, struct dummy *b)
{
	struct tw_worker w = {.lcore = dp_eal.workers[0].lcore,
		.n_tasks = b ? 2 : 1,
		.wake_fd = -1,
		.finished_fd = -1};

	w.tasks[0] = &a->task;
	w.tasks[1] = b ? &b->task : NULL;
	return w;
}

static int add(struct tw_task *t, void *arg)
{
	struct dummy *d = (struct dummy *)t;

	assert_true(d->task.step == step);
	*(int *)arg += 1;
	return *(int *)arg;
}

struct held {
	unsigned int ms;
	uint64_t ticks; /* that it took */
};

static int hold(struct tw_task *t, void *arg)
{
	struct held *h = arg;
	uint64_t began = rte_rdtsc();

	(void)t;
	dp_sleep_ms(h->ms);
	h->ticks = rte_rdtsc() - began;
	return 0;
}

static void mailbox(void **state)
{
	static const uint32_t starts[] = {0, 0U - 3, 0U - TW_MAILBOX_SLOTS, 1000};
	struct tw_letter l[TW_MAILBOX_SLOTS + 1] = {0};

	(void)state;
	for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++) {
		struct tw_mailbox m = {.head = starts[k], .tail = starts[k]};

		assert_null(tw_mailbox_take(&m));
		for (unsigned int i = 0; i < TW_MAILBOX_SLOTS; i++)
			assert_true(tw_mailbox_post(&m, &l[i]));
		assert_false(tw_mailbox_post(&m, &l[TW_MAILBOX_SLOTS]));
		assert_ptr_equal(tw_mailbox_take(&m), &l[0]);
		assert_true(tw_mailbox_post(&m, &l[TW_MAILBOX_SLOTS]));
		for (unsigned int i = 1; i <= TW_MAILBOX_SLOTS; i++)
			assert_ptr_equal(tw_mailbox_take(&m), &l[i]);
		assert_null(tw_mailbox_take(&m));
	}
}

static void letters(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	unsigned int seen = 0;
	int n = 0;

	(void)state;
	assert_int_equal(tw_worker_launch(&w), 0);
	for (int i = 1; i <= 200; i++)
		assert_int_equal(tw_task_call(&d.task, add, &n), i);
	assert_int_equal(tw_task_ask(&d.task, TW_LETTER_SNAPSHOT, &seen), 0);
	assert_int_equal(seen, 4711);
	assert_int_equal(tw_task_ask(&d.task, TW_LETTER_START, NULL), 0);
	assert_int_equal(tw_task_ask(&d.task, TW_LETTER_STOP, NULL), 0);
	assert_int_not_equal(w.running, 0);
	tw_worker_join(&w);
	assert_int_equal(d.n_kinds, 2);
	assert_int_equal(d.kinds[0], TW_LETTER_START);
	assert_int_equal(d.kinds[1], TW_LETTER_STOP);
	assert_int_equal(d.snapshots, 1);
	assert_true(d.housekeepings > 0);
	assert_true(d.steps > 0);
}

/* A descriptor is one from 0 on: in a program without standard input that is what it gets. */
static void first_descriptor(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	int before = fcntl(0, F_DUPFD_CLOEXEC, 3), fd = eventfd(0, EFD_NONBLOCK);
	uint64_t told = 0;

	(void)state;
	assert_true(fd > 0);
	assert_int_equal(dup2(fd, 0), 0);
	w.finished_fd = 0;
	d.task.role = TW_ROLE_SENDER;
	d.task.finished = true;
	assert_int_equal(tw_worker_launch(&w), 0);
	while (!d.housekeepings)
		dp_sleep_ms(1);
	tw_worker_join(&w);
	assert_int_equal(read(fd, &told, sizeof(told)), sizeof(told));
	assert_int_equal(told, 1);
	close(fd);
	if (before >= 0)
		dup2(before, 0);
	close(before);
}

/* What is in the mailbox when the worker is told to end is still carried out. */
static void last_letters(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	struct tw_letter l[8] = {0};
	int n = 0;

	(void)state;
	assert_int_equal(tw_worker_launch(&w), 0);
	d.hold_ms = 20;
	for (int i = 0; i < 8; i++) {
		l[i] = (struct tw_letter){.kind = TW_LETTER_CALL, .call = add, .arg = &n};
		assert_true(tw_mailbox_post(&d.task.mailbox, &l[i]));
	}
	tw_worker_join(&w);
	assert_int_equal(n, 8);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(l[i].state, TW_LETTER_DONE);
		assert_int_equal(l[i].result, i + 1);
	}
}

/* A worker that comes too late finds nothing to do: what the letter pointed at may be gone. */
static void too_late(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	struct timespec a, b;
	int n = 0;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(tw_task_call(&d.task, add, &n), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_in_range(b.tv_sec - a.tv_sec, 4, 6);
	assert_int_equal(tw_worker_launch(&w), 0);
	assert_int_equal(tw_task_call(&d.task, add, &n), 1);
	tw_worker_join(&w);
	assert_int_equal(n, 1);
}

static bool looked_after(void *arg)
{
	return ((struct dummy *)arg)->housekeepings > 1;
}

static void two_tasks(void **state)
{
	struct dummy a = dummy(), b = dummy();
	struct tw_worker w = worker(&a, &b);
	int n = 0, m = 10;

	(void)state;
	assert_int_equal(tw_worker_launch(&w), 0);
	assert_int_equal(tw_task_call(&a.task, add, &n), 1);
	assert_int_equal(tw_task_call(&b.task, add, &m), 11);
	dp_wait(looked_after, &a);
	dp_wait(looked_after, &b);
	tw_worker_join(&w);
	assert_int_equal(a.steps, b.steps);
}

/* Again after it has ended, on the same core. */
static void launched_again(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	int n = 0;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(tw_worker_launch(&w), 0);
		assert_int_equal(tw_worker_launch(&w), -EBUSY);
		assert_int_equal(tw_task_call(&d.task, add, &n), i);
		tw_worker_join(&w);
	}
}

static double ms_of(uint64_t ticks)
{
	struct tw_clock_map m = {0};

	tw_clock_read(&dp_clock, &m, rte_rdtsc());
	return (double)tw_clock_ticks(&m, ticks) / 4294967.296;
}

static bool was_held(void *arg)
{
	return ((struct dummy *)arg)->hold_ms == 0;
}

/* What the system took away is stolen time, what a letter took is not. */
static void stolen(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	struct held h = {.ms = 100};
	uint64_t began;
	double before;

	(void)state;
	d.hold_ms = 30;
	assert_int_equal(tw_worker_launch(&w), 0);
	dp_wait(was_held, &d);
	began = rte_rdtsc();
	assert_int_equal(tw_task_ask(&d.task, TW_LETTER_SNAPSHOT, &(unsigned int){0}), 0);
	before = ms_of(d.task.stolen);
	assert_true(before >= 29);
	assert_int_equal(tw_task_call(&d.task, hold, &h), 0);
	tw_worker_join(&w);
	/* others may have had the core meanwhile, but not while the letter was being carried out */
	assert_true(ms_of(d.task.stolen) - before <= ms_of(rte_rdtsc() - began - h.ticks));
}

static bool has_read(void *arg)
{
	return ((struct dummy *)arg)->read > 0;
}

/* With something to wait on, an idle worker costs little and still wakes for mail and packets. */
static void sleeps(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	struct tw_ns before, after;
	int p[2], n = 0;

	(void)state;
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	d.fd = 0;
	w.may_sleep = true;
	w.fds[0] = p[0];
	w.n_fds = 1;
	assert_int_equal(tw_worker_launch(&w), 0);
	assert_int_equal(tw_task_call(&d.task, add, &n), 1);
	before = tw_worker_cpu_time(&w);
	dp_sleep_ms(200);
	after = tw_worker_cpu_time(&w);
	assert_in_range(after.v - before.v, 0, 40 * TW_NS_PER_MS);
	for (int i = 2; i < 20; i++)
		assert_int_equal(tw_task_call(&d.task, add, &n), i);
	d.fd = p[0];
	assert_int_equal(write(p[1], "x", 1), 1);
	dp_wait(has_read, &d);
	tw_worker_join(&w);
	assert_int_equal(w.wake_fd, -1);
	close(p[0]);
	close(p[1]);
}

static bool nothing_to_keep(const struct tw_task *t)
{
	(void)t;
	return true;
}

static int kept(struct tw_task *t, void *arg)
{
	(void)arg;
	return (int)((struct dummy *)t)->housekeepings;
}

/* Without anything to look after it sleeps longer, and still wakes for mail and packets. */
static void sleeps_long(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	int p[2], before, after, n = 0;

	(void)state;
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	d.fd = p[0];
	d.task.still = nothing_to_keep;
	w.may_sleep = true;
	w.fds[0] = p[0];
	w.n_fds = 1;
	assert_int_equal(tw_worker_launch(&w), 0);
	before = tw_task_call(&d.task, kept, NULL);
	dp_sleep_ms(500);
	after = tw_task_call(&d.task, kept, NULL);
	/* 10 in its sleep and a few around a letter; it would be 100 */
	assert_in_range(after - before, 0, 40);
	for (int i = 1; i < 20; i++)
		assert_int_equal(tw_task_call(&d.task, add, &n), i);
	assert_int_equal(write(p[1], "x", 1), 1);
	dp_wait(has_read, &d);
	tw_worker_join(&w);
	close(p[0]);
	close(p[1]);
}

/* Met or caught up with: a shared machine may hold it up. */
static bool has_met_33(void *arg)
{
	return ((struct dummy *)arg)->hits >= 33;
}

/* It wakes before a deadline that is its own. */
static void wakes_for_deadlines(void **state)
{
	struct dummy d = dummy();
	struct tw_worker w = worker(&d, NULL);
	int p[2];

	(void)state;
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	d.fd = 0;
	w.may_sleep = true;
	w.fds[0] = p[0];
	w.n_fds = 1;
	d.period = (uint64_t)(3 / ms_of(1000000) * 1000000); /* 3 ms */
	d.due = rte_rdtsc() + d.period;
	assert_int_equal(tw_worker_launch(&w), 0);
	dp_wait(has_met_33, &d);
	tw_worker_join(&w);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mailbox),
		cmocka_unit_test(letters),
		cmocka_unit_test(first_descriptor),
		cmocka_unit_test(last_letters),
		cmocka_unit_test(too_late),
		cmocka_unit_test(two_tasks),
		cmocka_unit_test(launched_again),
		cmocka_unit_test(stolen),
		cmocka_unit_test(sleeps),
		cmocka_unit_test(sleeps_long),
		cmocka_unit_test(wakes_for_deadlines),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
