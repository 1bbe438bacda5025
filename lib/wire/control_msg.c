/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_control_msg.h"

#include "tw_cursor.h"

#include <errno.h>

static int write_end(const struct tw_writer *w)
{
	return w->failed ? -ENOBUFS : 0;
}

/*
 * Server-Greeting, RFC 4656 section 3.1
 *
 *   0                               12      16               32               48      52       64
 *   +-------------------------------+-------+----------------+----------------+-------+--------+
 *   |         Unused (MBZ)          | Modes |   Challenge    |      Salt      | Count |  MBZ   |
 *   +-------------------------------+-------+----------------+----------------+-------+--------+
 */
int tw_greeting_parse(const uint8_t *buf, size_t len, struct tw_greeting *ret)
{
	struct tw_reader r = tw_reader_init(buf, len);
	struct tw_greeting m;

	tw_read_skip(&r, 12);
	m.modes = tw_read32(&r);
	tw_read_copy(&r, m.challenge, sizeof(m.challenge));
	tw_read_copy(&r, m.salt, sizeof(m.salt));
	m.count = tw_read32(&r);
	tw_read_skip(&r, 12);
	if (r.failed)
		return -EMSGSIZE;
	*ret = m;
	return 0;
}

int tw_greeting_build(const struct tw_greeting *m, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write_zero(&w, 12);
	tw_write32(&w, m->modes);
	tw_write_copy(&w, m->challenge, sizeof(m->challenge));
	tw_write_copy(&w, m->salt, sizeof(m->salt));
	tw_write32(&w, m->count);
	tw_write_zero(&w, 12);
	return write_end(&w);
}

/*
 * Set-Up-Response, RFC 4656 section 3.1
 *
 *   0      4                              84                            148              164
 *   +------+------------------------------+-----------------------------+----------------+
 *   | Mode |  KeyID (80, zeros at its end) |         Token (64)          |   Client-IV    |
 *   +------+------------------------------+-----------------------------+----------------+
 */
int tw_setup_response_parse(const uint8_t *buf, size_t len, struct tw_setup_response *ret)
{
	struct tw_reader r = tw_reader_init(buf, len);
	struct tw_setup_response m;

	m.mode = tw_read32(&r);
	tw_read_copy(&r, m.key_id, sizeof(m.key_id));
	tw_read_copy(&r, m.token, sizeof(m.token));
	tw_read_copy(&r, m.client_iv, sizeof(m.client_iv));
	if (r.failed)
		return -EMSGSIZE;
	*ret = m;
	return 0;
}

int tw_setup_response_build(const struct tw_setup_response *m, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write32(&w, m->mode);
	tw_write_copy(&w, m->key_id, sizeof(m->key_id));
	tw_write_copy(&w, m->token, sizeof(m->token));
	tw_write_copy(&w, m->client_iv, sizeof(m->client_iv));
	return write_end(&w);
}

/*
 * Server-Start, RFC 4656 section 3.1; on a protected connection encrypted from octet 32 on
 *
 *   0                        15       16               32            40           48
 *   +------------------------+--------+----------------+-------------+------------+
 *   |          MBZ           | Accept |   Server-IV    | Start-Time  |    MBZ     |
 *   +------------------------+--------+----------------+-------------+------------+
 */
int tw_server_start_parse(const uint8_t *buf, size_t len, struct tw_server_start *ret)
{
	struct tw_reader r = tw_reader_init(buf, len);
	struct tw_server_start m;

	tw_read_skip(&r, 15);
	m.accept = tw_read8(&r);
	tw_read_copy(&r, m.server_iv, sizeof(m.server_iv));
	m.start_time.v = tw_read64(&r);
	tw_read_skip(&r, 8);
	if (r.failed)
		return -EMSGSIZE;
	*ret = m;
	return 0;
}

int tw_server_start_build(const struct tw_server_start *m, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write_zero(&w, 15);
	tw_write8(&w, m->accept);
	tw_write_copy(&w, m->server_iv, sizeof(m->server_iv));
	tw_write64(&w, m->start_time.v);
	tw_write_zero(&w, 8);
	return write_end(&w);
}

