/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_INT128_H
#define TW_INT128_H

/** @file The compiler's 128-bit integers, which ISO C (-Wpedantic) does not know. */

__extension__ typedef __int128 tw_i128;
__extension__ typedef unsigned __int128 tw_u128;

#endif
