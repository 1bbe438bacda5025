/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* libyaml's events to a tree. The stack of open lists and maps is ours and bounded, nothing recurses. */

#include "tw_yaml.h"

#include "tw_items.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

/* A node and its text, in the chain of all that are to be freed. */
struct link {
	struct tw_yaml_node node;
	struct link *before;
	char text[];
};

struct tw_yaml {
	char *name;
	struct link *all;
	unsigned int n_nodes;
	const struct tw_yaml_node *root;
};

/* One call of tw_yaml_parse(). */
struct build {
	struct tw_yaml *y;
	struct tw_err *err;
	struct tw_yaml_node *open[TW_YAML_MAX_DEPTH];
	struct tw_yaml_node *last[TW_YAML_MAX_DEPTH]; /* child of each */
	unsigned int n_keys[TW_YAML_MAX_DEPTH];
	unsigned int depth;
	const struct tw_yaml_node *key; /* read, its value not yet */
	bool documents;
	const char *text;
	size_t len;
};

static int refuse(const struct build *b, const yaml_mark_t *at, int code, const char *what)
{
	return tw_fail(
		b->err, code, "%s:%zu:%zu: %s", b->y->name, at->line + 1, at->column + 1, what);
}

static int add_node(struct build *b, enum tw_yaml_kind kind, const yaml_event_t *e,
	const char *text, size_t len, struct tw_yaml_node **ret)
{
	struct link *l;

	if (b->y->n_nodes == TW_YAML_MAX_NODES)
		return refuse(b, &e->start_mark, -EFBIG, "the file holds too many values");
	l = malloc(sizeof(*l) + len + 1);
	if (!l)
		return tw_fail(b->err, -ENOMEM, "out of memory");
	l->node = (struct tw_yaml_node){
		.kind = kind,
		.line = (uint32_t)e->start_mark.line + 1,
		.column = (uint32_t)e->start_mark.column + 1,
		.text = l->text,
	};
	memcpy(l->text, text, len);
	l->text[len] = '\0';
	l->before = b->y->all;
	b->y->all = l;
	b->y->n_nodes++;
	*ret = &l->node;
	return 0;
}

/* The key of a map comes first, as any other scalar. */
static int take_key(struct build *b, const yaml_event_t *e, struct tw_yaml_node *n)
{
	unsigned int d = b->depth - 1;
	char quoted[80];

	if (n->kind != TW_YAML_SCALAR)
		return refuse(b, &e->start_mark, -EINVAL, "a key is text, not a list or a map");
	if (b->n_keys[d]++ == TW_YAML_MAX_KEYS)
		return refuse(b, &e->start_mark, -EFBIG, "too many keys in one map");
	if (tw_yaml_get(b->open[d], n->text))
		return tw_yaml_fail(b->y, n, b->err, -EINVAL, "key %s: given twice, allowed: once",
			tw_items_quote(n->text, quoted));
	b->key = n;
	return 0;
}

/* Hang the node where it belongs, and go down into a list or map. */
static int place(struct build *b, const yaml_event_t *e, struct tw_yaml_node *n)
{
	if (b->depth == 0) {
		b->y->root = n;
	} else {
		unsigned int d = b->depth - 1;

		if (b->open[d]->kind == TW_YAML_MAP && !b->key)
			return take_key(b, e, n);
		n->key = b->key;
		b->key = NULL;
		if (b->last[d])
			b->last[d]->next = n;
		else
			b->open[d]->first = n;
		b->last[d] = n;
	}
	if (n->kind == TW_YAML_SCALAR)
		return 0;
	if (b->depth == TW_YAML_MAX_DEPTH)
		return refuse(b, &e->start_mark, -EFBIG, "lists and maps are nested too deeply");
	b->open[b->depth] = n;
	b->last[b->depth] = NULL;
	b->n_keys[b->depth++] = 0;
	return 0;
}

static int take_scalar(struct build *b, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length;
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	struct tw_yaml_node *n;
	int rc;

	if (e->data.scalar.tag || e->data.scalar.anchor)
		return refuse(b, &e->start_mark, -EINVAL, "tags and anchors are not supported");
	if (memchr(text, '\0', len))
		return refuse(b, &e->start_mark, -EINVAL, "a NUL in a text");
	if (plain && (strcmp(text, "~") == 0 || strcmp(text, "null") == 0))
		len = 0;
	rc = add_node(b, TW_YAML_SCALAR, e, text, len, &n);
	return rc < 0 ? rc : place(b, e, n);
}

static int take_container(struct build *b, const yaml_event_t *e)
{
	bool map = e->type == YAML_MAPPING_START_EVENT;
	struct tw_yaml_node *n;
	int rc;

	if (map ? e->data.mapping_start.tag || e->data.mapping_start.anchor
		: e->data.sequence_start.tag || e->data.sequence_start.anchor)
		return refuse(b, &e->start_mark, -EINVAL, "tags and anchors are not supported");
	rc = add_node(b, map ? TW_YAML_MAP : TW_YAML_LIST, e, "", 0, &n);
	return rc < 0 ? rc : place(b, e, n);
}

