/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "tw_twping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * twping's output, line by line. The stamps are powers of two apart, so that every number below
 * is reckoned by hand: 2^20 / 2^32 s = 0.000244140625 s out, 2^18 / 2^32 = 0.000061035 s inside,
 * 2^19 / 2^32 = 0.000122070 s back, 0.000366211 s both ways.
 */

#define T0 0xe000000000000000ULL /* 2 February 2019, 11:39:44 UTC */
#define SEC (1ULL << 32)
#define HERE 0x9402  /* synchronised, 2 * 2^20 / 2^32 s = 0.000488281 */
#define THERE 0x8a01 /* synchronised, 2^10 / 2^32 s = 2.38419e-07 */
#define LOOSE 0x0001 /* not synchronised, 2^-32 s = 2.32831e-10 */

static char text[8192];

static FILE *out(void)
{
	FILE *f = fmemopen(text, sizeof(text), "w");

	assert_non_null(f);
	return f;
}

/* A reply that took so many times the delays above. */
static struct tw_twping_row row(uint32_t sseq, uint32_t rseq, unsigned int times, uint16_t there)
{
	uint64_t t1 = T0 + sseq * SEC;

	return (struct tw_twping_row){
		.sseq = sseq,
		.rseq = rseq,
		.t1 = tw_twping_stamp(t1, HERE),
		.t2 = tw_twping_stamp(t1 + ((uint64_t)times << 20), there),
		.t3 = tw_twping_stamp(t1 + ((uint64_t)times << 20) + (1 << 18), there),
		.t4 = tw_twping_stamp(
			t1 + ((uint64_t)times << 20) + (1 << 18) + ((uint64_t)times << 19), HERE),
		.sttl = 254,
		.rttl = (uint8_t)(253 - (sseq & 1)),
	};
}

static struct tw_twping_session session(void)
{
	return (struct tw_twping_session){
		.sid = {0xc0, 0, 2, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255},
		.from_host = "here.example",
		.from_addr = "192.0.2.1",
		.from_port = 8760,
		.to_host = "there.example",
		.to_addr = "192.0.2.2",
		.to_port = 8761,
		.ip_version = 4,
		.from_octets = {192, 0, 2, 1},
		.to_octets = {192, 0, 2, 2},
		.dscp = 46,
		.start = T0,
		.loss_timeout = 2 * SEC,
		.padding = 27,
		.packets = 3,
		.finished = true,
		.bucket = 0.0001,
		.unit = 'm',
	};
}

static void raw(void **state)
{
	const struct tw_twping_row rows[] = {
		row(0, 0, 1, LOOSE), tw_twping_lost(1, T0 + SEC, HERE), row(2, 1, 1, THERE)};
	FILE *f = out();

	(void)state;
	tw_twping_raw(rows, 3, f);
	fclose(f);
	assert_string_equal(text,
		"0 16140901064495857664 1 0.000488281 16140901064496906240 0 2.32831e-10 254 "
		"0 16140901064497168384 0 2.32831e-10 16140901064497692672 1 0.000488281 253\n"
		"1 16140901068790824960 0 2.32831e-10 00000000000000000000 1 0.000488281 255 "
		"0 00000000000000000000 1 0.000488281 00000000000000000000 1 0.000488281 255\n"
		"2 16140901073085792256 1 0.000488281 16140901073086840832 1 2.38419e-07 254 "
		"1 16140901073087102976 1 2.38419e-07 16140901073087627264 1 0.000488281 253\n");
}

