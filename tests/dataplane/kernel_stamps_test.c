/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "kernel_stamps.h"
#include "tw_eal.h"
#include "tw_worker.h"

#include "tw_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <rte_cycles.h>
#include <rte_mbuf_dyn.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The kernel's stamps from AF_PACKET's ring: once on a ring that the test fills, once on a real port
 * on a namespace's own lo.
 */

#define FRAMES 16
#define FRAME_SIZE 256
#define LEN 90
#define MS 1000000LL

static struct tw_eal eal;
static struct tw_err err;
static struct rte_mempool *pool;
static int field;
static uint64_t flag;

static _Alignas(64) uint8_t ring[FRAMES * FRAME_SIZE];
static _Alignas(64) struct tw_kernel_queue k;
static _Atomic bool lost;

static int64_t realtime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

/* Best of several: one that was disturbed in between says what is not so. */
static struct tw_kernel_reading reading(void)
{
	struct tw_kernel_reading best = {.width = UINT64_MAX};

	for (int i = 0; i < 20; i++) {
		uint64_t a = rte_rdtsc(), width;
		int64_t ns = realtime();

		width = rte_rdtsc() - a;
		if (width < best.width)
			best = (struct tw_kernel_reading){a + width / 2, width, ns};
	}
	return best;
}

static int group_setup(void **state)
{
	struct tw_eal_config cfg = {.n_workers = 1, .numa_node = -1, .extra = "--no-huge -m 128"};

	(void)state;
	if (tw_eal_start(&cfg, &eal, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	pool = rte_pktmbuf_pool_create("kstamps", 63, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, -1);
	return pool && rte_mbuf_dyn_rx_timestamp_register(&field, &flag) == 0 ? 0 : -1;
}

static int group_teardown(void **state)
{
	(void)state;
	rte_mempool_free(pool);
	tw_eal_stop();
	return 0;
}

static void begin(void)
{
	struct tw_kernel_reading a = reading(), b;

	usleep(20000);
	b = reading();
	memset(ring, 0, sizeof(ring));
	memset(&k, 0, sizeof(k));
	lost = false;
	assert_true(tw_kernel_time_init(&k.time, &a, &b));
	k.clock = CLOCK_REALTIME;
	k.wide = 1000 * k.time.us; /* a busy machine may take its time */
	k.field = field;
	k.flag = flag;
	k.lost = &lost;
	k.ring = ring;
	k.frame_size = FRAME_SIZE;
	k.frame_count = FRAMES;
	k.seen_empty = b.tsc;
}

static struct tpacket2_hdr *frame(uint32_t i)
{
	return (struct tpacket2_hdr *)(void *)(ring + (size_t)(i % FRAMES) * FRAME_SIZE);
}

/* The kernel puts packet number n into a frame. */
static void arrives(uint32_t i, uint32_t n, int64_t ns)
{
	struct tpacket2_hdr *h = frame(i);
	uint8_t *data = (uint8_t *)h + 66;

	*h = (struct tpacket2_hdr){.tp_status = TP_STATUS_USER,
		.tp_len = LEN,
		.tp_snaplen = LEN,
		.tp_mac = 66,
		.tp_sec = (uint32_t)(ns / (1000 * MS)),
		.tp_nsec = (uint32_t)(ns % (1000 * MS))};
	memset(data, 0, LEN);
	memcpy(data + 42, &n, sizeof(n));
}

/* The driver copies frames and gives them back. */
static void copies(uint32_t i, struct rte_mbuf **m, uint16_t n, bool tagged)
{
	for (uint16_t j = 0; j < n; j++) {
		struct tpacket2_hdr *h = frame(i + j);

		m[j] = rte_pktmbuf_alloc(pool);
		assert_non_null(m[j]);
		memcpy(rte_pktmbuf_append(m[j], LEN), (uint8_t *)h + h->tp_mac, LEN);
		if (tagged) {
			m[j]->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
			assert_int_equal(rte_vlan_insert(&m[j]), 0);
		}
		h->tp_status = TP_STATUS_KERNEL;
	}
}

static unsigned int stamped(struct rte_mbuf **m, uint16_t n)
{
	unsigned int with = 0;

	for (uint16_t j = 0; j < n; j++)
		with += (m[j]->ol_flags & flag) != 0;
	return with;
}

static uint64_t stamp_of(const struct rte_mbuf *m)
{
	return *RTE_MBUF_DYNFIELD(m, field, const rte_mbuf_timestamp_t *);
}

/* Round and round the ring, bursts of any size: each packet has the time at which it came. */
static void the_ring_is_walked_in_step(void **state)
{
	uint32_t at = 0;

	(void)state;
	begin();
	for (uint16_t round = 0; round < 200; round++) {
		uint16_t n = (uint16_t)(round % FRAMES);
		struct tw_kernel_reading came = reading();
		struct rte_mbuf *m[FRAMES];

		for (uint16_t j = 0; j < n; j++)
			arrives(at + j, round * 100U + j, came.ns);
		if (round % 8 == 0)
			usleep(2000);
		copies(at, m, n, round & 1);
		assert_int_equal(tw_kernel_stamps_packet(0, 0, m, n, 32, &k), n);
		assert_int_equal(stamped(m, n), n);
		for (uint16_t j = 0; j < n; j++) {
			int64_t off = (int64_t)(stamp_of(m[j]) - came.tsc);

			/* the test's own reading may have been interrupted */
			if (off < -(int64_t)k.wide - 1000 || off > (int64_t)k.wide + 1000)
				fail_msg("off by %lld ticks", (long long)off);
		}
		rte_pktmbuf_free_bulk(m, n);
		at += n;
		assert_false(lost);
	}
}

/* One frame off: noticed in the burst in which it is seen, whose stamps go, and for good. */
static void out_of_step_there_are_no_stamps(void **state)
{
	struct rte_mbuf *m[4];

	(void)state;
	begin();
	for (uint32_t i = 0; i < 6; i++)
		arrives(i, i, realtime());
	copies(0, m, 1, false);
	rte_pktmbuf_free(m[0]); /* somebody took one past us */
	copies(1, m, 4, false);
	assert_int_equal(tw_kernel_stamps_packet(0, 0, m, 4, 32, &k), 4);
	assert_int_equal(stamped(m, 4), 0);
	assert_true(lost);
	rte_pktmbuf_free_bulk(m, 4);
	k.at = 5; /* even if chance would have it right again */
	copies(5, m, 1, false);
	assert_int_equal(tw_kernel_stamps_packet(0, 0, m, 1, 32, &k), 1);
	assert_int_equal(stamped(m, 1), 0);
	rte_pktmbuf_free(m[0]);
}

/* The next frame has the same octets as far as they are compared, but another length. */
static void another_length_is_another_packet(void **state)
{
	struct rte_mbuf *m[1];

	(void)state;
	begin();
	arrives(0, 1, realtime());
	arrives(1, 1, realtime());
	frame(0)->tp_snaplen = LEN - 1;
	copies(1, m, 1, false);
	frame(0)->tp_status = TP_STATUS_KERNEL;
	assert_int_equal(tw_kernel_stamps_packet(0, 0, m, 1, 32, &k), 1);
	assert_int_equal(stamped(m, 1), 0);
	assert_true(lost);
	rte_pktmbuf_free(m[0]);
}

/* A ring so full that the kernel writes to frames that the driver has just given back. */
static void a_full_ring_is_no_lost_step(void **state)
{
	struct rte_mbuf *m[4];

	(void)state;
	begin();
	for (uint32_t i = 0; i < FRAMES; i++)
		arrives(i, i, realtime());
	copies(0, m, 4, false);
	arrives(0, 99, realtime());
	assert_int_equal(tw_kernel_stamps_packet(0, 0, m, 4, 4, &k), 4);
	assert_int_equal(stamped(m, 4), 0);
	assert_false(lost);
	rte_pktmbuf_free_bulk(m, 4);
	/* once there is room again all is well */
	for (uint32_t i = 4; i < FRAMES; i += 4) {
		copies(i, m, 4, false);
		tw_kernel_stamps_packet(0, 0, m, 4, 4, &k);
		rte_pktmbuf_free_bulk(m, 4);
	}
	copies(0, m, 1, false);
	arrives(1, 7, realtime());
	copies(1, m + 1, 1, false);
	assert_int_equal(tw_kernel_stamps_packet(0, 0, m, 2, 4, &k), 2);
	assert_int_equal(stamped(m, 2), 2);
	assert_false(lost);
	rte_pktmbuf_free_bulk(m, 2);
}

/* Over AF_XDP the stamp stands before the frame, once: a buffer is used again. */
static void before_the_frame(void **state)
{
	struct rte_mbuf *m[2] = {rte_pktmbuf_alloc(pool), rte_pktmbuf_alloc(pool)};
	struct tw_xdp_stamp s = {.magic = TW_XDP_STAMP_MAGIC};
	struct tw_kernel_reading came;

	(void)state;
	begin();
	came = reading();
	s.ns = (uint64_t)came.ns;
	for (int i = 0; i < 2; i++)
		rte_pktmbuf_append(m[i], LEN);
	memcpy(rte_pktmbuf_mtod(m[0], uint8_t *) - sizeof(s), &s, sizeof(s));
	memset(rte_pktmbuf_mtod(m[1], uint8_t *) - sizeof(s), 0, sizeof(s));
	usleep(2000);
	assert_int_equal(tw_kernel_stamps_xdp(0, 0, m, 2, 32, &k), 2);
	assert_true(m[0]->ol_flags & flag);
	assert_in_range(stamp_of(m[0]), came.tsc - k.wide, came.tsc + k.wide);
	assert_false(m[1]->ol_flags & flag);
	/* the next one in that buffer comes without */
	m[0]->ol_flags = 0;
	assert_int_equal(tw_kernel_stamps_xdp(0, 0, m, 2, 32, &k), 2);
	assert_int_equal(stamped(m, 2), 0);
	/* and no room before a frame is no stamp */
	assert_non_null(rte_pktmbuf_prepend(m[0], rte_pktmbuf_headroom(m[0])));
	assert_int_equal(tw_kernel_stamps_xdp(0, 0, m, 1, 32, &k), 1);
	assert_int_equal(stamped(m, 1), 0);
	rte_pktmbuf_free_bulk(m, 2);
}

static void lo_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static void send_one(uint16_t udp, uint32_t number)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(udp),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	uint8_t payload[44] = {0};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memcpy(payload, &number, sizeof(number));
	assert_int_equal(
		sendto(fd, payload, sizeof(payload), 0, (struct sockaddr *)&to, sizeof(to)),
		sizeof(payload));
	close(fd);
}

/* The next packet: on a busy machine the kernel may deliver it a little later. */
static struct rte_mbuf *gather_one(const struct tw_port *port, bool past_us)
{
	struct rte_mbuf *m[4];
	uint16_t n = 0;

	for (int ms = 0; n == 0 && ms < 10000; ms++) {
		n = past_us ? rte_eth_fp_ops[port->port_id].rx_pkt_burst(
				      rte_eth_fp_ops[port->port_id].rxq.data[0], m, 1)
			    : rte_eth_rx_burst(port->port_id, 0, m, 4);
		if (n == 0)
			usleep(1000);
	}
	assert_int_equal(n, 1);
	return m[0];
}

/* The real thing: what is gathered 30 ms later has the stamp of when it came. */
static void a_port_has_stamps_of_the_kernel(void **state)
{
	struct tw_port_config cfg = {.n_queues = 1, .want_kernel_timestamp = true};
	struct tw_loop_stamps s;
	struct tw_port port;
	struct rte_mbuf *m, *none[4];
	uint64_t before, after;
	uint16_t udp;

	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0) {
		print_message("skipped: a network namespace needs root\n");
		skip();
	}
	lo_up();
	assert_int_equal(tw_dev_parse("af_packet:lo", &cfg.dev, &err), 0);
	if (tw_port_open(&cfg, &port, &err) < 0 ||
		tw_port_take_udp(&port, 4, 0, 1, &udp, &err) < 0 || tw_port_start(&port, &err) < 0)
		fail_msg("%s", err.text);
	assert_non_null(port.kernel_stamps);
	tw_port_stamps_loop(&port, 0, &s);
	assert_ptr_equal(s.clock, &port.kernel_stamps->clock);
	assert_true(s.rx_flag == flag && s.field == field && !s.readback && !s.launch_flag);

	for (uint32_t i = 0; i < 10; i++) {
		uint64_t error = s.clock->map.error;

		assert_int_equal(rte_eth_rx_burst(port.port_id, 0, none, 4), 0);
		before = rte_rdtsc();
		send_one(udp, i);
		after = rte_rdtsc();
		usleep(30000);
		m = gather_one(&port, false);
		/* the reading may have been disturbed each time, on a machine that is very busy */
		if (m->ol_flags & flag)
			assert_in_range(stamp_of(m), before - error, after + error);
		else
			print_message("a disturbed reading\n");
		assert_false(*s.kernel_lost);
		rte_pktmbuf_free(m);
	}

	/* somebody takes one without our callback */
	send_one(udp, 100);
	rte_pktmbuf_free(gather_one(&port, true));
	send_one(udp, 101);
	m = gather_one(&port, false);
	assert_true(*s.kernel_lost);
	assert_int_equal(stamped(&m, 1), 0);
	rte_pktmbuf_free(m);
	tw_port_close(&port);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ring_is_walked_in_step),
		cmocka_unit_test(out_of_step_there_are_no_stamps),
		cmocka_unit_test(another_length_is_another_packet),
		cmocka_unit_test(a_full_ring_is_no_lost_step),
		cmocka_unit_test(before_the_frame),
		cmocka_unit_test(a_port_has_stamps_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