/*
 * Request-TW-Session, RFC 5357 section 3.5, with the fields of RFC 6038 section 4.1
 *
 *    0  +-----------+----------------+-----------------+-------------------+--------------------+
 *       |     5     | MBZ 4, IPVN 4  | Conf-Sender (1) | Conf-Receiver (1) | Schedule Slots (4) |
 *    8  +-----------+----------------+-----------------+-------------------+--------------------+
 *       |       Packets (4)          |         Sender Port (2)             | Receiver Port (2)  |
 *   16  +----------------------------+-------------------------------------+--------------------+
 *       |                                Sender Address (16)                                    |
 *   32  +---------------------------------------------------------------------------------------+
 *       |                               Receiver Address (16)                                   |
 *   48  +---------------------------------------------------------------------------------------+
 *       |                                     SID (16)                                          |
 *   64  +----------------------------+----------------------------------+-----------------------+
 *       |     Padding Length (4)     |          Start Time (8)          |      Timeout (8)      |
 *   84  +----------------------------+----------------------------------+-----------------------+
 *       |   Type-P Descriptor (4)    |     Octets to reflect (2)        | Reflect length (2)    |
 *   92  +----------------------------+----------------------------------+-----------------------+
 *       |          MBZ (4)           |                    HMAC (16)                             |
 *  112  +----------------------------+----------------------------------------------------------+
 */
int tw_request_session_parse(const uint8_t *buf, size_t len, struct tw_request_session *ret)
{
	struct tw_reader r = tw_reader_init(buf, len);
	struct tw_request_session m;
	uint8_t command = tw_read8(&r);

	m.ipvn = tw_read8(&r) & 0x0f;
	m.conf_sender = tw_read8(&r);
	m.conf_receiver = tw_read8(&r);
	m.schedule_slots = tw_read32(&r);
	m.packets = tw_read32(&r);
	m.sender_port = tw_read16(&r);
	m.receiver_port = tw_read16(&r);
	tw_read_copy(&r, m.sender_address, sizeof(m.sender_address));
	tw_read_copy(&r, m.receiver_address, sizeof(m.receiver_address));
	tw_read_copy(&r, m.sid, sizeof(m.sid));
	m.padding_length = tw_read32(&r);
	m.start_time.v = tw_read64(&r);
	m.timeout = tw_read64(&r);
	m.type_p = tw_read32(&r);
	m.octets_to_reflect = tw_read16(&r);
	m.reflect_length = tw_read16(&r);
	tw_read_skip(&r, 4 + TW_CONTROL_BLOCK);
	if (r.failed)
		return -EMSGSIZE;
	if (command != TW_CMD_REQUEST_SESSION)
		return -EBADMSG;
	*ret = m;
	return 0;
}

int tw_request_session_build(const struct tw_request_session *m, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write8(&w, TW_CMD_REQUEST_SESSION);
	tw_write8(&w, m->ipvn & 0x0f);
	tw_write8(&w, m->conf_sender);
	tw_write8(&w, m->conf_receiver);
	tw_write32(&w, m->schedule_slots);
	tw_write32(&w, m->packets);
	tw_write16(&w, m->sender_port);
	tw_write16(&w, m->receiver_port);
	tw_write_copy(&w, m->sender_address, sizeof(m->sender_address));
	tw_write_copy(&w, m->receiver_address, sizeof(m->receiver_address));
	tw_write_copy(&w, m->sid, sizeof(m->sid));
	tw_write32(&w, m->padding_length);
	tw_write64(&w, m->start_time.v);
	tw_write64(&w, m->timeout);
	tw_write32(&w, m->type_p);
	tw_write16(&w, m->octets_to_reflect);
	tw_write16(&w, m->reflect_length);
	tw_write_zero(&w, 4 + TW_CONTROL_BLOCK);
	return write_end(&w);
}

