/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "packet_prog.h"

#include "bpf_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The compiled programs in the kernel: the filter on a packet socket of a namespace's own lo, frame
 * by frame; the one of the ingress hook in the kernel's test runner, and at the hook.
 */
#define MAX_FRAME 1518
#define NEXT UINT32_MAX
#define DROP 2

static struct tw_packet_prog prog = {.link_fd = -1};
static struct tw_err why_not;
static int out = -1, in = -1;

static bool make_sockets(void)
{
	struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	out = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	in = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	ll.sll_ifindex = (int)if_nametoindex("lo");
	return ioctl(out, SIOCSIFFLAGS, &ifr) == 0 && tw_packet_prog_filter(&prog, in) == 0 &&
	       bind(in, (struct sockaddr *)&ll, sizeof(ll)) == 0;
}

static int group_setup(void **state)
{
	struct tw_prefix own[3] = {{.len = 24}, {.len = 64}, {.len = 24}};

	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0) {
		tw_fail(&why_not, 0, "a network namespace and BPF programs need root");
		return 0;
	}
	tw_addr_parse("192.0.2.1", &own[0].addr);
	tw_addr_parse("2001:db8::1", &own[1].addr);
	tw_addr_parse("192.0.2.2", &own[2].addr);
	if (tw_packet_prog_load(MAX_FRAME, own, 3, &prog, &why_not) == 0 && !make_sockets())
		return -1;
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	tw_packet_prog_unload(&prog);
	close(in);
	close(out);
	return 0;
}

static void need_programs(void)
{
	if (!prog.object) {
		print_message("skipped: %s\n", why_not.text);
		skip();
	}
	assert_int_equal(
		tw_packet_prog_port(&prog, 862, TW_PACKET_OURS | TW_PACKET_HELD4 | TW_PACKET_HELD6),
		0);
	assert_int_equal(tw_packet_prog_port(&prog, 863, 0), 0);
	assert_int_equal(tw_packet_prog_port(&prog, 864, TW_PACKET_OURS | TW_PACKET_HELD4), 0);
	assert_int_equal(tw_packet_prog_port(&prog, 865, TW_PACKET_OURS | TW_PACKET_HELD6), 0);
}

#define MACS "000000000000000000000000"
#define OTHER_MAC "020000000001000000000000"
/* addresses 192.0.2.9 > 192.0.2.x */
#define IP4_TO(to, ihl, frag, proto) IP4_FROM_TO("09", to, ihl, frag, proto)
#define IP4(ihl, frag, proto) IP4_TO("02", ihl, frag, proto)
#define IP6_TO(to, next) "86dd60000000001c" next "4020010db800000000000000000000000920010db8" to
#define OWN6 "000000000000000000000001"
#define IP6(next) IP6_TO(OWN6, next)
#define P864 "0360"
#define P865 "0361"

struct row {
	const char *what;
	const char *hex;
	bool is_let_in;
	uint32_t verdict;
};

