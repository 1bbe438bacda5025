/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "port_priv.h"

#include "tw_log.h"
#include "tw_rand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The dynamic ports (RFC 6335 section 6). */
#define FIRST_DYNAMIC 49152
#define TRIES 64
#define OTHER_FDS 1024 /* what is open besides */

static int by_udp(const void *a, const void *b)
{
	return ((const struct tw_held *)a)->udp - ((const struct tw_held *)b)->udp;
}

void tw_held_release(struct tw_held *h)
{
	for (int k = 0; k < TW_HELD_FDS; k++) {
		if (h->fd[k] >= 0)
			close(h->fd[k]);
		h->fd[k] = -1;
	}
}

/*
 * Where socket k of a held port is bound; false: there is no such one. On this interface only, so
 * that another instance can have the same port on another one. But packets to an address of another
 * interface travel over lo and belong to that interface in the kernel's eyes: on lo a port that was
 * picked is held everywhere, and a given one at the configured addresses too. What is for one address
 * only leaves the others to whoever has them.
 */
static bool place(
	const struct tw_port *port, int k, bool picked, int *ret_ifindex, struct tw_addr *ret_addr)
{
	uint8_t family = k % 2 ? 6 : 4;
	struct tw_host_link owner;

	*ret_addr = (struct tw_addr){.family = family};
	*ret_ifindex = port->is_loopback && picked ? 0 : port->ifindex;
	if (k < 2 && port->priv->cfg.only.family) {
		*ret_addr = port->priv->cfg.only;
		return family == ret_addr->family;
	}
	if (k < 2)
		return true;
	for (size_t i = 0; port->is_loopback && !picked && i < port->priv->cfg.n_addrs; i++) {
		const struct tw_addr *a = &port->priv->cfg.addrs[i].addr;

		if (a->family == family && tw_host_owner(a, &owner, NULL) == 0 &&
			owner.ifindex != port->ifindex) {
			*ret_addr = *a;
			*ret_ifindex = owner.ifindex;
			return true;
		}
	}
	return false;
}

static int hold(const struct tw_port *port, uint8_t family, uint16_t udp, bool picked,
	struct tw_held *ret, struct tw_err *err)
{
	*ret = (struct tw_held){.udp = udp, .fd = {-1, -1, -1, -1}};
	for (int k = 0; k < TW_HELD_FDS; k++) {
		struct tw_endpoint at = {.port = udp};
		int fd, ifindex;
		uint16_t got;

		if (!place(port, k, picked, &ifindex, &at.addr) ||
			(family && family != at.addr.family))
			continue;
		fd = tw_host_hold_port(ifindex, &at, &got, err);
		/* A kernel without this family has nobody to keep silent. */
		if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
			continue;
		if (fd < 0) {
			tw_held_release(ret);
			return fd;
		}
		ret->fd[k] = fd;
	}
	return 0;
}

static int hold_run(const struct tw_port *port, uint8_t family, uint16_t first, uint16_t count,
	bool picked, struct tw_held *ret, struct tw_err *err)
{
	for (uint16_t i = 0; i < count; i++) {
		int rc = hold(port, family, (uint16_t)(first + i), picked, &ret[i], err);

		if (rc < 0) {
			while (i--)
				tw_held_release(&ret[i]);
			return rc;
		}
	}
	return 0;
}

static int pick_run(const struct tw_port *port, uint8_t family, uint16_t count, struct tw_held *ret,
	struct tw_err *err)
{
	struct tw_rand rnd;
	int rc = -EADDRINUSE;

	if (count > UINT16_MAX - FIRST_DYNAMIC + 1)
		return tw_fail(err, -EADDRINUSE, "there are no %u successive free ports", count);
	tw_rand_init(&rnd, tw_rand_seed());
	for (int i = 0; rc == -EADDRINUSE && i < TRIES; i++) {
		uint32_t span = UINT16_MAX - FIRST_DYNAMIC + 2u - count;

		rc = hold_run(port, family, (uint16_t)(FIRST_DYNAMIC + tw_rand_below(&rnd, span)),
			count, true, ret, err);
	}
	return rc;
}

/* Each held port is a few descriptors. Who may (CAP_SYS_RESOURCE) has the hard limit raised, too. */
static void allow_descriptors(size_t more)
{
	struct rlimit r, higher = {more + OTHER_FDS, more + OTHER_FDS};

	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= higher.rlim_cur)
		return;
	if (r.rlim_max < higher.rlim_max && setrlimit(RLIMIT_NOFILE, &higher) == 0)
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

static int classic_filter(struct tw_port *port)
{
	struct tw_port_private *priv = port->priv;
	struct tw_udp_range *r = calloc(priv->n_held + 1, sizeof(*r));
	size_t n = 0;
	int rc = 0;

	if (!r)
		return -ENOMEM;
	/* held is in order: neighbours grow together */
	for (size_t i = 0; i < priv->n_held; i++) {
		uint16_t udp = priv->held[i].udp;

		if (n && udp <= r[n - 1].last + 1)
			r[n - 1].last = udp;
		else
			r[n++] = (struct tw_udp_range){udp, udp};
	}
	for (uint16_t q = 0; rc == 0 && q < port->n_rx; q++)
		rc = tw_af_packet_filter(priv->fds[q], r, n, port->max_frame + RTE_VLAN_HLEN);
	free(r);
	return rc;
}

