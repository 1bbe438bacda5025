/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The profiles of drivers-config: written as their README says, and of one mind with the program's
 * table of drivers. */

#include "tw_port_caps.h"

#include "tw_test.h"

#include <glob.h>

struct profile {
	char kind[16], driver[32], rx[16], tx[16], launch[16], clock[24], interrupt[16], bind[32],
		kernel[32];
	unsigned int pci_ids, limits;
};

static const struct {
	const char *key;
	size_t at, cap;
} once[] = {
#define ONCE(k, m)                                                                                 \
	{                                                                                          \
		k, offsetof(struct profile, m), sizeof(((struct profile *)0)->m)                   \
	}
	ONCE("kind", kind),
	ONCE("driver", driver),
	ONCE("stamp_rx", rx),
	ONCE("stamp_tx", tx),
	ONCE("launch_time", launch),
	ONCE("read_clock", clock),
	ONCE("rx_interrupt", interrupt),
	ONCE("bind", bind),
	ONCE("kernel_driver", kernel),
};

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(word, *words) == 0)
			return true;
	}
	return false;
}

static void take(const char *path, const char *key, const char *value, struct profile *p)
{
	static const char *const others[] = {"library", "bind_also", "devarg", "limit", "pci_id",
		"check", "write", "boot", "module", "stop", NULL};

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (strcmp(key, once[i].key) == 0) {
			char *to = (char *)p + once[i].at;

			if (*to)
				fail_msg("%s: %s is there twice", path, key);
			snprintf(to, once[i].cap, "%s", value);
			return;
		}
	}
	if (!is_one_of(key, others))
		fail_msg("%s: nobody knows %s", path, key);
	if (strcmp(key, "pci_id") == 0) {
		unsigned int vendor, device;
		int end = 0;

		if (sscanf(value, "%4x:%4x%n", &vendor, &device, &end) != 2 || end != 9 ||
			(value[9] && value[9] != ' '))
			fail_msg("%s: '%s' is no PCI id", path, value);
		p->pci_ids++;
	}
	p->limits += strcmp(key, "limit") == 0;
}

/* "key = value # verified|documented: where from" */
static void read_profile(const char *path, struct profile *ret)
{
	struct profile p = {.kind = ""};
	char line[512];
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *end = line + strcspn(line, "\n"), *is, *from;

		assert_int_equal(*end, '\n');
		*end = 0;
		if (!*line || *line == '#')
			continue;
		is = strstr(line, " = ");
		from = strstr(line, " # ");
		if (!is || !from || from < is)
			fail_msg("%s: '%s' is not key = value # source", path, line);
		*is = *from = 0;
		from += 3;
		if ((strncmp(from, "verified: ", 10) != 0 || strlen(from) < 14) &&
			(strncmp(from, "documented: ", 12) != 0 || strlen(from) < 16))
			fail_msg("%s: %s has no source: '%s'", path, line, from);
		take(path, line, is + 3, &p);
	}
	fclose(f);
	*ret = p;
}

