/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_build.h"
#include "tw_frame.h"
#include "tw_test.h"

#include "net_frames.h"

#include <errno.h>

static struct tw_frame_spec spec_of(unsigned int family)
{
	struct tw_frame_spec s = {.src.port = 20000, .dst.port = 862};

	assert_int_equal(tw_mac_parse("02:00:00:00:00:01", &s.src_mac), 0);
	assert_int_equal(tw_mac_parse("02:00:00:00:00:02", &s.dst_mac), 0);
	assert_int_equal(tw_addr_parse(family == 4 ? "192.0.2.1" : "2001:db8::1", &s.src.addr), 0);
	assert_int_equal(tw_addr_parse(family == 4 ? "192.0.2.2" : "2001:db8::2", &s.dst.addr), 0);
	return s;
}

/* Payload 00 01 02 ... and checksum: the octets have to be Scapy's. */
static void expect(const struct tw_frame_spec *s, const char *hex)
{
	uint8_t want[2048], got[2048];
	size_t n = tw_unhex(hex, want, sizeof(want));
	struct tw_frame_layout l;
	struct tw_frame f;
	uint16_t len;

	assert_int_equal(tw_frame_parse(want, (uint32_t)n, &f), TW_FRAME_OK);
	len = f.payload_len;
	memset(got, 0xee, sizeof(got));
	assert_int_equal(tw_build_headers(got, sizeof(got), s, len, &l), n - len);
	assert_int_equal(l.family, f.family);
	assert_int_equal(l.l3_off, f.l3_off);
	assert_int_equal(l.l4_off, f.l4_off);
	assert_int_equal(l.payload_off, f.payload_off);
	for (unsigned int i = 0; i < len; i++)
		got[l.payload_off + i] = (uint8_t)i;
	tw_set_raw16(got + l.l4_off + 6,
		tw_udp_checksum_finish(tw_sum_add(l.udp_base, tw_sum(got + l.payload_off, len))));
	assert_memory_equal(got, want, n);
	assert_int_equal(got[n], 0xee);
}

static void equals_another_encoder(void **state)
{
	struct tw_frame_spec s = spec_of(4);

	(void)state;
	s.tos = 0xb8;
	s.ttl = 255;
	s.df = true;
	expect(&s, FRAME_V4);
	s.df = false;
	s.ip_id = 0x1234;
	s.ttl = 64;
	s.n_vlan = 1;
	s.tci[0] = 0xa064;
	expect(&s, FRAME_V4_VLAN);
	s = spec_of(4);
	s.ttl = 255;
	s.df = true;
	s.n_vlan = 2;
	s.tci[0] = 0x60c8;
	s.tci[1] = 0xa064;
	expect(&s, FRAME_V4_QINQ);
	s = spec_of(6);
	s.tos = 0xba;
	s.ttl = 255;
	s.flow_label = 0xabcde;
	expect(&s, FRAME_V6);
	s = spec_of(6);
	s.ttl = 1;
	s.n_vlan = 1;
	s.tci[0] = 4094;
	expect(&s, FRAME_V6_VLAN);
}

static void outer_tag_type_can_be_chosen(void **state)
{
	struct tw_frame_spec s = spec_of(4);
	struct tw_frame_layout l;
	uint8_t buf[64];

	(void)state;
	s.n_vlan = 2;
	s.outer_tpid = 0x8100;
	assert_int_equal(tw_build_headers(buf, sizeof(buf), &s, 0, &l), 50);
	assert_int_equal(tw_get16(buf + 12), 0x8100);
	assert_int_equal(tw_get16(buf + 16), 0x8100);
	assert_int_equal(tw_get16(buf + 20), 0x0800);
}

/* Patched to another length, the headers are those built for that length. */
static void lengths_can_be_patched(void **state)
{
	static const uint16_t lens[] = {0, 1, 22, 44, 45, 548, 1472, 8972, 65507, 3};

	(void)state;
	for (unsigned int family = 4; family <= 6; family += 2) {
		struct tw_frame_spec s = spec_of(family);
		struct tw_frame_layout l, m;
		uint8_t buf[128], fresh[128];
		int n;

		s.tos = 0x2e;
		s.ttl = 17;
		n = tw_build_headers(buf, sizeof(buf), &s, 1000, &l);
		assert_true(n > 0);
		for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
			uint64_t base = tw_build_set_length(buf, &l, lens[i]);

			assert_int_equal(
				tw_build_headers(fresh, sizeof(fresh), &s, lens[i], &m), n);
			assert_memory_equal(buf, fresh, (size_t)n);
			assert_int_equal(tw_sum_fold(base), tw_sum_fold(m.udp_base));
			if (family == 4)
				assert_int_equal(tw_sum_fold(tw_sum(buf + 14, 20)), 0xffff);
		}
	}
}

static void refuses(void **state)
{
	struct tw_frame_spec s = spec_of(4);
	struct tw_frame_layout l = {.family = 77};
	uint8_t buf[128], before[128];

	(void)state;
	memset(buf, 0xee, sizeof(buf));
	memcpy(before, buf, sizeof(buf));
	assert_int_equal(tw_build_headers(buf, 41, &s, 0, &l), -ENOSPC);
	assert_int_equal(tw_build_headers(buf, sizeof(buf), &s, 65508, &l), -EMSGSIZE);
	s.n_vlan = 3;
	assert_int_equal(tw_build_headers(buf, sizeof(buf), &s, 0, &l), -EINVAL);
	s = spec_of(6);
	s.flow_label = 0x100000;
	assert_int_equal(tw_build_headers(buf, sizeof(buf), &s, 0, &l), -EINVAL);
	s.flow_label = 0xfffff;
	assert_int_equal(tw_build_headers(buf, 61, &s, 0, &l), -ENOSPC);
	assert_int_equal(tw_build_headers(buf, sizeof(buf), &s, 65528, &l), -EMSGSIZE);
	s.dst.addr.family = 4;
	assert_int_equal(tw_build_headers(buf, sizeof(buf), &s, 0, &l), -EINVAL);
	s.src.addr.family = s.dst.addr.family = 0;
	assert_int_equal(tw_build_headers(buf, sizeof(buf), &s, 0, &l), -EINVAL);
	assert_int_equal(l.family, 77);
	assert_memory_equal(buf, before, sizeof(buf));
	s = spec_of(6);
	assert_int_equal(tw_build_headers(buf, 62, &s, 65527, &l), 62);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_another_encoder),
		cmocka_unit_test(outer_tag_type_can_be_chosen),
		cmocka_unit_test(lengths_can_be_patched),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
