/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_both.h"

/*
 * The receiving loop for wide vectors against the one for any CPU: usual replies and odd ones.
 * TW_SEED=N repeats a run.
 */

#define ROUNDS 400

static double odd_share; /* of replies that are not usual */

static void give_packet(const struct dp_packet *p)
{
	struct dp_frame f;

	dp_build(p, &f);
	dp_both_give(&f, DP_BUFFER_USUAL);
}

/* One whose header, payload or buffer is not as it should be. */
static void give_spoilt(struct dp_packet *p)
{
	struct dp_frame f;

	switch (dp_both_below(6)) {
	case 0:
		p->n_vlan = 1;
		p->tpid[0] = dp_both_below(2) ? 0x8100 : 0x88a8;
		p->tci[0] = (uint16_t)(p->tci[0] ^ dp_both_below(2) << 12);
		break;
	case 1:
		p->options = 4;
		break;
	case 2:
		p->len = 41 + (uint32_t)dp_both_below(30);
		break;
	case 3:
		p->checksum = dp_both_below(2) ? DP_CHECKSUM_ZERO : DP_CHECKSUM_BAD;
		break;
	}
	dp_build(p, &f);
	if (p->n_vlan == dp_both.kind.n_vlan && p->options == 0 && dp_both_below(3)) {
		f.b[dp_both_below(f.len)] ^= (uint8_t)(1U << dp_both_below(8));
		if (dp_both_below(4))
			dp_both_mend(&f);
	}
	dp_both_give(&f, (enum dp_buffer)dp_both_below(DP_BUFFERS));
}

/* One that says something odd. */
static void give_odd(struct dp_packet *p, const struct dp_way *w)
{
	const uint64_t t1 = w->t1;

	switch (dp_both_below(10)) {
	case 0: /* negative residence */
		dp_both_put64(p->payload + 4, dp_get(p->payload + 16, 8) - 1 - dp_both_below(100));
		break;
	case 1: /* absurd, or nearly so */
		dp_both_put64(p->payload + 16, t1 + (1ULL << 62) + dp_both_below(3) - 1);
		dp_both_put64(p->payload + 4, t1 + (1ULL << 62) + 5);
		break;
	case 2: /* far off: too long a step */
		dp_both_put64(p->payload + 16, t1 + (1ULL << 59));
		dp_both_put64(p->payload + 4, t1 + (1ULL << 59) + dp_both_below(100));
		break;
	case 3:
		dp_both.rseq[w->stream] = (uint32_t)dp_both_below(5000);
		dp_put32(p->payload, dp_both.rseq[w->stream]);
		break;
	case 4:
		p->ttl = (uint8_t)(1 + dp_both_below(255));
		break;
	case 5:
		p->tos = (uint8_t)dp_both_below(256);
		break;
	case 6:
		dp_put16(p->payload + 12, (uint16_t)dp_both_below(65536));
		break;
	case 7:
		p->payload[40] = (uint8_t)dp_both_below(256);
		break;
	case 8:
		dp_put32(p->payload + 24, w->seq + (uint32_t)dp_both_below(3) * 1000);
		break;
	case 9:
		dp_both_put64(p->payload + 28, t1 + dp_both_below(2));
		break;
	}
	give_packet(p);
}

/* For good, for the moment. */
static void change_marks(void)
{
	switch (dp_both_below(5)) {
	case 0:
		dp_both.ttl = (uint8_t)(1 + dp_both_below(255));
		break;
	case 1:
		dp_both.tos = (uint8_t)dp_both_below(256);
		break;
	case 2:
		dp_both.sender_ttl = (uint8_t)dp_both_below(256);
		break;
	case 3:
		dp_both.error_estimate = (uint16_t)dp_both_below(65536);
		break;
	}
	if (dp_both_below(2))
		dp_both.error_estimate &= 0xbfff;
}

static void forget(unsigned int i)
{
	memmove(&dp_both.way[i], &dp_both.way[i + 1],
		(dp_both.n_way - i - 1) * sizeof(dp_both.way[0]));
	dp_both.n_way--;
}

/* The oldest one of any stream. */
static unsigned int any_oldest(void)
{
	uint32_t stream = dp_both.way[dp_both_below(dp_both.n_way)].stream;
	unsigned int i = 0;

	while (dp_both.way[i].stream != stream)
		i++;
	return i;
}

