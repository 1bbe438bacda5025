/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_http.h"
#include "tw_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* longer than any address */
#define LONG_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b:1"

static void addresses_to_listen_on(void **state)
{
	static const char *const good[] = {"127.0.0.1:8000", "[::1]:9000", ":9100", "9100", "0",
		"192.0.2.1", "2001:db8::1", "[2001:db8::1]", "::", "localhost:1", "", NULL};
	static const char *const bad[] = {"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "x:80",
		"[::1", "[::1]x", "[]:80", "[::1]:", ":", "127.0.0.1:80:90", "-1", " 80", "80 ",
		"123456", "256.0.0.1:80", "127.0.0.1:-1", "[127.0.0.1.]:80", LONG_NAME};
	struct tw_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (tw_http_check(good[i], &err))
			fail_msg("%s refused: %s", good[i], err.text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tw_http_check(bad[i], &err) != -EINVAL)
			fail_msg("%s taken", bad[i]);
		assert_non_null(strstr(err.text, "is not an address to listen on"));
	}
}

static int client(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void it_says_where_it_listens_and_why_it_cannot(void **state)
{
	const struct tw_http_content content = {0};
	struct tw_event_loop *loop;
	struct tw_http *http;
	struct tw_http *other = NULL;
	struct tw_err err;
	char want[64];

	(void)state;
	assert_int_equal(tw_event_loop_create(&loop), 0);
	assert_int_equal(tw_http_create(loop, "127.0.0.1:0", &content, NULL, &err, &http), 0);
	snprintf(want, sizeof(want), "127.0.0.1:%u", tw_http_port(http));
	assert_string_equal(tw_http_address(http), want);
	assert_int_equal(tw_http_create(loop, want, &content, NULL, &err, &other), -EADDRINUSE);
	assert_null(other);
	snprintf(want, sizeof(want), "cannot listen on 127.0.0.1:%u: Address already in use",
		tw_http_port(http));
	assert_string_equal(err.text, want);
	assert_int_equal(
		tw_http_create(loop, "192.0.2.1:1", &content, NULL, &err, &other), -EADDRNOTAVAIL);
	tw_http_destroy(http);
	tw_event_loop_destroy(loop);
}

static void every_address_includes_ipv4(void **state)
{
	const struct tw_http_content content = {0};
	struct tw_event_loop *loop;
	struct tw_http *http;

	(void)state;
	assert_int_equal(tw_event_loop_create(&loop), 0);
	assert_int_equal(tw_http_create(loop, ":0", &content, NULL, NULL, &http), 0);
	close(client(tw_http_port(http)));
	tw_http_destroy(http);
	tw_event_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_to_listen_on),
		cmocka_unit_test(it_says_where_it_listens_and_why_it_cannot),
		cmocka_unit_test(every_address_includes_ipv4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