static int take(struct build *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents)
			return refuse(
				b, &e->start_mark, -EINVAL, "a second document, allowed: one");
		b->documents = true;
		return 0;
	case YAML_SCALAR_EVENT:
		return take_scalar(b, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return take_container(b, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return 0;
	case YAML_ALIAS_EVENT:
		return refuse(b, &e->start_mark, -EINVAL, "aliases are not supported");
	default:
		return 0;
	}
}

/* Of a tab that indents the scanner says only that no token begins with it. */
static bool is_tab(const struct build *b, const yaml_mark_t *at)
{
	size_t i = 0;

	for (size_t line = 0; line < at->line && i < b->len; i++)
		line += b->text[i] == '\n';
	return i + at->column < b->len && b->text[i + at->column] == '\t';
}

static int refuse_syntax(const struct build *b, const yaml_parser_t *parser)
{
	yaml_mark_t at = parser->problem_mark;
	const char *what = parser->problem ? parser->problem : "not YAML";

	/* Of octets that are no text only the offset is told. */
	if (parser->error == YAML_READER_ERROR) {
		at = (yaml_mark_t){0};
		for (size_t i = 0; i < parser->problem_offset && i < b->len; i++) {
			bool end = b->text[i] == '\n';

			at.line += end;
			at.column = end ? 0 : at.column + 1;
		}
	}
	if (parser->error == YAML_SCANNER_ERROR && is_tab(b, &at))
		what = "a tab; lines are indented with spaces";
	return refuse(b, &at, parser->error == YAML_MEMORY_ERROR ? -ENOMEM : -EINVAL, what);
}

static int read_events(struct build *b, yaml_parser_t *parser)
{
	yaml_event_type_t type;
	yaml_event_t e;
	int rc;

	do {
		if (!yaml_parser_parse(parser, &e))
			return refuse_syntax(b, parser);
		type = e.type;
		rc = take(b, &e);
		yaml_event_delete(&e);
	} while (rc == 0 && type != YAML_STREAM_END_EVENT);
	return rc;
}

int tw_yaml_parse(
	const char *name, const char *text, size_t len, struct tw_err *err, struct tw_yaml **ret)
{
	struct build b = {.err = err, .text = text, .len = len};
	yaml_parser_t parser;
	int rc;

	if (len > TW_YAML_MAX_SIZE)
		return tw_fail(err, -EFBIG, "%s: larger than %d octets", name, TW_YAML_MAX_SIZE);
	b.y = calloc(1, sizeof(*b.y));
	if (b.y)
		b.y->name = strdup(name);
	if (!b.y || !b.y->name || !yaml_parser_initialize(&parser)) {
		tw_yaml_destroy(b.y);
		return tw_fail(err, -ENOMEM, "out of memory");
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	rc = read_events(&b, &parser);
	yaml_parser_delete(&parser);
	if (rc < 0) {
		tw_yaml_destroy(b.y);
		return rc;
	}
	*ret = b.y;
	return 0;
}

static int read_all(int fd, char *buf, size_t cap, size_t *ret_len)
{
	size_t len = 0;
	ssize_t n;

	while (len < cap) {
		n = read(fd, buf + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

int tw_yaml_load(const char *path, struct tw_err *err, struct tw_yaml **ret)
{
	bool input = strcmp(path, "-") == 0;
	const char *name = input ? "standard input" : path;
	int fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *buf = malloc(TW_YAML_MAX_SIZE + 1);
	size_t len = 0;
	int rc = fd < 0 ? -errno : buf ? 0 : -ENOMEM;

	if (rc == 0)
		rc = read_all(fd, buf, TW_YAML_MAX_SIZE + 1, &len);
	if (rc < 0)
		tw_fail(err, rc, "%s: %s", name, strerror(-rc));
	else
		rc = tw_yaml_parse(name, buf, len, err, ret);
	free(buf);
	if (fd >= 0 && !input)
		close(fd);
	return rc;
}

const struct tw_yaml_node *tw_yaml_root(const struct tw_yaml *y)
{
	return y->root;
}

const struct tw_yaml_node *tw_yaml_get(const struct tw_yaml_node *map, const char *key)
{
	if (map->kind != TW_YAML_MAP)
		return NULL;
	for (const struct tw_yaml_node *n = map->first; n; n = n->next)
		if (strcmp(n->key->text, key) == 0)
			return n;
	return NULL;
}

int tw_yaml_fail(const struct tw_yaml *y, const struct tw_yaml_node *node, struct tw_err *err,
	int code, const char *fmt, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!node)
		return tw_fail(err, code, "%.100s: %s", y->name, what);
	return tw_fail(err, code, "%.80s:%u:%u: %s", y->name, node->line, node->column, what);
}

void tw_yaml_destroy(struct tw_yaml *y)
{
	struct link *l, *before;

	if (!y)
		return;
	for (l = y->all; l; l = before) {
		before = l->before;
		free(l);
	}
	free(y->name);
	free(y);
}
