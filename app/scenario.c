/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* From the file to entries: which keys there are, what they inherit, what goes together. */

#include "scenario.h"

#include "scenario_priv.h"
#include "tw_items_file.h"
#include "tw_log.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY (86400 * TW_NS_PER_SEC)

static int check_name(const char *value, struct tw_err *err);
static int check_end(const char *value, struct tw_err *err);
static int check_ssid(const char *value, struct tw_err *err);
static int check_flow(const char *value, struct tw_err *err);

static const char *const walks[] = {"combine", "together", NULL};

#define AT(m) TW_ITEM_AT(struct tw_scenario_entry, m)

/* Keys of an entry that are no options, or take more than the option of their name. */
/* clang-format off */
static const struct tw_item rows[] = {
	{"name", 0, TW_ITEM_STRING, AT(name_text), .commands = 1, .check = check_name},
	{"remote", 0, TW_ITEM_STRING, AT(remote_text), .commands = 1, .check = check_end},
	{"local", 0, TW_ITEM_STRING, AT(local_text), .commands = 1, .check = check_end},
	{"streams", 0, TW_ITEM_UINT, AT(streams_asked), .commands = 1, .min = 1,
	 .max = TW_SCENARIO_STREAMS},
	{"walk", 0, TW_ITEM_ENUM, AT(walk), .commands = 1, .names = walks},
	{"offset", 0, TW_ITEM_MSEC, AT(offset), .commands = 1, .max = DAY},
	{"ssid", 0, TW_ITEM_STRING, AT(ssid_text), .commands = 1, .check = check_ssid},
	{"flow-label", 0, TW_ITEM_STRING, AT(flow_text), .commands = 1, .check = check_flow},
};
/* clang-format on */

static const struct tw_item_table table = {
	.program = "dpdk-twamp", .items = rows, .n_items = sizeof(rows) / sizeof(rows[0])};

/* Keys are the options of a sender, also in a loopback, which has no use for some. */
#define KEYS_OF TW_CMD_SENDER

/* Options that are keys of an entry, and so no options beside a scenario. */
static const char *const stream_keys[] = {"auth", "burst", "count", "do-not-fragment", "dscp",
	"ecn", "frame-size", "interval", "padding", "poisson", "pps", "protocol", "rate", "sla",
	"stateless", "tlv", "tos", "ttl", "vlan", NULL};
/* Options that are keys of the whole file; the command line goes before. */
static const char *const run_keys[] = {"busy-poll", "dev", "duration", "gateway", "ip", "key-file",
	"lcores", "peer-mac", "sla", "stamp", "timeout", "timestamp-format", "vlan", NULL};
static const char *const parts_of_file[] = {"defaults", "streams", NULL};

