/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "machine_check.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What the program asks for, see tw_eal.h. */
#define WANT_MB 512
/* Buffers of an AF_XDP socket are locked, too. */
#define WANT_LOCKED_MB 64

#define CAP(c) (UINT64_C(1) << (c))

__attribute__((format(printf, 2, 3))) static void found(
	struct tw_check_line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->found, sizeof(l->found), fmt, ap);
	va_end(ap);
}

/* Fulfilled, or lacking where it is needed; the advice is for the latter, use for neither. */
__attribute__((format(printf, 5, 6))) static void judge(
	struct tw_check_line *l, bool good, bool needed, const char *use, const char *fmt, ...)
{
	va_list ap;

	l->state = good ? TW_CHECK_OK : needed ? TW_CHECK_LACKING : TW_CHECK_NOT_NEEDED;
	l->advice[0] = 0;
	if (l->state == TW_CHECK_NOT_NEEDED)
		snprintf(l->advice, sizeof(l->advice), "%s", use);
	if (l->state != TW_CHECK_LACKING)
		return;
	va_start(ap, fmt);
	vsnprintf(l->advice, sizeof(l->advice), fmt, ap);
	va_end(ap);
}

/* --- memory and the port ------------------------------------------------------------------- */

static void check_hugepages(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	uint64_t mb = m->huge_free_kb / 1024;

	found(l, "%" PRIu64 " of %" PRIu64 " MiB free", mb, m->huge_total_kb / 1024);
	judge(l, mb >= WANT_MB, s->pci, "Without them AF_XDP copies each packet.",
		"Reserve %d MiB: scripts/bind-nic --apply hugepages.", WANT_MB);
}

static void check_vfio(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	found(l, "%s",
		m->vfio_pci          ? "vfio-pci is loaded"
		: m->uio_pci_generic ? "uio_pci_generic is loaded"
				     : "neither vfio-pci nor uio_pci_generic is loaded");
	judge(l, m->vfio_pci || m->uio_pci_generic, s->vfio, "For PCI ports that DPDK drives.",
		"Load it: modprobe vfio-pci.");
}

static void check_iommu(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	bool without = m->noiommu || (m->uio_pci_generic && !m->vfio_pci);

	found(l, "%s",
		m->iommu  ? "there are IOMMU groups"
		: without ? "none; ports are driven without, which needs root"
			  : "no IOMMU group");
	judge(l, m->iommu || (without && s->vfio), s->vfio, "For PCI ports that DPDK drives.",
		"Switch VT-d or AMD-Vi on in the firmware and boot with intel_iommu=on iommu=pt, "
		"or "
		"use vfio's no-IOMMU mode: scripts/bind-nic vfio.");
}

static void check_port(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	(void)m;
	found(l, "%s%s",
		*s->unbound ? s->unbound
		: s->pci    ? "every PCI port has a driver that DPDK can use"
			    : "no PCI port is to be driven",
		*s->unbound ? " is not bound for DPDK" : "");
	judge(l, s->pci && !*s->unbound, s->pci, "For PCI ports that DPDK drives.",
		"Look what would be done: scripts/bind-nic auto %s.", s->unbound);
}

static void check_memlock(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	uint64_t want = s->pci ? WANT_MB : WANT_LOCKED_MB;
	bool capable = m->capabilities & CAP(CAP_IPC_LOCK);

	if (capable)
		found(l, "no limit for this user (CAP_IPC_LOCK)");
	else if (m->memlock_kb == UINT64_MAX)
		found(l, "no limit");
	else
		found(l, "%" PRIu64 " KiB may be locked", m->memlock_kb);
	judge(l, capable || m->memlock_kb / 1024 >= want, s->pci || s->kernel,
		"For PCI ports and AF_XDP.",
		"Raise it to %" PRIu64 " MiB: ulimit -l %" PRIu64
		", or memlock in /etc/security/limits.conf.",
		want, want * 1024);
}

