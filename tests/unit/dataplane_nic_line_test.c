/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* A NIC's clock in virtual time: what the line says is compared with what was put in. */

#include "nic_line.h"
#include "tw_rand.h"

#include "tw_test.h"

#include <math.h>

#define TSC_HZ 2000000000ULL
#define MS (TSC_HZ / 1000)
#define US (TSC_HZ / 1000000)

static uint64_t seed;

/* True time is the TSC. The counter runs at hz, off by ppb, and was at `start` when the TSC was 0. */
struct nic {
	double hz, ppb;
	uint8_t bits;
	uint64_t start;
	double wander_ppb; /* swing of its rate, 10 s long */
	int64_t ahead;     /* ticks by which it was pushed */
	bool stands;
	uint64_t stands_at;
	uint64_t access; /* TSC ticks that a reading takes, at least */
	struct tw_rand rand;
};

static uint64_t nic_at(const struct nic *n, uint64_t tsc)
{
	double sec = (double)tsc / TSC_HZ, turn = 10 / (2 * M_PI);
	uint64_t v = n->start + (uint64_t)n->ahead;

	if (n->stands)
		return n->stands_at;
	/* whole ticks of the nominal rate exactly, the rest as a small number */
	v += (uint64_t)((tw_u128)tsc * (uint64_t)n->hz / TSC_HZ);
	v += (uint64_t)(int64_t)floor(
		n->hz * (n->ppb * sec + n->wander_ppb * turn * (1 - cos(sec / turn))) / 1e9);
	return n->bits < 64 ? v & ((1ULL << n->bits) - 1) : v;
}

/* The counter is looked at anywhere within the bracket. */
static struct tw_nic_reading read_at(struct nic *n, uint64_t tsc)
{
	uint64_t width = n->access + tw_rand_below(&n->rand, n->access + 1);
	uint64_t at = tsc + tw_rand_below(&n->rand, width + 1);

	return (struct tw_nic_reading){tsc + width / 2, width, nic_at(n, at)};
}

/* How far the line is off now, TSC ticks; it must not be further than it says. */
static uint64_t check(const struct tw_nic_map *m, const struct nic *n, uint64_t tsc)
{
	int64_t off = (int64_t)(tw_nic_to_tsc(m, nic_at(n, tsc)) - tsc);
	uint64_t tick = (uint64_t)(TSC_HZ / n->hz) + 2;
	int64_t back = tw_nic_diff(tw_nic_from_tsc(m, tsc), nic_at(n, tsc), m->bits);

	off = off < 0 ? -off : off;
	if ((uint64_t)off > m->error + tick)
		fail_msg("off by %lld ticks, said to be at most %llu", (long long)off,
			(unsigned long long)m->error);
	assert_true((double)(back < 0 ? -back : back) <=
		    (double)(m->error + 2 * tick) * n->hz / TSC_HZ + 2);
	return (uint64_t)off;
}

static struct nic a_nic(double hz, uint8_t bits)
{
	struct nic n = {.hz = hz, .bits = bits, .access = 2 * US, .ppb = 12345};

	tw_rand_init(&n.rand, seed);
	return n;
}

/* Start as the program does: readings 5 ms apart until there is a line. @return TSC */
static uint64_t acquire(struct tw_nic_line *l, struct nic *n, uint64_t tsc)
{
	enum tw_nic_event e = TW_NIC_MORE;
	int i;

	for (i = 0; i < 20 && e != TW_NIC_GOOD; i++, tsc += 5 * MS) {
		struct tw_nic_reading r = read_at(n, tsc);

		e = tw_nic_line_add(l, &r);
		assert_true(e == TW_NIC_MORE || e == TW_NIC_GOOD);
	}
	assert_in_range(i, TW_NIC_ENOUGH - 1, 8);
	assert_true(l->map.good);
	return tsc;
}

/* A minute with a reading every 100 ms, looked at every millisecond. */
static void run(struct nic *n, uint64_t tsc, uint64_t may_be_off)
{
	struct tw_nic_line l;
	uint64_t worst = 0;

	tw_nic_line_init(&l, TSC_HZ, n->bits);
	tsc = acquire(&l, n, tsc);
	for (int i = 0; i < 600; i++) {
		struct tw_nic_reading r = read_at(n, tsc);

		assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_GOOD);
		for (uint64_t t = tsc; t < tsc + 100 * MS; t += MS) {
			uint64_t off = check(&l.map, n, t);

			worst = i > 40 && off > worst ? off : worst;
			assert_true(tw_nic_map_holds(&l.map, t));
		}
		tsc += 100 * MS;
	}
	assert_int_equal(l.jumps, 0);
	assert_int_equal(l.map.generation, 0);
	if (worst > may_be_off)
		fail_msg("off by %llu TSC ticks", (unsigned long long)worst);
}

