/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * perfSONAR's twping and twampd as they spoke to each other (tests/data/captures): the whole
 * exchange decoded, and each of our machines put in the place of its counterpart.
 */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_batch.h"
#include "tw_capture.h"
#include "tw_cipher.h"
#include "tw_control_test.h"

#define OPEN_MODE TW_TEST_DATA "/captures/owamp-5.2.3-twamp-mode-O.pcap"
#define AUTHENTICATED TW_TEST_DATA "/captures/owamp-5.2.3-twamp-mode-A.pcap"
#define PASSPHRASE "passphrase1"

/* Where the messages begin in each direction. */
enum {
	AT_SETUP = 0,
	AT_REQUEST = 164,
	AT_START = 164 + 112,
	AT_STOP = 164 + 112 + 32,
	TO_SERVER = 164 + 112 + 32 + 32,
	AT_GREETING = 0,
	AT_SERVER_START = 64,
	AT_ACCEPT = 64 + 48,
	AT_ACK = 64 + 48 + 48,
	TO_CLIENT = 64 + 48 + 48 + 32,
};

/* Everything that went over the connection, in clear text. */
struct decoded {
	struct tw_capture raw;
	struct tw_greeting greeting;
	struct tw_setup_response setup;
	struct tw_server_start start;
	struct tw_request_session request;
	struct tw_accept_session accept;
	struct tw_stop_sessions stop;
	uint8_t ack;
	struct tw_keys keys;
};

/* Decrypt a message in place and check the HMAC at its end. */
static void open_message(struct tw_cbc *cbc, struct tw_hmac *mac, uint8_t *p, size_t len)
{
	uint8_t tag[16];

	assert_int_equal(tw_cbc_update(cbc, p, len), 0);
	assert_int_equal(tw_hmac_update(mac, p, len - 16), 0);
	assert_int_equal(tw_hmac_final(mac, tag, 16), 0);
	assert_memory_equal(tag, p + len - 16, 16);
}

static void decrypt_control(struct decoded *d)
{
	uint8_t *up = d->raw.to_server;
	uint8_t *down = d->raw.to_client;
	uint8_t key[16];
	struct tw_cbc *cbc;
	struct tw_hmac *mac;

	assert_string_equal((const char *)d->setup.key_id, "testu");
	assert_int_equal(d->greeting.count, 2048);
	assert_int_equal(
		tw_kdf(PASSPHRASE, strlen(PASSPHRASE), d->greeting.salt, d->greeting.count, key),
		0);
	assert_int_equal(tw_token_open(key, d->greeting.challenge, d->setup.token, &d->keys), 0);

	assert_int_equal(tw_cbc_create(TW_DECRYPT, d->keys.aes, d->setup.client_iv, &cbc), 0);
	assert_int_equal(tw_hmac_create(TW_HASH_SHA1, d->keys.hmac, 32, &mac), 0);
	open_message(cbc, mac, up + AT_REQUEST, 112);
	open_message(cbc, mac, up + AT_START, 32);
	open_message(cbc, mac, up + AT_STOP, 32);
	tw_cbc_destroy(cbc);
	tw_hmac_destroy(mac);

	assert_int_equal(tw_cbc_create(TW_DECRYPT, d->keys.aes, d->start.server_iv, &cbc), 0);
	assert_int_equal(tw_hmac_create(TW_HASH_SHA1, d->keys.hmac, 32, &mac), 0);
	/* the third block of Server-Start belongs to the text of the first HMAC */
	assert_int_equal(tw_cbc_update(cbc, down + AT_SERVER_START + 32, 16), 0);
	assert_int_equal(tw_hmac_update(mac, down + AT_SERVER_START + 32, 16), 0);
	open_message(cbc, mac, down + AT_ACCEPT, 48);
	open_message(cbc, mac, down + AT_ACK, 32);
	tw_cbc_destroy(cbc);
	tw_hmac_destroy(mac);
}

static void decode(const char *file, struct decoded *d)
{
	uint8_t *up = d->raw.to_server;
	uint8_t *down = d->raw.to_client;

	memset(d, 0, sizeof(*d));
	tw_capture_load(file, 8862, &d->raw);
	assert_int_equal(d->raw.to_server_len, TO_SERVER);
	assert_int_equal(d->raw.to_client_len, TO_CLIENT);
	assert_int_equal(tw_greeting_parse(down, 64, &d->greeting), 0);
	assert_int_equal(tw_setup_response_parse(up, 164, &d->setup), 0);
	assert_int_equal(tw_server_start_parse(down + AT_SERVER_START, 48, &d->start), 0);
	if (tw_mode_protects_control(d->setup.mode))
		decrypt_control(d);
	assert_int_equal(tw_server_start_parse(down + AT_SERVER_START, 48, &d->start), 0);
	assert_int_equal(tw_request_session_parse(up + AT_REQUEST, 112, &d->request), 0);
	assert_int_equal(tw_start_sessions_parse(up + AT_START, 32), 0);
	assert_int_equal(tw_stop_sessions_parse(up + AT_STOP, 32, &d->stop), 0);
	assert_int_equal(tw_accept_session_parse(down + AT_ACCEPT, 48, &d->accept), 0);
	assert_int_equal(tw_start_ack_parse(down + AT_ACK, 32, &d->ack), 0);
}

