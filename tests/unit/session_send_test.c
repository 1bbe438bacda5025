/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_send.h"

#include "tw_frame.h"
#include "tw_test.h"
#include "tw_vectors.h"

#include <errno.h>

/* Frames of the sender, judged by the parser of received ones. */

static struct tw_endpoint endpoint(const char *addr, uint16_t port)
{
	struct tw_endpoint e = {.port = port};

	assert_int_equal(tw_addr_parse(addr, &e.addr), 0);
	return e;
}

static struct tw_stream_config stream(uint8_t family, uint8_t n_vlan, enum tw_protocol protocol)
{
	return (struct tw_stream_config){
		.local = endpoint(family == 4 ? "192.0.2.1" : "2001:db8::1", 49152),
		.remote = endpoint(family == 4 ? "198.51.100.7" : "2001:db8:7::ffff", 862),
		.local_mac = {{2, 0, 0, 0, 0, 1}},
		.next_hop_mac = {{2, 0, 0, 0, 0, 2}},
		.n_vlan = n_vlan,
		.tci = {0x6123, 0x0fed},
		.tos = 0xb9,
		.ttl = 254,
		.dont_fragment = true,
		.flow_label = family == 6 ? 0xabcde : 0,
		.protocol = protocol,
		.ssid = 0x1234,
	};
}

/* The frame as it leaves: the head of the class, zeros behind it, the changing fields. */
static void make(const struct tw_send_class *c, uint32_t seq, uint64_t t1, uint16_t ee, uint8_t *f)
{
	memset(f, 0, TW_MAX_FRAME + TW_SEND_HEAD);
	assert_true(c->head_len <= TW_SEND_HEAD);
	assert_true(c->head_len <= c->frame_len);
	memcpy(f, c->head, c->head_len);
	tw_send_stamp(f, c, seq, t1, ee);
	/* copying a whole head is the same: what is behind its length is zero */
	for (unsigned int i = c->head_len; i < TW_SEND_HEAD; i++)
		assert_int_equal(c->head[i], 0);
}

static void check_headers(const struct tw_stream_config *s, const struct tw_frame *i)
{
	assert_int_equal(i->n_vlan, s->n_vlan);
	for (unsigned int k = 0; k < s->n_vlan; k++)
		assert_int_equal(i->tci[k], s->tci[k]);
	assert_int_equal(i->family, s->local.addr.family);
	assert_true(tw_addr_equal(&i->src.addr, &s->local.addr));
	assert_true(tw_addr_equal(&i->dst.addr, &s->remote.addr));
	assert_int_equal(i->src.port, s->local.port);
	assert_int_equal(i->dst.port, s->remote.port);
	assert_int_equal(i->tos, s->tos);
	assert_int_equal(i->ttl, s->ttl);
	assert_false(i->optioned);
	if (i->family == 4)
		assert_true(i->df);
	else
		assert_int_equal(i->flow_label, s->flow_label);
}

/* Fields of the base packet, and what follows it. */
static void check_payload(const struct tw_stream_config *s, const uint8_t *p, uint32_t len)
{
	static const uint8_t fixed[14] = {
		0, 0, 0, 5, 0xee, 0xab, 0x5d, 0x94, 0x19, 0x99, 0x99, 0x99, 0x8a, 0x2b};
	uint32_t i = 14;

	assert_memory_equal(p, fixed, 14);
	if (s->protocol == TW_PROTOCOL_STAMP) {
		assert_int_equal(tw_get16(p + 14), s->ssid);
		for (i = 16; i < 44; i++)
			assert_int_equal(p[i], 0);
		if (len >= 48) {
			/* one Extra Padding TLV, marked as not yet understood, to the end */
			assert_int_equal(p[44], 0x80);
			assert_int_equal(p[45], 1);
			assert_int_equal(tw_get16(p + 46), len - 48);
			i = 48;
		}
	}
	for (; i < len; i++)
		assert_int_equal(p[i], 0);
}

