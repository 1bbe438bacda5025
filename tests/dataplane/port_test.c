/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_eal.h"
#include "tw_port.h"
#include "tw_port_caps.h"

#include "tw_test.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <unistd.h>

/*
 * Ports on virtual devices with the real EAL, as any user: no hugepages, no privileges. The EAL
 * starts once in a process, so the tests share it and leave it as they found it.
 */
static struct tw_eal eal;
static struct tw_err err;

static int group_setup(void **state)
{
	struct tw_eal_config cfg = {.n_workers = 1, .numa_node = -1, .extra = "--no-huge -m 256"};

	(void)state;
	if (tw_eal_start(&cfg, &eal, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return 0;
}

static bool exists(const char *dir, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/dpdk/%s", dir, name);
	return access(path, F_OK) == 0;
}

static bool runtime_dir_exists(void)
{
	return exists("/var/run", eal.prefix) || exists("/tmp", eal.prefix) ||
	       (getenv("XDG_RUNTIME_DIR") && exists(getenv("XDG_RUNTIME_DIR"), eal.prefix));
}

static int group_teardown(void **state)
{
	(void)state;
	tw_eal_stop();
	if (runtime_dir_exists()) {
		print_error("the runtime directory of %s is still there\n", eal.prefix);
		return -1;
	}
	return 0;
}

static struct tw_port_config config(const char *dev)
{
	struct tw_port_config cfg = {.n_queues = 1};

	if (tw_dev_parse(dev, &cfg.dev, &err) < 0)
		fail_msg("%s", err.text);
	return cfg;
}

static struct tw_port open_port(const struct tw_port_config *cfg)
{
	struct tw_port port;

	if (tw_port_open(cfg, &port, &err) < 0 || tw_port_start(&port, &err) < 0)
		fail_msg("%s", err.text);
	return port;
}

static unsigned int in_use(const struct tw_port *port)
{
	return rte_mempool_in_use_count(port->pool[0]);
}

/* Send n frames with a number in them. */
static void send_frames(const struct tw_port *port, uint32_t len, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(port->pool[0]);
		char *p;

		assert_non_null(m);
		p = rte_pktmbuf_append(m, (uint16_t)len);
		assert_non_null(p);
		memset(p, i, len);
		assert_int_equal(rte_eth_tx_burst(port->port_id, 0, &m, 1), 1);
	}
}

static void receive_frames(const struct tw_port *port, uint32_t len, uint8_t n)
{
	struct rte_mbuf *m[32];
	uint16_t got = rte_eth_rx_burst(port->port_id, 0, m, 32);

	assert_int_equal(got, n);
	for (uint16_t i = 0; i < got; i++) {
		assert_int_equal(m[i]->pkt_len, len);
		assert_int_equal(m[i]->nb_segs, 1);
		assert_int_equal(*rte_pktmbuf_mtod_offset(m[i], uint8_t *, len - 1), i);
	}
	rte_pktmbuf_free_bulk(m, got);
}

static void test_eal(void **state)
{
	struct tw_eal_config cfg = {.numa_node = -1};
	struct tw_eal again;

	(void)state;
	assert_int_equal(eal.n_workers, 1);
	assert_int_equal(eal.workers[0].lcore, 1);
	assert_true(eal.workers[0].cpu >= 0);
	assert_false(eal.hugepages);
	assert_true(strncmp(eal.prefix, "dpdk-twamp-", 11) == 0);
	assert_int_equal(tw_eal_start(&cfg, &again, &err), -EALREADY);
}

static void test_dev_parse(void **state)
{
	struct tw_dev d;
	char buf[128];

	(void)state;
	assert_int_equal(tw_dev_parse("0000:3b:00.0", &d, &err), 0);
	assert_int_equal(d.kind, TW_DEV_PCI);
	assert_string_equal(d.name, "0000:3b:00.0");
	assert_int_equal(tw_dev_parse("3b:00.1,rxq_cqe_comp_en=0", &d, &err), 0);
	assert_int_equal(d.kind, TW_DEV_PCI);
	assert_string_equal(tw_dev_allow(&d, buf, sizeof(buf)), "0000:3b:00.1,rxq_cqe_comp_en=0");
	assert_int_equal(tw_dev_parse("net_memif0,role=client,id=3", &d, &err), 0);
	assert_int_equal(d.kind, TW_DEV_VDEV);
	assert_string_equal(d.name, "net_memif0");
	assert_string_equal(d.args, "role=client,id=3");
	assert_int_equal(tw_dev_parse("lo", &d, &err), 0);
	assert_int_equal(d.kind, TW_DEV_KERNEL);
	assert_int_equal(d.via, TW_DEV_VIA_ANY);
	assert_int_equal(tw_dev_parse("af_packet:lo", &d, &err), 0);
	assert_int_equal(d.kind, TW_DEV_KERNEL);
	assert_int_equal(d.via, TW_DEV_VIA_AF_PACKET);
	assert_string_equal(d.name, "lo");
	for (size_t i = 0; i < 8; i++) {
		static const char *const bad[] = {"", "3b:00.9", "3b:00", "0000:3b:00.00",
			"nowhere0", "af_xdp:nowhere0", "ring0", "zz:00.0"};

		assert_int_equal(tw_dev_parse(bad[i], &d, &err), -ENODEV);
		assert_true(strlen(err.text) > 0);
	}
}

static void test_ring(void **state)
{
	struct tw_port_config cfg = config("net_ring0");
	struct tw_port port = open_port(&cfg);
	struct tw_port_stats s;
	unsigned int before = in_use(&port);

	(void)state;
	assert_string_equal(port.driver, "net_ring");
	assert_int_equal(port.n_rx, 1);
	assert_true(port.needs_neighbour);
	assert_false(port.is_kernel);
	assert_true(port.link_up);
	assert_int_equal(tw_port_poll_fd(&port, 0), -1);
	send_frames(&port, 90, 20);
	assert_int_equal(in_use(&port), before + 20);
	receive_frames(&port, 90, 20);
	assert_int_equal(in_use(&port), before);
	assert_int_equal(tw_port_stats(&port, &s), 0);
	assert_int_equal(s.tx_packets, 20);
	assert_int_equal(s.rx_packets, 20);
	assert_int_equal(s.rx_missed, 0);
	tw_port_close(&port);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
	assert_int_equal(rte_mempool_lookup("port0.q0") == NULL, 1);
}

/* The same name again, after the first was closed. */
static void test_reopen(void **state)
{
	struct tw_port_config cfg = config("net_ring0");
	struct tw_port port = open_port(&cfg);

	(void)state;
	send_frames(&port, 64, 1);
	receive_frames(&port, 64, 1);
	tw_port_close(&port);
	tw_port_close(&port); /* a closed port may be closed */
}

static void test_queues(void **state)
{
	struct tw_port_config cfg = config("net_ring1");
	struct tw_port port;

	(void)state;
	cfg.n_queues = 3;
	port = open_port(&cfg);
	assert_int_equal(port.n_rx, 3);
	assert_int_equal(port.n_tx, 3);
	assert_non_null(port.pool[2]);
	assert_null(port.pool[3]);
	assert_ptr_not_equal(port.pool[0], port.pool[2]);
	tw_port_close(&port);
}

static void test_null(void **state)
{
	struct tw_port_config cfg = config("net_null0,no-rx=1");
	struct tw_port port = open_port(&cfg);
	unsigned int before = in_use(&port);

	(void)state;
	assert_string_equal(port.driver, "net_null");
	send_frames(&port, 64, 32);
	assert_int_equal(in_use(&port), before);
	tw_port_close(&port);
}

static void test_jumbo(void **state)
{
	struct tw_port_config cfg = config("net_ring2");
	struct tw_port port;

	(void)state;
	cfg.max_frame = 9018;
	port = open_port(&cfg);
	assert_int_equal(port.max_frame, 9018);
	send_frames(&port, 9018, 2);
	receive_frames(&port, 9018, 2);
	tw_port_close(&port);
	cfg.max_frame = TW_PORT_MAX_FRAME + 1;
	assert_int_equal(tw_port_open(&cfg, &port, &err), -EMSGSIZE);
}

static void test_pcap(void **state)
{
	static const uint8_t frame[60] = {2};
	struct pcap_pkthdr hdr = {.caplen = sizeof(frame), .len = sizeof(frame)};
	char in[] = "/tmp/tw-port-in-XXXXXX", out[] = "/tmp/tw-port-out-XXXXXX", dev[256];
	char why[PCAP_ERRBUF_SIZE];
	struct tw_port_config cfg;
	struct pcap_pkthdr *h;
	struct rte_mbuf *m[4];
	const u_char *data;
	pcap_dumper_t *d;
	struct tw_port port;
	unsigned int before;
	pcap_t *p;

	(void)state;
	close(mkstemp(in));
	close(mkstemp(out));
	p = pcap_open_dead(DLT_EN10MB, 65535);
	d = pcap_dump_open(p, in);
	assert_non_null(d);
	pcap_dump((u_char *)d, &hdr, frame);
	pcap_dump((u_char *)d, &hdr, frame);
	pcap_dump_close(d);
	pcap_close(p);
	snprintf(dev, sizeof(dev), "net_pcap0,rx_pcap=%s,tx_pcap=%s", in, out);
	cfg = config(dev);
	port = open_port(&cfg);
	before = in_use(&port);
	assert_int_equal(rte_eth_rx_burst(port.port_id, 0, m, 4), 2);
	assert_int_equal(in_use(&port), before + 2);
	assert_int_equal(rte_eth_tx_burst(port.port_id, 0, m, 2), 2);
	assert_int_equal(in_use(&port), before);
	tw_port_close(&port);
	p = pcap_open_offline(out, why);
	assert_non_null(p);
	assert_int_equal(pcap_next_ex(p, &h, &data), 1);
	assert_int_equal(h->caplen, sizeof(frame));
	assert_int_equal(pcap_next_ex(p, &h, &data), 1);
	assert_int_equal(pcap_next_ex(p, &h, &data), PCAP_ERROR_BREAK);
	pcap_close(p);
	unlink(in);
	unlink(out);
}

static void test_crossed(void **state)
{
	struct tw_port_config cfg[2] = {{.n_queues = 1}, {.n_queues = 1}};
	struct tw_port p[2];
	unsigned int before;

	(void)state;
	if (tw_port_open_crossed(cfg, p, &err) < 0 || tw_port_start(&p[0], &err) < 0 ||
		tw_port_start(&p[1], &err) < 0)
		fail_msg("%s", err.text);
	assert_false(p[0].needs_neighbour);
	assert_memory_equal(&p[0].peer_mac, &p[1].mac, sizeof(struct tw_mac));
	before = in_use(&p[0]);
	send_frames(&p[0], 64, 5);
	receive_frames(&p[0], 64, 0); /* not to itself */
	receive_frames(&p[1], 64, 5);
	send_frames(&p[1], 90, 7);
	receive_frames(&p[0], 90, 7);
	assert_int_equal(in_use(&p[0]), before);
	tw_port_close(&p[0]);
	tw_port_close(&p[1]);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

static void test_errors(void **state)
{
	struct tw_port_config cfg = config("net_nonsense0");
	struct tw_port port = {.port_id = 77};

	(void)state;
	assert_true(tw_port_open(&cfg, &port, &err) < 0);
	assert_int_equal(port.port_id, 77);
	assert_non_null(strstr(err.text, "net_nonsense0"));
	cfg = config("net_pcap7,rx_pcap=/nowhere/at.all");
	assert_true(tw_port_open(&cfg, &port, &err) < 0);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

static struct tw_addr addr(const char *s)
{
	struct tw_addr a;

	assert_int_equal(tw_addr_parse(s, &a), 0);
	return a;
}

static void assert_route(
	const struct tw_port *port, const char *peer, const char *source, const char *hop)
{
	struct tw_addr to = addr(peer), s, h;
	char text[TW_ADDR_STR];

	if (tw_port_route(port, &to, &s, &h, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(tw_addr_format(&s, text), source);
	assert_string_equal(tw_addr_format(&h, text), hop);
}

static void test_route(void **state)
{
	struct tw_port_config cfg = config("net_null1");
	struct tw_addr self, far, s, h;
	struct tw_mac mac;
	struct tw_port port;

	(void)state;
	assert_int_equal(tw_prefix_parse("192.0.2.1/24", &cfg.addrs[0]), 0);
	assert_int_equal(tw_prefix_parse("2001:db8::1/64", &cfg.addrs[1]), 0);
	assert_int_equal(tw_prefix_parse("192.0.2.129/25", &cfg.addrs[2]), 0);
	cfg.n_addrs = 3;
	cfg.gateways[0] = addr("192.0.2.254");
	cfg.n_gateways = 1;
	port = open_port(&cfg);
	assert_route(&port, "192.0.2.7", "192.0.2.1", "192.0.2.7");
	assert_route(&port, "192.0.2.200", "192.0.2.129", "192.0.2.200");
	assert_route(&port, "198.51.100.1", "192.0.2.129", "192.0.2.254");
	assert_route(&port, "2001:db8::2", "2001:db8::1", "2001:db8::2");
	self = addr("192.0.2.1");
	assert_int_equal(tw_port_route(&port, &self, &s, &h, &err), -EADDRINUSE);
	far = addr("2001:db8:1::1");
	assert_int_equal(tw_port_route(&port, &far, &s, &h, &err), -ENETUNREACH);
	assert_int_equal(tw_port_resolve(&port, &far, 1, NULL, &mac, &err), -EAGAIN);
	tw_port_close(&port);
}

static void test_udp_elsewhere(void **state)
{
	struct tw_port_config cfg = config("net_null2");
	struct tw_port port = open_port(&cfg);
	uint16_t first = 0;

	(void)state;
	assert_int_equal(tw_port_take_udp(&port, 0, 862, 1, &first, &err), 0);
	assert_int_equal(first, 862);
	assert_int_equal(tw_port_take_udp(&port, 4, 0, 100, &first, &err), 0);
	assert_true(first >= 49152 && first <= 65535 - 99);
	assert_int_equal(tw_port_take_udp(&port, 4, 65500, 100, &first, &err), -EINVAL);
	tw_port_give_udp(&port, first, 100);
	tw_port_close(&port);
}

static void test_caps(void **state)
{
	static const char *const vdevs[] = {"net_af_packet", "net_af_xdp", "net_memif", "net_null",
		"net_pcap", "net_ring", "net_tap", "net_vhost", "net_virtio_user"};
	struct tw_port_config cfg = config("net_ring3");
	struct tw_port port;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(vdevs) / sizeof(vdevs[0]); i++) {
		const struct tw_pmd *pmd = tw_pmd_find(vdevs[i]);

		assert_non_null(pmd);
		assert_int_equal(pmd->tx, TW_TX_NONE);
		assert_false(pmd->launch_time);
	}
	/* An older DPDK has less. */
	assert_int_equal(tw_pmd_find("net_ena")->rx, TW_RX_ALL);
	assert_int_equal(tw_pmd_as_of(tw_pmd_find("net_ena"), 2211).rx, TW_RX_NONE);
	assert_int_equal(tw_pmd_as_of(tw_pmd_find("net_ena"), 2511).rx, TW_RX_ALL);
	assert_int_equal(tw_pmd_as_of(tw_pmd_find("net_igc"), 2211).tx, TW_TX_NONE);
	assert_false(tw_pmd_as_of(tw_pmd_find("net_ice"), 2411).launch_time);
	assert_int_equal(tw_pmd_as_of(tw_pmd_find("net_ice"), 2411).clock, TW_CLOCK_NONE);
	assert_int_equal(tw_pmd_as_of(tw_pmd_find("net_ice"), 2507).clock, TW_CLOCK_HOST_MONOTONIC);
	assert_int_equal(tw_pmd_find("mlx5_pci")->rx, TW_RX_ALL);
	assert_null(tw_pmd_find("net_nonsense"));
	/* What the device does not have is not claimed, however much is wanted. */
	cfg.want_rx_timestamp = cfg.want_timesync = cfg.want_launch_time = true;
	cfg.want_checksum_offload = true;
	port = open_port(&cfg);
	assert_false(port.rx_timestamp);
	assert_false(port.launch_time);
	assert_false(port.timesync);
	assert_false(port.read_clock);
	assert_false(port.tx_checksum);
	assert_string_equal(tw_port_stamps_text(&port, text, sizeof(text)),
		"receive: software; send: software");
	tw_port_close(&port);
}

/* What was sent belongs to the device until it stops: its pool may not go before. */
static void test_retired_pools(void **state)
{
	struct tw_port_config cfg = config("net_ring4"), other = config("net_ring5");
	struct tw_port port = open_port(&cfg), second = open_port(&other);
	struct rte_mempool *kept, *full;
	struct rte_mbuf *m;

	(void)state;
	kept = rte_pktmbuf_pool_create("kept", 63, 0, 0, 256, SOCKET_ID_ANY);
	full = rte_pktmbuf_pool_create("full", 63, 0, 0, 256, SOCKET_ID_ANY);
	assert_true(kept && full);
	m = rte_pktmbuf_alloc(kept);
	tw_port_retire_pool(port.port_id, kept);
	tw_port_retire_pool(port.port_id, full);
	tw_port_retire_pool(port.port_id, NULL);
	assert_null(rte_mempool_lookup("full"));
	assert_ptr_equal(rte_mempool_lookup("kept"), kept);
	/* another one's */
	tw_port_close(&second);
	assert_ptr_equal(rte_mempool_lookup("kept"), kept);
	rte_pktmbuf_free(m);
	tw_port_close(&port);
	assert_null(rte_mempool_lookup("kept"));
}

static void test_device_list(void **state)
{
	static struct tw_device_info d[64];
	size_t n = 0;
	bool seen = false;

	(void)state;
	assert_int_equal(tw_devices_list(d, 64, &n, &err), 0);
	for (size_t i = 0; i < n; i++) {
		struct tw_dev dev;

		/* Whatever is listed can be given to --dev. */
		assert_int_equal(tw_dev_parse(d[i].name, &dev, &err), 0);
		assert_int_equal(dev.kind, d[i].kind);
		if (strcmp(d[i].name, "lo") == 0) {
			seen = true;
			assert_false(d[i].af_xdp);
			assert_true(strlen(d[i].af_xdp_why) > 0);
		}
	}
	assert_true(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eal),
		cmocka_unit_test(test_dev_parse),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_reopen),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_jumbo),
		cmocka_unit_test(test_pcap),
		cmocka_unit_test(test_crossed),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_udp_elsewhere),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_retired_pools),
		cmocka_unit_test(test_device_list),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
