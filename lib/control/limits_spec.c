/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Items of a rule, comma separated, in place. */
static int items(char *s, struct tw_limit_rule *r, long *each, struct tw_err *err)
{
	char *save = NULL;

	if (!*s)
		return tw_fail(err, -EINVAL, "no limit given");
	for (char *item = strtok_r(s, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		char *value = strchr(item, '=');
		char *end = NULL;
		unsigned long v;

		if (!value)
			return tw_fail(err, -EINVAL, "\"%s\": a limit is NAME=NUMBER", item);
		*value++ = '\0';
		errno = 0;
		v = strtoul(value, &end, 10);
		if (*value < '0' || *value > '9' || *end || errno || v >= TW_LIMIT_NONE)
			return tw_fail(err, -EINVAL, "\"%s\": not a number", value);
		if (strcmp(item, "connections") == 0)
			r->connections = (uint32_t)v;
		else if (strcmp(item, "sessions") == 0)
			r->sessions = (uint32_t)v;
		else if (strcmp(item, "pps") == 0)
			r->pps = (uint32_t)v;
		else if (strcmp(item, "each") == 0 && v <= 128)
			*each = (long)v;
		else
			return tw_fail(err, -EINVAL,
				"\"%s\": limits are connections, sessions, pps, each=0..128", item);
	}
	return 0;
}

static int add(
	struct tw_limits_config *c, const struct tw_limit_rule *r, long each, struct tw_err *err)
{
	struct tw_limit_rule *row = &c->rule[c->rules];
	uint8_t full = r->prefix.addr.family == 4 ? 32 : 128;

	if (c->rules == TW_LIMIT_RULES)
		return tw_fail(err, -ENOSPC, "more than %d limits", TW_LIMIT_RULES);
	*row = *r;
	row->each = each < 0 ? r->prefix.len : each > full ? full : (uint8_t)each;
	c->rules++;
	return 0;
}

/* `user:KEYID:ITEMS` in place, after "user:". */
static int add_user(
	struct tw_limits_config *c, char *s, struct tw_limit_rule *r, struct tw_err *err)
{
	char *rest = strrchr(s, ':');
	long each = -1;
	size_t n;
	int e;

	if (!rest)
		return tw_fail(err, -EINVAL, "\"%s\": expected user:KEYID:LIMITS", s);
	n = (size_t)(rest - s);
	if (!n || n >= sizeof(r->user))
		return tw_fail(err, -EINVAL, "a KEYID has 1 to %zu octets", sizeof(r->user) - 1);
	r->kind = TW_LIMIT_USER_NAME;
	memcpy(r->user, s, n);
	r->user[n] = '\0';
	e = items(rest + 1, r, &each, err);
	return e ? e : add(c, r, -1, err);
}

int tw_limits_config_add(struct tw_limits_config *c, const char *spec, struct tw_err *ret_err)
{
	struct tw_limit_rule r = {
		.kind = TW_LIMIT_PREFIX,
		.connections = TW_LIMIT_NONE,
		.sessions = TW_LIMIT_NONE,
		.pps = TW_LIMIT_NONE,
	};
	static const char *const all[] = {"0.0.0.0/0", "::/0"};
	char s[256];
	size_t len = strlen(spec);
	char *rest;
	long each = -1;
	int e;

	if (len >= sizeof(s))
		return tw_fail(ret_err, -EINVAL, "limit longer than %zu octets", sizeof(s) - 1);
	memcpy(s, spec, len + 1);
	if (strncmp(s, "user:", 5) == 0)
		return add_user(c, s + 5, &r, ret_err);
	rest = strrchr(s, ':'); /* an IPv6 prefix has colons of its own */
	if (rest) {
		*rest++ = '\0';
		if (tw_prefix_parse(s, &r.prefix))
			return tw_fail(ret_err, -EINVAL, "\"%s\": not a prefix", s);
	}
	e = items(rest ? rest : s, &r, &each, ret_err);
	if (e)
		return e;
	if (rest)
		return add(c, &r, each, ret_err);
	if (c->rules + 2 > TW_LIMIT_RULES)
		return tw_fail(ret_err, -ENOSPC, "more than %d limits", TW_LIMIT_RULES);
	for (int i = 0; i < 2; i++) {
		tw_prefix_parse(all[i], &r.prefix);
		add(c, &r, each, ret_err);
	}
	return 0;
}