static void check_frame(const struct tw_stream_config *s, const struct tw_send_class *c,
	uint32_t payload, uint8_t *f)
{
	struct tw_frame info;

	make(c, 5, 0xeeab5d9419999999, 0x8a2b, f);
	assert_memory_equal(f, s->next_hop_mac.b, 6);
	assert_memory_equal(f + 6, s->local_mac.b, 6);
	assert_int_equal(tw_frame_parse(f, c->frame_len, &info), TW_FRAME_OK);
	check_headers(s, &info);
	assert_int_equal(info.payload_off, c->payload_off);
	assert_int_equal(info.payload_len, payload);
	assert_int_equal(info.l4_off + TW_UDP_CHECKSUM, c->csum_off);
	assert_int_equal(tw_frame_check_udp(f, &info), TW_UDP_CHECK_GOOD);
	check_payload(s, f + info.payload_off, payload);
	/* nothing leaves below the smallest frame of Ethernet, nothing else has a tail */
	if (info.ip_end < 60)
		assert_int_equal(c->frame_len, 60);
	else
		assert_int_equal(c->frame_len, info.ip_end);
}

/* Every size of every kind of frame. */
static void every_size(void **state)
{
	static uint8_t f[TW_MAX_FRAME + TW_SEND_HEAD];
	static const enum tw_protocol protocols[] = {TW_PROTOCOL_STAMP, TW_PROTOCOL_LIGHT};

	(void)state;
	for (unsigned int k = 0; k < 2 * 3 * 2; k++) {
		enum tw_protocol p = protocols[k % 2];
		struct tw_stream_config s = stream(k / 2 % 2 ? 6 : 4, (uint8_t)(k / 4), p);
		uint32_t headers = (s.local.addr.family == 4 ? 42U : 62U) + 4U * s.n_vlan;
		uint16_t size, cycle_size = 0;
		uint8_t cycle;

		s.n_sizes = 1;
		s.sizes = &cycle_size;
		for (size = p == TW_PROTOCOL_STAMP ? 44 : 14; size <= TW_MAX_FRAME - headers;
			size = (uint16_t)(size < 600 ? size + 1 : size + 401)) {
			struct tw_send_class c;

			cycle_size = size;
			assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), 1);
			assert_int_equal(cycle, 0);
			check_frame(&s, &c, size, f);
		}
		cycle_size = (uint16_t)(TW_MAX_FRAME - headers);
		assert_int_equal(tw_send_classes(&s, 1, &(struct tw_send_class){0}, &cycle), 1);
	}
}

static void vectors(void **state)
{
	static uint8_t f[TW_MAX_FRAME + TW_SEND_HEAD];
	struct tw_stream_config s = stream(4, 0, TW_PROTOCOL_STAMP);
	const uint16_t size = 44;
	uint8_t want[64], cycle;
	struct tw_send_class c;

	(void)state;
	s.n_sizes = 1;
	s.sizes = &size;
	s.ssid = (uint16_t)tw_vector_int("V10_stamp_base", "ssid");
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), 1);
	make(&c, 5, 0xeeab5d9419999999, 0x8a2b, f);
	assert_int_equal(tw_vector_hex(want, "V10_stamp_base", "unauth_sender"), 44);
	assert_memory_equal(f + c.payload_off, want, 44);
	s.ssid = 0;
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), 1);
	make(&c, 5, 0xeeab5d9419999999, 0x8a2b, f);
	tw_vector_hex(want, "V10_stamp_base", "unauth_sender_no_ssid");
	assert_memory_equal(f + c.payload_off, want, 44);
	s.protocol = TW_PROTOCOL_LIGHT;
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), 1);
	make(&c, 5, 0xeeab5d9419999999, 0x8a2b, f);
	tw_vector_hex(want, "V08_twamp_test_packets", "unauth_sender_14_plus_27");
	assert_memory_equal(f + c.payload_off, want, 14);
}

/* A sum that comes out as 0 is sent as all ones (RFC 768), on IPv6 above all. */
static void checksum_is_never_zero(void **state)
{
	static uint8_t f[TW_MAX_FRAME + TW_SEND_HEAD];
	const uint16_t size = 44;

	(void)state;
	for (uint8_t family = 4; family <= 6; family += 2) {
		struct tw_stream_config s = stream(family, 0, TW_PROTOCOL_STAMP);
		struct tw_send_class c;
		struct tw_frame info;
		unsigned int ones = 0;
		uint8_t cycle;

		s.n_sizes = 1;
		s.sizes = &size;
		assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), 1);
		for (uint32_t ee = 0; ee <= 0xffff; ee++) {
			make(&c, 7, 0x0123456789abcdef, (uint16_t)ee, f);
			if (ee % 256 == 0 || tw_get16(f + c.csum_off) == 0xffff) {
				assert_int_equal(
					tw_frame_parse(f, c.frame_len, &info), TW_FRAME_OK);
				assert_int_equal(tw_frame_check_udp(f, &info), TW_UDP_CHECK_GOOD);
			}
			assert_int_not_equal(tw_get16(f + c.csum_off), 0);
			ones += tw_get16(f + c.csum_off) == 0xffff;
		}
		/* 65,536 addends: one or two of them bring the sum to zero */
		assert_in_range(ones, 1, 2);
	}
}