/* Let the oldest, or one of those after it, be answered, or not. */
static void answer(void)
{
	bool odd = tw_rand_unit(&dp_both.rand) < odd_share;
	unsigned int i =
		odd && dp_both_below(3) == 0 ? (unsigned int)dp_both_below(dp_both.n_way) : 0;
	struct dp_packet p;
	struct dp_way w;

	if (!odd && dp_both.kind.apart)
		i = any_oldest();
	w = dp_both.way[i];

	if (odd && dp_both_below(4) == 0) {
		dp_both.rseq[w.stream] += (uint32_t)dp_both_below(2);
		forget(i);
		return;
	}
	p = dp_both_reply(&w);
	dp_both.rseq[w.stream]++;
	if (odd && dp_both_below(5) == 0)
		give_packet(&p);
	if (odd && dp_both_below(5) == 0)
		change_marks();
	if (odd && dp_both_below(2))
		give_spoilt(&p);
	else if (odd && dp_both_below(2))
		give_odd(&p, &w);
	else
		give_packet(&p);
	if (!odd || dp_both_below(3))
		forget(i);
}

/* The first side's loop is the one for this CPU, and there nearly all that is usual goes in lanes. */
static void judge_lanes(bool usual)
{
	const struct tw_sender *s = dp_both.side[0].s;
	const struct dp_kind *k = &dp_both.kind;
	bool wide = dp_cpu_is_wide() && !dp_both.kind.any;

	assert_int_equal(s->task.wide, wide);
	assert_false(dp_both.side[1].s->task.wide);
	if (!wide)
		assert_int_equal(s->n_together, 0);
	else if (
		usual) /* but fewer in no order, without a TTL, or among neighbours of other groups */
		assert_true(s->n_together > s->answered *
						    (k->ttl0 || k->n_groups ? 1
							    : k->apart      ? 5
									    : 8) /
						    10);
}

static void run(uint32_t streams, double odd, uint64_t records, unsigned int rounds)
{
	static const uint64_t begins[] = {0, 0, 0xffffff80, (1ULL << 40) - 100};
	uint64_t answered;

	dp_both_open(streams, records, begins[dp_both_below(4)]);
	odd_share = odd;
	for (unsigned int i = 0; i < rounds; i++) {
		for (uint64_t n = dp_both_below(60); n; n--)
			dp_both_send();
		if (dp_both_below(20) == 0)
			dp_both.epoch++;
		dp_both.mono += 5000 + dp_both_below(20000);
		if (odd > 0 && dp_both_below(50) == 0)
			dp_both.mono += dp_both.side[0].s->reply.timeout - dp_both_below(30000);
		for (uint64_t n = dp_both_below(70); n && dp_both.n_way; n--)
			answer();
		dp_both_receive();
		if (i % 20 == 19)
			dp_both_compare();
	}
	answered = dp_both.side[0].s->answered;
	assert_true(answered > rounds);
	judge_lanes(odd == 0);
	if (odd == 0) /* and what must come out is plain */
		assert_int_equal(answered + dp_both.n_way, dp_both.side[0].s->numbered);
	dp_both_close();
}

static void seed(void)
{
	const char *env = getenv("TW_SEED");
	uint64_t s = env ? strtoull(env, NULL, 10) : tw_rand_seed();

	print_message("TW_SEED=%llu\n", (unsigned long long)s);
	tw_rand_init(&dp_both.rand, s);
	/* whatever the last test was about */
	odd_share = 0;
	dp_both.kind = (struct dp_kind){0};
}

static const uint32_t counts[] = {1, 2, 3, 8, 64};
#define COUNTS (sizeof(counts) / sizeof(counts[0]))

static void usual(void **state)
{
	(void)state;
	seed();
	for (unsigned int i = 0; i < COUNTS; i++)
		run(counts[i], 0, 1024, ROUNDS);
}

static void seldom_odd(void **state)
{
	(void)state;
	seed();
	for (unsigned int i = 0; i < COUNTS; i++)
		run(counts[i], 0.02, 1024, ROUNDS);
}

static void often_odd(void **state)
{
	(void)state;
	seed();
	for (unsigned int i = 0; i < COUNTS; i++)
		run(counts[i], 0.3, 1024, ROUNDS);
}

