/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"
#include "tw_tlv_reflect.h"

/*
 * The reflector between two captures: every reply is compared octet by octet with one that was put
 * together independently. Only T2, T3 and the Error Estimate are taken from the reply; they are
 * judged against the clock.
 */

#define SEC (1ULL << 32)

static struct dp_list in;
static struct dp_run run;
static uint64_t began;

static int setup(void **state)
{
	(void)state;
	in.n = 0;
	memset(&run, 0, sizeof(run));
	run.in = &in;
	run.cfg = dp_reflector_config();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_list_free(&in);
	dp_list_free(&run.out);
	return 0;
}

static void go(void)
{
	began = dp_wall();
	dp_run(&run);
}

/* T2 and T3 are of this run, in order, and the Error Estimate is an estimate. */
static void check_stamps(const struct dp_answer *a)
{
	uint64_t slack = SEC / 1000;

	assert_true(a->t2 >= began - slack);
	assert_true(a->t3 > a->t2);
	assert_true(a->t3 <= dp_wall() + slack);
	assert_int_not_equal(a->error_estimate & 0xff, 0);
	assert_int_equal(a->error_estimate & 0x4000, 0);
}

static void check_reply(
	unsigned int i, const struct dp_packet *request, bool is_stamp, uint32_t seq)
{
	struct dp_frame want;
	struct dp_answer a;

	assert_true(i < run.out.n);
	assert_in_range(run.out.f[i].len, dp_payload_off(request) + 41, DP_MAX_FRAME);
	a = dp_answer_of(&run.out.f[i], request);
	check_stamps(&a);
	a.seq = seq;
	dp_expect(request, is_stamp, &a, &want);
	assert_int_equal(run.out.f[i].len, want.len);
	assert_memory_equal(run.out.f[i].b, want.b, want.len);
	assert_true(dp_checksums_right(&run.out.f[i]));
}

#define KINDS 64

static struct dp_packet kind[KINDS];
static bool kind_is_stamp[KINDS];

/* One of every kind that is answered; all are sessions of their own. @return how many */
static unsigned int make_kinds(unsigned int family)
{
	static const uint32_t light[] = {14, 15, 40, 41, 42, 44, 101, 1400};
	unsigned int n = 0;

	for (unsigned int i = 0; i < KINDS; i++)
		kind[i] = dp_request(family, 0);
	/* STAMP: bare, followed by one to three zeros, with SSID */
	for (uint32_t len = 44; len < 48; len++)
		kind[n++].len = len;
	dp_put16(kind[n++].payload + 14, 0xbeef);
	/* with options or extension headers, octets behind the packet, an odd checksum */
	kind[n++].options = 16;
	kind[n++].trailer = 9;
	kind[n++].checksum = DP_CHECKSUM_PARTIAL;
	if (family == 4)
		kind[n++].checksum = DP_CHECKSUM_ZERO;
	for (unsigned int i = 0; i < n; i++)
		kind_is_stamp[i] = true;
	/* Light: short, the bare 41, odd lengths, long */
	for (unsigned int i = 0; i < sizeof(light) / sizeof(light[0]); i++) {
		kind_is_stamp[n] = false;
		dp_make_light(&kind[n++], light[i]);
	}
	for (unsigned int i = 0; i < n; i++) {
		kind[i].sport = (uint16_t)(20000 + i);
		dp_list_add_packet(&in, &kind[i]);
	}
	return n;
}

static void every_kind(void **state)
{
	(void)state;
	for (unsigned int family = 4; family <= 6; family += 2) {
		unsigned int n = make_kinds(family);

		go();
		assert_int_equal(run.out.n, n);
		assert_int_equal(run.result.counters.sessions_created, n);
		assert_int_equal(run.result.counters.checksum_partial, 1);
		for (unsigned int i = 0; i < n; i++)
			check_reply(i, &kind[i], kind_is_stamp[i], 0);
		dp_list_free(&run.out);
		setup(NULL);
	}
}

