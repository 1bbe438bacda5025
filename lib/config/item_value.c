/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_addr.h"
#include "tw_dscp.h"
#include "tw_items.h"

#include <errno.h>
#include <float.h>
#include <string.h>

/* The unit that a bare number of a duration has. */
static struct tw_ns unit_of(const struct tw_item *item)
{
	return tw_ns(item->type == TW_ITEM_MSEC ? TW_NS_PER_MS : TW_NS_PER_SEC);
}

static void store_uint(const struct tw_item *item, uint64_t v, void *ret)
{
	uint8_t v8 = (uint8_t)v;
	uint16_t v16 = (uint16_t)v;
	uint32_t v32 = (uint32_t)v;

	switch (item->size) {
	case 1:
		memcpy(ret, &v8, 1);
		break;
	case 2:
		memcpy(ret, &v16, 2);
		break;
	case 4:
		memcpy(ret, &v32, 4);
		break;
	default:
		memcpy(ret, &v, 8);
	}
}

static uint64_t load_uint(const struct tw_item *item, const void *value)
{
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	switch (item->size) {
	case 1:
		memcpy(&v8, value, 1);
		return v8;
	case 2:
		memcpy(&v16, value, 2);
		return v16;
	case 4:
		memcpy(&v32, value, 4);
		return v32;
	default:
		memcpy(&v64, value, 8);
		return v64;
	}
}

static int64_t load_int(const struct tw_item *item, const void *value)
{
	uint64_t v = load_uint(item, value);

	return item->size == 1   ? (int8_t)v
	       : item->size == 2 ? (int16_t)v
	       : item->size == 4 ? (int32_t)v
				 : (int64_t)v;
}

static int parse_number(const struct tw_item *item, const char *s, void *ret)
{
	uint64_t min = (uint64_t)item->min;
	uint64_t max = item->max == INT64_MAX ? UINT64_MAX - 1 : (uint64_t)item->max;
	struct tw_ns d;
	uint64_t u;
	int64_t i;
	double f;
	int rc;

	switch (item->type) {
	case TW_ITEM_INT:
		rc = tw_value_int(s, item->min, item->max, &i);
		if (rc == 0)
			store_uint(item, (uint64_t)i, ret);
		return rc;
	case TW_ITEM_DOUBLE:
		rc = tw_value_double(s, (double)item->min,
			item->max == INT64_MAX ? DBL_MAX : (double)item->max, &f);
		if (rc == 0)
			memcpy(ret, &f, sizeof(f));
		return rc;
	case TW_ITEM_MSEC:
	case TW_ITEM_SEC:
		rc = tw_value_duration(s, unit_of(item), tw_ns(item->min), tw_ns(item->max), &d);
		if (rc == 0)
			memcpy(ret, &d, sizeof(d));
		return rc;
	case TW_ITEM_BITRATE:
		rc = tw_value_bitrate(s, min, max, &u);
		break;
	case TW_ITEM_PPS:
		rc = tw_value_pps(s, min, max, &u);
		break;
	default:
		rc = tw_value_uint(s, min, max, &u);
	}
	if (rc == 0)
		store_uint(item, u, ret);
	return rc;
}

/* What is left out of HOST:PORT keeps the value that is there. */
static int parse_endpoint(const char *s, void *ret)
{
	struct tw_endpoint e;
	char host[256];

	memcpy(&e, ret, sizeof(e));
	if (tw_endpoint_split(s, host, sizeof(host), &e.port))
		return -EINVAL;
	if (host[0] && tw_addr_parse(host, &e.addr))
		return -EINVAL;
	memcpy(ret, &e, sizeof(e));
	return 0;
}