/*
 * Accept-Session, RFC 5357 section 3.5, with the fields of RFC 6038 section 4.1
 *
 *   0        1     2      4                20                 22              24    32         48
 *   +--------+-----+------+----------------+------------------+---------------+-----+----------+
 *   | Accept | MBZ | Port |      SID       | Reflected octets | Server octets | MBZ |   HMAC   |
 *   +--------+-----+------+----------------+------------------+---------------+-----+----------+
 */
int tw_accept_session_parse(const uint8_t *buf, size_t len, struct tw_accept_session *ret)
{
	struct tw_reader r = tw_reader_init(buf, len);
	struct tw_accept_session m;

	m.accept = tw_read8(&r);
	tw_read_skip(&r, 1);
	m.port = tw_read16(&r);
	tw_read_copy(&r, m.sid, sizeof(m.sid));
	m.reflected_octets = tw_read16(&r);
	m.server_octets = tw_read16(&r);
	tw_read_skip(&r, 8 + TW_CONTROL_BLOCK);
	if (r.failed)
		return -EMSGSIZE;
	*ret = m;
	return 0;
}

int tw_accept_session_build(const struct tw_accept_session *m, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write8(&w, m->accept);
	tw_write8(&w, 0);
	tw_write16(&w, m->port);
	tw_write_copy(&w, m->sid, sizeof(m->sid));
	tw_write16(&w, m->reflected_octets);
	tw_write16(&w, m->server_octets);
	tw_write_zero(&w, 8 + TW_CONTROL_BLOCK);
	return write_end(&w);
}

/*
 * Start-Sessions, RFC 5357 section 3.7            Start-Ack, RFC 5357 section 3.7
 *
 *   0   1              16             32            0        1         16             32
 *   +---+--------------+--------------+             +--------+---------+--------------+
 *   | 2 |     MBZ      |     HMAC     |             | Accept |   MBZ   |     HMAC     |
 *   +---+--------------+--------------+             +--------+---------+--------------+
 */
int tw_start_sessions_parse(const uint8_t *buf, size_t len)
{
	struct tw_reader r = tw_reader_init(buf, len);
	uint8_t command = tw_read8(&r);

	tw_read_skip(&r, TW_START_SESSIONS_LEN - 1);
	if (r.failed)
		return -EMSGSIZE;
	return command == TW_CMD_START_SESSIONS ? 0 : -EBADMSG;
}

int tw_start_sessions_build(uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write8(&w, TW_CMD_START_SESSIONS);
	tw_write_zero(&w, TW_START_SESSIONS_LEN - 1);
	return write_end(&w);
}

int tw_start_ack_parse(const uint8_t *buf, size_t len, uint8_t *ret_accept)
{
	struct tw_reader r = tw_reader_init(buf, len);
	uint8_t accept = tw_read8(&r);

	tw_read_skip(&r, TW_START_ACK_LEN - 1);
	if (r.failed)
		return -EMSGSIZE;
	*ret_accept = accept;
	return 0;
}

int tw_start_ack_build(uint8_t accept, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write8(&w, accept);
	tw_write_zero(&w, TW_START_ACK_LEN - 1);
	return write_end(&w);
}

/*
 * Stop-Sessions, RFC 5357 section 3.8; nobody answers it
 *
 *   0   1        2       4                     8                16             32
 *   +---+--------+-------+---------------------+----------------+--------------+
 *   | 3 | Accept |  MBZ  | Number of Sessions  |      MBZ       |     HMAC     |
 *   +---+--------+-------+---------------------+----------------+--------------+
 */
int tw_stop_sessions_parse(const uint8_t *buf, size_t len, struct tw_stop_sessions *ret)
{
	struct tw_reader r = tw_reader_init(buf, len);
	struct tw_stop_sessions m;
	uint8_t command = tw_read8(&r);

	m.accept = tw_read8(&r);
	tw_read_skip(&r, 2);
	m.sessions = tw_read32(&r);
	tw_read_skip(&r, 8 + TW_CONTROL_BLOCK);
	if (r.failed)
		return -EMSGSIZE;
	if (command != TW_CMD_STOP_SESSIONS)
		return -EBADMSG;
	*ret = m;
	return 0;
}

