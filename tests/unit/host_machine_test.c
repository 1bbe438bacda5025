/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_machine.h"

#include "tw_test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/tw-machine-XXXXXX";

/* Write a file below the root, its directories too. */
static void put(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
		*p = '/';
	}
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void lists_of_cpus(void **state)
{
	static const char *const bad[] = {"a", "1-", "-1", "2-1", "1,,2", "1,", "1 2", "0x1"};
	struct tw_cpus c;
	char text[32];

	(void)state;
	assert_int_equal(tw_cpus_parse("0-3,8,62-65\n", &c), 0);
	for (unsigned int cpu = 0; cpu < 100; cpu++)
		assert_int_equal(
			tw_cpus_has(&c, cpu), cpu <= 3 || cpu == 8 || (cpu >= 62 && cpu <= 65));
	assert_string_equal(tw_cpus_format(&c, text, sizeof(text)), "0-3,8,62-65");
	assert_string_equal(tw_cpus_format(&c, text, 6), "0-3,8");
	assert_int_equal(tw_cpus_parse("1023", &c), 0);
	assert_true(tw_cpus_has(&c, 1023));
	assert_string_equal(tw_cpus_format(&c, text, sizeof(text)), "1023");
	assert_int_equal(tw_cpus_parse("1024", &c), -ERANGE);
	assert_int_equal(tw_cpus_parse("0-99999999999999999999", &c), -ERANGE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(tw_cpus_parse(bad[i], &c), -EINVAL);
	assert_true(tw_cpus_has(&c, 1023)); /* untouched */
	assert_int_equal(tw_cpus_parse("\n", &c), 0);
	assert_true(tw_cpus_empty(&c));
	assert_string_equal(tw_cpus_format(&c, text, sizeof(text)), "");
}

static void nothing_to_read(void **state)
{
	struct tw_machine m;
	struct tw_err err;

	(void)state;
	assert_int_equal(tw_machine_read("/nowhere", &m, &err), -ENOENT);
}

static void a_bare_machine(void **state)
{
	struct tw_machine m;

	(void)state;
	put("/proc/self/status", "Name:\tx\nCapEff:\t0000000000000000\nCpus_allowed_list:\t0-1\n");
	assert_int_equal(tw_machine_read(root, &m, NULL), 0);
	assert_int_equal(m.huge_total_kb, 0);
	assert_false(m.vfio_pci || m.uio_pci_generic || m.iommu || m.noiommu || m.cpufreq);
	assert_false(m.invariant_tsc);
	assert_true(tw_cpus_empty(&m.isolated));
	assert_string_equal(m.thp, "");
	assert_int_equal(m.n_nodes, 0);
	assert_int_equal(m.allowed.bits[0], 3);
}

static void a_server(void **state)
{
	struct tw_machine m;

	(void)state;
	put("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\nCpus_allowed:\tff\nCpus_"
				 "allowed_list:\t0-7\n");
	put("/proc/self/limits",
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max locked memory         8388608              unlimited            bytes     \n");
	put("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu constant_tsc nonstop_tsc\n");
	put("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
	put("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "100\n");
	put("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "2\n");
	put("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "1\n");
	put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	put("/sys/bus/pci/drivers/vfio-pci/bind", "");
	put("/sys/kernel/iommu_groups/0/type", "DMA\n");
	put("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "N\n");
	put("/sys/devices/system/cpu/online", "0-7\n");
	put("/sys/devices/system/cpu/isolated", "2-7\n");
	put("/sys/devices/system/cpu/nohz_full", "3-7\n");
	put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
	put("/sys/devices/system/cpu/cpu5/cpufreq/scaling_governor", "performance\n");
	put("/sys/devices/system/node/node0/cpulist", "0-3\n");
	put("/sys/devices/system/node/node1/cpulist", "4-7\n");
	put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
	/* 7: on CPU 1 in fact; 8: nobody handles it; 9: an old kernel, may come anywhere of 4-5 */
	put("/proc/irq/7/effective_affinity_list", "1\n");
	put("/proc/irq/7/smp_affinity_list", "0-7\n");
	put("/sys/kernel/irq/7/actions", "nvme0q0\n");
	put("/proc/irq/8/effective_affinity_list", "6\n");
	put("/sys/kernel/irq/8/actions", "\n");
	put("/proc/irq/9/smp_affinity_list", "4-5\n");
	put("/sys/kernel/irq/9/actions", "acpi\n");
	assert_int_equal(tw_machine_read(root, &m, NULL), 0);
	assert_int_equal(m.huge_total_kb, 512 * 2048 + 2 * 1048576);
	assert_int_equal(m.huge_free_kb, 100 * 2048 + 1048576);
	assert_true(m.vfio_pci && m.iommu && !m.uio_pci_generic && !m.noiommu);
	assert_int_equal(m.online.bits[0], 0xff);
	assert_int_equal(m.allowed.bits[0], 0xff);
	assert_int_equal(m.isolated.bits[0], 0xfc);
	assert_int_equal(m.nohz_full.bits[0], 0xf8);
	assert_int_equal(m.interrupted.bits[0], 0x32);
	assert_true(m.cpufreq);
	assert_int_equal(m.slow.bits[0], 1);
	assert_int_equal(m.n_nodes, 2);
	assert_int_equal(m.node[1].bits[0], 0xf0);
	assert_string_equal(m.thp, "madvise");
	assert_int_equal(m.memlock_kb, 8192);
	assert_true(m.capabilities == UINT64_C(0x1ffffffffff));
	assert_string_equal(m.clocksource, "tsc");
	assert_true(m.invariant_tsc);

	put("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
	put("/proc/cpuinfo", "flags\t\t: fpu constant_tsc nonstop_tsc_s3\n");
	put("/proc/self/limits",
		"Max locked memory         unlimited            unlimited  bytes\n");
	assert_int_equal(tw_machine_read(root, &m, NULL), 0);
	assert_true(m.noiommu);
	assert_false(m.invariant_tsc);
	assert_true(m.memlock_kb == UINT64_MAX);
}

static int make_root(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char cmd[64];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", root);
	return system(cmd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_cpus),
		cmocka_unit_test(nothing_to_read),
		cmocka_unit_test(a_bare_machine),
		cmocka_unit_test(a_server),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
