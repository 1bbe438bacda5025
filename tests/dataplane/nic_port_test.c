/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"

#include "dp_nic.h"
#include "port_priv.h"
#include "tw_log.h"
#include "tw_port_caps.h"

#include <rte_cycles.h>

/* A port whose driver offers stamps: what it is opened with when its clock is none, and what becomes
 * of that while it runs. All of it is to be said aloud. */

static char said[512];

static void keep_line(void *arg, enum tw_log_level level, const char *line)
{
	(void)arg;
	if (level <= TW_LOG_WARNING)
		snprintf(said, sizeof(said), "%s", line);
}

static struct tw_port open_port(enum dp_nic_kind kind)
{
	struct tw_port_config cfg = {
		.n_queues = 1, .want_rx_timestamp = true, .want_timesync = true};

	dp_nic_reset();
	dp_nic.kind = kind;
	*said = 0;
	tw_log_set_sink(keep_line, NULL);
	return dp_open("net_ring7", cfg);
}

static void close_port(struct tw_port *port)
{
	tw_port_close(port);
	tw_log_set_sink(NULL, NULL);
}

static void says(const char *words)
{
	if (!strstr(said, words))
		fail_msg("'%s' is not '%s'", said, words);
}

static void a_good_clock_is_taken(void **state)
{
	struct tw_port port = open_port(DP_NIC_REAL);
	struct tw_loop_stamps s;
	char text[512];

	(void)state;
	assert_non_null(port.nic_clock);
	assert_string_equal(said, "");
	assert_string_equal(port.stamps_why, "");
	assert_int_equal(port.stamp_notes, 0);
	tw_port_stamps_loop(&port, 0, &s);
	assert_ptr_equal(s.clock, port.nic_clock);
	assert_true(s.readback);
	assert_string_equal(tw_port_stamps_text(&port, text, sizeof(text)),
		"receive: software; send: sampled, to be proven");
	close_port(&port);
}

static void one_that_is_none_is_not(void **state)
{
	static const struct {
		enum dp_nic_kind kind;
		enum tw_stamp_note note;
		const char *words;
	} kinds[] = {
		{DP_NIC_RAW, TW_STAMP_NOTE_HOST_CLOCK, "reads CLOCK_MONOTONIC_RAW of this host"},
		{DP_NIC_MONOTONIC, TW_STAMP_NOTE_HOST_CLOCK, "reads CLOCK_MONOTONIC of this host"},
		{DP_NIC_REALTIME, TW_STAMP_NOTE_HOST_CLOCK, "reads CLOCK_REALTIME of this host"},
		{DP_NIC_STANDS, TW_STAMP_NOTE_CLOCK_STUCK, "stands still"},
		{DP_NIC_NONE, TW_STAMP_NOTE_NO_CLOCK, "not supported"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct tw_port port = open_port(kinds[i].kind);
		struct tw_loop_stamps s;
		char text[512];

		assert_null(port.nic_clock);
		says(kinds[i].words);
		says("stamps are made by software");
		assert_non_null(strstr(port.stamps_why, kinds[i].words));
		assert_int_equal(port.stamp_notes, 1 << kinds[i].note);
		/* workers do not even ask */
		tw_port_stamps_loop(&port, 0, &s);
		assert_null(s.clock);
		assert_false(s.readback);
		assert_string_equal(tw_port_stamps_text(&port, text, sizeof(text)),
			"receive: software; send: software");
		close_port(&port);
	}
}

/* What the control core does every 100 ms. @return is the clock believed afterwards? */
static bool look(struct tw_port *port)
{
	struct tw_nic_map m = {0};

	*said = 0;
	dp_sleep_ms(25);
	tw_port_stamps_tick(port);
	tw_nic_clock_read(port->nic_clock, &m);
	return m.good;
}

static void one_that_stops(void **state)
{
	struct tw_port port = open_port(DP_NIC_REAL);

	(void)state;
	assert_true(look(&port));
	assert_string_equal(said, "");
	dp_nic.kind = DP_NIC_STANDS;
	for (int i = 0; i < 5 && !(port.stamp_notes & 1 << TW_STAMP_NOTE_CLOCK_STUCK); i++)
		assert_false(look(&port));
	says("stands still");
	says("stamps are made by software meanwhile");
	/* once is enough */
	assert_false(look(&port));
	assert_string_equal(said, "");
	close_port(&port);
}

static void one_that_cannot_be_read_any_longer(void **state)
{
	struct tw_port port = open_port(DP_NIC_REAL);

	(void)state;
	dp_nic.kind = DP_NIC_NONE;
	assert_false(look(&port));
	says("cannot be read any longer");
	says("stamps are made by software meanwhile");
	/* given up for good */
	dp_nic.kind = DP_NIC_REAL;
	assert_false(look(&port));
	assert_string_equal(said, "");
	assert_int_equal(port.stamp_notes, 1 << TW_STAMP_NOTE_NO_CLOCK);
	close_port(&port);
}

static void one_that_jumps_again_and_again(void **state)
{
	struct tw_port port = open_port(DP_NIC_REAL);
	unsigned int jumps = 0;

	(void)state;
	for (; jumps < 20; jumps++) {
		for (int i = 0; i < 50 && !look(&port); i++)
			;
		dp_nic.ahead_ns += 50 * DP_MS;
		assert_false(look(&port));
		says("the NIC's clock jumped by");
		if (strstr(said, "not used any longer"))
			break;
	}
	assert_int_equal(jumps, 7);
	for (int i = 0; i < 10; i++)
		assert_false(look(&port));
	assert_int_equal(port.stamp_notes, 1 << TW_STAMP_NOTE_CLOCK_JUMPED);
	close_port(&port);
}

/* What is not asked for in the first place: stamps whose clock nobody reads, the kernel's, and those
 * that do not say whose they are. */
static void stamps_of_no_use(void **state)
{
	static const struct {
		const char *driver;
		bool usable;
	} drivers[] = {{"mlx5_pci", true}, {"net_ice", true}, {"net_iavf", false},
		{"net_igc", false}, {"net_pcap", false}, {"net_nonsense", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		struct tw_port port = {.port_id = 0};

		snprintf(port.driver, sizeof(port.driver), "%s", drivers[i].driver);
		if (tw_port_stamps_usable(&port) != drivers[i].usable)
			fail_msg("%s", port.driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_clock_is_taken),
		cmocka_unit_test(one_that_is_none_is_not),
		cmocka_unit_test(one_that_stops),
		cmocka_unit_test(one_that_cannot_be_read_any_longer),
		cmocka_unit_test(one_that_jumps_again_and_again),
		cmocka_unit_test(stamps_of_no_use),
	};

	return cmocka_run_group_tests(tests, dp_nic_setup, dp_nic_teardown);
}
