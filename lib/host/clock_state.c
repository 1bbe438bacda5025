/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_host.h"

#include <errno.h>
#include <sys/timex.h>

int tw_host_clock(struct tw_host_clock *ret_clock)
{
	struct timex t = {0};
	int state = adjtimex(&t);

	if (state < 0)
		return -errno;
	*ret_clock = (struct tw_host_clock){
		.synchronised = state != TIME_ERROR && !(t.status & STA_UNSYNC),
		/* adjtimex counts microseconds */
		.max_error_ns = (int64_t)t.maxerror * 1000,
		.est_error_ns = (int64_t)t.esterror * 1000,
		.status = t.status,
	};
	return 0;
}
