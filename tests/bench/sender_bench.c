/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * What one packet costs a sending worker: transmission into net_null and reception of replies from
 * net_pcap, each against the least that a program can do on the same device, in turns within one
 * process, the order turned round every time. Peers are loops like those of testpmd: `txonly
 * --txonly-multi-flow` (headers copied into each packet, a source address of its own, no payload
 * written) and `rxonly` (every packet freed). `any` is the receiving loop for any CPU. CPU time of
 * the thread; medians of the rounds.
 *
 *   bench_sender                        the table
 *   bench_sender MODE [LAPS]            one mode, for
 *     valgrind --tool=callgrind --toggle-collect=measured_step bench_sender MODE 2
 */

#include "bench_port.h"
#include "sender.h"
#include "sender_replies.h"
#include "tw_eal.h"

#include <rte_ip.h>
#include <rte_mbuf_dyn.h>
#include <rte_udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OWN "192.0.2.1/24"
#define ROUNDS 15
#define FRAMES 2048
#define LAPS 48
#define MAX_STREAMS 64
#define FRAME_LEN 86
#define MODES (3 + sizeof(rigs) / sizeof(rigs[0]) * 3 + 1)

/* Replies of one kind, and who takes them. */
struct rig {
	const char *name;
	struct reply_kind kind;
	bool own, nic; /* own schedules; stamps by the NIC */
	struct tw_port port;
	struct tw_sender *s[2]; /* for this CPU, for any */
	struct tw_stream_config config[MAX_STREAMS];
};

/* One lap of FRAMES packets. */
struct mode {
	const char *name;
	void (*lap)(const struct mode *m);
	struct rig *rig;     /* of one that receives */
	struct tw_sender *s; /* ours */
	unsigned int peer;   /* index of what it is compared with */
	double ns[ROUNDS];
	double ratio[ROUNDS];
};

static struct tw_clock clock_;
static struct tw_port null_port[2];
static struct tw_sender *sending[2];
static struct rte_mempool *peer_pool;
static int stamp_field;
static uint64_t stamp_flag;

static struct rig rigs[] = {
	{.name = "1", .kind = {.streams = 1}},
	{.name = "64", .kind = {.streams = 64}},
	{.name = "ipv6", .kind = {.streams = 1, .v6 = true}},
	{.name = "ipv6-64", .kind = {.streams = 64, .v6 = true}},
	{.name = "508",
		.kind = {.streams = 1,
			.len = {508, 508, 508, 508, 508, 508, 508, 508, 508, 508, 508, 508}}},
	{.name = "imix",
		.kind = {.streams = 1, .len = {0, 590, 0, 590, 0, 1514, 0, 590, 0, 0, 590, 0}}},
	{.name = "83",
		.kind = {.streams = 1, .len = {83, 83, 83, 83, 83, 83, 83, 83, 83, 83, 83, 83}}},
	{.name = "vlan", .kind = {.streams = 1, .tag = true}},
	{.name = "own-64", .kind = {.streams = 64}, .own = true},
	{.name = "nic", .kind = {.streams = 1}, .nic = true},
};
#define RIGS (sizeof(rigs) / sizeof(rigs[0]))

/* Alone, so that callgrind can be told to count nothing else. */
__attribute__((noinline)) static unsigned int measured_step(struct tw_task *t)
{
	return t->step(t);
}

static void lap_transmit(const struct mode *m)
{
	struct tw_task *t = &m->s->task;
	uint64_t before = m->s->numbered;

	while (m->s->numbered - before < FRAMES) {
		uint64_t now = rte_rdtsc();

		if (now >= t->next_housekeeping)
			tw_task_housekeeping(t, now);
		measured_step(t);
	}
}

static void lap_receive(const struct mode *m)
{
	struct tw_task *t = &m->s->task;
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
		uint16_t k = rte_eth_rx_burst(mode->rig->port.port_id, 0, m, TW_BURST);

		for (uint16_t i = 0; i < k; i++)
			rte_pktmbuf_free(m[i]);
		n += k;
	}
}

static struct mode modes[MODES];

