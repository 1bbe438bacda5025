/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_eal.h"

#include "eal_priv.h"

#include "tw_log.h"

#include <dirent.h>
#include <errno.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MEM_MB 512
/* Less than this in free hugepages would not even hold the buffers of two ports. */
#define MIN_HUGE_MB 128

static struct tw_argv args; /* the EAL keeps pointers into it */
static char own_prefix[64]; /* "" when the directory is not ours to remove */
static bool started;

static unsigned long long read_number(const char *path)
{
	unsigned long long v = 0;
	FILE *f = fopen(path, "re");

	if (f) {
		if (fscanf(f, "%llu", &v) != 1)
			v = 0;
		fclose(f);
	}
	return v;
}

static unsigned long long free_huge_mb(void)
{
	const char *dir = "/sys/kernel/mm/hugepages";
	unsigned long long kb = 0;
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[512];

	if (!d)
		return 0;
	while ((e = readdir(d))) {
		unsigned long long size;

		if (sscanf(e->d_name, "hugepages-%llukB", &size) != 1)
			continue;
		snprintf(path, sizeof(path), "%s/%s/free_hugepages", dir, e->d_name);
		kb += size * read_number(path);
	}
	closedir(d);
	return kb / 1024;
}

/* "0@(0,1,5),1@1,2@5": lcore 0 is the main one and floats. */
static void add_lcores(struct tw_argv *v, const struct tw_eal_worker *w, unsigned int n)
{
	char map[8192];
	size_t len = 0;
	cpu_set_t set;
	bool first = true;

	tw_cores_allowed(&set);
	len += (size_t)snprintf(map, sizeof(map), "0@(");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &set) && len < sizeof(map) - 64) {
			len += (size_t)snprintf(
				map + len, sizeof(map) - len, first ? "%d" : ",%d", cpu);
			first = false;
		}
	}
	len += (size_t)snprintf(map + len, sizeof(map) - len, ")");
	for (unsigned int i = 0; i < n && len < sizeof(map) - 32; i++)
		len += (size_t)snprintf(map + len, sizeof(map) - len, ",%u@%d", i + 1, w[i].cpu);
	tw_argv_add(v, "--lcores", map);
}

static bool add_memory(struct tw_argv *v, const struct tw_eal_config *cfg)
{
	static const char *const choices[] = {"--no-huge", "--in-memory", "--huge-dir",
		"--legacy-mem", "--socket-mem", "--huge-unlink"};
	bool chosen = false, huge;
	char mb[16];

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		chosen |= tw_argv_has(v, choices[i]);
	huge = chosen ? !tw_argv_has(v, "--no-huge") : free_huge_mb() >= MIN_HUGE_MB;
	if (!chosen && huge)
		tw_argv_add(v, "--in-memory", "--single-file-segments");
	if (huge)
		return true;
	if (!chosen)
		tw_argv_add(v, "--no-huge", NULL);
	if (!tw_argv_has(v, "--no-shconf"))
		tw_argv_add(v, "--no-shconf", NULL);
	snprintf(mb, sizeof(mb), "%u", cfg->mem_mb ? cfg->mem_mb : DEFAULT_MEM_MB);
	if (!tw_argv_has(v, "-m"))
		tw_argv_add(v, "-m", mb);
	return false;
}

static void add_devices(struct tw_argv *v, const struct tw_eal_config *cfg)
{
	static const char *const choices[] = {"-a", "--allow", "-b", "--block", "--no-pci"};
	bool chosen = cfg->n_pci > 0;

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		chosen |= tw_argv_has(v, choices[i]);
	for (unsigned int i = 0; i < cfg->n_pci; i++)
		tw_argv_add(v, "-a", cfg->pci[i]);
	if (chosen)
		return;
	tw_argv_add(v, "--no-pci", NULL);
	/*
	 * Without devices nothing needs physical addresses, and virtual ones make a pool one piece,
	 * which AF_XDP depends on.
	 */
	if (!tw_argv_has(v, "--iova-mode"))
		tw_argv_add(v, "--iova-mode=va", NULL);
}

static void add_prefix(struct tw_argv *v, struct tw_eal *eal)
{
	const char *given = tw_argv_value(v, "--file-prefix");

	eal->telemetry = !tw_argv_has(v, "--no-telemetry");
	if (given) {
		snprintf(eal->prefix, sizeof(eal->prefix), "%s", given);
		return;
	}
	if (tw_runtime_dir_make(eal->prefix, sizeof(eal->prefix))) {
		snprintf(own_prefix, sizeof(own_prefix), "%s", eal->prefix);
	} else if (eal->telemetry) {
		/* The EAL would not start at all without a place for the socket. */
		tw_argv_add(v, "--no-telemetry", NULL);
		eal->telemetry = false;
	}
	tw_argv_add(v, "--file-prefix", eal->prefix);
}

