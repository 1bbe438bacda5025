/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef COMMANDS_H
#define COMMANDS_H

#include "options.h"

/*
 * One function a command, in cmd_<name>.c. They get finished options and return the exit status:
 * 0 measured, 1 usage or local failure, 2 no reply at all, 3 a bound of --sla was missed.
 */
int tw_cmd_controlclient(const struct tw_options *o);
int tw_cmd_controller(const struct tw_options *o);
int tw_cmd_devices(const struct tw_options *o);
int tw_cmd_dscptable(const struct tw_options *o);
int tw_cmd_loopback(const struct tw_options *o);
int tw_cmd_reflector(const struct tw_options *o);
int tw_cmd_sender(const struct tw_options *o);
int tw_cmd_server(const struct tw_options *o);
int tw_cmd_twping(const struct tw_options *o);

#endif
