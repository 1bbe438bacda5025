/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CLIENT_TEST_H
#define TW_CLIENT_TEST_H

/* A client and what is said to it. Include after tw_control_test.h. */

/* The session that the vectors ask for. */
static inline struct tw_client_request cl_vector_request(void)
{
	struct tw_client_request r = {.dscp = 46, .padding_length = 27, .timeout = TW_SEC(2)};

	tw_addr_parse("192.0.2.1", &r.sender.addr);
	tw_addr_parse("192.0.2.2", &r.receiver.addr);
	r.sender.port = 20000;
	r.receiver.port = 862;
	return r;
}

static inline struct tw_client *cl_make(struct tw_client_config *cfg)
{
	struct tw_client *c = NULL;

	assert_int_equal(tw_client_create(cfg, TW_SEC(0), &c), 0);
	return c;
}

static inline void cl_expect(struct tw_client *c, const void *want, size_t n)
{
	size_t len;
	const uint8_t *p = tw_client_output(c, &len);

	assert_int_equal(len, n);
	assert_memory_equal(p, want, n);
	tw_client_sent(c, TW_SEC(0), n);
}

static inline void cl_give(struct tw_client *c, const void *p, size_t n)
{
	assert_int_equal(tw_client_feed(c, TW_SEC(0), p, n), n);
}

static inline struct tw_client_event cl_event(struct tw_client *c, enum tw_client_event_kind kind)
{
	struct tw_client_event e;

	assert_true(tw_client_next_event(c, &e));
	assert_int_equal(e.kind, kind);
	return e;
}

static inline void cl_no_event(struct tw_client *c)
{
	struct tw_client_event e;

	assert_false(tw_client_next_event(c, &e));
}

static inline void cl_failed(struct tw_client *c, int error, const char *why)
{
	const char *text = NULL;

	assert_int_equal(tw_client_failed(c, &text), error);
	assert_string_equal(text, why);
}

#endif