static uint8_t bits_of(const struct tw_held *h)
{
	return (uint8_t)(TW_PACKET_OURS | (h->fd[0] >= 0 ? TW_PACKET_HELD4 : 0) |
			 (h->fd[1] >= 0 ? TW_PACKET_HELD6 : 0));
}

/* Ports that are held: whatever stands between them and us lets them through from now on. */
static int let_in(struct tw_port *port, uint32_t first, uint32_t count, struct tw_err *err)
{
	struct tw_port_private *priv = port->priv;
	int rc = 0;

	if (priv->is_af_packet && !priv->prog.object)
		rc = classic_filter(port);
	for (size_t i = 0; rc == 0 && i < priv->n_held; i++) {
		const struct tw_held *h = &priv->held[i];

		if (h->udp < first || h->udp >= first + count)
			continue;
		if (priv->is_af_xdp)
			rc = tw_xdp_take(&priv->xdp, h->udp, true);
		else if (priv->prog.object)
			rc = tw_packet_prog_port(&priv->prog, h->udp, bits_of(h));
	}
	return rc < 0 ? tw_fail(err, rc, "%s: cannot take the test ports: %s", port->name,
				strerror(-rc))
		      : 0;
}

int tw_port_take_udp(struct tw_port *port, uint8_t family, uint16_t first, uint16_t count,
	uint16_t *ret_first, struct tw_err *err)
{
	struct tw_port_private *priv = port->priv;
	struct tw_held *all;
	struct tw_rand rnd;
	int rc;

	if (!count || first + count - 1 > UINT16_MAX)
		return tw_fail(err, -EINVAL, "UDP ports end at 65535");
	if (!port->is_kernel) {
		tw_rand_init(&rnd, tw_rand_seed());
		if (!first && count > UINT16_MAX - FIRST_DYNAMIC + 1)
			first = 1024;
		else if (!first)
			first = (uint16_t)(FIRST_DYNAMIC +
					   tw_rand_below(
						   &rnd, UINT16_MAX - FIRST_DYNAMIC + 2u - count));
		*ret_first = first;
		return 0;
	}
	allow_descriptors(TW_HELD_FDS * (priv->n_held + count));
	all = realloc(priv->held, (priv->n_held + count) * sizeof(*all));
	if (!all)
		return tw_fail(err, -ENOMEM, "out of memory");
	priv->held = all;
	rc = first ? hold_run(port, family, first, count, false, all + priv->n_held, err)
		   : pick_run(port, family, count, all + priv->n_held, err);
	if (rc < 0)
		return rc;
	first = all[priv->n_held].udp;
	priv->n_held += count;
	qsort(all, priv->n_held, sizeof(*all), by_udp);
	rc = priv->started ? let_in(port, first, count, err) : 0;
	if (rc == 0)
		*ret_first = first;
	else
		tw_port_give_udp(port, first, count);
	return rc;
}

void tw_port_give_udp(struct tw_port *port, uint16_t first, uint16_t count)
{
	struct tw_port_private *priv = port->priv;
	size_t kept = 0;

	for (size_t i = 0; i < priv->n_held; i++) {
		struct tw_held *h = &priv->held[i];

		if (h->udp < first || h->udp >= first + count) {
			priv->held[kept++] = *h;
			continue;
		}
		if (priv->is_af_xdp)
			tw_xdp_take(&priv->xdp, h->udp, false);
		if (priv->prog.object)
			tw_packet_prog_port(&priv->prog, h->udp, 0);
		tw_held_release(h);
	}
	priv->n_held = kept;
	if (priv->started && priv->is_af_packet && !priv->prog.object)
		classic_filter(port);
}

/*
 * On lo the kernel goes on: an address of another interface belongs to that one there, and so may
 * its socket of the same port.
 */
static void begin_programs(struct tw_port *port)
{
	struct tw_port_private *priv = port->priv;
	struct tw_err why;
	int rc = 0;

	for (uint16_t q = 0; rc == 0 && q < port->n_rx; q++)
		rc = tw_packet_prog_filter(&priv->prog, priv->fds[q]);
	if (rc < 0) {
		tw_packet_prog_unload(&priv->prog);
		return;
	}
	if (!port->is_loopback && tw_packet_prog_drop(&priv->prog, port->ifindex, &why) < 0)
		tw_info("%s: the kernel handles test packets, too: %s", port->name, why.text);
}

int tw_port_apply_udp(struct tw_port *port, struct tw_err *err)
{
	if (port->priv->prog.object)
		begin_programs(port);
	return let_in(port, 0, UINT16_MAX + 1, err);
}