/* Records are overwritten before their replies come. */
static void few_records(void **state)
{
	(void)state;
	seed();
	for (unsigned int i = 0; i < COUNTS; i++)
		run(counts[i], 0.05, 8, ROUNDS);
}

static const uint16_t one_size[] = {86}, short_sizes[] = {41}, no_ttl[] = {41, 41, 41, 40, 44},
		      many_sizes[] = {
			      44, 44, 44, 44, 41, 42, 43, 45, 46, 47, 48, 107, 108, 109, 300, 1400};
#define SIZES(a) .sizes = (a), .n_sizes = sizeof(a) / sizeof((a)[0])

static const struct dp_kind kinds[] = {
	{"IPv6", .family = 6},
	{"a tag", .n_vlan = 1, .exact = true},
	{"two tags", .n_vlan = 2},
	{"IPv6 and two tags", .family = 6, .n_vlan = 2, .exact = true},
	{"padded", SIZES(one_size)},
	{"TWAMP", SIZES(short_sizes), .exact = true},
	{"too short for a TTL", SIZES(no_ttl), .ttl0 = true},
	{"any CPU, a tag", .n_vlan = 1, .any = true, .exact = true},
	{"any CPU, IPv6 and two tags, mixed sizes", .family = 6, .n_vlan = 2, SIZES(many_sizes),
		.any = true, .exact = true},
	{"any CPU, too short for a TTL", SIZES(no_ttl), .ttl0 = true, .any = true, .exact = true},
	{"mixed sizes", SIZES(many_sizes)},
	{"mixed sizes over IPv6", .family = 6, SIZES(many_sizes)},
	{"not in turn", .apart = true},
	{"own schedules", .own = true},
	{"own schedules, not in turn", .own = true, .apart = true},
	{"groups", .n_groups = 3},
	{"own schedules and groups", .own = true, .n_groups = 2, .family = 6},
	{"stamps by the NIC", .nic = true},
	{"stamps by the NIC, own schedules, IPv6, mixed sizes", .nic = true, .own = true,
		.family = 6, SIZES(many_sizes)},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void run_kinds(double odd)
{
	seed();
	for (unsigned int k = 0; k < KINDS; k++) {
		static const uint32_t streams[] = {1, 3, 64};

		print_message("%s\n", kinds[k].name);
		dp_both.kind = kinds[k];
		for (unsigned int i = 0; i < 3; i++)
			run(streams[i], odd, 1024, ROUNDS / 2);
	}
}

static void kinds_usual(void **state)
{
	(void)state;
	run_kinds(0);
}

static void kinds_seldom_odd(void **state)
{
	(void)state;
	run_kinds(0.02);
}

static void kinds_often_odd(void **state)
{
	(void)state;
	run_kinds(0.3);
}

/* Of a group of eight replies the one in the middle is changed, or all of them are. */
enum change {
	CHANGE_BIT,
	CHANGE_BIT_AND_MEND,
	CHANGE_BUFFER,
	CHANGE_CHECKSUM, /* it is 0xffff, and 0 is what stands there */
};

static void changed(enum change what, unsigned int value, bool all)
{
	for (unsigned int i = 0; i < 8; i++)
		dp_both_send();
	dp_both.mono += 5000;
	for (unsigned int i = 0; i < 8; i++) {
		struct dp_packet p = dp_both_reply(&dp_both.way[i]);
		bool here = all || i == 4;
		struct dp_frame f;

		dp_both.rseq[dp_both.way[i].stream]++;
		dp_build(&p, &f);
		if (here && what <= CHANGE_BIT_AND_MEND)
			f.b[value / 8] ^= (uint8_t)(1U << value % 8);
		if (here && what == CHANGE_BIT_AND_MEND)
			dp_both_mend(&f);
		if (here && what == CHANGE_CHECKSUM) {
			uint8_t *sum = f.b + dp_both_udp() + 6;

			/* what is reserved at the end makes up for it */
			dp_put16(sum + 44, (uint16_t)dp_get(sum, 2));
			dp_put16(sum, (uint16_t)value);
		}
		dp_both_give(&f,
			here && what == CHANGE_BUFFER ? (enum dp_buffer)value : DP_BUFFER_USUAL);
	}
	dp_both.n_way = 0;
	dp_both_receive();
	dp_both_compare();
}

/* Again as usual, so that eight together are the rule. */
static void settle(void)
{
	for (unsigned int i = 0; i < 32; i++)
		dp_both_send();
	dp_both.mono += 5000;
	while (dp_both.n_way)
		answer();
	dp_both_receive();
}

static void each_change_of(uint32_t streams)
{
	const struct dp_kind *k = &dp_both.kind;
	unsigned int bits = 8 * (dp_both_udp() + 8 + (k->sizes ? k->sizes[0] : 44));
	const struct {
		enum change what;
		unsigned int values;
	} rows[] = {{CHANGE_BIT, bits}, {CHANGE_BIT_AND_MEND, bits}, {CHANGE_BUFFER, DP_BUFFERS},
		{CHANGE_CHECKSUM, 1}};

	dp_both_open(streams, 1024, 0);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned int v = 0; v < rows[i].values; v++)
			for (unsigned int all = 0; all < 2; all++) {
				settle();
				changed(rows[i].what, v, all);
			}
	assert_true(dp_both.side[0].s->answered > dp_both.side[0].s->numbered * 8 / 10);
	dp_both_close();
}

