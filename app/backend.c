/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "backend.h"

#include "output.h"
#include "recorder.h"
#include "tw_handover.h"
#include "tw_host.h"
#include "tw_log.h"
#include "tw_sender_results.h"
#include "tw_telemetry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

int tw_backend_init(struct tw_backend *b, struct tw_err *err)
{
	struct timespec ts;
	int rc = tw_clock_init(&b->clock);

	if (rc < 0)
		return tw_fail(err, rc, "the CPU's time stamp counter cannot be used");
	clock_gettime(CLOCK_REALTIME, &ts);
	b->started = tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec);
	b->n_workers = b->eal.n_workers;
	rc = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	b->finished_fd = rc > 0 ? rc : 0;
	for (unsigned int i = 0; i < b->n_workers; i++) {
		b->workers[i].lcore = b->eal.workers[i].lcore;
		b->workers[i].finished_fd = b->finished_fd ? b->finished_fd : -1;
	}
	return 0;
}

static uint32_t notes_of(struct tw_task *const *t, unsigned int n)
{
	uint32_t notes = 0;

	for (unsigned int i = 0; i < n; i++)
		notes |= atomic_load_explicit(&t[i]->notes, memory_order_relaxed);
	return notes;
}

void tw_backend_tick(struct tw_backend *b)
{
	uint32_t notes;

	tw_clock_update(&b->clock);
	if (b->device_tick)
		b->device_tick(b->device_arg);
	notes = notes_of(b->senders, b->n_senders) | notes_of(b->reflectors, b->n_reflectors);
	for (unsigned int i = 0; i < TW_STAMP_NOTE_MAX; i++)
		if ((notes & ~b->notes_told) >> i & 1)
			tw_warning("%s: stamps are made by software",
				tw_stamp_note_text((enum tw_stamp_note)i));
	b->notes_told |= notes;
}

void tw_backend_assign(struct tw_backend *b, unsigned int i, struct tw_task *t)
{
	struct tw_worker *w = &b->workers[i % b->n_workers];

	w->tasks[w->n_tasks++] = t;
	if (t->role == TW_ROLE_REFLECTOR)
		b->reflectors[b->n_reflectors++] = t;
	else
		b->senders[b->n_senders++] = t;
}

int tw_backend_share(struct tw_backend *b, unsigned int n, struct tw_task *const *tasks,
	const struct tw_sender_config *const *cfg, struct tw_err *err)
{
	struct tw_handover *h;
	int rc;

	if (n < 2)
		return 0;
	rc = tw_handover_create(n, cfg, &h);
	if (rc < 0)
		return tw_fail(err, rc, "%u workers cannot share a device: %s", n, strerror(-rc));
	b->handovers[b->n_handovers++] = h;
	for (unsigned int i = 0; i < n; i++)
		tw_sender_share(tasks[i], h, i);
	return 0;
}

/* What they do is the same, how fast is not. */
static void say_loops(const struct tw_worker *w)
{
	for (unsigned int i = 0; i < w->n_tasks; i++)
		tw_debug("lcore %u: a %s, in a loop for %s", w->lcore,
			w->tasks[i]->role == TW_ROLE_REFLECTOR ? "reflector" : "sender",
			atomic_load_explicit(&w->tasks[i]->wide, memory_order_relaxed)
				? "CPUs with AVX-512"
				: "any CPU");
}

int tw_backend_launch(struct tw_backend *b, struct tw_err *err)
{
	b->launched = true;
	tw_telemetry_show(b->workers, b->n_workers);
	for (unsigned int i = 0; i < b->n_workers; i++) {
		int rc;

		say_loops(&b->workers[i]);
		rc = b->workers[i].n_tasks ? tw_worker_launch(&b->workers[i]) : 0;
		if (rc < 0)
			return tw_fail(err, rc, "worker lcore %u does not start: %s",
				b->workers[i].lcore, strerror(-rc));
	}
	return 0;
}

/* What grows from run to run, or with the length of a run, is lost (scripts/soak). */
static void say_buffers(void *arg, const char *pool, uint32_t in_use, uint32_t size)
{
	(void)arg;
	tw_debug("buffers in use at the end: %s %u of %u", pool, in_use, size);
}

void tw_backend_join(struct tw_backend *b)
{
	for (unsigned int i = 0; b->launched && i < b->n_workers; i++)
		if (b->workers[i].n_tasks)
			tw_worker_join(&b->workers[i]);
	if (b->launched)
		tw_telemetry_buffers(say_buffers, NULL);
	b->launched = false;
}

void tw_backend_fini(struct tw_backend *b)
{
	tw_telemetry_show(NULL, 0);
	/* before the senders' pools: on a software ring replies come back in the buffers of requests */
	for (unsigned int i = 0; i < b->n_handovers; i++)
		tw_handover_destroy(b->handovers[i]);
	b->n_handovers = 0;
	for (unsigned int i = 0; i < b->n_senders; i++)
		tw_task_destroy(b->senders[i]);
	for (unsigned int i = 0; i < b->n_reflectors; i++)
		tw_task_destroy(b->reflectors[i]);
	tw_recorder_destroy(b->recorder);
	if (b->finished_fd > 0)
		close(b->finished_fd);
	b->finished_fd = 0;
	b->n_senders = 0;
	b->n_reflectors = 0;
	b->recorder = NULL;
}

bool tw_backend_finished(const struct tw_backend *b)
{
	for (unsigned int i = 0; i < b->n_senders; i++)
		if (!atomic_load_explicit(&b->senders[i]->finished, memory_order_acquire))
			return false;
	return true;
}

