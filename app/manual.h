/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef MANUAL_H
#define MANUAL_H

#include "tw_items.h"

#define TW_TAGLINE "measure networks with TWAMP and STAMP at line rate, on DPDK"

/* What the man page says beyond commands and options. */
extern const struct tw_item_man tw_manual;

#endif
