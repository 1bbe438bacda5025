/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Random paths against definitions written out: every packet and reply is followed, and what
 * the tracker says must be what happened. TW_SEED repeats a run. */

#include "tw_loss.h"
#include "tw_rand.h"
#include "tw_test.h"

#define N 400
#define COPIES 2
#define NEVER UINT64_MAX

struct path {
	double loss;
	double duplicate;
	uint64_t jitter; /* packets are one unit apart */
};

struct event {
	uint64_t at;
	uint32_t s;
	uint32_t r;
};

struct truth {
	struct event reply[N * COPIES * COPIES]; /* in arrival order */
	size_t replies;
	uint32_t sent;
	bool reached[N];
	bool answered[N];
	uint64_t duplicates_outbound;
	uint64_t duplicates_inbound;
};

static struct tw_rand rnd;
static struct tw_loss l;
static struct tw_loss_tables tables;
static struct truth t;

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at ? 1 : 0;
}

/* Send one packet along @p: as many copies as arrive. */
static size_t send(const struct path *p, struct event e, struct event *out)
{
	int copies = 1 + (tw_rand_unit(&rnd) < p->duplicate);
	size_t n = 0;

	for (int i = 0; i < copies; i++) {
		if (tw_rand_unit(&rnd) < p->loss)
			continue;
		out[n] = e;
		/* Ties would leave the order to qsort; a fraction tells them apart. */
		out[n++].at = e.at + (tw_rand_below(&rnd, p->jitter + 1) << 32) +
			      (tw_rand_u64(&rnd) >> 33);
	}
	return n;
}

static void travel(const struct path *out, const struct path *in, uint32_t first, uint32_t sent)
{
	static struct event at[N * COPIES];
	size_t n = 0;

	memset(&t, 0, sizeof(t));
	t.sent = sent;
	for (uint32_t s = 0; s < sent; s++)
		n += send(out, (struct event){.at = (uint64_t)(s + 1) << 32, .s = s}, at + n);
	qsort(at, n, sizeof(at[0]), by_time);
	for (size_t i = 0; i < n; i++) {
		t.reached[at[i].s] = true;
		at[i].r = first + (uint32_t)i;
		t.replies += send(in, at[i], t.reply + t.replies);
	}
	qsort(t.reply, t.replies, sizeof(t.reply[0]), by_time);
}

static bool r_before(size_t i, uint32_t r, uint32_t first)
{
	for (size_t j = 0; j < i; j++)
		if (t.reply[j].r - first == r - first)
			return true;
	return false;
}

/* Give the tracker what a session would. */
static uint64_t feed(uint32_t first)
{
	uint64_t received = 0;

	memset(&tables, 0, sizeof(tables));
	tw_loss_init(&l, &tables);
	if (first == 0)
		tw_loss_start_at_zero(&l);
	for (size_t i = 0; i < t.replies; i++) {
		const struct event *e = &t.reply[i];

		if (!t.answered[e->s]) {
			t.answered[e->s] = true;
			received++;
			tw_loss_reply(&l, e->s, e->r);
			continue;
		}
		if (r_before(i, e->r, first))
			t.duplicates_inbound++;
		else
			t.duplicates_outbound++;
		tw_loss_duplicate(&l, e->s, e->r);
	}
	return received;
}

/* RFC 4737 over the first replies: is reply @i below one before it? */
static void reordering(uint32_t first, uint64_t *rt, uint64_t *in, uint64_t *out)
{
	bool before[N] = {false};

	*rt = *in = *out = 0;
	for (size_t i = 0; i < t.replies; i++) {
		const struct event *e = &t.reply[i];
		bool rt_late = false, in_late = false, out_late = false;
		bool other[N] = {false};

		if (before[e->s])
			continue;
		before[e->s] = true;
		for (size_t j = 0; j < t.replies; j++) {
			const struct event *o = &t.reply[j];

			if (j < i) {
				rt_late |= o->s > e->s;
				in_late |= o->r - first > e->r - first;
			}
			if (other[o->s])
				continue;
			other[o->s] = true;
			out_late |= o->s > e->s && o->r - first < e->r - first;
		}
		*rt += rt_late;
		*in += in_late;
		*out += out_late;
	}
}

static uint64_t truly_lost(bool outbound, uint32_t from, uint32_t to)
{
	uint64_t n = 0;

	for (uint32_t s = from; s < to; s++)
		n += !t.answered[s] && t.reached[s] != outbound;
	return n;
}

static void answered_span(uint32_t *low, uint32_t *high)
{
	*low = t.sent;
	*high = 0;
	for (uint32_t s = 0; s < t.sent; s++) {
		if (!t.answered[s])
			continue;
		if (*low == t.sent)
			*low = s;
		*high = s;
	}
}

/* A first number: 0, in the middle, or just before a wrap. */
static uint32_t some_first(void)
{
	static const uint32_t first[] = {0, 1, 4711, 0x7fffff80u, 0xffffff80u};

	return first[tw_rand_below(&rnd, 5)];
}

