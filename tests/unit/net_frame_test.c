/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_frame.h"
#include "tw_test.h"

#include "net_frames.h"
#include "tw_test_pcap.h"

static size_t load(const char *hex, uint8_t *frame)
{
	return tw_unhex(hex, frame, 2048);
}

static void good_frames(void **state)
{
	static const struct {
		const char *hex;
		unsigned int family, n_vlan, tci0, tci1, tos, ttl, df, flow, l3, l4, len, optioned;
	} rows[] = {
		{FRAME_V4, 4, 0, 0, 0, 0xb8, 255, 1, 0, 14, 34, 44, 0},
		{FRAME_V4_VLAN, 4, 1, 0xa064, 0, 0xb8, 64, 0, 0, 18, 38, 44, 0},
		{FRAME_V4_QINQ, 4, 2, 0x60c8, 0xa064, 0, 255, 1, 0, 22, 42, 21, 0},
		{FRAME_V4_OPTIONS, 4, 0, 0, 0, 0, 9, 0, 0, 14, 46, 14, 1},
		{FRAME_V6, 6, 0, 0, 0, 0xba, 255, 0, 0xabcde, 14, 54, 44, 0},
		{FRAME_V6_VLAN, 6, 1, 0x0ffe, 0, 0, 1, 0, 0, 18, 58, 15, 0},
		{FRAME_V6_CHAIN, 6, 0, 0, 0, 0, 64, 0, 0, 14, 118, 44, 1},
	};
	uint8_t frame[2048];
	char src[TW_ADDR_STR], dst[TW_ADDR_STR];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t n = (uint32_t)load(rows[i].hex, frame);
		bool six = rows[i].family == 6;
		struct tw_frame f;

		/* padding behind the IP packet, as on frames below 64 octets, is not payload */
		for (uint32_t padding = 0; padding < 7; padding++) {
			memset(frame + n, 0xee, padding);
			assert_int_equal(tw_frame_parse(frame, n + padding, &f), TW_FRAME_OK);
			assert_int_equal(f.ip_end, n);
			assert_int_equal(tw_frame_check_udp(frame, &f), TW_UDP_CHECK_GOOD);
		}
		assert_int_equal(f.family, rows[i].family);
		assert_int_equal(f.ethertype, six ? 0x86dd : 0x0800);
		assert_int_equal(f.protocol, 17);
		assert_int_equal(f.n_vlan, rows[i].n_vlan);
		assert_int_equal(f.tci[0], rows[i].tci0);
		assert_int_equal(f.tci[1], rows[i].tci1);
		assert_int_equal(f.tos, rows[i].tos);
		assert_int_equal(f.ttl, rows[i].ttl);
		assert_int_equal(f.df, rows[i].df);
		assert_int_equal(f.flow_label, rows[i].flow);
		assert_int_equal(f.l3_off, rows[i].l3);
		assert_int_equal(f.l4_off, rows[i].l4);
		assert_int_equal(f.payload_off, rows[i].l4 + 8);
		assert_int_equal(f.payload_len, rows[i].len);
		assert_int_equal(f.optioned, rows[i].optioned);
		assert_string_equal(tw_endpoint_format(&f.src, src),
			six ? "[2001:db8::1]:20000" : "192.0.2.1:20000");
		assert_string_equal(tw_endpoint_format(&f.dst, dst),
			six ? "[2001:db8::2]:862" : "192.0.2.2:862");
	}
}

static void vlan_types(void **state)
{
	uint8_t frame[2048];
	uint32_t n = (uint32_t)load(FRAME_V4_QINQ, frame);
	struct tw_frame f;

	(void)state;
	assert_int_equal(tw_frame_parse(frame, n, &f), TW_FRAME_OK);
	assert_int_equal(f.tpid[0], 0x88a8);
	assert_int_equal(f.tpid[1], 0x8100);
	tw_put16(frame + 12, 0x8100); /* two tags of the customer's type */
	assert_int_equal(tw_frame_parse(frame, n, &f), TW_FRAME_OK);
	assert_int_equal(f.tpid[0], 0x8100);
	tw_put16(frame + 20, 0x8100); /* three tags */
	assert_int_equal(tw_frame_parse(frame, n, &f), TW_FRAME_BAD_VLAN);
	tw_put16(frame + 20, 0x9100);
	assert_int_equal(tw_frame_parse(frame, n, &f), TW_FRAME_NOT_IP);
	assert_int_equal(f.ethertype, 0x9100);
}

