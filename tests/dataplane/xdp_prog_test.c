/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_xdp.h"

#include "bpf_run.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * The compiled XDP program in the kernel's own test runner, frame by frame. A socket with a receive
 * ring stands in the socket map, so that a frame of ours gives XDP_REDIRECT and not the fall-back.
 */
static struct bpf_object *obj;
static int prog_fd = -1, ports_fd, only_fd, xsks_fd, xsk = -1;
static struct tw_err why_not;

static int make_socket(void)
{
	static char mem[4096] __attribute__((aligned(4096)));
	struct xdp_umem_reg umem = {
		.addr = (uintptr_t)mem, .len = sizeof(mem), .chunk_size = sizeof(mem)};
	int size = 64, zero = 0;

	xsk = socket(AF_XDP, SOCK_RAW, 0);
	if (xsk < 0 || setsockopt(xsk, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)) < 0 ||
		setsockopt(xsk, SOL_XDP, XDP_RX_RING, &size, sizeof(size)) < 0)
		return -1;
	return bpf_map_update_elem(xsks_fd, &zero, &xsk, 0);
}

static int group_setup(void **state)
{
	struct bpf_program *prog;
	char path[4096];

	(void)state;
	if (tw_xdp_object(path, sizeof(path), &why_not) < 0)
		return 0;
	if (geteuid() != 0) {
		tw_fail(&why_not, 0, "loading a BPF program needs root");
		return 0;
	}
	obj = bpf_object__open_file(path, NULL);
	if (!obj || bpf_object__load(obj) < 0) {
		tw_fail(&why_not, 0, "this kernel does not let us load the program");
		return 0;
	}
	prog = bpf_object__find_program_by_name(obj, "twamp_xdp");
	ports_fd = bpf_object__find_map_fd_by_name(obj, "tw_ports");
	only_fd = bpf_object__find_map_fd_by_name(obj, "tw_only");
	xsks_fd = bpf_object__find_map_fd_by_name(obj, "xsks_map");
	if (!prog || ports_fd < 0 || only_fd < 0 || xsks_fd < 0 || make_socket() < 0) {
		tw_fail(&why_not, 0, "no AF_XDP socket here");
		return 0;
	}
	prog_fd = bpf_program__fd(prog);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	bpf_object__close(obj);
	if (xsk >= 0)
		close(xsk);
	return 0;
}

static void switch_port(uint32_t port, uint8_t on)
{
	assert_int_equal(bpf_map_update_elem(ports_fd, &port, &on, 0), 0);
}

static uint32_t verdict(const uint8_t *frame, size_t len)
{
	return bpf_run(prog_fd, frame, len, NULL, NULL);
}

#define MACS "020000000001020000000002"
/* addresses 192.0.2.1 > 192.0.2.2 */
#define IP4(ihl, frag, proto) IP4_FROM_TO("01", "02", ihl, frag, proto)
#define IP6(next)                                                                                  \
	"86dd"                                                                                     \
	"60000000001c" next "40" ADDR6 ADDR6
#define ADDR6 "20010db8000000000000000000000001"
#define UDP862 UDP(P862)
#define UDP863 UDP(P863)

struct row {
	const char *what;
	const char *hex;
	uint32_t want;
};

static const struct row rows[] = {
	{"IPv4", MACS IP4("45", "4000", "11") UDP862 DATA, XDP_REDIRECT},
	{"IPv4, another port", MACS IP4("45", "4000", "11") UDP863 DATA, XDP_PASS},
	{"IPv4, TCP", MACS IP4("45", "4000", "06") TCP862, XDP_PASS},
	{"IPv4, options", MACS IP4("47", "4000", "11") "0101010101010101" UDP862 DATA,
		XDP_REDIRECT},
	{"IPv4, port in the options", MACS IP4("47", "4000", "11") UDP862 UDP863 DATA, XDP_PASS},
	{"IPv4, first fragment", MACS IP4("45", "2000", "11") UDP862 DATA, XDP_PASS},
	{"IPv4, last fragment", MACS IP4("45", "0010", "11") UDP862 DATA, XDP_PASS},
	{"IPv4, header length 4", MACS IP4("44", "4000", "11") UDP862 DATA, XDP_PASS},
	{"IPv4, version 6", MACS IP4("65", "4000", "11") UDP862 DATA, XDP_PASS},
	{"IPv4, UDP cut short", MACS IP4("45", "4000", "11") "c350035e0010", XDP_PASS},
	{"IPv4, options cut short", MACS IP4("4f", "4000", "11") UDP862 DATA, XDP_PASS},
	{"VLAN", MACS VLAN IP4("45", "4000", "11") UDP862 DATA, XDP_REDIRECT},
	{"QinQ", MACS VLAN2 VLAN IP4("45", "4000", "11") UDP862 DATA, XDP_REDIRECT},
	{"three tags", MACS VLAN2 VLAN VLAN IP4("45", "4000", "11") UDP862 DATA, XDP_PASS},
	{"VLAN, IPv6", MACS VLAN IP6("11") UDP862 DATA, XDP_REDIRECT},
	{"IPv6", MACS IP6("11") UDP862 DATA, XDP_REDIRECT},
	{"IPv6, another port", MACS IP6("11") UDP863 DATA, XDP_PASS},
	{"IPv6, ICMP", MACS IP6("3a") UDP862 DATA, XDP_PASS},
	{"IPv6, routing header", MACS IP6("2b") ROUTING6 UDP862 DATA, XDP_REDIRECT},
	{"IPv6, hop-by-hop and destination options", MACS IP6("00") HOP DST UDP862 DATA,
		XDP_REDIRECT},
	{"IPv6, fragment", MACS IP6("2c") FRAG6 UDP862 DATA, XDP_PASS},
	{"IPv6, eight headers",
		MACS IP6("3c") AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN ROUTING6 UDP862 DATA,
		XDP_REDIRECT},
	{"IPv6, nine headers",
		MACS IP6("3c") AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN ROUTING6 UDP862 DATA,
		XDP_PASS},
	{"IPv6, header cut short", MACS IP6("00") "3cff010400000000", XDP_PASS},
	{"ARP", MACS "0806" DATA DATA DATA DATA, XDP_PASS},
};

