/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "af_packet_priv.h"
#include "device_replay.h"
#include "eal_priv.h"

#include "tw_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The parts of EAL and port set-up that need neither an EAL nor a port. */

static void test_split(void **state)
{
	static const struct {
		const char *line;
		int n;
		const char *want[4];
	} rows[] = {
		{"", 0, {NULL}},
		{"  \t ", 0, {NULL}},
		{"-l 1", 2, {"-l", "1"}},
		{"  --vdev=net_null0,a=1   -m\t64 ", 3, {"--vdev=net_null0,a=1", "-m", "64"}},
		{"--lcores '0@(0,1), 1@0'", 2, {"--lcores", "0@(0,1), 1@0"}},
		{"a\"b c\"d 'e\"f'", 2, {"ab cd", "e\"f"}},
		{"a\\ b \"c\\\"d\" 'e\\f'", 3, {"a b", "c\"d", "e\\f"}},
		{"'' x", 2, {"", "x"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_argv v = {0};

		tw_argv_split(&v, rows[i].line);
		assert_int_equal(v.error, 0);
		assert_int_equal(v.argc, rows[i].n);
		for (int k = 0; k < v.argc; k++)
			assert_string_equal(v.argv[k], rows[i].want[k]);
		assert_null(v.argv[v.argc]);
		tw_argv_fini(&v);
	}
	for (size_t i = 0; i < 3; i++) {
		static const char *const open[] = {"a 'b", "\"", "x \"y'"};
		struct tw_argv v = {0};

		tw_argv_split(&v, open[i]);
		assert_int_equal(v.error, -EINVAL);
		tw_argv_fini(&v);
	}
}

static void test_argv(void **state)
{
	struct tw_argv v = {0};

	(void)state;
	tw_argv_add(&v, "prog", NULL);
	tw_argv_split(&v, "-l1 --file-prefix=abc --no-pci -m 64");
	assert_true(tw_argv_has(&v, "-l"));
	assert_true(tw_argv_has(&v, "-m"));
	assert_true(tw_argv_has(&v, "--no-pci"));
	assert_false(tw_argv_has(&v, "--no-pc"));
	assert_false(tw_argv_has(&v, "-a"));
	assert_string_equal(tw_argv_value(&v, "--file-prefix"), "abc");
	assert_null(tw_argv_value(&v, "--file"));
	for (int i = 0; i < 200; i++)
		tw_argv_add(&v, "more", NULL);
	assert_int_equal(v.error, -E2BIG);
	assert_null(v.argv[v.argc]);
	tw_argv_fini(&v);
}

/* The driver's own conditions, and the kernel's: packet(7), Documentation/networking/packet_mmap. */
static void test_layout(void **state)
{
	static const uint32_t frames[] = {64, 1514, 1518, 1522, 1982, 1983, 3500, 9018, 9026};

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct tw_ring_layout r;

		tw_af_packet_layout(frames[i], 1, &r);
		assert_true(r.frame_size >= frames[i] + 66);
		assert_int_equal(r.frame_size % 16, 0);
		assert_int_equal(r.block_size % 4096, 0);
		assert_int_equal(r.block_size % r.frame_size, 0);
		assert_int_equal(r.frame_count % (r.block_size / r.frame_size), 0);
		assert_true(r.frame_count >= 256);
		assert_int_equal(r.data_room, r.frame_size - 32);
		/* no more than a tenth of the kernel's pages is wasted */
		for (uint32_t pow2 = 4096;; pow2 *= 2) {
			if (pow2 >= r.block_size) {
				assert_true(r.block_size * 10ull >= pow2 * 9ull);
				break;
			}
		}
	}
}

#define MACS "020000000001020000000002"
#define ADDR6 "20010db8000000000000000000000001"
#define IP4(ihl, frag, proto) "0800" ihl "0000240001" frag "40" proto "0000c0000201c0000202"
#define IP6(next)                                                                                  \
	"86dd"                                                                                     \
	"60000000001c" next "40" ADDR6 ADDR6
#define UDP(port)                                                                                  \
	"c350" port "00100000"                                                                     \
	"0000000000000000"
#define VLAN "81000064"

struct row {
	const char *what;
	const char *hex;
	bool passes;
};

/* Ports 862 (035e) and 1000 to 1002 (03e8 to 03ea). */
static const struct row rows[] = {
	{"first range", MACS IP4("45", "4000", "11") UDP("035e"), true},
	{"below it", MACS IP4("45", "4000", "11") UDP("035d"), false},
	{"above it", MACS IP4("45", "4000", "11") UDP("035f"), false},
	{"start of the second", MACS IP4("45", "4000", "11") UDP("03e8"), true},
	{"end of the second", MACS IP4("45", "4000", "11") UDP("03ea"), true},
	{"behind the second", MACS IP4("45", "4000", "11") UDP("03eb"), false},
	{"TCP", MACS IP4("45", "4000", "06") UDP("035e"), false},
	{"IPv4 options", MACS IP4("46", "4000", "11") "01010101" UDP("035e"), true},
	{"first fragment", MACS IP4("45", "2000", "11") UDP("035e"), false},
	{"last fragment", MACS IP4("45", "0010", "11") UDP("035e"), false},
	{"IPv6", MACS IP6("11") UDP("03e9"), true},
	{"IPv6, another port", MACS IP6("11") UDP("03eb"), false},
	{"IPv6, TCP", MACS IP6("06") UDP("035e"), false},
	{"IPv6, routing header: not looked into", MACS IP6("2b") UDP("0001"), true},
	{"IPv6, fragment", MACS IP6("2c") UDP("035e"), false},
	{"inner tag", MACS VLAN IP4("45", "4000", "11") UDP("035e"), true},
	{"inner tag, another port", MACS VLAN IP4("45", "4000", "11") UDP("035f"), false},
	{"inner tag, IPv6", MACS VLAN IP6("11") UDP("03e8"), true},
	{"ARP", MACS "0806000108000604000102000000000ac0000201", false},
	{"cut short", MACS "0800450000", false},
};

/* Does a datagram get through the filter on the other socket? */
static bool passes(const int s[2], const uint8_t *frame, size_t n)
{
	uint8_t buf[2048];

	send(s[0], frame, n, MSG_DONTWAIT);
	return recv(s[1], buf, sizeof(buf), MSG_DONTWAIT) == (ssize_t)n;
}

static void test_filter(void **state)
{
	const struct tw_udp_range ranges[] = {{862, 862}, {1000, 1002}};
	uint8_t frame[2048] = {0};
	int s[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), 0);
	assert_int_equal(tw_af_packet_filter(s[1], ranges, 2, 1518), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = tw_unhex(rows[i].hex, frame, sizeof(frame));

		if (passes(s, frame, n) != rows[i].passes)
			fail_msg("%s: want %d", rows[i].what, rows[i].passes);
	}
	tw_unhex(rows[0].hex, frame, sizeof(frame));
	assert_true(passes(s, frame, 1518));
	assert_false(passes(s, frame, 1519));
	close(s[0]);
	close(s[1]);
}

