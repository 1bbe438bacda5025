/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "af_packet_priv.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAMES 6144 /* 61 ms at 100 kpps; the driver's default of 512 is 5 ms */
#define MIN_FRAMES 256
/* Not 2048: at an odd multiple of 64 the frames' headers do not all meet in a few cache sets. */
#define MIN_FRAME_SIZE 1984
#define MAX_BLOCK (256 * 1024)
/* The Ethernet header ends on a multiple of 16 behind the ring's own header. */
#define RX_HEADER (TPACKET_ALIGN(TPACKET2_HDRLEN + 16) - ETH_HLEN)
#define TX_HEADER (TPACKET2_HDRLEN - sizeof(struct sockaddr_ll))

static uint32_t gcd(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

/* The kernel takes blocks in powers of two of pages: the multiple that wastes least. */
static uint32_t best_block(uint32_t frame_size)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	uint32_t unit = frame_size / gcd(frame_size, page) * page, best = unit;
	double best_fill = 0;

	for (uint32_t block = unit; block <= MAX_BLOCK; block += unit) {
		uint32_t pow2 = page;
		double fill;

		while (pow2 < block)
			pow2 *= 2;
		fill = (double)block / pow2;
		if (fill > best_fill + 0.01) {
			best = block;
			best_fill = fill;
		}
	}
	return best;
}

/* The driver maps its rings with MAP_LOCKED: see whether that much can be had. */
static bool can_lock(size_t len)
{
	void *p = mmap(
		NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, len);
	return true;
}

void tw_af_packet_layout(uint32_t max_frame, unsigned int n_rings, struct tw_ring_layout *ret)
{
	uint32_t need = max_frame + (uint32_t)RX_HEADER, per_block;

	*ret = (struct tw_ring_layout){.frame_size = MIN_FRAME_SIZE, .frame_count = FRAMES};
	if (need > MIN_FRAME_SIZE)
		ret->frame_size = (need + 1023) / 1024 * 1024;
	ret->block_size = best_block(ret->frame_size);
	per_block = ret->block_size / ret->frame_size;
	while (ret->frame_count > MIN_FRAMES &&
		!can_lock((size_t)2 * n_rings * ret->frame_count * ret->frame_size))
		ret->frame_count /= 2;
	ret->frame_count = (ret->frame_count + per_block - 1) / per_block * per_block;
	ret->data_room = ret->frame_size - (uint32_t)TX_HEADER;
}

struct program {
	struct sock_filter insn[BPF_MAXINSNS];
	unsigned short len;
};

static void emit(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	p->insn[p->len++] = (struct sock_filter){.code = code, .jt = jt, .jf = jf, .k = k};
}

#define LD_ABS(size) (BPF_LD | (size) | BPF_ABS)
#define JUMP(op) (BPF_JMP | (op) | BPF_K)

static void drop(struct program *p)
{
	emit(p, BPF_RET | BPF_K, 0, 0, 0);
}

static void accept_frame(struct program *p)
{
	emit(p, BPF_RET | BPF_K, UINT32_MAX, 0, 0);
}

/* Go on where the accumulator is k, else drop. */
static void require(struct program *p, uint32_t k)
{
	emit(p, JUMP(BPF_JEQ), k, 1, 0);
	drop(p);
}

static void match_ports(struct program *p, const struct tw_udp_range *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		emit(p, JUMP(BPF_JGE), r[i].first, 0, 2);
		emit(p, JUMP(BPF_JGT), r[i].last, 1, 0);
		accept_frame(p);
	}
	drop(p);
}

/*
 * IP behind an Ethernet header of eth octets. The kernel takes the outer VLAN tag out of the frame
 * before a filter sees it, so only a second one is still there. Fragments have no ports.
 */
