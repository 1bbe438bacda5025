/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Requests, starts and stops: RFC 5357 sections 3.5 to 3.8, RFC 5938 section 3. */

#include "client_priv.h"

#include "tw_bytes.h"

static bool individual(const struct tw_client *c)
{
	return c->mode & TW_MODE_INDIVIDUAL_CONTROL;
}

int tw_client_request(struct tw_client *c, struct tw_ns now, const struct tw_client_request *r,
	uint32_t *ret_index)
{
	struct client_session *s;

	if (c->sessions == c->config.sessions)
		return -ENOSPC;
	if (r->sender.addr.family != r->receiver.addr.family || !tw_addr_len(&r->sender.addr) ||
		!r->sender.port)
		return -EINVAL;
	s = &c->session[c->sessions];
	s->p.request = *r;
	*ret_index = c->sessions++;
	client_send_requests(c, now);
	return 0;
}

void tw_client_withdraw(struct tw_client *c)
{
	c->sessions = c->sent;
}

static void send_request(struct tw_client *c, struct tw_ns now, struct client_session *s)
{
	const struct tw_client_request *r = &s->p.request;
	struct tw_request_session m = {
		.ipvn = r->sender.addr.family,
		.sender_port = r->sender.port,
		.receiver_port = r->receiver.port,
		.padding_length = r->padding_length,
		.start_time = r->start_time,
		.timeout = tw_timeout_from_ns(r->timeout),
		.type_p = tw_type_p(r->dscp),
	};
	uint8_t *p = client_room(c, TW_REQUEST_SESSION_LEN);

	if (!p)
		return;
	memcpy(m.sender_address, r->sender.addr.b, tw_addr_len(&r->sender.addr));
	memcpy(m.receiver_address, r->receiver.addr.b, tw_addr_len(&r->receiver.addr));
	if (c->mode & TW_MODE_REFLECT_OCTETS) {
		m.octets_to_reflect = r->octets_to_reflect;
		m.reflect_length = r->reflect_length;
	}
	tw_request_session_build(&m, p, TW_REQUEST_SESSION_LEN);
	c->sent++;
	s->p.state = TW_CLIENT_REQUESTED;
	client_send(c, now, p, TW_REQUEST_SESSION_LEN);
}

void client_send_requests(struct tw_client *c, struct tw_ns now)
{
	/* Base mode: while sessions start and run there is nothing to be asked. */
	while (!c->error && c->state == CLIENT_READY && c->sent < c->sessions &&
		c->sent - c->answered < c->config.window &&
		(individual(c) || (!c->start_pending && !c->n_started)))
		send_request(c, now, &c->session[c->sent]);
}

static void accept_session(struct tw_client *c)
{
	struct client_session *s = &c->session[c->answered++];
	struct tw_accept_session m;

	tw_accept_session_parse(buffer_data(&c->in), c->in.len, &m);
	s->p.accept = m.accept;
	if (m.accept) {
		s->p.state = TW_CLIENT_REFUSED;
	} else {
		s->p.state = TW_CLIENT_ACCEPTED;
		memcpy(s->p.sid, m.sid, sizeof(s->p.sid));
		/* Port 0 is no answer; who accepts what we asked for means that. */
		s->p.port = m.port ? m.port : s->p.request.receiver.port;
		if (c->mode & TW_MODE_REFLECT_OCTETS)
			s->p.server_octets = m.server_octets;
		if (!s->p.port)
			client_fail(c, -EPROTO, "Accept-Session without a port");
		else if (tw_mode_protects_test(c->mode) &&
			 tw_test_keys(s->p.sid, &c->keys, &s->p.keys))
			client_fail(c, -EIO, "key set-up failed");
	}
	client_event(c, s);
}

static void start_ack(struct tw_client *c)
{
	uint8_t accept = 0;

	tw_start_ack_parse(buffer_data(&c->in), c->in.len, &accept);
	c->start_pending = false;
	c->accept = accept;
	for (uint32_t i = 0; i < c->answered; i++) {
		struct client_session *s = &c->session[i];

		if (s->p.state != TW_CLIENT_STARTING)
			continue;
		s->p.accept = accept;
		s->p.state = accept ? TW_CLIENT_ACCEPTED : TW_CLIENT_STARTED;
		c->n_started += !accept;
		client_event(c, s);
	}
	if (accept)
		client_fail(c, -ECONNREFUSED, "the server refused to start: %s (Accept %u)",
			tw_accept_words(accept), accept);
}