static void text_summary(void **state)
{
	const struct tw_twping_row rows[] = {
		row(0, 0, 1, THERE), tw_twping_lost(1, T0 + SEC, HERE), row(2, 1, 2, THERE)};
	static const double percentiles[] = {50, 99.9};
	struct tw_twping_session c = session();
	struct tw_twping_sample s;
	FILE *f = out();

	(void)state;
	c.percentiles = percentiles;
	c.n_percentiles = 2;
	assert_int_equal(tw_twping_sample_init(&s, &c, rows, 3, 0, 3), 0);
	tw_twping_text(&c, &s, f);
	fclose(f);
	/* of three packets one is lost: half of them have at most the longer of the two delays */
	assert_string_equal(text,
		"\n--- twping statistics from [here.example]:8760 to [there.example]:8761 ---\n"
		"SID:\tc00002020102030405060708090a0bff\n"
		"first:\t2019-02-02T11:39:44.000\n"
		"last:\t2019-02-02T11:39:46.000\n"
		"3 sent, 1 lost (33.333%), 0 send duplicates, 0 reflect duplicates\n"
		"round-trip time min/median/max = 0.366/0.732/0.732 ms, (err=0.977 ms)\n"
		"send time min/median/max = 0.244/0.488/0.488 ms, (err=0.489 ms)\n"
		"reflect time min/median/max = 0.122/0.244/0.244 ms, (err=0.489 ms)\n"
		"reflector processing time min/max = 0.061/0.061 ms\n"
		"two-way jitter = nan ms (P95-P50)\n"
		"send jitter = nan ms (P95-P50)\n"
		"reflect jitter = nan ms (P95-P50)\n"
		"Percentiles:\n"
		"\t50.0: 0.732 ms\n"
		"\t99.9: nan ms\n"
		"send hops = 1 (consistently)\n"
		"reflect hops = 2 (consistently)\n"
		"\n");
	tw_twping_sample_fini(&s);
}

/* Units; a clock that is not synchronised; hops that change; a direction that takes less than no
 * time. */
static void text_forms(void **state)
{
	struct tw_twping_row rows[] = {row(0, 0, 1, LOOSE), row(1, 1, 1, LOOSE)};
	struct tw_twping_session c = session();
	struct tw_twping_sample s;
	FILE *f = out();

	(void)state;
	c.unit = 'u';
	rows[1].t2.time -= 1 << 21;
	rows[1].t3.time -= 1 << 21;
	assert_int_equal(tw_twping_sample_init(&s, &c, rows, 2, 0, 2), 0);
	assert_true(s.clocks_differ);
	tw_twping_text(&c, &s, f);
	fclose(f);
	assert_string_equal(text,
		"\nDirectional delays may be inaccurate due to out of sync clocks!\n"
		"\n--- twping statistics from [here.example]:8760 to [there.example]:8761 ---\n"
		"SID:\tc00002020102030405060708090a0bff\n"
		"first:\t2019-02-02T11:39:44.000\n"
		"last:\t2019-02-02T11:39:45.000\n"
		"2 sent, 0 lost (0.000%), 0 send duplicates, 0 reflect duplicates\n"
		"round-trip time min/median/max = 366/366/366 us, (unsync)\n"
		"send time min/median/max = -244/-244/244 us, (unsync)\n"
		"reflect time min/median/max = 122/122/610 us, (unsync)\n"
		"reflector processing time min/max = 61/61 us\n"
		"two-way jitter = 0 us (P95-P50)\n"
		"send jitter = 488 us (P95-P50)\n"
		"reflect jitter = 488 us (P95-P50)\n"
		"send hops = 1 (consistently)\n"
		"reflect hops takes 2 values; min hops = 2, max hops = 3\n"
		"\n");
	tw_twping_sample_fini(&s);
}

