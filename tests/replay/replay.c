/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "replay.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const struct line *l, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", l->file, l->no);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(1);
}

const char *option(struct line *l, const char *name)
{
	for (unsigned int i = 1; i < l->n; i++) {
		if (l->value[i] && strcmp(l->word[i], name) == 0) {
			l->used[i] = true;
			return l->value[i];
		}
	}
	return NULL;
}

bool flag(struct line *l, const char *name)
{
	for (unsigned int i = 1; i < l->n; i++) {
		if (!l->value[i] && strcmp(l->word[i], name) == 0) {
			l->used[i] = true;
			return true;
		}
	}
	return false;
}

uint64_t number(struct line *l, const char *name, uint64_t otherwise)
{
	const char *s = option(l, name);
	char *end;
	uint64_t v;

	if (!s)
		return otherwise;
	v = strtoull(s, &end, 0);
	if (!*s || *end)
		fail(l, "%s=%s: not a number", name, s);
	return v;
}

struct tw_ns seconds(struct line *l, const char *name, double otherwise)
{
	const char *s = option(l, name);
	char *end;
	double v = s ? strtod(s, &end) : otherwise;

	if (s && (!*s || *end))
		fail(l, "%s=%s: not a number", name, s);
	return tw_ns_from_sec(v);
}

void all_used(struct line *l)
{
	for (unsigned int i = 1; i < l->n; i++)
		if (!l->used[i])
			fail(l, "\"%s\" means nothing here", l->word[i]);
}

/* Cut in place. Returns false for a blank line or a comment. */
static bool cut(struct line *l)
{
	char *quote = strchr(l->text, '"');
	char *save = NULL;

	l->n = 0;
	l->quoted[0] = '\0';
	memset(l->used, 0, sizeof(l->used));
	if (l->text[0] == '#' && l->text[1] != '\0' && (l->text[1] < '0' || l->text[1] > '9'))
		return false;
	if (quote) {
		char *end = strchr(quote + 1, '"');

		if (!end)
			fail(l, "a quotation without an end");
		*end = '\0';
		snprintf(l->quoted, sizeof(l->quoted), "%s", quote + 1);
		*quote = '\0';
	}
	for (char *w = strtok_r(l->text, " \t\r\n", &save); w;
		w = strtok_r(NULL, " \t\r\n", &save)) {
		char *eq = strchr(w, '=');

		if (l->n == LINE_WORDS)
			fail(l, "too many words");
		if (eq)
			*eq++ = '\0';
		l->word[l->n] = w;
		l->value[l->n++] = eq;
	}
	return l->n > 0;
}

static void play(const char *file)
{
	const struct side *side = NULL;
	struct line l = {.file = file};
	FILE *f = fopen(file, "r");

	if (!f)
		fail(&l, "%s", strerror(errno));
	for (int i = 0; i < SIDS; i++)
		memset(sid[i], i, 16);
	while (fgets(l.text, sizeof(l.text), f)) {
		l.no++;
		if (!cut(&l))
			continue;
		if (!side) {
			side = strcmp(l.word[0], "server") == 0 ? &server_side : &client_side;
			if (side == &client_side && strcmp(l.word[0], "client") != 0)
				fail(&l, "a script begins with \"server\" or \"client\"");
		}
		if (!side->word(&l))
			fail(&l, "\"%s\": no such word", l.word[0]);
		all_used(&l);
	}
	fclose(f);
	if (!side)
		fail(&l, "empty");
	side->end();
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		play(argv[i]);
	return argc > 1 ? 0 : 1;
}
