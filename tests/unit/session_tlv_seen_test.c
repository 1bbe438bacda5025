/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_reply_fixture.h"

/* What the Values of answered TLVs say. */

static void location_changes(void **state)
{
	(void)state;
	ASK("location");
	assert_true(reply("00020004035e4e20"));
	assert_true(reply("00020004035e4e20"));
	assert_int_equal(res.location.changes, 0);
	assert_true(reply("00020004035e4e21"));
	assert_int_equal(res.location.changes, 1);
	assert_int_equal(res.location.source_port, 20001);
	/* No MAC to tell; IPv6; sub-TLVs that were not used or are damaged. */
	assert_true(
		reply("00020034035e4e210003000800000000000000000006001020010db800000000000000000"
		      "00000028009001020010db8000000000000000000000001"));
	assert_int_equal(res.location.changes, 2);
	assert_false(res.location.has_mac);
	assert_int_equal(res.location.destination.family, 6);
	assert_int_equal(res.location.source.family, 0);
	assert_true(reply("0002000a035e4e210002000802005e"));
	assert_false(res.location.has_mac);
	assert_true(reply("00020010035e4e2180020008ffffffffffff0000"));
	assert_true(reply("00020010035e4e2140020008ffffffffffff0000"));
	assert_false(res.location.has_mac);
}

static void timestamp_methods_change(void **state)
{
	(void)state;
	ASK("timestamp-info");
	assert_true(reply("0003000401020102"));
	assert_true(reply("0003000401020102"));
	assert_true(reply("0003000801020101c8000000"));
	assert_int_equal(res.timestamps.changes, 1);
	assert_int_equal(res.timestamps.method_out, TW_METHOD_HARDWARE);
}

static void direct_measurement(void **state)
{
	(void)state;
	ASK("direct-measurement");
	/* sent 1000, there 990, back 985, here 980 */
	meta.rx_count = 980;
	assert_true(reply("0005000c000003e8000003de000003d9"));
	assert_int_equal(res.direct.intervals, 0);
	/* 10 more sent, 8 of them arrive, 8 come back, 7 of them arrive. */
	meta.sseq = 15;
	meta.rx_count = 987;
	assert_true(reply("0005000c000003f2000003e6000003e1"));
	assert_int_equal(res.direct.intervals, 1);
	assert_int_equal(res.direct.sent, 10);
	assert_int_equal(tw_tlv_direct_lost_outbound(&res.direct), 2);
	assert_int_equal(tw_tlv_direct_lost_inbound(&res.direct), 1);
	/* A duplicate and an overtaken one tell nothing. */
	assert_true(reply("0005000c000003f2000003e6000003e1"));
	meta.sseq = 14;
	assert_true(reply("0005000c000003f1000003e5000003e0"));
	assert_int_equal(res.direct.intervals, 1);
	assert_int_equal(res.tally[TW_TLV_DIRECT].answered, 4);
}

static void direct_measurement_wraps(void **state)
{
	(void)state;
	ASK("direct-measurement");
	meta.sseq = 0xffffffff;
	meta.rx_count = 0xfffffffe;
	assert_true(reply("0005000cfffffffffffffffefffffffe"));
	meta.sseq = 3;
	meta.rx_count = 1;
	assert_true(reply("0005000c000000030000000100000001"));
	assert_int_equal(res.direct.sent, 4);
	assert_int_equal(tw_tlv_direct_lost_outbound(&res.direct), 1);
	assert_int_equal(tw_tlv_direct_lost_inbound(&res.direct), 0);
}

static void follow_up(void **state)
{
	(void)state;
	ASK("follow-up");
	/* The first reply has no predecessor. */
	meta.rseq = 0;
	assert_true(reply("0007001000000000000000000000000000000000"));
	assert_int_equal(res.follow_up.empty, 1);
	/* The second says of the first: left 0x1000 later than written, by hardware. */
	meta.rseq = 1;
	assert_true(reply("0007001000000000eeab5d9419b1416501000000"));
	assert_int_equal(res.follow_up.method[TW_METHOD_HARDWARE], 1);
	assert_int_equal(res.follow_up.egress.count, 1);
	assert_true(res.follow_up.egress.min == 0x1000);
	assert_true(res.follow_up.inbound.min == 0x1a000000 - 0x19b14165);
	/* Said twice, it counts once; about a reply that never came, it cannot count. */
	meta.rseq = 2;
	assert_true(reply("0007001000000000eeab5d9419b1416501000000"));
	assert_int_equal(res.follow_up.egress.count, 1);
	assert_int_equal(res.follow_up.unmatched, 1);
	meta.rseq = 3;
	assert_true(reply("0007001000000009eeab5d9419b1416502000000"));
	assert_int_equal(res.follow_up.unmatched, 2);
	/* Longer ago than is remembered. */
	meta.rseq = 2 + TW_TLV_FOLLOW_UP_WINDOW;
	assert_true(reply("0007001000000002eeab5d9419b1416502000000"));
	assert_int_equal(res.follow_up.egress.count, 2);
	meta.rseq++;
	assert_true(reply("0007001000000002eeab5d9419b1416502000000"));
	assert_int_equal(res.follow_up.unmatched, 3);
	/* In PTP where the Z bit says so: 0xeeab5d94 s of 1900 are 0x6b00df14 of 1970, and TAI is 37 s on. */
	meta.error_estimate |= TW_ERROR_Z;
	meta.rseq++;
	assert_true(reply("00070010000000436b00df39"
			  "05fb62f9"
			  "02000000"));
	assert_int_equal(res.follow_up.method[TW_METHOD_SOFTWARE], 2);
	/* The same instant as above: a nanosecond is 4.3 units. */
	assert_true(res.follow_up.egress.max - 0x1000 < 5);
	assert_true(res.follow_up.egress.min - 0x1000 > -5);
}