static void fields_that_change(void **state)
{
	static uint8_t f[TW_MAX_FRAME + TW_SEND_HEAD];
	struct tw_stream_config s = stream(6, 1, TW_PROTOCOL_STAMP);
	const uint16_t size = 333;
	struct tw_send_class c;
	struct tw_frame info;
	uint64_t x = 1;
	uint8_t cycle;

	(void)state;
	s.n_sizes = 1;
	s.sizes = &size;
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), 1);
	for (int i = 0; i < 2000; i++) {
		const uint8_t *p = f + c.payload_off;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		make(&c, (uint32_t)(x >> 7), x, (uint16_t)(x >> 40), f);
		assert_int_equal(tw_frame_parse(f, c.frame_len, &info), TW_FRAME_OK);
		assert_int_equal(tw_frame_check_udp(f, &info), TW_UDP_CHECK_GOOD);
		assert_int_equal(tw_get32(p), (uint32_t)(x >> 7));
		assert_int_equal(tw_get64(p + 4), x);
		assert_int_equal(tw_get16(p + 12), (uint16_t)(x >> 40));
		/* a stamp over a stamp is as good */
		tw_send_stamp(f, &c, 9, ~x, 3);
		assert_int_equal(tw_frame_check_udp(f, &info), TW_UDP_CHECK_GOOD);
	}
}

/* 7:4:1 and repeats: a class for each size, the cycle in order. */
static void cycles(void **state)
{
	static const uint16_t mix[12] = {44, 548, 44, 548, 44, 1472, 44, 548, 44, 548, 44, 44};
	static const uint8_t want[12] = {0, 1, 0, 1, 0, 2, 0, 1, 0, 1, 0, 0};
	struct tw_stream_config s = stream(4, 0, TW_PROTOCOL_STAMP);
	struct tw_send_class c[4];
	uint16_t many[TW_MAX_SIZE_CYCLE + 1];
	static struct tw_send_class classes[TW_MAX_SIZE_CYCLE];
	uint8_t cycle[TW_MAX_SIZE_CYCLE];

	(void)state;
	s.n_sizes = 12;
	s.sizes = mix;
	assert_int_equal(tw_send_classes(&s, 4, c, cycle), 3);
	assert_memory_equal(cycle, want, 12);
	assert_int_equal(c[0].frame_len, 86);
	assert_int_equal(c[1].frame_len, 590);
	assert_int_equal(c[2].frame_len, 1514);
	assert_int_equal(tw_send_classes(&s, 3, c, cycle), 3);
	assert_int_equal(tw_send_classes(&s, 2, c, cycle), -E2BIG);
	for (unsigned int i = 0; i <= TW_MAX_SIZE_CYCLE; i++)
		many[i] = (uint16_t)(44 + i);
	s.sizes = many;
	s.n_sizes = TW_MAX_SIZE_CYCLE;
	assert_int_equal(tw_send_classes(&s, TW_MAX_SIZE_CYCLE, classes, cycle), 256);
	assert_int_equal(cycle[255], 255);
	s.n_sizes++;
	assert_int_equal(tw_send_classes(&s, TW_MAX_SIZE_CYCLE, classes, cycle), -EINVAL);
	s.n_sizes = 0;
	assert_int_equal(tw_send_classes(&s, TW_MAX_SIZE_CYCLE, classes, cycle), -EINVAL);
}

static void refused(void **state)
{
	struct tw_stream_config s = stream(4, 0, TW_PROTOCOL_STAMP);
	static const uint16_t too_long[] = {8973, 9014, 65493, 65494, 65507, 65508, 65535};
	struct tw_send_class c;
	uint16_t size = 43;
	uint8_t cycle;

	(void)state;
	s.n_sizes = 1;
	s.sizes = &size;
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), -EINVAL);
	size = 8972; /* 9,014 without FCS */
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), 1);
	for (size_t i = 0; i < sizeof(too_long) / sizeof(too_long[0]); i++) {
		size = too_long[i];
		assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), -EINVAL);
	}
	s.protocol = TW_PROTOCOL_LIGHT;
	size = 13;
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), -EINVAL);
	size = 100;
	s.remote = endpoint("2001:db8::2", 862);
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), -EINVAL);
	s = stream(6, 0, TW_PROTOCOL_STAMP);
	s.n_sizes = 1;
	s.sizes = &size;
	s.flow_label = 0x100000;
	assert_int_equal(tw_send_classes(&s, 1, &c, &cycle), -EINVAL);
}

