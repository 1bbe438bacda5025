/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What each entry of a scenario has measured, beside the whole. */

#include "measure_priv.h"

#include "sending.h"

#include <errno.h>
#include <stdlib.h>

int tw_measure_groups_begin(struct measure *m)
{
	const struct tw_sending *s = m->cfg->sending;
	uint32_t n = s && s->scenario ? s->scenario->n_entries : 0;

	if (n == 0)
		return 0;
	m->groups = calloc(n, sizeof(*m->groups));
	m->of_groups = calloc(n, sizeof(struct tw_result *));
	if (!m->groups || !m->of_groups)
		return -ENOMEM;
	m->n_groups = n;
	for (uint32_t i = 0; i < n; i++) {
		m->of_groups[i] = tw_result_create();
		if (!m->of_groups[i])
			return -ENOMEM;
		m->groups[i] =
			(struct tw_report_group){s->scenario->entries[i].name, m->of_groups[i]};
	}
	return 0;
}

void tw_measure_groups_identify(struct measure *m)
{
	for (unsigned int i = 0; i < m->n_groups; i++) {
		struct tw_result *r = m->of_groups[i];

		tw_result_reset(r);
		tw_sending_describe_entry(m->cfg->sending, i, &r->session);
		r->offered_pps = m->cfg->sending->plan.parts[i].offered_pps;
	}
}

bool tw_measure_groups_judge(struct measure *m)
{
	bool met = true;
	char why[256];

	for (unsigned int i = 0; i < m->n_groups; i++) {
		const char *spec = m->cfg->sending->scenario->entries[i].o.sla;

		if (!spec)
			continue;
		tw_sla_judge(spec, m->of_groups[i], &m->of_groups[i]->sla, why, sizeof(why));
		met &= m->of_groups[i]->sla.ok;
	}
	return met;
}

void tw_measure_groups_end(struct measure *m)
{
	for (unsigned int i = 0; i < m->n_groups; i++)
		tw_result_destroy(m->of_groups[i]);
	free(m->of_groups);
	free(m->groups);
}