static void check_fields(const struct decoded *d, uint32_t mode, uint32_t padding)
{
	const uint8_t localhost[16] = {127, 0, 0, 1};
	int64_t ahead;

	assert_int_equal(d->greeting.modes, 15);
	assert_int_equal(d->setup.mode, mode);
	assert_int_equal(d->start.accept, 0);
	assert_int_equal(d->request.ipvn, 4);
	assert_memory_equal(d->request.sender_address, localhost, 16);
	assert_memory_equal(d->request.receiver_address, localhost, 16);
	assert_int_equal(d->request.sender_port, d->raw.udp[0].sport);
	assert_int_equal(d->request.padding_length, padding);
	assert_int_equal(d->request.type_p, 0);
	assert_int_equal(d->request.conf_sender | d->request.conf_receiver, 0);
	assert_int_equal(d->accept.accept, 0);
	assert_int_equal(d->accept.port, d->raw.udp[0].dport);
	assert_memory_equal(d->accept.sid, localhost, 4);
	assert_int_equal(d->ack, 0);
	assert_int_equal(d->stop.accept, 0);
	assert_int_equal(d->stop.sessions, 1);
	/* it wanted to start a second after the server made the SID, or so */
	ahead = (int64_t)(d->request.start_time.v - tw_get64(d->accept.sid + 4));
	assert_true(ahead > 0 && ahead < (int64_t)2 << 32);
}

static void open_mode_decodes(void **state)
{
	struct decoded d;

	(void)state;
	decode(OPEN_MODE, &d);
	check_fields(&d, 1, 27);
	assert_int_equal(d.raw.udps, 20);
	for (uint32_t i = 0; i < 10; i++) {
		const struct tw_capture_udp *q = &d.raw.udp[2 * i];
		const struct tw_capture_udp *r = &d.raw.udp[2 * i + 1];

		assert_int_equal(q->len, 41);
		assert_int_equal(r->len, 41);
		assert_int_equal(tw_get32(q->data), i);
		assert_int_equal(tw_get32(r->data), i);
		assert_memory_equal(r->data + 24, q->data, 14);
		assert_int_equal(r->data[40], 255);
	}
}

static void authenticated_mode_decodes(void **state)
{
	struct tw_batch *b;
	struct tw_batch_key *k;
	struct tw_keys test;
	struct decoded d;

	(void)state;
	decode(AUTHENTICATED, &d);
	check_fields(&d, 2, 64);
	assert_int_equal(d.raw.udps, 20);
	assert_int_equal(tw_test_keys(d.accept.sid, &d.keys, &test), 0);
	assert_int_equal(tw_batch_create(TW_BATCH_AUTO, &b), 0);
	assert_int_equal(tw_batch_key_create(b, TW_HASH_SHA1, test.hmac, 32, test.aes, &k), 0);
	for (uint32_t i = 0; i < 10; i++) {
		uint8_t *q = d.raw.udp[2 * i].data;
		uint8_t *r = d.raw.udp[2 * i + 1].data;
		const struct tw_batch_op op[2] = {
			{.key = k, .text = q, .tag = q + 32, .len = 16},
			{.key = k, .text = r, .tag = r + 96, .len = 16},
		};

		assert_int_equal(d.raw.udp[2 * i].len, 112);
		assert_int_equal(d.raw.udp[2 * i + 1].len, 112);
		assert_int_equal(tw_batch_open(b, op, 2), 3);
		assert_int_equal(tw_get32(q), i);
		assert_int_equal(tw_get32(r), i);
		assert_int_equal(tw_get32(r + 48), i);
		assert_memory_equal(r + 64, q + 16, 10); /* T1 and its error estimate */
		assert_int_equal(r[80], 255);
		assert_true(tw_get64(r + 32) > tw_get64(q + 16));  /* T2 after T1 */
		assert_true(tw_get64(r + 16) >= tw_get64(r + 32)); /* T3 after T2 */
	}
	tw_batch_key_destroy(k);
	tw_batch_destroy(b);
}

/* Our client in twping's place says what twping said, octet for octet. */
static void client_says(struct tw_client *c, const uint8_t *want, size_t n)
{
	size_t len;
	const uint8_t *p = tw_client_output(c, &len);

	assert_int_equal(len, n);
	assert_memory_equal(p, want, n);
	tw_client_sent(c, TW_SEC(0), n);
}