/* Cut anywhere, no good frame is taken for one; no read goes past the end (exact malloc). */
static void truncated_everywhere(void **state)
{
	static const char *const frames[] = {FRAME_V4, FRAME_V4_VLAN, FRAME_V4_QINQ,
		FRAME_V4_OPTIONS, FRAME_V6, FRAME_V6_VLAN, FRAME_V6_CHAIN};
	uint8_t frame[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		uint32_t n = (uint32_t)load(frames[i], frame);

		for (uint32_t len = 0; len < n; len++) {
			uint8_t *p = malloc(len ? len : 1);
			struct tw_frame f;
			enum tw_frame_status s;
			uint32_t l3 = i == 2 ? 22 : i == 1 || i == 5 ? 18 : 14;
			uint32_t ip = i == 3 ? 32 : i < 4 ? 20 : 40;

			assert_non_null(p);
			memcpy(p, frame, len);
			s = tw_frame_parse(p, len, &f);
			assert_int_equal(
				s, len < l3 + ip ? TW_FRAME_SHORT_FRAME : TW_FRAME_BAD_IP_LENGTH);
			free(p);
		}
	}
}

/* One patch to a good frame; the IPv4 header checksum is made right again unless it is the point. */
struct damage {
	const char *name;
	const char *hex;
	unsigned int at;
	const char *octets;
	bool keep_checksum;
	enum tw_frame_status want;
};

