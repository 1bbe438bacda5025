/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "fds_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ascending(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int tw_fds_list(struct tw_fds *ret)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	if (!d)
		return -errno;
	ret->count = 0;
	while ((e = readdir(d)) && ret->count < TW_FDS_MAX) {
		char *end;
		long fd = strtol(e->d_name, &end, 10);

		if (!*end && end != e->d_name && fd != dirfd(d))
			ret->fd[ret->count++] = (int)fd;
	}
	closedir(d);
	qsort(ret->fd, ret->count, sizeof(ret->fd[0]), ascending);
	return 0;
}

size_t tw_fds_new_sockets(const struct tw_fds *before, int domain, int *ret_fds, size_t cap)
{
	struct tw_fds *now = malloc(sizeof(*now));
	size_t n = 0;

	if (!now || tw_fds_list(now) < 0) {
		free(now);
		return 0;
	}
	for (size_t i = 0; i < now->count && n < cap; i++) {
		int fd = now->fd[i], d = -1;
		socklen_t len = sizeof(d);

		if (bsearch(&fd, before->fd, before->count, sizeof(fd), ascending))
			continue;
		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &d, &len) == 0 && d == domain)
			ret_fds[n++] = fd;
	}
	free(now);
	return n;
}

static void name_of(int fd, char (*ret)[128])
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, *ret, sizeof(*ret) - 1);
	(*ret)[n < 0 ? 0 : n] = 0;
}

bool tw_fds_is(int fd, const char *what)
{
	char name[128];

	name_of(fd, &name);
	return strcmp(name, what) == 0;
}

bool tw_fds_is_below(int fd, const char *what)
{
	char name[128];

	name_of(fd, &name);
	return strncmp(name, what, strlen(what)) == 0;
}
