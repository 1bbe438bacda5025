/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "af_packet_priv.h"

#include "tw_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket as the driver leaves it, on a namespace's own lo. */
struct rig {
	struct tw_ring_layout layout;
	size_t len;
	uint8_t *map;
	int fd;
	int ifindex;
};

static void need_root(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0) {
		print_message("skipped: a network namespace needs root\n");
		skip();
	}
}

static int group_of(int fd)
{
	socklen_t len = sizeof(int);
	int group = -1;

	assert_int_equal(getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &group, &len), 0);
	return group;
}

static void set_up(struct rig *r)
{
	const int version = TPACKET_V2, group = 7 | PACKET_FANOUT_HASH << 16;
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct tpacket_req req;

	*r = (struct rig){.ifindex = (int)if_nametoindex("lo")};
	tw_af_packet_layout(1514, 1, &r->layout);
	/* a worker that stands still for 50 ms at 100,000 packets a second loses none, where the
	 * rings may be locked */
	assert_true(r->layout.frame_count > 5000 || geteuid() != 0);
	req = (struct tpacket_req){.tp_block_size = r->layout.block_size,
		.tp_block_nr =
			r->layout.frame_count / (r->layout.block_size / r->layout.frame_size),
		.tp_frame_size = r->layout.frame_size,
		.tp_frame_nr = r->layout.frame_count};
	r->len = (size_t)2 * req.tp_block_size * req.tp_block_nr;
	r->fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	assert_int_equal(ioctl(r->fd, SIOCSIFFLAGS, &ifr), 0);
	assert_int_equal(
		setsockopt(r->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)), 0);
	assert_int_equal(setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)), 0);
	assert_int_equal(setsockopt(r->fd, SOL_PACKET, PACKET_TX_RING, &req, sizeof(req)), 0);
	r->map = mmap(NULL, r->len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	assert_ptr_not_equal(r->map, MAP_FAILED);
	ll.sll_ifindex = r->ifindex;
	assert_int_equal(bind(r->fd, (struct sockaddr *)&ll, sizeof(ll)), 0);
	assert_int_equal(setsockopt(r->fd, SOL_PACKET, PACKET_FANOUT, &group, sizeof(group)), 0);
	assert_int_equal(group_of(r->fd) & 0xffff, 7);
}

static void tear_down(struct rig *r)
{
	munmap(r->map, r->len);
	close(r->fd);
}

/* Frame i of the half of the ring: 0 receives, 1 sends. */
static struct tpacket2_hdr *frame(const struct rig *r, int half, unsigned int i)
{
	uint8_t *p = r->map + (size_t)half * r->len / 2 + (size_t)i * r->layout.frame_size;

	return (struct tpacket2_hdr *)(void *)p;
}

static void send_one(const struct rig *r, uint8_t mark)
{
	struct tpacket2_hdr *h = frame(r, 1, 0);
	uint8_t *data = (uint8_t *)h + TPACKET2_HDRLEN - sizeof(struct sockaddr_ll);

	memset(data, 0, 60);
	data[12] = 0x88; /* a type for experiments */
	data[13] = 0xb5;
	data[14] = mark;
	h->tp_len = 60;
	h->tp_status = TP_STATUS_SEND_REQUEST;
	assert_int_equal(sendto(r->fd, NULL, 0, 0, NULL, 0), 60);
}

static void test_alone(void **state)
{
	struct pollfd p = {.events = POLLIN};
	const struct tpacket2_hdr *h;
	struct rig r;

	(void)state;
	need_root();
	set_up(&r);
	assert_int_equal(tw_af_packet_stand_alone(r.fd, r.ifindex, &r.layout), 0);
	assert_int_equal(group_of(r.fd), 0);
	/* what is sent through the mapped ring comes in there, once: not also when it goes out */
	send_one(&r, 0x5a);
	p.fd = r.fd;
	assert_int_equal(poll(&p, 1, 5000), 1);
	h = frame(&r, 0, 0);
	assert_true(h->tp_status & TP_STATUS_USER);
	assert_int_equal(h->tp_len, 60);
	assert_int_equal(((const uint8_t *)h + h->tp_mac)[14], 0x5a);
	poll(&p, 1, 50);
	assert_int_equal(frame(&r, 0, 1)->tp_status, TP_STATUS_KERNEL);
	tear_down(&r);
}

/*
 * The driver's socket stays as it is with rings that are not those mapped, and for an interface that
 * is not there.
 */
static void test_stays(void **state)
{
	struct tw_ring_layout other;
	struct rig r;

	(void)state;
	need_root();
	set_up(&r);
	other = r.layout;
	other.frame_count /= 2;
	assert_int_equal(tw_af_packet_stand_alone(r.fd, r.ifindex, &other), -ENOENT);
	assert_int_equal(tw_af_packet_stand_alone(r.fd, 9999, &r.layout), -ENODEV);
	assert_int_equal(group_of(r.fd) & 0xffff, 7);
	send_one(&r, 1);
	assert_true(frame(&r, 0, 0)->tp_status & TP_STATUS_USER);
	tear_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
