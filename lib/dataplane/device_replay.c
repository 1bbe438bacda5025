/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "device_replay.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_FRAMES (1U << 22)
#define RX_PCAP "rx_pcap="

/* Frames of a capture in the classic format: a header of 24 octets, then records. */
static uint32_t count(const char *path)
{
	uint32_t head[6], record[4], n = 0;
	FILE *f = fopen(path, "rb");
	bool swapped;

	if (!f)
		return 0;
	if (fread(head, sizeof(head), 1, f) != 1)
		head[0] = 0;
	swapped = head[0] == 0xd4c3b2a1 || head[0] == 0x4d3cb2a1;
	if (swapped || head[0] == 0xa1b2c3d4 || head[0] == 0xa1b23c4d)
		while (n < MAX_FRAMES && fread(record, sizeof(record), 1, f) == 1) {
			uint32_t len = swapped ? __builtin_bswap32(record[2]) : record[2];

			if (fseek(f, (long)len, SEEK_CUR) != 0)
				break;
			n++;
		}
	fclose(f);
	return n;
}

uint32_t tw_dev_replayed(const char *args)
{
	uint32_t most = 0;
	char path[1024];

	if (!strstr(args, "infinite_rx=1"))
		return 0;
	for (const char *p = strstr(args, RX_PCAP); p; p = strstr(p, RX_PCAP)) {
		size_t len = strcspn(p += strlen(RX_PCAP), ",");
		uint32_t n;

		if (len >= sizeof(path))
			continue;
		memcpy(path, p, len);
		path[len] = 0;
		n = count(path);
		most = n > most ? n : most;
	}
	return most;
}
