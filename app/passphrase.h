/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef PASSPHRASE_H
#define PASSPHRASE_H

#include "tw_keyfile.h"

/*
 * Ask at the terminal for the passphrase of `user`, without echo: a table with this one entry.
 * Returns 0, -ENOTTY when there is no terminal, -EINTR when a signal came, or a negative errno.
 */
int tw_passphrase_ask(const char *user, struct tw_err *err, struct tw_keyfile **ret);

#endif
