/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "machine_check.h"

#include "tw_test.h"

#include <linux/capability.h>

#define CAP(c) (UINT64_C(1) << (c))

static struct tw_cpus cpus(const char *list)
{
	struct tw_cpus c;

	assert_int_equal(tw_cpus_parse(list, &c), 0);
	return c;
}

/* A server as drivers-config wants it, and a port of it. */
static struct tw_machine good_machine(void)
{
	struct tw_machine m = {.huge_total_kb = 2 * 1048576,
		.huge_free_kb = 1048576,
		.vfio_pci = true,
		.iommu = true,
		.online = cpus("0-7"),
		.allowed = cpus("0-7"),
		.isolated = cpus("2-7"),
		.nohz_full = cpus("2-7"),
		.interrupted = cpus("0-1"),
		.cpufreq = true,
		.slow = cpus("0-1"),
		.node = {cpus("0-3"), cpus("4-7")},
		.n_nodes = 2,
		.thp = "madvise",
		.memlock_kb = 8192,
		.capabilities = CAP(CAP_IPC_LOCK),
		.clocksource = "tsc",
		.invariant_tsc = true};

	return m;
}

static const struct tw_host_clock synchronised = {.synchronised = true, .max_error_ns = 1000000};

static struct tw_check_scope a_port(void)
{
	struct tw_check_scope s = {.pci = true,
		.vfio = true,
		.numa = 0,
		.workers = cpus("2-3"),
		.clock = &synchronised};

	return s;
}

static struct tw_check_scope an_interface(void)
{
	struct tw_check_scope s = {.kernel = true, .numa = -1, .clock = &synchronised};

	return s;
}

/* The names of the lines that are in that state, in their order. */
static const char *in_state(
	const struct tw_machine *m, const struct tw_check_scope *s, enum tw_check_state state)
{
	struct tw_check_line l[TW_CHECK_LINES];
	static char names[512];
	size_t n = tw_machine_check(m, s, l), len = 0;

	names[0] = 0;
	for (size_t i = 0; i < n; i++) {
		assert_true(*l[i].found);
		assert_int_equal(l[i].state == TW_CHECK_OK, *l[i].advice == 0);
		if (l[i].state == state)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
				len ? " " : "", l[i].name);
	}
	return names;
}

static struct tw_check_line line(
	const struct tw_machine *m, const struct tw_check_scope *s, const char *name)
{
	struct tw_check_line l[TW_CHECK_LINES];
	size_t n = tw_machine_check(m, s, l);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(l[i].name, name) == 0)
			return l[i];
	}
	fail_msg("no line %s", name);
	return l[0];
}

#define LACKING(m, s, names) assert_string_equal(in_state(m, s, TW_CHECK_LACKING), names)

static void a_good_machine_lacks_nothing(void **state)
{
	struct tw_machine m = good_machine();
	struct tw_check_scope s = a_port();

	(void)state;
	LACKING(&m, &s, "");
	assert_string_equal(in_state(&m, &s, TW_CHECK_NOT_NEEDED), "xdp");
	m.capabilities |= CAP(CAP_NET_RAW) | CAP(CAP_NET_ADMIN) | CAP(CAP_BPF);
	s = an_interface();
	LACKING(&m, &s, "");
}

static void an_empty_machine_lacks_what_a_port_needs(void **state)
{
	struct tw_machine m = {.online = cpus("0-1"),
		.allowed = cpus("0-1"),
		.thp = "always",
		.interrupted = cpus("0-1"),
		.slow = cpus("0-1"),
		.cpufreq = true};
	struct tw_check_scope s = {
		.pci = true, .vfio = true, .numa = -1, .unbound = "0000:3b:00.0"};

	(void)state;
	LACKING(&m, &s,
		"hugepages vfio iommu port memlock capabilities isolation tick governor thp "
		"interrupts tsc clock");
	s = (struct tw_check_scope){
		.kernel = true, .numa = -1, .no_xdp = "eth0", .no_xdp_why = "x"};
	LACKING(&m, &s, "memlock capabilities xdp tsc clock");
	s = (struct tw_check_scope){.numa = -1}; /* virtual devices only */
	LACKING(&m, &s, "tsc clock");
}