/* TLVs follow the base packet, then what pads the frame to its size, as one Extra Padding TLV. */
static void tlvs(void **state)
{
	static const char *const specs[] = {"direct-measurement", "cos:dscp=ef"};
	static const uint8_t want[] = {0x80, 5, 0, 12, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, /* */
		0x80, 4, 0, 4, 0xb8, 0, 0, 0,                                              /* */
		0x80, 1, 0, 2};
	static const uint16_t sizes[] = {44 + 24, 44 + 24 + 3, 44 + 24 + 6, 44 + 23};
	struct tw_stream_config s = stream(4, 0, TW_PROTOCOL_STAMP);
	static struct tw_tlv_template t;
	struct tw_send_class c[4];
	uint8_t cycle[3], f[TW_MAX_FRAME + TW_SEND_HEAD];
	struct tw_rand rand;
	struct tw_err err;

	(void)state;
	tw_rand_init(&rand, 1);
	assert_int_equal(tw_tlv_compile(specs, 2, false, &rand, &t, &err), 0);
	s.tlv = &t;
	s.n_sizes = 3;
	s.sizes = sizes;
	assert_int_equal(tw_send_classes(&s, 4, c, cycle), 3);
	for (unsigned int i = 0; i < 3; i++) {
		uint32_t filled = i == 2 ? 28 : 24;

		make(&c[i], 7, 1, 0x8001, f);
		tw_send_tlvs(f, &c[i], &t, 7);
		assert_int_equal(c[i].frame_len, 42 + sizes[i]);
		assert_int_equal(c[i].covered, 44 + filled);
		assert_memory_equal(f + 42 + 44, want, filled);
		for (uint32_t k = filled; k < sizes[i] - 44U; k++)
			assert_int_equal(f[42 + 44 + k], 0);
	}
	s.n_sizes = 1;
	s.sizes = sizes + 3;
	assert_int_equal(tw_send_classes(&s, 4, c, cycle), -EINVAL);
}

/*
 * RFC 6038 sections 4.2 and 5: server octets stand where the padding begins, which in a symmetrical
 * packet is where the reply's does; with RFC 7750 that is behind its three octets.
 */
static void server_octets_begin_the_padding(void **state)
{
	static const struct {
		bool symmetrical, dscp_ecn;
		enum tw_security security;
		uint32_t at;
	} cases[] = {
		{false, false, TW_SECURITY_OPEN, 14},
		{false, true, TW_SECURITY_OPEN, 14},
		{true, false, TW_SECURITY_OPEN, 41},
		{true, true, TW_SECURITY_OPEN, 44},
		{false, true, TW_SECURITY_ENCRYPTED, 48},
		{true, true, TW_SECURITY_ENCRYPTED, 112},
	};
	static const uint16_t sizes[] = {200};
	static uint8_t f[TW_MAX_FRAME + TW_SEND_HEAD];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tw_stream_config s = stream(4, 0, TW_PROTOCOL_TWAMP);
		struct tw_send_class c;
		uint8_t cycle[1];
		uint8_t *p = f + 42;

		s.symmetrical = cases[i].symmetrical;
		s.dscp_ecn = cases[i].dscp_ecn;
		s.security = cases[i].security;
		s.padding_head = 0x1234;
		s.sizes = sizes;
		s.n_sizes = 1;
		assert_int_equal(tw_send_classes(&s, 1, &c, cycle), 1);
		memset(f, 0, sizeof(f));
		memcpy(f, c.head, c.head_len);
		for (uint32_t at = 14; at < 200; at++)
			assert_int_equal(p[at], at == cases[i].at       ? 0x12
						: at == cases[i].at + 1 ? 0x34
									: 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_octets_begin_the_padding),
		cmocka_unit_test(every_size),
		cmocka_unit_test(vectors),
		cmocka_unit_test(checksum_is_never_zero),
		cmocka_unit_test(fields_that_change),
		cmocka_unit_test(cycles),
		cmocka_unit_test(refused),
		cmocka_unit_test(tlvs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
