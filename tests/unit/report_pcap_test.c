/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_pcap.h"
#include "tw_test.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <unistd.h>

static char dir[64];
static char path[96];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/tw-pcap-test-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/out.pcap", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

/* An instant as the wire has it: seconds since 1900 and 2^-32 s. */
static struct tw_ntp ntp(uint64_t unix_sec, uint32_t fraction)
{
	return (struct tw_ntp){((unix_sec + 2208988800ULL) << 32) + fraction};
}

static void stamps_and_octets_come_back(void **state)
{
	/* 1 ns = 4.29 units: 0x80000000 is half a second, 5 units are 1.16 ns, 2^32-1 rounds up */
	static const struct {
		uint64_t sec;
		uint32_t fraction;
		long want_sec;
		long want_ns;
	} stamps[] = {
		{1700000000, 0, 1700000000, 0}, {1700000000, 0x80000000, 1700000000, 500000000},
		{1700000000, 5, 1700000000, 1}, {1700000000, 0x199999a0, 1700000000, 100000001},
		{1700000000, 0xffffffff, 1700000001, 0},
		{2085978495, 0x40000000, 2085978495,
			250000000}, /* the last second before 2036-02-07's wrap */
		{2085978496, 0x40000000, 2085978496, 250000000}, /* the first after it */
	};
	const size_t n = sizeof(stamps) / sizeof(stamps[0]);
	uint8_t frame[200];
	struct tw_pcap *p = NULL;
	struct tw_err err;
	char errbuf[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *data;
	uint8_t magic[4];
	pcap_t *in;
	FILE *f;

	(void)state;
	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 7);
	assert_int_equal(tw_pcap_open(path, 100, &err, &p), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(tw_pcap_write(p, frame, 60 + i * 20, 300 + i,
					 ntp(stamps[i].sec, stamps[i].fraction)),
			0);
	assert_int_equal(tw_pcap_flush(p), 0);
	assert_int_equal(tw_pcap_close(p), 0);

	f = fopen(path, "rb"); /* nanosecond magic, in the writer's byte order */
	assert_non_null(f);
	assert_int_equal(fread(magic, 1, 4, f), 4);
	/* file header, a record header each, and no octet beyond the snaplen: 60, 80, 5 times 100 */
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	assert_int_equal(ftell(f), 24 + 7 * 16 + 60 + 80 + 5 * 100);
	fclose(f);
	assert_memory_equal(magic, ((uint8_t[]){0x4d, 0x3c, 0xb2, 0xa1}), 4);

	in = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, errbuf);
	assert_non_null(in);
	assert_int_equal(pcap_datalink(in), DLT_EN10MB);
	assert_int_equal(pcap_snapshot(in), 100);
	for (size_t i = 0; i < n; i++) {
		size_t want = 60 + i * 20;

		if (want > 100)
			want = 100;
		assert_int_equal(pcap_next_ex(in, &h, &data), 1);
		assert_int_equal(h->ts.tv_sec, stamps[i].want_sec);
		assert_int_equal(h->ts.tv_usec, stamps[i].want_ns);
		assert_int_equal(h->caplen, want);
		assert_int_equal(h->len, 300 + i);
		assert_memory_equal(data, frame, want);
	}
	assert_int_equal(pcap_next_ex(in, &h, &data), PCAP_ERROR_BREAK);
	pcap_close(in);
}

static void a_file_that_cannot_be_made_is_one_sentence(void **state)
{
	struct tw_pcap *p = NULL;
	struct tw_err err;

	(void)state;
	assert_int_equal(tw_pcap_open("/nonexistent/x.pcap", 0, &err, &p), -EIO);
	assert_null(p);
	assert_string_equal(err.text,
		"cannot write the capture file /nonexistent/x.pcap: No such file or directory");
	assert_int_equal(tw_pcap_close(NULL), 0);
}

static void a_full_disk_is_noticed(void **state)
{
	uint8_t frame[9000] = {0};
	struct tw_pcap *p = NULL;
	int ret = 0;

	(void)state;
	if (access("/dev/full", W_OK))
		skip();
	assert_int_equal(tw_pcap_open("/dev/full", 0, NULL, &p), 0);
	for (int i = 0; i < 100 && !ret; i++)
		ret = tw_pcap_write(p, frame, sizeof(frame), sizeof(frame), ntp(1, 0));
	assert_int_equal(ret, -EIO);
	assert_int_equal(tw_pcap_flush(p), -EIO);
	assert_int_equal(tw_pcap_close(p), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_and_octets_come_back),
		cmocka_unit_test(a_file_that_cannot_be_made_is_one_sentence),
		cmocka_unit_test(a_full_disk_is_noticed),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