/* What is counted of them. */
static void counters(void **state)
{
	struct dp_packet q = dp_request(4, 0);
	const struct tw_reflector_counters *c = &run.result.counters;

	(void)state;
	q.tos = 46 << 2 | 1;
	q.ttl = 3;
	dp_list_add_packet(&in, &q);
	dp_make_light(&q, 14);
	q.tos = 10 << 2;
	q.ttl = 250;
	dp_list_add_packet(&in, &q);
	q = dp_request(6, 0);
	q.tos = 46 << 2 | 3;
	dp_list_add_packet(&in, &q);
	go();
	assert_int_equal(c->reflected, 3);
	assert_int_equal(c->dscp[46], 2);
	assert_int_equal(c->dscp[10], 1);
	assert_int_equal(c->ecn[0], 1);
	assert_int_equal(c->ecn[1], 1);
	assert_int_equal(c->ecn[3], 1);
	assert_int_equal(c->ttl_min, 3);
	assert_int_equal(c->ttl_max, 250);
	assert_int_equal(c->octets_in, 86 + 56 + 106);
	assert_int_equal(c->octets_out, 86 + 83 + 106);
	assert_int_equal(c->sessions_active, 3);
}

/* Counting per session; loss, duplicates and a sender that starts again (protocol A16). */
static void numbers(void **state)
{
	static const struct {
		uint32_t seq, t1; /* T1 in seconds */
		uint32_t want;
	} rows[] = {{0, 10, 0}, {1, 11, 1}, {5, 15, 2}, {4, 14, 3}, {5, 15, 4}, {0, 10, 5},
		{6, 16, 6}, {0, 20, 0}, {1, 21, 1}, {900, 22, 2}, {3, 23, 0}, {4, 24, 1}};
	const unsigned int n = sizeof(rows) / sizeof(rows[0]);
	struct dp_packet q[12];

	(void)state;
	for (unsigned int i = 0; i < n; i++) {
		q[i] = dp_request(4, rows[i].seq);
		dp_put32(q[i].payload + 4, 0xeeab5d94 + rows[i].t1);
		dp_list_add_packet(&in, &q[i]);
		/* another SSID, another session; its numbers are its own */
		dp_put16(q[i].payload + 14, 7);
		dp_list_add_packet(&in, &q[i]);
		dp_put16(q[i].payload + 14, 0);
	}
	go();
	assert_int_equal(run.out.n, 2 * n);
	for (unsigned int i = 0; i < n; i++) {
		check_reply(2 * i, &q[i], true, rows[i].want);
		dp_put16(q[i].payload + 14, 7);
		check_reply(2 * i + 1, &q[i], true, rows[i].want);
	}
	assert_int_equal(run.result.counters.sessions_created, 2);
	assert_int_equal(run.result.counters.sessions_reset, 4);
}

/* Return Path TLV, Control Code sub-TLV: no reply wanted (RFC 9503). */
static struct dp_packet no_reply(uint32_t seq)
{
	static const uint8_t tlv[] = {0x80, 10, 0, 8, 0x80, 1, 0, 4, 0, 0, 0, 0};
	struct dp_packet q = dp_request(4, seq);

	memcpy(q.payload + 44, tlv, sizeof(tlv));
	q.len = 44 + sizeof(tlv);
	return q;
}

/* Who wants no reply gets none, and leaves no gap in the replies' numbers, which would be loss. */
static void no_gap(void **state)
{
	static const struct tw_tlv_policy policy = {.t2_method = TW_METHOD_SOFTWARE};
	struct dp_packet q[40];
	unsigned int answered = 0;

	(void)state;
	run.cfg.tlv = &policy;
	for (unsigned int i = 0; i < 40; i++) {
		q[i] = i % 3 == 1 ? no_reply(i) : dp_request(4, i);
		dp_list_add_packet(&in, &q[i]);
	}
	go();
	assert_int_equal(run.result.counters.discarded[TW_DISCARD_NO_REPLY_WANTED], 13);
	assert_int_equal(run.out.n, 27);
	for (unsigned int i = 0; i < 40; i++)
		if (i % 3 != 1) {
			check_reply(answered, &q[i], true, answered);
			answered++;
		}
}

