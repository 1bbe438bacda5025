/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The reflector's instances for any CPU that DPDK runs on, and the choice between all of them. */

#include "loop_reflector.h"

bool tw_reflector_is_wide(const struct tw_reflector_config *cfg)
{
#ifdef TW_HAVE_AVX512
	return !cfg->any_cpu && __builtin_cpu_supports("avx512vbmi") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("bmi2");
#else
	(void)cfg;
	return false;
#endif
}

static unsigned int flags_of(
	const struct tw_reflector_config *cfg, const struct tw_loop_port *port, bool many)
{
	unsigned int flags = 0;

	if (cfg->keys || cfg->negotiated || cfg->ptp)
		return F_SLOW_ONLY;
	if (cfg->protocol == TW_PROTOCOL_LIGHT)
		return F_LIGHT_ONLY;
	if (cfg->stamp == TW_STAMP_PER_PACKET)
		flags |= F_PER_PACKET;
	if (port->n_vlan)
		flags |= port->n_vlan == 1 ? F_VLAN1 : F_VLAN2;
	if (cfg->stateless)
		return flags | F_STATELESS;
	if (port->rx_checksum && !port->n_vlan)
		flags |= F_HW_CHECKSUM;
	return many ? flags | F_MANY : flags;
}

tw_reflector_step *tw_reflector_choose(
	const struct tw_reflector_config *cfg, const struct tw_loop_port *port, bool many)
{
	unsigned int flags = flags_of(cfg, port, many);

#ifdef TW_HAVE_AVX512
	if (tw_reflector_is_wide(cfg))
		return tw_reflector_avx512(flags);
#endif
	return instance_of(flags);
}