static int parse_address(const struct tw_item *item, const char *s, void *ret)
{
	struct tw_prefix prefix;
	struct tw_addr addr;
	struct tw_mac mac;
	int rc;

	if (item->type == TW_ITEM_ADDR) {
		rc = tw_addr_parse(s, &addr);
		if (rc == 0)
			memcpy(ret, &addr, sizeof(addr));
	} else if (item->type == TW_ITEM_PREFIX) {
		rc = tw_prefix_parse(s, &prefix);
		if (rc == 0)
			memcpy(ret, &prefix, sizeof(prefix));
	} else {
		rc = tw_mac_parse(s, &mac);
		if (rc == 0)
			memcpy(ret, &mac, sizeof(mac));
	}
	return rc;
}

static int parse_dscp(const char *s, void *ret)
{
	uint8_t dscp;
	int rc = tw_dscp_parse(s, &dscp);

	if (rc == 0)
		memcpy(ret, &dscp, sizeof(dscp));
	return rc;
}

int tw_item_parse(const struct tw_item *item, const char *value, struct tw_err *err, void *ret)
{
	char allowed[256];
	int rc, index;

	switch (item->type) {
	case TW_ITEM_FLAG:
		rc = -EINVAL;
		break;
	case TW_ITEM_STRING:
		rc = *value ? 0 : -EINVAL;
		if (rc == 0 && item->check && item->check(value, err))
			return -EINVAL;
		if (rc == 0)
			memcpy(ret, &value, sizeof(value));
		break;
	case TW_ITEM_ENUM:
		rc = tw_value_enum(value, item->names, &index);
		if (rc == 0)
			memcpy(ret, &index, sizeof(index));
		break;
	case TW_ITEM_ENDPOINT:
		rc = parse_endpoint(value, ret);
		break;
	case TW_ITEM_ADDR:
	case TW_ITEM_PREFIX:
	case TW_ITEM_MAC:
		rc = parse_address(item, value, ret);
		break;
	case TW_ITEM_DSCP:
		rc = parse_dscp(value, ret);
		break;
	default:
		rc = parse_number(item, value, ret);
	}
	if (rc)
		return tw_fail(err, -EINVAL, "allowed: %s",
			tw_item_allowed(item, allowed, sizeof(allowed)));
	return 0;
}

static void format_bound(const struct tw_item *item, int64_t v, char *buf, size_t len)
{
	switch (item->type) {
	case TW_ITEM_MSEC:
	case TW_ITEM_SEC:
		tw_value_duration_format(tw_ns(v), buf, len);
		break;
	case TW_ITEM_BITRATE:
	case TW_ITEM_PPS:
		tw_value_bitrate_format((uint64_t)v, buf, len);
		break;
	default:
		snprintf(buf, len, "%lld", (long long)v);
	}
}

static char *allowed_names(const struct tw_item *item, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	for (int i = 0; item->names[i] && used < len; i++)
		used += (size_t)snprintf(buf + used, len - used, "%s%s",
			i == 0               ? ""
			: item->names[i + 1] ? ", "
					     : " or ",
			item->names[i]);
	return buf;
}

char *tw_item_allowed(const struct tw_item *item, char *buf, size_t len)
{
	static const char *const what[] = {
		[TW_ITEM_FLAG] = "no value",
		[TW_ITEM_UINT] = "a whole number",
		[TW_ITEM_INT] = "a whole number",
		[TW_ITEM_DOUBLE] = "a number",
		[TW_ITEM_MSEC] = "milliseconds (or with a suffix: ns, us, ms, s)",
		[TW_ITEM_SEC] = "seconds (or with a suffix: us, ms, s, min, h)",
		[TW_ITEM_BITRATE] = "bits per second (suffix k, M, G, T)",
		[TW_ITEM_PPS] = "max, or packets per second (suffix k, M)",
		[TW_ITEM_STRING] = "text that is not empty",
		[TW_ITEM_ADDR] = "an IPv4 or IPv6 address",
		[TW_ITEM_PREFIX] = "an IPv4 or IPv6 ADDRESS/LENGTH",
		[TW_ITEM_ENDPOINT] = "ADDRESS:PORT, ADDRESS or :PORT with a literal address",
		[TW_ITEM_MAC] = "a MAC address such as 02:00:00:00:00:01",
		[TW_ITEM_DSCP] = "a name such as ef or af41 (see dscptable), or 0 to 63",
	};
	char min[40], max[40];

	if (item->type == TW_ITEM_ENUM)
		return allowed_names(item, buf, len);
	format_bound(item, item->min, min, sizeof(min));
	format_bound(item, item->max, max, sizeof(max));
	if (item->type < TW_ITEM_UINT || item->type > TW_ITEM_PPS)
		snprintf(buf, len, "%s", what[item->type]);
	else if (item->max == INT64_MAX)
		snprintf(buf, len, "%s, %s or more", what[item->type], min);
	else
		snprintf(buf, len, "%s from %s to %s", what[item->type], min, max);
	return buf;
}

