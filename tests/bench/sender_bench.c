/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * What one packet costs a sending worker: transmission into net_null and reception of replies from
 * net_pcap, each against the least that a program can do on the same device, in turns within one
 * process, the order turned round every time. Peers are loops like those of testpmd: `txonly
 * --txonly-multi-flow` (headers copied into each packet, a source address of its own, no payload
 * written) and `rxonly` (every packet freed). CPU time of the thread; medians of the rounds.
 *
 *   bench_sender                        the table
 *   bench_sender MODE [LAPS]            one mode, for
 *     valgrind --tool=callgrind --toggle-collect=measured_step bench_sender MODE 2
 */

#include "sender.h"
#include "tw_build.h"
#include "tw_eal.h"
#include "tw_port.h"

#include <rte_ip.h>
#include <rte_udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 15
#define FRAMES 2048
#define LAPS 48
#define MAX_STREAMS 64
#define FRAME_LEN 86

/* One lap of FRAMES packets. */
struct mode {
	const char *name;
	void (*lap)(const struct mode *m);
	unsigned int streams;
	unsigned int peer; /* index of what it is compared with */
	double ns[ROUNDS];
	double ratio[ROUNDS];
};

static struct tw_clock clock_;
static struct tw_port null_port[2], pcap_port[2];
static struct tw_sender *sending[2], *receiving[2];
static struct rte_mempool *peer_pool;
static uint8_t (*replies[2])[FRAME_LEN]; /* as in the captures */

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_sender: %s\n", what);
	exit(1);
}

/* Alone, so that callgrind can be told to count nothing else. */
__attribute__((noinline)) static unsigned int measured_step(struct tw_task *t)
{
	return t->step(t);
}

static unsigned int which(const struct mode *m)
{
	return m->streams > 1;
}

static void lap_transmit(const struct mode *m)
{
	struct tw_task *t = &sending[which(m)]->task;
	uint64_t before = sending[which(m)]->numbered;

	while (sending[which(m)]->numbered - before < FRAMES) {
		uint64_t now = rte_rdtsc();

		if (now >= t->next_housekeeping)
			tw_task_housekeeping(t, now);
		measured_step(t);
	}
}

static void lap_receive(const struct mode *m)
{
	struct tw_task *t = &receiving[which(m)]->task;
	unsigned int n = 0;

	while (n < FRAMES)
		n += measured_step(t);
}

/* Headers that a peer copies into its packets. */
static struct {
	struct rte_ether_hdr eth;
	struct rte_ipv4_hdr ip;
	struct rte_udp_hdr udp;
} peer_head;
static uint8_t peer_address;
static volatile uint64_t peer_flags; /* what an option of the peer's may have set */

static inline void copy_in(struct rte_mbuf *m, const void *what, size_t n, size_t at)
{
	rte_memcpy(rte_pktmbuf_mtod_offset(m, char *, at), what, n);
}

static void lap_txonly(const struct mode *mode)
{
	uint64_t flags = peer_flags;

	(void)mode;
	for (unsigned int k = 0; k < FRAMES / TW_BURST; k++) {
		struct rte_mbuf *m[TW_BURST];

		must(rte_mempool_get_bulk(peer_pool, (void **)m, TW_BURST) == 0, "mbufs");
		for (unsigned int i = 0; i < TW_BURST; i++) {
			struct rte_ipv4_hdr *ip;

			rte_pktmbuf_reset_headroom(m[i]);
			m[i]->data_len = FRAME_LEN;
			m[i]->ol_flags &= RTE_MBUF_F_EXTERNAL;
			m[i]->ol_flags |= flags;
			m[i]->vlan_tci = 0;
			m[i]->vlan_tci_outer = 0;
			m[i]->l2_len = sizeof(struct rte_ether_hdr);
			m[i]->l3_len = sizeof(struct rte_ipv4_hdr);
			m[i]->nb_segs = 1;
			copy_in(m[i], &peer_head.eth, sizeof(peer_head.eth), 0);
			copy_in(m[i], &peer_head.ip, sizeof(peer_head.ip), sizeof(peer_head.eth));
			ip = rte_pktmbuf_mtod_offset(
				m[i], struct rte_ipv4_hdr *, sizeof(peer_head.eth));
			ip->src_addr = rte_cpu_to_be_32(0xc6120000U | ++peer_address << 8);
			copy_in(m[i], &peer_head.udp, sizeof(peer_head.udp),
				sizeof(peer_head.eth) + sizeof(peer_head.ip));
			m[i]->next = NULL;
			m[i]->pkt_len = FRAME_LEN;
		}
		must(rte_eth_tx_burst(null_port[0].port_id, 0, m, TW_BURST) == TW_BURST,
			"transmit");
	}
}