static void check_capabilities(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	static const struct {
		unsigned int bit;
		const char *name;
		bool pci;
	} wanted[] = {{CAP_NET_RAW, "NET_RAW", false}, {CAP_NET_ADMIN, "NET_ADMIN", false},
		{CAP_BPF, "BPF", false}, {CAP_SYS_ADMIN, "SYS_ADMIN", true},
		{CAP_SYS_RAWIO, "SYS_RAWIO", true}};
	char missing[80] = "";
	size_t len = 0;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		/* With an IOMMU only /dev/vfio has to be readable; verbs, which a shared
		 * port is driven with, ask for NET_RAW. */
		bool want = wanted[i].pci ? s->vfio && !m->iommu
					  : s->kernel || (wanted[i].bit == CAP_NET_RAW && s->pci &&
								 !s->vfio);
		bool bpf = wanted[i].bit == CAP_BPF && m->capabilities & CAP(CAP_SYS_ADMIN);

		if (want && !bpf && !(m->capabilities & CAP(wanted[i].bit)))
			len += (size_t)snprintf(missing + len, sizeof(missing) - len, "%s%s",
				len ? ", " : "", wanted[i].name);
	}
	found(l, "%s%s", len ? "missing: " : "all that is needed", missing);
	judge(l, !len, true, "",
		"Run as root, or give them: setcap with cap_net_raw, cap_net_admin, cap_bpf "
		"(and cap_ipc_lock; cap_net_bind_service for a port below 1024) on the binary.");
}

static void check_xdp(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	(void)m;
	if (*s->no_xdp)
		found(l, "%s: %s", s->no_xdp, s->no_xdp_why);
	else
		found(l, "%s",
			s->kernel ? "AF_XDP can be had"
				  : "no interface of the kernel is to be driven");
	judge(l, s->kernel && !*s->no_xdp, s->kernel, "For interfaces of the kernel.",
		"It works over AF_PACKET all the same, slower and with more jitter.");
}

/* --- the CPUs ------------------------------------------------------------------------------ */

/* CPUs that workers would get: those named, else all that the process may use. */
static struct tw_cpus workers_of(const struct tw_machine *m, const struct tw_check_scope *s)
{
	return tw_cpus_empty(&s->workers) ? m->allowed : s->workers;
}

static void check_isolation(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	struct tw_cpus usable = tw_cpus_and(m->isolated, &m->allowed);
	struct tw_cpus left = tw_cpus_without(s->workers, &m->isolated);
	bool named = !tw_cpus_empty(&s->workers), some = !tw_cpus_empty(&m->isolated);
	char a[80], b[80];

	tw_cpus_format(&m->isolated, a, sizeof(a));
	if (some && tw_cpus_empty(&usable)) {
		found(l, "CPUs %s are isolated, and this process may run on %s only", a,
			tw_cpus_format(&m->allowed, b, sizeof(b)));
		judge(l, false, s->pci, "Other programs may stop the workers.",
			"Start with taskset -c %s and name the workers with --lcores.",
			tw_cpus_format(&m->online, b, sizeof(b)));
		return;
	}
	if (!some)
		found(l, "no CPU is isolated");
	else if (named && !tw_cpus_empty(&left))
		found(l, "CPUs %s are isolated, workers on %s are not", a,
			tw_cpus_format(&left, b, sizeof(b)));
	else
		found(l, "CPUs %s are isolated", a);
	judge(l, named ? some && tw_cpus_empty(&left) : some, s->pci,
		"Other programs may stop the workers; the result counts it as stolen time.",
		"Boot with isolcpus= for the workers: scripts/bind-nic cpu-isolation.");
}

static void check_tick(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	struct tw_cpus left = tw_cpus_without(s->workers, &m->nohz_full);
	bool good = !tw_cpus_empty(&m->nohz_full) && tw_cpus_empty(&left);
	char a[80];

	tw_cpus_format(&m->nohz_full, a, sizeof(a));
	found(l, "%s%s", *a ? "no tick on CPUs " : "every CPU has its tick", a);
	judge(l, good, s->pci, "The tick stops a worker for microseconds.",
		"Boot with nohz_full= for the workers: scripts/bind-nic cpu-isolation.");
}

static void check_governor(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	struct tw_cpus workers = workers_of(m, s), slow = tw_cpus_and(m->slow, &workers);
	char a[80];

	tw_cpus_format(&slow, a, sizeof(a));
	if (*a)
		found(l, "not \"performance\" on CPUs %s", a);
	else
		found(l, "%s",
			m->cpufreq ? "performance" : "this machine does not change its clock");
	judge(l, !*a, s->pci, "A CPU that has to speed up first stamps late.",
		"Write performance to scaling_governor of the workers: scripts/bind-nic "
		"cpu-isolation.");
}

static void check_thp(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	found(l, "%s", *m->thp ? m->thp : "the kernel has none");
	judge(l, strcmp(m->thp, "always") != 0, s->pci,
		"The kernel may stop a worker to move its pages.",
		"Set it to madvise: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled.");
}

