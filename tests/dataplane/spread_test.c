/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_port.h"

#include "tw_log.h"
#include "tw_steer.h"
#include "tw_test.h"

#include "dp_rig.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>

#define ADDRESSES (RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6)
#define PORTS (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP)

/* The device: what its RSS can, whether it takes rules, those it has. */
static uint64_t rss;
static bool takes_rules;
static unsigned int asked, rules;
static uint64_t spread; /* types of its rules */
static char warned[512];

int __real_rte_eth_dev_info_get(uint16_t port, struct rte_eth_dev_info *info);
int __wrap_rte_eth_dev_info_get(uint16_t port, struct rte_eth_dev_info *info);
struct rte_flow *__wrap_rte_flow_create(uint16_t port, const struct rte_flow_attr *attr,
	const struct rte_flow_item pattern[], const struct rte_flow_action actions[],
	struct rte_flow_error *error);
int __wrap_rte_flow_destroy(uint16_t port, struct rte_flow *flow, struct rte_flow_error *error);

int __wrap_rte_eth_dev_info_get(uint16_t port, struct rte_eth_dev_info *info)
{
	int rc = __real_rte_eth_dev_info_get(port, info);

	info->flow_type_rss_offloads = rss;
	return rc;
}

struct rte_flow *__wrap_rte_flow_create(uint16_t port, const struct rte_flow_attr *attr,
	const struct rte_flow_item pattern[], const struct rte_flow_action actions[],
	struct rte_flow_error *error)
{
	const struct rte_flow_action_rss *to = actions[0].conf;
	bool v6 = pattern[1].type == RTE_FLOW_ITEM_TYPE_IPV6;

	(void)port;
	asked++;
	if (!takes_rules) {
		rte_flow_error_set(error, ENOTSUP, RTE_FLOW_ERROR_TYPE_ACTION, NULL, "no RSS here");
		return NULL;
	}
	assert_true(attr->ingress && !attr->egress && !attr->transfer);
	assert_int_equal(pattern[0].type, RTE_FLOW_ITEM_TYPE_ETH);
	assert_true(v6 || pattern[1].type == RTE_FLOW_ITEM_TYPE_IPV4);
	assert_int_equal(pattern[2].type, RTE_FLOW_ITEM_TYPE_UDP);
	assert_int_equal(pattern[3].type, RTE_FLOW_ITEM_TYPE_END);
	assert_int_equal(actions[0].type, RTE_FLOW_ACTION_TYPE_RSS);
	assert_int_equal(actions[1].type, RTE_FLOW_ACTION_TYPE_END);
	assert_int_equal(
		to->types, v6 ? RTE_ETH_RSS_NONFRAG_IPV6_UDP : RTE_ETH_RSS_NONFRAG_IPV4_UDP);
	assert_int_equal(to->queue_num, 3);
	for (uint16_t q = 0; q < 3; q++)
		assert_int_equal(to->queue[q], q);
	spread |= to->types;
	return (struct rte_flow *)(uintptr_t)++rules;
}

int __wrap_rte_flow_destroy(uint16_t port, struct rte_flow *flow, struct rte_flow_error *error)
{
	(void)port;
	(void)error;
	assert_non_null(flow);
	rules--;
	return 0;
}

static void on_log(void *ctx, enum tw_log_level level, const char *text)
{
	(void)ctx;
	if (level == TW_LOG_WARNING)
		snprintf(warned, sizeof(warned), "%s", text);
}

static struct tw_port open_port(uint64_t can, bool rule, uint16_t n_queues)
{
	struct tw_port port;

	rss = can;
	takes_rules = rule;
	asked = rules = 0;
	spread = 0;
	*warned = 0;
	tw_log_set_sink(on_log, NULL);
	port = dp_open("net_null1", (struct tw_port_config){.n_queues = n_queues});
	tw_log_set_sink(NULL, NULL);
	return port;
}

static enum tw_steer_kind kind_of(const struct tw_port *port)
{
	struct tw_steer s;

	tw_steer_read(port, &s);
	return s.kind;
}

static void rss_of_ports_needs_no_rule(void **state)
{
	struct tw_port port = open_port(ADDRESSES | PORTS, true, 3);

	(void)state;
	assert_int_equal(asked, 0);
	assert_int_equal(kind_of(&port), TW_STEER_RSS);
	tw_port_close(&port);
}

static void one_queue_needs_no_rule(void **state)
{
	struct tw_port port = open_port(ADDRESSES, true, 1);

	(void)state;
	assert_int_equal(asked, 0);
	tw_port_close(&port);
}

/* The hash of a rule is the driver's affair: replies are looked for on every queue. */
static void rules_spread_where_rss_knows_no_ports(void **state)
{
	struct tw_port port = open_port(ADDRESSES, true, 3);

	(void)state;
	assert_int_equal(rules, 2);
	assert_int_equal(spread, PORTS);
	assert_int_equal(kind_of(&port), TW_STEER_UNKNOWN);
	assert_string_equal(warned, "");
	tw_port_close(&port);
	assert_int_equal(rules, 0);
}

static void a_rule_for_the_family_that_lacks_it(void **state)
{
	struct tw_port port = open_port(ADDRESSES | RTE_ETH_RSS_NONFRAG_IPV4_UDP, true, 3);

	(void)state;
	assert_int_equal(rules, 1);
	assert_int_equal(spread, RTE_ETH_RSS_NONFRAG_IPV6_UDP);
	tw_port_close(&port);
	assert_int_equal(rules, 0);
}

static void who_takes_no_rule_is_named(void **state)
{
	struct tw_port port = open_port(ADDRESSES, false, 3);

	(void)state;
	assert_int_equal(asked, 2);
	assert_int_equal(kind_of(&port), TW_STEER_RSS);
	assert_non_null(strstr(warned, "reach one worker"));
	assert_non_null(strstr(warned, "no RSS here"));
	tw_port_close(&port);
}

/* Virtual devices without any RSS have their own ways to fill queues. */
static void without_any_rss_nothing_is_said(void **state)
{
	struct tw_port port = open_port(0, false, 3);

	(void)state;
	assert_int_equal(asked, 2);
	assert_string_equal(warned, "");
	tw_port_close(&port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss_of_ports_needs_no_rule),
		cmocka_unit_test(one_queue_needs_no_rule),
		cmocka_unit_test(rules_spread_where_rss_knows_no_ports),
		cmocka_unit_test(a_rule_for_the_family_that_lacks_it),
		cmocka_unit_test(who_takes_no_rule_is_named),
		cmocka_unit_test(without_any_rss_nothing_is_said),
	};

	return cmocka_run_group_tests_name("spread", tests, dp_setup, dp_teardown);
}
