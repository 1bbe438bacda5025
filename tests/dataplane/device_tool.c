/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Two ends for tests/functional/device.sh.
 *
 *   device_tool echo DEV PORT [EAL]  opens DEV, says what came of it, turns UDP datagrams to PORT
 *                                    around until it gets SIGTERM or SIGINT, prints its counters
 *   device_tool send DEV PORT N [EAL] opens DEV, sends N UDP datagrams to PORT, exits 0 when all
 *                                    came back
 *   device_tool list                 what tw_devices_list() finds, a line each
 *   device_tool ping ADDR PORT N [LEN]
 *                                    sends N datagrams of LEN octets over a kernel socket and counts
 *                                    what comes back; exits 0 when all did
 */

#include "tw_eal.h"
#include "tw_log.h"
#include "tw_port.h"
#include "tw_port_caps.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BURST 32

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void swap(uint8_t *a, uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t t = a[i];

		a[i] = b[i];
		b[i] = t;
	}
}

/* Ethernet, IPv4 without options or plain IPv6, UDP; the sums of swapped addresses stay right. */
static bool turn_around(struct rte_mbuf *m, uint16_t port)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + 14, *udp;
	bool v6 = p[12] == 0x86 && p[13] == 0xdd;

	if (m->data_len < 14 + 20 + 8 || (!v6 && (p[12] != 8 || p[13] || ip[0] != 0x45)))
		return false;
	if ((v6 ? ip[6] : ip[9]) != IPPROTO_UDP || (v6 && m->data_len < 14 + 40 + 8))
		return false;
	udp = ip + (v6 ? 40 : 20);
	if (udp[2] << 8 != (port & 0xff00) || udp[3] != (port & 0xff))
		return false;
	swap(p, p + 6, 6);
	swap(ip + (v6 ? 8 : 12), ip + (v6 ? 24 : 16), v6 ? 16 : 4);
	swap(udp, udp + 2, 2);
	/* A kernel sender on veth leaves a partial sum: compute it in full. */
	udp[6] = udp[7] = 0;
	if (v6) {
		uint16_t sum = rte_ipv6_udptcp_cksum((void *)ip, udp);

		memcpy(udp + 6, &sum, 2);
	}
	return true;
}

static void echo_loop(const struct tw_port *port, uint16_t udp)
{
	struct rte_mbuf *m[BURST];
	struct pollfd fds[TW_PORT_QUEUES];

	for (uint16_t q = 0; q < port->n_rx; q++)
		fds[q] = (struct pollfd){.fd = tw_port_poll_fd(port, q), .events = POLLIN};
	while (!stop) {
		uint16_t got = 0;

		for (uint16_t q = 0; q < port->n_rx; q++) {
			uint16_t n = rte_eth_rx_burst(port->port_id, q, m, BURST), k = 0;

			got |= n;
			for (uint16_t i = 0; i < n; i++) {
				if (turn_around(m[i], udp))
					m[k++] = m[i];
				else
					rte_pktmbuf_free(m[i]);
			}
			n = rte_eth_tx_burst(port->port_id, q, m, k);
			rte_pktmbuf_free_bulk(m + n, k - n);
		}
		if (!got)
			poll(fds, port->n_rx, 100);
	}
}

static void print_stats(struct tw_port *port)
{
	struct tw_port_stats s;

	tw_port_stats(port, &s);
	printf("done rx=%lu tx=%lu missed=%lu nombuf=%lu tx_errors=%lu\n",
		(unsigned long)s.rx_packets, (unsigned long)s.tx_packets,
		(unsigned long)s.rx_missed, (unsigned long)s.rx_nombuf, (unsigned long)s.tx_errors);
}

/* EAL and a started port that has the UDP port; 0 or 1 after a line in the log. */
static int start(const char *dev, uint16_t udp, const char *extra, struct tw_port *ret_port)
{
	struct tw_eal_config ec = {.n_workers = 1, .numa_node = -1, .extra = extra};
	struct tw_port_config pc = {.n_queues = 1};
	char allow[128], stamps[512];
	const char *pci = allow;
	struct tw_eal eal;
	struct tw_err err;
	uint16_t first;
	int rc;

	rc = tw_dev_parse(dev, &pc.dev, &err);
	if (rc == 0 && pc.dev.kind == TW_DEV_PCI) {
		tw_dev_allow(&pc.dev, allow, sizeof(allow));
		ec.pci = &pci;
		ec.n_pci = 1;
		pc.want_timesync = pc.want_rx_timestamp = pc.want_launch_time = true;
		pc.want_checksum_offload = pc.want_fast_free = true;
	}
	if (rc == 0)
		rc = tw_eal_start(&ec, &eal, &err);
	if (rc < 0) {
		tw_error("%s", err.text);
		return 1;
	}
	rc = tw_port_open(&pc, ret_port, &err);
	if (rc == 0) {
		rc = tw_port_take_udp(ret_port, 0, udp, 1, &first, &err);
		if (rc == 0)
			rc = tw_port_start(ret_port, &err);
		if (rc < 0)
			tw_port_close(ret_port);
	}
	if (rc < 0) {
		tw_error("%s", err.text);
		tw_eal_stop();
		return 1;
	}
	printf("ready driver=%s queues=%u max_frame=%u shared=%d prefix=%s link=%d speed=%u\n",
		ret_port->driver, ret_port->n_rx, ret_port->max_frame, eal.workers[0].shared,
		eal.prefix, ret_port->link_up, ret_port->speed_mbps);
	printf("stamps: %s\n", tw_port_stamps_text(ret_port, stamps, sizeof(stamps)));
	fflush(stdout);
	return 0;
}

