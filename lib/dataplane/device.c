/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_device.h"

#include "eal_priv.h"
#include "tw_host.h"

#include <errno.h>
#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>

static bool hex_digits(const char **p, int min, int max)
{
	int n = 0;

	while (n < max && **p && strchr("0123456789abcdefABCDEF", **p)) {
		(*p)++;
		n++;
	}
	return n >= min;
}

/* "0000:3b:00.0" or "3b:00.0", of n octets. */
static bool is_pci(const char *s, size_t n, bool *ret_domain)
{
	const char *p = s;
	size_t colons = 0;

	for (size_t i = 0; i < n; i++)
		colons += s[i] == ':';
	*ret_domain = colons == 2;
	if (colons == 2 && (!hex_digits(&p, 4, 8) || *p++ != ':'))
		return false;
	return colons >= 1 && hex_digits(&p, 2, 2) && *p++ == ':' && hex_digits(&p, 2, 2) &&
	       *p++ == '.' && *p >= '0' && *p <= '7' && p + 1 == s + n;
}

static const char *strip(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

int tw_dev_parse(const char *s, struct tw_dev *ret_dev, struct tw_err *err)
{
	struct tw_dev dev = {.kind = TW_DEV_KERNEL};
	const char *xdp = strip(s, "af_xdp:"), *packet = strip(s, "af_packet:");
	size_t n = strcspn(s, ",");
	struct tw_host_link link;
	bool domain;
	int rc;

	if (n >= sizeof(dev.name) - 5 || strlen(s) - n >= sizeof(dev.args))
		return tw_fail(err, -ENODEV, "the device '%.40s...' is too long", s);
	if (xdp || packet) {
		dev.via = xdp ? TW_DEV_VIA_AF_XDP : TW_DEV_VIA_AF_PACKET;
		snprintf(dev.name, sizeof(dev.name), "%s", xdp ? xdp : packet);
		rc = tw_host_link_by_name(dev.name, &link, err);
		if (rc < 0)
			return rc;
	} else if (is_pci(s, n, &domain)) {
		dev.kind = TW_DEV_PCI;
		snprintf(dev.name, sizeof(dev.name), "%s%.*s", domain ? "" : "0000:", (int)n, s);
	} else if (tw_host_link_by_name(s, &link, NULL) == 0) {
		snprintf(dev.name, sizeof(dev.name), "%s", s);
	} else if (strip(s, "net_") || strip(s, "eth_")) {
		dev.kind = TW_DEV_VDEV;
		snprintf(dev.name, sizeof(dev.name), "%.*s", (int)n, s);
	} else {
		return tw_fail(err, -ENODEV,
			"there is no device '%s': give a network interface (eth0), a PCI address "
			"(0000:3b:00.0) or a DPDK virtual device (net_ring0)",
			s);
	}
	if (dev.kind != TW_DEV_KERNEL && s[n] == ',')
		snprintf(dev.args, sizeof(dev.args), "%s", s + n + 1);
	*ret_dev = dev;
	return 0;
}

char *tw_dev_allow(const struct tw_dev *dev, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s%s%s", dev->name, dev->args[0] ? "," : "", dev->args);
	return buf;
}

static bool find_port(const char *name, uint16_t *ret_port_id)
{
	struct rte_eth_dev_info info;
	uint16_t id;

	if (rte_eth_dev_get_port_by_name(name, ret_port_id) == 0)
		return true;
	/* Some PCI drivers name their ports otherwise than the device. */
	RTE_ETH_FOREACH_DEV(id)
	{
		if (rte_eth_dev_info_get(id, &info) == 0 && info.device &&
			strcmp(rte_dev_name(info.device), name) == 0) {
			*ret_port_id = id;
			return true;
		}
	}
	return false;
}

int tw_dev_numa(const struct tw_dev *dev)
{
	char path[160];
	int node = -1;
	FILE *f;

	if (dev->kind == TW_DEV_VDEV)
		return -1;
	snprintf(path, sizeof(path),
		dev->kind == TW_DEV_PCI ? "/sys/bus/pci/devices/%.64s/numa_node"
					: "/sys/class/net/%.64s/device/numa_node",
		dev->name);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fscanf(f, "%d", &node) != 1 || node < 0)
		node = -1;
	fclose(f);
	return node;
}

int tw_dev_plug(const char *name, const char *args, uint16_t *ret_port_id, struct tw_err *err)
{
	bool vdev = strncmp(name, "net_", 4) == 0 || strncmp(name, "eth_", 4) == 0;
	int rc = 0;

	/* PCI devices were probed when the EAL started with `-a`. */
	if (find_port(name, ret_port_id))
		return 0;
	tw_eal_clear_error();
	rc = rte_eal_hotplug_add(vdev ? "vdev" : "pci", name, args);
	if (rc < 0 || !find_port(name, ret_port_id)) {
		rc = rc < 0 && rc > -4096 ? rc : -ENODEV;
		return tw_fail(err, rc == -1 ? -EIO : rc, "%s: %s", name,
			*tw_eal_last_error() ? tw_eal_last_error()
					     : "no DPDK driver takes this device");
	}
	return 0;
}

static void shut(void *arg)
{
	const uint16_t *port_id = arg;

	rte_eth_dev_stop(*port_id);
	rte_eth_dev_close(*port_id);
}

void tw_dev_unplug(uint16_t port_id)
{
	struct rte_eth_dev_info info = {0};
	struct rte_device *dev = NULL;

	if (rte_eth_dev_info_get(port_id, &info) == 0)
		dev = info.device;
	/* memif frees here what its peer's last words make it use in the interrupt thread. */
	if (info.driver_name && strcmp(info.driver_name, "net_memif") == 0)
		tw_interrupts_call(shut, &port_id);
	else
		shut(&port_id);
	/* A PCI device stays probed: the kernel driver of a bifurcated one must not be disturbed. */
	if (dev && strcmp(rte_bus_name(rte_dev_bus(dev)), "vdev") == 0)
		rte_eal_hotplug_remove("vdev", rte_dev_name(dev));
}