static void match_ip(struct program *p, uint32_t eth, const struct tw_udp_range *r, size_t n)
{
	unsigned short to_v6, to_options;

	emit(p, LD_ABS(BPF_H), eth - 2, 0, 0);
	to_v6 = p->len;
	emit(p, JUMP(BPF_JEQ), ETH_P_IP, 1, 0);
	emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
	emit(p, LD_ABS(BPF_B), eth + 9, 0, 0);
	require(p, IPPROTO_UDP);
	emit(p, LD_ABS(BPF_H), eth + 6, 0, 0);
	emit(p, JUMP(BPF_JSET), 0x3fff, 0, 1);
	drop(p);
	emit(p, BPF_LDX | BPF_B | BPF_MSH, eth, 0, 0);
	emit(p, BPF_LD | BPF_H | BPF_IND, eth + 2, 0, 0);
	match_ports(p, r, n);
	p->insn[to_v6 + 1].k = (uint32_t)(p->len - (to_v6 + 2));

	require(p, ETH_P_IPV6);
	emit(p, LD_ABS(BPF_B), eth + 6, 0, 0);
	to_options = p->len;
	emit(p, JUMP(BPF_JEQ), IPPROTO_UDP, 1, 0);
	emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
	emit(p, LD_ABS(BPF_H), eth + 40 + 2, 0, 0);
	match_ports(p, r, n);
	p->insn[to_options + 1].k = (uint32_t)(p->len - (to_options + 2));
	emit(p, JUMP(BPF_JEQ), IPPROTO_HOPOPTS, 3, 0);
	emit(p, JUMP(BPF_JEQ), IPPROTO_ROUTING, 2, 0);
	emit(p, JUMP(BPF_JEQ), IPPROTO_DSTOPTS, 1, 0);
	drop(p);
	accept_frame(p);
}

int tw_af_packet_filter(int fd, const struct tw_udp_range *ranges, size_t n, uint32_t max_frame)
{
	/* Four copies of the ranges, three instructions each, and some fifty around them. */
	const size_t most = (BPF_MAXINSNS - 64) / (4 * 3);
	const struct tw_udp_range all = {0, UINT16_MAX};
	struct program *p = calloc(1, sizeof(*p));
	struct sock_fprog prog;
	unsigned short to_tagged;
	int rc;

	if (!p)
		return -ENOMEM;
	if (n > most) {
		ranges = &all;
		n = 1;
	}
	emit(p, LD_ABS(BPF_W), (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE), 0, 0);
	emit(p, JUMP(BPF_JEQ), PACKET_OUTGOING, 0, 1);
	drop(p);
	/* The fanout group puts fragments together: what got too long by that is no frame. */
	emit(p, BPF_LD | BPF_W | BPF_LEN, 0, 0, 0);
	emit(p, JUMP(BPF_JGT), max_frame, 0, 1);
	drop(p);
	emit(p, LD_ABS(BPF_H), 2 * ETH_ALEN, 0, 0);
	emit(p, JUMP(BPF_JEQ), ETH_P_8021Q, 1, 0);
	to_tagged = p->len;
	emit(p, JUMP(BPF_JEQ), ETH_P_8021AD, 0, 1);
	emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
	match_ip(p, ETH_HLEN, ranges, n);
	p->insn[to_tagged + 1].k = (uint32_t)(p->len - (to_tagged + 2));
	match_ip(p, ETH_HLEN + 4, ranges, n);

	prog = (struct sock_fprog){.len = p->len, .filter = p->insn};
	rc = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 ? -errno : 0;
	free(p);
	return rc;
}

void tw_af_packet_send_buffer(int fd, const struct tw_ring_layout *layout)
{
	/* Writable means: less than half of the buffer is in flight, with the kernel's overhead. */
	int size = (int)(2 * layout->frame_count * (layout->frame_size + 1024));

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

uint64_t tw_af_packet_drops(int fd)
{
	struct tpacket_stats s = {0};
	socklen_t len = sizeof(s);

	return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &s, &len) < 0 ? 0 : s.tp_drops;
}
