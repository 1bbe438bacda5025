/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_port_caps.h"

#include "tw_xdp.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSFS_PCI "/sys/bus/pci/devices"
#define PCI_CLASS_NETWORK 0x02
#define LINKS_MAX 1024

static unsigned long read_hex(const char *dev, const char *file)
{
	char path[PATH_MAX], line[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), SYSFS_PCI "/%s/%s", dev, file);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	return strtoul(line, NULL, 0);
}

static void read_driver(const char *dev, char *ret, size_t cap)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *base;
	ssize_t n;

	*ret = 0;
	snprintf(path, sizeof(path), SYSFS_PCI "/%s/driver", dev);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = 0;
	base = strrchr(target, '/');
	snprintf(ret, cap, "%.*s", (int)cap - 1, base ? base + 1 : target);
}

static void read_netdev(const char *dev, char ret[TW_IFNAME])
{
	/* virtio has a bus of its own in between */
	static const char *const places[] = {"net/*", "virtio*/net/*"};
	char pattern[PATH_MAX];
	glob_t g;

	*ret = 0;
	for (size_t i = 0; !*ret && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(pattern, sizeof(pattern), SYSFS_PCI "/%s/%s", dev, places[i]);
		if (glob(pattern, 0, NULL, &g) != 0)
			continue;
		snprintf(ret, TW_IFNAME, "%.*s", TW_IFNAME - 1, strrchr(g.gl_pathv[0], '/') + 1);
		globfree(&g);
	}
}

/* The vendor's and the device's line of pci.ids; false when the file or an entry is not there. */
static bool read_names(unsigned long vendor, unsigned long device, char *ret, size_t cap)
{
	static const char *const files[] = {"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"};
	char line[256], want_vendor[8], want_device[8], name[72] = "";
	bool found = false;
	FILE *f = NULL;

	for (size_t i = 0; !f && i < sizeof(files) / sizeof(files[0]); i++)
		f = fopen(files[i], "re");
	if (!f)
		return false;
	snprintf(want_vendor, sizeof(want_vendor), "%04lx", vendor & 0xffff);
	snprintf(want_device, sizeof(want_device), "%04lx", device & 0xffff);
	while (!found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] == '#' || !line[0] || strlen(line) < 6)
			continue;
		if (line[0] != '\t') {
			if (name[0])
				break; /* the vendor's part is over */
			if (strncmp(line, want_vendor, 4) == 0)
				snprintf(name, sizeof(name), "%.71s", line + 6);
		} else if (name[0] && line[1] != '\t' && strncmp(line + 1, want_device, 4) == 0 &&
			   strlen(line) > 7) {
			snprintf(ret, cap, "%s %.*s", name, (int)cap / 2 - 1, line + 7);
			found = true;
		}
	}
	fclose(f);
	return found;
}

/* Drivers that leave the device to DPDK, or share it. */
static bool is_dpdk_driver(const char *driver)
{
	static const char *const names[] = {
		"vfio-pci", "uio_pci_generic", "igb_uio", "mlx5_core", "mlx4_core", "mana"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(driver, names[i]) == 0)
			return true;
	}
	return false;
}

static bool read_pci(const char *dev, struct tw_device_info *ret)
{
	struct tw_device_info d = {.kind = TW_DEV_PCI, .speed_mbps = -1};
	unsigned long vendor, device;

	if (read_hex(dev, "class") >> 16 != PCI_CLASS_NETWORK)
		return false;
	snprintf(d.name, sizeof(d.name), "%.*s", (int)sizeof(d.name) - 1, dev);
	vendor = read_hex(dev, "vendor");
	device = read_hex(dev, "device");
	if (!read_names(vendor, device, d.model, sizeof(d.model)))
		snprintf(d.model, sizeof(d.model), "%04lx:%04lx", vendor, device);
	read_driver(dev, d.driver, sizeof(d.driver));
	read_netdev(dev, d.netdev);
	d.numa = (int)(long)read_hex(dev, "numa_node"); /* "-1" wraps and comes back */
	d.dpdk_ready = is_dpdk_driver(d.driver);
	*ret = d;
	return true;
}

static size_t list_pci(struct tw_device_info *ret, size_t cap)
{
	DIR *dir = opendir(SYSFS_PCI);
	struct dirent *e;
	size_t n = 0;

	if (!dir)
		return 0;
	while ((e = readdir(dir)) && n < cap) {
		if (e->d_name[0] != '.' && read_pci(e->d_name, &ret[n]))
			n++;
	}
	closedir(dir);
	return n;
}

static void read_link(const struct tw_host_link *l, struct tw_device_info *ret)
{
	struct tw_device_info d = {.kind = TW_DEV_KERNEL,
		.numa = l->numa_node,
		.mac = l->mac,
		.mtu = l->mtu,
		.channels = l->channels,
		.speed_mbps = l->speed_mbps,
		.up = l->up,
		.running = l->running};
	struct tw_host_addr addrs[8];
	struct tw_err why = {""};
	size_t n = 0;

	snprintf(d.name, sizeof(d.name), "%s", l->name);
	snprintf(d.driver, sizeof(d.driver), "%.31s", *l->driver ? l->driver : l->kind);
	if (tw_host_addrs(l->ifindex, addrs, 8, &n, NULL) == 0) {
		for (size_t i = 0; i < n; i++)
			d.addrs[d.n_addrs++] = addrs[i].prefix;
	}
	d.af_xdp = tw_xdp_look(l, &why) == 0;
	snprintf(d.af_xdp_why, sizeof(d.af_xdp_why), "%.159s", d.af_xdp ? "" : why.text);
	*ret = d;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct tw_device_info *)a)->name, ((const struct tw_device_info *)b)->name);
}

int tw_devices_list(
	struct tw_device_info *ret_devs, size_t cap, size_t *ret_count, struct tw_err *err)
{
	struct tw_host_link *links = calloc(LINKS_MAX, sizeof(*links));
	size_t n_links = 0, n = 0, pci;
	int rc = links ? tw_host_links(links, LINKS_MAX, &n_links, err) : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < n_links && n < cap; i++) {
		if (links[i].ethernet)
			read_link(&links[i], &ret_devs[n++]);
	}
	free(links);
	if (rc < 0)
		return rc;
	pci = list_pci(ret_devs + n, cap - n);
	qsort(ret_devs + n, pci, sizeof(*ret_devs), by_name);
	*ret_count = n + pci;
	return 0;
}