/* The capture starts anew: so do the streams' numbers, a moment ago by our clock. */
static void rewind_streams(struct tw_sender *s, uint64_t offset)
{
	uint64_t first = REPLY_FIRST_T1;

	for (uint32_t i = 0; i < s->n_streams; i++) {
		tw_loss_init(&s->reply.streams[i].loss, s->reply.streams[i].loss.t);
		tw_variation_init(&s->reply.streams[i].variation);
		s->streams[i].sent = FRAMES / s->n_streams;
	}
	for (uint32_t i = 0; i < FRAMES; i++)
		tw_window_put(&s->window, i % s->n_streams, i / s->n_streams,
			first + i * REPLY_GAP - offset, 0, 0);
}

static void prepare_lap(const struct mode *m)
{
	struct tw_sender *s = m->s;
	uint64_t mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	uint64_t offset = REPLY_FIRST_T1 + 60000 - mono;

	for (unsigned int i = 0; i < TW_CLOCK_EPOCHS; i++)
		s->task.clock.offsets[i] = offset;
	rewind_streams(s, offset);
}

static void open_for_replies(const char *dev, struct tw_port *ret)
{
	open_port(dev, OWN,
		(struct tw_port_config){.max_frame = REPLY_MAX_FRAME, .extra_mbufs = 2 * FRAMES},
		ret);
}

/* r: whose replies it gets */
static struct tw_sender *make_sender(const struct tw_port *port, struct rig *r, bool any_cpu)
{
	static const uint16_t size = TW_STAMP_LEN;
	static const struct tw_stream_schedule each = {
		.kind = TW_SCHEDULE_PERIODIC, .pps_num = 1000, .pps_den = 1, .burst = 1};
	struct tw_stream_schedule schedules[MAX_STREAMS];
	struct tw_sender_config cfg = {.n_streams = r->kind.streams,
		.streams = r->config,
		.schedules = r->own ? schedules : NULL,
		.schedule = TW_SCHEDULE_MAX,
		.burst = 1,
		.timeout = tw_ns_from_sec(2),
		.any_cpu = any_cpu};
	struct tw_loop_port lp = loop_port(port, OWN, 1024);
	struct tw_task *t;
	struct tw_err err;

	lp.mac = (struct tw_mac){{2, 0, 0, 0, 0, 1}};
	lp.max_frame = REPLY_MAX_FRAME;
	lp.tx_queue = any_cpu; /* they never send: it names their buffers */
	lp.n_vlan = r->kind.tag;
	lp.tci[0] = REPLY_TCI;
	for (uint32_t i = 0; i < r->kind.streams; i++) {
		schedules[i] = each;
		r->config[i] = (struct tw_stream_config){.local_mac = {{2, 0, 0, 0, 0, 1}},
			.next_hop_mac = {{2, 0, 0, 0, 0, 2}},
			.local = {reply_host(&r->kind, 1), (uint16_t)(20000 + i)},
			.remote = {reply_host(&r->kind, 2), 862},
			.n_vlan = r->kind.tag,
			.tci = {REPLY_TCI},
			.ttl = 255,
			.protocol = TW_PROTOCOL_STAMP,
			.n_sizes = 1,
			.sizes = &size};
	}
	if (tw_sender_create(&lp, &cfg, &clock_, &err, &t) < 0)
		must(false, err.text);
	return (struct tw_sender *)t;
}

/* A NIC whose clock is the TSC. */
static uint16_t stamp_burst(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint16_t max, void *arg)
{
	uint64_t now = rte_rdtsc();

	(void)port;
	(void)queue;
	(void)max;
	(void)arg;
	for (uint16_t i = 0; i < n; i++) {
		m[i]->ol_flags |= stamp_flag;
		*RTE_MBUF_DYNFIELD(m[i], stamp_field, rte_mbuf_timestamp_t *) = now;
	}
	return n;
}

static void use_stamps(struct tw_sender *s)
{
	s->stamper.port.field = stamp_field;
	s->stamper.port.rx_flag = stamp_flag;
	s->stamper.rx = true;
	s->stamper.map = (struct tw_nic_map){.mult = 1ULL << TW_NIC_SHIFT,
		.bits = 64,
		.good = true,
		.until = rte_rdtsc() + (1ULL << 60)};
}

