/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* devices: what --dev can name on this machine, and what each can give. A device named with --dev
 * is opened and asked. */

#include "commands.h"
#include "devices_check.h"
#include "net_session.h"
#include "tw_log.h"
#include "tw_port_caps.h"
#include "tw_steer.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 256

static json_t *addresses(const struct tw_prefix *a, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		char text[TW_ADDR_STR], with_len[TW_ADDR_STR + 8];

		snprintf(with_len, sizeof(with_len), "%s/%u", tw_addr_format(&a[i].addr, text),
			a[i].len);
		json_array_append_new(list, json_string(with_len));
	}
	return list;
}

static json_t *describe_listed(const struct tw_device_info *d)
{
	char mac[TW_ADDR_STR];
	json_t *o = json_pack("{s:s, s:s, s:s, s:i}", "dev", d->name, "kind",
		d->kind == TW_DEV_PCI ? "pci" : "kernel", "driver", d->driver, "numa", d->numa);

	if (d->kind == TW_DEV_PCI) {
		json_object_set_new(o, "model", json_string(d->model));
		json_object_set_new(o, "interface", json_string(d->netdev));
		json_object_set_new(o, "ready", json_boolean(d->dpdk_ready));
		return o;
	}
	json_object_set_new(o, "mac", json_string(tw_mac_format(&d->mac, mac)));
	json_object_set_new(o, "mtu", json_integer(d->mtu));
	json_object_set_new(o, "queues", json_integer(d->channels));
	json_object_set_new(
		o, "speed_mbps", d->speed_mbps < 0 ? json_null() : json_integer(d->speed_mbps));
	json_object_set_new(o, "up", json_boolean(d->up));
	json_object_set_new(o, "link", json_boolean(d->running));
	json_object_set_new(o, "addresses", addresses(d->addrs, d->n_addrs));
	json_object_set_new(o, "af_xdp", json_boolean(d->af_xdp));
	json_object_set_new(o, "af_xdp_why_not", json_string(d->af_xdp_why));
	return o;
}

static void print_listed(const struct tw_device_info *d)
{
	char text[TW_ADDR_STR];

	if (d->kind == TW_DEV_PCI) {
		printf("%-16s pci     %s\n%16s driver %s, %s%s%s\n", d->name, d->model, "",
			*d->driver ? d->driver : "none",
			d->dpdk_ready ? "ready" : "not ready: bind it to vfio-pci",
			*d->netdev ? ", interface " : "", d->netdev);
		return;
	}
	printf("%-16s kernel  %s  mtu %u  queues %u  %s%s\n", d->name, tw_mac_format(&d->mac, text),
		d->mtu, d->channels, d->up ? "up" : "down", d->running ? "" : ", no link");
	for (size_t i = 0; i < d->n_addrs; i++)
		printf("%16s %s/%u\n", "", tw_addr_format(&d->addrs[i].addr, text),
			d->addrs[i].len);
	printf("%16s driver %s; over %s%s%s; stamps: receive by the kernel, send by software\n", "",
		*d->driver ? d->driver : "none", d->af_xdp ? "AF_XDP" : "AF_PACKET",
		d->af_xdp ? "" : ": ", d->af_xdp_why);
}

static int list_all(const struct tw_options *o, struct tw_err *err)
{
	struct tw_device_info *d = calloc(MOST, sizeof(*d));
	json_t *list = json_array();
	size_t n = 0;
	int rc = d ? tw_devices_list(d, MOST, &n, err) : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (o->json)
			json_array_append_new(list, describe_listed(&d[i]));
		else
			print_listed(&d[i]);
	}
	if (rc == 0 && o->json) {
		json_t *all =
			json_pack("{s:s, s:O}", "schema", "dpdk-twamp/devices/1", "devices", list);

		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(all);
	} else if (rc == 0) {
		printf("%zu devices; DPDK's virtual ones (net_ring, net_pcap, net_memif, net_null, "
		       "net_tap, ...)\n"
		       "can be named too. --dev NAME opens a device and asks what it can do.\n",
			n);
	}
	json_decref(list);
	free(d);
	return rc;
}

/* What the driver's sources say, as of the DPDK that is linked. */
static json_t *describe_driver(const struct tw_port *p)
{
	const struct tw_pmd *pmd = tw_pmd_find(p->driver);
	struct tw_pmd d;

	if (!pmd)
		return json_null();
	d = tw_pmd_as_of(pmd, tw_pmd_version());
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:s?, s:i, s:s, s:s}", "rx",
		tw_rx_reach_text(d.rx), "tx", tw_tx_reach_text(d.tx), "unit",
		tw_stamp_unit_text(d.unit), "clock_of_stamps", tw_stamps_by_text(d.stamps_by),
		"read_clock", tw_port_clock_text(d.clock), "launch_time", d.launch_time,
		"registers", (int)d.registers, "gate", d.gate, "dpdk", (int)tw_pmd_version(),
		"note", d.note, "source", d.source);
}

static json_t *describe_rss(const struct tw_port *p)
{
	struct tw_steer_ability a;

	if (tw_steer_ability(p, &a) < 0)
		return json_null();
	return json_pack("{s:i, s:i, s:i, s:i, s:b, s:b}", "max_rx_queues", a.max_rx,
		"max_tx_queues", a.max_tx, "table", a.n_reta, "key_octets", a.key_len, "ipv4_udp",
		a.udp[0], "ipv6_udp", a.udp[1]);
}

