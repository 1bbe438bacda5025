/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "event_loop_priv.h"
#include "http_priv.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64
#define MAX_BODY 1024 /* of a request: no page wants one */

/*
 * evhttp neither limits its connections nor says when one ends. The handle of each is kept as a
 * name, never followed: it stands for an open connection as long as the loop has an event for it.
 */
struct connection {
	const void *handle; /* NULL: free slot */
	struct tw_ns since; /* CLOCK_MONOTONIC */
	int fd;             /* set by each look; -1 = not seen: closed */
};

struct tw_http {
	struct tw_event_loop *loop;
	struct evhttp *server;
	struct evconnlistener *listener; /* the server's */
	struct tw_event *sweeper;        /* only while there are connections */
	struct tw_http_content content;
	struct tw_http_limits limits;
	char address[HTTP_ADDRESS_STR];
	uint16_t port;
	struct connection connection[MAX_CONNECTIONS];
};

/* Pages */

static int write_ok(FILE *out, void *arg)
{
	(void)arg;
	return fputs("ok\n", out) < 0;
}

static const struct page {
	const char *path;
	const char *type;
	size_t fn; /* offset of the writer in struct tw_http_content */
	tw_http_write_fn *otherwise;
	const char *help;
} pages[] = {
	{"/metrics", "text/plain; version=0.0.4; charset=utf-8",
		offsetof(struct tw_http_content, metrics), NULL, "Prometheus metrics"},
	{"/result.json", "application/json", offsetof(struct tw_http_content, result), NULL,
		"the result so far"},
	{"/healthz", "text/plain; charset=utf-8", offsetof(struct tw_http_content, health),
		write_ok, "200 when it works"},
};
#define PAGES (sizeof(pages) / sizeof(pages[0]))

static tw_http_write_fn *page_writer(const struct tw_http *h, const struct page *p)
{
	tw_http_write_fn *fn;

	memcpy(&fn, (const char *)&h->content + p->fn, sizeof(fn));
	return fn ? fn : p->otherwise;
}

static int write_index(FILE *out, void *arg)
{
	const struct tw_http *h = arg;

	fprintf(out, "%s\n\n", h->content.title ? h->content.title : "dpdk-twamp");
	for (size_t i = 0; i < PAGES; i++) {
		if (page_writer(h, &pages[i]))
			fprintf(out, "%-14s %s\n", pages[i].path, pages[i].help);
	}
	return 0;
}

static void free_document(const void *data, size_t len, void *arg)
{
	(void)data;
	(void)len;
	free(arg);
}

/* Answer with what `fn` writes; HEAD gets the headers alone. */
static void answer(struct evhttp_request *req, int status, const char *reason, const char *type,
	tw_http_write_fn *fn, void *arg)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	struct evbuffer *body = evbuffer_new();
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char length[24];

	if (out && fn(out, arg)) {
		status = 503;
		reason = "Service Unavailable";
	}
	if (!out || fclose(out) || !body) {
		evhttp_send_error(req, HTTP_INTERNAL, NULL);
		goto out;
	}
	snprintf(length, sizeof(length), "%zu", len);
	evhttp_add_header(headers, "Connection", "close");
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Content-Length", length);
	if (evhttp_request_get_command(req) != EVHTTP_REQ_HEAD &&
		!evbuffer_add_reference(body, text, len, free_document, text))
		text = NULL; /* freed when it is sent */
	evhttp_send_reply(req, status, reason, body);
out:
	free(text);
	if (body)
		evbuffer_free(body);
}

static int write_sentence(FILE *out, void *arg)
{
	return fprintf(out, "%s\n", (const char *)arg) < 0;
}

static void refuse(struct evhttp_request *req, int status, const char *reason, const char *sentence)
{
	answer(req, status, reason, "text/plain; charset=utf-8", write_sentence,
		(void *)(uintptr_t)sentence);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct tw_http *h = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	enum evhttp_cmd_type cmd = evhttp_request_get_command(req);
	const char *type = "text/plain; charset=utf-8";
	tw_http_write_fn *fn = NULL;
	void *fn_arg = h->content.arg;

	if (path && !strcmp(path, "/")) {
		fn = write_index;
		fn_arg = h;
	}
	for (size_t i = 0; path && i < PAGES; i++) {
		if (strcmp(path, pages[i].path) != 0)
			continue;
		fn = page_writer(h, &pages[i]);
		type = pages[i].type;
	}
	if (!fn) {
		refuse(req, HTTP_NOTFOUND, "Not Found", "no such page");
	} else if (cmd != EVHTTP_REQ_GET && cmd != EVHTTP_REQ_HEAD) {
		evhttp_add_header(evhttp_request_get_output_headers(req), "Allow", "GET, HEAD");
		refuse(req, HTTP_BADMETHOD, "Method Not Allowed", "GET or HEAD only");
	} else {
		answer(req, HTTP_OK, "OK", type, fn, fn_arg);
	}
}

/* Connections */

static struct tw_ns monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec);
}

