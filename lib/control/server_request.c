/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Request-TW-Session and Accept-Session: RFC 5357 section 3.5, RFC 6038 section 4. */

#include "server_priv.h"

#include "tw_bytes.h"

/* An address field: all zero means that of the connection (RFC 5357 section 3.5). */
static bool address(
	uint8_t ipvn, const uint8_t *field, const struct tw_addr *own, struct tw_addr *ret)
{
	struct tw_addr a = {.family = ipvn};

	memcpy(a.b, field, ipvn == 4 ? 4 : 16);
	if (tw_addr_is_unspecified(&a)) {
		if (own->family != ipvn)
			return false;
		a = *own;
	}
	*ret = a;
	return true;
}

/*
 * RFC 6038: with either feature the padding must be long enough for replies of equal size. In the
 * protected modes the RFC counts 56 octets where there are 64; who follows the letter is
 * accepted, the reply is then longer by 8.
 */
static bool padding_fits(uint32_t mode, const struct tw_request_session *m)
{
	uint32_t header = tw_mode_protects_test(mode) ? 56 : mode & TW_MODE_DSCP_ECN ? 28 : 27;
	uint64_t least = 0;

	if (mode & TW_MODE_SYMMETRICAL_SIZE)
		least = header;
	if (mode & TW_MODE_REFLECT_OCTETS && (m->reflect_length || m->octets_to_reflect))
		least = header + m->reflect_length;
	return m->padding_length >= least;
}

/* What no policy can allow. Returns why not, or NULL. */
static const char *unsupported(const struct tw_server_conn *c, const struct tw_request_session *m,
	struct tw_policy_request *ret)
{
	if (m->conf_sender || m->conf_receiver)
		return "Conf-Sender or Conf-Receiver is set";
	if (m->schedule_slots || m->packets)
		return "Number of Schedule Slots or of Packets is set";
	if (m->ipvn != 4 && m->ipvn != 6)
		return "unknown IP version";
	if (!m->sender_port)
		return "Sender Port 0";
	if (tw_type_p_dscp(m->type_p, &ret->dscp))
		return "Type-P Descriptor is not a DSCP";
	if (!padding_fits(c->mode, m))
		return "padding too short for replies of equal size";
	if (!address(m->ipvn, m->sender_address, &c->client.addr, &ret->sender.addr) ||
		!address(m->ipvn, m->receiver_address, &c->local.addr, &ret->receiver.addr))
		return "addresses of the connection are asked for, in the other IP version";
	return NULL;
}

/*
 * SID, RFC 4656 section 3.5: an address of ours, the time, random octets.
 *
 *   0              4                      12             16
 *   +--------------+----------------------+--------------+
 *   | IPv4 address |      timestamp       |    random    |
 *   +--------------+----------------------+--------------+
 */
static int make_sid(struct tw_server_conn *c, struct tw_ns now, uint8_t *ret_sid)
{
	struct tw_server *s = c->server;
	const struct tw_addr *a =
		s->config.sid_addr.family == 4 ? &s->config.sid_addr : &c->local.addr;

	memcpy(ret_sid, a->family == 6 ? a->b + 12 : a->b, 4);
	tw_put64(ret_sid + 4, server_wall(s, now).v);
	for (int tries = 0; tries < 8; tries++) {
		if (s->config.random(s->config.random_arg, ret_sid + 12, 4))
			return -EIO;
		if (!pool_by_sid(s, ret_sid))
			return 0;
	}
	return -EIO;
}

static void fill(struct tw_server_conn *c, const struct tw_request_session *m,
	const struct tw_policy_request *q, struct tw_control_session *p)
{
	const struct tw_policy *policy = c->server->config.policy;
	struct tw_ns timeout = tw_timeout_to_ns(m->timeout);

	p->mode = c->mode;
	p->sender = q->sender;
	p->sender.port = m->sender_port;
	p->receiver = q->receiver;
	p->receiver.port = tw_policy_port_ok(policy, m->receiver_port) ? m->receiver_port : 0;
	p->dscp = q->dscp;
	p->padding_length = m->padding_length;
	p->start_time = m->start_time;
	p->timeout = timeout.v < policy->timeout_max.v ? timeout : policy->timeout_max;
	p->pps = tw_limits_pps(c->server->config.limits, &c->hold);
	if (c->mode & TW_MODE_REFLECT_OCTETS) {
		p->reflect_length = m->reflect_length;
		p->server_octets = m->reflect_length >= 2 ? c->server->config.server_octets : 0;
	}
	memcpy(p->user, c->user, sizeof(p->user));
}

/* Room in the connection, in the limits and in the pool; NULL when there is none. */
static struct session *take(struct tw_server_conn *c)
{
	struct tw_server *s = c->server;
	struct tw_limit_hold hold;
	struct session *x;

	if (c->held >= s->config.sessions_per_connection ||
		tw_limits_session(s->config.limits, &c->hold, &hold))
		return NULL;
	x = pool_take(s);
	if (!x) {
		tw_limits_session_end(s->config.limits, &hold);
		return NULL;
	}
	x->hold = hold;
	return x;
}

void request_session(struct tw_server_conn *c, struct tw_ns now, const uint8_t *msg)
{
	struct tw_server *s = c->server;
	struct tw_request_session m;
	struct tw_policy_request q = {.client = c->client.addr, .server = c->local.addr};
	enum tw_accept accept;
	struct session *x;
	const char *why = NULL;

	tw_request_session_parse(msg, TW_REQUEST_SESSION_LEN, &m);
	q.padding_length = m.padding_length;
	why = unsupported(c, &m, &q);
	accept = why ? TW_ACCEPT_NOT_SUPPORTED : tw_policy_judge(s->config.policy, &q, &why);
	if (accept != TW_ACCEPT_OK) {
		conn_refuse(c, accept, why);
		conn_next(c, now);
		return;
	}
	x = take(c);
	if (!x) {
		conn_refuse(c, TW_ACCEPT_TEMPORARY_LIMIT, "too many sessions");
		conn_next(c, now);
		return;
	}
	fill(c, &m, &q, &x->p);
	x->state = SESSION_ASKED;
	session_attach(c, x);
	if (make_sid(c, now, x->p.sid) ||
		(tw_mode_protects_test(c->mode) && tw_test_keys(x->p.sid, &c->keys, &x->p.keys))) {
		session_free(s, x);
		conn_refuse(c, TW_ACCEPT_INTERNAL_ERROR, "no SID or no keys could be made");
		conn_next(c, now);
		return;
	}
	pool_hash(s, x);
	c->command = TW_CMD_REQUEST_SESSION;
	c->waiting = 1;
	pool_queue(s, x, TW_SERVER_CREATE);
}

void request_answered(struct tw_server_conn *c, struct tw_ns now, struct session *x,
	enum tw_accept accept, uint16_t port)
{
	struct tw_request_session m;
	struct tw_accept_session a = {.port = port};

	c->waiting = 0;
	if (accept != TW_ACCEPT_OK) {
		session_free(c->server, x);
		conn_refuse(c, accept, "the data path refused it");
		conn_next(c, now);
		return;
	}
	x->state = SESSION_ACCEPTED;
	x->p.receiver.port = port;
	c->server->counters.sessions++;
	memcpy(a.sid, x->p.sid, sizeof(a.sid));
	if (c->mode & TW_MODE_REFLECT_OCTETS) {
		/* the request is still in the buffer */
		tw_request_session_parse(buffer_data(&c->in), c->in.len, &m);
		a.reflected_octets = m.octets_to_reflect;
		a.server_octets = x->p.server_octets;
	}
	conn_send_accept(c, &a);
	conn_next(c, now);
}
