/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"

#include "reflector.h"

#include <pcap/pcap.h>
#include <rte_mempool.h>
#include <time.h>
#include <unistd.h>

struct tw_eal dp_eal;
struct tw_clock dp_clock;

int dp_setup(void **state)
{
	struct tw_eal_config cfg = {.n_workers = 2, .numa_node = -1, .extra = "--no-huge -m 384"};
	struct tw_err err;

	(void)state;
	if (tw_eal_start(&cfg, &dp_eal, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return tw_clock_init(&dp_clock);
}

int dp_teardown(void **state)
{
	(void)state;
	tw_eal_stop();
	return 0;
}

struct tw_port dp_open(const char *dev, struct tw_port_config cfg)
{
	struct tw_port port = {0};
	struct tw_err err;

	if (tw_dev_parse(dev, &cfg.dev, &err) < 0 || tw_port_open(&cfg, &port, &err) < 0 ||
		tw_port_start(&port, &err) < 0)
		fail_msg("%s", err.text);
	return port;
}

void dp_list_free(struct dp_list *l)
{
	free(l->f);
	*l = (struct dp_list){0};
}

struct dp_frame *dp_list_add(struct dp_list *l)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->f = realloc(l->f, l->room * sizeof(*l->f));
		assert_non_null(l->f);
	}
	memset(&l->f[l->n], 0, sizeof(*l->f));
	return &l->f[l->n++];
}

void dp_list_add_packet(struct dp_list *l, const struct dp_packet *p)
{
	dp_build(p, dp_list_add(l));
}

struct tw_loop_port dp_loop_port(const struct tw_port *port)
{
	struct tw_loop_port lp = {
		.port_id = port->port_id,
		.n_rx_queues = 1,
		.tx_desc = port->tx_desc,
		.max_frame = (uint16_t)port->max_frame,
		.pool = port->pool[0],
		.mac = {{2, 0, 0, 0, 0, 1}},
		.n_addrs = 2,
	};

	assert_int_equal(tw_prefix_parse("192.0.2.1/24", &lp.addrs[0]), 0);
	assert_int_equal(tw_prefix_parse("2001:db8::1/64", &lp.addrs[1]), 0);
	return lp;
}

struct tw_reflector_config dp_reflector_config(void)
{
	return (struct tw_reflector_config){
		.port = 862,
		.protocol = TW_PROTOCOL_AUTO,
		.max_sessions = 1000,
		.session_idle = tw_ns_from_sec(30),
		.refwait = tw_ns_from_sec(900),
	};
}

void dp_sleep_ms(unsigned int ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&ts, NULL);
}

bool dp_wait_(bool (*cond)(void *), void *arg, const char *what)
{
	for (int i = 0; i < 5000; i++) {
		if (cond(arg))
			return true;
		dp_sleep_ms(1);
	}
	fail_msg("waited in vain for %s", what);
	return false;
}

uint64_t dp_wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ((uint64_t)ts.tv_sec + 2208988800ULL) << 32 |
	       ((uint64_t)ts.tv_nsec << 32) / 1000000000ULL;
}

void dp_counters_add_up(const struct tw_reflector_counters *c)
{
	uint64_t sum = c->reflected + c->tx_failed + c->passed, marks = 0;

	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
		sum += c->discarded[i];
	assert_int_equal(c->received, sum);
	for (unsigned int i = 0; i < 64; i++)
		marks += c->dscp[i];
	assert_int_equal(marks, c->reflected + c->tx_failed);
	for (unsigned int i = 0; i < 4; i++)
		marks -= c->ecn[i];
	assert_int_equal(marks, 0);
	assert_int_equal(c->sessions_created - c->sessions_expired - c->sessions_evicted,
		c->sessions_active);
}