static void machine(void **state)
{
	const struct tw_twping_row rows[] = {
		row(0, 0, 1, THERE), row(1, 1, 1, THERE), row(2, 2, 2, THERE)};
	struct tw_twping_session c = session();
	struct tw_twping_sample s;
	FILE *f = out();

	(void)state;
	c.unix_times = true;
	assert_int_equal(tw_twping_sample_init(&s, &c, rows, 3, 0, 3), 0);
	tw_twping_machine(&c, &s, f);
	fclose(f);
	assert_string_equal(text,
		"SUMMARY\t3.00\n"
		"SID\tc00002020102030405060708090a0bff\n"
		"FROM_HOST\there.example\nFROM_ADDR\t192.0.2.1\nFROM_PORT\t8760\n"
		"TO_HOST\tthere.example\nTO_ADDR\t192.0.2.2\nTO_PORT\t8761\n"
		"START_TIME\t16140901064495857664\nEND_TIME\t16140901073085792256\n"
		"UNIX_START_TIME\t1549107584.000000\nUNIX_END_TIME\t1549107586.000000\n"
		"DSCP\t0x2e\nLOSS_TIMEOUT\t8589934592\nPACKET_PADDING\t27\n"
		"SESSION_PACKET_COUNT\t3\nSAMPLE_PACKET_COUNT\t3\nBUCKET_WIDTH\t0.0001\n"
		"SESSION_FINISHED\t1\nSENT\t3\nSYNC\t1\n"
		"MAXERR\t0.000977039\nMAXERR_FWD\t0.00048852\nMAXERR_BCK\t0.00048852\n"
		"DUPS_FWD\t0\nDUPS_BCK\t0\nLOST\t0\n"
		"MIN\t0.000366211\nMIN_FWD\t0.000244141\nMIN_BCK\t0.00012207\nMIN_PROC\t6.10352e-"
		"05\n"
		"MEDIAN\t0.000366211\nMEDIAN_FWD\t0.000244141\nMEDIAN_BCK\t0.00012207\n"
		"MAX\t0.000732422\nMAX_FWD\t0.000488281\nMAX_BCK\t0.000244141\nMAX_PROC\t6.10352e-"
		"05\n"
		"PDV\t0.000366211\nPDV_FWD\t0.000244141\nPDV_BCK\t0.00012207\n"
		"<BUCKETS>\n\t2\t0\t0\t2\n\t3\t0\t2\t1\n\t4\t2\t0\t0\n\t5\t0\t1\t0\n\t8\t1\t0\t0\n"
		"</BUCKETS>\n"
		"MINTTL_FWD\t254\nMAXTTL_FWD\t254\nMINTTL_BCK\t252\nMAXTTL_BCK\t253\n"
		"<TTLBUCKETS>\n\t252\t0\t1\n\t253\t0\t2\n\t254\t3\t0\n</TTLBUCKETS>\n"
		"\n");
	tw_twping_sample_fini(&s);
}

/* Nothing came back: no delay is told, and none is 0. */
static void all_lost(void **state)
{
	const struct tw_twping_row rows[] = {
		tw_twping_lost(0, T0, LOOSE), tw_twping_lost(1, T0 + SEC, LOOSE)};
	struct tw_twping_session c = session();
	struct tw_twping_sample s;
	FILE *f = out();

	(void)state;
	c.finished = false;
	c.packets = 2;
	assert_int_equal(tw_twping_sample_init(&s, &c, rows, 2, 0, 2), 0);
	tw_twping_machine(&c, &s, f);
	fclose(f);
	assert_non_null(strstr(text,
		"\nSESSION_FINISHED\t0\nSENT\t2\nSYNC\t0\nMAXERR\t2.32831e-10\n"
		"MAXERR_FWD\t2.32831e-10\nMAXERR_BCK\t2.32831e-10\nDUPS_FWD\t0\nDUPS_BCK\t0\n"
		"LOST\t2\nMINTTL_FWD\t255\nMAXTTL_FWD\t0\nMINTTL_BCK\t255\nMAXTTL_BCK\t0\n\n"));
	f = out();
	tw_twping_text(&c, &s, f);
	fclose(f);
	assert_non_null(strstr(text, "\n2 sent, 2 lost (100.000%), 0 send duplicates, 0 reflect"));
	assert_non_null(
		strstr(text, "\nround-trip time min/median/max = nan/nan/nan ms, (unsync)\n"));
	assert_non_null(strstr(text, "\nreflector processing time min/max = nan/nan ms\n"));
	assert_non_null(strstr(text, "\nsend TTL not reported\nreflect TTL not reported\n\n"));
	tw_twping_sample_fini(&s);
}

/* A request that was doubled has two of the reflector's numbers, a reply that was has one twice. */
static void duplicates(void **state)
{
	const struct tw_twping_row rows[] = {row(0, 0, 1, THERE), row(0, 1, 4, THERE),
		row(0, 1, 5, THERE), row(1, 2, 1, THERE), row(1, 2, 1, THERE), row(0, 0, 2, THERE)};
	struct tw_twping_session c = session();
	struct tw_twping_sample s;

	(void)state;
	assert_int_equal(tw_twping_sample_init(&s, &c, rows, 6, 0, 3), 0);
	assert_int_equal(s.sent, 2);
	assert_int_equal(s.lost, 0);
	assert_int_equal(s.duplicates[0], 1);
	assert_int_equal(s.duplicates[1], 3);
	/* they count for the extremes, not for the distribution */
	assert_int_equal(s.n_delays, 2);
	assert_true(s.max[TW_TWPING_SEND] == 5 * 0x1p-12);
	assert_true(s.delay[TW_TWPING_SEND][1] == 0x1p-12);
	assert_int_equal(s.ttl[0][254], 2);
	tw_twping_sample_fini(&s);
}