static int see_event(const struct event_base *base, const struct event *ev, void *arg)
{
	struct tw_http *h = arg;

	(void)base;
	for (unsigned int i = 0; i < h->limits.connections; i++) {
		if (h->connection[i].handle &&
			h->connection[i].handle == event_get_callback_arg(ev))
			h->connection[i].fd = (int)event_get_fd(ev);
	}
	return 0;
}

/* Forget the connections that have ended. Returns how many are open. */
static unsigned int look(struct tw_http *h)
{
	unsigned int open = 0;

	for (unsigned int i = 0; i < h->limits.connections; i++)
		h->connection[i].fd = -1;
	event_base_foreach_event(event_loop_base(h->loop), see_event, h);
	for (unsigned int i = 0; i < h->limits.connections; i++) {
		if (h->connection[i].fd < 0)
			h->connection[i].handle = NULL;
		else
			open++;
	}
	return open;
}

/* End what took too long (the server sees an end of file and cleans up), let waiting clients in. */
static void sweep(void *arg)
{
	struct tw_http *h = arg;
	struct tw_ns limit = tw_ns(h->limits.seconds * TW_NS_PER_SEC);
	struct tw_ns now = monotonic();
	unsigned int open = look(h);

	for (unsigned int i = 0; i < h->limits.connections; i++) {
		struct connection *c = &h->connection[i];

		if (c->handle && tw_ns_sub(now, c->since).v >= limit.v)
			shutdown(c->fd, SHUT_RDWR);
	}
	if (open < h->limits.connections)
		evconnlistener_enable(h->listener);
	if (open == 0) {
		tw_event_remove(h->sweeper);
		h->sweeper = NULL;
	}
}

/* evhttp asks for the buffers of a connection that it has just accepted. */
static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
	struct tw_http *h = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
	unsigned int open = look(h);

	for (unsigned int i = 0; bev && i < h->limits.connections; i++) {
		if (h->connection[i].handle)
			continue;
		h->connection[i] = (struct connection){.handle = bev, .since = monotonic()};
		break;
	}
	if (open + 1 >= h->limits.connections)
		evconnlistener_disable(h->listener); /* the next one waits */
	if (!h->sweeper)
		tw_event_add_timer(
			h->loop, tw_ns(100 * TW_NS_PER_MS), false, sweep, h, &h->sweeper);
	return bev;
}

/* Life of the server */

static void set_limits(struct tw_http *h, const struct tw_http_limits *limits)
{
	if (limits)
		h->limits = *limits;
	if (h->limits.connections == 0)
		h->limits.connections = 16;
	if (h->limits.connections > MAX_CONNECTIONS)
		h->limits.connections = MAX_CONNECTIONS;
	if (h->limits.seconds == 0)
		h->limits.seconds = 10;
	if (h->limits.header == 0)
		h->limits.header = 8192;
}

int tw_http_create(struct tw_event_loop *loop, const char *at,
	const struct tw_http_content *content, const struct tw_http_limits *limits,
	struct tw_err *err, struct tw_http **ret)
{
	struct http_address address;
	struct tw_http *h;
	int fd = -1;
	int code = http_address_parse(at, err, &address);

	if (code)
		return code;
	h = calloc(1, sizeof(*h));
	if (!h)
		return tw_fail(err, -ENOMEM, "out of memory");
	h->loop = loop;
	h->content = *content;
	set_limits(h, limits);
	code = http_listen(&address, err, &fd, h->address, &h->port);
	if (code)
		goto fail;
	code = -ENOMEM;
	h->server = evhttp_new(event_loop_base(loop));
	h->listener = evconnlistener_new(event_loop_base(loop), NULL, NULL,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!h->server || !h->listener || !evhttp_bind_listener(h->server, h->listener))
		goto fail;
	evhttp_set_allowed_methods(
		h->server, UINT16_MAX); /* on_request() says 405, not evhttp 501 */
	evhttp_set_max_headers_size(h->server, h->limits.header);
	evhttp_set_max_body_size(h->server, MAX_BODY);
	evhttp_set_timeout(h->server, (int)h->limits.seconds);
	evhttp_set_default_content_type(h->server, NULL);
	evhttp_set_bevcb(h->server, on_connection, h);
	evhttp_set_gencb(h->server, on_request, h);
	*ret = h;
	return 0;
fail:
	if (code == -ENOMEM)
		tw_fail(err, code, "out of memory");
	if (h->server)
		evhttp_free(h->server);
	if (h->listener)
		evconnlistener_free(h->listener);
	else if (fd >= 0)
		close(fd);
	free(h);
	return code;
}

void tw_http_destroy(struct tw_http *h)
{
	if (!h)
		return;
	tw_event_remove(h->sweeper);
	evhttp_free(h->server); /* and its listener */
	free(h);
}

const char *tw_http_address(const struct tw_http *h)
{
	return h->address;
}

uint16_t tw_http_port(const struct tw_http *h)
{
	return h->port;
}
