/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "eal_priv.h"

#include "tw_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * One file for the host; octet cpu * SLOTS + slot of it is locked (open file description locks) by
 * the worker that is the slot-th on that CPU. The locks go with the process, the file is removed by
 * the last to leave.
 */
#define SLOTS 16

static const char *const lock_files[] = {"/run/lock/dpdk-twamp.cores", "/tmp/dpdk-twamp.cores"};
static const char *lock_path;
static int lock_fd = -1;
static unsigned char own[CPU_SETSIZE][SLOTS]; /* our own locks do not exclude us */

/* Anybody may lock, so anybody may open; a file of another user must not be opened with O_CREAT. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT) {
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_CREAT | O_EXCL, 0666);
		if (fd >= 0 && fchmod(fd, 0666) < 0) {
			close(fd);
			fd = -1;
		}
		if (fd < 0 && errno == EEXIST)
			fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	}
	return fd;
}

static void open_locks(void)
{
	for (size_t i = 0; lock_fd < 0 && i < sizeof(lock_files) / sizeof(lock_files[0]); i++) {
		lock_path = lock_files[i];
		lock_fd = open_file(lock_path);
	}
	if (lock_fd < 0)
		tw_debug("no lock file for cores: %s", strerror(errno));
}

static bool still_there(void)
{
	struct stat a, b;

	return fstat(lock_fd, &a) == 0 && stat(lock_path, &b) == 0 && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

static int lock_range(int cmd, short type, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	if (fcntl(lock_fd, cmd, &fl) < 0)
		return -errno;
	return cmd == F_OFD_GETLK && fl.l_type != F_UNLCK ? -EAGAIN : 0;
}

static bool try_lock(int cpu, int slot)
{
	if (own[cpu][slot])
		return false;
	if (lock_fd >= 0 && lock_range(F_OFD_SETLK, F_WRLCK, cpu * SLOTS + slot, 1) < 0)
		return false;
	own[cpu][slot] = 1;
	return true;
}

bool tw_cores_is_shared(int cpu)
{
	return lock_fd >= 0 && cpu >= 0 &&
	       lock_range(F_OFD_GETLK, F_WRLCK, (off_t)cpu * SLOTS, SLOTS) == -EAGAIN;
}

void tw_cores_release(void)
{
	if (lock_fd < 0)
		return;
	/* Whoever opened the file meanwhile sees after locking that it is gone, and opens anew. */
	if (lock_range(F_OFD_SETLK, F_WRLCK, 0, 0) == 0 && still_there())
		unlink(lock_path);
	close(lock_fd);
	lock_fd = -1;
	memset(own, 0, sizeof(own));
}

void tw_cores_allowed(cpu_set_t *ret_set)
{
	if (sched_getaffinity(0, sizeof(*ret_set), ret_set) < 0) {
		CPU_ZERO(ret_set);
		CPU_SET(0, ret_set);
	}
}

static bool sysfs_line(const char *fmt, int n, char *ret, size_t cap)
{
	char path[128];
	bool ok;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/%s%d/%s", fmt, n,
		fmt[0] == 'n' ? "cpulist" : "topology/thread_siblings_list");
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fgets(ret, (int)cap, f);
	fclose(f);
	return ok;
}

/* "0-3,8": -EINVAL where it is not such a list, -ERANGE for a CPU that cannot exist. */
static int parse_list(const char *s, int *ret_cpus, unsigned int cap, unsigned int *ret_n)
{
	unsigned int n = 0;

	for (;;) {
		char *end;
		long a = strtol(s, &end, 10), b = a;

		if (end == s || *s < '0' || *s > '9')
			return -EINVAL;
		if (*end == '-') {
			s = end + 1;
			b = strtol(s, &end, 10);
			if (end == s || *s < '0' || *s > '9')
				return -EINVAL;
		}
		if (a >= CPU_SETSIZE || b >= CPU_SETSIZE || a > b)
			return -ERANGE;
		for (; a <= b && n < cap; a++)
			ret_cpus[n++] = (int)a;
		*ret_n = n;
		if (!*end || *end == '\n')
			return 0;
		if (*end != ',')
			return -EINVAL;
		s = end + 1;
	}
}

