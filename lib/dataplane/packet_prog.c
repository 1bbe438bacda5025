/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "packet_prog.h"

#include "bpf_object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* BPF_TCX_INGRESS, younger than the headers that this is built with. */
#define INGRESS_HOOK ((enum bpf_attach_type)46)

static struct tw_packet_config make_config(
	uint32_t max_frame, const struct tw_prefix *addrs, size_t n_addrs)
{
	struct tw_packet_config c = {.max_frame = max_frame};

	for (size_t i = 0; i < n_addrs; i++) {
		const struct tw_addr *a = &addrs[i].addr;

		if (a->family == 4 && c.n4 < TW_PACKET_ADDRS)
			memcpy(&c.ip4[c.n4++], a->b, sizeof(c.ip4[0]));
		if (a->family == 6 && c.n6 < TW_PACKET_ADDRS)
			memcpy(c.ip6[c.n6++], a->b, sizeof(c.ip6[0]));
	}
	return c;
}

static int load(struct bpf_object *o, const struct tw_packet_config *c, struct tw_packet_prog *p)
{
	struct bpf_map *constants = bpf_object__find_map_by_name(o, ".rodata");
	struct bpf_program *filter = bpf_object__find_program_by_name(o, "twamp_filter");
	struct bpf_program *drop = bpf_object__find_program_by_name(o, "twamp_drop");
	int rc;

	if (!constants || !filter || !drop)
		return -ENOEXEC;
	rc = bpf_map__set_initial_value(constants, c, sizeof(*c));
	if (rc == 0)
		rc = bpf_object__load(o);
	if (rc < 0)
		return rc;
	p->ports_fd = bpf_object__find_map_fd_by_name(o, "tw_ports");
	p->filter_fd = bpf_program__fd(filter);
	p->drop_fd = bpf_program__fd(drop);
	return p->ports_fd < 0 ? -ENOEXEC : 0;
}

int tw_packet_prog_load(uint32_t max_frame, const struct tw_prefix *addrs, size_t n_addrs,
	struct tw_packet_prog *ret, struct tw_err *err)
{
	struct tw_packet_config config = make_config(max_frame, addrs, n_addrs);
	struct tw_packet_prog p = TW_PACKET_PROG_NONE;
	char path[PATH_MAX];
	int rc = tw_bpf_object("twamp_packet.o", "TW_PACKET_OBJECT", path, sizeof(path), err);

	if (rc < 0)
		return rc;
	tw_bpf_hear();
	p.object = bpf_object__open_file(path, NULL);
	rc = p.object ? load(p.object, &config, &p) : -errno;
	if (rc == 0) {
		*ret = p;
		return 0;
	}
	tw_packet_prog_unload(&p);
	if (rc == -EPERM)
		return tw_fail(err, rc, "loading BPF programs needs CAP_BPF and CAP_NET_ADMIN");
	return tw_fail(err, rc, "%s does not load: %s", path, strerror(-rc));
}

int tw_packet_prog_filter(const struct tw_packet_prog *p, int socket_fd)
{
	return setsockopt(socket_fd, SOL_SOCKET, SO_ATTACH_BPF, &p->filter_fd,
		       sizeof(p->filter_fd)) < 0
		       ? -errno
		       : 0;
}

int tw_packet_prog_drop(struct tw_packet_prog *p, int ifindex, struct tw_err *err)
{
	int fd = bpf_link_create(p->drop_fd, ifindex, INGRESS_HOOK, NULL);

	if (fd < 0)
		return tw_fail(err, -errno, "no program at the ingress hook (Linux 6.6): %s",
			strerror(errno));
	p->link_fd = fd;
	return 0;
}

int tw_packet_prog_port(const struct tw_packet_prog *p, uint16_t port, uint8_t bits)
{
	uint32_t key = port;

	return bpf_map_update_elem(p->ports_fd, &key, &bits, BPF_ANY);
}

void tw_packet_prog_unload(struct tw_packet_prog *p)
{
	if (p->link_fd >= 0)
		close(p->link_fd);
	bpf_object__close(p->object);
	*p = TW_PACKET_PROG_NONE;
}
