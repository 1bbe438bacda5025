/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "same.h"

#include "tw_agreed.h"
#include "tw_batch.h"

/*
 * Negotiated sessions: what the loop answers by itself and what it leaves to the slow way gives
 * the same octets, the same counters, and the same state of each session.
 */

#define PACKETS 1500
#define SESSIONS 24
#define NEVER (1ULL << 44) /* between two requests, 2^-32 s */
#define HOUR tw_ns_from_sec(3600)

static struct dp_list in;
static struct tw_reflector_session cfg[SESSIONS];
static bool limited[SESSIONS];
static unsigned int last_step[SESSIONS]; /* of: added, started, stopped */
/* by the slow way, by the loop */
static struct tw_negotiated state_of[2][SESSIONS];
static struct tw_batch *batch;
static struct tw_batch_key *key;

static int setup(void **state)
{
	static const uint8_t hmac[32] = {1}, aes[16] = {2};

	if (dp_setup(state) < 0 || tw_batch_create(TW_BATCH_AUTO, &batch) < 0)
		return -1;
	return tw_batch_key_create(batch, TW_HASH_SHA1, hmac, sizeof(hmac), aes, &key);
}

static int teardown(void **state)
{
	tw_batch_key_destroy(key);
	tw_batch_destroy(batch);
	return dp_teardown(state);
}

static void random_session(struct tw_rand *r, unsigned int i)
{
	const struct dp_packet p = dp_request(i & 1 ? 6 : 4, 0);
	struct tw_reflector_session *s = &cfg[i];

	memset(s, 0, sizeof(*s));
	s->sender.addr.family = s->reflector.addr.family = (uint8_t)p.family;
	memcpy(s->sender.addr.b, p.src, sizeof(p.src));
	memcpy(s->reflector.addr.b, p.dst, sizeof(p.dst));
	s->sender.port = (uint16_t)(20000 + i);
	s->reflector.port = same_below(r, 3) ? 862 : 20862;
	/* whom nothing may be sent to: a broadcast, ourselves, a multicast address */
	if (same_below(r, 8) == 0 && p.family == 4)
		s->sender.addr.b[3] = same_below(r, 2) ? 255 : s->reflector.addr.b[3];
	else if (same_below(r, 8) == 0)
		s->sender.addr.b[0] |= p.family == 4 ? 0xe0 : 0xff;
	s->security = same_below(r, 10) ? TW_SECURITY_OPEN : TW_SECURITY_AUTHENTICATED;
	s->key = s->security == TW_SECURITY_OPEN ? NULL : key;
	s->dscp = (uint8_t)same_below(r, 64);
	s->symmetrical = same_below(r, 2);
	s->dscp_ecn = same_below(r, 4) == 0;
	s->ptp = same_below(r, 8) == 0;
	s->refwait = HOUR;
	limited[i] = same_below(r, 8) == 0;
	last_step[i] = same_below(r, 5) ? 1 : same_below(r, 3);
}

static void agree(struct dp_run *run, struct tw_task *reflector)
{
	for (uint32_t i = 0; i < SESSIONS; i++) {
		struct tw_negotiated *s = &state_of[!run->slow][i];
		struct tw_agreed_change c = {
			.id = i, .session = s, .ids = &i, .n = 1, .linger = HOUR};
		struct tw_agreed_change listen = {.port = cfg[i].reflector.port, .on = true};

		tw_negotiated_init(s, &cfg[i]);
		if (limited[i])
			s->period = NEVER;
		assert_int_equal(tw_agreed_add(reflector, &c), 0);
		tw_agreed_listen(reflector, &listen);
		if (last_step[i] > 0)
			tw_agreed_start(reflector, &c);
		if (last_step[i] > 1)
			tw_agreed_stop(reflector, &c);
	}
}