static const struct damage damages[] = {
	/* Ethernet */
	{"802.3 length", FRAME_V4, 12, "0040", true, TW_FRAME_NOT_IP},
	{"arp", FRAME_V4, 12, "0806", true, TW_FRAME_ARP},
	{"lldp", FRAME_V4, 12, "88cc", true, TW_FRAME_NOT_IP},
	{"broadcast mac", FRAME_V4, 0, "ffffffffffff", true, TW_FRAME_MULTICAST},
	{"multicast mac", FRAME_V6, 0, "333300000001", true, TW_FRAME_MULTICAST},
	{"source mac is a group", FRAME_V4, 6, "03", true, TW_FRAME_BAD_SOURCE},
	{"ipv6 behind the type of ipv4", FRAME_V4, 14, "65", false, TW_FRAME_BAD_IP_HEADER},
	/* IPv4 */
	{"header of 16 octets", FRAME_V4, 14, "44", false, TW_FRAME_BAD_IP_HEADER},
	{"header longer than the packet", FRAME_V4_OPTIONS, 16, "001f", false,
		TW_FRAME_BAD_IP_LENGTH},
	{"total length below the header", FRAME_V4, 16, "0013", false, TW_FRAME_BAD_IP_LENGTH},
	{"total length of the header alone", FRAME_V4, 16, "0014", false, TW_FRAME_BAD_UDP_LENGTH},
	{"total length zero", FRAME_V4, 16, "0000", false, TW_FRAME_BAD_IP_LENGTH},
	{"total length past the frame", FRAME_V4, 16, "0049", false, TW_FRAME_BAD_IP_LENGTH},
	{"total length 65535", FRAME_V4, 16, "ffff", false, TW_FRAME_BAD_IP_LENGTH},
	{"checksum", FRAME_V4, 24, "f6e9", true, TW_FRAME_BAD_IP_CHECKSUM},
	{"checksum zero", FRAME_V4, 24, "0000", true, TW_FRAME_BAD_IP_CHECKSUM},
	{"checksum covers options", FRAME_V4_OPTIONS, 37, "ff", true, TW_FRAME_BAD_IP_CHECKSUM},
	{"first fragment", FRAME_V4, 20, "2000", false, TW_FRAME_FRAGMENT},
	{"last fragment", FRAME_V4, 20, "0001", false, TW_FRAME_FRAGMENT},
	{"fragment and DF", FRAME_V4, 20, "6000", false, TW_FRAME_FRAGMENT},
	{"reserved bit alone", FRAME_V4, 20, "8000", false, TW_FRAME_OK},
	{"icmp", FRAME_V4, 23, "01", false, TW_FRAME_ICMP},
	{"tcp", FRAME_V4, 23, "06", false, TW_FRAME_TCP},
	{"icmpv6 over ipv4", FRAME_V4, 23, "3a", false, TW_FRAME_NOT_UDP},
	{"hop-by-hop over ipv4", FRAME_V4, 23, "00", false, TW_FRAME_NOT_UDP},
	{"gre", FRAME_V4, 23, "2f", false, TW_FRAME_NOT_UDP},
	{"to multicast", FRAME_V4, 30, "e0000001", false, TW_FRAME_MULTICAST},
	{"to broadcast", FRAME_V4, 30, "ffffffff", false, TW_FRAME_MULTICAST},
	{"from multicast", FRAME_V4, 26, "e0000001", false, TW_FRAME_BAD_SOURCE},
	{"from broadcast", FRAME_V4, 26, "ffffffff", false, TW_FRAME_BAD_SOURCE},
	{"from nowhere", FRAME_V4, 26, "00000000", false, TW_FRAME_BAD_SOURCE},
	/* UDP */
	{"udp length zero", FRAME_V4, 38, "0000", true, TW_FRAME_BAD_UDP_LENGTH},
	{"udp length 7", FRAME_V4, 38, "0007", true, TW_FRAME_BAD_UDP_LENGTH},
	{"udp shorter than ip", FRAME_V4, 38, "0033", true, TW_FRAME_BAD_UDP_LENGTH},
	{"udp longer than ip", FRAME_V4, 38, "0035", true, TW_FRAME_BAD_UDP_LENGTH},
	{"no room for udp", FRAME_V4, 16, "001b", false, TW_FRAME_BAD_UDP_LENGTH},
	{"no reply port", FRAME_V4, 34, "0000", true, TW_FRAME_BAD_SOURCE},
	{"ipv6 udp length", FRAME_V6, 58, "0033", true, TW_FRAME_BAD_UDP_LENGTH},
	/* IPv6 */
	{"ipv4 behind the type of ipv6", FRAME_V6, 14, "45", true, TW_FRAME_BAD_IP_HEADER},
	{"payload past the frame", FRAME_V6, 18, "0035", true, TW_FRAME_BAD_IP_LENGTH},
	{"payload zero", FRAME_V6, 18, "0000", true, TW_FRAME_BAD_UDP_LENGTH},
	{"icmpv6", FRAME_V6, 20, "3a", true, TW_FRAME_ICMPV6},
	{"icmp over ipv6", FRAME_V6, 20, "01", true, TW_FRAME_NOT_UDP},
	{"tcp over ipv6", FRAME_V6, 20, "06", true, TW_FRAME_TCP},
	{"no next header", FRAME_V6, 20, "3b", true, TW_FRAME_NOT_UDP},
	{"esp", FRAME_V6, 20, "32", true, TW_FRAME_NOT_UDP},
	{"authentication header", FRAME_V6, 20, "33", true, TW_FRAME_NOT_UDP},
	{"to all nodes", FRAME_V6, 38, "ff02", true, TW_FRAME_MULTICAST},
	{"from multicast v6", FRAME_V6, 22, "ff02", true, TW_FRAME_BAD_SOURCE},
	{"from nowhere v6", FRAME_V6, 22, "00000000000000000000000000000000", true,
		TW_FRAME_BAD_SOURCE},
	/* the chain: hop-by-hop at 54, destination 62, routing 70, fragment 94, destination 102 */
	{"extension past the packet", FRAME_V6_CHAIN, 103, "ff", true, TW_FRAME_BAD_IP_HEADER},
	{"chain ends within a header", FRAME_V6_CHAIN, 18, "0034", true, TW_FRAME_BAD_IP_HEADER},
	{"chain ends before udp", FRAME_V6_CHAIN, 18, "0040", true, TW_FRAME_BAD_UDP_LENGTH},
	{"second hop-by-hop", FRAME_V6_CHAIN, 54, "00", true, TW_FRAME_BAD_IP_HEADER},
	{"segments left", FRAME_V6_CHAIN, 73, "01", true, TW_FRAME_BAD_IP_HEADER},
	{"first fragment v6", FRAME_V6_CHAIN, 97, "01", true, TW_FRAME_FRAGMENT},
	{"later fragment v6", FRAME_V6_CHAIN, 96, "05b8", true, TW_FRAME_FRAGMENT},
	{"reserved bits of an atomic fragment", FRAME_V6_CHAIN, 97, "06", true, TW_FRAME_OK},
	{"unknown option to skip", FRAME_V6_CHAIN, 104, "3e", true, TW_FRAME_OK},
	{"unknown option to discard", FRAME_V6_CHAIN, 104, "41", true, TW_FRAME_BAD_IP_HEADER},
	{"jumbo payload option", FRAME_V6_CHAIN, 56, "c2", true, TW_FRAME_BAD_IP_HEADER},
	{"option past its header", FRAME_V6_CHAIN, 105, "0d", true, TW_FRAME_BAD_IP_HEADER},
	{"only single padding", FRAME_V6_CHAIN, 104, "0000000000000000000000000000", true,
		TW_FRAME_OK},
	{"single padding, then past the header", FRAME_V6_CHAIN, 104,
		"000000000000000000000000010100", true, TW_FRAME_BAD_IP_HEADER},
	{"option without a length", FRAME_V6_CHAIN, 60, "0001", true, TW_FRAME_BAD_IP_HEADER},
	{"ends in no next header", FRAME_V6_CHAIN, 102, "3b", true, TW_FRAME_NOT_UDP},
	{"ends in icmpv6", FRAME_V6_CHAIN, 102, "3a", true, TW_FRAME_ICMPV6},
};

