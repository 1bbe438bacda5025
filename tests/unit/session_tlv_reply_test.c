/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"
#include "tw_tlv_reflect.h"
#include "tw_tlv_reply.h"

#include <jansson.h>

/*
 * What a sender takes from the TLVs of replies, and what it does not take. Replies are the vectors'
 * responses and octets by hand after RFC 8972, 9503, 9534 and 10052.
 */

#define BASE 44

static json_t *all;
static json_t *v10;
static json_t *v11;
static struct tw_hmac *hmac;

static struct tw_tlv_template asked;
static struct tw_tlv_expect expect;
static struct tw_tlv_reader reader;
static struct tw_tlv_reply meta;
static struct tw_tlv_result res;
static struct tw_hmac *key;
static uint8_t pkt[2048];

static const char *str(json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	if (!s)
		fail_msg("no vector \"%s\"", name);
	return s;
}

static int load(void **state)
{
	uint8_t octets[64];
	size_t n;
	json_error_t e;

	(void)state;
	all = json_load_file(TW_TEST_DATA "/vectors.json", 0, &e);
	v10 = json_object_get(all, "V10_stamp_base");
	v11 = json_object_get(all, "V11_stamp_tlvs");
	n = tw_unhex(str(v11, "hmac_key"), octets, sizeof(octets));
	return tw_hmac_create(TW_HASH_SHA256, octets, n, &hmac);
}

static int unload(void **state)
{
	(void)state;
	tw_hmac_destroy(hmac);
	json_decref(all);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&reader, 0, sizeof(reader));
	meta = (struct tw_tlv_reply){
		.rseq = 4,
		.sseq = 5,
		.ssid = 0x1234,
		.error_estimate = 0x8956,
		.t3 = {0xeeab5d9419b13165},
		.t4 = {0xeeab5d941a000000},
		.dscp = 46,
	};
	key = NULL;
	return 0;
}

/* Ask for these, up to a NULL. */
static void ask(bool authenticated, const char *const *specs)
{
	struct tw_err err;
	struct tw_rand r;
	size_t n = 0;

	tw_rand_init(&r, 1);
	while (specs[n])
		n++;
	if (tw_tlv_compile(specs, n, authenticated, &r, &asked, &err) != 0)
		fail_msg("%s", err.text);
	expect = (struct tw_tlv_expect){.asked = &asked,
		.base = authenticated ? 112 : BASE,
		.ssid = 0x1234,
		.authenticated = authenticated,
		.tai_utc = 37};
	tw_tlv_result_begin(&res, &asked);
}

#define ASK(...) ask(false, (const char *const[]){__VA_ARGS__, NULL})

static bool read_octets(size_t len)
{
	return tw_tlv_read_reply(&expect, &reader, key, &meta, pkt, len, &res);
}

/* Read a reply of the open mode with these TLVs. */
static bool reply(const char *tlvs)
{
	size_t n = tw_unhex(str(v10, "unauth_reflector_stateful"), pkt, sizeof(pkt));

	return read_octets(n + tw_unhex(tlvs, pkt + n, sizeof(pkt) - n));
}

