/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_HOST_H
#define TW_HOST_H

/**
 * @file
 * What the kernel knows: routes, links, addresses, neighbours, interface statistics, the state of
 * its clock; and sockets that hold a UDP port so that the kernel stays silent about it.
 *
 * Every call asks anew (netlink, ioctl, adjtimex) and keeps nothing. None may be made from a worker
 * loop. All act in the network namespace of the calling thread. Errors are negative errno with one
 * sentence in the struct tw_err, which may be NULL.
 */

#include "tw_addr.h"
#include "tw_err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TW_IFNAME 16 /**< IFNAMSIZ */

/** One network interface. */
struct tw_host_link {
	int ifindex;
	char name[TW_IFNAME];
	char kind[16];   /**< "veth", "bond", ...; "" for plain hardware */
	char driver[32]; /**< of ethtool; "" when there is none */
	struct tw_mac mac;
	uint32_t mtu;
	uint32_t channels; /**< receive channels, at least 1 */
	int speed_mbps;    /**< -1 when not known */
	int numa_node;     /**< -1 when not known */
	bool up;           /**< administratively */
	bool running;      /**< carrier */
	bool loopback;
	bool ethernet; /**< frames carry Ethernet headers (`lo` does too) */
	bool promiscuous;
};

/** One address of an interface. */
struct tw_host_addr {
	int ifindex;
	struct tw_prefix prefix;
	bool usable; /**< not tentative, not failed duplicate detection, not deprecated */
	bool link_local;
};

/** How the kernel would reach a peer. */
struct tw_host_route {
	int ifindex;
	char ifname[TW_IFNAME];
	struct tw_addr source;  /**< preferred source address */
	struct tw_addr gateway; /**< family 0: the peer is on the link */
	bool local;             /**< the peer is an address of this host */
	uint32_t mtu;           /**< of the route; 0: the link's */
};

/** Kernel counters of an interface since it was made (rtnl_link_stats64). */
struct tw_host_stats {
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t rx_dropped; /**< includes what a full CPU backlog dropped */
	uint64_t tx_dropped;
	uint64_t rx_missed;
	uint64_t rx_errors;
	uint64_t tx_errors;
};

/** The kernel's opinion of its clock (adjtimex). */
struct tw_host_clock {
	bool synchronised; /**< the S bit of RFC 4656 section 4.1.2 */
	int64_t max_error_ns;
	int64_t est_error_ns;
	int status; /**< STA_* bits */
};

/**
 * An interface by name.
 * @return 0, -ENODEV: there is none of this name, another negative errno of netlink
 */
int tw_host_link_by_name(const char *name, struct tw_host_link *ret_link, struct tw_err *err);

/** An interface by index. @return as tw_host_link_by_name() */
int tw_host_link_by_index(int ifindex, struct tw_host_link *ret_link, struct tw_err *err);

/**
 * All interfaces, by index.
 * @param cap  size of @p ret_links; what does not fit is left out
 * @return 0, a negative errno of netlink
 */
int tw_host_links(
	struct tw_host_link *ret_links, size_t cap, size_t *ret_count, struct tw_err *err);

/**
 * Addresses of an interface in the kernel's order (primary first).
 * @param ifindex  0: of all interfaces
 * @return 0, a negative errno of netlink
 */
int tw_host_addrs(int ifindex, struct tw_host_addr *ret_addrs, size_t cap, size_t *ret_count,
	struct tw_err *err);

/**
 * The kernel's route to @p peer.
 * @param from  source address to route from, NULL: the kernel chooses
 * @param ifindex  interface that must be used, 0: the kernel chooses
 * @return 0, -ENETUNREACH: no route, -EINVAL: not an address, another negative errno of netlink
 */
int tw_host_route(const struct tw_addr *peer, const struct tw_addr *from, int ifindex,
	struct tw_host_route *ret_route, struct tw_err *err);

/**
 * Does the kernel's table lead to @p peer through this interface? tw_host_route() with an interface
 * guesses over IPv4 that whatever has no route there is on its link.
 */
bool tw_host_has_route(const struct tw_addr *peer, int ifindex);

/**
 * The interface that owns the local address @p local. An unspecified address gives the
 * interface of the default route (IPv4 first when the family is 0).
 * @return 0, -EADDRNOTAVAIL: no interface has it, -ENETUNREACH: no default route
 */
int tw_host_owner(const struct tw_addr *local, struct tw_host_link *ret_link, struct tw_err *err);

