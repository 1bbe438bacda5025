/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_items_file.h"

#include "items_priv.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* One call of tw_items_read(). */
struct reading {
	const struct tw_items_part *parts;
	unsigned int n_parts;
	const struct tw_yaml *y;
	const char *const *skip;
	struct tw_err *err;
};

static bool in(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool is_key(const struct tw_items_part *p, const struct tw_item *item)
{
	return tw_items_shown(item, p->commands) && (!p->names || in(p->names, item->name));
}

/* What is there for a key that is not. */
struct keys {
	unsigned int least;
	const char *best; /* nearest to it */
	size_t used;
	char all[320];
};

static void offer(struct keys *k, const char *typed, const char *name)
{
	unsigned int d = tw_items_remoteness(typed, name);

	if (d < k->least) {
		k->least = d;
		k->best = name;
	}
	if (k->used < sizeof(k->all))
		k->used += (size_t)snprintf(k->all + k->used, sizeof(k->all) - k->used, "%s%s",
			k->used ? ", " : "", name);
}

static int refuse_key(const struct reading *r, const struct tw_yaml_node *key)
{
	struct keys k = {.least = UINT32_MAX};
	char quoted[80];

	for (const char *const *name = r->skip; name && *name; name++)
		offer(&k, key->text, *name);
	for (unsigned int p = 0; p < r->n_parts; p++)
		for (size_t i = 0; i < r->parts[p].table->n_items; i++)
			if (is_key(&r->parts[p], &r->parts[p].table->items[i]))
				offer(&k, key->text, r->parts[p].table->items[i].name);
	tw_items_quote(key->text, quoted);
	if (k.best)
		return tw_yaml_fail(r->y, key, r->err, -EINVAL,
			"unknown key %s; did you mean '%s'?", quoted, k.best);
	return tw_yaml_fail(
		r->y, key, r->err, -EINVAL, "unknown key %s, allowed: %s", quoted, k.all);
}

/* A check may quote the value as it is. */
static int refuse_value(const struct reading *r, const struct tw_item *item,
	const struct tw_yaml_node *v, struct tw_err *why)
{
	char quoted[80];

	for (char *c = why->text; *c; c++)
		*c = isprint((unsigned char)*c) ? *c : '?';
	return tw_yaml_fail(r->y, v, r->err, -EINVAL, "%s %s: %s", item->name,
		tw_items_quote(v->text, quoted), why->text);
}

static int read_flag(const struct tw_yaml_node *v, struct tw_err *why, void *at)
{
	static const char *const names[] = {
		"false", "no", "off", "False", "true", "yes", "on", "True", NULL};
	bool flag;
	int i;

	if (tw_value_enum(v->text, names, &i) < 0)
		return tw_fail(why, -EINVAL, "allowed: true or false");
	flag = i > 3;
	memcpy(at, &flag, sizeof(flag));
	return 0;
}

static int read_scalar(const struct reading *r, const struct tw_item *item,
	const struct tw_yaml_node *v, uint8_t *at)
{
	struct tw_err why;
	int rc;

	if (v->kind != TW_YAML_SCALAR)
		return tw_yaml_fail(r->y, v, r->err, -EINVAL, "%s: allowed: one value%s",
			item->name, item->flags & TW_ITEM_REPEAT ? ", or a list of them" : "");
	rc = item->type == TW_ITEM_FLAG ? read_flag(v, &why, at)
					: tw_item_parse(item, v->text, &why, at);
	return rc < 0 ? refuse_value(r, item, v, &why) : 0;
}

static int read_list(const struct reading *r, const struct tw_item *item,
	const struct tw_yaml_node *v, uint8_t *base)
{
	const struct tw_yaml_node *e = v->kind == TW_YAML_LIST ? v->first : v;
	uint8_t *at = base + item->offset;
	uint32_t count = 0;

	memset(at, 0, (size_t)item->size * item->capacity);
	for (; e; e = v->kind == TW_YAML_LIST ? e->next : NULL) {
		int rc;

		if (count == item->capacity)
			return tw_yaml_fail(r->y, e, r->err, -EINVAL,
				"%s: allowed: at most %u values", item->name, item->capacity);
		rc = read_scalar(r, item, e, at + (size_t)count++ * item->size);
		if (rc < 0)
			return rc;
	}
	memcpy(base + item->count_offset, &count, sizeof(count));
	return 0;
}

/* The later of two that exclude each other is the one complained about. */
static int check_exclusive(
	const struct reading *r, const struct tw_item_table *t, const struct tw_yaml_node *map)
{
	for (size_t i = 0; i < t->n_exclusive; i++) {
		const char *first = NULL;

		for (const struct tw_yaml_node *v = map->first; v; v = v->next) {
			if (!in(t->exclusive[i].names, v->key->text))
				continue;
			if (first)
				return tw_yaml_fail(r->y, v->key, r->err, -EINVAL,
					"%s and %s exclude each other, allowed: one of them", first,
					v->key->text);
			first = v->key->text;
		}
	}
	return 0;
}

static int read_key(const struct reading *r, const struct tw_yaml_node *v)
{
	const struct tw_item *item = NULL;
	const struct tw_items_part *p = r->parts;
	size_t i;
	int rc;

	for (unsigned int k = 0; k < r->n_parts && !item; k++) {
		p = &r->parts[k];
		item = tw_items_find(p->table, v->key->text, p->commands);
		if (item && !is_key(p, item))
			item = NULL;
	}
	if (!item)
		return refuse_key(r, v->key);
	rc = item->flags & TW_ITEM_REPEAT
		     ? read_list(r, item, v, p->base)
		     : read_scalar(r, item, v, (uint8_t *)p->base + item->offset);
	i = (size_t)(item - p->table->items);
	p->set->bits[i / 64] |= (uint64_t)1 << (i % 64);
	return rc;
}

int tw_items_read(const struct tw_items_part *parts, unsigned int n_parts, const struct tw_yaml *y,
	const struct tw_yaml_node *map, const char *const *skip, struct tw_err *err)
{
	const struct reading r = {parts, n_parts, y, skip, err};
	int rc = 0;

	for (const struct tw_yaml_node *v = map->first; v && rc == 0; v = v->next)
		if (!in(skip, v->key->text))
			rc = read_key(&r, v);
	for (unsigned int k = 0; k < n_parts && rc == 0; k++)
		rc = check_exclusive(&r, parts[k].table, map);
	return rc;
}

/* Does the set have another row of the group than the one called @name? */
static bool has_other(const struct tw_item_table *t, uint32_t commands,
	const struct tw_item_set *set, const char *const *group, const char *name)
{
	for (; *group; group++) {
		const struct tw_item *item = tw_items_find(t, *group, commands);

		if (item && strcmp(*group, name) != 0 &&
			tw_items_is_set(set, (size_t)(item - t->items)))
			return true;
	}
	return false;
}

void tw_items_override(const struct tw_item_table *t, uint32_t commands,
	const struct tw_item_set *own, struct tw_item_set *inherited, void *base)
{
	for (size_t k = 0; k < t->n_exclusive; k++)
		for (const char *const *name = t->exclusive[k].names; *name; name++) {
			const struct tw_item *item = tw_items_find(t, *name, commands);
			size_t i = item ? (size_t)(item - t->items) : 0;

			if (!item || tw_items_is_set(own, i) ||
				!has_other(t, commands, own, t->exclusive[k].names, *name))
				continue;
			inherited->bits[i / 64] &= ~((uint64_t)1 << (i % 64));
			memset((uint8_t *)base + item->offset, 0, item->size);
		}
	for (size_t i = 0; i < TW_ITEMS_MAX / 64; i++)
		inherited->bits[i] |= own->bits[i];
}

void tw_items_adopt(const struct tw_item_table *t, uint32_t commands, const void *from,
	const struct tw_item_set *from_set, void *to, struct tw_item_set *to_set)
{
	for (size_t i = 0; i < t->n_items; i++) {
		const struct tw_item *item = &t->items[i];
		const uint8_t *f = from;
		uint8_t *d = to;

		if (!(item->commands & commands) || !tw_items_is_set(from_set, i) ||
			tw_items_is_set(to_set, i))
			continue;
		memcpy(d + item->offset, f + item->offset,
			(size_t)item->size * (item->capacity ? item->capacity : 1));
		if (item->flags & TW_ITEM_REPEAT)
			memcpy(d + item->count_offset, f + item->count_offset, sizeof(uint32_t));
		to_set->bits[i / 64] |= (uint64_t)1 << (i % 64);
	}
}