int tw_stop_sessions_build(const struct tw_stop_sessions *m, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write8(&w, TW_CMD_STOP_SESSIONS);
	tw_write8(&w, m->accept);
	tw_write_zero(&w, 2);
	tw_write32(&w, m->sessions);
	tw_write_zero(&w, 8 + TW_CONTROL_BLOCK);
	return write_end(&w);
}

/*
 * Start-N-Sessions (7), Start-N-Ack (8), Stop-N-Sessions (9), Stop-N-Ack (10), RFC 5938 section 3.
 * Accept is MBZ in the commands.
 *
 *   0         1        2             12                   16          16+16N          32+16N
 *   +---------+--------+-------------+--------------------+--- ... ---+--------------+
 *   | 7 .. 10 | Accept |     MBZ     | Number of Sessions |   SIDs    |     HMAC     |
 *   +---------+--------+-------------+--------------------+--- ... ---+--------------+
 */
static bool is_answer(uint8_t command)
{
	return command == TW_CMD_START_N_ACK || command == TW_CMD_STOP_N_ACK;
}

int tw_n_sessions_parse(const uint8_t *buf, size_t len, struct tw_n_sessions *ret)
{
	struct tw_reader r = tw_reader_init(buf, len);
	struct tw_n_sessions m;

	m.command = tw_read8(&r);
	m.accept = tw_read8(&r);
	tw_read_skip(&r, 10);
	m.sessions = tw_read32(&r);
	if (r.failed)
		return -EMSGSIZE;
	if (m.command < TW_CMD_START_N_SESSIONS || m.command > TW_CMD_STOP_N_ACK || !m.sessions)
		return -EBADMSG;
	if (!is_answer(m.command))
		m.accept = 0;
	m.sids = tw_read_skip(&r, 16 * (size_t)m.sessions);
	tw_read_skip(&r, TW_CONTROL_BLOCK);
	if (r.failed)
		return -EMSGSIZE;
	*ret = m;
	return 0;
}

int tw_n_sessions_build(const struct tw_n_sessions *m, uint8_t *buf, size_t len)
{
	struct tw_writer w = tw_writer_init(buf, len);

	tw_write8(&w, m->command);
	tw_write8(&w, is_answer(m->command) ? m->accept : 0);
	tw_write_zero(&w, 10);
	tw_write32(&w, m->sessions);
	tw_write_copy(&w, m->sids, 16 * (size_t)m->sessions);
	tw_write_zero(&w, TW_CONTROL_BLOCK);
	return write_end(&w);
}

struct command {
	uint8_t number;
	uint8_t len; /* 0: 32 and 16 for each session */
	const char *name;
};

static const struct command *find_command(uint8_t number)
{
	static const struct command table[] = {
#define X(sym, number, name, len, ref) {(number), (len), (name)},
		TW_COMMANDS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].number == number)
			return &table[i];
	return NULL;
}

size_t tw_command_len(const uint8_t *block)
{
	const struct command *c = find_command(block[0]);

	if (!c)
		return 0;
	return c->len ? c->len : TW_N_SESSIONS_LEN(tw_get32(block + 12));
}

const char *tw_command_name(uint8_t command)
{
	const struct command *c = find_command(command);

	return c ? c->name : NULL;
}

const char *tw_accept_words(uint8_t accept)
{
	static const char *const words[] = {
#define X(sym, value, text) [value] = (text),
		TW_ACCEPTS(X)
#undef X
	};

	return words[accept < sizeof(words) / sizeof(words[0]) ? accept : TW_ACCEPT_FAILURE];
}

int tw_type_p_dscp(uint32_t type_p, uint8_t *ret_dscp)
{
	if (type_p & 0xc0ffffffU)
		return -ENOTSUP;
	*ret_dscp = (uint8_t)(type_p >> 24);
	return 0;
}

uint64_t tw_timeout_from_ns(struct tw_ns d)
{
	tw_u128 v;

	if (d.v <= 0)
		return 0;
	v = ((tw_u128)(uint64_t)d.v << 32) / TW_NS_PER_SEC;
	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}
