/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_machine.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line of a file, without its end; false and "" when it cannot be read. */
__attribute__((format(printf, 4, 5))) static bool line_of(
	const char *root, char *ret, size_t cap, const char *fmt, ...)
{
	char path[PATH_MAX];
	size_t n = (size_t)snprintf(path, sizeof(path), "%s", root);
	bool ok = false;
	va_list ap;
	FILE *f;

	*ret = 0;
	if (n >= sizeof(path))
		return false;
	va_start(ap, fmt);
	vsnprintf(path + n, sizeof(path) - n, fmt, ap);
	va_end(ap);
	f = fopen(path, "re");
	if (f) {
		ok = fgets(ret, (int)cap, f);
		fclose(f);
	}
	ret[strcspn(ret, "\n")] = 0;
	return ok;
}

static struct tw_cpus cpus_of(const char *root, const char *path)
{
	struct tw_cpus c = {{0}};
	char line[4096];

	if (line_of(root, line, sizeof(line), "%s", path) && tw_cpus_parse(line, &c) < 0)
		c = (struct tw_cpus){{0}};
	return c;
}

static bool is_there(const char *root, const char *pattern)
{
	char path[PATH_MAX];
	glob_t g;
	bool yes;

	snprintf(path, sizeof(path), "%s%s", root, pattern);
	yes = glob(path, GLOB_NOSORT, NULL, &g) == 0;
	if (yes)
		globfree(&g);
	return yes;
}

/* each(path behind the root) for all that match */
static void for_each(const char *root, const char *pattern, struct tw_machine *m,
	void (*each)(const char *root, const char *path, struct tw_machine *m))
{
	char path[PATH_MAX];
	glob_t g;

	snprintf(path, sizeof(path), "%s%s", root, pattern);
	if (glob(path, GLOB_NOSORT, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		each(root, g.gl_pathv[i] + strlen(root), m);
	globfree(&g);
}

static void read_hugepages(const char *root, const char *path, struct tw_machine *m)
{
	unsigned long long kb;
	char line[32];

	if (sscanf(strrchr(path, '/'), "/hugepages-%llukB", &kb) != 1)
		return;
	if (line_of(root, line, sizeof(line), "%s/nr_hugepages", path))
		m->huge_total_kb += kb * strtoull(line, NULL, 10);
	if (line_of(root, line, sizeof(line), "%s/free_hugepages", path))
		m->huge_free_kb += kb * strtoull(line, NULL, 10);
}

static void read_governor(const char *root, const char *path, struct tw_machine *m)
{
	unsigned int cpu;
	char line[32];

	if (sscanf(path, "/sys/devices/system/cpu/cpu%u/", &cpu) != 1 || cpu >= TW_CPUS_MAX ||
		!line_of(root, line, sizeof(line), "%s", path))
		return;
	m->cpufreq = true;
	if (strcmp(line, "performance") != 0)
		m->slow.bits[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

static void read_node(const char *root, const char *path, struct tw_machine *m)
{
	unsigned int node;

	if (sscanf(path, "/sys/devices/system/node/node%u/", &node) != 1 ||
		node >= TW_MACHINE_NODES)
		return;
	m->node[node] = cpus_of(root, path);
	if (node >= m->n_nodes)
		m->n_nodes = node + 1;
}

/* Where an interrupt comes; those that nobody handles do not come at all. */
static void read_interrupt(const char *root, const char *path, struct tw_machine *m)
{
	char line[4096];
	struct tw_cpus c;
	unsigned int irq;

	if (sscanf(path, "/proc/irq/%u", &irq) != 1 ||
		!line_of(root, line, sizeof(line), "/sys/kernel/irq/%u/actions", irq) || !*line)
		return;
	if (!line_of(root, line, sizeof(line), "%s/effective_affinity_list", path) || !*line)
		line_of(root, line, sizeof(line), "%s/smp_affinity_list", path);
	if (tw_cpus_parse(line, &c) < 0)
		return;
	for (size_t i = 0; i < TW_CPUS_MAX / 64; i++)
		m->interrupted.bits[i] |= c.bits[i];
}

/* Behind "name:" or "name" of a file of such lines; false when there is none. */
static bool field_of(const char *root, const char *file, const char *name, char *ret, size_t cap)
{
	char path[PATH_MAX], line[8192];
	size_t n = strlen(name);
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, file);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, n) != 0)
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(ret, cap, "%s", line + n + strspn(line + n, " \t:"));
		found = true;
	}
	if (f)
		fclose(f);
	return found;
}

static void read_process(const char *root, struct tw_machine *m)
{
	char text[4096];

	if (field_of(root, "/proc/self/status", "Cpus_allowed_list", text, sizeof(text)) &&
		tw_cpus_parse(text, &m->allowed) < 0)
		m->allowed = (struct tw_cpus){{0}};
	if (field_of(root, "/proc/self/status", "CapEff", text, sizeof(text)))
		m->capabilities = strtoull(text, NULL, 16);
	if (field_of(root, "/proc/self/limits", "Max locked memory", text, sizeof(text)))
		m->memlock_kb = strncmp(text, "unlimited", 9) == 0
					? UINT64_MAX
					: strtoull(text, NULL, 10) / 1024;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p += n) {
		if ((p == text || p[-1] == ' ') && (p[n] == 0 || p[n] == ' '))
			return true;
	}
	return false;
}

static void read_clock(const char *root, struct tw_machine *m)
{
	char flags[8192];

	line_of(root, m->clocksource, sizeof(m->clocksource),
		"/sys/devices/system/clocksource/clocksource0/current_clocksource");
	m->invariant_tsc = field_of(root, "/proc/cpuinfo", "flags", flags, sizeof(flags)) &&
			   has_word(flags, "constant_tsc") && has_word(flags, "nonstop_tsc");
}

int tw_machine_read(const char *root, struct tw_machine *ret_machine, struct tw_err *err)
{
	struct tw_machine m = {.huge_total_kb = 0};
	char line[128];
	const char *p;

	if (!line_of(root, line, sizeof(line), "/proc/self/status"))
		return tw_fail(err, -ENOENT, "%s/proc cannot be read", root);
	for_each(root, "/sys/kernel/mm/hugepages/hugepages-*kB", &m, read_hugepages);
	m.vfio_pci = is_there(root, "/sys/bus/pci/drivers/vfio-pci");
	m.uio_pci_generic = is_there(root, "/sys/bus/pci/drivers/uio_pci_generic");
	m.iommu = is_there(root, "/sys/kernel/iommu_groups/*");
	m.noiommu = line_of(root, line, sizeof(line),
			    "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") &&
		    line[0] == 'Y';
	m.online = cpus_of(root, "/sys/devices/system/cpu/online");
	m.isolated = cpus_of(root, "/sys/devices/system/cpu/isolated");
	m.nohz_full = cpus_of(root, "/sys/devices/system/cpu/nohz_full");
	for_each(root, "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor", &m,
		read_governor);
	for_each(root, "/sys/devices/system/node/node[0-9]*/cpulist", &m, read_node);
	for_each(root, "/proc/irq/[0-9]*", &m, read_interrupt);
	if (line_of(root, line, sizeof(line), "/sys/kernel/mm/transparent_hugepage/enabled")) {
		p = strchr(line, '[');
		if (p)
			snprintf(m.thp, sizeof(m.thp), "%.*s", (int)strcspn(p + 1, "]"), p + 1);
	}
	read_process(root, &m);
	read_clock(root, &m);
	*ret_machine = m;
	return 0;
}