static void vectors(void **state)
{
	json_t *rsp = json_object_get(v11, "responses");

	(void)state;
	ASK("padding:8", "location", "timestamp-info", "cos:dscp=46", "access-report:id=1,code=1");
	assert_true(res.asked);
	assert_string_equal(res.tally[TW_TLV_LOCATION].name, "location");
	assert_true(reply(str(rsp, "1 Extra Padding (8)")));
	assert_true(reply(str(rsp, "2 Location response")));
	assert_true(res.location.known);
	assert_int_equal(res.location.destination_port, 862);
	assert_int_equal(res.location.source_port, 20000);
	assert_true(res.location.has_mac);
	assert_memory_equal(res.location.mac, "\x02\x00\x5e\x10\x00\x01", 6);
	assert_int_equal(res.location.destination.family, 4);
	assert_memory_equal(res.location.destination.b, "\xc0\x00\x02\x02", 4);
	assert_memory_equal(res.location.source.b, "\xc0\x00\x02\x01", 4);
	assert_int_equal(res.location.changes, 0);

	assert_true(reply(str(rsp, "3 Timestamp Information NTP/SW,NTP/SW")));
	assert_int_equal(res.timestamps.sync_in, TW_SYNC_NTP);
	assert_int_equal(res.timestamps.method_out, TW_METHOD_SOFTWARE);

	meta.ecn = 1;
	assert_true(reply(str(rsp, "4 Class of Service response DSCP2=46 ECN=2 RP=0")));
	assert_int_equal(res.cos.asked, 46);
	assert_int_equal(res.cos.dscp_there.min, 46);
	assert_int_equal(res.cos.ecn_there.max, 2);
	assert_int_equal(res.cos.dscp_here.count, 1);
	assert_int_equal(res.cos.dscp_here.max, 46);
	assert_int_equal(res.cos.ecn_here.max, 1);
	meta.dscp = 10;
	assert_true(reply(str(rsp, "4 Class of Service response refused RP=1")));
	assert_int_equal(res.cos.refused, 1);
	assert_int_equal(res.cos.dscp_there.min, 0);
	assert_int_equal(res.cos.dscp_there.count, 2);
	assert_int_equal(res.cos.dscp_here.count, 1); /* refused: says nothing of the way back */

	assert_true(reply(str(rsp, "6 Access Report echoed")));
	assert_int_equal(res.access.echoed, 1);
	assert_true(reply("0006000420010000")); /* of another network */
	assert_int_equal(res.access.echoed, 1);

	assert_true(reply(str(rsp, "unknown type 200 echoed with U")));
	assert_int_equal(res.tally[0].unrecognized, 1);
	assert_true(reply(str(rsp, "malformed CoS (length 3) echoed with M")));
	assert_int_equal(res.tally[TW_TLV_COS].malformed, 1);
	assert_int_equal(res.tally[TW_TLV_COS].answered, 2);
	assert_int_equal(res.replies, 9);
	assert_int_equal(res.plain, 0);
	assert_int_equal(res.unexpected, 0);
}

static void flags_decide_what_is_read(void **state)
{
	(void)state;
	ASK("timestamp-info", "cos:dscp=46", "direct-measurement");
	/* U is skipped, what follows is read. */
	assert_true(reply("800300040102010200040004bae80000"));
	assert_false(res.timestamps.known);
	assert_true(res.cos.known);
	assert_int_equal(res.tally[TW_TLV_TIMESTAMP_INFO].unrecognized, 1);
	assert_int_equal(res.tally[TW_TLV_DIRECT].missing, 1);
	/* M ends the reading, also with U. */
	assert_true(reply("0004000400000000c0050003000000000300040102010200"));
	assert_int_equal(res.cos.dscp_there.count, 2);
	assert_false(res.timestamps.known);
	assert_int_equal(res.tally[TW_TLV_DIRECT].malformed, 1);
	assert_int_equal(res.tally[TW_TLV_DIRECT].missing, 1);
	/* I anywhere voids all of them, those before it too. */
	assert_true(reply("000300040102010220040004bae80000"));
	assert_false(res.timestamps.known);
	assert_int_equal(res.integrity_failed, 1);
	assert_true(reply("000300040102010200040004bae8000060c80009"));
	assert_int_equal(res.integrity_failed, 2);
	assert_false(res.timestamps.known);
	/* Malformed and cut off, by the reflector's word or by its mistake. */
	assert_true(reply("40050010"));
	assert_int_equal(res.tally[TW_TLV_DIRECT].malformed, 2);
	assert_true(reply("000300040102010200050010"));
	assert_true(res.timestamps.known);
	assert_int_equal(res.cut_off, 1);
	/* Wrong Length without M; a TLV that was not asked for. */
	assert_true(reply("0004000100"));
	assert_int_equal(res.unexpected, 1);
	assert_true(reply("000600041001000000020004ffffffff"));
	assert_int_equal(res.unexpected, 3);
	assert_false(res.location.known);
	assert_int_equal(res.access.echoed, 0);
	/* Padding that a control or a frame size brought is no surprise. */
	assert_true(reply("0001000400000000"));
	assert_int_equal(res.unexpected, 3);
}

