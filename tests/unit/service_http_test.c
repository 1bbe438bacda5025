/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_http.h"
#include "tw_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A server and its loop; clients are blocking sockets of the same thread, the loop runs between. */
struct fixture {
	struct tw_event_loop *loop;
	struct tw_http *http;
	int metrics_calls;
	bool sick;
	size_t document; /* octets of /metrics */
};

static int write_metrics(FILE *out, void *arg)
{
	struct fixture *f = arg;

	f->metrics_calls++;
	for (size_t i = 0; i < f->document; i++)
		fputc("0123456789abcdef"[i % 16], out);
	return 0;
}

static int write_result(FILE *out, void *arg)
{
	(void)arg;
	fputs("{\"schema\":\"x\"}\n", out);
	return 0;
}

static int write_health(FILE *out, void *arg)
{
	const struct fixture *f = arg;

	fputs(f->sick ? "worker 1 is stuck\n" : "fine\n", out);
	return f->sick ? -EIO : 0;
}

static void stop(void *arg)
{
	tw_event_loop_stop(arg);
}

static void pump(struct fixture *f, int ms)
{
	assert_int_equal(
		tw_event_add_timer(f->loop, tw_ns(ms * TW_NS_PER_MS), true, stop, f->loop, NULL),
		0);
	assert_int_equal(tw_event_loop_run(f->loop), 0);
}

static void start(struct fixture *f, const struct tw_http_limits *limits)
{
	const struct tw_http_content content = {
		.title = "a test",
		.metrics = write_metrics,
		.result = write_result,
		.health = write_health,
		.arg = f,
	};
	struct tw_err err;

	memset(f, 0, sizeof(*f));
	f->document = 10;
	assert_int_equal(tw_event_loop_create(&f->loop), 0);
	assert_int_equal(
		tw_http_create(f->loop, "127.0.0.1:0", &content, limits, &err, &f->http), 0);
}

static void finish(struct fixture *f)
{
	tw_http_destroy(f->http);
	tw_event_loop_destroy(f->loop);
}

