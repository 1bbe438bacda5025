/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_worker.h"

#include "gate.h"
#include "idle.h"
#include "loop.h"
#include "rx_interrupt.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_pause.h>

/* A gap between two looks at the clock that no burst can explain. */
#define STOLEN_NS 100000
/* Letters come in rows, one when the one before is answered: to sleep between them would make
 * thousands of sessions wait for thousands of wake-ups. */
#define MAIL_NS 150000
/* How long the control core looks for an answer before it naps. */
#define LOOK_NS 60000
/* How long the control core waits for a letter to be carried out. */
#define PATIENCE_NS (5 * TW_NS_PER_SEC)

uint64_t tw_sum_long(const uint8_t *p, uint32_t len)
{
	return tw_sum(p, len);
}

static void carry_out(struct tw_task *t, struct tw_letter *l)
{
	if (!tw_letter_claim(l, TW_LETTER_RUNNING)) {
		free(l);
		return;
	}
	l->result = 0;
	switch (l->kind) {
	case TW_LETTER_SNAPSHOT:
		t->snapshot(t, l->arg);
		break;
	case TW_LETTER_CALL:
		l->result = l->call(t, l->arg);
		break;
	case TW_LETTER_START:
	case TW_LETTER_STOP:
		t->control(t, l->kind);
		break;
	}
	atomic_store_explicit(&l->state, TW_LETTER_DONE, memory_order_release);
}

bool tw_task_housekeeping(struct tw_task *t, uint64_t now)
{
	struct tw_letter *l;
	bool mail = false;

	t->next_housekeeping = now + TW_HOUSEKEEPING_TICKS;
	tw_clock_read(t->clock_source, &t->clock, now);
	t->housekeeping(t);
	while ((l = tw_mailbox_take(&t->mailbox))) {
		carry_out(t, l);
		mail = true;
	}
	return mail;
}

/*
 * A descriptor with an error is readable for ever: a socket tells its error once and is good again
 * (the interface was down), anything else is not looked at any more.
 */
static void forgive(int *fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(*fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error == 0)
		*fd = -1;
}

/*
 * Block for `ns`, until a letter is there, or a packet but for the patient. @return the time was
 * over
 */
static bool doze(struct tw_worker *w, uint64_t ns, bool patient)
{
	unsigned int n_fds = patient ? 0 : w->n_fds;
	struct pollfd p[TW_MAX_FDS_PER_WORKER + 1];
	uint64_t woken;
	struct timespec ts = {.tv_nsec = (long)ns};
	int n;

	for (unsigned int i = 0; i < n_fds; i++)
		p[i] = (struct pollfd){.fd = w->fds[i], .events = POLLIN};
	p[n_fds] = (struct pollfd){.fd = w->wake_fd, .events = POLLIN};
	tw_gate_leave();
	n = ppoll(p, n_fds + 1, &ts, NULL);
	tw_gate_enter();
	for (unsigned int i = 0; n > 0 && i < n_fds; i++) {
		if (unlikely(p[i].revents & (POLLERR | POLLHUP | POLLNVAL)))
			forgive(&w->fds[i]);
		else if (p[i].revents && w->interrupts[i])
			w->deaf |= tw_rx_interrupt_came(w->interrupts[i]);
	}
	if (n > 0 && p[n_fds].revents && read(w->wake_fd, &woken, sizeof(woken)) < 0)
		return false; /* somebody else's wake-up was first */
	return n == 0;
}

static uint64_t earliest_due(const struct tw_worker *w)
{
	uint64_t due = UINT64_MAX;

	for (unsigned int i = 0; i < w->n_tasks; i++) {
		uint64_t d = w->tasks[i]->next_due(w->tasks[i]);

		due = d < due ? d : due;
	}
	return due;
}

/* Nobody here must see a packet when it comes. */
static bool can_wait(const struct tw_worker *w)
{
	for (unsigned int i = 0; i < w->n_tasks; i++)
		if (!w->tasks[i]->patient || !w->tasks[i]->patient(w->tasks[i]))
			return false;
	return true;
}

/* A packet or a letter wakes it, and nothing else is to be done. */
static bool is_still(const struct tw_worker *w)
{
	if (w->armed)
		return false; /* an interrupt may fail to come */
	for (unsigned int i = 0; i < w->n_fds; i++)
		if (w->fds[i] < 0)
			return false;
	for (unsigned int i = 0; i < w->n_tasks; i++)
		if (!w->tasks[i]->still || !w->tasks[i]->still(w->tasks[i]))
			return false;
	return true;
}

/* The thread wanted to run and did not. */
static void note_stolen(struct tw_task *t, uint64_t ticks)
{
	t->stolen += ticks;
	if (ticks > t->stolen_longest)
		t->stolen_longest = ticks;
}