static const struct row rows[] = {
	{"IPv4", MACS IP4("45", "4000", "11") UDP(P862) DATA, true, DROP},
	{"IPv4, first address", MACS IP4_TO("01", "45", "4000", "11") UDP(P862) DATA, true, DROP},
	{"IPv4, not our address", MACS IP4_TO("03", "45", "4000", "11") UDP(P862) DATA, true, NEXT},
	{"IPv4, not our MAC", OTHER_MAC IP4("45", "4000", "11") UDP(P862) DATA, true, NEXT},
	{"IPv4, another port", MACS IP4("45", "4000", "11") UDP(P863) DATA, false, NEXT},
	{"IPv4, port held over IPv4", MACS IP4("45", "4000", "11") UDP(P864) DATA, true, DROP},
	{"IPv4, port held over IPv6", MACS IP4("45", "4000", "11") UDP(P865) DATA, true, NEXT},
	{"IPv4, TCP", MACS IP4("45", "4000", "06") TCP862, false, NEXT},
	{"IPv4, options", MACS IP4("46", "4000", "11") "01010101" UDP(P862) DATA, true, NEXT},
	{"IPv4, port in options", MACS IP4("47", "4000", "11") UDP(P862) UDP(P863), false, NEXT},
	{"IPv4, first fragment", MACS IP4("45", "2000", "11") UDP(P862) DATA, false, NEXT},
	{"IPv4, last fragment", MACS IP4("45", "0010", "11") UDP(P862) DATA, false, NEXT},
	{"IPv4, header length 4", MACS IP4("44", "4000", "11") UDP(P862) DATA, false, NEXT},
	{"IPv4, version 6", MACS IP4("65", "4000", "11") UDP(P862) DATA, true, NEXT},
	{"IPv4, ports cut short", MACS IP4("45", "4000", "11") "c35003", false, NEXT},
	{"IPv4, options cut short", MACS IP4("4f", "4000", "11") UDP(P862) DATA, false, NEXT},
	{"tag", MACS VLAN IP4("45", "4000", "11") UDP(P862) DATA, true, NEXT},
	{"two tags", MACS VLAN2 VLAN IP4("45", "4000", "11") UDP(P862) DATA, true, NEXT},
	{"two tags, another port", MACS VLAN2 VLAN IP4("45", "4000", "11") UDP(P863), false, NEXT},
	{"two tags, IPv6", MACS VLAN2 VLAN IP6("11") UDP(P862) DATA, true, NEXT},
	{"three tags", MACS VLAN2 VLAN VLAN IP4("45", "4000", "11") UDP(P862), false, NEXT},
	{"IPv6", MACS IP6("11") UDP(P862) DATA, true, DROP},
	{"IPv6, first word differs", MACS IP6_TO("800000000000000000000001", "11") UDP(P862) DATA,
		true, NEXT},
	{"IPv6, version 4", MACS "86dd40000000001c114020010db8" OWN6 "20010db8" OWN6 UDP(P862) DATA,
		true, NEXT},
	{"IPv6, last word differs", MACS IP6_TO("000000000000000000000002", "11") UDP(P862) DATA,
		true, NEXT},
	{"IPv6, not our MAC", OTHER_MAC IP6("11") UDP(P862) DATA, true, NEXT},
	{"IPv6, another port", MACS IP6("11") UDP(P863) DATA, false, NEXT},
	{"IPv6, port held over IPv4", MACS IP6("11") UDP(P864) DATA, true, NEXT},
	{"IPv6, port held over IPv6", MACS IP6("11") UDP(P865) DATA, true, DROP},
	{"IPv6, ICMP", MACS IP6("3a") UDP(P862) DATA, false, NEXT},
	{"IPv6, routing header", MACS IP6("2b") ROUTING6 UDP(P862) DATA, true, NEXT},
	{"IPv6, two headers", MACS IP6("00") HOP DST UDP(P862) DATA, true, NEXT},
	{"IPv6, two headers, another port", MACS IP6("00") HOP DST UDP(P863) DATA, false, NEXT},
	{"IPv6, fragment", MACS IP6("2c") FRAG6 UDP(P862) DATA, false, NEXT},
	{"IPv6, eight headers",
		MACS IP6("3c") AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN ROUTING6 UDP(P862) DATA,
		true, NEXT},
	{"IPv6, nine headers",
		MACS IP6("3c") AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN ROUTING6 UDP(P862),
		true, NEXT},
	{"IPv6, header cut short", MACS IP6("00") "3cff010400000000", true, NEXT},
	{"ARP", MACS "0806" DATA DATA DATA DATA, false, NEXT},
};

static void send_frame(const uint8_t *frame, size_t n)
{
	struct sockaddr_ll ll = {.sll_family = AF_PACKET};

	ll.sll_ifindex = (int)if_nametoindex("lo");
	assert_int_equal(sendto(out, frame, n, 0, (struct sockaddr *)&ll, sizeof(ll)), (ssize_t)n);
}