/**
 * MAC address that the kernel has for a neighbour, stale ones included.
 * @return 0, -ENOENT: not resolved
 */
int tw_host_neighbour(int ifindex, const struct tw_addr *addr, struct tw_mac *ret_mac);

/**
 * Have the kernel resolve a neighbour and wait for it.
 *
 * The kernel is asked with RTM_NEWNEIGH and NTF_USE, which makes it send ARP or a neighbour
 * solicitation exactly as if it had a packet to send (CAP_NET_ADMIN); without that capability one
 * octet is sent to the discard port (RFC 863) of the neighbour, which has the same effect.
 *
 * @return 0
 * @return -ENODEV: no such interface
 * @return -EHOSTUNREACH: no answer within @p timeout_ms
 * @return -EINTR: @p keep_on, which may be NULL, said no
 */
int tw_host_resolve(int ifindex, const struct tw_addr *addr, unsigned int timeout_ms,
	bool (*keep_on)(void), struct tw_mac *ret_mac, struct tw_err *err);

struct tw_host_neighbours;

/**
 * Remember the permanent neighbours of an interface, of both families: those that somebody entered.
 * The kernel forgets them, too, when the interface's MAC address is set, were it to what it was.
 * @return 0, negative errno
 */
int tw_host_neighbours_keep(int ifindex, struct tw_host_neighbours **ret);

/** Enter them again, whatever took their places, and free it. @return 0, the first negative errno */
int tw_host_neighbours_restore(struct tw_host_neighbours *n);

/** Kernel counters of an interface. @return 0, -ENODEV */
int tw_host_stats(int ifindex, struct tw_host_stats *ret_stats);

/**
 * Is the interface up, and has it a link? Cheap enough for many times a second.
 * @return 1, 0, -ENODEV: it is gone, another negative errno: not known
 */
int tw_host_link_running(int ifindex);

/**
 * A descriptor that becomes readable when any interface of this network namespace changes.
 * @return the descriptor, to close() when done; a negative errno of netlink
 */
int tw_host_watch_links(void);

/** Take what it has to say: it is readable again at the next change. */
void tw_host_watch_drain(int fd);

/**
 * Nothing comes from an interface of ours but what is asked of it: no IPv6 link-local address of
 * its own making, hence no router solicitations either; and what arrives on it need not be routed
 * back over it (rp_filter). When it comes up it says once who has its addresses now (arp_notify,
 * ndisc_notify). Before it is set up.
 * @return 0, a negative errno of netlink
 */
int tw_host_link_make_quiet(const struct tw_host_link *link, struct tw_err *err);

/** Set an interface up. @return 0, -EPERM, another negative errno of netlink */
int tw_host_link_set_up(const struct tw_host_link *link, struct tw_err *err);

/**
 * Give an interface an address, usable at once (no duplicate address detection), and with it the
 * route to its network.
 * @return 0, -EPERM, another negative errno of netlink
 */
int tw_host_add_addr(
	const struct tw_host_link *link, const struct tw_prefix *addr, struct tw_err *err);

/**
 * A default route over an interface that is up, whether or not its addresses' networks contain the
 * gateway.
 * @param metric  higher than that of the host's own one: only sockets bound to the interface use it
 *                then
 * @return 0, -EPERM, -EEXIST: there is one of this metric, another negative errno of netlink
 */
int tw_host_add_default_route(const struct tw_host_link *link, const struct tw_addr *gateway,
	uint32_t metric, struct tw_err *err);

/** State of the kernel's clock. @return 0, a negative errno of adjtimex */
int tw_host_clock(struct tw_host_clock *ret_clock);

/**
 * Hold a UDP port: a socket that is bound and receives nothing (a filter drops every datagram
 * before it is queued), so that the kernel neither answers with ICMP port unreachable nor gives
 * the port to somebody else.
 *
 * @param ifindex  hold it on this interface only, 0: on all. A datagram from this host to one of its
 *                 own addresses belongs to the interface that owns the address, not to `lo`
 * @param local  family, address (unspecified: any) and port; port 0 picks a free one
 * @param ret_port  the port that is held
 * @return a file descriptor to close() when done
 * @return -EADDRINUSE: somebody has the port
 * @return -EACCES: a port below 1024 without CAP_NET_BIND_SERVICE
 * @return -EADDRNOTAVAIL, -EAFNOSUPPORT: not an address of this host
 */
int tw_host_hold_port(
	int ifindex, const struct tw_endpoint *local, uint16_t *ret_port, struct tw_err *err);

#endif