static void test_filter_sizes(void **state)
{
	struct tw_udp_range many[2000];
	uint8_t frame[128];
	size_t n;
	int s[2];

	(void)state;
	for (uint16_t i = 0; i < 2000; i++)
		many[i] = (struct tw_udp_range){(uint16_t)(2000 + 2 * i), (uint16_t)(2000 + 2 * i)};
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), 0);
	n = tw_unhex(rows[0].hex, frame, sizeof(frame));
	/* no ports: nothing; as many as there is room for: exactly those; more: all UDP */
	assert_int_equal(tw_af_packet_filter(s[1], many, 0, 1518), 0);
	assert_false(passes(s, frame, n));
	assert_int_equal(tw_af_packet_filter(s[1], many, 336, 1518), 0);
	assert_false(passes(s, frame, n));
	assert_int_equal(tw_af_packet_filter(s[1], many, 2000, 1518), 0);
	assert_true(passes(s, frame, n));
	n = tw_unhex(rows[6].hex, frame, sizeof(frame));
	assert_false(passes(s, frame, n));
	close(s[0]);
	close(s[1]);
}

/* In a mount namespace, so that no other instance on this machine is in the way. */
static bool private_locks(void)
{
	char map[64];
	int fd, uid = (int)getuid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	fd = open("/proc/self/uid_map", O_WRONLY);
	snprintf(map, sizeof(map), "0 %d 1", uid);
	if (fd < 0 || write(fd, map, strlen(map)) < 0)
		return false;
	close(fd);
	return mount("none", "/run/lock", "tmpfs", 0, NULL) == 0 ||
	       mount("none", "/tmp", "tmpfs", 0, NULL) == 0;
}

static unsigned int choose(const char *lcores, unsigned int n, struct tw_eal_worker *w)
{
	struct tw_eal_config cfg = {.lcores = lcores, .n_workers = n, .numa_node = -1};
	struct tw_err err = {""};
	unsigned int got = 0;

	if (tw_cores_choose(&cfg, w, &got, &err) < 0)
		fail_msg("%s", err.text);
	return got;
}

/* Another process takes n cores and holds them until its pipe is closed. */
static pid_t other(unsigned int n, int *ret_hold, struct tw_eal_worker *ret)
{
	int ready[2], hold[2];
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(hold), 0);
	pid = fork();
	if (pid == 0) {
		struct tw_eal_worker w[TW_EAL_WORKERS];
		char c;

		close(hold[1]);
		choose(NULL, n, w);
		if (write(ready[1], w, n * sizeof(*w)) < 0 || read(hold[0], &c, 1) != 0)
			_exit(1);
		_exit(0); /* without giving anything back, as if killed */
	}
	close(hold[0]);
	assert_int_equal(read(ready[0], ret, n * sizeof(*ret)), n * sizeof(*ret));
	close(ready[0]);
	close(ready[1]);
	*ret_hold = hold[1];
	return pid;
}

