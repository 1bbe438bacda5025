/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "walk_priv.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define DEPTH 8

/* The containers being filled, outermost first; `failed` sticks. */
struct json_sink {
	json_t *stack[DEPTH];
	unsigned int depth;
	unsigned int absent; /* open objects that are null: their items go nowhere */
	bool failed;
};

/* Takes over `v`, which may be NULL when it could not be made. */
static void put(struct json_sink *s, const char *name, json_t *v)
{
	json_t *in = s->stack[s->depth - 1];

	if (s->absent) {
		json_decref(v);
		return;
	}
	if ((json_is_array(in) ? json_array_append_new(in, v) : json_object_set_new(in, name, v)))
		s->failed = true;
}

static void enter(struct json_sink *s, const char *name, json_t *v)
{
	if (s->absent || s->depth == DEPTH || !v) {
		s->failed = s->failed || !s->absent;
		s->absent++;
		json_decref(v);
		return;
	}
	put(s, name, v);
	s->stack[s->depth++] = v; /* borrowed from its parent */
	if (s->failed) {          /* not in the tree: gone already */
		s->depth--;
		s->absent++;
	}
}

static void leave(void *arg)
{
	struct json_sink *s = arg;

	if (s->absent)
		s->absent--;
	else
		s->depth--;
}

static void open_object(void *arg, const char *name, bool present)
{
	struct json_sink *s = arg;

	if (present) {
		enter(s, name, json_object());
	} else {
		put(s, name, json_null());
		s->absent++;
	}
}

static void open_list(void *arg, const char *name, bool of_objects)
{
	(void)of_objects;
	enter(arg, name, json_array());
}

static void integer(void *arg, const char *name, int64_t v)
{
	put(arg, name, json_integer(v));
}

static void real(void *arg, const char *name, double v)
{
	put(arg, name, json_real(v));
}

/* JSON is UTF-8; a host name in another encoding must not cost the whole result. */
static void text(void *arg, const char *name, const char *v)
{
	json_t *t = json_string(v);
	char *ascii;

	if (!t && (ascii = strdup(v))) {
		for (char *p = ascii; *p; p++)
			*p = *p & 0x80 ? '?' : *p;
		t = json_string(ascii);
		free(ascii);
	}
	put(arg, name, t);
}

static void flag(void *arg, const char *name, bool v)
{
	put(arg, name, json_boolean(v));
}

static void none(void *arg, const char *name)
{
	put(arg, name, json_null());
}

static const struct walk_ops ops = {
	.open = open_object,
	.close = leave,
	.open_list = open_list,
	.close_list = leave,
	.integer = integer,
	.real = real,
	.text = text,
	.flag = flag,
	.none = none,
};

static int begin(struct json_sink *s)
{
	*s = (struct json_sink){.depth = 1};
	s->stack[0] = json_object();
	return s->stack[0] ? 0 : -ENOMEM;
}

static int finish(struct json_sink *s, FILE *out, bool pretty)
{
	/* 15 digits: what a double holds, without 0.1 becoming 0.10000000000000001 */
	size_t flags = JSON_REAL_PRECISION(15) | (pretty ? JSON_INDENT(2) : JSON_COMPACT);
	int ret = s->failed ? -ENOMEM : 0;

	if (!ret && (json_dumpf(s->stack[0], out, flags) || fputc('\n', out) == EOF))
		ret = -EIO;
	json_decref(s->stack[0]);
	return ret ? ret : report_finish(out);
}

int tw_json_write_result(
	FILE *out, const struct tw_result *r, const struct tw_report_context *ctx, bool pretty)
{
	struct json_sink s;
	int ret = begin(&s);

	if (ret)
		return ret;
	walk_result((struct walk){&ops, &s}, r, ctx);
	return finish(&s, out, pretty);
}

int tw_json_write_reflector(FILE *out, const struct tw_reflector_report *r,
	const struct tw_report_context *ctx, bool pretty)
{
	struct json_sink s;
	int ret = begin(&s);

	if (ret)
		return ret;
	walk_reflector((struct walk){&ops, &s}, r, ctx);
	return finish(&s, out, pretty);
}

int tw_json_write_asked(FILE *out, const struct tw_asked_report *r, struct tw_ns start,
	const struct tw_report_context *ctx, bool pretty)
{
	struct walk w;
	struct json_sink s;
	int ret = begin(&s);

	if (ret)
		return ret;
	w = (struct walk){&ops, &s};
	walk_head(w, "dpdk-twamp/control/1", ctx, start, tw_ns(0));
	walk_asked(w, r);
	return finish(&s, out, pretty);
}
