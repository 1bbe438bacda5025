/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "devices_check.h"

#include "machine_check.h"
#include "tw_port_caps.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 256

/* One device that is to be driven; how: as --dev says, or as the listing has it. */
static void add_device(
	const struct tw_device_info *d, enum tw_dev_via via, struct tw_check_scope *s)
{
	if (s->numa < 0)
		s->numa = d->numa;
	if (d->kind == TW_DEV_PCI) {
		s->pci = true;
		/* with both a driver for DPDK and an interface: shared with the kernel */
		s->vfio |= !d->dpdk_ready || !*d->netdev;
		if (!d->dpdk_ready && !*s->unbound)
			snprintf(s->unbound, sizeof(s->unbound), "%s", d->name);
		return;
	}
	s->kernel = true;
	if (!d->af_xdp && !*s->no_xdp && via != TW_DEV_VIA_AF_PACKET) {
		snprintf(s->no_xdp, sizeof(s->no_xdp), "%.15s", d->name);
		snprintf(s->no_xdp_why, sizeof(s->no_xdp_why), "%s", d->af_xdp_why);
	}
}

static int add_named(const char *word, const struct tw_device_info *devs, size_t n,
	struct tw_check_scope *s, struct tw_err *err)
{
	struct tw_dev dev;
	int rc = tw_dev_parse(word, &dev, err);

	if (rc < 0 || dev.kind == TW_DEV_VDEV)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (devs[i].kind == dev.kind && strcmp(devs[i].name, dev.name) == 0) {
			add_device(&devs[i], dev.via, s);
			return 0;
		}
	}
	return tw_fail(err, -ENODEV, "--dev %s: this machine has no such device", word);
}

/*
 * Without --dev: the interfaces that are up, and the PCI ports that the kernel has left to DPDK. A
 * port with an interface is taken for the kernel's.
 */
static void add_all(const struct tw_device_info *devs, size_t n, struct tw_check_scope *s)
{
	for (size_t i = 0; i < n; i++) {
		bool ours = devs[i].kind == TW_DEV_PCI
				    ? !*devs[i].netdev
				    : devs[i].up && strcmp(devs[i].name, "lo") != 0;

		if (ours)
			add_device(&devs[i], TW_DEV_VIA_ANY, s);
	}
}

static int find_scope(const struct tw_options *o, struct tw_check_scope *s, struct tw_err *err)
{
	struct tw_device_info *devs = calloc(MOST, sizeof(*devs));
	size_t n = 0;
	int rc = devs ? tw_devices_list(devs, MOST, &n, err)
		      : tw_fail(err, -ENOMEM, "out of memory");

	for (uint32_t i = 0; rc == 0 && i < o->n_dev; i++)
		rc = add_named(o->dev[i], devs, n, s, err);
	if (rc == 0 && o->n_dev == 0)
		add_all(devs, n, s);
	free(devs);
	if (rc == 0 && o->lcores && tw_cpus_parse(o->lcores, &s->workers) < 0)
		rc = tw_fail(err, -EINVAL, "--lcores '%s': give CPU numbers and ranges, like 2,4-7",
			o->lcores);
	return rc;
}

static void print_json(const struct tw_check_line *l, size_t n, size_t lacking)
{
	static const char *const states[] = {[TW_CHECK_OK] = "ok",
		[TW_CHECK_LACKING] = "lacking",
		[TW_CHECK_NOT_NEEDED] = "not_needed"};
	json_t *list = json_array(), *all;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s}", "name", l[i].name, "state",
				states[l[i].state], "found", l[i].found, "advice", l[i].advice));
	all = json_pack("{s:s, s:b, s:i, s:o}", "schema", "dpdk-twamp/check/1", "ok", lacking == 0,
		"lacking", (int)lacking, "checks", list);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

static void print_text(const struct tw_check_line *l, size_t n, size_t lacking)
{
	for (size_t i = 0; i < n; i++) {
		printf("%-11s %-13s %s\n", tw_check_state_text(l[i].state), l[i].name, l[i].found);
		if (*l[i].advice)
			printf("%25s %s\n", "", l[i].advice);
	}
	if (lacking)
		printf("%zu lacking\n", lacking);
	else
		printf("nothing is lacking\n");
}

int tw_devices_check(const struct tw_options *o, struct tw_err *err)
{
	struct tw_check_line lines[TW_CHECK_LINES];
	struct tw_check_scope scope = {.numa = -1};
	struct tw_host_clock clock;
	struct tw_machine machine;
	size_t n, lacking = 0;
	int rc = find_scope(o, &scope, err);

	if (rc == 0)
		rc = tw_machine_read("", &machine, err);
	if (rc < 0)
		return rc;
	if (tw_host_clock(&clock) == 0)
		scope.clock = &clock;
	n = tw_machine_check(&machine, &scope, lines);
	for (size_t i = 0; i < n; i++)
		lacking += lines[i].state == TW_CHECK_LACKING;
	if (o->json)
		print_json(lines, n, lacking);
	else
		print_text(lines, n, lacking);
	return lacking ? 1 : 0;
}
