/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "watch.h"

#include "delivery.h"
#include "output.h"
#include "recording.h"
#include "signals.h"
#include "tw_event_loop.h"
#include "tw_http.h"
#include "tw_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOCK_PERIOD_NS (100 * TW_NS_PER_MS)
#define DRAIN_PERIOD_NS (10 * TW_NS_PER_MS)
#define PROGRESS_PERIOD_NS TW_NS_PER_SEC

struct watch {
	struct tw_backend *b;
	const struct tw_watch_config *cfg;
	struct tw_event_loop *loop;
	struct tw_http *http;
	uint64_t sequence;
};

static int take_report(struct watch *w, struct tw_reflector_report *r)
{
	const struct tw_options *o = w->cfg->options;

	memset(r, 0, sizeof(*r));
	r->n_local = w->cfg->n_local;
	memcpy(r->local, w->cfg->local, sizeof(r->local));
	r->stamp = o->stamp == TW_OPT_STAMP_PACKET ? "packet" : "burst";
	if (w->cfg->control)
		r->control = w->cfg->control(w->cfg->arg);
	return tw_backend_reflector_report(w->b, r);
}

static int print(struct watch *w, bool interim)
{
	struct tw_reflector_report *r = malloc(sizeof(*r));
	int rc = r ? take_report(w, r) : -ENOMEM;

	if (rc == 0)
		rc = tw_output_reflector(w->cfg->options, r,
			&(struct tw_report_context){.command = w->cfg->command,
				.interim = interim,
				.sequence = ++w->sequence});
	free(r);
	return rc;
}

static void look(struct watch *w)
{
	if (tw_backend_lost(w->b))
		tw_event_loop_stop(w->loop);
}

static void on_clock(void *arg)
{
	struct watch *w = arg;

	tw_backend_tick(w->b);
	tw_delivery_push();
	look(w);
}

static void on_link(void *arg, int fd, unsigned int ready)
{
	(void)fd;
	(void)ready;
	look(arg);
}

static void on_drain(void *arg)
{
	tw_recording_drain(((struct watch *)arg)->cfg->recording);
}

static void on_interim(void *arg)
{
	print(arg, true);
}

static void on_progress(void *arg)
{
	struct watch *w = arg;
	char line[80];

	snprintf(line, sizeof(line), "reflecting; %llu packets received",
		(unsigned long long)tw_backend_packets(w->b));
	tw_output_progress(line);
}

static void on_end(void *arg)
{
	tw_event_loop_stop(((struct watch *)arg)->loop);
}

static void on_signal(void *arg, int fd, unsigned int ready)
{
	(void)fd;
	(void)ready;
	on_end(arg);
}

static int write_report(FILE *out, struct watch *w, bool json)
{
	struct tw_reflector_report *r = malloc(sizeof(*r));
	int rc = r ? take_report(w, r) : -ENOMEM;

	if (rc == 0 && json)
		rc = tw_json_write_reflector(out, r,
			&(struct tw_report_context){.command = w->cfg->command, .interim = true},
			true);
	else if (rc == 0)
		rc = tw_prometheus_write_reflector(out, r);
	free(r);
	return rc;
}

static int write_metrics(FILE *out, void *arg)
{
	return write_report(out, arg, false);
}

static int write_json(FILE *out, void *arg)
{
	return write_report(out, arg, true);
}

static int serve(struct watch *w, struct tw_err *err)
{
	const struct tw_http_content content = {
		.title = "dpdk-twamp", .metrics = write_metrics, .result = write_json, .arg = w};
	char at[TW_ADDR_STR];
	int rc;

	tw_endpoint_format(&w->cfg->options->metrics, at);
	rc = tw_http_create(w->loop, at, &content, NULL, err, &w->http);
	if (rc == 0)
		tw_info("metrics on http://%s/metrics", tw_http_address(w->http));
	return rc;
}

static int add_events(struct watch *w)
{
	const struct tw_options *o = w->cfg->options;
	struct tw_event_loop *l = w->loop;
	int rc = tw_event_add_fd(l, tw_signals_fd(), TW_FD_READ, on_signal, w, NULL);

	if (rc == 0 && w->b->link_fd > 0)
		rc = tw_event_add_fd(l, w->b->link_fd, TW_FD_READ, on_link, w, NULL);
	if (rc == 0)
		rc = tw_event_add_timer(l, tw_ns(CLOCK_PERIOD_NS), false, on_clock, w, NULL);
	if (rc == 0 && w->cfg->recording)
		rc = tw_event_add_timer(l, tw_ns(DRAIN_PERIOD_NS), false, on_drain, w, NULL);
	if (rc == 0 && o->interim.v)
		rc = tw_event_add_timer(l, o->interim, false, on_interim, w, NULL);
	if (rc == 0 && o->duration.v)
		rc = tw_event_add_timer(l, o->duration, true, on_end, w, NULL);
	if (rc == 0 && isatty(STDERR_FILENO) && !o->quiet)
		rc = tw_event_add_timer(l, tw_ns(PROGRESS_PERIOD_NS), false, on_progress, w, NULL);
	return rc;
}

int tw_watch(struct tw_backend *b, const struct tw_watch_config *cfg)
{
	struct watch w = {.b = b, .cfg = cfg};
	struct tw_err err = {""};
	int rc = tw_event_loop_create(&w.loop);

	if (rc == 0)
		rc = add_events(&w);
	if (rc < 0)
		tw_fail(&err, rc, "event loop: %s", strerror(-rc));
	if (rc == 0 && tw_options_given(cfg->options, metrics))
		rc = serve(&w, &err);
	if (rc == 0)
		rc = tw_backend_launch(b, &err);
	if (rc == 0 && cfg->begin)
		rc = cfg->begin(cfg->arg, w.loop, &err);
	if (rc == 0)
		rc = tw_event_loop_run(w.loop);
	if (cfg->end)
		cfg->end(cfg->arg);
	tw_backend_join(b);
	if (rc == 0) {
		tw_output_progress(NULL);
		rc = print(&w, false);
		if (rc < 0)
			tw_fail(&err, rc, "standard output: the result is not written: %s",
				tw_delivery_why(rc));
	}
	if (rc < 0)
		tw_error("%s: %s", cfg->command, err.text);
	tw_http_destroy(w.http);
	tw_event_loop_destroy(w.loop);
	tw_recording_stop(cfg->recording);
	return rc < 0 || b->device_lost ? 1 : 0;
}
