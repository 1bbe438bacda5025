/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "same.h"

#include "reflector.h"

/*
 * The plain way is a short cut and nothing else: the same capture, reflected once by each of the
 * loop's instances and once with everything sent the slow way, gives the same octets in the same
 * order but for T2, T3 and the Error Estimate.
 * TW_SEED=N repeats a run.
 */

#define PACKETS 1500

static struct dp_list in;
static struct same_pair pair = {.in = &in};
static struct dp_packet q[PACKETS];

/* What follows the 44 octets: nothing, a few zeros or not, a TLV of Extra Padding or almost one. */
static void add_tail(struct dp_packet *p, struct tw_rand *r)
{
	static const uint8_t flags[] = {0x80, 0x80, 0x80, 0x00, 0xc0, 0x01};
	uint32_t n = same_below(r, 4);

	switch (same_below(r, 5)) {
	case 0:
		break;
	case 1:
		p->len = 44 + n;
		break;
	case 2:
		p->len = 44 + n;
		if (n)
			p->payload[43 + n] = 1;
		break;
	default:
		dp_make_padded(p, 48 + same_below(r, same_below(r, 4) ? 60 : 1300),
			flags[same_below(r, 6)]);
		if (same_below(r, 20) == 0)
			p->payload[47] ^= 1; /* a wrong Length */
		if (same_below(r, 20) == 0)
			p->payload[45] = 200; /* an unknown type */
	}
}

static struct dp_packet random_packet(struct tw_rand *r)
{
	static uint32_t seq;
	struct dp_packet p =
		dp_request(same_below(r, 2) ? 4 : 6, same_below(r, 50) ? seq++ : same_below(r, 10));

	dp_put32(p.payload + 4, 0xeeab5d94 + same_below(r, 100));
	p.sport = (uint16_t)(20000 + same_below(r, 5));
	p.src[p.family == 4 ? 3 : 15] = (uint8_t)(9 + same_below(r, 3));
	p.tos = (uint8_t)tw_rand_u64(r);
	p.ttl = (uint8_t)tw_rand_u64(r);
	p.fragment = same_below(r, 2) ? 0x4000 : 0;
	p.flow_label = same_below(r, 1 << 20);
	dp_put16(p.payload + 14, (uint16_t)(same_below(r, 3) ? 0 : same_below(r, 3)));
	if (same_below(r, 10) == 0)
		dp_make_light(&p, 14 + same_below(r, 100));
	else
		add_tail(&p, r);
	if (same_below(r, 30) == 0)
		p.payload[13] = 0;
	if (same_below(r, 30) == 0)
		p.checksum = (enum dp_checksum)same_below(r, 4);
	if (same_below(r, 30) == 0)
		p.trailer = same_below(r, 20);
	if (same_below(r, 40) == 0)
		p.src[0] ^= 0xe0; /* multicast, or another network */
	if (same_below(r, 40) == 0)
		p.src_mac[0] |= 1;
	if (same_below(r, 40) == 0)
		p.sport = 0;
	if (same_below(r, 40) == 0)
		p.dst[1]++;
	return p;
}

#define INSTANCES 96

static void random_requests(struct tw_rand *r, const struct same_instance *x, unsigned int kind)
{
	in.n = 0;
	for (unsigned int i = 0; i < PACKETS; i++) {
		q[i] = random_packet(r);
		same_add_tags(&q[i], r, x->n_vlan);
		/* each a session of its own, or a few that have them all, in every way at once */
		if (kind == 0)
			q[i].sport = q[i].sport ? (uint16_t)(1024 + i) : 0;
		dp_list_add_packet(&in, &q[i]);
		if (same_below(r, 20) == 0)
			same_damage(&in, r);
	}
}

static void same_replies(void **state)
{
	struct tw_rand r = same_seeded();

	(void)state;
	for (unsigned int i = 0; i < INSTANCES; i++) {
		struct same_instance x = same_nth(i);

		random_requests(&r, &x, same_below(&r, 2));
		same_compare(&pair, &x);
	}
	dp_list_free(&in);
}

/* Sessions with many packets, senders that start again. */
static void same_numbers(void **state)
{
	struct tw_rand r = same_seeded();
	struct same_instance x = {.protocol = TW_PROTOCOL_AUTO};
	uint64_t resets = 0;

	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		x.any_cpu = k & 1;
		x.many = k & 2;
		in.n = 0;
		for (unsigned int i = 0; i < PACKETS; i++) {
			struct dp_packet p =
				dp_request(4, same_below(&r, 30)  ? i
					      : same_below(&r, 2) ? 0
								  : same_below(&r, i + 1));

			dp_put32(p.payload + 4,
				0xeeab5d94 + (same_below(&r, 30) ? i : same_below(&r, i + 1)));
			p.sport = (uint16_t)(20000 + i % 7);
			p.ttl = (uint8_t)i;
			/* some go the slow way */
			p.options = same_below(&r, 4) ? 0 : 4;
			dp_list_add_packet(&in, &p);
		}
		same_compare(&pair, &x);
		resets += pair.plain.result.counters.sessions_reset;
	}
	assert_int_not_equal(resets, 0);
	dp_list_free(&in);
}

/* This machine's wide instances are among those compared, where it has them. */
static void both_kinds(void **state)
{
	static struct tw_reflector r;
	tw_reflector_step *wide, *any;

	(void)state;
	r.cfg = dp_reflector_config();
	wide = tw_reflector_choose(&r);
	assert_int_equal(r.task.wide, dp_cpu_is_wide());
	r.cfg.any_cpu = true;
	assert_false(tw_reflector_is_wide(&r.cfg));
	any = tw_reflector_choose(&r);
	assert_false(r.task.wide);
	r.cfg.any_cpu = false;
	assert_int_equal(wide != any, dp_cpu_is_wide());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_kinds),
		cmocka_unit_test(same_replies),
		cmocka_unit_test(same_numbers),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
