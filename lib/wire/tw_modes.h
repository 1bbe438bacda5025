/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_MODES_H
#define TW_MODES_H

/**
 * @file
 * The TWAMP-Modes registry: the Modes word of the Server-Greeting offers any of these bits, the
 * Mode word of the Set-Up-Response selects exactly one security bit and any feature bits.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Symbol, bit, name on the command line and in reports, reference. */
#define TW_MODES(X)                                                                                \
	X(UNAUTHENTICATED, 0, "unauthenticated", "RFC 4656")                                       \
	X(AUTHENTICATED, 1, "authenticated", "RFC 4656")                                           \
	X(ENCRYPTED, 2, "encrypted", "RFC 4656")                                                   \
	X(MIXED, 3, "mixed", "RFC 5618")                                                           \
	X(INDIVIDUAL_CONTROL, 4, "individual-session-control", "RFC 5938")                         \
	X(REFLECT_OCTETS, 5, "reflect-octets", "RFC 6038")                                         \
	X(SYMMETRICAL_SIZE, 6, "symmetrical-size", "RFC 6038")                                     \
	X(IKEV2_DERIVED, 7, "ikev2-derived", "RFC 7717")                                           \
	X(DSCP_ECN, 8, "dscp-ecn", "RFC 7750")                                                     \
	X(PTPV2, 9, "ptpv2", "RFC 8186")

/** Bit n of the registry has the value 2^n. */
enum tw_mode {
#define X(sym, bit, name, ref) TW_MODE_##sym = 1 << (bit),
	TW_MODES(X)
#undef X
};

/** Of these exactly one is selected. */
#define TW_MODES_SECURITY                                                                          \
	((uint32_t)(TW_MODE_UNAUTHENTICATED | TW_MODE_AUTHENTICATED | TW_MODE_ENCRYPTED |          \
		    TW_MODE_MIXED))

/** What can be implemented: all but RFC 7717, whose field sizes contradict RFC 4656. */
#define TW_MODES_KNOWN ((uint32_t)(0x3ff & ~TW_MODE_IKEV2_DERIVED))

/** Enough for tw_modes_format() of any word. */
#define TW_MODES_STR 192

/** The control connection is encrypted and authenticated (RFC 4656 3.1, RFC 5618). */
static inline bool tw_mode_protects_control(uint32_t mode)
{
	return mode & (TW_MODE_AUTHENTICATED | TW_MODE_ENCRYPTED | TW_MODE_MIXED);
}

/** The test packets have the authenticated layout: all but mixed of the above. */
static inline bool tw_mode_protects_test(uint32_t mode)
{
	return mode & (TW_MODE_AUTHENTICATED | TW_MODE_ENCRYPTED);
}

/**
 * May a client answer an offer with this selection: exactly one security bit, nothing that was
 * not offered? 0 ("I decline") is not a selection, hence false.
 *
 * @param offered   Modes of the Server-Greeting
 * @param selected  Mode of the Set-Up-Response
 */
bool tw_mode_is_legal(uint32_t offered, uint32_t selected);

/**
 * What to select: of the security bits in both words the strictest one (encrypted,
 * authenticated, mixed, unauthenticated), and all feature bits that are in both.
 *
 * @param offered  Modes of the Server-Greeting; unknown bits are ignored
 * @param wanted   acceptable security bits and wanted features
 * @return the Mode word; 0 when there is no common security bit
 */
uint32_t tw_mode_select(uint32_t offered, uint32_t wanted);

/** Name of one bit; NULL for anything else. */
const char *tw_mode_name(uint32_t bit);

/** One bit by its name, in any case. @return 0, -EINVAL */
int tw_mode_parse(const char *name, uint32_t *ret);

/**
 * Names joined by '+', unknown bits in hex, "none" for 0; cut off when @p len is too small.
 *
 * @param buf  at least one octet; TW_MODES_STR octets hold everything
 * @return @p buf
 */
char *tw_modes_format(uint32_t modes, char *buf, size_t len);

#endif