/* -N: a part of the packets; -v: their lines. */
static void part(void **state)
{
	const struct tw_twping_row rows[] = {row(0, 0, 1, THERE), row(2, 1, 1, THERE),
		tw_twping_lost(1, T0 + SEC, HERE), row(3, 2, 2, THERE)};
	struct tw_twping_session c = session();
	struct tw_twping_sample s;
	FILE *f = out();

	(void)state;
	assert_int_equal(tw_twping_sample_init(&s, &c, rows, 4, 1, 3), 0);
	assert_int_equal(s.sent, 2);
	assert_int_equal(s.lost, 1);
	assert_true(s.start == T0 + SEC);
	assert_true(s.end == T0 + 2 * SEC);
	tw_twping_records(&c, &s, rows, 4, 0, f);
	c.unix_times = true;
	tw_twping_records(&c, &s, rows, 4, 1, f);
	fclose(f);
	assert_string_equal(text,
		"\n--- twping statistics from [here.example]:8760 to [there.example]:8761 ---\n"
		"SID:\tc00002020102030405060708090a0bff\n"
		"seq_no=2          fwd_delay=0.244 ms bck_delay=0.122 ms delay=0.366 ms "
		"proc_delay=0.061 ms\t(err=0.977 ms)\n"
		"seq_no=1          *LOST*\n"
		"\n--- twping statistics from [here.example]:8760 to [there.example]:8761 ---\n"
		"SID:\tc00002020102030405060708090a0bff\n"
		"seq_no=2 fwd_delay=2.441406e-01 ms bck_delay=1.220703e-01 ms "
		"delay=3.662109e-01 ms proc_delay=6.103516e-02 ms (err=0.977 ms) "
		"sent=1549107586.000000 recv=1549107586.000244 reflected=1549107586.000305 "
		"recv=1549107586.000427\n");
	tw_twping_sample_fini(&s);
}

/* One of a hundred is lost: the 99th percentile is there, what is above is not. */
static void percentiles(void **state)
{
	struct tw_twping_row rows[100];
	struct tw_twping_session c = session();
	struct tw_twping_sample s;
	double v;

	(void)state;
	for (uint32_t i = 0; i < 99; i++)
		rows[i] = row(i, i, 99 - i, THERE);
	rows[99] = tw_twping_lost(99, T0 + 99 * SEC, HERE);
	assert_int_equal(tw_twping_sample_init(&s, &c, rows, 100, 0, 100), 0);
	for (unsigned int p = 1; p <= 99; p++) {
		assert_true(tw_twping_percentile(&s, TW_TWPING_SEND, p / 100.0, &v));
		assert_true(v == p * 0x1p-12);
	}
	assert_true(tw_twping_percentile(&s, TW_TWPING_SEND, 0, &v));
	assert_true(v == 0x1p-12);
	assert_false(tw_twping_percentile(&s, TW_TWPING_SEND, 0.991, &v));
	assert_false(tw_twping_percentile(&s, TW_TWPING_SEND, 1, &v));
	tw_twping_sample_fini(&s);
}

/* RFC 4656 section 4.1.2: Multiplier * 2^(-32) * 2^Scale seconds. */
static void error_estimates(void **state)
{
	(void)state;
	assert_true(tw_twping_stamp(1, 0x0001).error == 0x1p-32);
	assert_true(tw_twping_stamp(1, 0xa0ff).error == 255);
	assert_true(tw_twping_stamp(1, 0x3fff).error == 255 * 0x1p31);
	/* the Z bit is none of the scale */
	assert_true(tw_twping_stamp(1, 0x4001).error == 0x1p-32);
	assert_true(tw_twping_stamp(1, 0x8001).synchronised);
	assert_false(tw_twping_stamp(1, 0x7fff).synchronised);
}

