/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_PORT_H
#define TW_PORT_H

/**
 * @file
 * A device, opened and started: queues, buffers, addresses, what it can do. Everything here belongs
 * to the main thread, except that workers read the struct and call rte_eth_rx_burst() and
 * rte_eth_tx_burst() on the queues they were given.
 */

#include "tw_addr.h"
#include "tw_device.h"
#include "tw_err.h"
#include "tw_host.h"
#include "tw_time.h"
#include "tw_xdp.h"

#include <rte_mempool.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_nic_clock;
struct tw_kernel_stamps;
struct tw_rx_interrupt;

#define TW_PORT_QUEUES 64
#define TW_PORT_ADDRS 128
#define TW_PORT_GATEWAYS 2
/** Largest frame that is ever sent, without FCS: 9,018 octets and a VLAN tag. */
#define TW_PORT_MAX_FRAME 9022
/** Octets of an ordinary frame without tags and FCS. */
#define TW_PORT_FRAME 1514

struct tw_port_config {
	struct tw_dev dev;
	/** Receive queues wanted, at least 1: usually one a worker. */
	uint16_t n_queues;
	/** Descriptors a queue; 0: 1024, or what the device wants. */
	uint16_t rx_desc, tx_desc;
	/** Buffers a queue beyond what device and caches hold; 0: 2048. */
	uint32_t extra_mbufs;
	/**
	 * Largest frame to be sent or received, our own VLAN tag included, without FCS; 0: what the
	 * kernel interface's MTU gives, else TW_PORT_FRAME and the tag. At most TW_PORT_MAX_FRAME.
	 */
	uint32_t max_frame;
	/** The port's own addresses; a kernel interface adds those it has. */
	struct tw_prefix addrs[TW_PORT_ADDRS];
	size_t n_addrs;
	/** A kernel interface takes test packets to this address alone; family 0: to all of its own. */
	struct tw_addr only;
	/** Next hops for what is not on the link; a kernel interface asks the kernel's routes. */
	struct tw_addr gateways[TW_PORT_GATEWAYS];
	size_t n_gateways;
	/** 802.1Q tag of everything sent, 0: none. */
	uint16_t vlan;
	/** Destination MAC for every peer, where nobody can be asked. */
	bool has_peer_mac;
	struct tw_mac peer_mac;
	bool promiscuous;
	/** Switched on where the device can, see tw_port.rx_timestamp and the others. */
	bool want_rx_timestamp;
	/** Those of the kernel, of a kernel interface. */
	bool want_kernel_timestamp;
	bool want_timesync;
	bool want_launch_time;
	bool want_checksum_offload;
	/** All buffers sent on queue q come from pool[q] and are not shared. */
	bool want_fast_free;
	/** The worker never sleeps: what is for throughput goes before what is for little traffic. */
	bool busy_poll;
	/** A virtual device's link is its peer: that it is gone is no fault where peers are served. */
	bool peers_come_and_go;
};

/** What only tw_port functions touch. */
struct tw_port_private;

struct tw_port {
	uint16_t port_id;
	uint16_t n_rx; /**< may exceed what was wanted: AF_XDP must serve every channel */
	uint16_t n_tx; /**< at least the queues wanted, equal to n_rx on AF_XDP */
	uint16_t rx_desc, tx_desc;
	char name[64];   /**< as the user knows it */
	char driver[32]; /**< of DPDK: "net_af_xdp" */
	/** Receive buffers of queue q; send on queue q from the same pool (zero copy). */
	struct rte_mempool *pool[TW_PORT_QUEUES];
	struct tw_mac mac;
	uint32_t mtu;       /**< octets of an IP packet */
	uint32_t max_frame; /**< octets of a frame to send, own VLAN tag included, no FCS */
	int numa;           /**< node or -1 */
	bool link_up;
	uint32_t speed_mbps;  /**< 0: not known */
	_Atomic bool no_link; /**< w: main thread in tw_port_look(), r: workers */

	struct tw_prefix addrs[TW_PORT_ADDRS];
	size_t n_addrs;
	struct tw_addr gateways[TW_PORT_GATEWAYS];
	size_t n_gateways;
	uint16_t vlan;
	bool has_peer_mac;
	struct tw_mac peer_mac;

	bool is_kernel; /**< a kernel interface: the kernel answers ARP, ND and ping */
	bool is_loopback;
	bool needs_neighbour; /**< peers must be resolved by our own neighbour code */
	int ifindex;          /**< of a kernel interface, else 0 */

	bool rx_checksum;     /**< mbufs carry checksum verdicts of IPv4 and UDP */
	bool tx_checksum;     /**< the device fills IPv4 and UDP checksums when asked to */
	bool fast_free;       /**< RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE is on */
	bool rx_timestamp;    /**< received mbufs carry a stamp */
	bool launch_time;     /**< the device sends at the time in the mbuf */
	bool timesync;        /**< rte_eth_timesync_enable() said yes; no proof of stamps */
	bool read_clock;      /**< rte_eth_read_clock() answers; see tw_port_caps.h whose clock */
	int timestamp_offset; /**< of the mbuf field, -1 */
	uint64_t rx_timestamp_flag, tx_timestamp_flag;
	bool rx_register; /**< receive stamps stand in a register, for mbufs that say so */
	/** The NIC's clock after its trial at the start; NULL: stamps are software's. */
	struct tw_nic_clock *nic_clock;
	/** Receive stamps of the kernel; NULL: it makes none, or they are not asked for. */
	struct tw_kernel_stamps *kernel_stamps;
	uint32_t stamp_notes; /**< why not: bit by enum tw_stamp_note */
	char stamps_why[200]; /**< the same in words, "" with a clock */

