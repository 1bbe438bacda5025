/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "xdp_priv.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 4096
#define RING 64

static int set(int fd, int opt, const void *value, socklen_t len)
{
	return setsockopt(fd, SOL_XDP, opt, value, len) < 0 ? -errno : 0;
}

static int try_bind(int fd, void *mem, int ifindex, uint32_t queue)
{
	struct xdp_umem_reg umem = {.addr = (uintptr_t)mem, .len = CHUNK, .chunk_size = CHUNK};
	struct sockaddr_xdp sxdp = {.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_COPY,
		.sxdp_ifindex = (uint32_t)ifindex,
		.sxdp_queue_id = queue};
	static const int rings[] = {
		XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING, XDP_TX_RING};
	int size = RING, rc = set(fd, XDP_UMEM_REG, &umem, sizeof(umem));

	for (size_t i = 0; rc == 0 && i < sizeof(rings) / sizeof(rings[0]); i++)
		rc = set(fd, rings[i], &size, sizeof(size));
	if (rc == 0 && bind(fd, (struct sockaddr *)&sxdp, sizeof(sxdp)) < 0)
		rc = -errno;
	return rc;
}

int tw_xsk_try(int ifindex, uint32_t queue)
{
	void *mem;
	int fd, rc;

	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	mem = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	rc = mem == MAP_FAILED ? -errno : try_bind(fd, mem, ifindex, queue);
	close(fd);
	if (mem != MAP_FAILED)
		munmap(mem, CHUNK);
	return rc;
}
