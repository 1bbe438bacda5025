/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A number at *p; false when there is none. */
static bool number(const char **p, unsigned long *ret)
{
	char *end;

	if (**p < '0' || **p > '9')
		return false;
	*ret = strtoul(*p, &end, 10);
	*p = end;
	return true;
}

int tw_cpus_parse(const char *list, struct tw_cpus *ret_cpus)
{
	struct tw_cpus c = {{0}};

	if (!*list || *list == '\n') {
		*ret_cpus = c; /* the kernel's way to say none */
		return 0;
	}
	for (;;) {
		unsigned long a, b;

		if (!number(&list, &a))
			return -EINVAL;
		b = a;
		if (*list == '-') {
			list++;
			if (!number(&list, &b) || b < a)
				return -EINVAL;
		}
		if (b >= TW_CPUS_MAX)
			return -ERANGE;
		for (; a <= b; a++)
			c.bits[a / 64] |= UINT64_C(1) << (a % 64);
		if (*list != ',')
			break;
		list++;
	}
	if (*list && *list != '\n')
		return -EINVAL;
	*ret_cpus = c;
	return 0;
}

const char *tw_cpus_format(const struct tw_cpus *c, char *buf, size_t cap)
{
	size_t len = 0;

	*buf = 0;
	for (unsigned int a = 0, b; a < TW_CPUS_MAX; a = b + 1) {
		b = a;
		if (!tw_cpus_has(c, a))
			continue;
		while (tw_cpus_has(c, b + 1))
			b++;
		if (len < cap)
			len += (size_t)snprintf(buf + len, cap - len, a == b ? "%s%u" : "%s%u-%u",
				len ? "," : "", a, b);
	}
	return buf;
}
