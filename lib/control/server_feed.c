/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Octets become messages, messages become calls; SERVWAIT. */

#include "server_priv.h"

/* Above this much unsent output nothing more is read: the peer does not listen. */
#define OUTPUT_ENOUGH (BUFFER_INLINE / 2)

static void drop(struct tw_server_conn *c)
{
	c->server->counters.bad_hmac++;
	conn_done(c, "a message did not authenticate");
}

/*
 * The first block of a command says how long it is. Where it does not, an open connection is
 * told so; on a protected one such a block is not authentic as far as we can know, since nobody
 * can say where its HMAC is, and the connection ends without a word.
 */
static void command_head(struct tw_server_conn *c)
{
	uint8_t *head = buffer_data(&c->in);
	bool individual = c->mode & TW_MODE_INDIVIDUAL_CONTROL;
	bool known;

	if (channel_receive_part(&c->channel, head, TW_CONTROL_BLOCK)) {
		conn_done(c, "decryption failed");
		return;
	}
	c->head_open = true;
	switch (head[0]) {
	case TW_CMD_START_N_SESSIONS:
	case TW_CMD_STOP_N_SESSIONS:
		/* N is the peer's word; there can be no more than we allow. */
		known = individual && tw_command_len(head) > TW_N_SESSIONS_LEN(0) &&
			tw_command_len(head) <=
				TW_N_SESSIONS_LEN(c->server->config.sessions_per_connection);
		break;
	case TW_CMD_START_N_ACK:
	case TW_CMD_STOP_N_ACK:
		known = false;
		break;
	default:
		known = tw_command_len(head) != 0;
		break;
	}
	if (!known) {
		if (channel_protected(&c->channel))
			drop(c);
		else
			conn_unexpected(c, "unknown command, or more sessions than allowed");
		return;
	}
	c->need = tw_command_len(head);
	if (!buffer_room(&c->in, c->need - c->in.len))
		conn_done(c, "out of memory");
}

static void command(struct tw_server_conn *c, struct tw_ns now)
{
	uint8_t *msg = buffer_data(&c->in);
	bool individual = c->mode & TW_MODE_INDIVIDUAL_CONTROL;
	struct tw_n_sessions n;

	if (channel_receive(&c->channel, msg + TW_CONTROL_BLOCK, c->need - TW_CONTROL_BLOCK)) {
		drop(c);
		return;
	}
	switch (msg[0]) {
	case TW_CMD_REQUEST_SESSION:
		if (c->in_progress && !individual)
			conn_unexpected(c, "a request while sessions are running");
		else
			request_session(c, now, msg);
		return;
	case TW_CMD_REQUEST_MICRO_SESSIONS: /* RFC 9533 */
		conn_refuse(c, TW_ACCEPT_NOT_SUPPORTED, "micro sessions (RFC 9533)");
		conn_next(c, now);
		return;
	case TW_CMD_START_SESSIONS:
		if (individual || c->in_progress)
			conn_unexpected(c, "Start-Sessions out of place");
		else
			sessions_start(c, now);
		return;
	case TW_CMD_STOP_SESSIONS:
		if (individual)
			conn_unexpected(c, "Stop-Sessions out of place");
		else
			sessions_stop(c, now, msg);
		return;
	default:
		tw_n_sessions_parse(msg, c->need, &n);
		if (n.command == TW_CMD_START_N_SESSIONS)
			sessions_start_n(c, now, &n);
		else
			sessions_stop_n(c, now, &n);
		return;
	}
}

static void message(struct tw_server_conn *c, struct tw_ns now)
{
	if (c->state == CONN_SETUP)
		setup_response(c, now);
	else if (!c->head_open)
		command_head(c);
	else
		command(c, now);
}

bool tw_server_conn_reads(const struct tw_server_conn *c)
{
	return !c->done && !c->waiting && c->state != CONN_KDF && c->out.len <= OUTPUT_ENOUGH;
}

size_t tw_server_conn_feed(
	struct tw_server_conn *c, struct tw_ns now, const void *octets, size_t len)
{
	const uint8_t *p = octets;
	size_t used = 0;

	while (used < len && tw_server_conn_reads(c)) {
		size_t n = c->need - c->in.len;

		if (n > len - used)
			n = len - used;
		/* room was made when the need became known */
		memcpy(buffer_data(&c->in) + c->in.len, p + used, n);
		c->in.len += n;
		used += n;
		if (c->in.len == c->need)
			message(c, now);
	}
	return used;
}

struct tw_ns tw_server_conn_deadline(const struct tw_server_conn *c)
{
	return c->deadline;
}

void tw_server_conn_tick(struct tw_server_conn *c, struct tw_ns now)
{
	if (c->done || now.v < c->deadline.v)
		return;
	switch (c->state) {
	case CONN_KDF:
		setup_keys(c, now);
		break;
	case CONN_SETUP:
		c->server->counters.setup_timeout++;
		conn_done(c, "not set up in time");
		break;
	default:
		c->server->counters.servwait++;
		conn_done(c, "idle for SERVWAIT");
		break;
	}
}
