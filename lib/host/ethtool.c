/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "ethtool_priv.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(const char *ifname, void *cmd)
{
	struct ifreq ifr = {0};
	int fd, rc = 0;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	ifr.ifr_data = cmd;
	if (ioctl(fd, SIOCETHTOOL, &ifr) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

void tw_ethtool_driver(const char *ifname, char *ret_driver, size_t cap)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	*ret_driver = 0;
	if (ask(ifname, &info) == 0)
		snprintf(ret_driver, cap, "%.*s", (int)sizeof(info.driver), info.driver);
}

uint32_t tw_ethtool_channels(const char *ifname)
{
	struct ethtool_channels ch = {.cmd = ETHTOOL_GCHANNELS};
	uint32_t n;

	if (ask(ifname, &ch) < 0)
		return 1;
	n = ch.combined_count + ch.rx_count;
	return n ? n : 1;
}

int tw_ethtool_speed(const char *ifname)
{
	/* The link mode words that follow the structure are of no use here; only they need room. */
	uint32_t buf[sizeof(struct ethtool_link_settings) / sizeof(uint32_t) + 3 * INT8_MAX] = {0};
	struct ethtool_link_settings *s = (struct ethtool_link_settings *)buf;

	s->cmd = ETHTOOL_GLINKSETTINGS;
	if (ask(ifname, s) < 0)
		return -1;
	/* A first answer that is negative says how many words the kernel wants to give. */
	if (s->link_mode_masks_nwords < 0) {
		s->link_mode_masks_nwords = (int8_t)-s->link_mode_masks_nwords;
		s->cmd = ETHTOOL_GLINKSETTINGS;
		if (ask(ifname, s) < 0)
			return -1;
	}
	return s->speed == (uint32_t)SPEED_UNKNOWN ? -1 : (int)s->speed;
}