static json_t *describe_port(const struct tw_port *p)
{
	char mac[TW_ADDR_STR], stamps[512];
	json_t *o;

	o = json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:b, s:i, s:o, s:{s:b, s:b}, s:{s:b, "
		      "s:b, s:b, s:b, s:b, s:s, s:s, s:o}}",
		"dev", p->name, "driver", p->driver, "mac", tw_mac_format(&p->mac, mac), "mtu",
		(int)p->mtu, "rx_queues", p->n_rx, "tx_queues", p->n_tx, "numa", p->numa, "link",
		p->link_up, "speed_mbps", (int)p->speed_mbps, "addresses",
		addresses(p->addrs, p->n_addrs), "offloads", "rx_checksum", p->rx_checksum,
		"tx_checksum", p->tx_checksum, "timestamps", "rx", p->rx_timestamp, "timesync",
		p->timesync, "read_clock", p->read_clock, "launch_time", p->launch_time, "clock",
		p->nic_clock != NULL, "why_not", p->stamps_why, "text",
		tw_port_stamps_text(p, stamps, sizeof(stamps)), "driver", describe_driver(p));
	json_object_set_new(o, "rss", describe_rss(p));
	if (!p->is_kernel)
		json_object_set_new(o, "rx_interrupts",
			json_pack(
				"{s:b, s:s}", "used", p->interrupts, "why_not", p->no_interrupts));
	return o;
}

static void print_driver(const struct tw_port *p)
{
	const struct tw_pmd *pmd = tw_pmd_find(p->driver);
	struct tw_pmd d;

	if (!pmd)
		return;
	d = tw_pmd_as_of(pmd, tw_pmd_version());
	if (d.rx != TW_RX_NONE || d.tx != TW_TX_NONE || d.launch_time)
		printf("%16s   the driver: receive %s, in %s; send %s%s%s; launch time %s; "
		       "clock of the stamps %s, read_clock %s\n",
			"", tw_rx_reach_text(d.rx), tw_stamp_unit_text(d.unit),
			tw_tx_reach_text(d.tx), d.gate ? ", built with " : "", d.gate ? d.gate : "",
			d.launch_time ? "yes" : "no", tw_stamps_by_text(d.stamps_by),
			tw_port_clock_text(d.clock));
	printf("%16s   source: %s\n", "", d.source);
	if (*p->stamps_why)
		printf("%16s   %s\n", "", p->stamps_why);
}

static void print_rss(const struct tw_port *p)
{
	struct tw_steer_ability a;

	if (tw_steer_ability(p, &a) < 0)
		return;
	printf("%16s queues: receive %u, transmit %u at most; RSS: ", "", a.max_rx, a.max_tx);
	if (a.n_reta && (a.udp[0] || a.udp[1]))
		printf("UDP over %s, table of %u\n",
			!a.udp[1]   ? "IPv4"
			: !a.udp[0] ? "IPv6"
				    : "IPv4 and IPv6",
			a.n_reta);
	else
		printf("none that tells where a packet goes\n");
}

static void print_port(const struct tw_port *p)
{
	char text[512];

	printf("%-16s %s  %s  mtu %u  queues %u/%u  link %s", p->name, p->driver,
		tw_mac_format(&p->mac, text), p->mtu, p->n_rx, p->n_tx, p->link_up ? "up" : "down");
	if (p->speed_mbps)
		printf("  %u Mbit/s", p->speed_mbps);
	putchar('\n');
	for (size_t i = 0; i < p->n_addrs; i++)
		printf("%16s %s/%u\n", "", tw_addr_format(&p->addrs[i].addr, text),
			p->addrs[i].len);
	print_rss(p);
	printf("%16s checksum offload: receive %s, transmit %s\n", "",
		p->rx_checksum ? "yes" : "no", p->tx_checksum ? "yes" : "no");
	if (!p->is_kernel)
		printf("%16s receive interrupts: %s%s\n", "", p->interrupts ? "yes" : "no, ",
			p->no_interrupts);
	printf("%16s stamps: %s\n", "", tw_port_stamps_text(p, text, sizeof(text)));
	print_driver(p);
}

static int ask_named(const struct tw_options *o, struct tw_err *err)
{
	struct tw_net *n = calloc(1, sizeof(*n));
	struct tw_addr none = {0};
	json_t *list = json_array();
	int rc = n ? tw_net_open(n, o, &none, &none, 0, 1, err) : -ENOMEM;

	for (unsigned int i = 0; rc == 0 && i < n->n_ports; i++) {
		if (o->json)
			json_array_append_new(list, describe_port(&n->ports[i]));
		else
			print_port(&n->ports[i]);
	}
	if (rc == 0 && o->json) {
		json_t *all =
			json_pack("{s:s, s:O}", "schema", "dpdk-twamp/devices/1", "ports", list);

		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(all);
	}
	json_decref(list);
	if (n)
		tw_net_close(n);
	free(n);
	return rc;
}

int tw_cmd_devices(const struct tw_options *o)
{
	struct tw_err err = {"out of memory"};
	int rc = o->check   ? tw_devices_check(o, &err)
		 : o->n_dev ? ask_named(o, &err)
			    : list_all(o, &err);

	if (rc < 0)
		tw_error("devices: %s", err.text);
	return rc == 0 ? 0 : 1;
}
