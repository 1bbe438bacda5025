/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_steer.h"

#include "tw_test.h"

#include "dp_rig.h"

#include <errno.h>
#include <rte_ethdev.h>

static struct tw_err err;
static const struct tw_endpoint src = {{4, {192, 0, 2, 1}}, 862};

/* The table of net_null is ours to fill; its key is that of its source. */
static void set_table(const struct tw_port *port, uint16_t last)
{
	struct rte_eth_rss_reta_entry64 reta[8];
	struct rte_eth_dev_info info;

	assert_int_equal(rte_eth_dev_info_get(port->port_id, &info), 0);
	assert_in_range(info.reta_size, 2, 512);
	for (uint16_t i = 0; i < info.reta_size; i++) {
		reta[i / 64].mask = UINT64_MAX;
		reta[i / 64].reta[i % 64] = i == info.reta_size - 1 ? last : i % 4;
	}
	assert_int_equal(rte_eth_dev_rss_reta_update(port->port_id, reta, info.reta_size), 0);
}

static void one_queue_is_known(void **state)
{
	struct tw_port port = dp_open("net_null1", (struct tw_port_config){.n_queues = 1});
	struct tw_steer s;

	(void)state;
	tw_steer_read(&port, &s);
	assert_int_equal(s.kind, TW_STEER_ONE);
	assert_int_equal(tw_steer_queue(&s, &src, &src), 0);
	tw_port_close(&port);
}

static void the_devices_table_says_the_queue(void **state)
{
	struct tw_endpoint dst = {{4, {192, 0, 2, 2}}, 0};
	struct tw_port port = dp_open("net_null2", (struct tw_port_config){.n_queues = 4});
	struct tw_steer s;
	unsigned int seen[4] = {0};

	(void)state;
	set_table(&port, 3);
	tw_steer_read(&port, &s);
	assert_int_equal(s.kind, TW_STEER_RSS);
	for (dst.port = 1000; dst.port < 1400; dst.port++) {
		int q = tw_steer_queue(&s, &src, &dst);

		assert_in_range(q, 0, 3);
		seen[q]++;
	}
	for (int q = 0; q < 4; q++)
		assert_in_range(seen[q], 50, 150);
	tw_port_close(&port);
}

static void rings_answer_in_pairs(void **state)
{
	struct tw_port_config cfg[2] = {{.n_queues = 2}, {.n_queues = 2}};
	struct tw_port ports[2];
	struct tw_steer s;

	(void)state;
	assert_int_equal(tw_port_open_crossed(cfg, ports, &err), 0);
	tw_steer_read(&ports[0], &s);
	assert_int_equal(s.kind, TW_STEER_PAIRS);
	assert_int_equal(tw_steer_queue(&s, &src, &src), -ENOTSUP);
	tw_port_close(&ports[0]);
	tw_port_close(&ports[1]);
}

/* Families that are not hashed arrive on the first queue; ports count where the device says so. */
static void hashes_by_what_is_configured(void **state)
{
	struct tw_steer s = {.kind = TW_STEER_RSS,
		.n_queues = 2,
		.hashed = {true, false},
		.key_len = 4,
		.key = {0x80},
		.n_reta = 2,
		.reta = {0, 1}};
	struct tw_endpoint a = {{4, {0, 0, 0, 0}}, 0}, b = {{6, {1}}, 1};

	(void)state;
	/* the key's only bit is at bit 31 of what the last bit of the source makes */
	a.addr.b[3] = 1;
	assert_int_equal(tw_steer_queue(&s, &a, &a), 0);
	s.key[3] = 1;
	a.addr.b[0] = 0x80;
	assert_int_equal(tw_steer_queue(&s, &a, &a), 1);
	/* IPv6 is not hashed: the first queue */
	assert_int_equal(tw_steer_queue(&s, &b, &b), 0);
	s.kind = TW_STEER_UNKNOWN;
	assert_int_equal(tw_steer_queue(&s, &a, &a), -ENOTSUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_queue_is_known),
		cmocka_unit_test(the_devices_table_says_the_queue),
		cmocka_unit_test(rings_answer_in_pairs),
		cmocka_unit_test(hashes_by_what_is_configured),
	};

	return cmocka_run_group_tests_name("steer", tests, dp_setup, dp_teardown);
}
