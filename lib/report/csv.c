/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "walk_priv.h"

#include <inttypes.h>
#include <string.h>

#define NAME_MAX_LEN 96

/*
 * One pass writes the header record, another the values: both are the same walk, so that a value
 * cannot stand under another column's name.
 */
struct csv_sink {
	FILE *out;
	bool header;
	bool first;
	size_t used; /* of prefix */
	char prefix[NAME_MAX_LEN];
	unsigned int skipped; /* depth inside a list of objects, which has no columns */
	bool in_list;         /* a list of texts: its items share one field */
	char list[TW_SLA_MAX_MISSED * 100];
};

/* A field, quoted where RFC 4180 section 2 asks for it. */
static void field(struct csv_sink *s, const char *v)
{
	if (!s->first)
		fputc(',', s->out);
	s->first = false;
	if (!strpbrk(v, ",\"\r\n")) {
		fputs(v, s->out);
		return;
	}
	fputc('"', s->out);
	for (; *v; v++) {
		if (*v == '"')
			fputc('"', s->out);
		fputc(*v, s->out);
	}
	fputc('"', s->out);
}

static void column(struct csv_sink *s, const char *name, const char *v)
{
	char full[2 * NAME_MAX_LEN];

	if (s->skipped)
		return;
	if (!s->header) {
		field(s, v);
		return;
	}
	snprintf(full, sizeof(full), "%s%s", s->prefix, name);
	field(s, full);
}

static void push(struct csv_sink *s, const char *name)
{
	int n = snprintf(s->prefix + s->used, sizeof(s->prefix) - s->used, "%s.", name);

	s->used += (size_t)n;
}

static void pop(struct csv_sink *s)
{
	s->used--; /* the dot */
	while (s->used && s->prefix[s->used - 1] != '.')
		s->used--;
	s->prefix[s->used] = '\0';
}

static void open_object(void *arg, const char *name, bool present)
{
	struct csv_sink *s = arg;

	(void)present; /* absent objects keep their columns, empty */
	if (s->skipped)
		s->skipped++;
	else
		push(s, name);
}

static void close_object(void *arg)
{
	struct csv_sink *s = arg;

	if (s->skipped)
		s->skipped--;
	else
		pop(s);
}

static void open_list(void *arg, const char *name, bool of_objects)
{
	struct csv_sink *s = arg;

	if (of_objects || s->skipped) {
		s->skipped++;
		return;
	}
	push(s, name);
	s->list[0] = '\0';
	s->in_list = true;
}

static void close_list(void *arg)
{
	struct csv_sink *s = arg;

	if (s->skipped) {
		s->skipped--;
		return;
	}
	s->in_list = false;
	s->prefix[s->used - 1] = '\0'; /* the list itself is the column */
	column(s, "", s->list);
	s->prefix[s->used - 1] = '.';
	pop(s);
}

static void integer(void *arg, const char *name, int64_t v)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%" PRId64, v);
	column(arg, name, buf);
}

static void real(void *arg, const char *name, double v)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%.15g", v);
	column(arg, name, buf);
}

static void text(void *arg, const char *name, const char *v)
{
	struct csv_sink *s = arg;
	size_t used;

	if (s->skipped)
		return;
	if (!s->in_list) {
		column(s, name, v);
		return;
	}
	used = strlen(s->list);
	snprintf(s->list + used, sizeof(s->list) - used, "%s%s", used ? "; " : "", v);
}

static void flag(void *arg, const char *name, bool v)
{
	column(arg, name, v ? "true" : "false");
}

static void none(void *arg, const char *name)
{
	column(arg, name, "");
}

static const struct walk_ops ops = {
	.open = open_object,
	.close = close_object,
	.open_list = open_list,
	.close_list = close_list,
	.integer = integer,
	.real = real,
	.text = text,
	.flag = flag,
	.none = none,
};

/* The name of a group is a column that JSON has no item for: there it is the place. */
static void result_record(FILE *out, const struct tw_result *r, const struct tw_report_context *ctx,
	bool header, const char *group)
{
	struct csv_sink s = {.out = out, .header = header, .first = true};

	walk_result((struct walk){&ops, &s}, r, ctx);
	column(&s, "group", group);
	fputs("\r\n", out);
}

int tw_csv_write_result(
	FILE *out, const struct tw_result *r, const struct tw_report_context *ctx, bool header)
{
	if (header)
		result_record(out, r, ctx, true, "");
	result_record(out, r, ctx, false, "");
	for (unsigned int i = 0; i < ctx->n_groups; i++)
		result_record(out, ctx->groups[i].result, ctx, false, ctx->groups[i].name);
	return report_finish(out);
}

int tw_csv_write_reflector(FILE *out, const struct tw_reflector_report *r,
	const struct tw_report_context *ctx, bool header)
{
	for (int pass = header ? 0 : 1; pass < 2; pass++) {
		struct csv_sink s = {.out = out, .header = pass == 0, .first = true};

		walk_reflector((struct walk){&ops, &s}, r, ctx);
		fputs("\r\n", out);
	}
	return report_finish(out);
}