static unsigned int round_of_all(struct tw_worker *w)
{
	unsigned int work = 0;

	for (unsigned int i = 0; i < w->n_tasks; i++)
		work += w->tasks[i]->step(w->tasks[i]);
	return work;
}

/* From the first on. */
static void disarm(struct tw_worker *w, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (w->interrupts[i])
			tw_rx_interrupt_disarm(w->interrupts[i]);
}

/* @return interrupts will wake it */
static bool arm(struct tw_worker *w)
{
	for (unsigned int i = 0; i < w->n_fds; i++) {
		if (!w->interrupts[i] || tw_rx_interrupt_arm(w->interrupts[i]))
			continue;
		w->deaf = true;
		disarm(w, i);
		return false;
	}
	return true;
}

/* As doze(). @return what a last look found, then it did not sleep */
static unsigned int doze_armed(
	struct tw_worker *w, uint64_t ns, bool *ret_timed, uint64_t *ret_awake)
{
	unsigned int work;

	if (!arm(w))
		return 0;
	/* What came before they were on, whose interrupt need not come. */
	work = round_of_all(w);
	if (!work) {
		*ret_timed = doze(w, ns, false);
		*ret_awake = rte_rdtsc();
		for (unsigned int i = 0; *ret_timed && i < w->n_fds; i++)
			if (w->interrupts[i])
				w->deaf |= tw_rx_interrupt_passed(w->interrupts[i]);
	}
	disarm(w, w->n_fds);
	return work;
}

/* Nothing was found: go on polling or sleep. @return TSC */
static uint64_t rest(struct tw_worker *w, struct tw_idle *idle, uint64_t now)
{
	bool patient = can_wait(w), timed = false;
	uint64_t ns, target, awake = now;

	tw_idle_patience(idle, patient);
	ns = tw_idle_rest(idle, now, earliest_due(w), is_still(w));
	if (!ns) {
		rte_pause();
		return now;
	}
	target = now + ns * idle->us / 1000;
	if (!w->armed || patient) {
		timed = doze(w, ns, patient);
		awake = rte_rdtsc();
	} else if (doze_armed(w, ns, &timed, &awake)) {
		tw_idle_work(idle, now);
		return rte_rdtsc();
	}
	if (timed)
		tw_idle_woken(idle, target, awake);
	/* whatever woke it: it should have run by then */
	if (awake > target + STOLEN_NS / 1000 * idle->us)
		note_stolen(w->tasks[0], awake - target);
	return w->armed ? rte_rdtsc() : awake;
}

static struct tw_ns clock_of(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		return tw_ns(0);
	return tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec);
}

/* End a sleep, if there is somebody (-1: nobody); a counter that is full already does as well. */
static void wake(int fd)
{
	uint64_t one = 1;

	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;
}

/* Once: the control core waits for the end of its senders. */
static void tell_finished(struct tw_worker *w)
{
	for (unsigned int i = 0; i < w->n_tasks; i++)
		if (w->tasks[i]->role == TW_ROLE_SENDER &&
			!atomic_load_explicit(&w->tasks[i]->finished, memory_order_relaxed))
			return;
	w->told = true;
	wake(w->finished_fd);
}

static int worker_main(void *arg)
{
	struct tw_worker *w = arg;
	const struct tw_clock_map *clock = &w->tasks[0]->clock;
	uint64_t ticks_per_ms = ((uint64_t)1 << 63) / 500 / clock->mult;
	uint64_t stolen = ticks_per_ms * STOLEN_NS / 1000000;
	uint64_t last = rte_rdtsc(), mail_until = 0;
	bool may_sleep = w->may_sleep && w->n_fds > 0;
	struct tw_idle idle;

	tw_idle_init(&idle, ticks_per_ms / 1000, last);
	/* Timers of threads are 50 us late by default: the kernel gathers them. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	tw_gate_enter();
	w->thread = pthread_self();
	w->used = clock_of(CLOCK_THREAD_CPUTIME_ID);
	atomic_store_explicit(&w->running, true, memory_order_release);
	while (!atomic_load_explicit(&w->stop, memory_order_acquire)) {
		uint64_t now = rte_rdtsc();
		unsigned int work = 0;
		bool mail = false;

		if (now - last > stolen)
			note_stolen(w->tasks[0], now - last);
		for (unsigned int i = 0; i < w->n_tasks; i++) {
			if (now >= w->tasks[i]->next_housekeeping) {
				mail |= tw_task_housekeeping(w->tasks[i], now);
				mail |= tw_gate_pass();
				if (unlikely(!w->told))
					tell_finished(w);
			}
			work += w->tasks[i]->step(w->tasks[i]);
		}
		/* What a letter took (a snapshot is half a megabyte) or the gate, nobody has stolen. */
		last = now;
		if (unlikely(mail)) {
			last = rte_rdtsc();
			mail_until = last + ticks_per_ms * MAIL_NS / 1000000;
		}
		if (work)
			tw_idle_work(&idle, now);
		else if (may_sleep && !w->deaf && last >= mail_until)
			last = rest(w, &idle, last);
		else
			rte_pause();
	}
	prctl(PR_SET_TIMERSLACK, 0UL);
	for (unsigned int i = 0; i < w->n_tasks; i++)
		tw_task_housekeeping(w->tasks[i], rte_rdtsc());
	tw_gate_leave();
	return 0;
}