/* Who waits for the answer to a Start-N, or a Stop-N. */
static struct client_session *by_sid(struct tw_client *c, const uint8_t *sid, bool start)
{
	for (uint32_t i = 0; i < c->answered; i++) {
		struct client_session *s = &c->session[i];

		if ((start ? s->start_asked : s->p.state == TW_CLIENT_STOPPING) &&
			memcmp(s->p.sid, sid, TW_SID_LEN) == 0)
			return s;
	}
	return NULL;
}

static void n_ack(struct tw_client *c)
{
	struct tw_n_sessions m;
	bool start;

	tw_n_sessions_parse(buffer_data(&c->in), c->in.len, &m);
	start = m.command == TW_CMD_START_N_ACK;
	for (uint32_t i = 0; i < m.sessions; i++) {
		struct client_session *s = by_sid(c, m.sids + TW_SID_LEN * (size_t)i, start);

		if (!s) {
			client_fail(c, -EPROTO, "%s of a session that was not asked for",
				tw_command_name(m.command));
			return;
		}
		c->n_pending--;
		if (start) {
			s->start_asked = false;
			if (s->p.state != TW_CLIENT_STARTING)
				continue; /* stopped since; that answer follows */
		}
		s->p.accept = m.accept;
		if (start)
			s->p.state = m.accept ? TW_CLIENT_ACCEPTED : TW_CLIENT_STARTED;
		else
			s->p.state = TW_CLIENT_STOPPED; /* refused or not: it is over for us */
		c->n_started += start && !m.accept;
		client_event(c, s);
	}
}

void client_head(struct tw_client *c)
{
	uint8_t *head = buffer_data(&c->in);

	if (channel_receive_part(&c->channel, head, TW_CONTROL_BLOCK)) {
		client_fail(c, -EIO, "decryption failed");
		return;
	}
	c->head_open = true;
	if (c->n_pending && (head[0] == TW_CMD_START_N_ACK || head[0] == TW_CMD_STOP_N_ACK)) {
		c->take = n_ack;
		c->need = tw_command_len(head);
		if (c->need > TW_N_SESSIONS_LEN(c->n_pending) || c->need == TW_N_SESSIONS_LEN(0)) {
			client_fail(c, channel_protected(&c->channel) ? -EBADMSG : -EPROTO,
				"%s with a wrong number of sessions", tw_command_name(head[0]));
			return;
		}
	} else if (c->sent != c->answered) {
		c->take = accept_session;
		c->need = TW_ACCEPT_SESSION_LEN;
	} else if (c->start_pending) {
		c->take = start_ack;
		c->need = TW_START_ACK_LEN;
	} else {
		client_fail(c, -EPROTO, "the server sent a message that nobody asked for");
		return;
	}
	if (!buffer_room(&c->in, c->need - c->in.len))
		client_fail(c, -ENOMEM, "out of memory");
}

void client_answer(struct tw_client *c, struct tw_ns now)
{
	uint8_t *msg = buffer_data(&c->in);

	if (channel_receive(&c->channel, msg + TW_CONTROL_BLOCK, c->need - TW_CONTROL_BLOCK)) {
		client_fail(c, -EBADMSG, "the server's %s did not authenticate", client_awaited(c));
		return;
	}
	c->take(c);
	if (c->error)
		return;
	client_next(c, now);
	client_send_requests(c, now);
}

/* Start-N or Stop-N of the sessions in the given states; 0 of them is -ENOENT. */
static int send_n(
	struct tw_client *c, struct tw_ns now, bool start, const uint32_t *index, uint32_t n)
{
	size_t len = TW_N_SESSIONS_LEN(n);
	uint8_t *p;

	if (!n)
		return -ENOENT;
	p = client_room(c, len);
	if (!p)
		return -ENOMEM;
	memset(p, 0, len);
	p[0] = start ? TW_CMD_START_N_SESSIONS : TW_CMD_STOP_N_SESSIONS;
	tw_put32(p + 12, n);
	for (uint32_t i = 0; i < n; i++) {
		struct client_session *s = &c->session[index[i]];

		memcpy(p + 16 + TW_SID_LEN * (size_t)i, s->p.sid, TW_SID_LEN);
		c->n_started -= s->p.state == TW_CLIENT_STARTED;
		s->p.state = start ? TW_CLIENT_STARTING : TW_CLIENT_STOPPING;
		s->start_asked = s->start_asked || start;
	}
	c->n_pending += n;
	return client_send(c, now, p, len);
}