/* Loss both ways and reordering inbound: the split is exact. */
static void loss_without_overtaking_outbound_is_exact(void **state)
{
	(void)state;
	for (int run = 0; run < 3000; run++) {
		struct path out = {.loss = tw_rand_unit(&rnd) * tw_rand_unit(&rnd)};
		struct path in = {.loss = tw_rand_unit(&rnd) * tw_rand_unit(&rnd),
			.jitter = tw_rand_below(&rnd, 3) * tw_rand_below(&rnd, 40)};
		uint32_t first = some_first(), low, high;
		struct tw_packet_counts n;
		uint64_t received;

		travel(&out, &in, first, 1 + (uint32_t)tw_rand_below(&rnd, N));
		received = feed(first);
		tw_loss_totals(&l, t.sent, received, false, &n);
		assert_int_equal(n.lost, t.sent - received);
		assert_int_equal(n.lost_outbound.known && n.lost_inbound.known, received > 0);
		assert_int_equal(tw_loss_restarts(&l), 0);
		if (received == 0)
			continue;
		answered_span(&low, &high);
		/* Before the first answer the direction is known only if the start is. */
		if (first == 0)
			low = 0;
		assert_int_equal(n.lost_outbound.v, truly_lost(true, low, high));
		assert_int_equal(n.lost_inbound.v, truly_lost(false, low, high));
		assert_int_equal(
			n.lost_unattributed, n.lost - n.lost_outbound.v - n.lost_inbound.v);
	}
}

static void reordering_and_duplicates_are_exact(void **state)
{
	(void)state;
	for (int run = 0; run < 300; run++) {
		struct path out = {.loss = 0.3 * tw_rand_unit(&rnd),
			.duplicate = (run & 1) * 0.2 * tw_rand_unit(&rnd),
			.jitter = tw_rand_below(&rnd, 2) * tw_rand_below(&rnd, 40)};
		struct path in = {.loss = 0.3 * tw_rand_unit(&rnd),
			.duplicate = (run >> 1 & 1) * 0.2 * tw_rand_unit(&rnd),
			.jitter = tw_rand_below(&rnd, 2) * tw_rand_below(&rnd, 40)};
		uint32_t first = some_first();
		struct tw_packet_counts n;
		uint64_t received, rt, inbound, outbound;

		travel(&out, &in, first, 1 + (uint32_t)tw_rand_below(&rnd, N));
		received = feed(first);
		tw_loss_totals(&l, t.sent, received, false, &n);
		reordering(first, &rt, &inbound, &outbound);
		assert_int_equal(n.reordered, rt);
		assert_int_equal(n.reordered_inbound, inbound);
		assert_int_equal(n.reordered_outbound, outbound);
		assert_int_equal(l.order_unknown, 0);
		assert_int_equal(n.duplicates, t.replies - received);
		assert_int_equal(n.duplicates_outbound, t.duplicates_outbound);
		assert_int_equal(n.duplicates_inbound, t.duplicates_inbound);
	}
}

/* Where packets are neither copied nor lost, overtaking is never taken for loss. */
static void overtaking_alone_is_never_loss(void **state)
{
	(void)state;
	for (int run = 0; run < 1000; run++) {
		struct path out = {.jitter = tw_rand_below(&rnd, 40)};
		struct path in = {.jitter = tw_rand_below(&rnd, 40)};
		uint32_t first = some_first();
		struct tw_packet_counts n;

		travel(&out, &in, first, N);
		assert_int_equal(feed(first), N);
		tw_loss_totals(&l, N, N, false, &n);
		assert_int_equal(n.lost_outbound.v + n.lost_inbound.v + n.lost_unattributed, 0);
		assert_true(n.lost_outbound.known);
		assert_false(n.loss_estimated);
		assert_int_equal(tw_loss_restarts(&l), 0);
	}
}

/* Running totals at a border, taken when all is settled, are those of the packets below it. */
static void borders_split_the_run(void **state)
{
	(void)state;
	for (int run = 0; run < 1000; run++) {
		struct path out = {.loss = 0.2 * tw_rand_unit(&rnd)};
		struct path in = {
			.loss = 0.2 * tw_rand_unit(&rnd), .jitter = tw_rand_below(&rnd, 30)};
		struct tw_packet_counts n;
		uint64_t received = 0, end;
		uint32_t first = some_first(), low, high;
		size_t i = 0, cut;

		travel(&out, &in, first, N);
		memset(&tables, 0, sizeof(tables));
		tw_loss_init(&l, &tables);
		if (first == 0)
			tw_loss_start_at_zero(&l);
		cut = tw_rand_below(&rnd, t.replies / 2 + 1);
		for (; i < cut; i++) {
			t.answered[t.reply[i].s] = true;
			tw_loss_reply(&l, t.reply[i].s, t.reply[i].r);
		}
		answered_span(&low, &high);
		end = cut ? high + 1 : 0;
		tw_loss_border(&l);
		for (; i < t.replies; i++) {
			t.answered[t.reply[i].s] = true;
			tw_loss_reply(&l, t.reply[i].s, t.reply[i].r);
		}
		for (uint32_t s = 0; s < end; s++)
			received += t.answered[s];
		tw_loss_border_totals(&l, N, false, &n);
		assert_int_equal(n.sent, end);
		assert_int_equal(n.received, received);
		if (end == 0)
			continue;
		answered_span(&low, &high);
		if (first == 0)
			low = 0;
		assert_int_equal(n.lost_outbound.v, truly_lost(true, low, (uint32_t)end));
		assert_int_equal(n.lost_inbound.v, truly_lost(false, low, (uint32_t)end));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loss_without_overtaking_outbound_is_exact),
		cmocka_unit_test(reordering_and_duplicates_are_exact),
		cmocka_unit_test(overtaking_alone_is_never_loss),
		cmocka_unit_test(borders_split_the_run),
	};
	const char *env = getenv("TW_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : tw_rand_seed();

	printf("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&rnd, seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
