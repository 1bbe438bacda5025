/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What of a port's stamps is to be trusted: its clock is tried at the start. */

#include "port_priv.h"

#include "kernel_stamps.h"
#include "nic_clock.h"
#include "tw_log.h"
#include "tw_port_caps.h"
#include "tw_worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

bool tw_port_stamps_usable(const struct tw_port *port)
{
	const struct tw_pmd *pmd = tw_pmd_find(port->driver);

	/* The last one of a burst does not say whose it is. */
	return !pmd || (pmd->rx != TW_RX_SOFTWARE && pmd->rx != TW_RX_LAST &&
			       pmd->stamps_by != TW_STAMPS_BY_NOTHING);
}

static bool answers(const struct tw_port *port, enum tw_nic_source source)
{
	return source == TW_NIC_TIMESYNC ? port->timesync : port->read_clock;
}

/* The clock that made the stamps first, as the table has it; where it has none, timesync's. */
static int find_clock(struct tw_port *port, struct tw_nic_clock *c)
{
	const struct tw_pmd *pmd = tw_pmd_find(port->driver);
	bool ticks = pmd && pmd->stamps_by == TW_STAMPS_BY_READ_CLOCK;
	const enum tw_nic_source sources[] = {ticks ? TW_NIC_READ_CLOCK : TW_NIC_TIMESYNC,
		ticks ? TW_NIC_TIMESYNC : TW_NIC_READ_CLOCK};
	char why[160] = "the driver has no function to read it";
	int rc = -ENOTSUP;

	port->stamp_notes = 1U << TW_STAMP_NOTE_NO_CLOCK;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (!answers(port, sources[i]))
			continue;
		rc = tw_nic_clock_init(
			c, port->port_id, sources[i], rte_get_tsc_hz(), why, sizeof(why));
		if (rc == 0) {
			tw_info("%s: the NIC's clock is read by %s, to within %.1f us", port->name,
				tw_nic_source_text(sources[i]),
				1e6 * (double)c->map.error / (double)rte_get_tsc_hz());
			port->stamp_notes = 0;
			return 0;
		}
		port->stamp_notes = c->notes;
	}
	snprintf(port->stamps_why, sizeof(port->stamps_why), "the NIC's clock is of no use: %s",
		why);
	return rc;
}

static bool stamps_anything(const struct tw_port *port)
{
	return port->rx_timestamp || port->launch_time || port->timesync;
}

void tw_port_stamps_begin(struct tw_port *port)
{
	const struct tw_port_config *cfg = &port->priv->cfg;
	const struct tw_pmd *pmd = tw_pmd_find(port->driver);
	struct tw_nic_clock *c;
	uint64_t clock;

	port->read_clock = rte_eth_read_clock(port->port_id, &clock) == 0;
	if (cfg->want_timesync)
		port->timesync = rte_eth_timesync_enable(port->port_id) == 0;
	port->rx_register = cfg->want_rx_timestamp && port->timesync && !port->rx_timestamp &&
			    (!pmd || pmd->rx == TW_RX_PTP_LATCH);
	if (!stamps_anything(port))
		return;
	c = aligned_alloc(64, (sizeof(*c) + 63) & ~(size_t)63);
	if (c && find_clock(port, c) == 0) {
		port->nic_clock = c;
		return;
	}
	free(c);
	tw_warning("%s (%s): %s; stamps are made by software", port->name, port->driver,
		port->stamps_why);
}

void tw_port_stamps_end(struct tw_port *port)
{
	free(port->nic_clock);
	port->nic_clock = NULL;
	if (port->timesync)
		rte_eth_timesync_disable(port->port_id);
	port->timesync = false;
	tw_kernel_stamps_destroy(port, port->kernel_stamps);
	port->kernel_stamps = NULL;
}

void tw_port_stamps_loop(const struct tw_port *port, uint16_t q, struct tw_loop_stamps *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (port->kernel_stamps) {
		ret->clock = &port->kernel_stamps->clock;
		ret->field = port->kernel_stamps->field;
		ret->rx_flag = port->kernel_stamps->flag;
		ret->kernel_lost = &port->kernel_stamps->lost;
	}
	if (!port->nic_clock)
		return;
	ret->clock = port->nic_clock;
	ret->field = port->timestamp_offset;
	ret->rx_flag = port->rx_timestamp  ? port->rx_timestamp_flag
		       : port->rx_register ? RTE_MBUF_F_RX_IEEE1588_TMST
					   : 0;
	ret->rx_register = port->rx_register;
	ret->launch_flag = port->launch_time ? port->tx_timestamp_flag : 0;
	/* One register: one task may use it. */
	ret->readback = port->timesync && q == 0;
}

void tw_port_stamps_tick(struct tw_port *port)
{
	char why[160];

	if (!port->nic_clock)
		return;
	tw_nic_clock_update(port->nic_clock, why, sizeof(why));
	port->stamp_notes |= port->nic_clock->notes;
	if (*why)
		tw_warning("%s: %s; stamps are made by software meanwhile", port->name, why);
}
