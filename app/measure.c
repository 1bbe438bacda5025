/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "measure.h"

#include "delivery.h"
#include "measure_priv.h"
#include "output.h"
#include "recording.h"
#include "signals.h"
#include "tw_log.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define CLOCK_PERIOD_NS (100 * TW_NS_PER_MS)
#define POLL_PERIOD_NS (5 * TW_NS_PER_MS)
/* The kernel tells the first change of a link at once, those within a second of it later. */
#define UNSTEADY_LOOKS (1500 * TW_NS_PER_MS / POLL_PERIOD_NS)
#define PROGRESS_PERIOD_NS (500 * TW_NS_PER_MS)
#define METRICS_PERIOD_NS TW_NS_PER_SEC

static void identify(const struct measure *m, struct tw_result *r)
{
	tw_result_reset(r);
	r->session = m->cfg->session;
	r->offered_pps = m->cfg->offered_pps;
}

static void judge_sla(const struct measure *m, struct tw_result *r)
{
	char why[256];

	if (m->cfg->options->sla)
		tw_sla_judge(m->cfg->options->sla, r, &r->sla, why, sizeof(why));
}

/* Without its device there is nothing to wait for. */
static void look(struct measure *m)
{
	if (tw_backend_lost(m->b))
		tw_event_loop_stop(m->loop);
}

static void look_for_end(struct measure *m)
{
	if (tw_backend_finished(m->b))
		tw_event_loop_stop(m->loop);
}

static void on_clock(void *arg)
{
	struct measure *m = arg;

	tw_backend_tick(m->b);
	look(m);
	look_for_end(m);
}

static void on_finished(void *arg, int fd, unsigned int ready)
{
	uint64_t n;

	(void)ready;
	if (read(fd, &n, sizeof(n)) < 0)
		return; /* another worker's was read with the one before */
	look_for_end(arg);
}

/* What is sent while there is no link is not sent: this must be known soon. */
static void on_unsteady(void *arg)
{
	struct measure *m = arg;

	look(m);
	if (--m->unsteady_looks == 0)
		tw_event_remove(m->unsteady);
}

static void on_link(void *arg, int fd, unsigned int ready)
{
	struct measure *m = arg;

	(void)fd;
	(void)ready;
	look(m);
	if (m->unsteady_looks || tw_event_add_timer(m->loop, tw_ns(POLL_PERIOD_NS), false,
					 on_unsteady, m, &m->unsteady) == 0)
		m->unsteady_looks = UNSTEADY_LOOKS;
}

static void stop_senders(struct measure *m)
{
	for (unsigned int i = 0; i < m->b->n_senders; i++)
		tw_task_ask(m->b->senders[i], TW_LETTER_STOP, NULL);
}

static int start_senders(struct measure *m, struct tw_err *err)
{
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < m->b->n_senders; i++) {
		rc = tw_task_ask(m->b->senders[i], TW_LETTER_START, NULL);
		if (rc < 0)
			tw_fail(err, rc, "worker does not answer: %s", strerror(-rc));
	}
	return rc;
}

static void on_delay(void *arg)
{
	struct measure *m = arg;
	struct tw_err err;

	m->failed = start_senders(m, &err);
	if (m->failed)
		tw_event_loop_stop(m->loop);
}

static void on_signal(void *arg, int fd, unsigned int ready)
{
	struct measure *m = arg;

	(void)fd;
	(void)ready;
	/* The rest of the replies may still come; when the timeout has passed the loop ends. */
	tw_event_remove(m->signal);
	m->signal = NULL;
	stop_senders(m);
}

static void on_poll(void *arg)
{
	struct measure *m = arg;

	if (!m->b->link_tells)
		look(m);
	if (m->recording)
		tw_recording_drain(m->recording);
	if (m->cfg->poll)
		m->cfg->poll(m->cfg->of);
	tw_measure_settle(m);
	tw_delivery_push();
	look_for_end(m);
}

static void on_progress(void *arg)
{
	struct measure *m = arg;
	const struct tw_options *o = m->cfg->options;
	uint64_t n = tw_backend_packets(m->b);
	char line[80];

	m->progress_ticks++;
	if (o->count)
		snprintf(line, sizeof(line), "%llu of %llu packets sent (%.0f %%)",
			(unsigned long long)n, (unsigned long long)o->count,
			100.0 * (double)n / (double)o->count);
	else if (o->duration.v == 0)
		snprintf(line, sizeof(line), "%llu packets sent", (unsigned long long)n);
	else
		snprintf(line, sizeof(line), "%llu packets sent, %.1f of %.1f s",
			(unsigned long long)n,
			(double)m->progress_ticks * PROGRESS_PERIOD_NS / TW_NS_PER_SEC,
			tw_ns_sec(o->duration));
	tw_output_progress(line);
}

/* Is there anything that nobody tells? Else the control thread sleeps between two looks at the clock. */
static bool must_poll(const struct measure *m)
{
	return m->recording || m->cfg->poll || m->cfg->options->interim.v ||
	       tw_options_given(m->cfg->options, metrics) || !m->b->link_tells ||
	       m->b->finished_fd <= 0;
}

