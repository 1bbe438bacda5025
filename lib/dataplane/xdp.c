/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_xdp.h"

#include "bpf_object.h"
#include "fds_priv.h"

#include "tw_log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PROGRAM "twamp_xdp"
#define OBJECT PROGRAM ".o"
#define PORT_MAP "tw_ports"
#define ONLY_MAP "tw_only"

int tw_xdp_object(char *ret_path, size_t cap, struct tw_err *err)
{
	return tw_bpf_object(OBJECT, "TW_XDP_OBJECT", ret_path, cap, err);
}

static int check_object(const char *path, struct tw_err *err)
{
	struct bpf_object *obj;
	int rc;

	tw_bpf_hear();
	obj = bpf_object__open_file(path, NULL);
	rc = obj ? bpf_object__load(obj) : -errno;
	bpf_object__close(obj);
	if (rc == -EPERM)
		return tw_fail(err, rc, "loading an XDP program needs CAP_BPF and CAP_NET_ADMIN");
	if (rc < 0)
		return tw_fail(err, rc, "%s does not load: %s", path, strerror(-rc));
	return 0;
}

int tw_xdp_check(const struct tw_host_link *link, const char *object, struct tw_err *err)
{
	int fd;

	if (!link->up)
		return tw_fail(err, -ENETDOWN, "%s is down", link->name);
	if (link->channels > TW_XDP_MAX_QUEUES)
		return tw_fail(err, -E2BIG, "%s has %u receive queues, at most %d are supported",
			link->name, link->channels, TW_XDP_MAX_QUEUES);
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno == EAFNOSUPPORT)
		return tw_fail(err, -EAFNOSUPPORT, "this kernel has no AF_XDP sockets");
	if (fd < 0)
		return tw_fail(err, -errno, "AF_XDP sockets need CAP_NET_RAW: %s", strerror(errno));
	close(fd);
	return check_object(object, err);
}

static int claim(int ifindex)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int n, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	/* A leading zero octet: the abstract namespace. */
	n = snprintf(sun.sun_path + 1, sizeof(sun.sun_path) - 1, "dpdk-twamp/xdp/%d", ifindex);
	if (bind(fd, (struct sockaddr *)&sun,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) < 0) {
		n = -errno;
		close(fd);
		return n;
	}
	return fd;
}

/* Detach only if it is still the program that was looked at. */
static int detach(int ifindex, int prog_fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = prog_fd);

	return bpf_xdp_detach(ifindex, XDP_FLAGS_REPLACE, &opts);
}

/* The attached program: its descriptor (-1: none is attached) and its name. */
static int attached(int ifindex, int *ret_fd, struct bpf_prog_info *ret_info)
{
	struct bpf_prog_info info = {0};
	uint32_t id = 0, len = sizeof(info);
	int rc, fd;

	rc = bpf_xdp_query_id(ifindex, 0, &id);
	if (rc < 0)
		return rc;
	if (!id) {
		*ret_fd = -1;
		return 0;
	}
	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	*ret_info = info;
	return 0;
}

/* The program that is attached, if it is a stale one of ours; ret_fd is -1 where there is none. */
static int find_stale(const struct tw_host_link *link, int *ret_fd, struct tw_err *err)
{
	struct bpf_prog_info info;
	int rc = attached(link->ifindex, ret_fd, &info);

	if (rc < 0)
		return tw_fail(err, -EBUSY, "cannot see what XDP program is attached to %s: %s",
			link->name, strerror(-rc));
	if (*ret_fd < 0 || strcmp(info.name, PROGRAM) == 0)
		return 0;
	close(*ret_fd);
	return tw_fail(
		err, -EBUSY, "the XDP program '%s' is attached to %s", info.name, link->name);
}

static int clear_stale(const struct tw_host_link *link, struct tw_err *err)
{
	int fd, rc = find_stale(link, &fd, err);

	if (rc < 0 || fd < 0)
		return rc;
	rc = detach(link->ifindex, fd);
	close(fd);
	if (rc < 0)
		return tw_fail(err, -EBUSY, "cannot detach the stale XDP program from %s: %s",
			link->name, strerror(-rc));
	tw_info("detached the XDP program that a dead dpdk-twamp left on %s", link->name);
	return 0;
}

static int claim_link(const struct tw_host_link *link, struct tw_err *err)
{
	int fd = claim(link->ifindex);

	if (fd == -EADDRINUSE)
		return tw_fail(err, -EBUSY, "another dpdk-twamp drives %s over AF_XDP", link->name);
	if (fd < 0)
		return tw_fail(err, fd, "cannot claim %s: %s", link->name, strerror(-fd));
	return fd;
}

