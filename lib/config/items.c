/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "items_priv.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Words further away than this are not what was meant. */
#define NEAR 3

const struct tw_item *tw_items_find(
	const struct tw_item_table *t, const char *name, uint32_t commands)
{
	for (size_t i = 0; i < t->n_items; i++)
		if ((t->items[i].commands & commands) && strcmp(t->items[i].name, name) == 0)
			return &t->items[i];
	return NULL;
}

bool tw_items_given(const struct tw_item_table *t, const struct tw_item_set *set, size_t offset)
{
	for (size_t i = 0; i < t->n_items; i++)
		if (t->items[i].offset == offset && tw_items_is_set(set, i))
			return true;
	return false;
}

const char *tw_item_default_text(
	const struct tw_item_table *t, const struct tw_item *item, uint32_t command)
{
	for (size_t i = 0; i < t->n_defaults; i++)
		if ((t->defaults[i].commands & command) &&
			strcmp(t->defaults[i].name, item->name) == 0)
			return t->defaults[i].dflt;
	return item->dflt;
}

const char *tw_item_default_help(
	const struct tw_item_table *t, const struct tw_item *item, uint32_t command)
{
	const char *text = item->dflt_help ? item->dflt_help : item->dflt;

	for (size_t i = 0; i < t->n_defaults; i++) {
		const struct tw_item_default *d = &t->defaults[i];

		if ((d->commands & command) && strcmp(d->name, item->name) == 0)
			text = d->dflt_help ? d->dflt_help : d->dflt;
	}
	return text && *text ? text : NULL;
}

int tw_items_defaults(const struct tw_item_table *t, const struct tw_item_command *cmd,
	struct tw_err *err, void *base)
{
	uint8_t *b = base;

	for (size_t i = 0; i < t->n_items; i++) {
		const struct tw_item *item = &t->items[i];
		const char *text = tw_item_default_text(t, item, cmd->bit);
		struct tw_err why;

		if (!(item->commands & cmd->bit))
			continue;
		memset(b + item->offset, 0,
			(size_t)item->size * (item->capacity ? item->capacity : 1));
		if (item->flags & TW_ITEM_REPEAT)
			memset(b + item->count_offset, 0, sizeof(uint32_t));
		else if (text && tw_item_parse(item, text, &why, b + item->offset))
			return tw_fail(err, -EINVAL, "default of --%s: %s", item->name, why.text);
	}
	return 0;
}

char *tw_items_quote(const char *s, char *buf)
{
	size_t n = 0;

	buf[n++] = '\'';
	for (; *s && n <= 60; s++)
		buf[n++] = isprint((unsigned char)*s) ? *s : '?';
	buf[n++] = '\'';
	if (*s) {
		memcpy(buf + n, "...", 3);
		n += 3;
	}
	buf[n] = '\0';
	return buf;
}

int tw_items_command(const struct tw_item_command *cmds, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(cmds[i].name, name) == 0 ||
			(cmds[i].alias && strcmp(cmds[i].alias, name) == 0))
			return (int)i;
	return -1;
}

/* Smaller is nearer; a beginning of the word is very near, else letters must outweigh edits. */
unsigned int tw_items_remoteness(const char *typed, const char *name)
{
	size_t n = strlen(typed);
	unsigned int d = tw_value_distance(typed, name);

	if (n >= 2 && strncmp(typed, name, n) == 0)
		return 1;
	return d <= NEAR && 2 * d <= n ? d : UINT32_MAX;
}

const char *tw_items_nearest_command(const struct tw_item_command *cmds, size_t n, const char *name)
{
	unsigned int least = UINT32_MAX;
	const char *best = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned int d = tw_items_remoteness(name, cmds[i].name);
		unsigned int a =
			cmds[i].alias ? tw_items_remoteness(name, cmds[i].alias) : UINT32_MAX;

		if (d < least || a < least) {
			best = d <= a ? cmds[i].name : cmds[i].alias;
			least = d <= a ? d : a;
		}
	}
	return best;
}

char *tw_items_metavar(const struct tw_item *item, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	if (item->metavar)
		snprintf(buf, len, "%s", item->metavar);
	else if (item->type == TW_ITEM_ENUM)
		for (int i = 0; item->names[i] && used < len; i++)
			used += (size_t)snprintf(
				buf + used, len - used, "%s%s", i ? "|" : "", item->names[i]);
	return buf;
}

bool tw_items_opens_group(const struct tw_item_table *t, size_t i, uint32_t commands)
{
	for (size_t k = 0; k < i; k++)
		if (tw_items_shown(&t->items[k], commands) &&
			strcmp(t->items[k].group, t->items[i].group) == 0)
			return false;
	return true;
}