static void stateless(void **state)
{
	struct dp_packet q[4];

	(void)state;
	run.cfg.stateless = true;
	for (unsigned int i = 0; i < 4; i++) {
		q[i] = dp_request(i % 2 ? 6 : 4, 0x80000000u + i * 1000);
		dp_list_add_packet(&in, &q[i]);
	}
	go();
	for (unsigned int i = 0; i < 4; i++) {
		check_reply(i, &q[i], true, 0x80000000u + i * 1000);
	}
	assert_int_equal(run.result.counters.sessions_created, 0);
}

static void forced_protocols(void **state)
{
	struct dp_packet q[3] = {dp_request(4, 0), dp_request(4, 0), dp_request(4, 0)};

	(void)state;
	/* TWAMP Light only: what looks like STAMP is padding */
	run.cfg.protocol = TW_PROTOCOL_LIGHT;
	dp_put16(q[1].payload + 14, 5);
	for (int i = 0; i < 2; i++)
		dp_list_add_packet(&in, &q[i]);
	go();
	for (unsigned int i = 0; i < 2; i++)
		check_reply(i, &q[i], false, i); /* the SSID is not in the key */
	setup(NULL);
	dp_list_free(&run.out);
	/* STAMP only: short requests get 44 octets, random padding is no SSID of Light */
	run.cfg.protocol = TW_PROTOCOL_STAMP;
	q[0].len = 14;
	q[1].len = 20;
	dp_make_light(&q[2], 60);
	for (int i = 0; i < 3; i++)
		dp_list_add_packet(&in, &q[i]);
	go();
	for (unsigned int i = 0; i < 3; i++)
		check_reply(i, &q[i], true, 0);
}

/* Tagged ports: our tag and nothing else; the reply has it too, its priority included. */
static void vlan(void **state)
{
	struct dp_packet q[4];

	(void)state;
	run.link.n_vlan = 1;
	run.link.tci[0] = 100;
	for (unsigned int i = 0; i < 4; i++) {
		q[i] = dp_request(i % 2 ? 6 : 4, i / 2);
		q[i].n_vlan = 1;
		q[i].tci[0] = 0xa064; /* priority 5, id 100 */
		dp_list_add_packet(&in, &q[i]);
	}
	go();
	for (unsigned int i = 0; i < 4; i++)
		check_reply(i, &q[i], true, i / 2);
	setup(NULL);
	dp_list_free(&run.out);
	run.link.n_vlan = 2;
	run.link.tci[0] = 7;
	run.link.tci[1] = 100;
	q[0].n_vlan = 2;
	q[0].tpid[0] = 0x88a8;
	q[0].tci[0] = 7;
	q[0].tci[1] = 0x2064;
	dp_list_add_packet(&in, &q[0]);
	go();
	check_reply(0, &q[0], true, 0);
}

/* Up to 9,018 octets with FCS. */
static void jumbo(void **state)
{
	struct dp_packet q[4];

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		q[i] = dp_request(i % 2 ? 6 : 4, 0);
		q[i].sport = (uint16_t)(20000 + i);
		if (i < 2)
			dp_make_padded(&q[i], 9014 - dp_payload_off(&q[i]), 0);
		else
			dp_make_light(&q[i], 9013 - dp_payload_off(&q[i]));
		dp_list_add_packet(&in, &q[i]);
	}
	go();
	assert_int_equal(run.out.n, 4);
	for (unsigned int i = 0; i < 4; i++)
		check_reply(i, &q[i], i < 2, 0);
}

/* --stamp packet: replies of a burst have readings of their own, in order. */
static void stamp_per_packet(void **state)
{
	struct dp_packet q;
	uint64_t last = 0;

	(void)state;
	run.cfg.stamp = TW_STAMP_PER_PACKET;
	for (uint32_t i = 0; i < 64; i++) {
		q = dp_request(4, i);
		dp_list_add_packet(&in, &q);
	}
	go();
	assert_int_equal(run.out.n, 64);
	for (uint32_t i = 0; i < 64; i++) {
		struct dp_answer a;

		q = dp_request(4, i);
		check_reply(i, &q, true, i);
		a = dp_answer_of(&run.out.f[i], &q);
		assert_true(a.t3 > last);
		last = a.t3;
	}
}