static int start_events(struct measure *m, struct tw_err *err)
{
	const struct tw_options *o = m->cfg->options;
	struct tw_ns interim = o->interim.v ? o->interim : tw_ns(METRICS_PERIOD_NS);
	int rc = 0;

	if (m->cfg->loop)
		m->loop = m->cfg->loop;
	else
		rc = tw_event_loop_create(&m->loop);

	if (rc == 0)
		rc = tw_event_add_fd(
			m->loop, tw_signals_fd(), TW_FD_READ, on_signal, m, &m->signal);
	if (rc == 0 && m->b->link_fd > 0)
		rc = tw_event_add_fd(m->loop, m->b->link_fd, TW_FD_READ, on_link, m, NULL);
	if (rc == 0)
		rc = tw_event_add_timer(m->loop, tw_ns(CLOCK_PERIOD_NS), false, on_clock, m, NULL);
	if (rc == 0 && m->b->finished_fd > 0)
		rc = tw_event_add_fd(m->loop, m->b->finished_fd, TW_FD_READ, on_finished, m, NULL);
	if (rc == 0 && must_poll(m))
		rc = tw_event_add_timer(m->loop, tw_ns(POLL_PERIOD_NS), false, on_poll, m, NULL);
	if (rc == 0 && isatty(STDERR_FILENO) && !o->quiet)
		rc = tw_event_add_timer(
			m->loop, tw_ns(PROGRESS_PERIOD_NS), false, on_progress, m, NULL);
	if (rc == 0 && (o->interim.v || tw_options_given(o, metrics)))
		rc = tw_event_add_timer(m->loop, interim, false, tw_measure_tick, m, NULL);
	if (rc < 0)
		return tw_fail(err, rc, "event loop: %s", strerror(-rc));
	return tw_options_given(o, metrics) ? tw_measure_serve(m, err) : 0;
}

static int exit_status(const struct measure *m)
{
	if (m->b->device_lost)
		return 1;
	if (m->total->packets.received == 0) {
		if (m->total->packets.sent == 0)
			tw_error("nothing was sent");
		else
			tw_error("no reply: %s", m->cfg->no_reply);
		return 2;
	}
	return (m->total->sla.asked && !m->total->sla.ok) || !m->groups_met ? 3 : 0;
}

static int final_result(struct measure *m, int *ret_status)
{
	int rc;

	identify(m, m->total);
	tw_measure_groups_identify(m);
	rc = tw_backend_results(m->b, m->total, m->n_groups, m->of_groups, false);
	if (rc < 0)
		return rc;
	judge_sla(m, m->total);
	m->groups_met = tw_measure_groups_judge(m);
	if (m->cfg->report) {
		*ret_status = m->cfg->report(m->cfg->of, m->total);
		return 0;
	}
	*ret_status = exit_status(m);
	m->sequence++;
	return tw_output_result(m->cfg->options, m->total,
		&(struct tw_report_context){.command = m->cfg->command,
			.sequence = m->sequence,
			.rates = m->cfg->rates,
			.departures = m->cfg->options->verbose,
			.n_groups = m->n_groups,
			.groups = m->groups});
}

static int run(struct measure *m, struct tw_err *err)
{
	int rc = start_events(m, err);

	if (rc == 0)
		rc = tw_backend_launch(m->b, err);
	if (rc == 0 && m->cfg->delay.v > 0)
		rc = tw_event_add_timer(m->loop, m->cfg->delay, true, on_delay, m, NULL);
	else if (rc == 0)
		rc = start_senders(m, err);
	if (rc == 0)
		rc = tw_event_loop_run(m->loop);
	if (rc == 0 && m->failed)
		rc = tw_fail(err, m->failed, "worker does not answer: %s", strerror(-m->failed));
	if (m->cfg->end)
		m->cfg->end(m->cfg->arg);
	tw_backend_join(m->b);
	return rc;
}

int tw_measure(struct tw_backend *b, const struct tw_measure_config *cfg)
{
	struct measure m = {.b = b, .cfg = cfg, .recording = cfg->recording};
	struct tw_err err = {""};
	int rc = -ENOMEM, status = 1;

	m.total = tw_result_create();
	m.now = tw_result_create();
	m.before = tw_result_create();
	m.interval = tw_result_create();
	if (m.total && m.now && m.before && m.interval && tw_measure_groups_begin(&m) == 0) {
		identify(&m, m.now);
		identify(&m, m.before);
		tw_measure_groups_identify(&m);
		rc = run(&m, &err);
	} else {
		tw_fail(&err, rc, "out of memory");
	}
	if (rc == 0) {
		tw_output_progress(NULL);
		rc = final_result(&m, &status);
		if (rc < 0)
			tw_fail(&err, rc, "standard output: the result is not written: %s",
				tw_delivery_why(rc));
	}
	if (rc < 0)
		tw_error("%s", err.text);
	tw_http_destroy(m.http);
	if (!cfg->loop)
		tw_event_loop_destroy(m.loop);
	tw_recording_stop(m.recording);
	tw_measure_groups_end(&m);
	tw_result_destroy(m.total);
	tw_result_destroy(m.now);
	tw_result_destroy(m.before);
	tw_result_destroy(m.interval);
	return rc < 0 ? 1 : status;
}