static void follows_every_counter(void **state)
{
	static const struct {
		double hz;
		uint8_t bits;
	} kinds[] = {{1e9, 64}, {1e9, 32}, {1e9, 48}, {78125000, 64}, {156250000, 32}, {25e6, 40},
		{1e9, 63}, {812500000, 38}};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct nic n = a_nic(kinds[i].hz, kinds[i].bits);

		/* half a bracket at most, and a tick */
		run(&n, 1000 * TSC_HZ, 2 * US + (uint64_t)(TSC_HZ / n.hz));
		/* just before it turns over */
		n.start = n.bits < 64 ? (1ULL << n.bits) - 1000 : UINT64_MAX - 1000;
		n.ppb = -98765;
		run(&n, 0, 2 * US + (uint64_t)(TSC_HZ / n.hz));
	}
}

/* A quartz that warms up: the rate swings by 200 ppb. */
static void follows_a_wandering_clock(void **state)
{
	struct nic n = a_nic(1e9, 64);

	(void)state;
	n.wander_ppb = 200;
	run(&n, 77 * TSC_HZ, 4 * US);
}

static void a_slow_bus_is_told(void **state)
{
	struct nic fast = a_nic(1e9, 64), slow = a_nic(1e9, 64);
	struct tw_nic_line a, b;

	(void)state;
	slow.access = 50 * US;
	run(&slow, 0, 60 * US);
	tw_nic_line_init(&a, TSC_HZ, 64);
	tw_nic_line_init(&b, TSC_HZ, 64);
	acquire(&a, &fast, 0);
	acquire(&b, &slow, 0);
	assert_true(b.map.error > 10 * a.map.error);
	assert_in_range(a.map.error, 1, 1000 * US);
}

/* @return what the first reading after the push is called */
static enum tw_nic_event push(uint8_t bits, double sec, uint64_t *ret_off)
{
	struct nic n = a_nic(1e9, bits);
	struct tw_nic_line l;
	uint64_t tsc, generation;
	enum tw_nic_event e;
	struct tw_nic_reading r;

	tw_nic_line_init(&l, TSC_HZ, bits);
	tsc = acquire(&l, &n, 0);
	for (int i = 0; i < 40; i++, tsc += 100 * MS) {
		r = read_at(&n, tsc);
		assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_GOOD);
	}
	generation = l.map.generation;
	n.ahead = (int64_t)(sec * n.hz);
	r = read_at(&n, tsc);
	e = tw_nic_line_add(&l, &r);
	if (e != TW_NIC_JUMPED)
		return e;
	assert_false(l.map.good);
	assert_int_equal(l.map.generation, generation + 1);
	*ret_off = (uint64_t)fabs(l.jump);
	/* measured anew, it is as good as before */
	tsc = acquire(&l, &n, tsc + 100 * MS);
	for (int i = 0; i < 40; i++, tsc += 100 * MS) {
		r = read_at(&n, tsc);
		assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_GOOD);
		check(&l.map, &n, tsc + 50 * MS);
	}
	assert_int_equal(l.jumps, 1);
	return e;
}

static void a_jump_is_seen(void **state)
{
	static const double jumps[] = {1, -1, 0.05, -0.05, 0.001, -0.001, 50e-6, -50e-6};
	uint64_t off = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		double ticks = fabs(jumps[i]) * TSC_HZ;

		assert_int_equal(push(64, jumps[i], &off), TW_NIC_JUMPED);
		assert_in_range(off, (uint64_t)ticks - 20 * US, (uint64_t)ticks + 20 * US);
	}
	assert_int_equal(push(32, 0.5, &off), TW_NIC_JUMPED);
	assert_int_equal(push(32, -0.5, &off), TW_NIC_JUMPED);
	/* what a bracket and a slow drift can do is none */
	assert_int_equal(push(64, 1e-6, &off), TW_NIC_GOOD);
	assert_int_equal(push(64, -1e-6, &off), TW_NIC_GOOD);
}

