/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "eal_priv.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PREFIX "dpdk-twamp-"
#define TELEMETRY "dpdk_telemetry.v2"

/* Where the EAL makes its directories; the same rule as eal_create_runtime_dir(). */
static void base_dir(char *ret, size_t cap)
{
	const char *dir = getenv("RUNTIME_DIRECTORY");

	if (!dir && getuid() == 0)
		dir = "/var/run";
	if (!dir)
		dir = getenv("XDG_RUNTIME_DIR");
	snprintf(ret, cap, "%s/dpdk", dir ? dir : "/tmp");
}

static void remove_dir(const char *path)
{
	char file[PATH_MAX + NAME_MAX + 2];
	DIR *d = opendir(path);
	struct dirent *e;

	if (d) {
		while ((e = readdir(d))) {
			/* Sockets and files directly in it are all an EAL makes there. */
			snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
			if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
				unlink(file);
		}
		closedir(d);
	}
	rmdir(path);
}

/* Somebody listens there: alive, even if its process number means nothing in our namespace. */
static bool answers(const char *dir)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd, n;
	bool ok;

	n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/" TELEMETRY, dir);
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path))
		return true;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return true;
	ok = connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0 || errno == EAGAIN;
	close(fd);
	return ok;
}

static void remove_stale(const char *base)
{
	char path[PATH_MAX];
	DIR *d = opendir(base);
	struct dirent *e;

	if (!d)
		return;
	while ((e = readdir(d))) {
		long pid;

		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		pid = strtol(e->d_name + strlen(PREFIX), NULL, 10);
		if (pid <= 0 || (kill((pid_t)pid, 0) == 0 || errno != ESRCH))
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", base, e->d_name) < (int)sizeof(path) &&
			!answers(path))
			remove_dir(path);
	}
	closedir(d);
}

bool tw_runtime_dir_make(char *ret_prefix, size_t cap)
{
	char base[PATH_MAX], path[PATH_MAX + NAME_MAX];

	base_dir(base, sizeof(base));
	remove_stale(base);
	snprintf(ret_prefix, cap, PREFIX "%d", (int)getpid());
	for (int i = 1; i < 100; i++) {
		if (mkdir(base, 0700) < 0 && errno != EEXIST)
			return false;
		snprintf(path, sizeof(path), "%s/%s", base, ret_prefix);
		if (mkdir(path, 0700) == 0)
			return true;
		/* The same number can live in another process namespace that shares this place. */
		if (errno == EEXIST)
			snprintf(ret_prefix, cap, PREFIX "%d-%d", (int)getpid(), i);
		else if (errno != ENOENT) /* the last to leave took the base away just now */
			return false;
	}
	return false;
}

void tw_runtime_dir_remove(const char *prefix)
{
	char base[PATH_MAX], path[PATH_MAX + NAME_MAX];

	base_dir(base, sizeof(base));
	snprintf(path, sizeof(path), "%s/%s", base, prefix);
	remove_dir(path);
	rmdir(base); /* only when it was the last */
}