static void check_client(const char *file, const char *key_id, const char *passphrase)
{
	struct tw_fake_random random = {.n = 0};
	struct tw_capture raw;
	struct tw_client_config cfg;
	struct tw_client_request r = {.dscp = 0};
	struct tw_client_event e;
	struct tw_client *c;
	struct decoded d;
	uint32_t index;

	decode(file, &d);
	tw_capture_load(file, 8862, &raw);
	tw_fake_say(&random, d.keys.aes, 16);
	tw_fake_say(&random, d.keys.hmac, 32);
	tw_fake_say(&random, d.setup.client_iv, 16);
	tw_client_config_init(&cfg);
	cfg.modes = d.setup.mode;
	cfg.key_id = key_id;
	cfg.passphrase = passphrase;
	cfg.passphrase_len = passphrase ? strlen(passphrase) : 0;
	cfg.random = tw_fake_random;
	cfg.random_arg = &random;
	tw_addr_parse("127.0.0.1", &r.sender.addr);
	r.receiver.addr = r.sender.addr;
	r.sender.port = d.request.sender_port;
	r.receiver.port = d.request.receiver_port;
	r.padding_length = d.request.padding_length;
	r.start_time = d.request.start_time;
	r.timeout = tw_timeout_to_ns(d.request.timeout);
	assert_int_equal(tw_client_create(&cfg, TW_SEC(0), &c), 0);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	tw_client_feed(c, TW_SEC(0), raw.to_client, 64);
	client_says(c, raw.to_server + AT_SETUP, 164);
	tw_client_feed(c, TW_SEC(0), raw.to_client + AT_SERVER_START, 48);
	assert_true(tw_client_server_start_time(c).v == d.start.start_time.v);
	client_says(c, raw.to_server + AT_REQUEST, 112);
	tw_client_feed(c, TW_SEC(0), raw.to_client + AT_ACCEPT, 48);
	assert_int_equal(tw_client_session(c, 0)->port, d.accept.port);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	client_says(c, raw.to_server + AT_START, 32);
	tw_client_feed(c, TW_SEC(0), raw.to_client + AT_ACK, 32);
	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), 0);
	client_says(c, raw.to_server + AT_STOP, 32);
	while (tw_client_next_event(c, &e))
		;
	assert_int_equal(tw_client_failed(c, NULL), 0);
	tw_client_destroy(c);
}

static void our_client_in_twpings_place(void **state)
{
	(void)state;
	check_client(OPEN_MODE, NULL, NULL);
	check_client(AUTHENTICATED, "testu", PASSPHRASE);
}

/*
 * Our server in twampd's place: the same greeting and Server-Start, and everything that twping
 * sent is understood. The SID is ours, so its answers differ from there on.
 */
static void check_server(const char *file)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	struct tw_server_action a;
	struct tw_capture raw;
	struct decoded d;
	uint64_t challenges;
	uint8_t dummy[32] = {0};

	decode(file, &d);
	tw_capture_load(file, 8862, &raw);
	tw_bench_init(&b);
	challenges = tw_get64(d.greeting.challenge + 8);
	tw_fake_say(&b.random, &challenges, 8);
	tw_fake_say(&b.random, dummy, sizeof(dummy));
	tw_fake_say(&b.random, d.greeting.challenge, 8);
	tw_fake_say(&b.random, d.greeting.salt, 16);
	if (tw_mode_protects_control(d.setup.mode))
		tw_fake_say(&b.random, d.start.server_iv, 16);
	b.config.modes = 15;
	b.config.kdf_count = 2048;
	b.config.epoch = d.start.start_time;
	tw_addr_parse("127.0.0.1", &b.client_end.addr);
	b.server_end.addr = b.client_end.addr;
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_expect(c, raw.to_client, 64);
	tw_give(c, TW_SEC(0), raw.to_server, 164);
	tw_expect(c, raw.to_client + AT_SERVER_START, 48);
	tw_give(c, TW_SEC(0), raw.to_server + AT_REQUEST, 112);
	a = tw_action(&b, TW_SEC(0), TW_SERVER_CREATE);
	assert_int_equal(a.session->sender.port, d.request.sender_port);
	assert_int_equal(a.session->receiver.port, d.request.receiver_port);
	assert_true(a.session->start_time.v == d.request.start_time.v);
	tw_server_created(b.server, TW_SEC(0), a.session->id, 0, d.accept.port);
	tw_server_conn_sent(c, 48);
	tw_give(c, TW_SEC(0), raw.to_server + AT_START, 32);
	a = tw_action(&b, TW_SEC(0), TW_SERVER_START);
	tw_server_started(b.server, TW_SEC(0), a.session->id, 0);
	tw_server_conn_sent(c, 32);
	tw_give(c, TW_SEC(0), raw.to_server + AT_STOP, 32);
	tw_action(&b, TW_SEC(0), TW_SERVER_STOP);
	assert_false(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, TW_SEC(0));
	tw_bench_fini(&b);
}

static void our_server_in_twampds_place(void **state)
{
	(void)state;
	check_server(OPEN_MODE);
	check_server(AUTHENTICATED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_mode_decodes),
		cmocka_unit_test(authenticated_mode_decodes),
		cmocka_unit_test(our_client_in_twpings_place),
		cmocka_unit_test(our_server_in_twampds_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