static char *format_address(const struct tw_item *item, const void *value, char *buf, size_t len)
{
	struct tw_endpoint endpoint;
	struct tw_prefix prefix;
	struct tw_addr addr;
	struct tw_mac mac;
	char text[2 * TW_ADDR_STR];

	switch (item->type) {
	case TW_ITEM_ADDR:
		memcpy(&addr, value, sizeof(addr));
		snprintf(buf, len, "%s", addr.family ? tw_addr_format(&addr, text) : "");
		break;
	case TW_ITEM_PREFIX:
		memcpy(&prefix, value, sizeof(prefix));
		if (prefix.addr.family)
			snprintf(buf, len, "%s/%u", tw_addr_format(&prefix.addr, text), prefix.len);
		break;
	case TW_ITEM_ENDPOINT:
		memcpy(&endpoint, value, sizeof(endpoint));
		if (endpoint.addr.family)
			snprintf(buf, len, "%s", tw_endpoint_format(&endpoint, text));
		break;
	default:
		memcpy(&mac, value, sizeof(mac));
		snprintf(buf, len, "%s", tw_mac_format(&mac, text));
	}
	return buf;
}

char *tw_item_format(const struct tw_item *item, const void *value, char *buf, size_t len)
{
	const char *text;
	struct tw_ns d;
	double f;
	int index;
	bool flag;

	buf[0] = '\0';
	switch (item->type) {
	case TW_ITEM_FLAG:
		memcpy(&flag, value, sizeof(flag));
		snprintf(buf, len, "%s", flag ? "yes" : "no");
		return buf;
	case TW_ITEM_INT:
		snprintf(buf, len, "%lld", (long long)load_int(item, value));
		return buf;
	case TW_ITEM_DOUBLE:
		memcpy(&f, value, sizeof(f));
		snprintf(buf, len, "%.17g", f);
		return buf;
	case TW_ITEM_MSEC:
	case TW_ITEM_SEC:
		memcpy(&d, value, sizeof(d));
		return tw_value_duration_format(d, buf, len);
	case TW_ITEM_PPS:
		if (load_uint(item, value) == TW_PPS_MAX) {
			snprintf(buf, len, "max");
			return buf;
		}
		/* fall through */
	case TW_ITEM_BITRATE:
		return tw_value_bitrate_format(load_uint(item, value), buf, len);
	case TW_ITEM_ENUM:
		memcpy(&index, value, sizeof(index));
		snprintf(buf, len, "%s", item->names[index]);
		return buf;
	case TW_ITEM_STRING:
		memcpy(&text, value, sizeof(text));
		snprintf(buf, len, "%s", text ? text : "");
		return buf;
	case TW_ITEM_ADDR:
	case TW_ITEM_PREFIX:
	case TW_ITEM_ENDPOINT:
	case TW_ITEM_MAC:
		return format_address(item, value, buf, len);
	default: /* UINT, DSCP */
		snprintf(buf, len, "%llu", (unsigned long long)load_uint(item, value));
		return buf;
	}
}
