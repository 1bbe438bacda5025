/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef HOST_NETNS_H
#define HOST_NETNS_H

#include "tw_host.h"
#include "tw_test.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A network of our own in a user and network namespace: veth pair ta--tb in one namespace, tb moved
 * to a child's namespace, so that neighbours answer as they do on a wire.
 */
static const char *why_not;
static pid_t far_end;
static int far_end_pipe[2];

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int rc = fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

static int run(const char *cmd)
{
	return system(cmd) == 0 ? 0 : -1;
}

static int far_main(int go, int ready)
{
	char c;

	if (unshare(CLONE_NEWNET) < 0 || write(ready, "1", 1) != 1 || read(go, &c, 1) != 1)
		return 1;
	if (run("ip link set lo up && ip addr add 192.0.2.2/24 dev tb && "
		"ip -6 addr add 2001:db8::2/64 dev tb nodad && ip link set tb up"))
		return 1;
	if (write(ready, "2", 1) != 1)
		return 1;
	return read(go, &c, 1) == 0 ? 0 : 1; /* until the test is over */
}

static int make_network(void)
{
	char cmd[128], c, map[64];
	int up[2], down[2];
	uid_t uid = getuid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -1;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned int)uid);
	if (write_file("/proc/self/uid_map", map) < 0)
		return -1;
	if (run("ip link set lo up && ip link add ta type veth peer name tb 2>/dev/null"))
		return -1;
	if (pipe(up) < 0 || pipe(down) < 0)
		return -1;
	far_end = fork();
	if (far_end < 0)
		return -1;
	if (far_end == 0) {
		close(down[1]);
		_exit(far_main(down[0], up[1]));
	}
	close(down[0]);
	close(up[1]);
	far_end_pipe[0] = up[0];
	far_end_pipe[1] = down[1];
	if (read(up[0], &c, 1) != 1)
		return -1;
	snprintf(cmd, sizeof(cmd), "ip link set tb netns %d", (int)far_end);
	if (run(cmd) || write(down[1], "g", 1) != 1 || read(up[0], &c, 1) != 1)
		return -1;
	return run(
		"ip addr add 192.0.2.1/24 dev ta && ip -6 addr add 2001:db8::1/64 dev ta nodad && "
		"ip link set ta mtu 1400 up && ip route add 198.51.100.0/24 via 192.0.2.2 && "
		"ip route add default via 192.0.2.2 && "
		"ip -6 route add default via 2001:db8::2");
}

static int group_setup(void **state)
{
	(void)state;
	if (make_network() < 0)
		why_not = "cannot make a network namespace with a veth pair here";
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	if (far_end > 0) {
		close(far_end_pipe[1]);
		waitpid(far_end, NULL, 0);
	}
	return 0;
}

#define NEED_NETWORK()                                                                             \
	do {                                                                                       \
		if (why_not) {                                                                     \
			print_message("skipped: %s\n", why_not);                                   \
			skip();                                                                    \
		}                                                                                  \
	} while (0)

static struct tw_addr addr(const char *s)
{
	struct tw_addr a;

	assert_int_equal(tw_addr_parse(s, &a), 0);
	return a;
}

static void assert_addr(const struct tw_addr *a, const char *want)
{
	char text[TW_ADDR_STR];

	assert_string_equal(tw_addr_format(a, text), want);
}

#endif