static void lap_rxonly(const struct mode *mode)
{
	for (unsigned int n = 0; n < FRAMES;) {
		struct rte_mbuf *m[TW_BURST];
		uint16_t k = rte_eth_rx_burst(pcap_port[which(mode)].port_id, 0, m, TW_BURST);

		for (uint16_t i = 0; i < k; i++)
			rte_pktmbuf_free(m[i]);
		n += k;
	}
}

static struct mode modes[] = {
	{.name = "txonly-multi-flow", .lap = lap_txonly, .streams = 1, .peer = 0},
	{.name = "send-1", .lap = lap_transmit, .streams = 1, .peer = 0},
	{.name = "send-64", .lap = lap_transmit, .streams = 64, .peer = 0},
	{.name = "rxonly-1", .lap = lap_rxonly, .streams = 1, .peer = 3},
	{.name = "receive-1", .lap = lap_receive, .streams = 1, .peer = 3},
	{.name = "rxonly-64", .lap = lap_rxonly, .streams = 64, .peer = 5},
	{.name = "receive-64", .lap = lap_receive, .streams = 64, .peer = 5},
	{.name = "rxonly-again", .lap = lap_rxonly, .streams = 1, .peer = 3}, /* the control */
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

static uint64_t pseudo(uint32_t i)
{
	return (i * 2654435761U >> 8) % 4000; /* up to a microsecond */
}

/* Reply number i to a stream's requests in turn, T1 a little later each. */
static void write_reply(uint8_t *f, uint32_t i, uint32_t streams)
{
	struct tw_frame_spec spec = {
		.src_mac = {{2, 0, 0, 0, 0, 2}},
		.dst_mac = {{2, 0, 0, 0, 0, 1}},
		.src = {{.family = 4, .b = {192, 0, 2, 2}}, 862},
		.dst = {{.family = 4, .b = {192, 0, 2, 1}}, (uint16_t)(20000 + i % streams)},
		.ttl = 255,
	};
	struct tw_frame_layout l;
	uint64_t t1 = (0xeeab5d94ULL << 32) + i * 120ULL;
	uint8_t *p;

	must(tw_build_headers(f, FRAME_LEN, &spec, TW_STAMP_LEN, &l) > 0, "headers");
	p = f + l.payload_off;
	memset(p, 0, TW_STAMP_LEN);
	tw_put32(p + TW_REP_SEQ, i / streams);
	tw_put64(p + TW_REP_TIMESTAMP, t1 + 20000 + 2 * pseudo(i));
	tw_put16(p + TW_REP_ERROR, 0x8a01);
	tw_put64(p + TW_REP_RECEIVE, t1 + 19000 + pseudo(i));
	tw_put32(p + TW_REP_SENDER_SEQ, i / streams);
	tw_put64(p + TW_REP_SENDER_TIMESTAMP, t1);
	tw_put16(p + TW_REP_SENDER_ERROR, 0x8a01);
	p[TW_REP_SENDER_TTL] = 255;
	tw_set_raw16(f + l.l4_off + TW_UDP_CHECKSUM,
		tw_udp_checksum_finish(tw_sum_add(l.udp_base, tw_sum(p, TW_STAMP_LEN))));
}

/* The capture starts anew: so do the streams' numbers, a moment ago by our clock. */
static void rewind_streams(struct tw_sender *s, uint64_t offset)
{
	uint64_t first = (0xeeab5d94ULL << 32);

	for (uint32_t i = 0; i < s->n_streams; i++) {
		tw_loss_init(&s->reply.streams[i].loss, s->reply.streams[i].loss.t);
		tw_variation_init(&s->reply.streams[i].variation);
		s->streams[i].sent = FRAMES / s->n_streams;
	}
	for (uint32_t i = 0; i < FRAMES; i++)
		tw_window_put(&s->window, i % s->n_streams, i / s->n_streams,
			first + i * 120ULL - offset, 0, 0);
}

static void prepare_lap(const struct mode *m)
{
	struct tw_sender *s = receiving[which(m)];
	uint64_t mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	uint64_t offset = (0xeeab5d94ULL << 32) + 60000 - mono;

	for (unsigned int i = 0; i < TW_CLOCK_EPOCHS; i++)
		s->task.clock.offsets[i] = offset;
	rewind_streams(s, offset);
}

static void write_capture(const char *name, unsigned int k, uint32_t streams)
{
	static const uint32_t head[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	FILE *f = fopen(name, "wb");

	must(f && fwrite(head, sizeof(head), 1, f) == 1, name);
	replies[k] = calloc(FRAMES, FRAME_LEN);
	for (uint32_t i = 0; i < FRAMES; i++) {
		uint32_t record[4] = {0, i, FRAME_LEN, FRAME_LEN};

		write_reply(replies[k][i], i, streams);
		must(fwrite(record, sizeof(record), 1, f) == 1 &&
				fwrite(replies[k][i], FRAME_LEN, 1, f) == 1,
			name);
	}
	fclose(f);
}

static void open_port(const char *dev, struct tw_port *ret)
{
	struct tw_port_config cfg = {
		.n_queues = 1, .max_frame = 1514, .extra_mbufs = 2 * FRAMES, .n_addrs = 1};
	struct tw_err err;

	tw_prefix_parse("192.0.2.1/24", &cfg.addrs[0]);
	if (tw_dev_parse(dev, &cfg.dev, &err) < 0 || tw_port_open(&cfg, ret, &err) < 0 ||
		tw_port_start(ret, &err) < 0)
		must(false, err.text);
}

static struct tw_sender *make_sender(const struct tw_port *port, uint32_t streams)
{
	static const uint16_t size = TW_STAMP_LEN;
	static struct tw_stream_config s[MAX_STREAMS];
	struct tw_sender_config cfg = {.n_streams = streams,
		.streams = s,
		.schedule = TW_SCHEDULE_MAX,
		.burst = 1,
		.timeout = tw_ns_from_sec(2)};
	struct tw_loop_port lp = {.port_id = port->port_id,
		.n_rx_queues = 1,
		.tx_desc = 1024,
		.max_frame = 1514,
		.pool = port->pool[0],
		.mac = {{2, 0, 0, 0, 0, 1}},
		.n_addrs = 1};
	struct tw_task *t;
	struct tw_err err;

	tw_prefix_parse("192.0.2.1/24", &lp.addrs[0]);
	for (uint32_t i = 0; i < streams; i++)
		s[i] = (struct tw_stream_config){.local_mac = {{2, 0, 0, 0, 0, 1}},
			.next_hop_mac = {{2, 0, 0, 0, 0, 2}},
			.local = {{.family = 4, .b = {192, 0, 2, 1}}, (uint16_t)(20000 + i)},
			.remote = {{.family = 4, .b = {192, 0, 2, 2}}, 862},
			.ttl = 255,
			.protocol = TW_PROTOCOL_STAMP,
			.n_sizes = 1,
			.sizes = &size};
	if (tw_sender_create(&lp, &cfg, &clock_, &err, &t) < 0)
		must(false, err.text);
	return (struct tw_sender *)t;
}

static void set_up(void)
{
	for (unsigned int k = 0; k < 2; k++) {
		char file[] = "/tmp/tw-bench-XXXXXX", dev[128];
		uint32_t streams = k ? MAX_STREAMS : 1;
		int fd = mkstemp(file);

		must(fd >= 0, file);
		close(fd);
		write_capture(file, k, streams);
		snprintf(dev, sizeof(dev), "net_pcap%u,rx_pcap=%s,infinite_rx=1", k, file);
		open_port(dev, &pcap_port[k]);
		unlink(file);
		receiving[k] = make_sender(&pcap_port[k], streams);
	}
	for (unsigned int k = 0; k < 2; k++) {
		open_port(k ? "net_null1,no-rx=1" : "net_null0,no-rx=1", &null_port[k]);
		sending[k] = make_sender(&null_port[k], k ? MAX_STREAMS : 1);
		sending[k]->task.control(&sending[k]->task, TW_LETTER_START);
	}
	peer_pool = rte_pktmbuf_pool_create("peer", 8191, 256, 0, 2176, SOCKET_ID_ANY);
	must(peer_pool != NULL, "peer's pool");
}

static double lap_ns(const struct mode *m)
{
	struct timespec a, b;

	if (m->lap == lap_receive)
		prepare_lap(m);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	m->lap(m);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / FRAMES;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static void measure_round(unsigned int round)
{
	for (unsigned int k = 0; k < MODES; k++) {
		struct mode *m = &modes[round & 1 ? MODES - 1 - k : k];
		double laps[LAPS];

		for (unsigned int i = 0; i < LAPS; i++)
			laps[i] = lap_ns(m);
		m->ns[round] = median(laps, LAPS);
	}
	for (unsigned int k = 0; k < MODES; k++)
		modes[k].ratio[round] = modes[modes[k].peer].ns[round] / modes[k].ns[round];
}

/* Every reply was taken for what it is: else nothing was measured. */
static void check(void)
{
	for (unsigned int k = 0; k < 2; k++) {
		const struct tw_result *r = receiving[k]->result;
		uint64_t n = r->delay[TW_ROUNDTRIP].m.count;

		for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
			must(r->discarded[i] == 0, "a reply was discarded");
		must(n > 0 && n == receiving[k]->answered, "replies were not recorded");
		must(receiving[k]->reply.streams[0].loss.late == 0, "replies were late");
	}
}

static void table(void)
{
	for (unsigned int round = 0; round < ROUNDS; round++)
		measure_round(round);
	printf("sender, bursts of %u, %u octets\n", TW_BURST, FRAME_LEN);
	printf("%-20s%12s%16s%10s\n", "loop", "ns/packet", "Mpkt/CPU-s", "of peer");
	for (unsigned int i = 0; i < MODES; i++) {
		double ns = median(modes[i].ns, ROUNDS), ratio = median(modes[i].ratio, ROUNDS);

		printf("%-20s%12.1f%16.2f%10.3f\n", modes[i].name, ns, 1e3 / ns, ratio);
	}
}

int main(int argc, char **argv)
{
	struct tw_eal_config eal_cfg = {
		.n_workers = 1, .numa_node = -1, .extra = "--no-huge -m 384"};
	struct tw_eal eal;
	struct tw_err err;

	must(tw_eal_start(&eal_cfg, &eal, &err) == 0, err.text);
	must(tw_clock_init(&clock_) == 0, "clock");
	set_up();
	if (argc < 2)
		table();
	for (unsigned int i = 0; argc > 1 && i < MODES; i++)
		for (long n = argc > 2 ? strtol(argv[2], NULL, 10) : LAPS;
			n > 0 && strcmp(argv[1], modes[i].name) == 0; n--)
			lap_ns(&modes[i]);
	if (argc < 2)
		check();
	for (unsigned int k = 0; k < 2; k++) {
		tw_task_destroy(&sending[k]->task);
		tw_task_destroy(&receiving[k]->task);
		tw_port_close(&pcap_port[k]);
		tw_port_close(&null_port[k]);
		free(replies[k]);
	}
	rte_mempool_free(peer_pool);
	tw_eal_stop();
	return 0;
}
