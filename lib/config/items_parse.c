/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "items_priv.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

/* One call of tw_items_parse(). */
struct parse {
	const struct tw_item_table *t;
	const struct tw_item_command *cmd;
	int argc, next;
	char *const *argv;
	uint8_t *base;
	struct tw_err *err;
	struct tw_item_set set;
	struct tw_item_args args;
	const struct tw_item *bare; /* the last word: it may have a value, and has none */
};

static const struct tw_item *find_letter(const struct tw_item_table *t, char c, uint32_t commands)
{
	for (size_t i = 0; i < t->n_items; i++)
		if ((t->items[i].commands & commands) && t->items[i].letter == c)
			return &t->items[i];
	return NULL;
}

/* A long name that this command does not take: another's, a later one's, or a slip. */
static int refuse_long(const struct parse *p, const char *name)
{
	const struct tw_item *other = tw_items_find(p->t, name, UINT32_MAX);
	unsigned int least = UINT32_MAX;
	const char *best = NULL;
	char quoted[80];

	for (size_t i = 0; i < p->t->n_items; i++) {
		const struct tw_item *item = &p->t->items[i];
		unsigned int d;

		if ((item->later & p->cmd->bit) && strcmp(item->name, name) == 0)
			return tw_fail(p->err, -ENOTSUP, "--%s: not in this build yet", name);
		if (!(item->commands & p->cmd->bit) || (item->flags & TW_ITEM_HIDDEN))
			continue;
		d = tw_items_remoteness(name, item->name);
		if (d < least) {
			least = d;
			best = item->name;
		}
	}
	if (other && !(other->flags & TW_ITEM_HIDDEN))
		return tw_fail(p->err, -EINVAL, "--%s: not an option of %s; see %s %s --help", name,
			p->cmd->name, p->t->program, p->cmd->name);
	tw_items_quote(name, quoted);
	quoted[strlen(quoted) - 1] = quoted[strlen(quoted) - 1] == '\'' ? '\0' : '.';
	if (best)
		return tw_fail(p->err, -EINVAL, "unknown option --%s; did you mean --%s?",
			quoted + 1, best);
	return tw_fail(p->err, -EINVAL, "unknown option --%s; see %s %s --help", quoted + 1,
		p->t->program, p->cmd->name);
}

static int refuse_letter(const struct parse *p, char c)
{
	const struct tw_item *other = find_letter(p->t, c, UINT32_MAX);

	if (other)
		return tw_fail(p->err, -EINVAL, "-%c (--%s): not an option of %s", c, other->name,
			p->cmd->name);
	return tw_fail(p->err, -EINVAL, "unknown option -%c; see %s %s --help",
		isprint((unsigned char)c) ? c : '?', p->t->program, p->cmd->name);
}

/* Is the next word an option of this command, so that a value was forgotten? */
static bool looks_like_option(const struct parse *p, const struct tw_item *item, const char *s)
{
	char name[64];
	size_t n;

	if (s[0] != '-' || s[1] == '\0' || isdigit((unsigned char)s[1]) ||
		(item->flags & TW_ITEM_ANY_VALUE))
		return false;
	if (item->type != TW_ITEM_STRING)
		return true;
	if (s[1] != '-')
		return find_letter(p->t, s[1], p->cmd->bit) && s[2] == '\0';
	n = strcspn(s + 2, "=");
	if (n >= sizeof(name))
		return false;
	memcpy(name, s + 2, n);
	name[n] = '\0';
	return tw_items_find(p->t, name, p->cmd->bit) != NULL;
}

/* Store one occurrence; @value is NULL for flags and for optional values left out. */
static int take(struct parse *p, const struct tw_item *item, const char *value)
{
	size_t i = (size_t)(item - p->t->items);
	uint8_t *at = p->base + item->offset;
	uint32_t count = 0;
	struct tw_err why;
	char quoted[80];
	const bool yes = true;

	if (item->flags & TW_ITEM_REPEAT) {
		memcpy(&count, p->base + item->count_offset, sizeof(count));
		if (count == item->capacity)
			return tw_fail(p->err, -EINVAL, "--%s %s: allowed: at most %u times",
				item->name, tw_items_quote(value, quoted), item->capacity);
		at += (size_t)count * item->size;
	} else if (tw_items_is_set(&p->set, i) && value && !(item->flags & TW_ITEM_LAST)) {
		return tw_fail(p->err, -EINVAL, "--%s %s: given twice, allowed: once", item->name,
			tw_items_quote(value, quoted));
	}
	if (item->type == TW_ITEM_FLAG) {
		memcpy(at, &yes, sizeof(yes));
	} else if (value && tw_item_parse(item, value, &why, at)) {
		/* A check may quote the value as it is. */
		for (char *c = why.text; *c; c++)
			*c = isprint((unsigned char)*c) ? *c : '?';
		return tw_fail(p->err, -EINVAL, "--%s %s: %s", item->name,
			tw_items_quote(value, quoted), why.text);
	}
	if (item->flags & TW_ITEM_REPEAT) {
		count++;
		memcpy(p->base + item->count_offset, &count, sizeof(count));
	}
	p->set.bits[i / 64] |= (uint64_t)1 << (i % 64);
	return 0;
}

