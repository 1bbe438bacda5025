/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"
#include "tw_tlv_result.h"

/* Results of TLVs as values: merge and diff. */

/* Each 64-bit word of counters gets its own number, whatever there is. */
static struct tw_tlv_result filled(uint64_t base)
{
	struct tw_tlv_result r = {.asked = true,
		.replies = base + 1,
		.plain = base + 2,
		.integrity_failed = base + 3,
		.bad_hmac = base + 4,
		.verified = base + 5,
		.cut_off = base + 6,
		.unexpected = base + 7};

	for (int i = 0; i < TW_TLV_TALLIES; i++)
		r.tally[i] = (struct tw_tlv_tally){
			"x", i == 4, base + 10, base + 11, base + 12, base + 13};
	r.location.changes = base + 20;
	r.timestamps.changes = base + 21;
	r.cos.refused = base + 22;
	r.direct =
		(struct tw_tlv_direct_seen){base + 30, base + 31, base + 32, base + 33, base + 34};
	r.access.echoed = base + 35;
	r.follow_up.empty = base + 36;
	r.follow_up.unmatched = base + 37;
	for (unsigned int i = 0; i < 4; i++)
		r.follow_up.method[i] = base + 38 + i;
	r.micro.mismatched = base + 42;
	r.control = (struct tw_tlv_control_seen){base + 43, base + 44, base + 45};
	return r;
}

/* All that filled() fills, but for tallies. */
#define COUNTS(X)                                                                                  \
	X(replies)                                                                                 \
	X(plain)                                                                                   \
	X(integrity_failed)                                                                        \
	X(bad_hmac)                                                                                \
	X(verified)                                                                                \
	X(cut_off)                                                                                 \
	X(unexpected)                                                                              \
	X(location.changes)                                                                        \
	X(timestamps.changes)                                                                      \
	X(cos.refused)                                                                             \
	X(direct.intervals)                                                                        \
	X(direct.sent)                                                                             \
	X(direct.received_there)                                                                   \
	X(direct.sent_there)                                                                       \
	X(direct.received_here)                                                                    \
	X(access.echoed)                                                                           \
	X(follow_up.empty)                                                                         \
	X(follow_up.unmatched)                                                                     \
	X(follow_up.method[0])                                                                     \
	X(follow_up.method[1])                                                                     \
	X(follow_up.method[2])                                                                     \
	X(follow_up.method[3])                                                                     \
	X(micro.mismatched)                                                                        \
	X(control.conforming)                                                                      \
	X(control.limited_length)                                                                  \
	X(control.limited_volume)

static void sums_every_count(void **state)
{
	const struct tw_tlv_result first = filled(1000);
	struct tw_tlv_result a = filled(1000);
	struct tw_tlv_result b = filled(500);
	struct tw_tlv_result got;

	(void)state;
	tw_tlv_result_merge(&a, &b);
#define X(f) assert_int_equal(a.f, first.f + b.f);
	COUNTS(X)
#undef X
	assert_int_equal(a.tally[12].missing, 1526);
	assert_true(a.tally[4].asked);
	assert_false(a.tally[5].asked);
	tw_tlv_result_diff(&got, &a, &b);
#define X(f) assert_int_equal(got.f, first.f);
	COUNTS(X)
#undef X
	for (int i = 0; i < TW_TLV_TALLIES; i++) {
		assert_int_equal(got.tally[i].answered, first.tally[i].answered);
		assert_int_equal(got.tally[i].unrecognized, first.tally[i].unrecognized);
		assert_int_equal(got.tally[i].malformed, first.tally[i].malformed);
		assert_int_equal(got.tally[i].missing, first.tally[i].missing);
	}
}

static void keeps_what_was_told_first(void **state)
{
	struct tw_tlv_result empty = {0};
	struct tw_tlv_result a = {.location = {.known = true, .source_port = 20000, .changes = 1},
		.timestamps = {.known = true, .sync_in = 1},
		.micro = {.known = true, .reflector = 7, .mismatched = 2},
		.access = {1, 1, 4},
		.cos = {.known = true, .asked = 46}};
	struct tw_tlv_result b = {.location = {.known = true, .source_port = 20001, .changes = 2}};

	(void)state;
	a.tally[3].name = "timestamp-info";
	tw_range_record(&a.cos.dscp_there, 46);
	tw_range_record(&b.cos.dscp_there, 10);
	tw_tlv_result_merge(&empty, &a);
	assert_int_equal(empty.location.source_port, 20000);
	assert_int_equal(empty.location.changes, 1);
	assert_int_equal(empty.timestamps.sync_in, 1);
	assert_int_equal(empty.micro.reflector, 7);
	assert_int_equal(empty.micro.mismatched, 2);
	assert_int_equal(empty.access.id, 1);
	assert_int_equal(empty.access.echoed, 4);
	assert_int_equal(empty.cos.asked, 46);
	assert_string_equal(empty.tally[3].name, "timestamp-info");
	tw_tlv_result_merge(&empty, &b);
	assert_int_equal(empty.location.source_port, 20000);
	assert_int_equal(empty.location.changes, 3);
	assert_int_equal(empty.cos.dscp_there.min, 10);
	assert_int_equal(empty.cos.dscp_there.max, 46);
}

static void moments_of_an_interval(void **state)
{
	struct tw_tlv_result now = {0};
	struct tw_tlv_result before = {0};
	struct tw_tlv_result d;

	(void)state;
	tw_moments_record(&before.follow_up.egress, 100);
	tw_moments_record(&before.follow_up.egress, 300);
	tw_moments_record(&before.follow_up.egress, 310);
	/* The same three in another order, so with another reference, and then 7 and 11. */
	tw_moments_record(&now.follow_up.egress, 310);
	tw_moments_record(&now.follow_up.egress, 300);
	tw_moments_record(&now.follow_up.egress, 100);
	tw_moments_record(&now.follow_up.egress, 7);
	tw_moments_record(&now.follow_up.egress, 11);
	before.follow_up.inbound = before.follow_up.egress;
	now.follow_up.inbound = now.follow_up.egress;
	tw_tlv_result_diff(&d, &now, &before);
	assert_int_equal(d.follow_up.inbound.count, 2);
	assert_true(tw_moments_mean(&d.follow_up.inbound) == 9);
	assert_int_equal(d.follow_up.egress.count, 2);
	assert_true(tw_moments_mean(&d.follow_up.egress) == 9);
	assert_true(tw_moments_stddev(&d.follow_up.egress) > 1.999);
	assert_true(tw_moments_stddev(&d.follow_up.egress) < 2.001);
	tw_tlv_result_diff(&d, &now, &(struct tw_tlv_result){0});
	assert_int_equal(d.follow_up.egress.count, 5);
}

static void direct_measurement_can_disagree(void **state)
{
	struct tw_tlv_direct_seen d = {1, 10, 12, 12, 11};

	(void)state;
	assert_int_equal(tw_tlv_direct_lost_outbound(&d), -2);
	assert_int_equal(tw_tlv_direct_lost_inbound(&d), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_every_count),
		cmocka_unit_test(keeps_what_was_told_first),
		cmocka_unit_test(moments_of_an_interval),
		cmocka_unit_test(direct_measurement_can_disagree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
