/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"

#include "tw_rand.h"
#include "tw_tlv_reflect.h"

/*
 * The plain way is a short cut and nothing else: the same capture, reflected once as it is and
 * once with everything sent the slow way (sessions may be negotiated, none is), gives the same
 * octets but for T2, T3 and the Error Estimate. TW_SEED=N repeats a run.
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

/* Octets of the reply that two runs cannot have in common become zero. */
static void blank(struct dp_frame *f)
{
	struct dp_packet any = {.family = f->b[12] == 8 ? 4 : 6};
	uint32_t off = dp_payload_off(&any);

	assert_true(dp_checksums_right(f));
	memset(f->b + off - 2, 0, 2);  /* UDP checksum */
	memset(f->b + off + 4, 0, 10); /* T3, Error Estimate */
	memset(f->b + off + 16, 0, 8); /* T2 */
}

static int compare(const void *a, const void *b)
{
	const struct dp_frame *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->b, y->b, x->len);
}

static void run(struct dp_run *r, bool all_slow)
{
	memset(r, 0, sizeof(*r));
	r->in = &in;
	r->cfg = dp_reflector_config();
	r->cfg.tlv = &policy;
	r->cfg.negotiated = all_slow;
	r->cfg.max_agreed = 1;
}

/* The plain way may change the order within a burst. */
static void assert_same(void)
{
	struct tw_reflector_counters *a = &plain.result.counters, *b = &slow.result.counters;

	assert_int_equal(plain.out.n, slow.out.n);
	for (unsigned int i = 0; i < plain.out.n; i++) {
		blank(&plain.out.f[i]);
		blank(&slow.out.f[i]);
	}
	qsort(plain.out.f, plain.out.n, sizeof(struct dp_frame), compare);
	qsort(slow.out.f, slow.out.n, sizeof(struct dp_frame), compare);
	for (unsigned int i = 0; i < plain.out.n; i++) {
		assert_int_equal(plain.out.f[i].len, slow.out.f[i].len);
		assert_memory_equal(plain.out.f[i].b, slow.out.f[i].b, plain.out.f[i].len);
	}
	for (int i = 0; i < TW_DISCARD_MAX; i++)
		if (a->discarded[i] != b->discarded[i])
			fail_msg("%s: %llu and %llu", tw_discard_name((enum tw_discard)i),
				(unsigned long long)a->discarded[i],
				(unsigned long long)b->discarded[i]);
	/* extremes of the TTL count what was refused only at the session's door */
	a->ttl_min = b->ttl_min;
	a->ttl_max = b->ttl_max;
	assert_memory_equal(a, b, sizeof(*a));
}

static void random_requests(struct tw_rand *r, bool alone)
{
	in.n = 0;
	for (unsigned int i = 0; i < PACKETS; i++) {
		q[i] = random_packet(r);
		/* order matters to a session: give each packet its own, or let one have them all */
		if (alone)
			q[i].sport = q[i].sport ? (uint16_t)(1024 + i) : 0;
		dp_list_add_packet(&in, &q[i]);
	}
}

static void same_replies(void **state)
{
	const char *given = getenv("TW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : tw_rand_seed();
	struct tw_rand r;

	(void)state;
	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	for (unsigned int k = 0; k < 6; k++) {
		run(&plain, false);
		run(&slow, true);
		if (k & 1)
			plain.cfg.tlv = slow.cfg.tlv = NULL;
		if (k == 2)
			plain.cfg.protocol = slow.cfg.protocol = TW_PROTOCOL_STAMP;
		plain.cfg.stateless = slow.cfg.stateless = k >= 4;
		plain.cfg.max_sessions = slow.cfg.max_sessions = 4000;
		random_requests(&r, true);
		dp_run(&plain);
		dp_run(&slow);
		assert_same();
		dp_list_free(&plain.out);
		dp_list_free(&slow.out);
	}
	dp_list_free(&in);
}

/* Sessions with many packets: only plain ones, so that the order stays. */
static void same_numbers(void **state)
{
	const char *given = getenv("TW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : tw_rand_seed();
	struct tw_rand r;

	(void)state;
	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	run(&plain, false);
	run(&slow, true);
	for (unsigned int i = 0; i < PACKETS; i++) {
		struct dp_packet p = dp_request(4, below(&r, 30)  ? i
						   : below(&r, 2) ? 0
								  : below(&r, i + 1));

		dp_put32(p.payload + 4, 0xeeab5d94 + (below(&r, 30) ? i : below(&r, i + 1)));
		p.sport = (uint16_t)(20000 + i % 7);
		p.ttl = (uint8_t)i;
		dp_list_add_packet(&in, &p);
	}
	dp_run(&plain);
	dp_run(&slow);
	assert_int_not_equal(plain.result.counters.sessions_reset, 0);
	assert_same();
	dp_list_free(&plain.out);
	dp_list_free(&slow.out);
	dp_list_free(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_replies),
		cmocka_unit_test(same_numbers),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
