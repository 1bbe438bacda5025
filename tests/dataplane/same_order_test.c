/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_both.h"

/* Replies of a burst are judged in the order in which they came, whichever way each of them takes. */

/* Not a plain one: the slow way's. */
enum odd {
	PLAIN,
	WITH_OPTIONS,
	IN_SEGMENTS,
	NOT_OURS, /* judged by nobody */
};

static const enum odd patterns[][8] = {
	{PLAIN, PLAIN, PLAIN, WITH_OPTIONS, PLAIN, PLAIN, PLAIN, PLAIN},
	{WITH_OPTIONS, PLAIN, IN_SEGMENTS, PLAIN, WITH_OPTIONS, PLAIN, IN_SEGMENTS, PLAIN},
	{PLAIN, IN_SEGMENTS, IN_SEGMENTS, NOT_OURS, PLAIN, WITH_OPTIONS, WITH_OPTIONS, PLAIN},
	{IN_SEGMENTS, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, WITH_OPTIONS},
	{WITH_OPTIONS, IN_SEGMENTS, WITH_OPTIONS, IN_SEGMENTS, NOT_OURS, WITH_OPTIONS, NOT_OURS,
		IN_SEGMENTS},
};
#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static void give(enum odd odd)
{
	struct dp_packet p = dp_both_reply(&dp_both.way[0]);
	struct dp_frame f;

	if (odd == NOT_OURS) {
		p.dport = 9;
	} else {
		dp_both.rseq[dp_both.way[0].stream]++;
		dp_both.n_way--;
		memmove(dp_both.way, dp_both.way + 1, dp_both.n_way * sizeof(dp_both.way[0]));
	}
	p.options = odd == WITH_OPTIONS ? 8 : 0;
	dp_build(&p, &f);
	dp_both_give(&f, odd == IN_SEGMENTS ? DP_BUFFER_SEGMENTS : DP_BUFFER_USUAL);
}

static void check(uint64_t replies, uint64_t others)
{
	for (unsigned int k = 0; k < 2; k++) {
		const struct tw_sender *s = dp_both.side[k].s;
		uint64_t in_time = 0, others_seen = s->result->discarded[TW_DISCARD_NOT_OUR_PORT];

		for (uint32_t i = 0; i < dp_both.n; i++) {
			const struct tw_loss *l = &s->reply.streams[i].loss;

			in_time += tw_loss_in_time(l);
			assert_int_equal(l->reordered, 0);
			assert_int_equal(l->reordered_outbound + l->reordered_inbound, 0);
			assert_int_equal(l->order_unknown + l->duplicates, 0);
		}
		assert_int_equal(in_time, replies);
		assert_int_equal(s->answered, replies);
		assert_int_equal(others_seen, others);
	}
}

/* @special: as with secrets or records, where no reply is a usual one. */
static void in_order(struct dp_kind kind, bool special, uint32_t streams)
{
	uint64_t replies = 0, others = 0;

	dp_both.kind = kind;
	tw_rand_init(&dp_both.rand, 1);
	dp_both_open(streams, 1024, 0);
	for (unsigned int k = 0; k < 2; k++)
		dp_both.side[k].s->special = special;
	for (unsigned int i = 0; i < 8 * PATTERNS; i++) {
		for (unsigned int n = 0; n < 64; n++)
			dp_both_send();
		dp_both.mono += 5000;
		for (unsigned int n = 0; n < 64; n++) {
			enum odd odd = patterns[i % PATTERNS][n % 8];

			give(odd);
			replies += odd != NOT_OURS;
			others += odd == NOT_OURS;
		}
		dp_both_receive();
		while (dp_both.n_way) {
			give(PLAIN);
			replies++;
		}
		dp_both_receive();
		check(replies, others);
		dp_both_compare();
	}
	dp_both_close();
}

static void wide(void **state)
{
	(void)state;
	in_order((struct dp_kind){.name = "IPv4"}, false, 1);
	in_order((struct dp_kind){"IPv6", .family = 6}, false, 2);
	in_order((struct dp_kind){"by the NIC", .nic = true}, false, 1);
}

static void any_cpu(void **state)
{
	(void)state;
	in_order((struct dp_kind){"IPv4", .any = true}, false, 1);
	in_order((struct dp_kind){"IPv6", .any = true, .family = 6}, false, 2);
	in_order((struct dp_kind){"a tag", .any = true, .n_vlan = 1}, false, 3);
	in_order((struct dp_kind){"groups", .any = true, .n_groups = 3}, false, 8);
	in_order((struct dp_kind){"by the NIC", .any = true, .nic = true}, false, 1);
}

static void nothing_usual(void **state)
{
	(void)state;
	in_order((struct dp_kind){"IPv4", .any = true}, true, 1);
	in_order((struct dp_kind){"IPv6", .any = true, .family = 6}, true, 2);
	in_order((struct dp_kind){"by the NIC", .any = true, .nic = true}, true, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wide),
		cmocka_unit_test(any_cpu),
		cmocka_unit_test(nothing_usual),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
