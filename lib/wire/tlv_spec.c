/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int tlv_fail(struct tlv_build *b, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return tw_fail(b->err, -EINVAL, "--tlv %.80s: %s", b->spec, text);
}

bool tlv_arg_next(const char **pos, struct tlv_arg *ret)
{
	const char *s = *pos;
	size_t n = strcspn(s, ",");
	const char *eq = memchr(s, '=', n);

	if (!*s)
		return false;
	*ret = (struct tlv_arg){.key = s, .key_len = eq ? (size_t)(eq - s) : n};
	if (eq) {
		ret->value = eq + 1;
		ret->value_len = n - ret->key_len - 1;
	}
	*pos = s[n] == ',' ? s + n + 1 : s + n;
	return true;
}

bool tlv_item_next(const char **pos, size_t *left, const char **ret_item, size_t *ret_len)
{
	const char *slash;

	if (*left == 0)
		return false;
	slash = memchr(*pos, '/', *left);
	*ret_item = *pos;
	*ret_len = slash ? (size_t)(slash - *pos) : *left;
	*pos += *ret_len + (slash ? 1 : 0);
	*left -= *ret_len + (slash ? 1 : 0);
	return true;
}

bool tlv_arg_is(const struct tlv_arg *a, const char *key, bool value)
{
	return (a->value != NULL) == value && strlen(key) == a->key_len &&
	       memcmp(key, a->key, a->key_len) == 0;
}

int tlv_arg_unknown(struct tlv_build *b, const struct tlv_arg *a)
{
	const struct tw_tlv_kind *k = tw_tlv_find_name(b->spec, strcspn(b->spec, ":"));
	int n = (int)(a->value ? a->key_len + 1 + a->value_len : a->key_len);

	return tlv_fail(b, "\"%.*s\" is not one of: %s", n > 80 ? 80 : n, a->key,
		k && *k->args ? k->args : "(nothing)");
}

int tlv_no_args(struct tlv_build *b)
{
	const char *pos = b->args;
	struct tlv_arg a;

	return tlv_arg_next(&pos, &a) ? tlv_arg_unknown(b, &a) : 0;
}

/* Copy a span into a terminated buffer; false when it is empty or too long. */
static bool terminated(char *buf, size_t cap, const char *s, size_t len)
{
	if (!s || len == 0 || len >= cap)
		return false;
	memcpy(buf, s, len);
	buf[len] = '\0';
	return true;
}

int tlv_number(
	struct tlv_build *b, const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *ret)
{
	char text[32];
	char *end = text;
	unsigned long long v = 0;

	if (terminated(text, sizeof(text), s, len) && text[0] >= '0' && text[0] <= '9') {
		bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';

		errno = 0;
		v = strtoull(text, &end, hex ? 16 : 10);
		if (errno == 0 && *end == '\0' && v >= min && v <= max) {
			*ret = v;
			return 0;
		}
	}
	return tlv_fail(b, "\"%.*s\" is not a number from %llu to %llu", (int)(len > 40 ? 40 : len),
		s ? s : "", (unsigned long long)min, (unsigned long long)max);
}

int tlv_duration(struct tlv_build *b, const char *s, size_t len, uint64_t max, uint64_t *ret_ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
	char text[32];
	char *end;
	double v;

	if (!terminated(text, sizeof(text), s, len) || text[0] < '0' || text[0] > '9')
		goto bad;
	v = strtod(text, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name) == 0 && v * units[i].ns <= (double)max) {
			*ret_ns = (uint64_t)(v * units[i].ns + 0.5);
			return 0;
		}
	}
bad:
	return tlv_fail(b, "\"%.*s\" is not a time such as 1ms (ns, us, ms, s; at most %.9g s)",
		(int)(len > 40 ? 40 : len), s ? s : "", (double)max / 1e9);
}

int tlv_address(struct tlv_build *b, const char *s, size_t len, struct tlv_ip *ret)
{
	char text[64];
	struct tlv_ip ip = {0};

	if (terminated(text, sizeof(text), s, len)) {
		if (inet_pton(AF_INET, text, ip.b) == 1)
			ip.len = 4;
		else if (inet_pton(AF_INET6, text, ip.b) == 1)
			ip.len = 16;
	}
	if (ip.len == 0)
		return tlv_fail(b, "\"%.*s\" is not an IPv4 or IPv6 address",
			(int)(len > 60 ? 60 : len), s ? s : "");
	*ret = ip;
	return 0;
}

uint8_t *tlv_append(struct tlv_build *b, uint8_t type, size_t len, int *ret)
{
	struct tw_tlv_template *t = b->t;
	uint8_t *value;

	if (TW_TLV_HEADER + len > sizeof(t->octets) - t->len) {
		*ret = tw_fail(b->err, -E2BIG, "--tlv %.80s: more than %d octets of TLVs", b->spec,
			TW_TLV_TEMPLATE_MAX);
		return NULL;
	}
	value = tw_tlv_put(t->octets + t->len, TW_TLV_U, type, (uint16_t)len);
	memset(value, 0, len);
	t->len = (uint16_t)(t->len + TW_TLV_HEADER + len);
	t->n++;
	*ret = 0;
	return value;
}

/* The HMAC TLV follows every TLV but Extra Padding, and there is one (RFC 8972 section 4.8). */
static int check_order(struct tlv_build *b, const struct tw_tlv_kind *k)
{
	if (b->t->hmac_at == TW_TLV_NOWHERE || k->type == TW_TLV_PADDING || k->type == 0)
		return 0;
	return tlv_fail(b, "only padding may follow the HMAC TLV");
}

static int compile_one(struct tlv_build *b)
{
	size_t len = strcspn(b->spec, ":");
	const struct tw_tlv_kind *k = tw_tlv_find_name(b->spec, len);
	char names[240] = "";
	size_t used = 0;
	int rc;

	if (!k) {
		for (unsigned int i = 0; (k = tw_tlv_spec_row(i)); i++)
			used += (size_t)snprintf(
				names + used, sizeof(names) - used, "%s%s", i ? ", " : "", k->name);
		return tlv_fail(b, "no such TLV (known: %s)", names);
	}
	if (k->once && b->t->asked & 1U << k->type)
		return tlv_fail(b, "only the first %s of a packet counts", k->name);
	rc = check_order(b, k);
	if (rc < 0)
		return rc;
	b->args = b->spec[len] ? b->spec + len + 1 : b->spec + len;
	rc = k->build(b);
	if (rc == 0 && k->type)
		b->t->asked |= 1U << k->type;
	return rc;
}

/* What cannot be printed must not reach a terminal by way of the message. */
static int clean(struct tw_err *err, int rc)
{
	for (char *c = err && rc < 0 ? err->text : NULL; c && *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	return rc;
}

int tw_tlv_compile(const char *const *specs, size_t n, bool authenticated, struct tw_rand *rand,
	struct tw_tlv_template *ret, struct tw_err *err)
{
	struct tlv_build b = {.t = ret, .rand = rand, .err = err};
	bool lone_padding;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->hmac_at = TW_TLV_NOWHERE;
	ret->control.count = 1;
	for (size_t i = 0; i < n; i++) {
		b.spec = specs[i];
		rc = compile_one(&b);
		if (rc < 0)
			return clean(err, rc);
	}
	lone_padding = ret->n == 1 && ret->asked == 1U << TW_TLV_PADDING;
	if (!authenticated || ret->n == 0 || lone_padding || ret->hmac_at != TW_TLV_NOWHERE)
		return 0;
	b.spec = tlv_hmac_kind.name;
	return clean(err, compile_one(&b));
}
