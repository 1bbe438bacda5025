/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "eal_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARGV_MAX (sizeof(((struct tw_argv *)0)->argv) / sizeof(char *))

static void add(struct tw_argv *v, const char *arg)
{
	char *copy;

	if (!arg || v->error)
		return;
	copy = strdup(arg);
	if (!copy || (size_t)v->argc + 1 >= ARGV_MAX) {
		v->error = copy ? -E2BIG : -ENOMEM;
		free(copy);
		return;
	}
	v->argv[v->argc++] = copy;
	v->argv[v->argc] = NULL;
}

void tw_argv_add(struct tw_argv *v, const char *opt, const char *value)
{
	add(v, opt);
	add(v, value);
}

/* One word from p into out (as long as the line); returns where it ended, NULL: quote left open. */
static const char *next_word(const char *p, char *out)
{
	char quote = 0;

	for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (quote && *p == quote) {
			quote = 0;
		} else if (!quote && (*p == '"' || *p == '\'')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'' && p[1]) {
			*out++ = *++p;
		} else {
			*out++ = *p;
		}
	}
	*out = 0;
	return quote ? NULL : p;
}

void tw_argv_split(struct tw_argv *v, const char *line)
{
	char *word = malloc(strlen(line) + 1);

	if (!word)
		v->error = -ENOMEM;
	while (!v->error) {
		line += strspn(line, " \t\n");
		if (!*line)
			break;
		line = next_word(line, word);
		if (!line)
			v->error = -EINVAL;
		else
			add(v, word);
	}
	free(word);
}

bool tw_argv_has(const struct tw_argv *v, const char *opt)
{
	size_t n = strlen(opt);

	for (int i = 1; i < v->argc; i++) {
		const char *a = v->argv[i];

		if (strncmp(a, opt, n) != 0)
			continue;
		if (!a[n] || a[n] == '=' || opt[1] != '-')
			return true;
	}
	return false;
}

const char *tw_argv_value(const struct tw_argv *v, const char *opt)
{
	size_t n = strlen(opt);

	for (int i = 1; i < v->argc; i++) {
		if (strncmp(v->argv[i], opt, n) != 0)
			continue;
		if (v->argv[i][n] == '=')
			return v->argv[i] + n + 1;
		if (!v->argv[i][n])
			return v->argv[i + 1];
	}
	return NULL;
}

void tw_argv_fini(struct tw_argv *v)
{
	for (int i = 0; i < v->argc; i++)
		free(v->argv[i]);
	*v = (struct tw_argv){0};
}