static void set_up_rig(struct rig *r, unsigned int number)
{
	char file[] = "/tmp/tw-bench-XXXXXX", dev[128];
	int fd = mkstemp(file);

	must(fd >= 0, file);
	close(fd);
	must(reply_capture(file, &r->kind, FRAMES), file);
	snprintf(dev, sizeof(dev), "net_pcap%u,rx_pcap=%s,infinite_rx=1", number, file);
	open_for_replies(dev, &r->port);
	unlink(file);
	for (unsigned int any = 0; any < 2; any++)
		r->s[any] = make_sender(&r->port, r, any);
	if (!r->nic)
		return;
	must(rte_mbuf_dyn_rx_timestamp_register(&stamp_field, &stamp_flag) == 0 &&
			rte_eth_add_rx_callback(r->port.port_id, 0, stamp_burst, NULL) != NULL,
		"stamps");
	use_stamps(r->s[0]);
	use_stamps(r->s[1]);
}

static unsigned int add_mode(unsigned int at, const char *what, const char *of, struct mode m)
{
	static char names[MODES][24];

	snprintf(names[at], sizeof(names[at]), "%s%s", what, of);
	modes[at] = m;
	modes[at].name = names[at];
	return at + 1;
}

static void set_up(void)
{
	unsigned int n = 0;

	n = add_mode(n, "txonly-multi-flow", "", (struct mode){.lap = lap_txonly});
	for (unsigned int k = 0; k < 2; k++) {
		open_for_replies(k ? "net_null1,no-rx=1" : "net_null0,no-rx=1", &null_port[k]);
		sending[k] = make_sender(&null_port[k], &rigs[k], false);
		sending[k]->task.control(&sending[k]->task, TW_LETTER_START);
		n = add_mode(n, "send-", rigs[k].name,
			(struct mode){.lap = lap_transmit, .s = sending[k]});
	}
	for (unsigned int i = 0; i < RIGS; i++) {
		struct rig *r = &rigs[i];
		const unsigned int peer = n;

		set_up_rig(r, i);
		n = add_mode(n, "rxonly-", r->name,
			(struct mode){.lap = lap_rxonly, .rig = r, .peer = peer});
		n = add_mode(n, "receive-", r->name,
			(struct mode){.lap = lap_receive, .rig = r, .s = r->s[0], .peer = peer});
		n = add_mode(n, "any-", r->name,
			(struct mode){.lap = lap_receive, .rig = r, .s = r->s[1], .peer = peer});
	}
	add_mode(n, "rxonly-again", "",
		(struct mode){.lap = lap_rxonly, .rig = &rigs[0], .peer = 3}); /* the control */
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
	for (unsigned int k = 0; k < 2 * RIGS; k++) {
		const struct tw_sender *s = rigs[k / 2].s[k % 2];
		uint64_t n = s->result->delay[TW_ROUNDTRIP].m.count;

		for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
			must(s->result->discarded[i] == 0, "a reply was discarded");
		must(n > 0 && n == s->answered, "replies were not recorded");
		must(s->reply.streams[0].loss.late == 0, "replies were late");
		must(!rigs[k / 2].nic || s->stamper.n.hardware[3] >= n, "stamps were not taken");
	}
}

static void table(void)
{
	for (unsigned int round = 0; round < ROUNDS; round++)
		measure_round(round);
	printf("sender, bursts of %u, %u octets unless said\n", TW_BURST, FRAME_LEN);
	printf("%-20s%12s%16s%10s\n", "loop", "ns/packet", "Mpkt/CPU-s", "of peer");
	for (unsigned int i = 0; i < MODES; i++) {
		double ns = median(modes[i].ns, ROUNDS), ratio = median(modes[i].ratio, ROUNDS);

		printf("%-20s%12.1f%16.2f%10.3f\n", modes[i].name, ns, 1e3 / ns, ratio);
	}
}

int main(int argc, char **argv)
{
	struct tw_eal_config eal_cfg = {
		.n_workers = 1, .numa_node = -1, .extra = "--no-huge -m 1024"};
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
		tw_port_close(&null_port[k]);
	}
	for (unsigned int i = 0; i < RIGS; i++) {
		tw_task_destroy(&rigs[i].s[0]->task);
		tw_task_destroy(&rigs[i].s[1]->task);
		tw_port_close(&rigs[i].port);
	}
	rte_mempool_free(peer_pool);
	tw_eal_stop();
	return 0;
}