/* One thing taken away at a time: only its own line lacks. */
static void each_line_looks_at_its_own(void **state)
{
	struct tw_check_scope s = a_port();
	struct tw_machine m = good_machine();

	(void)state;
	m.huge_free_kb = 512 * 1024 - 1;
	LACKING(&m, &s, "hugepages");
	m.huge_free_kb = 512 * 1024;
	LACKING(&m, &s, "");
	m.vfio_pci = false;
	LACKING(&m, &s, "vfio");
	m.uio_pci_generic = true;
	LACKING(&m, &s, "");
	m = good_machine();
	m.iommu = false;
	LACKING(&m, &s, "iommu capabilities");
	m.noiommu = true;
	m.capabilities |= CAP(CAP_SYS_ADMIN) | CAP(CAP_SYS_RAWIO);
	LACKING(&m, &s, "");
	m = good_machine();
	m.capabilities = 0;
	LACKING(&m, &s, "memlock");
	m.memlock_kb = 512 * 1024;
	LACKING(&m, &s, "");
	m.memlock_kb = UINT64_MAX;
	LACKING(&m, &s, "");
	m = good_machine();
	m.isolated = cpus("3-7");
	LACKING(&m, &s, "isolation");
	assert_non_null(strstr(line(&m, &s, "isolation").found, "workers on 2 are not"));
	m = good_machine();
	m.allowed = cpus("0-1");
	LACKING(&m, &s, "isolation");
	assert_non_null(strstr(line(&m, &s, "isolation").advice, "taskset -c 0-7"));
	m = good_machine();
	m.nohz_full = cpus("2");
	LACKING(&m, &s, "tick");
	m = good_machine();
	m.slow = cpus("3");
	LACKING(&m, &s, "governor");
	m = good_machine();
	snprintf(m.thp, sizeof(m.thp), "always");
	LACKING(&m, &s, "thp");
	m = good_machine();
	m.interrupted = cpus("0,3");
	LACKING(&m, &s, "interrupts");
	assert_non_null(strstr(line(&m, &s, "interrupts").found, "CPUs 3"));
	m = good_machine();
	s.numa = 1;
	LACKING(&m, &s, "numa");
	assert_non_null(strstr(line(&m, &s, "numa").advice, "4-7"));
	s = a_port();
	snprintf(m.clocksource, sizeof(m.clocksource), "hpet");
	LACKING(&m, &s, "tsc");
	m = good_machine();
	m.invariant_tsc = false;
	LACKING(&m, &s, "tsc");
	m = good_machine();
	s.clock = NULL;
	LACKING(&m, &s, "clock");
	s = a_port();
	snprintf(s.unbound, sizeof(s.unbound), "0000:3b:00.0");
	LACKING(&m, &s, "port");
	assert_non_null(strstr(line(&m, &s, "port").advice, "bind-nic auto 0000:3b:00.0"));
}

static void an_interface_needs_capabilities(void **state)
{
	struct tw_machine m = good_machine();
	struct tw_check_scope s = an_interface();

	(void)state;
	LACKING(&m, &s, "capabilities");
	assert_string_equal(line(&m, &s, "capabilities").found, "missing: NET_RAW, NET_ADMIN, BPF");
	m.capabilities |= CAP(CAP_NET_RAW) | CAP(CAP_NET_ADMIN);
	assert_string_equal(line(&m, &s, "capabilities").found, "missing: BPF");
	m.capabilities |= CAP(CAP_SYS_ADMIN); /* BPF's predecessor */
	LACKING(&m, &s, "");
	m.capabilities &= ~CAP(CAP_IPC_LOCK);
	LACKING(&m, &s, "memlock");
	m.memlock_kb = 64 * 1024;
	LACKING(&m, &s, "");
}

/* ConnectX: the kernel keeps the port, DPDK uses it through the kernel. */
static void a_shared_port_needs_no_vfio(void **state)
{
	struct tw_machine m = good_machine();
	struct tw_check_scope s = a_port();

	(void)state;
	m.vfio_pci = m.iommu = s.vfio = false;
	LACKING(&m, &s, "capabilities");
	assert_string_equal(line(&m, &s, "capabilities").found, "missing: NET_RAW");
	m.capabilities |= CAP(CAP_NET_RAW);
	LACKING(&m, &s, "");
}

/* Nobody named workers: it is enough that there are CPUs for them. */
static void workers_to_be_chosen(void **state)
{
	struct tw_machine m = good_machine();
	struct tw_check_scope s = a_port();

	(void)state;
	s.workers = cpus("");
	m.slow = cpus("");
	LACKING(&m, &s, "");
	m.interrupted = cpus("0-7");
	m.isolated = cpus("");
	m.nohz_full = cpus("");
	LACKING(&m, &s, "isolation tick interrupts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_machine_lacks_nothing),
		cmocka_unit_test(an_empty_machine_lacks_what_a_port_needs),
		cmocka_unit_test(each_line_looks_at_its_own),
		cmocka_unit_test(an_interface_needs_capabilities),
		cmocka_unit_test(a_shared_port_needs_no_vfio),
		cmocka_unit_test(workers_to_be_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