static void micro_session(void **state)
{
	(void)state;
	ASK("micro-session:sender=3");
	assert_true(reply("000b000400030007"));
	assert_int_equal(res.micro.reflector, 7);
	assert_true(reply("000b000400030007"));
	/* Another link at either end: the whole reply is discarded. */
	assert_false(reply("000b000400030008"));
	assert_false(reply("000b000400040007"));
	assert_int_equal(res.micro.mismatched, 2);
	/* The reflector is in no group: not its business. */
	assert_true(reply("800b000400030000"));
	setup(NULL);
	ASK("micro-session:sender=3,reflector=9");
	assert_false(reply("000b000400030007"));
	assert_true(reply("000b000400030009"));
	/* Not believed when the integrity is in doubt. */
	assert_true(reply("200b000400040007"));
}

static void control(void **state)
{
	(void)state;
	ASK("padding:4", "reflected-control:length=128,count=3,interval=1ms");
	assert_true(reply("000c000c00800003000f4240000000000001003c"
			  "000000000000000000000000000000000000000000000000000000000000000000000000"
			  "000000000000000000000000000000000000000000000000"));
	assert_int_equal(res.control.conforming, 1);
	assert_int_equal(res.cut_off, 0);
	/* C: shorter than asked for, or as long. */
	assert_true(reply("100c000c00800003000f424000000000"));
	assert_int_equal(res.control.limited_length, 1);
	assert_true(reply("100c000c002c0003000f424000000000"));
	assert_int_equal(res.control.limited_volume, 1);
	assert_true(reply("800c000c00800003000f424000000000"));
	assert_int_equal(res.tally[TW_TLV_CONTROL].unrecognized, 1);
	/* Its padding is gone because the reflector obeyed. */
	assert_int_equal(res.tally[TW_TLV_PADDING].missing, 0);
}

static void access_timer(void **state)
{
	struct tw_tlv_access_timer t = {0};

	(void)state;
	ASK("access-report:id=1,code=1,timer=3s,attempts=2");
	assert_false(tw_tlv_access_due(&t, &asked, tw_ns(9 * TW_NS_PER_SEC)));
	tw_tlv_access_sent(&t, &asked, tw_ns(10 * TW_NS_PER_SEC));
	assert_false(tw_tlv_access_due(&t, &asked, tw_ns(13 * TW_NS_PER_SEC - 1)));
	assert_true(tw_tlv_access_due(&t, &asked, tw_ns(13 * TW_NS_PER_SEC)));
	assert_false(tw_tlv_access_due(&t, &asked, tw_ns(15 * TW_NS_PER_SEC)));
	assert_true(tw_tlv_access_due(&t, &asked, tw_ns(16 * TW_NS_PER_SEC)));
	assert_false(tw_tlv_access_due(&t, &asked, tw_ns(19 * TW_NS_PER_SEC)));
	assert_true(t.aborted);
	tw_tlv_access_sent(&t, &asked, tw_ns(20 * TW_NS_PER_SEC));
	assert_false(t.armed);
	t = (struct tw_tlv_access_timer){0};
	tw_tlv_access_sent(&t, &asked, tw_ns(0));
	tw_tlv_access_echoed(&t);
	assert_false(tw_tlv_access_due(&t, &asked, tw_ns(100 * TW_NS_PER_SEC)));
	assert_false(t.aborted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(location_changes, setup),
		cmocka_unit_test_setup(timestamp_methods_change, setup),
		cmocka_unit_test_setup(direct_measurement, setup),
		cmocka_unit_test_setup(direct_measurement_wraps, setup),
		cmocka_unit_test_setup(follow_up, setup),
		cmocka_unit_test_setup(micro_session, setup),
		cmocka_unit_test_setup(control, setup),
		cmocka_unit_test_setup(access_timer, setup),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