static void peers_without_tlvs(void **state)
{
	(void)state;
	ASK("cos:dscp=46");
	meta.ssid = 0;
	assert_true(reply("00040004bae80000"));
	assert_int_equal(res.plain, 1);
	assert_false(res.cos.known);
	meta.ssid = 0x1234;
	assert_true(reply(""));
	assert_true(reply("0000000000000000"));
	assert_true(reply("ab"));
	assert_int_equal(res.plain, 4);
	/* Who sent no SSID cannot tell by it. */
	expect.ssid = 0;
	meta.ssid = 0;
	assert_true(reply("00040004bae80000"));
	assert_true(res.cos.known);
	assert_int_equal(res.replies, 5);
	assert_int_equal(res.tally[TW_TLV_COS].missing, 0);
}

static void hmac_of_the_vectors(void **state)
{
	size_t n;

	(void)state;
	key = hmac;
	ASK("timestamp-info", "cos:dscp=46", "hmac");
	n = tw_unhex(str(v11, "unauth_reflector_ts_cos_hmac"), pkt, sizeof(pkt));
	assert_true(read_octets(n));
	assert_int_equal(res.verified, 1);
	assert_int_equal(res.bad_hmac, 0);
	assert_true(res.timestamps.known);
	assert_true(res.cos.known);
	assert_int_equal(res.tally[TW_TLV_HMAC].answered, 1);
	/* The sequence number and each octet of the TLVs count. */
	setup(NULL);
	key = hmac;
	ASK("timestamp-info", "cos:dscp=46", "hmac");
	for (size_t i = BASE; i < n; i++) {
		bool flag = i == BASE || i == BASE + 8 || i == BASE + 16;

		pkt[i] ^= flag ? 0x01 : 0x80;
		assert_true(read_octets(n));
		pkt[i] ^= flag ? 0x01 : 0x80;
	}
	pkt[3] ^= 1;
	assert_true(read_octets(n));
	/* A reserved flag of the HMAC TLV itself is ignored; nothing else is. */
	assert_int_equal(res.verified, 1);
	assert_int_equal(res.timestamps.known + res.cos.known, 2);
	assert_int_equal(res.bad_hmac + res.verified, n - BASE + 1);

	/* What the reflector says after our own HMAC failed. */
	n = tw_unhex(str(v11, "reflected_after_hmac_failure"), pkt, sizeof(pkt));
	assert_true(read_octets(n));
	assert_int_equal(res.integrity_failed, 1);
}

static void hmac_that_is_demanded(void **state)
{
	size_t n;

	(void)state;
	key = hmac;
	ASK("cos:dscp=46", "hmac");
	/* Taken away. */
	assert_true(reply("00040004bae80000"));
	assert_int_equal(res.bad_hmac, 1);
	assert_false(res.cos.known);
	assert_int_equal(res.tally[TW_TLV_COS].answered, 0);
	/* In the wrong place. */
	assert_true(reply("000800100000000000000000000000000000000000040004bae80000"));
	assert_int_equal(res.bad_hmac, 2);
	/* The reflector does not know it: flags are read, Values are not. */
	assert_true(reply("00040004bae800008008001000000000000000000000000000000000"));
	assert_int_equal(res.bad_hmac, 2);
	assert_int_equal(res.tally[TW_TLV_COS].answered, 1);
	assert_int_equal(res.tally[TW_TLV_HMAC].unrecognized, 1);
	assert_false(res.cos.known);
	/* The reflector stopped before it: likewise, and what was malformed is known. */
	assert_true(reply("40040003bae8008008001000000000000000000000000000000000"));
	assert_int_equal(res.tally[TW_TLV_COS].malformed, 1);
	assert_int_equal(res.bad_hmac, 2);
	/* Authenticated packets: a lone padding has none, anything else must. */
	key = hmac;
	ask(true, (const char *const[]){"padding:4", NULL});
	n = tw_unhex(str(v10, "auth_reflector_stateful"), pkt, sizeof(pkt));
	n += tw_unhex("0001000400000000", pkt + n, 64);
	assert_true(read_octets(n));
	assert_int_equal(res.bad_hmac, 0);
	assert_int_equal(res.tally[TW_TLV_PADDING].answered, 1);
	n += tw_unhex("0003000401020102", pkt + n, 64);
	assert_true(read_octets(n));
	assert_int_equal(res.bad_hmac, 1);
	/* Nobody asked for one and nobody has a key: nothing to say. */
	key = NULL;
	ASK("cos:dscp=46");
	assert_true(reply("00040004bae80000"));
	assert_true(res.cos.known);
}

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

