/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_pcap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#define SNAPLEN_DEFAULT 65535

struct tw_pcap {
	pcap_t *handle;
	pcap_dumper_t *dumper;
	uint32_t snaplen;
};

int tw_pcap_open(const char *path, uint32_t snaplen, struct tw_err *err, struct tw_pcap **ret)
{
	struct tw_pcap *p = calloc(1, sizeof(*p));

	if (!p)
		return tw_fail(err, -ENOMEM, "out of memory");
	p->snaplen = snaplen ? snaplen : SNAPLEN_DEFAULT;
	p->handle = pcap_open_dead_with_tstamp_precision(
		DLT_EN10MB, (int)p->snaplen, PCAP_TSTAMP_PRECISION_NANO);
	if (!p->handle) {
		free(p);
		return tw_fail(err, -ENOMEM, "out of memory");
	}
	p->dumper = pcap_dump_open(p->handle, path);
	if (!p->dumper) {
		tw_fail(err, -EIO, "cannot write the capture file %s", pcap_geterr(p->handle));
		pcap_close(p->handle);
		free(p);
		return -EIO;
	}
	*ret = p;
	return 0;
}

/*
 * The file has 32 bits for the seconds since 1970, as the stamp has for those since 1900: the wrap
 * of the latter in 2036 cancels out, and the former lasts until 2106. Rounding to the nearest
 * nanosecond undoes tw_ns_to_span().
 */
static struct timeval unix_ns(struct tw_ntp t)
{
	uint64_t ns = ((t.v & UINT32_MAX) * TW_NS_PER_SEC + (1ULL << 31)) >> 32;
	uint32_t sec = (uint32_t)((t.v >> 32) - TW_NTP_UNIX_DELTA + ns / TW_NS_PER_SEC);

	/* tv_usec holds nanoseconds in a file of nanosecond precision */
	return (struct timeval){
		.tv_sec = (time_t)sec, .tv_usec = (suseconds_t)(ns % TW_NS_PER_SEC)};
}

int tw_pcap_write(
	struct tw_pcap *p, const void *frame, size_t caplen, size_t len, struct tw_ntp stamp)
{
	struct pcap_pkthdr h = {
		.ts = unix_ns(stamp),
		.caplen = (bpf_u_int32)(caplen < p->snaplen ? caplen : p->snaplen),
		.len = (bpf_u_int32)(len > caplen ? len : caplen),
	};

	pcap_dump((u_char *)p->dumper, &h, frame);
	return ferror(pcap_dump_file(p->dumper)) ? -EIO : 0;
}

int tw_pcap_flush(struct tw_pcap *p)
{
	return pcap_dump_flush(p->dumper) || ferror(pcap_dump_file(p->dumper)) ? -EIO : 0;
}

int tw_pcap_close(struct tw_pcap *p)
{
	int ret;

	if (!p)
		return 0;
	ret = tw_pcap_flush(p);
	pcap_dump_close(p->dumper);
	pcap_close(p->handle);
	free(p);
	return ret;
}