static void random_padding(struct dp_packet *p, struct tw_rand *r)
{
	static const uint32_t usual[] = {41, 41, 44, 48, 49, 64};

	p->len = same_below(r, 2) ? usual[same_below(r, 6)] : 14 + same_below(r, 80);
	if (same_below(r, 20) == 0)
		p->len = 14 + same_below(r, 1400);
	memset(p->payload + 14, 0, sizeof(p->payload) - 14);
	if (same_below(r, 2))
		for (uint32_t i = 14; i < p->len; i++)
			p->payload[i] = (uint8_t)tw_rand_u64(r);
}

/* Of a session, or almost. */
static struct dp_packet random_packet(struct tw_rand *r)
{
	static uint32_t seq;
	unsigned int i = same_below(r, SESSIONS);
	struct dp_packet p = dp_request(
		cfg[i].sender.addr.family, same_below(r, 20) ? seq++ : same_below(r, seq + 9));

	memcpy(p.src, cfg[i].sender.addr.b, sizeof(p.src));
	p.sport = cfg[i].sender.port;
	p.dport = cfg[i].reflector.port;
	p.tos = (uint8_t)tw_rand_u64(r);
	p.ttl = (uint8_t)tw_rand_u64(r);
	p.fragment = same_below(r, 2) ? 0x4000 : 0;
	p.flow_label = same_below(r, 1 << 20);
	if (same_below(r, 10))
		random_padding(&p, r);
	if (same_below(r, 30) == 0)
		p.payload[13] = 0;
	if (same_below(r, 30) == 0)
		p.checksum = (enum dp_checksum)same_below(r, 4);
	if (same_below(r, 30) == 0)
		p.trailer = same_below(r, 20);
	if (same_below(r, 30) == 0)
		p.options = 8;
	if (same_below(r, 10) == 0)
		p.sport = (uint16_t)(p.sport + 100);
	if (same_below(r, 30) == 0)
		p.dport = p.dport == 862 ? 20862 : 862;
	if (same_below(r, 40) == 0)
		p.dst[1]++;
	return p;
}

static struct same_instance instance(unsigned int i)
{
	struct same_instance x = same_nth(i);

	x.negotiated_only = i / 24 == 0;
	x.max_agreed = SESSIONS + 1;
	return x;
}

#define INSTANCES 72

static void same_replies(void **state)
{
	struct same_pair pair = {.in = &in, .before = agree};
	struct tw_rand r = same_seeded();
	uint64_t limits = 0, early = 0, forbidden = 0;

	(void)state;
	for (unsigned int i = 0; i < INSTANCES; i++) {
		struct same_instance x = instance(i);

		in.n = 0;
		for (unsigned int k = 0; k < SESSIONS; k++)
			random_session(&r, k);
		for (unsigned int k = 0; k < PACKETS; k++) {
			struct dp_packet p = random_packet(&r);

			same_add_tags(&p, &r, x.n_vlan);
			dp_list_add_packet(&in, &p);
			if (same_below(&r, 20) == 0)
				same_damage(&in, &r);
		}
		same_compare(&pair, &x);
		for (unsigned int k = 0; k < SESSIONS; k++) {
			struct tw_negotiated *a = &state_of[0][k], *b = &state_of[1][k];

			assert_memory_equal(&a->n, &b->n, sizeof(a->n));
			assert_int_equal(a->next_seq, b->next_seq);
			assert_int_equal(a->next_sseq, b->next_sseq);
			assert_int_equal(a->phase, b->phase);
		}
		limits += pair.plain.result.counters.discarded[TW_DISCARD_RATE_LIMIT];
		forbidden += pair.plain.result.counters.discarded[TW_DISCARD_BAD_SOURCE];
		early += pair.plain.result.counters.discarded[TW_DISCARD_NOT_STARTED];
	}
	assert_int_not_equal(limits, 0);
	assert_int_not_equal(early, 0);
	assert_int_not_equal(forbidden, 0);
	dp_list_free(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_replies),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
