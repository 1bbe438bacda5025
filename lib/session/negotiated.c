/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_negotiated.h"

#include "tw_stamp.h"

#include <string.h>

void tw_negotiated_init(struct tw_negotiated *s, const struct tw_reflector_session *cfg)
{
	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	s->refwait = (uint64_t)tw_ns_to_span(cfg->refwait).v;
	s->period = cfg->pps ? (1ULL << 32) / cfg->pps : 0;
	s->n.ttl_min = 255;
	s->tos = (uint8_t)(cfg->dscp << 2);
	s->still_max = cfg->dscp_ecn ? 0 : cfg->symmetrical ? UINT32_MAX : TW_TWAMP_REP_LEN;
}

void tw_negotiated_start(struct tw_negotiated *s, uint64_t mono)
{
	if (s->phase != TW_NEGOTIATED_ACCEPTED)
		return;
	s->phase = TW_NEGOTIATED_STARTED;
	s->last_seen = mono;
	s->n.started = true;
}

void tw_negotiated_stop(struct tw_negotiated *s, uint64_t mono, uint64_t linger)
{
	if (s->phase == TW_NEGOTIATED_ACCEPTED) {
		s->phase = TW_NEGOTIATED_ENDED;
	} else if (s->phase == TW_NEGOTIATED_STARTED) {
		s->phase = TW_NEGOTIATED_STOPPING;
		s->stop_at = mono + linger;
	}
}

bool tw_negotiated_answers(struct tw_negotiated *s, uint64_t mono)
{
	if (s->phase == TW_NEGOTIATED_STOPPING && mono >= s->stop_at)
		s->phase = TW_NEGOTIATED_ENDED;
	return s->phase == TW_NEGOTIATED_STARTED || s->phase == TW_NEGOTIATED_STOPPING;
}

void tw_negotiated_tick(struct tw_negotiated *s, uint64_t mono)
{
	/* Its last packet came a moment ahead of now where a NIC's clock says when. */
	if (s->phase != TW_NEGOTIATED_STARTED || s->refwait == 0 ||
		(int64_t)(mono - s->last_seen) < (int64_t)s->refwait)
		return;
	s->phase = TW_NEGOTIATED_ENDED;
	s->n.expired = true;
}

uint32_t tw_negotiated_request_min(const struct tw_negotiated *s)
{
	return s->cfg.security == TW_SECURITY_OPEN ? TW_TWAMP_REQ_LEN : TW_TWAMP_AUTH_REQ_LEN;
}

uint32_t tw_negotiated_reply_len(const struct tw_negotiated *s, uint32_t request_len)
{
	uint32_t least = s->cfg.security != TW_SECURITY_OPEN ? TW_AUTH_LEN
			 : s->cfg.dscp_ecn                   ? TW_TWAMP_REP_DSCP_LEN
							     : TW_TWAMP_REP_LEN;

	return request_len < least ? least : request_len;
}