static void check_interrupts(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	struct tw_cpus hit = tw_cpus_and(s->workers, &m->interrupted);
	struct tw_cpus free_ones = tw_cpus_without(m->allowed, &m->interrupted);
	bool named = !tw_cpus_empty(&s->workers);
	char a[80];

	if (named && !tw_cpus_empty(&hit))
		found(l, "devices interrupt the workers on CPUs %s",
			tw_cpus_format(&hit, a, sizeof(a)));
	else if (named)
		found(l, "no device interrupts a worker");
	else
		found(l, "CPUs without interrupts of devices: %s",
			*tw_cpus_format(&free_ones, a, sizeof(a)) ? a : "none");
	judge(l, named ? tw_cpus_empty(&hit) : !tw_cpus_empty(&free_ones), s->pci,
		"An interrupt stops a worker for microseconds.",
		"Move them: scripts/bind-nic --workers LIST irq-affinity.");
}

static void check_numa(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	bool known = s->numa >= 0 && (unsigned int)s->numa < m->n_nodes && m->n_nodes > 1;
	struct tw_cpus far = {{0}};
	char a[80];

	if (!known && m->n_nodes > 1) {
		found(l, "%u nodes; the port's is not known", m->n_nodes);
	} else if (!known) {
		found(l, "one node");
	} else {
		far = tw_cpus_without(s->workers, &m->node[s->numa]);
		if (tw_cpus_empty(&far))
			found(l, "the port is on node %d, CPUs %s", s->numa,
				tw_cpus_format(&m->node[s->numa], a, sizeof(a)));
		else
			found(l, "the port is on node %d, workers on CPUs %s are not", s->numa,
				tw_cpus_format(&far, a, sizeof(a)));
	}
	judge(l, tw_cpus_empty(&far), s->pci, "Memory of another node is slower.",
		"Name workers of the port's node with --lcores: %s.",
		known ? tw_cpus_format(&m->node[s->numa], a, sizeof(a)) : "");
}

/* --- time ---------------------------------------------------------------------------------- */

static void check_tsc(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	bool source = strcmp(m->clocksource, "tsc") == 0;

	(void)s;
	found(l, "clock source %s, %s", *m->clocksource ? m->clocksource : "not known",
		m->invariant_tsc ? "invariant TSC" : "no invariant TSC");
	judge(l, source && m->invariant_tsc, true, "", "%s",
		m->invariant_tsc
			? "See in dmesg why the kernel distrusts the TSC; tsc=reliable overrules "
			  "it."
			: "Stamps drift with the CPU's speed here: have the virtual machine show "
			  "the host's CPU flags, or take other hardware.");
}

static void check_clock(
	const struct tw_machine *m, const struct tw_check_scope *s, struct tw_check_line *l)
{
	(void)m;
	if (!s->clock)
		found(l, "the kernel does not say");
	else if (s->clock->synchronised)
		found(l, "synchronised, off by at most %" PRId64 " us",
			s->clock->max_error_ns / 1000);
	else
		found(l, "not synchronised");
	judge(l, s->clock && s->clock->synchronised, true, "",
		"Run chrony or ptp4l with phc2sys: one-way delays are off by what the clocks "
		"differ, round trips are not.");
}

/* ------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*check)(const struct tw_machine *m, const struct tw_check_scope *s,
		struct tw_check_line *l);
} checks[] = {
	{"hugepages", check_hugepages},
	{"vfio", check_vfio},
	{"iommu", check_iommu},
	{"port", check_port},
	{"memlock", check_memlock},
	{"capabilities", check_capabilities},
	{"xdp", check_xdp},
	{"isolation", check_isolation},
	{"tick", check_tick},
	{"governor", check_governor},
	{"thp", check_thp},
	{"interrupts", check_interrupts},
	{"numa", check_numa},
	{"tsc", check_tsc},
	{"clock", check_clock},
};

_Static_assert(sizeof(checks) / sizeof(checks[0]) <= TW_CHECK_LINES, "room for every line");

size_t tw_machine_check(const struct tw_machine *m, const struct tw_check_scope *scope,
	struct tw_check_line ret_lines[TW_CHECK_LINES])
{
	size_t n = sizeof(checks) / sizeof(checks[0]);

	for (size_t i = 0; i < n; i++) {
		ret_lines[i] = (struct tw_check_line){.name = checks[i].name};
		checks[i].check(m, scope, &ret_lines[i]);
	}
	return n;
}

const char *tw_check_state_text(enum tw_check_state s)
{
	return s == TW_CHECK_OK ? "ok" : s == TW_CHECK_LACKING ? "lacking" : "not needed";
}
