/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"
#include "loop.h"

#include <pcap/pcap.h>
#include <rte_mempool.h>
#include <unistd.h>

/*
 * What can fail under a reflector: here its buffers run out; and what becomes of a sender's buffers
 * that the device still has. The sender's other faults are in limits_test.c, those of links, devices,
 * clocks and CPUs in tests/functional/faults.sh.
 */

#define REQUESTS 300

static void write_requests(const char *name)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	pcap_dumper_t *d = pcap_dump_open(p, name);

	assert_non_null(d);
	for (uint32_t i = 0; i < REQUESTS; i++) {
		struct dp_packet q = dp_request(i % 2 ? 6 : 4, i);
		struct dp_frame f = {0};
		struct pcap_pkthdr h = {0};

		dp_build(&q, &f);
		h.caplen = h.len = f.len;
		pcap_dump((u_char *)d, &h, f.b);
	}
	pcap_dump_close(d);
	pcap_close(p);
}

/*
 * Every buffer is held by somebody: packets are missed and counted as such, neither discarded nor
 * forgotten. It goes on when there are buffers again, and none stays behind.
 */
static void receive_buffers_run_out(void **state)
{
	char in[] = "/tmp/tw-dp-in-XXXXXX", out[] = "/tmp/tw-dp-out-XXXXXX", dev[256];
	struct tw_port_config cfg = {.n_queues = 1};
	struct tw_reflector_config rc = dp_reflector_config();
	static struct tw_reflector_snapshot snap;
	struct tw_loop_port lp;
	struct tw_port_stats stats;
	struct tw_port port;
	struct tw_task *t;
	struct tw_err err;
	unsigned int n;
	void **all;

	(void)state;
	close(mkstemp(in));
	close(mkstemp(out));
	write_requests(in);
	snprintf(dev, sizeof(dev), "net_pcap_faults,rx_pcap=%s,tx_pcap=%s", in, out);
	port = dp_open(dev, cfg);
	lp = dp_loop_port(&port);
	if (tw_reflector_create(&lp, &rc, &dp_clock, &err, &t) < 0)
		fail_msg("%s", err.text);

	n = rte_mempool_avail_count(port.pool[0]);
	all = calloc(n, sizeof(*all));
	assert_non_null(all);
	assert_int_equal(rte_mempool_get_bulk(port.pool[0], all, n), 0);
	for (int i = 0; i < 20; i++)
		t->step(t);
	t->snapshot(t, &snap);
	assert_int_equal(snap.counters.received, 0);
	assert_int_equal(tw_port_stats(&port, &stats), 0);
	assert_int_equal(stats.rx_nombuf, 20);

	rte_mempool_put_bulk(port.pool[0], all, n);
	free(all);
	for (int i = 0; i < 100; i++)
		t->step(t);
	t->snapshot(t, &snap);
	assert_int_equal(tw_port_stats(&port, &stats), 0);
	assert_int_equal(stats.rx_nombuf, 20);
	assert_int_equal(snap.counters.received, REQUESTS - 20);
	assert_int_equal(snap.counters.reflected, REQUESTS - 20);
	dp_counters_add_up(&snap.counters);
	assert_int_equal(rte_mempool_avail_count(port.pool[0]), n);
	tw_task_destroy(t);
	tw_port_close(&port);
	unlink(in);
	unlink(out);
}

/*
 * A device may keep what was sent until it is stopped or sends more: those buffers are there until
 * the port is closed, though the sender is gone.
 */
static void sent_buffers_outlive_their_sender(void **state)
{
	struct tw_stream_config stream = {.local = {{.family = 4, .b = {192, 0, 2, 1}}, 20000},
		.remote = {{.family = 4, .b = {192, 0, 2, 9}}, 862},
		.ttl = 255,
		.protocol = TW_PROTOCOL_STAMP,
		.n_sizes = 1,
		.sizes = &(const uint16_t){44}};
	struct tw_sender_config sc = {.n_streams = 1,
		.streams = &stream,
		.schedule = TW_SCHEDULE_MAX,
		.burst = 1,
		.count = 10,
		.timeout = tw_ns_from_ms(500)};
	struct tw_port port = dp_open("net_ring_kept", (struct tw_port_config){.n_queues = 1});
	struct tw_loop_port lp = dp_loop_port(&port);
	char name[RTE_MEMPOOL_NAMESIZE];
	struct rte_mempool *pool;
	struct rte_mbuf *m[32];
	struct tw_task *t;
	struct tw_err err;

	(void)state;
	if (tw_sender_create(&lp, &sc, &dp_clock, &err, &t) < 0)
		fail_msg("%s", err.text);
	snprintf(name, sizeof(name), "tw_tx_%u_0", port.port_id);
	pool = rte_mempool_lookup(name);
	assert_non_null(pool);
	t->control(t, TW_LETTER_START);
	tw_task_housekeeping(t, rte_rdtsc());
	/* the first round only sends, and all of it fits into the device's ring */
	t->step(t);
	assert_int_equal(rte_mempool_in_use_count(pool), 10);
	tw_task_destroy(t);

	assert_ptr_equal(rte_mempool_lookup(name), pool);
	assert_int_equal(rte_eth_rx_burst(port.port_id, 0, m, 32), 10);
	for (unsigned int i = 0; i < 10; i++)
		assert_ptr_equal(m[i]->pool, pool);
	rte_pktmbuf_free_bulk(m, 10);
	assert_ptr_equal(rte_mempool_lookup(name), pool);
	tw_port_close(&port);
	assert_null(rte_mempool_lookup(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receive_buffers_run_out),
		cmocka_unit_test(sent_buffers_outlive_their_sender),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
