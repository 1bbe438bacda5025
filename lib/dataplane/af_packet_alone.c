/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The driver puts each of its sockets into a fanout group, also one that is alone. For each packet
 * the kernel then works out a hash to choose among one, sees whether it is a fragment to put
 * together, and whether there is room with the others: a tenth of all its work. No socket can leave
 * a group, but another one, set up alike and in none, can take its place: under its descriptor, and
 * with its rings where the driver has mapped those of the first.
 */

#include "af_packet_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static uint32_t blocks_of(const struct tw_ring_layout *l)
{
	return l->frame_count / (l->block_size / l->frame_size);
}

/* Both rings. */
static size_t mapped_len(const struct tw_ring_layout *l)
{
	return (size_t)2 * l->block_size * blocks_of(l);
}

void *tw_af_packet_mapping(int fd, const struct tw_ring_layout *layout)
{
	size_t len = mapped_len(layout);
	unsigned long from, to, inode;
	struct stat st;
	char line[512];
	FILE *f;
	void *found = NULL;

	if (fstat(fd, &st) < 0)
		return NULL;
	f = fopen("/proc/self/maps", "re");
	if (!f)
		return NULL;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &from, &to, &inode) == 3 &&
			inode == st.st_ino && to - from == len)
			found = (void *)from;
	}
	fclose(f);
	return found;
}

static int set(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value));
}

/* As the driver sets up its own. */
static int make_socket(const struct tpacket_req *req, int ifindex)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = ifindex};
	int rc, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (set(fd, PACKET_VERSION, TPACKET_V2) < 0 || set(fd, PACKET_LOSS, 1) < 0 ||
		set(fd, PACKET_QDISC_BYPASS, 1) < 0 || set(fd, PACKET_IGNORE_OUTGOING, 1) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_RX_RING, req, sizeof(*req)) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_TX_RING, req, sizeof(*req)) < 0 ||
		bind(fd, (struct sockaddr *)&ll, sizeof(ll)) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

static int map_at(void *at, size_t len, int fd)
{
	void *p = mmap(at, len, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_LOCKED | MAP_FIXED_NOREPLACE, fd, 0);

	return p == at ? 0 : -ENOMEM;
}

int tw_af_packet_stand_alone(int fd, int ifindex, const struct tw_ring_layout *layout)
{
	const struct tpacket_req req = {
		.tp_block_size = layout->block_size,
		.tp_block_nr = blocks_of(layout),
		.tp_frame_size = layout->frame_size,
		.tp_frame_nr = layout->frame_count,
	};
	size_t len = mapped_len(layout);
	void *at = tw_af_packet_mapping(fd, layout);
	int rc, alone;

	if (!at)
		return -ENOENT;
	alone = make_socket(&req, ifindex);
	if (alone < 0)
		return alone;
	/* First out, then in: both at once may be more than this process may lock. */
	munmap(at, len);
	if (map_at(at, len, alone) < 0) {
		close(alone);
		return map_at(at, len, fd) < 0 ? -ENOTRECOVERABLE : -ENOMEM;
	}
	rc = dup3(alone, fd, O_CLOEXEC) < 0 ? -ENOTRECOVERABLE : 0;
	close(alone);
	return rc;
}
