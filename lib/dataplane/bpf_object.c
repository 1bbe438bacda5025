/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "bpf_object.h"

#include "eal_priv.h"

#include "tw_log.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tw_bpf_object(
	const char *name, const char *variable, char *ret_path, size_t cap, struct tw_err *err)
{
	static const char *const near[] = {
		"", "/drivers-config", "/../drivers-config", "/../../drivers-config"};
	const char *env = getenv(variable);
	char dir[PATH_MAX], path[PATH_MAX + 64], *slash;
	ssize_t n;

	if (env && *env) {
		if (access(env, R_OK) < 0)
			return tw_fail(err, -ENOENT, "%s=%s: %s", variable, env, strerror(errno));
		snprintf(ret_path, cap, "%s", env);
		return 0;
	}
	n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	dir[n > 0 ? n : 0] = 0;
	slash = strrchr(dir, '/');
	if (slash)
		*slash = 0;
	for (size_t i = 0; n > 0 && i < sizeof(near) / sizeof(near[0]); i++) {
		snprintf(path, sizeof(path), "%s%s/%s", dir, near[i], name);
		if (access(path, R_OK) == 0) {
			snprintf(ret_path, cap, "%s", path);
			return 0;
		}
	}
	snprintf(path, sizeof(path), "%s/%s", TW_PKGLIBDIR, name);
	if (access(path, R_OK) < 0)
		return tw_fail(
			err, -ENOENT, "the BPF program %s was not built (clang is needed)", name);
	snprintf(ret_path, cap, "%s", path);
	return 0;
}

/*
 * libbpf talks on stderr. Its warnings carry what the kernel has against a program, in words, and
 * count as errors of DPDK, whose driver drops them; the rest is for -d only.
 */
__attribute__((format(printf, 2, 0))) static int on_libbpf(
	enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char line[512];

	if (level == LIBBPF_WARN || tw_log_get_level() >= TW_LOG_DEBUG) {
		vsnprintf(line, sizeof(line), fmt, ap);
		line[strcspn(line, "\n")] = 0;
		tw_eal_log_line(line, level == LIBBPF_WARN);
	}
	return 0;
}

void tw_bpf_hear(void)
{
	libbpf_set_print(on_libbpf);
}