static void damaged_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];
		uint8_t frame[2048];
		uint32_t n = (uint32_t)load(d->hex, frame);
		enum tw_frame_status got;
		struct tw_frame f;

		tw_unhex(d->octets, frame + d->at, 16);
		if (!d->keep_checksum) {
			size_t header = 4 * (size_t)(frame[14] & 15);

			tw_put16(frame + 24, 0);
			tw_set_raw16(frame + 24, tw_checksum_finish(tw_sum(frame + 14, header)));
		}
		got = tw_frame_parse(frame, n, &f);
		if (got != d->want)
			fail_msg("%s: %s instead of %s", d->name, tw_frame_status_name(got),
				tw_frame_status_name(d->want));
	}
}

/* The smallest of each kind: the last octet that is needed is there, and no more. */
static void smallest_frames(void **state)
{
	uint8_t frame[2048] = {0};
	struct tw_frame f;

	(void)state;
	tw_put16(frame + 12, 0x0806);
	assert_int_equal(tw_frame_parse(frame, 14, &f), TW_FRAME_ARP);
	assert_int_equal(f.l3_off, 14);
	tw_put16(frame + 12, 0x8100);
	assert_int_equal(tw_frame_parse(frame, 17, &f), TW_FRAME_SHORT_FRAME);
	tw_put16(frame + 16, 0x0806);
	assert_int_equal(tw_frame_parse(frame, 18, &f), TW_FRAME_ARP);
	assert_int_equal(f.l3_off, 18);
	/* UDP without payload */
	load(FRAME_V6, frame);
	tw_put16(frame + 18, 8);
	tw_put16(frame + 58, 8);
	assert_int_equal(tw_frame_parse(frame, 62, &f), TW_FRAME_OK);
	assert_int_equal(f.payload_len, 0);
	assert_int_equal(f.payload_off, 62);
	/* one extension header of 8 octets and nothing behind it */
	frame[20] = 60;
	frame[54] = 59;
	frame[55] = 0;
	memset(frame + 56, 0, 6);
	assert_int_equal(tw_frame_parse(frame, 62, &f), TW_FRAME_NOT_UDP);
	assert_int_equal(f.protocol, 59);
	/* a fragment tells what it is a fragment of */
	frame[20] = 44;
	frame[54] = 6;
	frame[57] = 1;
	assert_int_equal(tw_frame_parse(frame, 62, &f), TW_FRAME_FRAGMENT);
	assert_int_equal(f.protocol, 6);
}