/* A NIC that finds UDP's checksum right may find the IPv4 header's wrong. */
static void half_a_verdict(void **state)
{
	(void)state;
	run.link.rx_checksum = true;
	for (uint32_t i = 0; i < 40; i++) {
		struct dp_packet p = dp_request(4, i / 2);

		dp_list_add_packet(&in, &p);
		in.f[i].b[24] ^= i % 2;
	}
	go();
	assert_int_equal(run.result.counters.discarded[TW_DISCARD_BAD_IP_CHECKSUM], 20);
	assert_int_equal(run.out.n, 20);
}

/* Addresses that were answered before are known: nobody is known who sends nothing but zeros. */
static void from_nowhere_to_nowhere(void **state)
{
	(void)state;
	run.cfg.stateless = true;
	for (uint32_t i = 0; i < 3; i++) {
		struct dp_packet p = dp_request(4, i);

		if (i != 1) {
			memset(p.src, 0, 4);
			memset(p.dst, 0, 4);
		}
		dp_list_add_packet(&in, &p);
	}
	go();
	assert_int_equal(run.result.counters.discarded[TW_DISCARD_BAD_SOURCE], 2);
	assert_int_equal(run.out.n, 1);
}

/* Who stands behind refused packets left after they had been looked at, and T3 says so. */
static void behind_refused_ones(void **state)
{
	struct dp_answer a;

	(void)state;
	run.cfg.protocol = TW_PROTOCOL_STAMP;
	for (uint32_t i = 0; i < 32; i++) {
		struct dp_packet p = dp_request(4, 0);

		if (i < 31) {
			p.len = 8000;
			p.checksum = DP_CHECKSUM_BAD;
		}
		dp_list_add_packet(&in, &p);
	}
	go();
	assert_int_equal(run.result.counters.discarded[TW_DISCARD_BAD_UDP_CHECKSUM], 31);
	assert_int_equal(run.out.n, 1);
	a = dp_answer_of(&run.out.f[0], &(struct dp_packet){.family = 4});
	/* a quarter of a million octets were summed up between them */
	print_message("T3 - T2: %.2f us\n", 1e6 * (double)(a.t3 - a.t2) / (double)SEC);
	assert_true(a.t3 - a.t2 > SEC / 1000000 * 4);
}

static bool was_still;

static void note_still(struct dp_run *r, struct tw_task *reflector)
{
	(void)r;
	was_still = reflector->still(reflector);
}

/* Its worker may sleep for long only where no session has to end in time. */
static void sessions_want_looking_after(void **state)
{
	const struct dp_packet p4 = dp_request(4, 0), p6 = dp_request(6, 0);

	(void)state;
	run.after = note_still;
	for (unsigned int i = 0; i < 3; i++) {
		in.n = 0;
		dp_list_add_packet(&in, i == 1 ? &p6 : &p4);
		run.cfg.stateless = i == 2;
		go();
		assert_int_equal(run.out.n, 1);
		assert_int_equal(was_still, i == 2);
		dp_list_free(&run.out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(counters, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(no_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(stateless, setup, teardown),
		cmocka_unit_test_setup_teardown(forced_protocols, setup, teardown),
		cmocka_unit_test_setup_teardown(vlan, setup, teardown),
		cmocka_unit_test_setup_teardown(jumbo, setup, teardown),
		cmocka_unit_test_setup_teardown(stamp_per_packet, setup, teardown),
		cmocka_unit_test_setup_teardown(half_a_verdict, setup, teardown),
		cmocka_unit_test_setup_teardown(from_nowhere_to_nowhere, setup, teardown),
		cmocka_unit_test_setup_teardown(behind_refused_ones, setup, teardown),
		cmocka_unit_test_setup_teardown(sessions_want_looking_after, setup, teardown),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