static void each_change(void **state)
{
	static const unsigned int which[] = {0, 1, 3, 4, 5, 7};

	(void)state;
	seed();
	each_change_of(1);
	each_change_of(3);
	for (unsigned int i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		dp_both.kind = kinds[which[i]];
		each_change_of(1);
	}
}

/* In time to the last unit; sent 2^32 packets ago; a clock that was stepped meanwhile. */
static void edges(void **state)
{
	(void)state;
	seed();
	for (uint32_t n = 1; n < 4; n += 2) {
		dp_both_open(n, 1024, 0);
		for (unsigned int late = 0; late < 2; late++) {
			settle();
			for (unsigned int i = 0; i < 8; i++) {
				uint64_t now = dp_both.mono;

				dp_both_send();
				dp_both.mono = now;
			}
			dp_both.mono += dp_both.side[0].s->reply.timeout + late;
			while (dp_both.n_way)
				answer();
			dp_both_receive();
			dp_both_compare();
		}
		assert_int_equal(dp_both.side[0].s->reply.streams[0].loss.late, n == 1 ? 8 : 3);
		settle();
		for (unsigned int i = 0; i < 16; i++) {
			dp_both_send();
			dp_both.epoch += i == 4;
		}
		dp_both.mono += 5000;
		while (dp_both.n_way)
			answer();
		dp_both_receive();
		dp_both_compare();
		for (unsigned int i = 0; i < 8; i++)
			dp_both_send();
		for (unsigned int k = 0; k < 2; k++)
			dp_both.side[k].s->streams[0].sent += 1ULL << 32;
		dp_both.mono += 5000;
		while (dp_both.n_way)
			answer();
		dp_both_receive();
		assert_true(dp_both.side[0].s->reply.streams[0].loss.next_s > 1ULL << 32);
		dp_both_close();
	}
}

/* Groups from two pools in a burst, and of the replies in it the last one is the newest. */
static void pools(void **state)
{
	struct dp_frame f;

	(void)state;
	seed();
	dp_both_open(1, 1024, 0);
	settle();
	for (unsigned int i = 0; i < 32; i++)
		dp_both_send();
	dp_both.mono += 5000;
	for (unsigned int i = 0; i < 32; i++) {
		struct dp_packet p = dp_both_reply(&dp_both.way[i]);

		dp_both.rseq[0]++;
		dp_build(&p, &f);
		dp_both_give(&f, i / 8 % 2 ? DP_BUFFER_OTHER_POOL : DP_BUFFER_USUAL);
	}
	dp_both.n_way = 0;
	dp_both_receive();
	assert_int_equal(dp_both.side[0].s->newest, dp_both.side[1].s->newest);
	dp_both_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual),
		cmocka_unit_test(seldom_odd),
		cmocka_unit_test(often_odd),
		cmocka_unit_test(few_records),
		cmocka_unit_test(kinds_usual),
		cmocka_unit_test(kinds_seldom_odd),
		cmocka_unit_test(kinds_often_odd),
		cmocka_unit_test(each_change),
		cmocka_unit_test(edges),
		cmocka_unit_test(pools),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
