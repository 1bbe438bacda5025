/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "server_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *tw_sid_format(const uint8_t *sid, char *buf)
{
	for (int i = 0; i < TW_SID_LEN; i++)
		snprintf(buf + 2 * i, 3, "%02x", sid[i]);
	return buf;
}

static void add(void *arg, const struct tw_control_session_info *i)
{
	struct tw_server_report *r = arg;
	struct tw_reflected_session *s;

	if (r->report.n_sessions == r->room)
		return;
	s = &r->report.session[r->report.n_sessions++];
	memset(s, 0, sizeof(*s));
	tw_sid_format(i->sid, s->sid);
	tw_endpoint_format(&i->sender, s->sender);
	tw_endpoint_format(&i->receiver, s->receiver);
	tw_modes_format(i->mode, s->mode, sizeof(s->mode));
	memcpy(s->user, i->user, sizeof(i->user));
	s->state = tw_control_state_name(i->stats.expired ? TW_CONTROL_ENDED : i->state);
	s->dscp = i->dscp;
	s->received = i->stats.received;
	s->reflected = i->stats.reflected;
	s->refused = i->stats.refused;
	s->bad_hmac = i->stats.bad_hmac;
	s->gaps = i->stats.gaps;
	s->reordered = i->stats.reordered;
	s->octets = i->stats.octets;
	if (i->stats.reflected) {
		s->ttl_min = i->stats.ttl_min;
		s->ttl_max = i->stats.ttl_max;
	}
	s->first = i->stats.first;
	s->last = i->stats.last;
}

int tw_server_report_make(struct tw_server_report *r, struct tw_control_server *s)
{
	const struct tw_server_counters *c = tw_control_server_counters(s);
	unsigned int want = tw_control_server_count(s), n = 0;

	r->report.connections = tw_control_server_connections(s);
#define X(sym, field, text) r->count[n++] = (struct tw_named_count){#field, text, c->field};
	TW_SERVER_COUNTERS(X)
#undef X
	r->report.n_counts = n;
	r->report.count = r->count;
	r->report.n_sessions = 0;
	if (want > r->room) {
		struct tw_reflected_session *more =
			realloc(r->report.session, want * sizeof(*more));

		if (!more)
			return -ENOMEM;
		r->report.session = more;
		r->room = want;
	}
	return tw_control_server_each(s, add, r);
}

void tw_server_report_fini(struct tw_server_report *r)
{
	free(r->report.session);
	memset(r, 0, sizeof(*r));
}