static int echo(const char *dev, uint16_t udp, const char *extra)
{
	struct tw_port port;

	if (start(dev, udp, extra, &port))
		return 1;
	echo_loop(&port, udp);
	print_stats(&port);
	tw_port_close(&port);
	tw_eal_stop();
	return 0;
}

/* 192.0.2.9 to 192.0.2.8, to everybody's MAC: whoever echoes does not look. */
static bool send_one(const struct tw_port *port, uint16_t udp, uint8_t n)
{
	static const uint8_t head[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 8, 0,
		0x45, 0, 0, 72, 0, 1, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 9, 192, 0, 2, 8, 0x9c, 0x40,
		0, 0, 0, 52, 0, 0};
	struct rte_mbuf *m = rte_pktmbuf_alloc(port->pool[0]);
	uint8_t *p = m ? (uint8_t *)rte_pktmbuf_append(m, 86) : NULL;
	uint16_t sum;

	if (!p)
		return false;
	memset(p, n, 86);
	memcpy(p, head, sizeof(head));
	memcpy(p + 6, port->mac.b, 6);
	p[36] = (uint8_t)(udp >> 8);
	p[37] = (uint8_t)udp;
	sum = rte_ipv4_cksum((void *)(p + 14));
	memcpy(p + 24, &sum, 2);
	if (rte_eth_tx_burst(port->port_id, 0, &m, 1) == 1)
		return true;
	rte_pktmbuf_free(m);
	return false;
}

static bool receive_one(const struct tw_port *port, uint8_t n)
{
	struct rte_mbuf *m[BURST];
	bool mine = false;

	/* up to half a second */
	for (int i = 0; i < 5000 && !mine; i++) {
		uint16_t got = rte_eth_rx_burst(port->port_id, 0, m, BURST);

		for (uint16_t k = 0; k < got; k++)
			mine |= m[k]->data_len >= 86 &&
				*rte_pktmbuf_mtod_offset(m[k], uint8_t *, 85) == n;
		rte_pktmbuf_free_bulk(m, got);
		if (!got)
			usleep(100);
	}
	return mine;
}

static int send_all(const char *dev, uint16_t udp, int n, const char *extra)
{
	struct tw_port port;
	int back = 0;

	if (start(dev, udp, extra, &port))
		return 1;
	/* The other end may still be on its way. */
	for (int i = 0; i < 20 && !(send_one(&port, udp, 255) && receive_one(&port, 255)); i++)
		usleep(100000);
	for (int i = 0; i < n && !stop; i++)
		back += send_one(&port, udp, (uint8_t)(i % 200)) &&
			receive_one(&port, (uint8_t)(i % 200));
	printf("sent=%d back=%d in_use=%u\n", n, back, rte_mempool_in_use_count(port.pool[0]));
	print_stats(&port);
	tw_port_close(&port);
	tw_eal_stop();
	return back == n ? 0 : 1;
}

static int list(void)
{
	static struct tw_device_info d[256];
	struct tw_err err;
	size_t n;

	if (tw_devices_list(d, 256, &n, &err) < 0) {
		tw_error("%s", err.text);
		return 1;
	}
	for (size_t i = 0; i < n; i++)
		printf("%s kind=%d driver=%s model='%s' mtu=%u up=%d addrs=%zu numa=%d "
		       "af_xdp=%d why='%s' netdev=%s dpdk=%d\n",
			d[i].name, d[i].kind, d[i].driver, d[i].model, d[i].mtu, d[i].up,
			d[i].n_addrs, d[i].numa, d[i].af_xdp, d[i].af_xdp_why, d[i].netdev,
			d[i].dpdk_ready);
	return 0;
}

static int ping(const char *host, const char *udp, int n, size_t len)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST}, *ai;
	struct timeval tv = {.tv_sec = 1};
	static char buf[65536];
	int fd, back = 0, refused = 0;

	if (getaddrinfo(host, udp, &hints, &ai) != 0)
		return 2;
	fd = socket(ai->ai_family, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, ai->ai_addr, ai->ai_addrlen) < 0)
		return 2;
	freeaddrinfo(ai);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	for (int i = 0; i < n; i++) {
		memset(buf, i, len);
		if (send(fd, buf, len, 0) == (ssize_t)len &&
			recv(fd, buf, sizeof(buf), 0) == (ssize_t)len && buf[len - 1] == (char)i)
			back++;
		else if (errno == ECONNREFUSED)
			refused++;
		else if (i == 0)
			break; /* nobody there: do not wait n seconds */
	}
	close(fd);
	printf("sent=%d back=%d refused=%d\n", n, back, refused);
	return back == n ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = on_signal};

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	tw_log_set_level(getenv("TW_DEBUG") ? TW_LOG_DEBUG : TW_LOG_INFO);
	if (argc >= 4 && strcmp(argv[1], "echo") == 0)
		return echo(
			argv[2], (uint16_t)strtoul(argv[3], NULL, 10), argc > 4 ? argv[4] : NULL);
	if (argc >= 5 && strcmp(argv[1], "send") == 0)
		return send_all(argv[2], (uint16_t)strtoul(argv[3], NULL, 10),
			(int)strtol(argv[4], NULL, 10), argc > 5 ? argv[5] : NULL);
	if (argc >= 5 && strcmp(argv[1], "ping") == 0)
		return ping(argv[2], argv[3], (int)strtol(argv[4], NULL, 10),
			argc > 5 ? strtoul(argv[5], NULL, 10) : 44);
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list();
	fprintf(stderr, "usage: device_tool list | echo DEV PORT [EAL] | send DEV PORT N [EAL] | "
			"ping ADDR PORT N [LEN]\n");
	return 2;
}