/* Workers as the EAL sees them, where the user laid them out with --eal. */
static void read_workers(struct tw_eal *eal)
{
	unsigned int lcore;

	eal->n_workers = 0;
	RTE_LCORE_FOREACH_WORKER(lcore)
	{
		rte_cpuset_t set = rte_lcore_cpuset(lcore);
		int cpu = 0;

		if (eal->n_workers == TW_EAL_WORKERS)
			break;
		while (cpu < CPU_SETSIZE && !CPU_ISSET(cpu, &set))
			cpu++;
		eal->workers[eal->n_workers++] = (struct tw_eal_worker){
			.lcore = lcore, .cpu = CPU_COUNT(&set) == 1 ? cpu : -1};
	}
}

static int build_args(const struct tw_eal_config *cfg, struct tw_eal *eal, bool *ret_own_lcores,
	struct tw_err *err)
{
	int rc;

	tw_argv_add(&args, TW_EAL_NAME, NULL);
	if (cfg->extra)
		tw_argv_split(&args, cfg->extra);
	if (args.error == -EINVAL)
		return tw_fail(err, -EINVAL, "--eal '%s': a quote is not closed", cfg->extra);
	*ret_own_lcores = !tw_argv_has(&args, "-l") && !tw_argv_has(&args, "--lcores") &&
			  !tw_argv_has(&args, "-c");
	if (*ret_own_lcores) {
		rc = tw_cores_choose(cfg, eal->workers, &eal->n_workers, err);
		if (rc < 0)
			return rc;
		for (unsigned int i = 0; i < eal->n_workers; i++)
			eal->workers[i].lcore = i + 1;
		add_lcores(&args, eal->workers, eal->n_workers);
	}
	eal->hugepages = add_memory(&args, cfg);
	add_devices(&args, cfg);
	add_prefix(&args, eal);
	return args.error ? tw_fail(err, args.error, "too many EAL options") : 0;
}

static void undo(void)
{
	if (own_prefix[0])
		tw_runtime_dir_remove(own_prefix);
	own_prefix[0] = 0;
	tw_cores_release();
	tw_argv_fini(&args);
}

int tw_eal_start(const struct tw_eal_config *cfg, struct tw_eal *ret_eal, struct tw_err *err)
{
	char *argv[sizeof(args.argv) / sizeof(args.argv[0])];
	struct tw_eal eal = {0};
	bool own_lcores = true;
	int rc;

	if (started)
		return tw_fail(err, -EALREADY, "the EAL is started already");
	rc = tw_eal_log_open();
	if (rc == 0)
		rc = build_args(cfg, &eal, &own_lcores, err);
	if (rc < 0) {
		undo();
		return rc;
	}
	for (int i = 1; i < args.argc; i++)
		tw_debug("EAL argument %d: %s", i, args.argv[i]);
	/* The EAL moves the pointers about and overwrites one. */
	memcpy(argv, args.argv, sizeof(argv));
	tw_eal_clear_error();
	tw_eal_log_hide_stdio();
	rc = rte_eal_init(args.argc, argv);
	tw_eal_log_show_stdio();
	if (rc < 0) {
		rc = rte_errno ? -rte_errno : -EIO;
		tw_fail(err, rc, "DPDK does not start: %s",
			*tw_eal_last_error() ? tw_eal_last_error() : strerror(-rc));
		undo();
		return rc;
	}
	started = true;
	if (!own_lcores)
		read_workers(&eal);
	tw_info("memory: %s; DPDK runtime prefix %s",
		eal.hugepages ? "hugepages" : "ordinary pages, no hugepages", eal.prefix);
	for (unsigned int i = 0; i < eal.n_workers; i++) {
		/* where there is no other CPU it is how things are */
		if (eal.workers[i].shared)
			tw_log(cfg->lcores ? TW_LOG_WARNING : TW_LOG_INFO,
				"CPU %d is in use by another worker: sharing it, without busy "
				"polling",
				eal.workers[i].cpu);
	}
	*ret_eal = eal;
	return 0;
}

void tw_eal_stop(void)
{
	if (!started)
		return;
	started = false;
	tw_interrupts_park();
	rte_eal_cleanup();
	undo();
}
