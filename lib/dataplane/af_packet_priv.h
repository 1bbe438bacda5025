/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_AF_PACKET_PRIV_H
#define TW_AF_PACKET_PRIV_H

/*
 * What the AF_PACKET driver of DPDK leaves to its user: a ring that fits the frames, a filter, and
 * the count of what the kernel dropped. Done on the driver's own sockets.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Geometry of a PACKET_MMAP ring, half of it for each direction. */
struct tw_ring_layout {
	uint32_t frame_size;
	uint32_t block_size;
	uint32_t frame_count;
	uint32_t data_room; /* what an mbuf must hold for the driver to accept it */
};

/*
 * Ring for frames of up to max_frame octets (all tags, no FCS). The driver addresses frame i at
 * i * frame_size, so blocks must be full of frames to the last octet. n_rings rings must fit into
 * the memory that this process may lock; fewer frames are taken where they do not.
 */
void tw_af_packet_layout(uint32_t max_frame, unsigned int n_rings, struct tw_ring_layout *ret);

/*
 * Replace the driver's socket by one that is in no fanout group, before it is used. With the rings
 * of that layout; the descriptor stays. 0, or a negative errno: the driver's own one is still
 * there, but for -ENOTRECOVERABLE.
 */
int tw_af_packet_stand_alone(int fd, int ifindex, const struct tw_ring_layout *layout);

/*
 * Where the driver has mapped the rings of a socket, receive ring first; NULL: nowhere, or not with
 * that layout.
 */
void *tw_af_packet_mapping(int fd, const struct tw_ring_layout *layout);

/* UDP ports in host order, both ends included. */
struct tw_udp_range {
	uint16_t first;
	uint16_t last;
};

/*
 * Let only these UDP ports in, and nothing that leaves this host: a classic BPF filter.
 *
 * PACKET_IGNORE_OUTGOING has no effect on sockets in a fanout group: there the group's setting
 * counts, which is fixed when it is made. So the filter tells outgoing frames, which on lo would
 * bring each packet a second time. IPv6 with options or a routing header
 * passes whatever the port is: a classic filter cannot loop. So does all UDP when there are more
 * ranges than a filter has room for.
 */
int tw_af_packet_filter(int fd, const struct tw_udp_range *ranges, size_t n, uint32_t max_frame);

/*
 * Make room for a full transmit ring, so that the driver's poll() for a free frame, which has no
 * timeout, finds the socket writable and returns at once.
 */
void tw_af_packet_send_buffer(int fd, const struct tw_ring_layout *layout);

/* Frames that found the ring full since the last call: the kernel forgets what it tells. */
uint64_t tw_af_packet_drops(int fd);

#endif