uint64_t tw_backend_packets(const struct tw_backend *b)
{
	struct tw_task *const *t = b->n_senders ? b->senders : b->reflectors;
	unsigned int n = b->n_senders ? b->n_senders : b->n_reflectors;
	uint64_t sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += atomic_load_explicit(&t[i]->packets, memory_order_relaxed);
	return sum;
}

/* Ask a running worker, or call directly once its thread has ended. */
static int ask(
	struct tw_backend *b, struct tw_task *t, int (*call)(struct tw_task *, void *), void *arg)
{
	return b->launched ? tw_task_call(t, call, arg) : call(t, arg);
}

/* The same until all is done: many streams are looked at in slices. */
static int ask_through(struct tw_backend *b, struct tw_task *t,
	int (*call)(struct tw_task *, void *), struct tw_sender_query *q)
{
	int rc;

	do
		rc = ask(b, t, call, q);
	while (rc == TW_SENDER_MORE);
	return rc;
}

static int take_snapshot(struct tw_task *t, void *arg)
{
	t->snapshot(t, arg);
	return 0;
}

static void add_cpu(const struct tw_backend *b, struct tw_cpu_usage *cpu)
{
	for (unsigned int i = 0; i < b->n_workers && cpu->n < TW_MAX_WORKERS; i++) {
		const struct tw_worker *w = &b->workers[i];
		struct tw_worker_cpu *c = &cpu->worker[cpu->n];

		if (w->n_tasks == 0)
			continue;
		c->role = w->n_tasks > 1 ? TW_ROLE_BOTH : w->tasks[0]->role;
		c->cpu = tw_worker_cpu_time(w);
		for (unsigned int k = 0; k < w->n_tasks; k++)
			c->packets +=
				atomic_load_explicit(&w->tasks[k]->packets, memory_order_relaxed);
		cpu->n++;
	}
}

int tw_backend_border(struct tw_backend *b)
{
	int rc = 0;

	for (unsigned int i = 0; i < b->n_senders && rc == 0; i++)
		rc = ask_through(b, b->senders[i], tw_sender_border, &(struct tw_sender_query){0});
	return rc;
}

static int group_results(struct tw_backend *b, struct tw_task *t, uint32_t n,
	struct tw_result *const *groups, bool interim)
{
	int rc = 0;

	for (uint32_t g = 0; g < n && rc == 0; g++)
		rc = ask_through(b, t, tw_sender_group,
			&(struct tw_sender_query){
				.group = g, .border = interim, .into = groups[g]});
	return rc;
}

int tw_backend_results(struct tw_backend *b, struct tw_result *r, uint32_t n_groups,
	struct tw_result *const *groups, bool interim)
{
	int rc = 0;

	for (unsigned int i = 0; i < b->n_senders && rc == 0; i++) {
		rc = interim ? ask_through(b, b->senders[i], tw_sender_interim,
				       &(struct tw_sender_query){.border = true, .into = r})
			     : ask(b, b->senders[i], take_snapshot, r);
		if (rc == 0)
			rc = group_results(b, b->senders[i], n_groups, groups, interim);
	}
	add_cpu(b, &r->cpu);
	if (b->device_notes)
		r->stamping.notes |= b->device_notes(b->device_arg);
	if (b->device_health)
		b->device_health(b->device_arg, &r->tester);
	r->tester.device_lost |= b->device_lost;
	if (b->recorder)
		r->pcap_missed = b->recorder->missed;
	return rc;
}

static void add_health(const struct tw_backend *b, struct tw_reflector_health *r)
{
	struct tw_tester_health h = {0};

	if (b->device_health)
		b->device_health(b->device_arg, &h);
	r->rx_missed += h.rx_missed;
	r->rx_nombuf += h.rx_nombuf;
	r->tx_errors += h.tx_errors;
	r->tx_dropped += h.tx_dropped;
	r->link_down = tw_ns_add(r->link_down, h.link_down);
	r->device_lost = b->device_lost;
}

bool tw_backend_lost(struct tw_backend *b)
{
	struct tw_err err;

	if (b->link_fd > 0)
		tw_host_watch_drain(b->link_fd);
	if (!b->device_lost && b->device_look && b->device_look(b->device_arg, &err) < 0) {
		b->device_lost = true;
		tw_output_progress(NULL);
		tw_error("%s", err.text);
	}
	return b->device_lost;
}

int tw_backend_reflector_report(struct tw_backend *b, struct tw_reflector_report *r)
{
	struct tw_reflector_snapshot *s;
	struct timespec ts;
	int rc = 0;

	for (unsigned int i = 0; i < b->n_reflectors && rc == 0; i++) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return -ENOMEM;
		rc = ask(b, b->reflectors[i], take_snapshot, s);
		if (rc == 0) {
			tw_reflector_counters_merge(&r->counters, &s->counters);
			r->health.stolen = tw_ns_add(r->health.stolen, s->stolen);
			if (s->stolen_longest.v > r->health.stolen_longest.v)
				r->health.stolen_longest = s->stolen_longest;
			r->clock = s->clock;
			tw_stamping_merge(&r->stamping, &s->stamping);
		}
		free(s);
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	r->start = b->started;
	r->duration = tw_ns_sub(tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec), b->started);
	r->health.tx_full = r->counters.tx_failed;
	for (unsigned int i = 0; i < 2; i++)
		r->source[i] = tw_stamping_source(&r->stamping, 1 + i, TW_STAMP_HARDWARE);
	if (b->device_notes)
		r->stamping.notes |= b->device_notes(b->device_arg);
	add_cpu(b, &r->cpu);
	add_health(b, &r->health);
	if (b->recorder)
		r->pcap_missed = b->recorder->missed;
	return rc;
}
