/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_toeplitz.h"

#include "tw_test.h"

/* Microsoft, "Verifying the RSS Hash Calculation": key, and hashes without and with ports. */
static const uint8_t key[] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25,
	0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb,
	0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

static const struct {
	const char *src, *dst;
	uint16_t sport, dport;
	uint32_t alone, with_ports;
} vectors[] = {
	{"66.9.149.187", "161.142.100.80", 2794, 1766, 0x323e8fc2, 0x51ccc178},
	{"199.92.111.2", "65.69.140.83", 14230, 4739, 0xd718262a, 0xc626b0ea},
	{"24.19.198.95", "12.22.207.184", 12898, 38024, 0xd2d0a5de, 0x5c2b394a},
	{"38.27.205.30", "209.142.163.6", 48228, 2217, 0x82989176, 0xafc7327f},
	{"153.39.163.191", "202.188.127.2", 44251, 1303, 0x5d1809c5, 0x10e828a2},
	{"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5, 0x40207d3d},
	{"3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461c, 0xdde51bbf},
	{"3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251, 38024,
		0x4b61e985, 0x02d1feef},
};

static void equals_published_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct tw_endpoint src = {.port = vectors[i].sport};
		struct tw_endpoint dst = {.port = vectors[i].dport};

		assert_int_equal(tw_addr_parse(vectors[i].src, &src.addr), 0);
		assert_int_equal(tw_addr_parse(vectors[i].dst, &dst.addr), 0);
		assert_int_equal(
			tw_toeplitz_packet(key, sizeof(key), &src, &dst, false), vectors[i].alone);
		assert_int_equal(tw_toeplitz_packet(key, sizeof(key), &src, &dst, true),
			vectors[i].with_ports);
	}
}

static void a_short_key_ends_in_zeros(void **state)
{
	static const uint8_t one[] = {0x80}, octets[] = {0x80, 0x40};

	(void)state;
	assert_int_equal(tw_toeplitz(one, 1, octets, 1), 0x80000000);
	assert_int_equal(tw_toeplitz(one, 1, octets + 1, 1), 0);
	assert_int_equal(tw_toeplitz(one, 0, octets, 2), 0);
	assert_int_equal(tw_toeplitz(one, 1, octets, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_published_vectors),
		cmocka_unit_test(a_short_key_ends_in_zeros),
	};

	return cmocka_run_group_tests_name("toeplitz", tests, NULL, NULL);
}