void tw_worker_wait_for(struct tw_worker *w, int fd, struct tw_rx_interrupt *interrupt)
{
	if (fd < 0 || w->n_fds == TW_MAX_FDS_PER_WORKER ||
		(interrupt && atomic_load_explicit(&interrupt->lost, memory_order_relaxed))) {
		w->may_sleep = false;
		return;
	}
	w->interrupts[w->n_fds] = interrupt;
	w->fds[w->n_fds++] = fd;
}

int tw_worker_launch(struct tw_worker *w)
{
	atomic_store(&w->stop, false);
	atomic_store(&w->running, false);
	w->told = w->finished_fd < 0;
	w->deaf = false;
	w->armed = false;
	for (unsigned int i = 0; i < w->n_fds; i++)
		w->armed |= w->interrupts[i] != NULL;
	w->wake_fd = w->may_sleep && w->n_fds ? eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) : -1;
	if (w->wake_fd < 0)
		w->may_sleep = false;
	for (unsigned int i = 0; i < w->n_tasks; i++)
		w->tasks[i]->wake_fd = w->wake_fd;
	for (unsigned int i = 0; i < w->n_tasks; i++)
		tw_clock_read(w->tasks[i]->clock_source, &w->tasks[i]->clock, rte_rdtsc());
	return rte_eal_remote_launch(worker_main, w, w->lcore);
}

void tw_worker_join(struct tw_worker *w)
{
	atomic_store_explicit(&w->stop, true, memory_order_release);
	wake(w->wake_fd);
	rte_eal_wait_lcore(w->lcore);
	for (unsigned int i = 0; i < w->n_tasks; i++)
		w->tasks[i]->wake_fd = -1;
	if (w->wake_fd >= 0)
		close(w->wake_fd);
	w->wake_fd = -1;
}

struct tw_ns tw_worker_cpu_time(const struct tw_worker *w)
{
	struct tw_ns now;
	clockid_t id;

	if (!atomic_load_explicit(&w->running, memory_order_acquire) ||
		pthread_getcpuclockid(w->thread, &id) != 0)
		return tw_ns(0);
	now = clock_of(id);
	return now.v ? tw_ns_sub(now, w->used) : now;
}

static int64_t monotonic_ns(void)
{
	return clock_of(CLOCK_MONOTONIC).v;
}

/* A letter that a stuck worker did not take in time is given up: what it points at may go. One
 * that is being carried out is waited for. */
static int ask(struct tw_task *t, const struct tw_letter *letter)
{
	struct timespec nap = {.tv_nsec = 50000};
	int64_t now = monotonic_ns(), end = now + PATIENCE_NS, look = now + LOOK_NS;
	struct tw_letter *l = malloc(sizeof(*l));
	int result;

	if (!l)
		return -ENOMEM;
	*l = *letter;
	if (!tw_mailbox_post(&t->mailbox, l)) {
		free(l);
		return -EBUSY;
	}
	wake(t->wake_fd);
	while (atomic_load_explicit(&l->state, memory_order_acquire) != TW_LETTER_DONE) {
		if (monotonic_ns() < look) {
			rte_pause();
			continue;
		}
		if (monotonic_ns() > end && tw_letter_claim(l, TW_LETTER_GIVEN_UP))
			return -ETIMEDOUT;
		nanosleep(&nap, NULL);
	}
	result = l->result;
	free(l);
	return result;
}

int tw_task_ask(struct tw_task *t, enum tw_letter_kind kind, void *arg)
{
	return ask(t, &(struct tw_letter){.kind = kind, .arg = arg});
}

int tw_task_call(struct tw_task *t, int (*call)(struct tw_task *, void *), void *arg)
{
	return ask(t, &(struct tw_letter){.kind = TW_LETTER_CALL, .call = call, .arg = arg});
}

void tw_task_destroy(struct tw_task *t)
{
	if (t)
		t->destroy(t);
}
