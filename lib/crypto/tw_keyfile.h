/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_KEYFILE_H
#define TW_KEYFILE_H

/**
 * @file
 * Files of secrets. One entry a line:
 *
 *     # comment
 *     KEYID whitespace passphrase
 *
 * The passphrase is the rest of the line without blanks at its end, so it may hold blanks and
 * `#`; `hex:` and an even number of hex digits stand for those octets. perfSONAR's file has
 * nothing but hex digits there. For STAMP the KEYID says whose packets the secret is for: `ssid:N`,
 * an address, a prefix or `*`.
 *
 * A file that others could read or write is refused: it must be a regular file of ours or of root
 * with mode 0600 or less.
 */

#include "tw_err.h"

#include <stddef.h>
#include <stdint.h>

#define TW_KEYFILE_SIZE_MAX (4 * 1024 * 1024) /**< octets of a file */
#define TW_KEYFILE_LINE_MAX 1024              /**< octets of a line */

enum tw_keyfile_format {
	TW_KEYFILE_TEXT, /**< passphrases as they are */
	TW_KEYFILE_HEX,  /**< perfSONAR: passphrases in hex */
};

/** What a KEYID stands for. */
enum tw_keyid_kind {
	TW_KEYID_SSID,   /**< `ssid:N`, N in 1..65535 */
	TW_KEYID_PREFIX, /**< an address or a prefix */
	TW_KEYID_ANY,    /**< `*` */
	TW_KEYID_USER,   /**< anything else */
};

/** One entry; the octets belong to the table. */
struct tw_secret {
	const char *id; /**< the KEYID as written, NUL at the end */
	const uint8_t *key;
	size_t key_len;
	enum tw_keyid_kind kind;
	uint16_t ssid;
	uint8_t family; /**< 4 or 6 for TW_KEYID_PREFIX */
	uint8_t prefix_len;
	uint8_t addr[16]; /**< masked, IPv4 in the first 4 octets */
};

/** A table of secrets; opaque. */
struct tw_keyfile;

/**
 * Read a file.
 *
 * @param ret_err  says file, line and what is wrong, never a secret; may be NULL
 * @return 0
 *  - -EACCES: others may read it, or it belongs to somebody else
 *  - -EINVAL: not a regular file, or a line is wrong
 *  - -EFBIG: larger than TW_KEYFILE_SIZE_MAX
 *  - -ENOMEM, or what open() and read() gave
 */
int tw_keyfile_load(const char *path, enum tw_keyfile_format format, struct tw_err *ret_err,
	struct tw_keyfile **ret);

/** The same from memory; @p name stands for the file in messages. @return 0, -EINVAL, -ENOMEM */
int tw_keyfile_parse(const char *name, const char *text, size_t len, enum tw_keyfile_format format,
	struct tw_err *ret_err, struct tw_keyfile **ret);

/** Wipes every secret; NULL is fine. */
void tw_keyfile_destroy(struct tw_keyfile *kf);

/** Entries in the order of look-up, users by name; NULL past the last one. */
const struct tw_secret *tw_keyfile_entry(const struct tw_keyfile *kf, size_t i);

/**
 * The secret of a TWAMP KeyID.
 *
 * @param id  up to 80 octets of the wire; zeros at its end do not count
 * @return NULL when nobody has this KeyID
 */
const struct tw_secret *tw_keyfile_user(const struct tw_keyfile *kf, const void *id, size_t len);

/**
 * The secret for STAMP packets of a peer: `ssid:N` first, then the longest prefix, then `*`.
 *
 * @param ssid    0 when the packet has none
 * @param family  4 or 6
 * @param addr    4 or 16 octets
 * @return NULL when nothing fits
 */
const struct tw_secret *tw_keyfile_peer(
	const struct tw_keyfile *kf, uint16_t ssid, uint8_t family, const uint8_t *addr);

#endif
