/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "host_netns.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void test_link(void **state)
{
	struct tw_host_link l, again;
	struct tw_err err;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(tw_host_link_by_name("ta", &l, &err), 0);
	assert_string_equal(l.name, "ta");
	assert_string_equal(l.kind, "veth");
	assert_string_equal(l.driver, "veth");
	assert_int_equal(l.mtu, 1400);
	assert_int_equal(l.channels, 1);
	assert_true(l.up);
	assert_true(l.ethernet);
	assert_false(l.loopback);
	assert_int_equal(l.mac.b[0] & 3, 2); /* veth: locally administered unicast */
	assert_int_equal(tw_host_link_by_index(l.ifindex, &again, &err), 0);
	assert_string_equal(again.name, "ta");
	assert_int_equal(tw_host_link_by_name("lo", &l, &err), 0);
	assert_true(l.loopback);
	assert_int_equal(tw_host_link_by_name("nowhere", &l, &err), -ENODEV);
	assert_string_equal(err.text, "there is no network interface 'nowhere'");
	assert_int_equal(tw_host_link_by_name("a-name-that-is-too-long", &l, &err), -ENODEV);
	assert_int_equal(tw_host_link_by_index(99999, &l, &err), -ENODEV);
}

static void test_links(void **state)
{
	struct tw_host_link l[8];
	size_t n = 0;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(tw_host_links(l, 8, &n, NULL), 0);
	assert_true(n >= 2);
	assert_string_equal(l[0].name, "lo");
	assert_int_equal(tw_host_links(l, 1, &n, NULL), 0);
	assert_int_equal(n, 1);
}

static void test_addrs(void **state)
{
	struct tw_host_addr a[8];
	struct tw_host_link l;
	size_t n = 0;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(tw_host_link_by_name("ta", &l, NULL), 0);
	assert_int_equal(tw_host_addrs(l.ifindex, a, 8, &n, NULL), 0);
	assert_true(n >= 2); /* and perhaps fe80:: */
	assert_addr(&a[0].prefix.addr, "192.0.2.1");
	assert_int_equal(a[0].prefix.len, 24);
	assert_true(a[0].usable);
	assert_false(a[0].link_local);
	assert_addr(&a[1].prefix.addr, "2001:db8::1");
	assert_int_equal(a[1].prefix.len, 64);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(a[i].ifindex, l.ifindex);
}

static void test_owner(void **state)
{
	struct tw_addr a;
	struct tw_host_link l;
	struct tw_err err;

	(void)state;
	NEED_NETWORK();
	a = addr("2001:db8::1");
	assert_int_equal(tw_host_owner(&a, &l, &err), 0);
	assert_string_equal(l.name, "ta");
	a = addr("127.0.0.2");
	assert_int_equal(tw_host_owner(&a, &l, &err), 0);
	assert_string_equal(l.name, "lo");
	a = addr("192.0.2.2");
	assert_int_equal(tw_host_owner(&a, &l, &err), -EADDRNOTAVAIL);
	assert_string_equal(err.text, "no network interface has the address 192.0.2.2");
}

static void resolve(const char *ip)
{
	struct tw_addr a = addr(ip);
	struct tw_mac m1 = {{0}}, m2 = {{0}};
	struct tw_host_link l;
	struct tw_err err = {""};

	assert_int_equal(tw_host_link_by_name("ta", &l, NULL), 0);
	assert_int_equal(tw_host_neighbour(l.ifindex, &a, &m1), -ENOENT);
	if (tw_host_resolve(l.ifindex, &a, 3000, NULL, &m1, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(m1.b[0] & 3, 2);
	assert_memory_not_equal(m1.b, l.mac.b, 6);
	assert_int_equal(tw_host_neighbour(l.ifindex, &a, &m2), 0);
	assert_memory_equal(m1.b, m2.b, 6);
}

static void test_resolve(void **state)
{
	struct tw_addr a;
	struct tw_mac m;
	struct tw_host_link l;
	struct tw_err err;

	(void)state;
	NEED_NETWORK();
	resolve("192.0.2.2");
	resolve("2001:db8::2");
	a = addr("192.0.2.77");
	assert_int_equal(tw_host_link_by_name("ta", &l, NULL), 0);
	assert_int_equal(tw_host_resolve(l.ifindex, &a, 50, NULL, &m, &err), -EHOSTUNREACH);
	assert_string_equal(err.text, "no answer to ARP for 192.0.2.77 on ta within 50 ms");
	assert_int_equal(tw_host_resolve(99999, &a, 50, NULL, &m, &err), -ENODEV);
}

static void test_static_neighbours(void **state __attribute__((unused)))
{
	struct tw_host_neighbours *kept;
	int ta = (int)if_nametoindex("ta");

	NEED_NETWORK();
	assert_int_equal(run("ip neigh replace 192.0.2.9 lladdr 02:00:00:00:00:09 dev ta"), 0);
	assert_int_equal(tw_host_neighbours_keep(ta, &kept), 0);
	assert_int_equal(run("ip link set ta address 02:00:00:00:00:0c"), 0);
	/* it is forgotten, and learnt anew since somebody talks to it meanwhile */
	assert_int_equal(
		run("ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:0a dev ta nud stale"), 0);
	assert_int_equal(tw_host_neighbours_restore(kept), 0);
	assert_int_equal(run("ip neigh show nud permanent | grep -q '192.0.2.9 .*:09'"), 0);
}

static void test_stats(void **state)
{
	struct tw_host_stats before, after;
	struct tw_host_link l;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(tw_host_link_by_name("lo", &l, NULL), 0);
	assert_int_equal(tw_host_stats(l.ifindex, &before), 0);
	{
		struct sockaddr_in sa = {.sin_family = AF_INET,
			.sin_port = htons(9),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		int fd = socket(AF_INET, SOCK_DGRAM, 0);

		assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&sa, sizeof(sa)), 1);
		close(fd);
	}
	assert_int_equal(tw_host_stats(l.ifindex, &after), 0);
	assert_true(after.tx_packets > before.tx_packets);
	assert_int_equal(tw_host_stats(99999, &after), -ENODEV);
}

/* Connected, so that an ICMP port unreachable comes back as ECONNREFUSED. */
static int poke(const char *ip, uint16_t port)
{
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	bool v6 = strchr(ip, ':');
	struct timeval tv = {.tv_usec = 100000};
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0), rc = 0;
	char c;

	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, ip,
				 v6 ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr),
		1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	assert_int_equal(connect(fd, v6 ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4,
				 v6 ? sizeof(a6) : sizeof(a4)),
		0);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	if (recv(fd, &c, 1, 0) < 0)
		rc = errno;
	close(fd);
	return rc;
}