static void test_cores(void **state)
{
	struct tw_eal_worker mine[TW_EAL_WORKERS], theirs[TW_EAL_WORKERS];
	char list[16];
	cpu_set_t set;
	unsigned int n;
	int hold;
	pid_t pid;

	(void)state;
	tw_cores_allowed(&set);
	n = (unsigned int)CPU_COUNT(&set);
	if (n < 2 || n > TW_EAL_WORKERS || !private_locks()) {
		print_message("skipped: needs two CPUs and a mount namespace\n");
		skip();
	}
	/* all there are, once each; more than there are: some twice, and said so */
	assert_int_equal(choose(NULL, n, mine), n);
	for (unsigned int i = 0; i < n; i++) {
		assert_false(mine[i].shared);
		for (unsigned int k = 0; k < i; k++)
			assert_int_not_equal(mine[i].cpu, mine[k].cpu);
	}
	tw_cores_release();
	assert_int_equal(choose(NULL, n + 1, mine), n + 1);
	assert_true(mine[n].shared);
	tw_cores_release();

	/* what another process holds is not taken while there is something else */
	pid = other(1, &hold, theirs);
	assert_int_equal(choose(NULL, n - 1, mine), n - 1);
	for (unsigned int i = 0; i < n - 1; i++) {
		assert_false(mine[i].shared);
		assert_int_not_equal(mine[i].cpu, theirs[0].cpu);
		assert_false(tw_cores_is_shared(mine[i].cpu));
	}
	assert_true(tw_cores_is_shared(theirs[0].cpu));
	tw_cores_release();
	/* asked for by number it is shared */
	snprintf(list, sizeof(list), "%d", theirs[0].cpu);
	assert_int_equal(choose(list, 0, mine), 1);
	assert_int_equal(mine[0].cpu, theirs[0].cpu);
	assert_true(mine[0].shared);
	tw_cores_release();
	/* locks go with the process */
	close(hold);
	waitpid(pid, NULL, 0);
	assert_int_equal(choose(list, 0, mine), 1);
	assert_false(mine[0].shared);
	tw_cores_release();
	/* and the file with the last user */
	assert_int_not_equal(access("/run/lock/dpdk-twamp.cores", F_OK), 0);
}

static void test_core_lists(void **state)
{
	static const char *const bad[] = {
		"", "a", "1-", "-1", "1,,2", "3-1", "99999", "1 2", "1,", "0x1", "1023"};
	struct tw_eal_worker w[TW_EAL_WORKERS];
	struct tw_err err;
	unsigned int n = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct tw_eal_config cfg = {.lcores = bad[i], .numa_node = -1};

		assert_int_equal(tw_cores_choose(&cfg, w, &n, &err), -EINVAL);
		assert_non_null(strstr(err.text, "--lcores"));
	}
}

static void write_capture(char *path, uint32_t frames, bool swapped)
{
	static const uint8_t frame[60];
	const uint32_t head[6] = {swapped ? 0xd4c3b2a1 : 0xa1b2c3d4};
	uint32_t record[4] = {0};
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(head, sizeof(head), 1, f), 1);
	for (uint32_t i = 0; i < frames; i++) {
		uint32_t len = 14 + i % 40;

		record[2] = swapped ? __builtin_bswap32(len) : len;
		assert_int_equal(fwrite(record, sizeof(record), 1, f), 1);
		assert_int_equal(fwrite(frame, len, 1, f), 1);
	}
	assert_int_equal(fclose(f), 0);
}

static void test_replayed(void **state)
{
	char a[] = "/tmp/tw-replay-XXXXXX", b[] = "/tmp/tw-replay-XXXXXX", args[256];

	(void)state;
	write_capture(a, 1000, false);
	write_capture(b, 3000, true);
	snprintf(args, sizeof(args), "rx_pcap=%s,infinite_rx=1", a);
	assert_int_equal(tw_dev_replayed(args), 1000);
	snprintf(args, sizeof(args), "rx_pcap=%s,rx_pcap=%s,infinite_rx=1", a, b);
	assert_int_equal(tw_dev_replayed(args), 3000);
	snprintf(args, sizeof(args), "infinite_rx=1,rx_pcap=%s", b);
	assert_int_equal(tw_dev_replayed(args), 3000);
	snprintf(args, sizeof(args), "rx_pcap=%s", a);
	assert_int_equal(tw_dev_replayed(args), 0);
	assert_int_equal(tw_dev_replayed("rx_pcap=/nowhere/at/all,infinite_rx=1"), 0);
	assert_int_equal(tw_dev_replayed("rx_pcap=/dev/null,infinite_rx=1"), 0);
	assert_int_equal(tw_dev_replayed(""), 0);
	unlink(a);
	unlink(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_replayed),
		cmocka_unit_test(test_argv),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_filter_sizes),
		cmocka_unit_test(test_core_lists),
		cmocka_unit_test(test_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