static void write_capture(const struct dp_list *l, const char *name)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	pcap_dumper_t *d = pcap_dump_open(p, name);

	assert_non_null(d);
	for (unsigned int i = 0; i < l->n; i++) {
		struct pcap_pkthdr h = {.caplen = l->f[i].len, .len = l->f[i].len};

		pcap_dump((u_char *)d, &h, l->f[i].b);
	}
	pcap_dump_close(d);
	pcap_close(p);
}

static void read_capture(const char *name, struct dp_list *ret)
{
	char why[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *data;
	pcap_t *p = pcap_open_offline(name, why);

	if (!p)
		fail_msg("%s", why);
	while (pcap_next_ex(p, &h, &data) == 1) {
		struct dp_frame *f = dp_list_add(ret);

		assert_in_range(h->caplen, 1, DP_MAX_FRAME);
		f->len = h->caplen;
		memcpy(f->b, data, h->caplen);
	}
	pcap_close(p);
}

struct progress {
	const struct tw_task *task;
	uint64_t packets;
};

static bool all_received(void *arg)
{
	const struct progress *p = arg;

	return atomic_load(&p->task->packets) >= p->packets;
}

/* A plain frame as a NIC with checksum offload judges it: IPv4's header apart from UDP. */
static uint64_t verdict(const uint8_t *f, uint32_t len)
{
	bool v6 = f[12] == 0x86;
	const uint8_t *ip = f + 14, *udp = ip + (v6 ? 40 : 20);
	uint32_t udp_len = len - (uint32_t)(udp - f), sum;
	uint64_t flags = 0;

	if (len < 86 || f[13] != (v6 ? 0xdd : 0) || (!v6 && f[12] != 8) || ip[v6 ? 6 : 9] != 17)
		return 0;
	if ((uint32_t)(udp[4] << 8 | udp[5]) != udp_len || (!v6 && ip[0] != 0x45))
		return 0;
	if (!v6)
		flags = dp_sum(ip, 20, 0) == 0xffff ? RTE_MBUF_F_RX_IP_CKSUM_GOOD
						    : RTE_MBUF_F_RX_IP_CKSUM_BAD;
	/* many call it good that there is none */
	if (!v6 && udp[6] == 0 && udp[7] == 0)
		return flags | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	sum = dp_sum(ip + (v6 ? 8 : 12), v6 ? 32 : 8, 17 + udp_len);
	return flags | (dp_sum(udp, udp_len, sum) == 0xffff ? RTE_MBUF_F_RX_L4_CKSUM_GOOD
							    : RTE_MBUF_F_RX_L4_CKSUM_BAD);
}

static uint16_t judge(
	uint16_t port, uint16_t queue, struct rte_mbuf *m[], uint16_t n, uint16_t max, void *arg)
{
	(void)port, (void)queue, (void)max, (void)arg;
	for (uint16_t i = 0; i < n; i++)
		if (m[i]->nb_segs == 1)
			m[i]->ol_flags |=
				verdict(rte_pktmbuf_mtod(m[i], const uint8_t *), m[i]->data_len);
	return n;
}

/* What is longer than the shortest STAMP packet over IPv4 comes in two, behind that, now and then. */
static uint16_t split(
	uint16_t port, uint16_t queue, struct rte_mbuf *m[], uint16_t n, uint16_t max, void *arg)
{
	uint16_t at = (uint16_t)(86 + 4 * *(const unsigned int *)arg);

	(void)port, (void)queue, (void)max;
	for (uint16_t i = 0; i < n; i++) {
		uint16_t rest = (uint16_t)(m[i]->data_len - at);
		struct rte_mbuf *more;

		if (m[i]->nb_segs > 1 || m[i]->data_len <= at || rest % 4)
			continue;
		more = rte_pktmbuf_alloc(m[i]->pool);
		assert_non_null(more);
		memcpy(rte_pktmbuf_append(more, rest), rte_pktmbuf_mtod_offset(m[i], uint8_t *, at),
			rest);
		assert_int_equal(rte_pktmbuf_trim(m[i], rest), 0);
		assert_int_equal(rte_pktmbuf_chain(m[i], more), 0);
	}
	return n;
}

static void choose(const struct dp_run *run, struct tw_reflector *r)
{
	struct tw_reflector nobody_plain = {.cfg.negotiated_only = true};

	/* what is chosen here stays: housekeeping sees no reason for another */
	if (run->slow) {
		r->many_at = UINT32_MAX;
	} else if (run->many) {
		r->many_at = 0;
		r->many = true;
	}
	*(r->repeats ? &r->inner : &r->task.step) =
		tw_reflector_choose(run->slow ? &nobody_plain : r);
}

static void reflect(struct dp_run *run, const struct tw_port *port)
{
	struct tw_worker w = {.lcore = dp_eal.workers[0].lcore, .n_tasks = 1, .finished_fd = -1};
	struct tw_loop_port lp = dp_loop_port(port);
	struct progress progress = {.packets = run->in->n};
	struct tw_err err;

	lp.n_vlan = run->link.n_vlan;
	memcpy(lp.tci, run->link.tci, sizeof(lp.tci));
	lp.kernel_interface = run->link.kernel_interface;
	lp.answers = run->link.answers;
	lp.rx_checksum = run->link.rx_checksum;
	if (run->segments)
		assert_non_null(
			rte_eth_add_rx_callback(port->port_id, 0, split, &run->link.n_vlan));
	if (lp.rx_checksum)
		assert_non_null(rte_eth_add_rx_callback(port->port_id, 0, judge, NULL));
	if (tw_reflector_create(&lp, &run->cfg, &dp_clock, &err, &w.tasks[0]) < 0)
		fail_msg("%s", err.text);
	if (run->before)
		run->before(run, w.tasks[0]);
	choose(run, (struct tw_reflector *)w.tasks[0]);
	progress.task = w.tasks[0];
	assert_int_equal(tw_worker_launch(&w), 0);
	dp_wait(all_received, &progress);
	assert_int_equal(tw_task_ask(w.tasks[0], TW_LETTER_SNAPSHOT, &run->result), 0);
	tw_worker_join(&w);
	if (run->after)
		run->after(run, w.tasks[0]);
	tw_task_destroy(w.tasks[0]);
}

void dp_run(struct dp_run *run)
{
	char in[] = "/tmp/tw-dp-in-XXXXXX", out[] = "/tmp/tw-dp-out-XXXXXX", dev[256];
	struct tw_port_config cfg = {.n_queues = 1, .max_frame = 9018};
	struct tw_port port;
	unsigned int before;
	static int number;

	close(mkstemp(in));
	close(mkstemp(out));
	write_capture(run->in, in);
	snprintf(dev, sizeof(dev), "net_pcap%d,rx_pcap=%s,tx_pcap=%s", number++, in, out);
	memset(&run->result, 0, sizeof(run->result));
	port = dp_open(dev, cfg);
	before = rte_mempool_avail_count(port.pool[0]);
	reflect(run, &port);
	assert_int_equal(rte_mempool_avail_count(port.pool[0]), before);
	tw_port_close(&port);
	read_capture(out, &run->out);
	unlink(in);
	unlink(out);
	assert_int_equal(run->result.counters.received, run->in->n);
	dp_counters_add_up(&run->result.counters);
	assert_int_equal(run->result.counters.reflected, run->out.n);
}

bool dp_cpu_is_wide(void)
{
	static const char *const needs[] = {
		" avx512bw ", " avx512dq ", " avx512vl ", " avx512vbmi ", " bmi2 "};
	FILE *f = fopen("/proc/cpuinfo", "r");
	unsigned int has = 0;
	static char line[8192];

	assert_non_null(f);
	while (has == 0 && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "flags", 5) != 0)
			continue;
		line[strcspn(line, "\n")] = ' ';
		for (unsigned int i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
			has += strstr(line, needs[i]) != NULL;
	}
	fclose(f);
	return has == sizeof(needs) / sizeof(needs[0]);
}
