/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "sender.h"
#include "tw_frame.h"

/*
 * Frames that stand in the transmit buffers from the start: the same octets leave as where each is
 * copied, and none is missing when the device is full. On net_ring the sender would not do it: here
 * nobody writes into what arrives.
 */

#define FRAMES 200
#define MAX_LEN 1514

static uint8_t frame[2][FRAMES][MAX_LEN];
static uint32_t len[2][FRAMES];

static struct tw_sender *sender(const struct dp_pair *p)
{
	return (struct tw_sender *)p->sender;
}

/* Take what has arrived. @return how many there are now */
static unsigned int take(const struct dp_pair *p, int which, unsigned int n)
{
	struct rte_mbuf *m[32];
	uint16_t k;

	while ((k = rte_eth_rx_burst(p->port[1], 0, m, 32)) > 0)
		for (uint16_t i = 0; i < k; i++, n++) {
			assert_true(n < FRAMES);
			assert_int_equal(m[i]->nb_segs, 1);
			len[which][n] = m[i]->data_len;
			memcpy(frame[which][n], rte_pktmbuf_mtod(m[i], uint8_t *), m[i]->data_len);
			rte_pktmbuf_free(m[i]);
		}
	return n;
}

/* Send FRAMES packets, with frames in the buffers or not. */
static void send_all(struct dp_pair *p, int which)
{
	unsigned int n = 0;
	uint64_t end;

	p->sender_cfg.count = FRAMES;
	p->sender_cfg.in_flight_max = 0;
	dp_pair_open(p);
	assert_null(sender(p)->prebuilt);
	assert_false(tw_sender_may_prebuild(p->port[0]));
	if (which) {
		assert_int_equal(tw_sender_prebuilt_init(sender(p)), 0);
		assert_non_null(sender(p)->prebuilt);
	}
	end = dp_cpu_ms() + 5000;
	dp_start(p);
	while (n < FRAMES && dp_cpu_ms() < end) {
		dp_tick(p->sender);
		n = take(p, which, n);
	}
	assert_int_equal(n, FRAMES);
	assert_int_equal(sender(p)->numbered, FRAMES);
	dp_pair_stop(p);
	assert_int_equal(p->result->packets.sent, FRAMES);
	dp_pair_close(p);
}

/* All but T1, Error Estimate and checksum are the same; checksums are right. */
static void compare(unsigned int streams)
{
	for (unsigned int i = 0; i < FRAMES; i++) {
		struct tw_frame f[2];

		assert_int_equal(len[0][i], len[1][i]);
		for (int k = 0; k < 2; k++) {
			uint8_t *b = frame[k][i], *p;

			assert_int_equal(tw_frame_parse(b, len[k][i], &f[k]), TW_FRAME_OK);
			assert_int_equal(tw_frame_check_udp(b, &f[k]), TW_UDP_CHECK_GOOD);
			p = b + f[k].payload_off;
			assert_int_equal(dp_get(p, 4), i / streams);
			assert_true(dp_get(p + 4, 8) != 0);
			memset(p + 4, 0, 10);
			memset(b + f[k].l4_off + 6, 0, 2);
		}
		assert_memory_equal(frame[0][i], frame[1][i], len[0][i]);
	}
}

static void same_octets(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 24; i++) {
		static const uint16_t sizes[] = {44, 48, 600};
		static uint16_t size;
		struct dp_pair p;

		for (int which = 0; which < 2; which++) {
			p = dp_pair();
			p.family = i & 1 ? 6 : 4;
			p.sender_cfg.n_streams = i & 2 ? 7 : 1;
			p.sender_cfg.stamp = i & 4 ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
			p.n_vlan = (uint8_t)(i / 8);
			if (i & 4) {
				p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
				p.sender_cfg.pps_num = 1000000;
				p.sender_cfg.pps_den = 1;
				/* a busy machine may make some too late to be sent */
				p.sender_cfg.horizon = tw_ns_from_sec(10);
			}
			size = sizes[i % 3];
			for (int k = 0; k < 7; k++) {
				p.streams[k].sizes = &size;
				p.streams[k].n_sizes = 1;
				p.streams[k].tos = 0xb8;
			}
			send_all(&p, which);
		}
		compare(p.sender_cfg.n_streams);
	}
}