/* Request, reflector and reader agree with each other about all that a host can do. */
static void round_trip(void **state)
{
	static const char *const specs[] = {"location", "timestamp-info", "cos:dscp=46",
		"direct-measurement", "access-report:id=2,code=1", "follow-up",
		"destination:192.0.2.2", "return-path:same-link", "micro-session:sender=3",
		"padding:9", "raw:type=200,hex=0102", "hmac", NULL};
	struct tw_addr own;
	struct tw_tlv_policy policy = {.disclose_location = true,
		.allowed_dscp = UINT64_MAX,
		.own_addr = &own,
		.n_own_addr = 1,
		.micro_session_id = 7,
		.sync_source = TW_SYNC_PTP,
		.t2_method = TW_METHOD_HARDWARE,
		.t3_method = TW_METHOD_SOFTWARE};
	struct tw_tlv_request req = {
		.src = {4, {192, 0, 2, 1}}, .dst = {4, {192, 0, 2, 2}}, .dscp = 10, .mac = hmac};
	struct tw_tlv_reflection out;
	size_t base;
	size_t len;

	(void)state;
	own = req.dst;
	key = hmac;
	ask(false, specs);
	for (uint32_t i = 0; i < 3; i++) {
		base = tw_unhex(str(v10, "unauth_sender"), pkt, sizeof(pkt));
		tw_put32(pkt, i);
		memcpy(pkt + base, asked.octets, asked.len);
		tw_tlv_template_count(&asked, pkt + base, i + 1);
		tw_tlv_sign(hmac, pkt, base, base + asked.hmac_at);
		len = base + asked.len;
		req.rx_count = i + 1;
		req.tx_count = i;
		req.last_reply =
			(struct tw_tlv_follow_up){i - 1, meta.t3.v + 5, i ? TW_METHOD_HARDWARE : 0};
		tw_tlv_reflect(&policy, &req, pkt, base, len, sizeof(pkt), &out);
		assert_int_equal(out.action, TW_TLV_REPLY);
		assert_int_equal(out.len, len);
		tw_unhex(str(v10, "unauth_reflector_stateful"), pkt, base);
		tw_put32(pkt, i);
		tw_tlv_sign(hmac, pkt, base, out.hmac_at);
		meta.rseq = i;
		meta.sseq = i;
		meta.rx_count = i + 1;
		assert_true(read_octets(len));
	}
	assert_int_equal(res.verified, 3);
	for (unsigned int i = 1; i <= TW_TLV_MICRO_SESSION; i++)
		assert_int_equal(res.tally[i].answered, 3);
	assert_int_equal(res.tally[0].unrecognized, 3);
	assert_int_equal(res.cos.dscp_there.min, 10);
	assert_int_equal(res.direct.sent, 2);
	assert_int_equal(tw_tlv_direct_lost_outbound(&res.direct), 0);
	assert_int_equal(res.access.echoed, 3);
	assert_int_equal(res.follow_up.egress.count, 2);
	assert_true(res.follow_up.egress.max == 5);
	assert_int_equal(res.micro.reflector, 7);
	assert_int_equal(res.unexpected, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(vectors, setup),
		cmocka_unit_test_setup(flags_decide_what_is_read, setup),
		cmocka_unit_test_setup(peers_without_tlvs, setup),
		cmocka_unit_test_setup(hmac_of_the_vectors, setup),
		cmocka_unit_test_setup(hmac_that_is_demanded, setup),
		cmocka_unit_test_setup(location_changes, setup),
		cmocka_unit_test_setup(timestamp_methods_change, setup),
		cmocka_unit_test_setup(direct_measurement, setup),
		cmocka_unit_test_setup(direct_measurement_wraps, setup),
		cmocka_unit_test_setup(follow_up, setup),
		cmocka_unit_test_setup(micro_session, setup),
		cmocka_unit_test_setup(control, setup),
		cmocka_unit_test_setup(access_timer, setup),
		cmocka_unit_test_setup(round_trip, setup),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