static void statuses_have_the_names_of_the_counters(void **state)
{
	(void)state;
	assert_string_equal(tw_frame_status_name(TW_FRAME_OK), "ok");
	assert_string_equal(tw_frame_status_name(TW_FRAME_BAD_UDP_LENGTH), "bad_udp_length");
	assert_string_equal(tw_frame_status_name(TW_FRAME_BAD_UDP_LENGTH + 1), "?");
	for (int s = 0; s <= TW_FRAME_BAD_UDP_LENGTH; s++)
		assert_non_null(tw_frame_status_name((enum tw_frame_status)s));
}

/* Nine destination options of 8 octets are one too many. */
static void chain_is_bounded(void **state)
{
	for (unsigned int headers = 0; headers <= 10; headers++) {
		uint8_t frame[2048];
		uint32_t n = (uint32_t)load(FRAME_V6, frame);
		struct tw_frame f;

		memmove(frame + 54 + 8 * headers, frame + 54, n - 54);
		for (unsigned int i = 0; i < headers; i++) {
			static const uint8_t dest[8] = {60, 0, 1, 4, 0, 0, 0, 0};

			memcpy(frame + 54 + 8 * i, dest, sizeof(dest));
			frame[54 + 8 * i] = i + 1 < headers ? 60 : 17;
		}
		frame[20] = headers ? 60 : 17;
		tw_put16(frame + 18, (uint16_t)(n - 54 + 8 * headers));
		assert_int_equal(tw_frame_parse(frame, n + 8 * headers, &f),
			headers <= 8 ? TW_FRAME_OK : TW_FRAME_BAD_IP_HEADER);
	}
	(void)state;
}

static void udp_checksums(void **state)
{
	static const char *const frames[] = {FRAME_V4, FRAME_V4_OPTIONS, FRAME_V6, FRAME_V6_CHAIN};

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		uint8_t frame[2048];
		uint32_t n = (uint32_t)load(frames[i], frame);
		struct tw_frame f;
		uint8_t *field;

		assert_int_equal(tw_frame_parse(frame, n, &f), TW_FRAME_OK);
		field = frame + f.l4_off + 6;
		frame[n - 1] ^= 0x10;
		assert_int_equal(tw_frame_check_udp(frame, &f), TW_UDP_CHECK_BAD);
		frame[n - 1] ^= 0x10;
		tw_set_raw16(field, tw_sum_fold(tw_frame_pseudo(frame, &f)));
		assert_int_equal(tw_frame_check_udp(frame, &f), TW_UDP_CHECK_PARTIAL);
		tw_put16(field, 0);
		assert_int_equal(tw_frame_check_udp(frame, &f),
			i < 2 ? TW_UDP_CHECK_NONE : TW_UDP_CHECK_ZERO);
	}
}

