/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"

#include "reflector.h"
#include "tw_rand.h"
#include "tw_tlv_reflect.h"

/*
 * The plain way is a short cut and nothing else: the same capture, reflected once by each of the
 * loop's instances and once with everything sent the slow way (sessions may be negotiated, none
 * is), gives the same octets in the same order but for T2, T3 and the Error Estimate.
 * TW_SEED=N repeats a run.
 */

#define PACKETS 1500

static struct dp_list in;
static struct dp_run plain, slow;
static struct dp_packet q[PACKETS];
static const struct tw_tlv_policy policy = {.t2_method = TW_METHOD_SOFTWARE};

static uint32_t below(struct tw_rand *r, uint32_t n)
{
	return (uint32_t)tw_rand_below(r, n);
}

/* What follows the 44 octets: nothing, a few zeros or not, a TLV of Extra Padding or almost one. */
static void add_tail(struct dp_packet *p, struct tw_rand *r)
{
	static const uint8_t flags[] = {0x80, 0x80, 0x80, 0x00, 0xc0, 0x01};
	uint32_t n = below(r, 4);

	switch (below(r, 5)) {
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
		dp_make_padded(p, 48 + below(r, below(r, 4) ? 60 : 1300), flags[below(r, 6)]);
		if (below(r, 20) == 0)
			p->payload[47] ^= 1; /* a wrong Length */
		if (below(r, 20) == 0)
			p->payload[45] = 200; /* an unknown type */
	}
}

static struct dp_packet random_packet(struct tw_rand *r)
{
	static uint32_t seq;
	struct dp_packet p = dp_request(below(r, 2) ? 4 : 6, below(r, 50) ? seq++ : below(r, 10));

	dp_put32(p.payload + 4, 0xeeab5d94 + below(r, 100));
	p.sport = (uint16_t)(20000 + below(r, 5));
	p.src[p.family == 4 ? 3 : 15] = (uint8_t)(9 + below(r, 3));
	p.tos = (uint8_t)tw_rand_u64(r);
	p.ttl = (uint8_t)tw_rand_u64(r);
	p.fragment = below(r, 2) ? 0x4000 : 0;
	p.flow_label = below(r, 1 << 20);
	dp_put16(p.payload + 14, (uint16_t)(below(r, 3) ? 0 : below(r, 3)));
	if (below(r, 10) == 0)
		dp_make_light(&p, 14 + below(r, 100));
	else
		add_tail(&p, r);
	if (below(r, 30) == 0)
		p.payload[13] = 0;
	if (below(r, 30) == 0)
		p.checksum = (enum dp_checksum)below(r, 4);
	if (below(r, 30) == 0)
		p.trailer = below(r, 20);
	if (below(r, 40) == 0)
		p.src[0] ^= 0xe0; /* multicast, or another network */
	if (below(r, 40) == 0)
		p.src_mac[0] |= 1;
	if (below(r, 40) == 0)
		p.sport = 0;
	if (below(r, 40) == 0)
		p.dst[1]++;
	return p;
}

/* An instance of the loop. */
struct instance {
	bool any_cpu, many, per_packet, stateless, rx_checksum;
	unsigned int n_vlan;
	enum tw_protocol protocol;
	bool tlv;
};

static struct instance instance(unsigned int i)
{
	static const enum tw_protocol protocols[] = {
		TW_PROTOCOL_AUTO, TW_PROTOCOL_STAMP, TW_PROTOCOL_AUTO, TW_PROTOCOL_LIGHT};

	return (struct instance){
		.any_cpu = i & 1,
		.many = i & 2,
		.per_packet = i & 4,
		.n_vlan = i / 8 % 3,
		.stateless = i / 24 == 2,
		.rx_checksum = i / 24 % 2,
		.protocol = protocols[i / 8 % 4],
		.tlv = i / 16 % 2,
	};
}
#define INSTANCES 96

static void name(const struct instance *x, char *ret, size_t n)
{
	snprintf(ret, n, "%s%s%s%s%s tags=%u protocol=%d tlv=%d", x->any_cpu ? "any-cpu" : "wide",
		x->many ? " many" : "", x->per_packet ? " packet" : "",
		x->stateless ? " stateless" : "", x->rx_checksum ? " rx-checksum" : "", x->n_vlan,
		x->protocol, x->tlv);
}

/* Octets of the reply that two runs cannot have in common become zero. */
static void blank(struct dp_frame *f, unsigned int n_vlan)
{
	struct dp_packet any = {.n_vlan = n_vlan};
	uint32_t off;

	any.family = f->b[12 + 4 * n_vlan] == 8 ? 4 : 6;
	off = dp_payload_off(&any);
	assert_true(dp_checksums_right(f));
	memset(f->b + off - 2, 0, 2);  /* UDP checksum */
	memset(f->b + off + 4, 0, 10); /* T3, Error Estimate */
	memset(f->b + off + 16, 0, 8); /* T2 */
}

static void run(struct dp_run *r, const struct instance *x, bool all_slow)
{
	memset(r, 0, sizeof(*r));
	r->in = &in;
	r->cfg = dp_reflector_config();
	r->cfg.tlv = x->tlv ? &policy : NULL;
	r->cfg.any_cpu = x->any_cpu;
	r->cfg.stateless = x->stateless;
	r->cfg.protocol = x->protocol;
	r->cfg.stamp = x->per_packet ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
	r->cfg.max_sessions = 4000;
	r->many = x->many;
	r->link.rx_checksum = x->rx_checksum;
	r->link.n_vlan = x->n_vlan;
	r->link.tci[0] = 100;
	r->link.tci[1] = 0xfff;
	r->cfg.negotiated = all_slow;
	r->cfg.max_agreed = 1;
	dp_run(r);
}

