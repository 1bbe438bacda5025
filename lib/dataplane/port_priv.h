/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_PORT_PRIV_H
#define TW_PORT_PRIV_H

#include "tw_port.h"

#include "af_packet_priv.h"
#include "fds_priv.h"
#include "packet_prog.h"
#include "rx_interrupt.h"
#include "tx_drops.h"

#include <rte_ethdev.h>

/* One UDP port that is held: IPv4 and IPv6 of the interface, and of its foreign addresses. */
struct tw_held {
	uint16_t udp;
	int fd[TW_HELD_FDS]; /* -1 where there is none */
};

struct tw_port_private {
	struct tw_port_config cfg;
	bool attached; /* port_id is valid */
	bool started;
	bool own_vdev;
	struct tw_host_link link;               /* of a kernel interface */
	struct rte_ring *rings[TW_PORT_QUEUES]; /* crossed ports: what this one sends */
	struct tw_xdp xdp;
	struct tw_packet_prog prog; /* on AF_PACKET, where it can be had */
	bool is_af_packet;
	bool is_af_xdp;
	int setup_errno; /* errno when a queue could not be set up: the drivers hide it */
	struct tw_ring_layout layout;
	int fds[TW_PORT_QUEUES]; /* the driver's sockets by queue, not ours to close */
	uint64_t drops;          /* what AF_PACKET sockets told so far */
	struct tw_tx_drops tx_drops;
	int64_t tx_drops_turn;    /* CLOCK_MONOTONIC: the present one's begin */
	struct rte_eth_conf conf; /* as it was configured */
	struct tw_rx_interrupt interrupts[TW_PORT_QUEUES];
	rte_spinlock_t interrupt_lock;
	int64_t down_since;         /* CLOCK_MONOTONIC, 0: there is a link */
	struct tw_ns down;          /* without a link, until then */
	bool had_peer;              /* of a device whose link is its peer */
	int64_t retry_at;           /* CLOCK_MONOTONIC: when to look for that again, 0: not begun */
	struct rte_flow *spread[2]; /* rules of rte_flow for IPv4, IPv6; NULL: none */
	struct tw_held *held;
	size_t n_held;
};

/* A port that is not attached to anything yet. */
int tw_port_init(struct tw_port *port, const struct tw_port_config *cfg, struct tw_err *err);

/* Room in mbufs for frames of this size, headroom included, with tags that are not ours. */
uint32_t tw_port_data_room(uint32_t max_frame);

/* max_frame and mtu from the configuration, where no kernel says what they are. */
void tw_port_choose_frame(struct tw_port *port);

/*
 * The ethdev half, for a device that is plugged in (port->port_id): configure, make pools, set up
 * queues, fill in what the device tells. Pools hold data_room octets; n_rx, n_tx are wanted.
 */
struct tw_port_setup {
	uint16_t n_rx, n_tx;
	uint32_t data_room;
	uint32_t device_mbufs; /* a queue: what the device itself keeps */
	bool own_mtu;          /* the device's MTU is ours to set */
};
int tw_port_setup(struct tw_port *port, const struct tw_port_setup *s, struct tw_err *err);

/* Undo tw_port_setup() and unplug, so that another driver may be tried. */
void tw_port_undo(struct tw_port *port);

/* Is the port to be configured with receive interrupts? Notes why not. */
bool tw_port_interrupts_wanted(struct tw_port *port);

/* The driver did not want to be configured or started with them. */
void tw_port_interrupts_refused(struct tw_port *port, int rc);

/* After the start: take their descriptors, if all queues have one that is its own. */
void tw_port_interrupts_begin(struct tw_port *port);

/* Log once what workers found out. */
void tw_port_interrupts_look(struct tw_port *port);

/* Of the kernel's interface: what it drops from now on, and whether that can be ours. */
void tw_port_tx_drops_begin(struct tw_port *port);
void tw_port_tx_drops_look(struct tw_port *port, int64_t now);

/*
 * Spread UDP over the queues by ports, by rules of rte_flow, where the device's RSS cannot; after
 * the start. What is not to be had is said.
 */
void tw_port_spread_begin(struct tw_port *port);
void tw_port_spread_end(struct tw_port *port);

/* The kernel interface half. */
int tw_port_open_kernel(struct tw_port *port, struct tw_err *err);

/* Pools that waited for the device to stop, which it has. */
void tw_port_free_retired(uint16_t port_id);

/* Find out what of the port's stamps is to be trusted; after the start. Says so in the log. */
void tw_port_stamps_begin(struct tw_port *port);
void tw_port_stamps_end(struct tw_port *port);

/*
 * Are its receive stamps worth switching on? Those of the kernel or of a file are software's, and
 * where no function reads the clock that makes them they say nothing, but may cost vector loops.
 */
bool tw_port_stamps_usable(const struct tw_port *port);

/* Remove the socket that a killed server left where this device is going to listen. */
void tw_port_peer_clear(const struct tw_dev *dev);

/* Is the device's link its peer in another process? */
bool tw_port_has_peer(const struct tw_port *port);

/* Before such a port is started: its peer may leave at any time from then on. */
int tw_port_peer_begin(struct tw_port *port, struct tw_err *err);

/* 1: there is a link or nobody misses it, 0: there is none. Tries to get one back. */
int tw_port_peer_look(struct tw_port *port, int64_t now);

void tw_held_release(struct tw_held *h);

/* At the start: let the UDP ports in port->priv->held through, no others. */
int tw_port_apply_udp(struct tw_port *port, struct tw_err *err);

#endif
