/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef LOGGING_H
#define LOGGING_H

#include "options.h"

/* Level and --logfile. Returns 0 or a negative errno with one sentence in err. */
int tw_logging_start(const struct tw_options *o, struct tw_err *err);

/* Flush and close the file; later lines go to stderr. */
void tw_logging_stop(void);

#endif
