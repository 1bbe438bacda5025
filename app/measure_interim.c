/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Results while a measurement runs: --interim and --metrics. An interval's packets are judged
 * first, so a line may come up to one timeout after its end; nothing in flight is called lost. */

#include "measure_priv.h"
#include "output.h"
#include "scenario.h"
#include "tw_log.h"
#include "tw_sender_results.h"

#include <string.h>

void tw_measure_tick(void *arg)
{
	struct measure *m = arg;

	if (m->border || tw_backend_border(m->b) < 0)
		return;
	m->border = true;
}

static bool settled(struct measure *m)
{
	for (unsigned int i = 0; i < m->b->n_senders; i++)
		if (tw_task_call(m->b->senders[i], tw_sender_border_settled, NULL) != 1)
			return false;
	return true;
}

void tw_measure_settle(struct measure *m)
{
	struct tw_result *t;

	if (!m->border || !settled(m))
		return;
	m->border = false;
	t = m->before;
	m->before = m->now;
	m->now = t;
	tw_result_reset(m->now);
	m->now->session = m->cfg->session;
	m->now->offered_pps = m->cfg->offered_pps;
	tw_measure_groups_identify(m);
	if (tw_backend_results(m->b, m->now, m->n_groups, m->of_groups, true) < 0 ||
		m->cfg->options->interim.v == 0)
		return;
	tw_result_diff(m->interval, m->now, m->before);
	m->sequence++;
	tw_output_result(m->cfg->options, m->interval,
		&(struct tw_report_context){
			.command = m->cfg->command, .interim = true, .sequence = m->sequence});
}

static int write_metrics(FILE *out, void *arg)
{
	struct tw_prometheus_session s[1 + TW_SCENARIO_ENTRIES] = {{NULL, NULL}};
	const struct measure *m = arg;

	s[0].result = m->now;
	for (unsigned int i = 0; i < m->n_groups; i++)
		s[1 + i] = (struct tw_prometheus_session){m->groups[i].name, m->groups[i].result};
	return tw_prometheus_write_results(out, s, 1 + m->n_groups);
}

static int write_json(FILE *out, void *arg)
{
	const struct measure *m = arg;

	return tw_json_write_result(out, m->now,
		&(struct tw_report_context){.command = m->cfg->command,
			.interim = true,
			.sequence = 1,
			.n_groups = m->n_groups,
			.groups = m->groups},
		true);
}

int tw_measure_serve(struct measure *m, struct tw_err *err)
{
	const struct tw_http_content content = {
		.title = "dpdk-twamp",
		.metrics = write_metrics,
		.result = write_json,
		.arg = m,
	};
	char at[TW_ADDR_STR];
	int rc;

	tw_endpoint_format(&m->cfg->options->metrics, at);
	rc = tw_http_create(m->loop, at, &content, NULL, err, &m->http);
	if (rc == 0)
		tw_info("metrics on http://%s/metrics", tw_http_address(m->http));
	return rc;
}