/* The same octets in the same order, a burst of tags and families in between or not. */
static void assert_same(const struct instance *x)
{
	struct tw_reflector_counters *a = &plain.result.counters, *b = &slow.result.counters;
	char what[100];

	name(x, what, sizeof(what));
	if (plain.out.n != slow.out.n)
		fail_msg("%s: %u and %u replies", what, plain.out.n, slow.out.n);
	for (unsigned int i = 0; i < plain.out.n; i++) {
		blank(&plain.out.f[i], x->n_vlan);
		blank(&slow.out.f[i], x->n_vlan);
		if (plain.out.f[i].len != slow.out.f[i].len ||
			memcmp(plain.out.f[i].b, slow.out.f[i].b, plain.out.f[i].len) != 0)
			fail_msg("%s: reply %u is another", what, i);
	}
	for (int i = 0; i < TW_DISCARD_MAX; i++)
		if (a->discarded[i] != b->discarded[i])
			fail_msg("%s: %s: %llu and %llu", what, tw_discard_name((enum tw_discard)i),
				(unsigned long long)a->discarded[i],
				(unsigned long long)b->discarded[i]);
	assert_memory_equal(a, b, sizeof(*a));
}

/* Our tags, or almost: another id, another priority, another type, one too many or few. */
static void add_tags(struct dp_packet *p, struct tw_rand *r, unsigned int n_vlan)
{
	p->n_vlan = n_vlan;
	for (unsigned int i = 0; i < 3; i++) {
		p->tpid[i] = n_vlan == 2 && i == 0 ? 0x88a8 : 0x8100;
		p->tci[i] = (uint16_t)(below(r, 16) << 12 | (i ? 0xfff : 100));
	}
	if (below(r, 30) == 0)
		p->tpid[below(r, 2)] = (uint16_t[]){0x8100, 0x88a8, 0x9100}[below(r, 3)];
	if (below(r, 30) == 0)
		p->tci[below(r, 2)] ^= (uint16_t)(1 << below(r, 12));
	if (below(r, 40) == 0)
		p->n_vlan = below(r, 3);
}

/* A frame that was hit on the way, in its headers as often as anywhere: it may be anything now. */
static void damage(struct dp_list *l, struct tw_rand *r)
{
	struct dp_frame *f = &l->f[l->n - 1];

	if (below(r, 2))
		f->b[below(r, f->len > 42 && below(r, 2) ? 42 : f->len)] ^=
			(uint8_t)(1 << below(r, 8));
	else
		f->len = 1 + below(r, f->len);
}

static void random_requests(struct tw_rand *r, const struct instance *x, unsigned int kind)
{
	in.n = 0;
	for (unsigned int i = 0; i < PACKETS; i++) {
		q[i] = random_packet(r);
		add_tags(&q[i], r, x->n_vlan);
		/* each a session of its own, or a few that have them all, in every way at once */
		if (kind == 0)
			q[i].sport = q[i].sport ? (uint16_t)(1024 + i) : 0;
		dp_list_add_packet(&in, &q[i]);
		if (below(r, 20) == 0)
			damage(&in, r);
	}
}

static struct tw_rand seeded(void)
{
	const char *given = getenv("TW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : tw_rand_seed();
	struct tw_rand r;

	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	return r;
}

static void compare_on(const struct instance *x)
{
	run(&plain, x, false);
	run(&slow, x, true);
	assert_same(x);
	dp_list_free(&plain.out);
	dp_list_free(&slow.out);
}

static void same_replies(void **state)
{
	struct tw_rand r = seeded();

	(void)state;
	for (unsigned int i = 0; i < INSTANCES; i++) {
		struct instance x = instance(i);

		random_requests(&r, &x, below(&r, 2));
		compare_on(&x);
	}
	dp_list_free(&in);
}

/* Sessions with many packets, senders that start again. */
static void same_numbers(void **state)
{
	struct tw_rand r = seeded();
	struct instance x = {.protocol = TW_PROTOCOL_AUTO};
	uint64_t resets = 0;

	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		x.any_cpu = k & 1;
		x.many = k & 2;
		in.n = 0;
		for (unsigned int i = 0; i < PACKETS; i++) {
			struct dp_packet p = dp_request(4, below(&r, 30)  ? i
							   : below(&r, 2) ? 0
									  : below(&r, i + 1));

			dp_put32(
				p.payload + 4, 0xeeab5d94 + (below(&r, 30) ? i : below(&r, i + 1)));
			p.sport = (uint16_t)(20000 + i % 7);
			p.ttl = (uint8_t)i;
			/* some go the slow way */
			p.options = below(&r, 4) ? 0 : 4;
			dp_list_add_packet(&in, &p);
		}
		run(&plain, &x, false);
		resets += plain.result.counters.sessions_reset;
		dp_list_free(&plain.out);
		compare_on(&x);
	}
	assert_int_not_equal(resets, 0);
	dp_list_free(&in);
}

/* This machine's wide instances are among those compared, where it has them. */
static void both_kinds(void **state)
{
	struct tw_reflector_config cfg = dp_reflector_config();
	struct tw_loop_port lp = {0};
	tw_reflector_step *wide, *any;

	(void)state;
	wide = tw_reflector_choose(&cfg, &lp, false);
	cfg.any_cpu = true;
	assert_false(tw_reflector_is_wide(&cfg));
	any = tw_reflector_choose(&cfg, &lp, false);
	cfg.any_cpu = false;
	assert_int_equal(wide != any, tw_reflector_is_wide(&cfg));
	print_message("wide instances: %s\n", wide != any ? "yes" : "no");
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