/* Without options the frame is what Scapy makes without them: same payload, right checksums. */
static void strips_options(void **state)
{
	static const struct {
		const char *hex;
		uint32_t extra;
	} rows[] = {
		{FRAME_V4, 0},
		{FRAME_V4_OPTIONS, 12},
		{FRAME_V6, 0},
		{FRAME_V6_CHAIN, 64},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t frame[2048], before[2048];
		uint32_t n = (uint32_t)load(rows[i].hex, frame);
		struct tw_frame f, g;
		uint8_t *start;

		memcpy(before, frame, n);
		assert_int_equal(tw_frame_parse(frame, n, &f), TW_FRAME_OK);
		assert_int_equal(tw_frame_strip(frame, &f), rows[i].extra);
		start = frame + rows[i].extra;
		assert_int_equal(tw_frame_parse(start, n - rows[i].extra, &g), TW_FRAME_OK);
		assert_memory_equal(&f, &g, sizeof(f));
		assert_int_equal(tw_frame_check_udp(start, &g), TW_UDP_CHECK_GOOD);
		assert_memory_equal(
			start + g.payload_off, before + n - g.payload_len, g.payload_len);
		assert_memory_equal(start, before, 14);
	}
}

struct capture_counts {
	unsigned int udp, tcp, partial;
};

/* perfSONAR's packets were captured on lo, where the kernel leaves UDP checksums partial. */
static void count_frame(const uint8_t *frame, size_t len, int64_t us, void *arg)
{
	struct capture_counts *c = arg;
	struct tw_frame f;

	(void)us;
	switch (tw_frame_parse(frame, (uint32_t)len, &f)) {
	case TW_FRAME_OK:
		c->udp++;
		c->partial += tw_frame_check_udp(frame, &f) == TW_UDP_CHECK_PARTIAL;
		break;
	case TW_FRAME_TCP:
		c->tcp++;
		break;
	default:
		fail_msg("neither UDP nor TCP");
	}
}

static void captures(void **state)
{
	static const char *const files[] = {
		TW_TEST_DATA "/captures/owamp-5.2.3-twamp-mode-O.pcap",
		TW_TEST_DATA "/captures/owamp-5.2.3-twamp-mode-A.pcap",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct capture_counts c = {0};
		size_t n = tw_test_pcap(files[i], count_frame, &c);

		assert_int_equal(c.udp + c.tcp, n);
		assert_int_equal(c.udp, 20);
		assert_int_equal(c.partial, 20);
	}
}

/* V15 (without FCS there), and the smallest STAMP frame of the design: 90 on IPv4. */
static void sizes(void **state)
{
	static const struct {
		unsigned int family, vlan, payload, size;
	} rows[] = {
		{4, 0, 22, 68},
		{4, 0, 548, 594},
		{4, 0, 1472, 1518},
		{6, 0, 14, 80},
		{6, 0, 528, 594},
		{6, 0, 1452, 1518},
		{4, 0, 44, 90},
		{6, 0, 44, 110},
		{4, 0, 18, 64},
		{4, 1, 44, 94},
		{6, 2, 44, 118},
		{4, 0, 8972, 9018},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t family = (uint8_t)rows[i].family, vlan = (uint8_t)rows[i].vlan;

		assert_int_equal(tw_frame_size(family, vlan, rows[i].payload), rows[i].size);
		assert_int_equal(tw_frame_payload(family, vlan, rows[i].size), rows[i].payload);
	}
	assert_int_equal(tw_frame_size(4, 0, 0), 64);
	assert_int_equal(tw_frame_size(4, 0, 17), 64);
	assert_int_equal(tw_frame_size(6, 0, 0), 66);
	assert_int_equal(tw_frame_payload(6, 0, 64), -2);
	assert_int_equal(tw_frame_payload(6, 2, 64), -10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_frames),
		cmocka_unit_test(vlan_types),
		cmocka_unit_test(truncated_everywhere),
		cmocka_unit_test(damaged_frames),
		cmocka_unit_test(smallest_frames),
		cmocka_unit_test(statuses_have_the_names_of_the_counters),
		cmocka_unit_test(chain_is_bounded),
		cmocka_unit_test(udp_checksums),
		cmocka_unit_test(strips_options),
		cmocka_unit_test(captures),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