static int check_name(const char *value, struct tw_err *err)
{
	size_t n = strlen(value);

	for (const char *c = value; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.+", *c))
			n = 0;
	return n >= 1 && n <= 32
		       ? 0
		       : tw_fail(err, -EINVAL, "allowed: 1 to 32 letters, digits and - _ . +");
}

static int check_end(const char *value, struct tw_err *err)
{
	struct tw_end_range r;

	return tw_end_range_parse(value, err, &r);
}

static int check_ssid(const char *value, struct tw_err *err)
{
	struct tw_number_range r;

	return tw_number_range_parse(value, 0, UINT16_MAX, err, &r);
}

static int check_flow(const char *value, struct tw_err *err)
{
	struct tw_number_range r;

	return tw_number_range_parse(value, 0, 0xfffff, err, &r);
}

bool tw_scenario_owns(const char *name)
{
	for (const char *const *k = stream_keys; *k; k++)
		if (strcmp(*k, name) == 0 && strcmp(name, "sla") != 0 && strcmp(name, "vlan") != 0)
			return true;
	return strcmp(name, "streams") == 0 || strcmp(name, "ssid") == 0 ||
	       strcmp(name, "flow-label") == 0;
}

int tw_scenario_blame(const struct tw_scenario *s, const struct tw_scenario_entry *e,
	struct tw_err *err, int code)
{
	char why[sizeof(err->text)];
	size_t n = 0;

	/* An option's name is the key's with dashes before it. */
	for (const char *c = err->text; *c && n < sizeof(why) - 1; c++) {
		if (c[0] == '-' && c[1] == '-' && isalpha((unsigned char)c[2]) &&
			(c == err->text || c[-1] == ' '))
			c += 2;
		why[n++] = *c;
	}
	why[n] = '\0';
	return tw_yaml_fail(s->file, e->node, err, code, "%s: %s", e->name, why);
}

/* What an entry has before its keys are read. */
static int begin_entry(struct tw_scenario_entry *e, uint32_t command, struct tw_err *err)
{
	int rc;

	memset(e, 0, sizeof(*e));
	e->o.command = command;
	rc = tw_items_defaults(&tw_options_table, tw_options_command(KEYS_OF), err, &e->o);
	e->o.count = 0;
	e->o.duration = tw_ns(0);
	e->o.pps = 0;
	e->o.interval = tw_ns(100 * TW_NS_PER_MS);
	return rc;
}

/* Read a map over what the entry inherited. */
static int read_map(struct tw_scenario *s, const struct tw_yaml_node *map,
	struct tw_scenario_entry *e, struct tw_err *err)
{
	struct tw_item_set own = {0}, mine = {0}, inherited = e->o.given;
	const struct tw_items_part parts[] = {
		{&table, 1, NULL, e, &mine},
		{&tw_options_table, KEYS_OF, stream_keys, &e->o, &own},
	};
	int rc;

	e->node = map;
	if (map->kind != TW_YAML_MAP)
		return tw_yaml_fail(
			s->file, map, err, -EINVAL, "allowed here: a map of keys and values");
	rc = tw_items_read(parts, 2, s->file, map, NULL, err);
	if (rc < 0)
		return rc;
	tw_items_override(&tw_options_table, KEYS_OF, &own, &inherited, &e->o);
	e->o.given = inherited;
	for (size_t i = 0; i < TW_ITEMS_MAX / 64; i++)
		e->given.bits[i] |= mine.bits[i];
	return 0;
}

/* Texts were checked as they were read. */
static void parse_texts(struct tw_scenario_entry *e, const struct tw_endpoint *peer,
	const struct tw_endpoint *local)
{
	if (e->remote_text)
		tw_end_range_parse(e->remote_text, NULL, &e->remote);
	if (e->local_text)
		tw_end_range_parse(e->local_text, NULL, &e->local);
	if (e->ssid_text)
		tw_number_range_parse(e->ssid_text, 0, UINT16_MAX, NULL, &e->ssid);
	if (e->flow_text)
		tw_number_range_parse(e->flow_text, 0, 0xfffff, NULL, &e->flow_label);
	if (!e->remote.addr.n && peer->addr.family)
		e->remote.addr = (struct tw_addr_range){peer->addr, 1};
	if (!e->remote.port.n)
		e->remote.port = (struct tw_number_range){peer->port, 1};
	if (!e->local.addr.n && local->addr.family)
		e->local.addr = (struct tw_addr_range){local->addr, 1};
	if (!e->local.port.n && local->port)
		e->local.port = (struct tw_number_range){local->port, 1};
}

static int add_entry(struct tw_scenario *s, const struct tw_yaml_node *map,
	const struct tw_scenario_entry *defaults, const struct tw_scenario_context *c,
	struct tw_err *err)
{
	struct tw_scenario_entry *e = &s->entries[s->n_entries];
	int rc;

	if (s->n_entries == TW_SCENARIO_ENTRIES)
		return tw_yaml_fail(s->file, map, err, -EINVAL,
			"streams: allowed: at most %d entries; one entry holds many streams",
			TW_SCENARIO_ENTRIES);
	*e = *defaults;
	rc = read_map(s, map, e, err);
	if (rc < 0)
		return rc;
	s->n_entries++;
	snprintf(e->name, sizeof(e->name), "%s", e->name_text ? e->name_text : "");
	if (!e->name_text)
		snprintf(e->name, sizeof(e->name), "streams-%u", s->n_entries);
	parse_texts(e, c->peer, c->local);
	return tw_scenario_settle(s, e, c, err);
}

static int read_entries(
	struct tw_scenario *s, const struct tw_scenario_context *c, struct tw_err *err)
{
	const struct tw_yaml_node *root = tw_yaml_root(s->file);
	const struct tw_yaml_node *list = tw_yaml_get(root, "streams");
	const struct tw_yaml_node *map = tw_yaml_get(root, "defaults");
	struct tw_scenario_entry *defaults = malloc(sizeof(*defaults));
	int rc = defaults ? 0 : tw_fail(err, -ENOMEM, "out of memory");

	if (rc == 0)
		rc = begin_entry(defaults, c->command, err);
	if (rc == 0 && map)
		rc = read_map(s, map, defaults, err);
	if (rc == 0 && defaults->name_text)
		rc = tw_yaml_fail(s->file, tw_yaml_get(map, "name"), err, -EINVAL,
			"name: allowed in an entry of streams only");
	if (rc == 0 && (!list || list->kind != TW_YAML_LIST || !list->first))
		rc = tw_yaml_fail(s->file, list ? list : root, err, -EINVAL,
			"streams: a list of at least one entry has to be here");
	for (const struct tw_yaml_node *e = list ? list->first : NULL; e && rc == 0; e = e->next)
		rc = add_entry(s, e, defaults, c, err);
	free(defaults);
	return rc;
}

/* The run's keys into the options, where these have nothing of their own. */
static int read_run(struct tw_scenario *s, struct tw_options *o, struct tw_err *err)
{
	struct tw_options *file = calloc(1, sizeof(*file));
	const struct tw_items_part part = {
		&tw_options_table, KEYS_OF, run_keys, file, file ? &file->given : NULL};
	int rc = file ? 0 : tw_fail(err, -ENOMEM, "out of memory");

	if (rc == 0)
		rc = tw_items_read(&part, 1, s->file, tw_yaml_root(s->file), parts_of_file, err);
	if (rc == 0)
		tw_items_adopt(&tw_options_table, o->command, file, &file->given, o, &o->given);
	if (rc == 0 && o->command == TW_CMD_LOOPBACK && file->n_dev)
		tw_warning("%s: dev is for a sender: a loopback has no devices", o->scenario);
	free(file);
	return rc;
}

int tw_scenario_read(struct tw_yaml *file, struct tw_options *o, const struct tw_endpoint *peer,
	const struct tw_endpoint *local, bool without_peer, struct tw_err *err,
	struct tw_scenario **ret)
{
	const struct tw_scenario_context c = {o, o->command, peer, local, without_peer};
	const struct tw_yaml_node *root = tw_yaml_root(file);
	struct tw_scenario *s = calloc(1, sizeof(*s));
	int rc;

	if (s)
		s->entries = calloc(TW_SCENARIO_ENTRIES, sizeof(*s->entries));
	if (!s || !s->entries) {
		free(s);
		tw_yaml_destroy(file);
		return tw_fail(err, -ENOMEM, "out of memory");
	}
	s->file = file;
	rc = root && root->kind == TW_YAML_MAP
		     ? read_run(s, o, err)
		     : tw_yaml_fail(file, root, err, -EINVAL,
			       "a map with the key streams has to be here");
	if (rc == 0)
		rc = read_entries(s, &c, err);
	if (rc == 0)
		rc = tw_scenario_check(s, o, err);
	if (rc < 0) {
		tw_scenario_destroy(s);
		return rc;
	}
	*ret = s;
	return 0;
}

int tw_scenario_load(struct tw_options *o, const struct tw_endpoint *peer,
	const struct tw_endpoint *local, bool without_peer, struct tw_err *err,
	struct tw_scenario **ret)
{
	struct tw_yaml *file;
	int rc = tw_yaml_load(o->scenario, err, &file);

	return rc < 0 ? rc : tw_scenario_read(file, o, peer, local, without_peer, err, ret);
}

void tw_scenario_destroy(struct tw_scenario *s)
{
	if (!s)
		return;
	tw_yaml_destroy(s->file);
	free(s->entries);
	free(s);
}
