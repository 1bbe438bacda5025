/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "client_priv.h"

#define SESSIONS_MAX 65536

void tw_client_config_init(struct tw_client_config *c)
{
	*c = (struct tw_client_config){
		.modes = TW_MODES_SECURITY | TW_MODE_DSCP_ECN | TW_MODE_PTPV2,
		.kdf_count_max = TW_KDF_COUNT_MAX_DEFAULT,
		.sessions = 1024,
		.window = 1,
		.reply_wait = tw_ns(30 * TW_NS_PER_SEC),
		.random = tw_random,
	};
}

int tw_client_create(
	const struct tw_client_config *config, struct tw_ns now, struct tw_client **ret)
{
	size_t id_len = config->key_id ? strlen(config->key_id) : 0;
	struct tw_client_config cfg = *config;
	struct tw_client *c;

	cfg.modes |= cfg.require;
	if (!cfg.passphrase || !cfg.passphrase_len) {
		cfg.passphrase_len = 0;
		cfg.modes &= ~(uint32_t)(TW_MODE_AUTHENTICATED | TW_MODE_ENCRYPTED | TW_MODE_MIXED);
	}
	if (!(cfg.modes & TW_MODES_SECURITY) || cfg.modes & ~TW_MODES_KNOWN ||
		cfg.require & ~cfg.modes || !cfg.sessions || cfg.sessions > SESSIONS_MAX ||
		!cfg.window || !cfg.random || id_len > TW_KEYID_MAX)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->session = calloc(cfg.sessions, sizeof(*c->session));
	if (cfg.passphrase_len)
		c->passphrase = malloc(cfg.passphrase_len);
	if (!c->session || (cfg.passphrase_len && !c->passphrase)) {
		tw_client_destroy(c);
		return -ENOMEM;
	}
	if (cfg.passphrase_len)
		memcpy(c->passphrase, cfg.passphrase, cfg.passphrase_len);
	if (id_len)
		memcpy(c->key_id, cfg.key_id, id_len);
	cfg.key_id = NULL;
	cfg.passphrase = NULL;
	c->config = cfg;
	c->need = TW_GREETING_LEN;
	c->event_first = NO_SESSION;
	c->event_last = NO_SESSION;
	client_rearm(c, now);
	*ret = c;
	return 0;
}

void tw_client_destroy(struct tw_client *c)
{
	if (!c)
		return;
	if (c->passphrase)
		tw_wipe(c->passphrase, c->config.passphrase_len);
	free(c->passphrase);
	if (c->session)
		tw_wipe(c->session, c->sessions * sizeof(*c->session));
	free(c->session);
	channel_fini(&c->channel);
	buffer_fini(&c->in);
	buffer_fini(&c->out);
	tw_wipe(c, sizeof(*c));
	free(c);
}

void client_fail(struct tw_client *c, int error, const char *fmt, ...)
{
	va_list ap;

	if (c->error)
		return;
	c->error = error;
	c->deadline = tw_ns(INT64_MAX);
	va_start(ap, fmt);
	vsnprintf(c->why.text, sizeof(c->why.text), fmt, ap);
	va_end(ap);
}

uint8_t *client_room(struct tw_client *c, size_t n)
{
	uint8_t *p = buffer_room(&c->out, n);

	if (!p)
		client_fail(c, -ENOMEM, "out of memory");
	return p;
}

int client_send(struct tw_client *c, struct tw_ns now, uint8_t *msg, size_t n)
{
	if (channel_send(&c->channel, msg, n)) {
		client_fail(c, -EIO, "encryption failed");
		return -EIO;
	}
	c->out.len += n;
	client_rearm(c, now);
	return 0;
}

void client_event(struct tw_client *c, struct client_session *s)
{
	uint32_t me = (uint32_t)(s - c->session);

	if (s->has_event)
		return;
	s->has_event = true;
	s->event_next = NO_SESSION;
	if (c->event_last == NO_SESSION)
		c->event_first = me;
	else
		c->session[c->event_last].event_next = me;
	c->event_last = me;
}