static void hold(const char *ip, int ifindex)
{
	struct tw_endpoint e = {.addr = addr(ip)};
	struct tw_err err = {""};
	uint16_t port = 0, again = 0;
	int fd, queued = -1;

	fd = tw_host_hold_port(ifindex, &e, &port, &err);
	if (fd < 0)
		fail_msg("%s", err.text);
	assert_true(port >= 1024);
	assert_int_equal(poke(ip, port), EAGAIN); /* silence */
	assert_int_equal(ioctl(fd, FIONREAD, &queued), 0);
	assert_int_equal(queued, 0);
	e.port = port;
	assert_int_equal(tw_host_hold_port(ifindex, &e, &again, &err), -EADDRINUSE);
	assert_non_null(strstr(err.text, "is in use by another program"));
	close(fd);
	assert_int_equal(poke(ip, port), ECONNREFUSED);
}

static void test_hold_port(void **state)
{
	struct tw_endpoint e = {.addr = {.family = 4, .b = {192, 0, 2, 55}}};
	struct tw_host_link lo, ta;
	struct tw_err err;
	uint16_t port = 0;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(tw_host_link_by_name("lo", &lo, NULL), 0);
	assert_int_equal(tw_host_link_by_name("ta", &ta, NULL), 0);
	hold("127.0.0.1", 0);
	hold("::1", 0);
	hold("192.0.2.1", 0);
	hold("192.0.2.1", ta.ifindex);
	hold("127.0.0.1", lo.ifindex);
	assert_int_equal(tw_host_hold_port(0, &e, &port, &err), -EADDRNOTAVAIL);
	assert_int_equal(port, 0);
}

/* A port held on every address of one interface is free for another interface. */
static void test_hold_port_per_interface(void **state)
{
	struct tw_endpoint any = {.addr = {.family = 4}};
	struct tw_host_link lo, ta;
	uint16_t port = 0;
	int fd1, fd2;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(tw_host_link_by_name("lo", &lo, NULL), 0);
	assert_int_equal(tw_host_link_by_name("ta", &ta, NULL), 0);
	fd1 = tw_host_hold_port(lo.ifindex, &any, &port, NULL);
	assert_true(fd1 >= 0);
	any.port = port;
	fd2 = tw_host_hold_port(ta.ifindex, &any, &port, NULL);
	assert_true(fd2 >= 0);
	close(fd1);
	close(fd2);
}

static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 2000) == 1;
}

/* An interface whose other end goes down, that goes down itself, that goes away. */
static void test_watch(void **state)
{
	struct tw_host_link l;
	int fd;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(run("ip link add wa type veth peer name wb && ip link set wa up && "
			     "ip link set wb up"),
		0);
	assert_int_equal(tw_host_link_by_name("wa", &l, NULL), 0);
	fd = tw_host_watch_links();
	assert_true(fd >= 0);
	tw_host_watch_drain(fd);
	assert_int_equal(tw_host_link_running(l.ifindex), 1);
	assert_int_equal(run("ip link set wb down"), 0);
	assert_int_equal(tw_host_link_running(l.ifindex), 0);
	assert_true(readable(fd));
	tw_host_watch_drain(fd);
	assert_int_equal(run("ip link set wb up"), 0);
	assert_int_equal(tw_host_link_running(l.ifindex), 1);
	assert_int_equal(run("ip link set wa down"), 0);
	assert_int_equal(tw_host_link_running(l.ifindex), 0);
	assert_int_equal(run("ip link del wa"), 0);
	assert_int_equal(tw_host_link_running(l.ifindex), -ENODEV);
	assert_true(readable(fd));
	close(fd);
}

static void test_clock(void **state)
{
	struct tw_host_clock c = {.max_error_ns = -1};

	(void)state;
	assert_int_equal(tw_host_clock(&c), 0);
	assert_true(c.max_error_ns >= 0);
	/* The kernel raises maxerror to 16 s while nobody disciplines the clock. */
	if (c.max_error_ns >= 16000000000)
		assert_false(c.synchronised);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_addrs),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_static_neighbours),
		cmocka_unit_test(test_stats),
		cmocka_unit_test(test_hold_port),
		cmocka_unit_test(test_hold_port_per_interface),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