static bool can_stop(const struct client_session *s)
{
	return s->p.state >= TW_CLIENT_ACCEPTED && s->p.state <= TW_CLIENT_STARTED;
}

static int some(
	struct tw_client *c, struct tw_ns now, bool start, const uint32_t *index, uint32_t n)
{
	if (c->error || c->state != CLIENT_READY)
		return -EAGAIN;
	if (!individual(c))
		return -EOPNOTSUPP;
	for (uint32_t i = 0; i < n; i++) {
		const struct client_session *s;

		if (index[i] >= c->sessions || (i && index[i] <= index[i - 1]))
			return -EINVAL;
		s = &c->session[index[i]];
		if (start ? s->p.state != TW_CLIENT_ACCEPTED : !can_stop(s))
			return -EINVAL;
	}
	return send_n(c, now, start, index, n);
}

int tw_client_start_some(struct tw_client *c, struct tw_ns now, const uint32_t *index, uint32_t n)
{
	return some(c, now, true, index, n);
}

int tw_client_stop_some(struct tw_client *c, struct tw_ns now, const uint32_t *index, uint32_t n)
{
	return some(c, now, false, index, n);
}

/* Every session that may be started or stopped now. */
static int all(struct tw_client *c, struct tw_ns now, bool start)
{
	uint32_t *index = malloc((c->sessions + 1) * sizeof(*index));
	uint32_t n = 0;
	int r;

	if (!index)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->sessions; i++) {
		const struct client_session *s = &c->session[i];

		if (start ? s->p.state == TW_CLIENT_ACCEPTED : can_stop(s))
			index[n++] = i;
	}
	r = send_n(c, now, start, index, n);
	free(index);
	return r;
}

static uint32_t count(const struct tw_client *c, enum tw_client_session_state state)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->sessions; i++)
		n += c->session[i].p.state == state;
	return n;
}

int tw_client_start(struct tw_client *c, struct tw_ns now)
{
	uint8_t *p;

	if (c->error || c->state != CLIENT_READY)
		return -EAGAIN;
	if (individual(c))
		return all(c, now, true);
	if (c->sent != c->answered || c->start_pending)
		return -EAGAIN;
	if (c->n_started)
		return -EBUSY;
	if (!count(c, TW_CLIENT_ACCEPTED))
		return -ENOENT;
	p = client_room(c, TW_START_SESSIONS_LEN);
	if (!p)
		return -ENOMEM;
	tw_start_sessions_build(p, TW_START_SESSIONS_LEN);
	for (uint32_t i = 0; i < c->sessions; i++)
		if (c->session[i].p.state == TW_CLIENT_ACCEPTED)
			c->session[i].p.state = TW_CLIENT_STARTING;
	c->start_pending = true;
	return client_send(c, now, p, TW_START_SESSIONS_LEN);
}

int tw_client_stop(struct tw_client *c, struct tw_ns now, enum tw_accept accept)
{
	struct tw_stop_sessions m = {.accept = (uint8_t)accept};
	uint8_t *p;
	int r;

	if (c->error || c->state != CLIENT_READY)
		return -EAGAIN;
	if (individual(c))
		return all(c, now, false);
	if (c->sent != c->answered)
		return -EAGAIN;
	for (uint32_t i = 0; i < c->sessions; i++)
		m.sessions += can_stop(&c->session[i]);
	if (!m.sessions)
		return -ENOENT;
	p = client_room(c, TW_STOP_SESSIONS_LEN);
	if (!p)
		return -ENOMEM;
	tw_stop_sessions_build(&m, p, TW_STOP_SESSIONS_LEN);
	r = client_send(c, now, p, TW_STOP_SESSIONS_LEN);
	if (r)
		return r;
	c->n_started = 0;
	for (uint32_t i = 0; i < c->sessions; i++) {
		struct client_session *s = &c->session[i];

		if (!can_stop(s))
			continue;
		s->p.state = TW_CLIENT_STOPPED;
		client_event(c, s);
	}
	client_send_requests(c, now);
	return 0;
}
