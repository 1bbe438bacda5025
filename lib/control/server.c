/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "server_priv.h"

void tw_server_config_init(struct tw_server_config *c)
{
	*c = (struct tw_server_config){
		.modes = TW_MODE_UNAUTHENTICATED,
		.kdf_count = TW_KDF_COUNT_DEFAULT,
		.kdf_per_sec = 500,
		.sessions = 65536,
		.sessions_per_connection = 1024,
		.servwait = tw_ns(900 * TW_NS_PER_SEC),
		.refwait = tw_ns(900 * TW_NS_PER_SEC),
		.setup_wait = tw_ns(30 * TW_NS_PER_SEC),
		.random = tw_random,
	};
}

static bool config_ok(const struct tw_server_config *c)
{
	if (!(c->modes & TW_MODES_SECURITY) || c->modes & ~TW_MODES_KNOWN)
		return false;
	if (tw_mode_protects_control(c->modes) && !c->keys)
		return false;
	if (!c->sessions || c->sessions > INT32_MAX || !c->policy || !c->limits || !c->random)
		return false;
	return tw_kdf_count_ok(c->kdf_count, UINT32_MAX);
}

struct tw_ntp server_wall(const struct tw_server *s, struct tw_ns now)
{
	return tw_ntp_add(s->config.epoch, tw_ns_to_span(now));
}

int tw_server_create(const struct tw_server_config *c, struct tw_ns now, struct tw_server **ret)
{
	struct tw_server *s;
	int r;

	if (!config_ok(c))
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->config = *c;
	s->start_time = server_wall(s, now);
	r = pool_create(s);
	if (!r && (c->random(c->random_arg, &s->challenges, sizeof(s->challenges)) ||
			  c->random(c->random_arg, s->dummy_secret, sizeof(s->dummy_secret))))
		r = -EIO;
	if (r) {
		tw_server_destroy(s);
		return r;
	}
	*ret = s;
	return 0;
}

void tw_server_destroy(struct tw_server *s)
{
	if (!s)
		return;
	pool_destroy(s);
	tw_wipe(s->dummy_secret, sizeof(s->dummy_secret));
	tw_wipe(&s->deleted, sizeof(s->deleted));
	free(s);
}

void tw_server_go_away(uint8_t *ret)
{
	const struct tw_greeting m = {.count = TW_KDF_COUNT_MIN};

	tw_greeting_build(&m, ret, TW_GREETING_LEN);
}

int tw_server_conn_create(struct tw_server *s, struct tw_ns now, const struct tw_endpoint *client,
	const struct tw_endpoint *server, void *arg, struct tw_server_conn **ret)
{
	struct tw_limit_hold hold;
	struct tw_server_conn *c;

	if (!tw_policy_admits(s->config.policy, &client->addr)) {
		s->counters.refused_policy++;
		return -EACCES;
	}
	if (tw_limits_connect(s->config.limits, &client->addr, &hold)) {
		s->counters.refused_limit++;
		return -EUSERS;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		tw_limits_disconnect(s->config.limits, &hold);
		return -ENOMEM;
	}
	c->server = s;
	c->arg = arg;
	c->client = *client;
	c->local = *server;
	c->hold = hold;
	c->need = TW_SETUP_RESPONSE_LEN;
	c->deadline = tw_ns_add(now, s->config.setup_wait);
	if (setup_greet(c)) {
		tw_server_conn_destroy(c, now);
		return -EIO;
	}
	s->counters.connections++;
	*ret = c;
	return 0;
}

void tw_server_conn_destroy(struct tw_server_conn *c, struct tw_ns now)
{
	(void)now;
	if (!c)
		return;
	sessions_drop_all(c);
	tw_limits_disconnect(c->server->config.limits, &c->hold);
	channel_fini(&c->channel);
	buffer_fini(&c->in);
	buffer_fini(&c->out);
	free(c->n_accept);
	tw_wipe(c, sizeof(*c));
	free(c);
}

void conn_done(struct tw_server_conn *c, const char *why)
{
	if (c->done)
		return;
	c->done = true;
	c->why = why;
	c->deadline = TW_NEVER;
}

uint8_t *conn_room(struct tw_server_conn *c, size_t n)
{
	uint8_t *p = buffer_room(&c->out, n);

	if (!p)
		conn_done(c, "out of memory");
	return p;
}

void conn_send(struct tw_server_conn *c, uint8_t *msg, size_t n)
{
	if (channel_send(&c->channel, msg, n))
		conn_done(c, "encryption failed");
	else
		c->out.len += n;
}

void conn_send_accept(struct tw_server_conn *c, const struct tw_accept_session *m)
{
	uint8_t *p = conn_room(c, TW_ACCEPT_SESSION_LEN);

	if (!p)
		return;
	tw_accept_session_build(m, p, TW_ACCEPT_SESSION_LEN);
	conn_send(c, p, TW_ACCEPT_SESSION_LEN);
}

void conn_refuse(struct tw_server_conn *c, enum tw_accept accept, const char *why)
{
	const struct tw_accept_session m = {.accept = (uint8_t)accept};

	c->server->counters.sessions_refused++;
	c->refusal = why;
	conn_send_accept(c, &m);
}

/* RFC 5357 section 3.4; the stream cannot be trusted after it, so it ends (Appendix A7). */
void conn_unexpected(struct tw_server_conn *c, const char *why)
{
	const struct tw_accept_session m = {.accept = TW_ACCEPT_NOT_SUPPORTED};

	c->server->counters.bad_command++;
	conn_send_accept(c, &m);
	conn_done(c, why);
}

void conn_next(struct tw_server_conn *c, struct tw_ns now)
{
	buffer_take(&c->in, c->in.len);
	c->need = TW_CONTROL_BLOCK;
	c->head_open = false;
	c->command = 0;
	if (!c->done)
		c->deadline =
			c->in_progress ? TW_NEVER : tw_ns_add(now, c->server->config.servwait);
}

const uint8_t *tw_server_conn_output(struct tw_server_conn *c, size_t *ret_len)
{
	*ret_len = c->out.len;
	return buffer_data(&c->out);
}

void tw_server_conn_sent(struct tw_server_conn *c, size_t len)
{
	buffer_take(&c->out, len < c->out.len ? len : c->out.len);
}

bool tw_server_conn_done(const struct tw_server_conn *c, const char **ret_why)
{
	if (c->done && ret_why)
		*ret_why = c->why;
	return c->done;
}

const char *tw_server_conn_refusal(const struct tw_server_conn *c)
{
	return c->refusal;
}

void *tw_server_conn_arg(const struct tw_server_conn *c)
{
	return c->arg;
}

uint32_t tw_server_conn_sessions(const struct tw_server_conn *c)
{
	return c->held;
}

uint32_t tw_server_conn_mode(const struct tw_server_conn *c)
{
	return c->mode;
}

const char *tw_server_conn_user(const struct tw_server_conn *c)
{
	return c->user;
}

uint32_t tw_server_sessions(const struct tw_server *s)
{
	return s->used;
}

const struct tw_server_counters *tw_server_counters(const struct tw_server *s)
{
	return &s->counters;
}