/* Streams that differ in what no patch can change, or in their sizes: frames are copied. */
static void not_for_all(void **state)
{
	static const uint16_t two[] = {44, 100};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct dp_pair p = dp_pair();

		p.sender_cfg.n_streams = 2;
		if (i == 0) {
			p.streams[1].sizes = two;
			p.streams[1].n_sizes = 2;
		} else if (i == 1) {
			p.streams[1].sizes = &two[1];
			p.streams[1].n_sizes = 1;
		} else {
			p.streams[1].ssid = 7;
		}
		dp_pair_open(&p);
		assert_int_equal(tw_sender_prebuilt_init(sender(&p)), 0);
		assert_null(sender(&p)->prebuilt);
		dp_pair_close(&p);
	}
}

/* A wire that is too short: what waits keeps its stream and its number. */
static void ring_full(void **state)
{
	(void)state;
	for (unsigned int streams = 1; streams <= 5; streams += 2)
		for (unsigned int wire = 7; wire <= 64; wire += 19) {
			struct dp_pair p = dp_pair();
			unsigned int n = 0;

			p.wire = wire;
			p.sender_cfg.n_streams = streams;
			p.sender_cfg.in_flight_max = 0;
			p.sender_cfg.count = FRAMES;
			dp_pair_open(&p);
			assert_int_equal(tw_sender_prebuilt_init(sender(&p)), 0);
			dp_start(&p);
			while (n < FRAMES) {
				dp_tick(p.sender);
				dp_tick(p.sender);
				n = take(&p, 0, n);
			}
			for (unsigned int i = 0; i < FRAMES; i++) {
				struct tw_frame f;
				uint8_t *b = frame[0][i];

				assert_int_equal(tw_frame_parse(b, len[0][i], &f), TW_FRAME_OK);
				assert_int_equal(tw_frame_check_udp(b, &f), TW_UDP_CHECK_GOOD);
				assert_int_equal(f.src.port, 49152 + i % streams);
				assert_int_equal(dp_get(b + f.payload_off, 4), i / streams);
			}
			dp_pair_stop(&p);
			assert_int_equal(p.result->packets.sent, FRAMES);
			if (wire < 32)
				assert_true(p.result->tester.tx_full > 0);
			dp_pair_close(&p);
		}
}

/* A driver that leaves its traces in the mbuf: the frame is written anew. */
static void changed_by_the_driver(void **state)
{
	struct dp_pair p = dp_pair();
	struct rte_mbuf *m[32];
	unsigned int n = 0;

	(void)state;
	p.sender_cfg.count = FRAMES;
	p.sender_cfg.in_flight_max = 0;
	dp_pair_open(&p);
	assert_int_equal(tw_sender_prebuilt_init(sender(&p)), 0);
	dp_start(&p);
	while (n < FRAMES) {
		uint16_t k;

		dp_tick(p.sender);
		k = rte_eth_rx_burst(p.port[1], 0, m, 32);
		for (uint16_t i = 0; i < k; i++, n++) {
			assert_int_equal(m[i]->data_off, RTE_PKTMBUF_HEADROOM);
			assert_int_equal(m[i]->data_len, 86);
			assert_int_equal(m[i]->pkt_len, 86);
			assert_int_equal(m[i]->ol_flags, 0);
			assert_int_equal(
				dp_get(rte_pktmbuf_mtod_offset(m[i], uint8_t *, 42), 4), n);
			assert_int_equal(*rte_pktmbuf_mtod(m[i], uint8_t *), 2);
			if (n % 4 == 0)
				memset(rte_pktmbuf_prepend(m[i], 10), 0xff, 10);
			else if (n % 4 == 1)
				rte_pktmbuf_append(m[i], 4);
			else if (n % 4 == 2)
				m[i]->ol_flags |= RTE_MBUF_F_TX_IPV4;
			rte_pktmbuf_free(m[i]);
		}
	}
	dp_pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_octets),
		cmocka_unit_test(not_for_all),
		cmocka_unit_test(ring_full),
		cmocka_unit_test(changed_by_the_driver),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