static void profiles_and_table_agree(void **state)
{
	static const char *const rx[] = {[TW_RX_NONE] = "none",
		[TW_RX_ALL] = "all",
		[TW_RX_LAST] = "last",
		[TW_RX_PTP_LATCH] = "ptp-latch",
		[TW_RX_SOFTWARE] = "software"};
	static const char *const tx[] = {
		[TW_TX_NONE] = "none", [TW_TX_ONE] = "one", [TW_TX_REBUILD] = "rebuild"};
	static const char *const clock[] = {[TW_CLOCK_NONE] = "none",
		[TW_CLOCK_NIC] = "nic",
		[TW_CLOCK_HOST_REALTIME] = "host-realtime",
		[TW_CLOCK_HOST_MONOTONIC] = "host-monotonic"};
	static const char *const interrupt[] = {[TW_INTERRUPTS_NONE] = "none",
		[TW_INTERRUPTS_YES] = "yes",
		[TW_INTERRUPTS_UNUSED] = "unused"};
	glob_t g;

	(void)state;
	assert_int_equal(glob(TW_PROFILES "/nic/*.conf", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const struct tw_pmd *pmd;
		struct profile p;

		read_profile(g.gl_pathv[i], &p);
		pmd = tw_pmd_find(p.driver);
		if (!pmd)
			fail_msg("%s: the table has no driver '%s'", g.gl_pathv[i], p.driver);
		if (strcmp(p.rx, rx[pmd->rx]) != 0 || strcmp(p.tx, tx[pmd->tx]) != 0 ||
			strcmp(p.launch, pmd->launch_time ? "yes" : "no") != 0 ||
			strcmp(p.clock, clock[pmd->clock]) != 0)
			fail_msg("%s: stamps are %s, %s, %s, %s and in the table %s, %s, %s, %s",
				g.gl_pathv[i], p.rx, p.tx, p.launch, p.clock, rx[pmd->rx],
				tx[pmd->tx], pmd->launch_time ? "yes" : "no", clock[pmd->clock]);
		if (strcmp(p.interrupt, interrupt[pmd->interrupts]) != 0)
			fail_msg("%s: rx_interrupt is %s and in the table %s", g.gl_pathv[i],
				p.interrupt, interrupt[pmd->interrupts]);
		if ((pmd->no_interrupts != NULL) != (pmd->interrupts == TW_INTERRUPTS_UNUSED))
			fail_msg("%s: why interrupts are not used, or not", p.driver);
		if (*pmd->note && !p.limits)
			fail_msg("%s: no limit, and the table has '%s'", g.gl_pathv[i], pmd->note);
	}
	globfree(&g);
}

static void a_pci_profile_can_be_bound(void **state)
{
	glob_t g;

	(void)state;
	assert_int_equal(glob(TW_PROFILES "/nic/*.conf", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		bool pci;
		struct profile p;

		read_profile(g.gl_pathv[i], &p);
		pci = strcmp(p.kind, "pci") == 0;
		assert_true(pci || strcmp(p.kind, "kernel") == 0 || strcmp(p.kind, "virtual") == 0);
		if (!*p.bind || pci != (p.pci_ids > 0) || pci != (*p.kernel != 0))
			fail_msg("%s: bind, kernel_driver or pci_id", g.gl_pathv[i]);
	}
	globfree(&g);
}

static void every_family_has_one(void **state)
{
	static const char *const names[] = {"mlx5", "ice", "i40e", "ixgbe", "igc", "igb", "bnxt",
		"ena", "virtio", "af_xdp", "memif"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[512];
		struct profile p;

		snprintf(path, sizeof(path), TW_PROFILES "/nic/%s.conf", names[i]);
		read_profile(path, &p);
		assert_true(*p.driver);
	}
}

static void the_machine_s_are_readable(void **state)
{
	static const char *const names[] = {"hugepages", "vfio", "cpu-isolation", "irq-affinity"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[512];
		struct profile p;

		snprintf(path, sizeof(path), TW_PROFILES "/system/%s.conf", names[i]);
		read_profile(path, &p);
		assert_string_equal(p.kind, "system");
	}
}

/* What was read in the drivers' sources, one by one: the table must not lose it. */
static void the_table_knows_the_drivers(void **state)
{
	static const struct {
		const char *driver;
		enum tw_rx_reach rx;
		unsigned int rx_from, registers;
		enum tw_stamps_by by;
		enum tw_tx_reach tx;
		unsigned int launch_from; /* 1: none launches */
		enum tw_port_clock clock;
		unsigned int clock_from;
	} read[] = {
		{"mlx5_pci", TW_RX_ALL, 0, 0, TW_STAMPS_BY_READ_CLOCK, TW_TX_NONE, 0, TW_CLOCK_NIC,
			0},
		{"net_ice", TW_RX_ALL, 0, 0, TW_STAMPS_BY_TIMESYNC, TW_TX_ONE, 2507,
			TW_CLOCK_HOST_MONOTONIC, 2507},
		{"net_iavf", TW_RX_ALL, 0, 0, TW_STAMPS_BY_NOTHING, TW_TX_NONE, 1, TW_CLOCK_NONE,
			0},
		{"net_igc", TW_RX_LAST, 2303, 1, TW_STAMPS_BY_TIMESYNC, TW_TX_ONE, 2303,
			TW_CLOCK_HOST_REALTIME, 2303},
		{"net_e1000_igb", TW_RX_PTP_LATCH, 0, 1, TW_STAMPS_BY_TIMESYNC, TW_TX_REBUILD, 2403,
			TW_CLOCK_NIC, 2403},
		{"net_ixgbe", TW_RX_PTP_LATCH, 0, 1, TW_STAMPS_BY_TIMESYNC, TW_TX_REBUILD, 1,
			TW_CLOCK_NONE, 0},
		{"net_i40e", TW_RX_PTP_LATCH, 0, 4, TW_STAMPS_BY_TIMESYNC, TW_TX_REBUILD, 1,
			TW_CLOCK_NONE, 0},
		{"net_bnxt", TW_RX_ALL, 0, 0, TW_STAMPS_BY_TIMESYNC, TW_TX_ONE, 1, TW_CLOCK_NONE,
			0},
		{"net_hns3", TW_RX_PTP_LATCH, 0, 1, TW_STAMPS_BY_TIMESYNC, TW_TX_ONE, 1,
			TW_CLOCK_NONE, 0},
		{"net_af_packet", TW_RX_SOFTWARE, 2411, 0, TW_STAMPS_BY_NOTHING, TW_TX_NONE, 1,
			TW_CLOCK_NONE, 0},
		{"net_pcap", TW_RX_SOFTWARE, 0, 0, TW_STAMPS_BY_NOTHING, TW_TX_NONE, 1,
			TW_CLOCK_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		const struct tw_pmd *p = tw_pmd_find(read[i].driver);

		if (!p || p->rx != read[i].rx || p->rx_from != read[i].rx_from ||
			p->registers != read[i].registers || p->stamps_by != read[i].by ||
			p->tx != read[i].tx || p->launch_time != (read[i].launch_from != 1) ||
			(p->launch_time && p->launch_from != read[i].launch_from) ||
			p->clock != read[i].clock || p->clock_from != read[i].clock_from)
			fail_msg("%s is not as it was read", read[i].driver);
		if (!*p->note || (strncmp(p->source, "DPDK ", 5) != 0 &&
					 strncmp(p->source, "seen ", 5) != 0))
			fail_msg("%s: note '%s', source '%s'", p->driver, p->note, p->source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_and_table_agree),
		cmocka_unit_test(a_pci_profile_can_be_bound),
		cmocka_unit_test(every_family_has_one),
		cmocka_unit_test(the_machine_s_are_readable),
		cmocka_unit_test(the_table_knows_the_drivers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
