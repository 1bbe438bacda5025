/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Receive interrupts of a port: asked for where they are of use, and given up without harm wherever
 * a driver cannot have them. */

#include "port_priv.h"

#include "tw_eal.h"
#include "tw_log.h"
#include "tw_port_caps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define WHY(port, ...) snprintf((port)->no_interrupts, sizeof((port)->no_interrupts), __VA_ARGS__)

/* Of a driver that nobody has read PCI devices are asked, too: what they say is put to the test. */
static bool asked(const struct tw_port *port, const struct tw_pmd *pmd)
{
	enum tw_dev_kind kind = port->priv->cfg.dev.kind;

	return kind == TW_DEV_PCI
		       ? !pmd || pmd->interrupts == TW_INTERRUPTS_YES
		       : kind == TW_DEV_VDEV && pmd && pmd->interrupts == TW_INTERRUPTS_YES;
}

bool tw_port_interrupts_wanted(struct tw_port *port)
{
	const struct tw_pmd *pmd = tw_pmd_find(port->driver);

	/* A TAP is its own descriptor, always on: nothing is armed. */
	if (strcmp(port->driver, "net_tap") == 0)
		return true;
	if (port->is_kernel)
		return false;
	if (port->priv->cfg.busy_poll)
		WHY(port, "busy polling");
	else if (pmd && pmd->interrupts == TW_INTERRUPTS_UNUSED)
		WHY(port, "%s", pmd->no_interrupts);
	else if (!asked(port, pmd))
		WHY(port, "the driver has none");
	else
		return true;
	return false;
}

void tw_port_interrupts_refused(struct tw_port *port, int rc)
{
	WHY(port, "refused by the driver: %s",
		*tw_eal_last_error() ? tw_eal_last_error() : strerror(-rc));
	tw_eal_clear_error();
}

/* How many octets end the readiness of a descriptor, whose kind only its name tells. */
static uint8_t octets_of(int fd)
{
	if (tw_fds_is(fd, "anon_inode:[eventfd]"))
		return 8;
	if (!tw_fds_is_below(fd, "/dev/uio"))
		return 0;
	/* another reader may be first, and we must not wait for the next one */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return 4;
}

static bool take(struct tw_port *port, uint16_t q)
{
	struct tw_port_private *priv = port->priv;
	struct tw_rx_interrupt *r = &priv->interrupts[q];
	int rc;

	*r = (struct tw_rx_interrupt){.port_id = port->port_id,
		.queue = q,
		.fd = rte_eth_dev_rx_intr_ctl_q_get_fd(port->port_id, q),
		.lock = &priv->interrupt_lock};
	if (r->fd < 0) {
		WHY(port, "the driver gives no descriptor%s",
			priv->cfg.dev.kind == TW_DEV_PCI
				? " (it may want vfio-pci with MSI-X, or a vector a queue)"
				: "");
		return false;
	}
	for (uint16_t k = 0; k < q; k++) {
		if (priv->interrupts[k].fd == r->fd) {
			WHY(port, "its queues share one");
			return false;
		}
	}
	r->octets = octets_of(r->fd);
	rc = rte_eth_dev_rx_intr_enable(port->port_id, q);
	if (rc < 0)
		tw_port_interrupts_refused(port, rc);
	else
		tw_rx_interrupt_disarm(r);
	return rc == 0;
}

void tw_port_interrupts_begin(struct tw_port *port)
{
	struct tw_port_private *priv = port->priv;
	bool all = priv->conf.intr_conf.rxq;

	if (strcmp(port->driver, "net_tap") == 0) {
		for (uint16_t q = 0; q < port->n_rx; q++)
			priv->fds[q] = rte_eth_dev_rx_intr_ctl_q_get_fd(port->port_id, q);
		port->interrupts = true;
		return;
	}
	if (port->is_kernel)
		return;
	for (uint16_t q = 0; all && q < port->n_rx; q++)
		all = take(port, q);
	for (uint16_t q = 0; q < port->n_rx; q++)
		priv->fds[q] = all ? priv->interrupts[q].fd : -1;
	port->interrupts = all;
	if (all)
		tw_info("%s: workers sleep until a receive interrupt comes", port->name);
	else if (priv->cfg.dev.kind == TW_DEV_PCI)
		tw_info("%s: workers always poll, no receive interrupts: %s", port->name,
			port->no_interrupts);
}

struct tw_rx_interrupt *tw_port_interrupt(const struct tw_port *port, uint16_t q)
{
	struct tw_rx_interrupt *r = q < port->n_rx ? &port->priv->interrupts[q] : NULL;

	return port->interrupts && r && r->lock ? r : NULL;
}

void tw_port_interrupts_look(struct tw_port *port)
{
	static const char *const how[] = {
		[TW_RX_LOST_SILENT] = "packets wait and it does not come",
		[TW_RX_LOST_ENDLESS] = "it comes without packets, again and again",
		[TW_RX_LOST_REFUSED] = "the driver does not take it",
	};

	for (uint16_t q = 0; port->interrupts && q < port->n_rx; q++) {
		struct tw_rx_interrupt *r = &port->priv->interrupts[q];
		int lost = atomic_load_explicit(&r->lost, memory_order_relaxed);

		if (lost == TW_RX_LOST_NOT || r->told)
			continue;
		r->told = true;
		tw_warning(
			"%s: no sleep by the receive interrupt of queue %u: %s; its worker polls "
			"from now on",
			port->name, q, how[lost]);
	}
}