	bool interrupts;         /**< workers may sleep until a receive interrupt comes */
	char no_interrupts[160]; /**< why not; "" on kernel interfaces */

	struct tw_port_private *priv;
};

/** Is UDP spread by a rule of rte_flow, of an unknown hash? */
bool tw_port_is_spread(const struct tw_port *port);

/** Cumulative since the port was started. */
struct tw_port_stats {
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t rx_missed; /**< no room in the device's or the socket's receive ring */
	uint64_t rx_nombuf; /**< no buffer for a received packet */
	uint64_t tx_errors; /**< taken by tx_burst and not sent */
	/** By the kernel's interface behind the driver, while we sent and no more than that, see tx_drops.h. */
	uint64_t tx_dropped;
};

/**
 * Open and configure a device; the EAL must run. A kernel interface is driven over AF_XDP where
 * that is possible, else over AF_PACKET, and a line in the log says why.
 *
 * @return 0
 * @return -ENODEV: no such device, or no driver for it
 * @return -ENETDOWN: the kernel interface is down
 * @return -EPERM: privileges are missing
 * @return -EMSGSIZE: frames of that size cannot be had
 * @return another negative errno of the driver
 */
int tw_port_open(const struct tw_port_config *cfg, struct tw_port *ret_port, struct tw_err *err);

/**
 * Two ports that are each other's wire, on net_ring: what one sends the other receives.
 * @p cfg gives queues, frame size, buffers and addresses; its device is not looked at.
 */
int tw_port_open_crossed(
	const struct tw_port_config cfg[2], struct tw_port ret_ports[2], struct tw_err *err);

/** Start it; rx and tx bursts may run afterwards. */
int tw_port_start(struct tw_port *port, struct tw_err *err);

/** Stop it and give everything back; takes a port that is not open. */
void tw_port_close(struct tw_port *port);

/**
 * Free a pool whose buffers were sent by a port: at once when all have come back, else with the port, since a
 * device keeps what it has sent until it needs room, and gives it back when it stops.
 */
void tw_port_retire_pool(uint16_t port_id, struct rte_mempool *pool);

/** Descriptors that a held UDP port takes at most. */
#define TW_HELD_FDS 4

/**
 * Take UDP ports for us: on a kernel interface they are held by sockets that stay silent, and the
 * XDP program or the socket filter lets them in. Elsewhere there is nobody to take them from.
 *
 * @param family  4, 6, or 0 for both
 * @param first  0: any @p count successive free ports from the dynamic range
 * @return 0
 * @return -EADDRINUSE: another program has one of them, or no such run is free
 */
int tw_port_take_udp(struct tw_port *port, uint8_t family, uint16_t first, uint16_t count,
	uint16_t *ret_first, struct tw_err *err);

/** Give them back to the kernel. */
void tw_port_give_udp(struct tw_port *port, uint16_t first, uint16_t count);

/** Is it an address of the port? */
bool tw_port_owns(const struct tw_port *port, const struct tw_addr *addr);

/** False where tw_port_route() would but guess that the peer is on the link. */
bool tw_port_has_route(const struct tw_port *port, const struct tw_addr *peer);

/**
 * Which source address and which neighbour lead to @p peer.
 * @param ret_hop  the gateway, or the peer itself
 * @return 0
 * @return -ENETUNREACH: no address of that family, no gateway, or no route
 * @return -EADDRINUSE: the peer is the port itself
 */
int tw_port_route(const struct tw_port *port, const struct tw_addr *peer,
	struct tw_addr *ret_source, struct tw_addr *ret_hop, struct tw_err *err);

/**
 * MAC address of a next hop: the configured one, or the kernel's answer.
 * @return 0
 * @return -EAGAIN: the port needs our own neighbour code (tw_port.needs_neighbour)
 * @return -EHOSTUNREACH: the kernel got no answer within @p timeout_ms
 * @return -EINTR: @p keep_on, which may be NULL, said no
 */
int tw_port_resolve(const struct tw_port *port, const struct tw_addr *hop, unsigned int timeout_ms,
	bool (*keep_on)(void), struct tw_mac *ret_mac, struct tw_err *err);

struct tw_loop_stamps;

/** What a task on queue @p q may use of the NIC's stamps. */
void tw_port_stamps_loop(const struct tw_port *port, uint16_t q, struct tw_loop_stamps *ret);

/** Look at the NIC's clock again, every 100 ms or so; main thread. What happened is logged. */
void tw_port_stamps_tick(struct tw_port *port);

/** Counters of device, sockets and kernel interface. Main thread only: it makes system calls. */
int tw_port_stats(struct tw_port *port, struct tw_port_stats *ret_stats);

/**
 * Look whether the port is still there and has a link, and note how long it has none. Main thread.
 * @return 0
 * @return -ENODEV: the device was removed
 */
int tw_port_look(struct tw_port *port, struct tw_err *err);

/** How long the port had no link so far, as tw_port_look() saw it. */
struct tw_ns tw_port_down(const struct tw_port *port);

/**
 * Descriptor that becomes readable when queue @p q has packets, for sleeping with poll or epoll.
 * @return the descriptor, -1: the device has none
 */
int tw_port_poll_fd(const struct tw_port *port, uint16_t q);

/**
 * The interrupt behind that descriptor, to be armed before a sleep.
 * @return NULL: there is none, the descriptor is always on
 */
struct tw_rx_interrupt *tw_port_interrupt(const struct tw_port *port, uint16_t q);

#endif