static void test_verdicts(void **state)
{
	uint8_t frame[512];

	(void)state;
	if (prog_fd < 0) {
		print_message("skipped: %s\n", why_not.text);
		skip();
	}
	switch_port(862, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t v = verdict(frame, tw_unhex(rows[i].hex, frame, sizeof(frame)));

		if (v != rows[i].want)
			fail_msg("%s: verdict %u, want %u", rows[i].what, v, rows[i].want);
	}
}

/* Frames to 192.0.2.2 and to 2001:db8::1 while one address is ours. */
static void test_only(void **state)
{
	static const struct {
		const char *only;
		uint8_t family;
		uint32_t want4, want6;
	} cases[] = {
		{"c0000202", 4, XDP_REDIRECT, XDP_PASS},
		{"c0000203", 4, XDP_PASS, XDP_PASS},
		{ADDR6, 6, XDP_PASS, XDP_REDIRECT},
		{"20010db8000000000000000000000002", 6, XDP_PASS, XDP_PASS},
		{"20010db8010000000000000000000001", 6, XDP_PASS, XDP_PASS},
		{"c0000202", 6, XDP_PASS, XDP_PASS},
		{"", 0, XDP_REDIRECT, XDP_REDIRECT},
	};
	struct tw_xdp x = {.only_fd = only_fd};
	uint8_t f4[128], f6[128];
	size_t n4 = tw_unhex(MACS IP4("45", "4000", "11") UDP862 DATA, f4, sizeof(f4));
	size_t n6 = tw_unhex(MACS IP6("11") UDP862 DATA, f6, sizeof(f6));

	(void)state;
	if (prog_fd < 0)
		skip();
	switch_port(862, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tw_addr only = {.family = cases[i].family};

		tw_unhex(cases[i].only, only.b, sizeof(only.b));
		assert_int_equal(tw_xdp_only(&x, &only, false), 0);
		if (verdict(f4, n4) != cases[i].want4 || verdict(f6, n6) != cases[i].want6)
			fail_msg("only %s: IPv4 %u, IPv6 %u", cases[i].only, verdict(f4, n4),
				verdict(f6, n6));
	}
}

/* The frame as the socket gets it, with what stands before it; its length. */
static uint32_t result(const uint8_t *frame, size_t len, uint8_t *ret, uint32_t cap)
{
	bpf_run(prog_fd, frame, len, ret, &cap);
	return cap;
}

static uint64_t monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* What is ours has the time before it, if that is asked for; all else is left as it is. */
static void test_stamp(void **state)
{
	const struct tw_addr all = {.family = 0};
	struct tw_xdp x = {.only_fd = only_fd};
	struct tw_xdp_stamp s;
	uint8_t frame[128], out[256];
	uint32_t n = (uint32_t)tw_unhex(rows[0].hex, frame, sizeof(frame));
	uint64_t before;

	(void)state;
	if (prog_fd < 0)
		skip();
	switch_port(862, 1);
	assert_int_equal(tw_xdp_only(&x, &all, true), 0);
	before = monotonic();
	assert_int_equal(result(frame, n, out, sizeof(out)), n + sizeof(s));
	memcpy(&s, out, sizeof(s));
	assert_true(s.magic == TW_XDP_STAMP_MAGIC);
	assert_in_range(s.ns, before, monotonic());
	assert_memory_equal(out + sizeof(s), frame, n);
	switch_port(862, 0);
	assert_int_equal(result(frame, n, out, sizeof(out)), n);
	switch_port(862, 1);
	assert_int_equal(tw_xdp_only(&x, &all, false), 0);
	assert_int_equal(result(frame, n, out, sizeof(out)), n);
	assert_memory_equal(out, frame, n);
}

static void test_switch(void **state)
{
	uint8_t frame[128];
	size_t n = tw_unhex(rows[0].hex, frame, sizeof(frame));

	(void)state;
	if (prog_fd < 0)
		skip();
	switch_port(862, 0);
	assert_int_equal(verdict(frame, n), XDP_PASS);
	switch_port(862, 1);
	assert_int_equal(verdict(frame, n), XDP_REDIRECT);
	/* With nobody in the socket map the kernel keeps the frame. */
	close(xsk);
	xsk = -1;
	assert_int_equal(verdict(frame, n), XDP_PASS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_only),
		cmocka_unit_test(test_stamp),
		cmocka_unit_test(test_switch),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
