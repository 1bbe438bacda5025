/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"

#include <pcap/pcap.h>
#include <rte_mempool.h>
#include <unistd.h>

/*
 * What can fail under a reflector: here its buffers run out. The sender's faults are in
 * limits_test.c, those of links, devices, clocks and CPUs in tests/functional/faults.sh.
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receive_buffers_run_out),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