/* Hex digits, with blanks anywhere between octets. */
static void octets_are(const char *hex, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned int octet;

		hex += strspn(hex, " ");
		if (sscanf(hex, "%2x", &octet) != 1 || octet != (uint8_t)text[i])
			fail_msg("octet %zu is %02x, not %.2s", i, (uint8_t)text[i], hex);
		hex += 2;
	}
	assert_int_equal(*hex, '\0');
}

/*
 * -F, octet for octet: what perfSONAR's library writes of the same session (magic, version 0x83, the
 * OWAMP request, two slots) and of a reply and a packet without one.
 */
static void file(void **state)
{
	static const char *const want =
		/* "OwA", version, finished, next number, skips, records, their places */
		"4f774100 00000083 00000001 00000000 00000000 00000000"
		"0000000000000000 00000000000000c8"
		/* command, IP version, both roles, slots, packets, ports, addresses, SID */
		"01 04 01 01 00000002 00000003 2238 2239"
		"c0000201000000000000000000000000 c0000202000000000000000000000000"
		"c000020201020304 05060708090a0bff"
		/* padding, start, timeout, Type-P, MBZ and HMAC */
		"0000001b e000000000000000 0000000200000000 2e000000"
		"0000000000000000 00000000000000000000000000000000"
		/* 1 s exponential, 0.5 s fixed, 16 octets of nothing */
		"0000000000000000 0000000100000000 0100000000000000 0000000080000000"
		"00000000000000000000000000000000"
		/* number, errors of T1 and T2, T1, T2, TTL; the same of T3 and T4 */
		"00000000 9402 8a01 e000000000000000 e000000000100000 fe"
		"00000007 8a01 9402 e000000000140000 e0000000001c0000 fd"
		"00000001 0001 9402 e000000100000000 0000000000000000 ff"
		"00000000 9402 9402 0000000000000000 0000000000000000 ff";
	static const struct tw_twping_slot slots[] = {{SEC, true}, {SEC / 2, false}};
	struct tw_twping_row rows[] = {row(0, 7, 1, THERE), tw_twping_lost(1, T0 + SEC, HERE)};
	struct tw_twping_session c = session();
	FILE *f = out();

	(void)state;
	c.slots = slots;
	c.n_slots = 2;
	assert_int_equal(tw_twping_save(&c, rows, 2, f), 0);
	assert_int_equal(ftell(f), 300);
	fclose(f);
	octets_are(want, 300);

	/* IPv6, not finished, and estimates that a reader would choke on: PTP's, without Multiplier */
	c.ip_version = 6;
	c.from_octets[15] = 9;
	c.finished = false;
	rows[0].t2 = tw_twping_stamp(rows[0].t2.time, 0xca00);
	f = out();
	assert_int_equal(tw_twping_save(&c, rows, 1, f), 0);
	assert_int_equal(ftell(f), 250);
	fclose(f);
	assert_int_equal(text[11], 2);
	assert_int_equal(text[41], 6);
	assert_int_equal(text[71], 9);
	assert_int_equal((uint8_t)text[206], 0x8a);
	assert_int_equal(text[207], 1);
}

/* What the disk does not take is an error, at whichever octet it is full. */
static void file_full(void **state)
{
	const struct tw_twping_row rows[] = {row(0, 0, 1, THERE)};
	struct tw_twping_session c = session();
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	if (!f)
		skip();
	assert_int_equal(tw_twping_save(&c, rows, 1, f), -ENOSPC);
	fclose(f);
	f = fopen("/dev/full", "w");
	assert_non_null(f);
	setbuf(f, NULL);
	assert_int_equal(tw_twping_save(&c, rows, 1, f), -ENOSPC);
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw),
		cmocka_unit_test(file),
		cmocka_unit_test(file_full),
		cmocka_unit_test(text_summary),
		cmocka_unit_test(text_forms),
		cmocka_unit_test(machine),
		cmocka_unit_test(all_lost),
		cmocka_unit_test(duplicates),
		cmocka_unit_test(part),
		cmocka_unit_test(percentiles),
		cmocka_unit_test(error_estimates),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