/* How often a frame comes in before the next one, which does come in, and is 100 octets long. */
static unsigned int comes(const uint8_t *frame, size_t n)
{
	uint8_t mark[100] = {0}, got[2048];
	struct pollfd p = {.fd = in, .events = POLLIN};
	unsigned int count = 0;
	ssize_t len;

	tw_unhex(rows[0].hex, mark, sizeof(mark));
	send_frame(frame, n);
	send_frame(mark, sizeof(mark));
	for (;;) {
		assert_int_equal(poll(&p, 1, 5000), 1);
		len = recv(in, got, sizeof(got), 0);
		if (len == sizeof(mark))
			return count;
		count++;
	}
}

static void test_filter(void **state)
{
	uint8_t frame[MAX_FRAME + 1];

	(void)state;
	need_programs();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int n = comes(frame, tw_unhex(rows[i].hex, frame, sizeof(frame)));

		if (n != rows[i].is_let_in)
			fail_msg("%s: came in %u times", rows[i].what, n);
	}
	memset(frame, 0, sizeof(frame));
	tw_unhex(rows[0].hex, frame, sizeof(frame));
	assert_int_equal(comes(frame, MAX_FRAME), 1);
	assert_int_equal(comes(frame, MAX_FRAME + 1), 0);
}

static uint32_t verdict(const uint8_t *frame, size_t len)
{
	return bpf_run(prog.drop_fd, frame, len, NULL, NULL);
}

static void test_verdicts(void **state)
{
	uint8_t frame[512];

	(void)state;
	need_programs();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t v = verdict(frame, tw_unhex(rows[i].hex, frame, sizeof(frame)));

		if (v != rows[i].verdict)
			fail_msg("%s: verdict %u, want %u", rows[i].what, v, rows[i].verdict);
	}
}

static void test_ports(void **state)
{
	uint8_t frame[512];
	size_t n = tw_unhex(rows[4].hex, frame, sizeof(frame));

	(void)state;
	need_programs();
	assert_int_equal(comes(frame, n), 0);
	assert_int_equal(tw_packet_prog_port(&prog, 863, TW_PACKET_OURS | TW_PACKET_HELD4), 0);
	assert_int_equal(comes(frame, n), 1);
	assert_int_equal(verdict(frame, n), DROP);
	assert_int_equal(tw_packet_prog_port(&prog, 863, 0), 0);
	assert_int_equal(comes(frame, n), 0);
	assert_int_equal(verdict(frame, n), NEXT);
}

/* The filter and what it is told come first: the hook leaves the packet sockets what they get. */
static void test_hook(void **state)
{
	uint8_t frame[512];
	size_t n = tw_unhex(rows[0].hex, frame, sizeof(frame));
	struct tw_err err;
	int rc;

	(void)state;
	need_programs();
	rc = tw_packet_prog_drop(&prog, (int)if_nametoindex("lo"), &err);
	if (rc == -EINVAL) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	assert_int_equal(rc, 0);
	assert_int_equal(comes(frame, n), 1);
}

static void test_none(void **state)
{
	struct tw_packet_prog none = TW_PACKET_PROG_NONE;
	struct tw_err err;

	(void)state;
	tw_packet_prog_unload(&none);
	setenv("TW_PACKET_OBJECT", "/nowhere/twamp_packet.o", 1);
	assert_int_equal(tw_packet_prog_load(MAX_FRAME, NULL, 0, &none, &err), -ENOENT);
	assert_null(none.object);
	assert_string_equal(
		err.text, "TW_PACKET_OBJECT=/nowhere/twamp_packet.o: No such file or directory");
	setenv("TW_PACKET_OBJECT", "/dev/null", 1);
	assert_true(tw_packet_prog_load(MAX_FRAME, NULL, 0, &none, &err) < 0);
	assert_null(none.object);
	unsetenv("TW_PACKET_OBJECT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_hook),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