static int listed(const struct tw_eal_config *cfg, const cpu_set_t *allowed, int *ret_cpus,
	unsigned int *ret_n, struct tw_err *err)
{
	int rc = parse_list(cfg->lcores, ret_cpus, TW_EAL_WORKERS, ret_n);

	if (rc < 0)
		return tw_fail(err, -EINVAL,
			"--lcores '%s': give CPU numbers and ranges, like 2,4-7", cfg->lcores);
	for (unsigned int i = 0; i < *ret_n; i++) {
		if (!CPU_ISSET(ret_cpus[i], allowed))
			return tw_fail(err, -EINVAL,
				"--lcores %s: this process may not run on CPU %d", cfg->lcores,
				ret_cpus[i]);
	}
	return 0;
}

/*
 * All allowed CPUs, best first: those of the wanted NUMA node, and of each physical core one
 * hardware thread before the second one of any.
 */
static unsigned int ranked(const struct tw_eal_config *cfg, const cpu_set_t *allowed, int *ret_cpus)
{
	int node[CPU_SETSIZE], siblings[CPU_SETSIZE];
	unsigned int n_node = 0, n_sib = 0, n = 0;
	char line[4096];
	cpu_set_t near;

	CPU_ZERO(&near);
	if (cfg->numa_node >= 0 && sysfs_line("node/node", cfg->numa_node, line, sizeof(line)) &&
		parse_list(line, node, CPU_SETSIZE, &n_node) == 0) {
		for (unsigned int i = 0; i < n_node; i++)
			CPU_SET(node[i], &near);
	}
	for (int rank = 0; rank < 4; rank++) {
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			bool far = n_node && !CPU_ISSET(cpu, &near), second = false;

			if (!CPU_ISSET(cpu, allowed))
				continue;
			if (sysfs_line("cpu/cpu", cpu, line, sizeof(line)) &&
				parse_list(line, siblings, CPU_SETSIZE, &n_sib) == 0)
				second = siblings[0] != cpu && CPU_ISSET(siblings[0], allowed);
			if (rank == 2 * far + second)
				ret_cpus[n++] = cpu;
		}
	}
	return n;
}

/* The listed CPUs, in their order; each takes the first free slot there. */
static unsigned int take_listed(const int *cpus, unsigned int n, struct tw_eal_worker *ret)
{
	for (unsigned int i = 0; i < n; i++) {
		int slot = 0;

		while (slot < SLOTS && !try_lock(cpus[i], slot))
			slot++;
		ret[i] = (struct tw_eal_worker){.cpu = cpus[i], .shared = slot > 0};
	}
	return n;
}

/* The free ones first, then the least shared. */
static unsigned int take_best(
	const int *cpus, unsigned int n_cpus, unsigned int want, struct tw_eal_worker *ret)
{
	unsigned int n = 0;

	for (int slot = 0; slot < SLOTS && n < want; slot++) {
		for (unsigned int i = 0; i < n_cpus && n < want; i++) {
			if (try_lock(cpus[i], slot))
				ret[n++] =
					(struct tw_eal_worker){.cpu = cpus[i], .shared = slot > 0};
		}
	}
	for (unsigned int i = 0; n < want; i++)
		ret[n++] = (struct tw_eal_worker){.cpu = cpus[i % n_cpus], .shared = true};
	return n;
}

int tw_cores_choose(const struct tw_eal_config *cfg, struct tw_eal_worker *ret_workers,
	unsigned int *ret_n, struct tw_err *err)
{
	unsigned int n = 0, want = cfg->n_workers ? cfg->n_workers : 1;
	int cpus[CPU_SETSIZE], rc;
	cpu_set_t allowed;

	tw_cores_allowed(&allowed);
	if (want > TW_EAL_WORKERS)
		return tw_fail(err, -EINVAL, "at most %d workers", TW_EAL_WORKERS);
	if (cfg->lcores) {
		rc = listed(cfg, &allowed, cpus, &n, err);
		if (rc < 0)
			return rc;
		if (cfg->n_workers && n > cfg->n_workers)
			n = cfg->n_workers;
	} else {
		n = ranked(cfg, &allowed, cpus);
	}
	open_locks();
	do {
		memset(own, 0, sizeof(own));
		*ret_n = cfg->lcores ? take_listed(cpus, n, ret_workers)
				     : take_best(cpus, n, want, ret_workers);
		if (lock_fd < 0 || still_there())
			break;
		/* the last user removed the file between our open and our lock */
		close(lock_fd);
		lock_fd = -1;
		open_locks();
	} while (1);
	return 0;
}