static int client(struct fixture *f)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(tw_http_port(f->http))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void put(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Runs the loop until the server closes, at most about `ms`. Returns octets got, -1 if it did not. */
static ssize_t collect(struct fixture *f, int fd, char *buf, size_t cap, int ms)
{
	size_t got = 0;

	for (int waited = 0; waited <= ms; waited += 5) {
		ssize_t n;

		pump(f, 5);
		while ((n = recv(fd, buf + got, cap - 1 - got, MSG_DONTWAIT)) > 0)
			got += (size_t)n;
		buf[got] = '\0';
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return (ssize_t)got;
	}
	return -1;
}

/* One request on a connection of its own; the answer is in `buf`. */
static void ask(struct fixture *f, const char *request, char *buf, size_t cap)
{
	int fd = client(f);

	put(fd, request);
	assert_true(collect(f, fd, buf, cap, 1000) >= 0); /* every answer ends the connection */
	close(fd);
}

static const char *body(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

#define assert_has(text, part)                                                                     \
	do {                                                                                       \
		if (!strstr(text, part))                                                           \
			fail_msg("'%s' is not in: %s", part, text);                                \
	} while (0)
#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static void pages_come_with_their_type_and_content(void **state)
{
	static const struct {
		const char *request;
		const char *status;
		const char *type;
		const char *body;
	} cases[] = {
		{GET("/metrics"), "HTTP/1.1 200 ", "Content-Type: text/plain; version=0.0.4",
			"0123456789"},
		{GET("/metrics?name[]=x"), "HTTP/1.1 200 ",
			"Content-Type: text/plain; version=0.0.4", "0123456789"},
		{"GET /metrics HTTP/1.0\r\n\r\n", "HTTP/1.0 200 ", "Connection: close",
			"0123456789"},
		{GET("/result.json"), "HTTP/1.1 200 ", "Content-Type: application/json",
			"{\"schema\":\"x\"}\n"},
		{GET("/healthz"), "HTTP/1.1 200 ", "Content-Type: text/plain", "fine\n"},
		{GET("/nothing"), "HTTP/1.1 404 ", "Content-Type: text/plain", "no such page\n"},
		{GET("/metrics/"), "HTTP/1.1 404 ", "", "no such page\n"},
		{GET("/../etc/passwd"), "HTTP/1.1 404 ", "", "no such page\n"},
	};
	struct fixture f;
	char buf[4096];

	(void)state;
	start(&f, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(&f, cases[i].request, buf, sizeof(buf));
		assert_memory_equal(buf, cases[i].status, strlen(cases[i].status));
		assert_has(buf, cases[i].type);
		assert_string_equal(body(buf), cases[i].body);
	}
	assert_int_equal(f.metrics_calls, 3);
	ask(&f, GET("/"), buf, sizeof(buf));
	assert_has(body(buf), "a test\n");
	assert_has(body(buf), "\n/metrics ");
	assert_has(body(buf), "\n/result.json ");
	assert_has(body(buf), "\n/healthz ");
	f.sick = true;
	ask(&f, GET("/healthz"), buf, sizeof(buf));
	assert_memory_equal(buf, "HTTP/1.1 503 ", 13);
	assert_string_equal(body(buf), "worker 1 is stuck\n");
	finish(&f);
}

static void pages_without_a_writer_are_not_there(void **state)
{
	const struct tw_http_content content = {0};
	struct fixture f;
	char buf[4096];

	(void)state;
	start(&f, NULL);
	tw_http_destroy(f.http);
	assert_int_equal(tw_http_create(f.loop, "127.0.0.1:0", &content, NULL, NULL, &f.http), 0);
	ask(&f, GET("/result.json"), buf, sizeof(buf));
	assert_memory_equal(buf, "HTTP/1.1 404 ", 13);
	ask(&f, GET("/healthz"), buf, sizeof(buf));
	assert_string_equal(body(buf), "ok\n");
	ask(&f, GET("/"), buf, sizeof(buf));
	assert_null(strstr(body(buf), "/metrics"));
	assert_has(body(buf), "/healthz");
	finish(&f);
}

static void a_long_document_comes_whole(void **state)
{
	struct fixture f;
	size_t cap = 5 << 20;
	char *buf = malloc(cap);

	(void)state;
	assert_non_null(buf);
	start(&f, NULL);
	f.document = 4 << 20; /* more than the socket takes at once */
	ask(&f, GET("/metrics"), buf, cap);
	assert_has(buf, "Content-Length: 4194304\r\n");
	assert_int_equal(strlen(body(buf)), f.document);
	assert_int_equal(body(buf)[f.document - 1], 'f');
	finish(&f);
	free(buf);
}

static void head_is_answered_without_a_body(void **state)
{
	struct fixture f;
	char buf[4096];

	(void)state;
	start(&f, NULL);
	ask(&f, "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", buf, sizeof(buf));
	assert_memory_equal(buf, "HTTP/1.1 200 ", 13);
	assert_has(buf, "Content-Length: 10\r\n");
	assert_string_equal(body(buf), "");
	finish(&f);
}

static void other_methods_are_refused(void **state)
{
	static const char *const requests[] = {
		"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
		"PUT /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
		"DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
		"OPTIONS /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
	};
	struct fixture f;
	char buf[4096];

	(void)state;
	start(&f, NULL);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		ask(&f, requests[i], buf, sizeof(buf));
		assert_memory_equal(buf, "HTTP/1.1 405 ", 13);
		assert_has(buf, "Allow: GET, HEAD\r\n");
	}
	assert_int_equal(f.metrics_calls, 0);
	finish(&f);
}

static void hostile_requests_get_an_error_or_nothing(void **state)
{
	static const char *const requests[] = {
		"\x16\x03\x01\x02\x01\r\n\r\n", /* TLS */
		"GET\r\n\r\n",
		"GET /metrics\r\n\r\n",
		"GET /metrics HTTP/9.9\r\n\r\n",
		"GET /metrics HTTP/1.1\r\nno colon here\r\n\r\n",
		"GET /%zz%00 HTTP/1.1\r\n\r\n",
		"GET http://[::1 HTTP/1.1\r\n\r\n",
		"CONNECT x:1 HTTP/1.1\r\n\r\n",
		"FOO /metrics HTTP/1.1\r\n\r\n",
		"POST /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"POST /metrics HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"POST /metrics HTTP/1.1\r\nContent-Length: 1048576\r\n\r\nx",
		"POST /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nx",
		"\r\n\r\n\r\n\r\n",
	};
	struct fixture f;
	char buf[4096];

	(void)state;
	start(&f, &(struct tw_http_limits){.seconds = 1});
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		int fd = client(&f);
		ssize_t n;

		put(fd, requests[i]);
		n = collect(&f, fd, buf, sizeof(buf), 1500);
		if (n < 0)
			fail_msg("request %zu was neither answered nor dropped", i);
		if (strstr(buf, " 200 "))
			fail_msg("request %zu was answered: %s", i, buf);
		close(fd);
	}
	assert_int_equal(f.metrics_calls, 0);
	ask(&f, GET("/metrics"), buf, sizeof(buf)); /* and it still works */
	assert_memory_equal(buf, "HTTP/1.1 200 ", 13);
	finish(&f);
}