int tw_xdp_look(const struct tw_host_link *link, struct tw_err *err)
{
	char object[PATH_MAX];
	int fd, stale = -1, rc;

	if (link->loopback)
		return tw_fail(err, -EOPNOTSUPP, "no native XDP on the loopback interface");
	rc = tw_xdp_object(object, sizeof(object), err);
	if (rc == 0)
		rc = tw_xdp_check(link, object, err);
	if (rc < 0)
		return rc;
	fd = claim_link(link, err);
	if (fd < 0)
		return fd;
	rc = find_stale(link, &stale, err);
	if (rc == 0 && stale >= 0)
		close(stale);
	close(fd);
	return rc;
}

int tw_xdp_claim(const struct tw_host_link *link, struct tw_xdp *ret_xdp, struct tw_err *err)
{
	int rc, fd = claim_link(link, err);

	if (fd < 0)
		return fd;
	rc = clear_stale(link, err);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	*ret_xdp = (struct tw_xdp){
		.ifindex = link->ifindex, .claim_fd = fd, .ports_fd = -1, .only_fd = -1};
	return 0;
}

/*
 * The driver keeps program and maps open, so they are among our own descriptors; to open them by
 * identity would need CAP_SYS_ADMIN.
 */
static int find_program(const struct tw_fds *fds, uint32_t id, uint32_t *ret_maps, uint32_t *ret_n)
{
	for (size_t i = 0; i < fds->count; i++) {
		struct bpf_prog_info info = {.map_ids = (uintptr_t)ret_maps, .nr_map_ids = *ret_n};
		uint32_t len = sizeof(info);

		if (tw_fds_is(fds->fd[i], "anon_inode:bpf-prog") &&
			bpf_obj_get_info_by_fd(fds->fd[i], &info, &len) == 0 && info.id == id) {
			*ret_n = info.nr_map_ids < *ret_n ? info.nr_map_ids : *ret_n;
			return 0;
		}
	}
	return -ENOENT;
}

static int find_map(const struct tw_fds *fds, const char *name, const uint32_t *ids, uint32_t n)
{
	for (size_t i = 0; i < fds->count; i++) {
		struct bpf_map_info info = {0};
		uint32_t len = sizeof(info);

		if (!tw_fds_is(fds->fd[i], "anon_inode:bpf-map") ||
			bpf_obj_get_info_by_fd(fds->fd[i], &info, &len) < 0 ||
			strcmp(info.name, name) != 0)
			continue;
		for (uint32_t k = 0; k < n; k++) {
			if (ids[k] == info.id)
				return fcntl(fds->fd[i], F_DUPFD_CLOEXEC, 0);
		}
	}
	return -ENOENT;
}

int tw_xdp_open_ports(struct tw_xdp *x, struct tw_err *err)
{
	struct tw_fds *fds = malloc(sizeof(*fds));
	uint32_t id = 0, maps[8], n = sizeof(maps) / sizeof(maps[0]);
	int fd = -ENOENT, only = -ENOENT;

	if (fds && bpf_xdp_query_id(x->ifindex, 0, &id) == 0 && id && tw_fds_list(fds) == 0 &&
		find_program(fds, id, maps, &n) == 0) {
		fd = find_map(fds, PORT_MAP, maps, n);
		only = find_map(fds, ONLY_MAP, maps, n);
	}
	free(fds);
	if (fd < 0 || only < 0) {
		if (fd >= 0)
			close(fd);
		if (only >= 0)
			close(only);
		return tw_fail(err, -ENOENT, "the XDP program that is attached is not ours");
	}
	x->ports_fd = fd;
	x->only_fd = only;
	return 0;
}

int tw_xdp_only(struct tw_xdp *x, const struct tw_addr *only, bool stamp)
{
	struct {
		uint32_t family;
		uint8_t addr[16];
		uint32_t stamp;
	} value = {.family = only->family, .stamp = stamp};
	uint32_t key = 0;

	if (only->family)
		memcpy(value.addr, only->b, tw_addr_len(only));
	return bpf_map_update_elem(x->only_fd, &key, &value, BPF_ANY);
}

int tw_xdp_take(struct tw_xdp *x, uint16_t port, bool take)
{
	uint32_t key = port;
	uint8_t value = take;

	return bpf_map_update_elem(x->ports_fd, &key, &value, BPF_ANY);
}

void tw_xdp_release(struct tw_xdp *x)
{
	struct bpf_prog_info info;
	int fd;

	if (x->ports_fd >= 0)
		close(x->ports_fd);
	if (x->only_fd >= 0)
		close(x->only_fd);
	if (x->claim_fd >= 0) {
		if (attached(x->ifindex, &fd, &info) == 0 && fd >= 0) {
			if (strcmp(info.name, PROGRAM) == 0)
				detach(x->ifindex, fd);
			close(fd);
		}
		close(x->claim_fd);
	}
	*x = TW_XDP_NONE;
}