static void one_that_stands_is_seen(void **state)
{
	struct nic n = a_nic(1e9, 64);
	struct tw_nic_line l;
	struct tw_nic_reading r;
	uint64_t tsc;

	(void)state;
	tw_nic_line_init(&l, TSC_HZ, 64);
	n.stands = true;
	n.stands_at = 123456789;
	r = read_at(&n, 0);
	assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_MORE);
	for (int i = 1; i < 10; i++) {
		r = read_at(&n, (uint64_t)i * 5 * MS);
		assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_STUCK);
		assert_false(l.map.good);
	}
	/* and one that stops later, and goes on */
	n.stands = false;
	tw_nic_line_init(&l, TSC_HZ, 64);
	tsc = acquire(&l, &n, TSC_HZ);
	r = read_at(&n, tsc);
	assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_GOOD);
	n.stands_at = r.nic;
	n.stands = true;
	r = read_at(&n, tsc + 100 * MS);
	assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_STUCK);
	assert_false(l.map.good);
	n.stands = false;
	acquire(&l, &n, tsc + 200 * MS);
}

/* The control core did not come round: workers must not go on with an old line. */
static void an_old_line_does_not_hold(void **state)
{
	struct nic n = a_nic(1e9, 64), narrow = a_nic(1e9, 30);
	struct tw_nic_line l;
	struct tw_nic_reading r;
	uint64_t tsc;

	(void)state;
	tw_nic_line_init(&l, TSC_HZ, 64);
	tsc = acquire(&l, &n, 0);
	assert_true(tw_nic_map_holds(&l.map, tsc + 500 * MS));
	assert_false(tw_nic_map_holds(&l.map, tsc + 1001 * MS));
	/* 30 bits turn in 1.07 s: a quarter of that */
	tw_nic_line_init(&l, TSC_HZ, 30);
	tsc = acquire(&l, &narrow, 0);
	assert_true(tw_nic_map_holds(&l.map, tsc + 200 * MS));
	assert_false(tw_nic_map_holds(&l.map, tsc + 300 * MS));
	/* several turns later the line still knows where the counter must be */
	r = read_at(&narrow, tsc + 5000 * MS);
	assert_int_equal(tw_nic_line_add(&l, &r), TW_NIC_GOOD);
	check(&l.map, &narrow, tsc + 5010 * MS);
}

/* Anything that a bus can return: no crash, no line without a rate. */
static void nonsense_makes_no_line(void **state)
{
	struct tw_nic_line l;
	struct tw_rand rand;
	uint64_t tsc = 0;

	(void)state;
	tw_rand_init(&rand, seed);
	tw_nic_line_init(&l, TSC_HZ, 64);
	for (int i = 0; i < 100000; i++) {
		struct tw_nic_reading r = {tsc, tw_rand_below(&rand, 10000), tw_rand_u64(&rand)};

		tsc += tw_rand_below(&rand, 100 * MS);
		tw_nic_line_add(&l, &r);
		if (l.map.good)
			assert_true(l.map.mult > 0 && l.map.inverse > 0);
	}
	assert_true(l.jumps > 0 || l.map.generation == 0);
}

static void the_host_s_clock_is_recognised(void **state)
{
	struct tw_nic_sandwich host[32], pci[32];
	struct tw_rand rand;
	int64_t t = 1795728000LL * 1000000000;

	(void)state;
	tw_rand_init(&rand, seed);
	for (int i = 0; i < 32; i++, t += 5000000) {
		/* vDSO: 40 ns a call */
		int64_t w = 80 + (int64_t)tw_rand_below(&rand, 40);

		host[i] = (struct tw_nic_sandwich){t, t + w / 2, t + w};
		/* a card that follows CLOCK_REALTIME to 100 ns, 1.3 us away */
		pci[i] = (struct tw_nic_sandwich){
			t, t + 650 + (int64_t)tw_rand_below(&rand, 200) - 100, t + 1300};
	}
	assert_true(tw_nic_is_host_clock(host, 32, true));
	assert_true(tw_nic_is_host_clock(host, 32, false));
	assert_false(tw_nic_is_host_clock(pci, 32, true));
	assert_false(tw_nic_is_host_clock(host, 0, false));
	/* one reading outside is enough: nobody's clock but the host's is always within */
	host[17].nic = host[17].after + 1;
	assert_false(tw_nic_is_host_clock(host, 32, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_every_counter),
		cmocka_unit_test(follows_a_wandering_clock),
		cmocka_unit_test(a_slow_bus_is_told),
		cmocka_unit_test(a_jump_is_seen),
		cmocka_unit_test(one_that_stands_is_seen),
		cmocka_unit_test(an_old_line_does_not_hold),
		cmocka_unit_test(nonsense_makes_no_line),
		cmocka_unit_test(the_host_s_clock_is_recognised),
	};

	seed = getenv("TW_SEED") ? strtoull(getenv("TW_SEED"), NULL, 0) : tw_rand_seed();
	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