static void a_request_without_end_is_cut_off(void **state)
{
	struct fixture f;
	char buf[4096];
	char junk[1025];
	int fd;
	int sent = 0;

	(void)state;
	start(&f, &(struct tw_http_limits){.header = 4096});
	memset(junk, 'a', sizeof(junk) - 1);
	junk[sizeof(junk) - 1] = '\0';

	fd = client(&f); /* a header field that does not end */
	put(fd, "GET /metrics HTTP/1.1\r\nX: ");
	for (; sent < 8; sent++) {
		if (send(fd, junk, 1024, MSG_NOSIGNAL) < 0)
			break;
		pump(&f, 5);
	}
	assert_true(collect(&f, fd, buf, sizeof(buf), 1000) >= 0);
	assert_null(strstr(buf, " 200 "));
	close(fd);

	fd = client(&f); /* a first line that does not end */
	for (sent = 0; sent < 8; sent++) {
		if (send(fd, junk, 1024, MSG_NOSIGNAL) < 0)
			break;
		pump(&f, 5);
	}
	assert_true(collect(&f, fd, buf, sizeof(buf), 1000) >= 0);
	close(fd);
	assert_int_equal(f.metrics_calls, 0);
	finish(&f);
}

static void clients_that_leave_early_do_no_harm(void **state)
{
	struct fixture f;
	char buf[4096];
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	(void)state;
	start(&f, NULL);
	f.document = 4 << 20;
	for (int i = 0; i < 40; i++) {
		int fd = client(&f);

		put(fd, i % 2 ? "GET /met" : GET("/metrics"));
		if (i % 4 > 1)
			pump(&f, 1);
		if (i % 8 > 3) /* reset rather than end */
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(fd);
	}
	f.document = 10;
	ask(&f, GET("/metrics"), buf, sizeof(buf));
	assert_string_equal(body(buf), "0123456789");
	finish(&f);
}

static double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void a_client_that_drips_is_dropped_in_time(void **state)
{
	struct fixture f;
	char buf[4096];
	double before;
	double took;
	int fd;

	(void)state;
	start(&f, &(struct tw_http_limits){.seconds = 1});
	fd = client(&f);
	before = seconds_now();
	put(fd, "GET /metrics HTTP/1.1\r\nX: ");
	for (int i = 0; i < 60; i++) { /* an octet each 50 ms keeps any idle timeout away */
		char c;

		if (send(fd, "a", 1, MSG_NOSIGNAL) < 0)
			break;
		pump(&f, 50);
		if (recv(fd, &c, 1, MSG_DONTWAIT) == 0)
			break;
	}
	took = seconds_now() - before;
	assert_true(took > 0.9 && took < 2.0);
	close(fd);
	ask(&f, GET("/metrics"), buf, sizeof(buf));
	assert_memory_equal(buf, "HTTP/1.1 200 ", 13);
	finish(&f);
}

/* With every place taken by an idle client the next one waits until one of them leaves. */
static void fill_and_leave(struct fixture *f)
{
	char buf[4096];
	int calls = f->metrics_calls;
	int idle[3];
	int late;
	char c;

	for (int i = 0; i < 3; i++)
		idle[i] = client(f);
	pump(f, 50);
	late = client(f);
	put(late, GET("/metrics"));
	pump(f, 300); /* several sweeps */
	assert_int_equal(recv(late, &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(f->metrics_calls, calls);
	close(idle[1]);
	assert_true(collect(f, late, buf, sizeof(buf), 1000) >= 0);
	assert_memory_equal(buf, "HTTP/1.1 200 ", 13);
	close(late);
	close(idle[0]);
	close(idle[2]);
	pump(f, 250);
}

static void more_connections_than_allowed_wait_for_a_place(void **state)
{
	struct fixture f;
	char buf[4096];

	(void)state;
	start(&f, &(struct tw_http_limits){.connections = 3, .seconds = 30});
	fill_and_leave(&f);
	for (int i = 0; i < 20; i++) { /* places are given back */
		ask(&f, GET("/metrics"), buf, sizeof(buf));
		assert_memory_equal(buf, "HTTP/1.1 200 ", 13);
	}
	fill_and_leave(&f); /* and still counted */
	finish(&f);
}

static void it_goes_down_with_clients_connected(void **state)
{
	struct fixture f;
	int fd;

	(void)state;
	start(&f, NULL);
	fd = client(&f);
	put(fd, "GET /met");
	pump(&f, 20);
	finish(&f);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_come_with_their_type_and_content),
		cmocka_unit_test(pages_without_a_writer_are_not_there),
		cmocka_unit_test(a_long_document_comes_whole),
		cmocka_unit_test(head_is_answered_without_a_body),
		cmocka_unit_test(other_methods_are_refused),
		cmocka_unit_test(hostile_requests_get_an_error_or_nothing),
		cmocka_unit_test(a_request_without_end_is_cut_off),
		cmocka_unit_test(clients_that_leave_early_do_no_harm),
		cmocka_unit_test(a_client_that_drips_is_dropped_in_time),
		cmocka_unit_test(more_connections_than_allowed_wait_for_a_place),
		cmocka_unit_test(it_goes_down_with_clients_connected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