bool tw_client_next_event(struct tw_client *c, struct tw_client_event *ret)
{
	struct client_session *s;

	if (c->ready_event) {
		c->ready_event = false;
		*ret = (struct tw_client_event){.kind = TW_CLIENT_EV_READY};
		return true;
	}
	if (c->event_first == NO_SESSION)
		return false;
	s = &c->session[c->event_first];
	*ret = (struct tw_client_event){
		.kind = TW_CLIENT_EV_SESSION,
		.index = c->event_first,
		.session = &s->p,
	};
	s->has_event = false;
	c->event_first = s->event_next;
	if (c->event_first == NO_SESSION)
		c->event_last = NO_SESSION;
	return true;
}

uint32_t tw_client_awaits(const struct tw_client *c)
{
	if (c->error)
		return 0;
	return (c->state != CLIENT_READY) + (c->sent - c->answered) + c->n_pending +
	       c->start_pending;
}

const char *client_awaited(const struct tw_client *c)
{
	if (c->state == CLIENT_GREETING)
		return "Server-Greeting";
	if (c->state == CLIENT_SERVER_START)
		return "Server-Start";
	if (c->sent != c->answered)
		return "Accept-Session";
	if (c->start_pending)
		return "Start-Ack";
	return c->n_pending ? "Start-N-Ack or Stop-N-Ack" : NULL;
}

void client_rearm(struct tw_client *c, struct tw_ns now)
{
	if (c->error)
		return;
	c->deadline = tw_client_awaits(c) ? tw_ns_add(now, c->config.reply_wait) : tw_ns(INT64_MAX);
}

void client_next(struct tw_client *c, struct tw_ns now)
{
	buffer_take(&c->in, c->in.len);
	c->need = TW_CONTROL_BLOCK;
	c->head_open = false;
	client_rearm(c, now);
}

static void message(struct tw_client *c, struct tw_ns now)
{
	if (c->state == CLIENT_GREETING)
		client_greeting(c, now);
	else if (c->state == CLIENT_SERVER_START)
		client_server_start(c, now);
	else if (!c->head_open)
		client_head(c);
	else
		client_answer(c, now);
}

size_t tw_client_feed(struct tw_client *c, struct tw_ns now, const void *octets, size_t len)
{
	const uint8_t *p = octets;
	size_t used = 0;

	while (used < len && !c->error) {
		size_t n = c->need - c->in.len;

		if (n > len - used)
			n = len - used;
		memcpy(buffer_data(&c->in) + c->in.len, p + used, n);
		c->in.len += n;
		used += n;
		if (c->in.len == c->need)
			message(c, now);
	}
	return used;
}

void tw_client_eof(struct tw_client *c, struct tw_ns now)
{
	const char *what = client_awaited(c);

	(void)now;
	if (what)
		client_fail(
			c, -ECONNRESET, "the server closed the connection instead of a %s", what);
	else
		client_fail(c, -ECONNRESET, "the server closed the connection");
}

void tw_client_tick(struct tw_client *c, struct tw_ns now)
{
	if (c->error || now.v < c->deadline.v)
		return;
	client_fail(c, -ETIMEDOUT, "no %s from the server within %.0f s", client_awaited(c),
		tw_ns_sec(c->config.reply_wait));
}

const uint8_t *tw_client_output(struct tw_client *c, size_t *ret_len)
{
	*ret_len = c->out.len;
	return buffer_data(&c->out);
}

void tw_client_sent(struct tw_client *c, struct tw_ns now, size_t len)
{
	buffer_take(&c->out, len < c->out.len ? len : c->out.len);
	client_send_requests(c, now);
}

int tw_client_failed(const struct tw_client *c, const char **ret_why)
{
	if (c->error && ret_why)
		*ret_why = c->why.text;
	return c->error;
}

uint8_t tw_client_accept(const struct tw_client *c)
{
	return c->accept;
}

struct tw_ns tw_client_deadline(const struct tw_client *c)
{
	return c->deadline;
}

uint32_t tw_client_offered(const struct tw_client *c)
{
	return c->offered;
}

uint32_t tw_client_mode(const struct tw_client *c)
{
	return c->mode;
}

struct tw_ntp tw_client_server_start_time(const struct tw_client *c)
{
	return c->start_time;
}

const struct tw_client_session *tw_client_session(const struct tw_client *c, uint32_t index)
{
	return index < c->sessions ? &c->session[index].p : NULL;
}