/* Value from the next word. */
static int take_next(struct parse *p, const struct tw_item *item)
{
	char allowed[256], quoted[80];

	if (p->next < p->argc && !looks_like_option(p, item, p->argv[p->next]))
		return take(p, item, p->argv[p->next++]);
	tw_item_allowed(item, allowed, sizeof(allowed));
	if (p->next < p->argc)
		return tw_fail(p->err, -EINVAL, "--%s: needs a value before %s, allowed: %s",
			item->name, tw_items_quote(p->argv[p->next], quoted), allowed);
	return tw_fail(p->err, -EINVAL, "--%s: needs a value, allowed: %s", item->name, allowed);
}

static int parse_long(struct parse *p, const char *word)
{
	const char *equal = strchr(word, '=');
	size_t n = equal ? (size_t)(equal - word) : strlen(word);
	const struct tw_item *item = NULL;
	char name[64], quoted[80];

	if (n >= sizeof(name))
		n = sizeof(name) - 1;
	memcpy(name, word, n);
	name[n] = '\0';
	if (strcmp(name, "help") == 0 && !equal)
		return TW_ITEMS_HELP;
	item = tw_items_find(p->t, name, p->cmd->bit);
	if (!item)
		return refuse_long(p, name);
	if (item->type == TW_ITEM_FLAG && equal)
		return tw_fail(p->err, -EINVAL, "--%s %s: allowed: no value", name,
			tw_items_quote(equal + 1, quoted));
	if (equal)
		return take(p, item, equal + 1);
	if (item->flags & TW_ITEM_OPTIONAL)
		p->bare = item;
	if (item->type == TW_ITEM_FLAG || p->bare)
		return take(p, item, NULL);
	return take_next(p, item);
}

/* "-abc": flags up to the first letter that takes a value, which is the rest or the next word. */
static int parse_letters(struct parse *p, const char *s)
{
	for (; *s; s++) {
		const struct tw_item *item = find_letter(p->t, *s, p->cmd->bit);
		int rc;

		if (*s == 'h' && !item)
			return TW_ITEMS_HELP;
		if (!item)
			return refuse_letter(p, *s);
		if (item->type == TW_ITEM_FLAG) {
			rc = take(p, item, NULL);
			if (rc)
				return rc;
			continue;
		}
		if (s[1] || (item->flags & TW_ITEM_OPTIONAL))
			return take(p, item, s[1] ? s + 1 : NULL);
		return take_next(p, item);
	}
	return 0;
}

/* before: the option just before it, if that may have a value and has none */
static int take_argument(struct parse *p, const char *word, const struct tw_item *before)
{
	char quoted[80];

	if (p->args.n == p->cmd->max_args)
		return tw_fail(p->err, -EINVAL, "argument %s: allowed: %s%s%s%s",
			tw_items_quote(word, quoted),
			p->cmd->max_args ? p->cmd->arguments : "options only",
			before ? "; a value of --" : "", before ? before->name : "",
			before ? " comes after a =" : "");
	p->args.v[p->args.n++] = word;
	return 0;
}

static int check_exclusive(const struct parse *p)
{
	for (size_t i = 0; i < p->t->n_exclusive; i++) {
		const char *first = NULL;

		for (const char *const *name = p->t->exclusive[i].names; *name; name++) {
			const struct tw_item *item = tw_items_find(p->t, *name, p->cmd->bit);

			if (!item || !tw_items_is_set(&p->set, (size_t)(item - p->t->items)))
				continue;
			if (first)
				return tw_fail(p->err, -EINVAL,
					"--%s and --%s exclude each other, allowed: one of them",
					first, *name);
			first = *name;
		}
	}
	return 0;
}

int tw_items_parse(const struct tw_item_table *t, const struct tw_item_command *cmd, int argc,
	char *const *argv, void *base, struct tw_err *err, struct tw_item_set *ret_set,
	struct tw_item_args *ret_args)
{
	struct parse p = {.t = t, .cmd = cmd, .argc = argc, .argv = argv, .base = base, .err = err};
	bool options = true;
	int rc = 0;

	assert(t->n_items <= TW_ITEMS_MAX && cmd->max_args <= TW_ITEM_ARGS_MAX);
	while (rc == 0 && p.next < argc) {
		const struct tw_item *before = p.bare;
		const char *word = argv[p.next++];

		p.bare = NULL;
		if (!options || word[0] != '-' || word[1] == '\0')
			rc = take_argument(&p, word, before);
		else if (strcmp(word, "--") == 0)
			options = false;
		else if (word[1] == '-')
			rc = parse_long(&p, word + 2);
		else
			rc = parse_letters(&p, word + 1);
	}
	if (rc == 0)
		rc = check_exclusive(&p);
	if (rc == 0 && p.args.n < cmd->min_args)
		rc = tw_fail(err, -EINVAL, "missing argument: needs %s; see %s %s --help",
			cmd->arguments, t->program, cmd->name);
	if (rc)
		return rc;
	*ret_set = p.set;
	*ret_args = p.args;
	return 0;
}
