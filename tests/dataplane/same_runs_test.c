/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "same.h"

/*
 * Runs of the shortest STAMP packets of known sessions, as a loop that takes several at once likes
 * them: of one session, of a few that meet again within eight, of many; with one in between that is
 * different in a single thing. The slow way gives the same. TW_SEED=N repeats a run.
 */

#define PACKETS 1200

static struct dp_list in;
static struct same_pair pair = {.in = &in};

struct kind {
	unsigned int sessions;
	bool in_turn;
	unsigned int different; /* one of so many; 0: none */
	bool mixed;             /* TOS, TTL, SSID, DF, identification */
};

static const struct kind kinds[] = {
	{1, true, 0, false},
	{1, true, 0, true},
	{1, true, 30, false},
	{2, true, 0, false},
	{5, true, 40, true},
	{8, true, 30, false},
	{12, false, 20, true},
	{40, true, 0, true},
	{40, true, 25, false},
	{40, false, 8, true},
	{700, true, 60, true},
};

/* A plain packet of a session, all of whose fields may be anything. */
static struct dp_packet plain(struct tw_rand *r, const struct kind *k, unsigned int i)
{
	unsigned int who = k->in_turn ? i % k->sessions : same_below(r, k->sessions);
	struct dp_packet p = dp_request(4, i);

	dp_put32(p.payload + 4, 0xeeab5d94 + i / 100);
	dp_put32(p.payload + 8, i << 20);
	p.sport = (uint16_t)(20000 + who);
	if (!k->mixed)
		return p;
	p.src[3] = (uint8_t)(9 + who % 3);
	p.tos = (uint8_t)(same_below(r, 3) ? 0xb8 : tw_rand_u64(r));
	p.ttl = (uint8_t)(same_below(r, 3) ? 250 : tw_rand_u64(r));
	p.fragment = same_below(r, 2) ? 0x4000 : 0;
	p.ip_id = (uint16_t)tw_rand_u64(r);
	dp_put16(p.payload + 12, (uint16_t)(tw_rand_u64(r) | 1));
	dp_put16(p.payload + 14, (uint16_t)(who % 4 * 0x4001));
	return p;
}

/* What ends a run. */
static void differ(struct dp_packet *p, struct tw_rand *r)
{
	switch (same_below(r, 16)) {
	case 0: /* a copy, or a packet that was overtaken */
		dp_put32(p->payload, same_below(r, 1000));
		dp_put32(p->payload + 4, 0xeeab5d94);
		break;
	case 1: /* a sender that starts again */
		dp_put32(p->payload, same_below(r, 3));
		dp_put32(p->payload + 4, 0xeeab5d94 + 1000);
		break;
	case 2: /* numbers go on, the clock was set back */
		dp_put32(p->payload + 4, 0xeeab5d94 - same_below(r, 100));
		break;
	case 3:
		p->payload[16 + same_below(r, 28)] = (uint8_t)(1 + same_below(r, 255));
		break;
	case 4:
		p->payload[13] = 0;
		break;
	case 5:
		p->checksum = (enum dp_checksum)same_below(r, 4);
		break;
	case 6:
		p->len = 41 + same_below(r, 10);
		break;
	case 7:
		p->options = 4;
		break;
	case 8:
		p->fragment = (uint16_t)(1 << same_below(r, 16));
		break;
	case 9:
		p->dst_mac[same_below(r, 6)] ^= (uint8_t)(1 << same_below(r, 8));
		break;
	case 10:
		p->src_mac[0] |= 1;
		break;
	case 11:
		p->dst[same_below(r, 4)] ^= (uint8_t)(1 << same_below(r, 8));
		break;
	case 12:
		p->dport ^= (uint16_t)(1 << same_below(r, 16));
		break;
	case 13: /* another session, which may be none */
		p->sport = (uint16_t)(same_below(r, 2) ? same_below(r, 65536) : 0);
		break;
	case 14:
		p->trailer = 1 + same_below(r, 8);
		break;
	default:
		dp_make_padded(p, 48 + same_below(r, 60), 0x80);
	}
}

/* One bit is wrong that nothing but the IP header's checksum is about. */
static void spoil_header(struct dp_frame *f, struct tw_rand *r)
{
	static const uint8_t at[] = {18, 19, 24, 25};

	f->b[at[same_below(r, 4)]] ^= (uint8_t)(1 << same_below(r, 8));
}

static void fill(struct tw_rand *r, const struct kind *k)
{
	in.n = 0;
	for (unsigned int i = 0; i < PACKETS; i++) {
		struct dp_packet p = plain(r, k, i);
		bool different = k->different && same_below(r, k->different) == 0;
		unsigned int how = same_below(r, 8);

		if (different && how > 2)
			differ(&p, r);
		dp_list_add_packet(&in, &p);
		if (different && how == 1)
			spoil_header(&in.f[in.n - 1], r);
		else if (different && how == 2)
			same_damage(&in, r);
	}
}

static void same_runs(void **state)
{
	struct tw_rand r = same_seeded();

	(void)state;
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fill(&r, &kinds[i]);
		for (unsigned int k = 0; k < 8; k++) {
			struct same_instance x = {.protocol = TW_PROTOCOL_AUTO,
				.any_cpu = k & 1,
				.many = k & 2,
				.rx_checksum = k & 4};

			same_compare(&pair, &x);
		}
	}
	dp_list_free(&in);
}

/* T3 of the replies of a burst, which have their T2 in common, are one step apart.
 * @return bursts that had a step */
static unsigned int check_steps(const struct dp_list *out)
{
	const struct dp_packet request = dp_request(4, 0);
	struct dp_answer last = {0};
	unsigned int of_burst = 0, steps = 0;
	uint64_t step = 0;

	for (unsigned int i = 0; i < out->n; i++) {
		struct dp_answer a = dp_answer_of(&out->f[i], &request);

		of_burst = i && a.t2 == last.t2 ? of_burst + 1 : 0;
		assert_true(a.t3 >= a.t2);
		if (of_burst == 1) {
			step = a.t3 - last.t3;
			assert_true(step < 1ULL << 32);
			steps += step > 0;
		} else if (of_burst) {
			assert_int_equal(a.t3 - last.t3, step);
		}
		last = a;
	}
	return steps;
}

static void stamps_in_step(void **state)
{
	struct tw_rand r = same_seeded();

	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		struct dp_run run = {.in = &in, .cfg = dp_reflector_config()};

		/* full bursts only: short ones have a reading of the clock for each */
		fill(&r, &(struct kind){k & 2 ? 20 : 1, true, 0, true});
		in.n -= in.n % 32;
		run.cfg.any_cpu = k & 1;
		dp_run(&run);
		assert_int_equal(run.out.n, in.n);
		assert_int_not_equal(check_steps(&run.out), 0);
		dp_list_free(&run.out);
	}
	dp_list_free(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_runs),
		cmocka_unit_test(stamps_in_step),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
