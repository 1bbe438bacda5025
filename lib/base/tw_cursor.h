/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CURSOR_H
#define TW_CURSOR_H

/**
 * @file
 * Bounds-checked reader and writer of big-endian octets. The first failure sticks: later
 * reads give zero, later writes do nothing, and one check at the end is enough.
 */

#include "tw_bytes.h"

#include <stdbool.h>
#include <stddef.h>

/** Reader over octets that it does not own. */
struct tw_reader {
	const uint8_t *p;
	size_t left;
	bool failed;
};

/** Writer into octets that it does not own. */
struct tw_writer {
	uint8_t *p;
	size_t left;
	bool failed;
};

static inline struct tw_reader tw_reader_init(const void *buf, size_t len)
{
	return (struct tw_reader){.p = buf, .left = len};
}

/**
 * Take @p n octets.
 * @return where they are, NULL when fewer are left (the reader has then failed)
 */
static inline const uint8_t *tw_read_skip(struct tw_reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->failed || r->left < n) {
		r->failed = true;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return p;
}

static inline uint8_t tw_read8(struct tw_reader *r)
{
	const uint8_t *p = tw_read_skip(r, 1);

	return p ? *p : 0;
}

static inline uint16_t tw_read16(struct tw_reader *r)
{
	const uint8_t *p = tw_read_skip(r, 2);

	return p ? tw_get16(p) : 0;
}

static inline uint32_t tw_read32(struct tw_reader *r)
{
	const uint8_t *p = tw_read_skip(r, 4);

	return p ? tw_get32(p) : 0;
}

static inline uint64_t tw_read64(struct tw_reader *r)
{
	const uint8_t *p = tw_read_skip(r, 8);

	return p ? tw_get64(p) : 0;
}

/** Copy @p n octets to @p dst; zeros when they are not there. */
static inline void tw_read_copy(struct tw_reader *r, void *dst, size_t n)
{
	const uint8_t *p = tw_read_skip(r, n);

	if (p)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

static inline struct tw_writer tw_writer_init(void *buf, size_t len)
{
	return (struct tw_writer){.p = buf, .left = len};
}

/** Reserve @p n octets; NULL when there is no room (the writer has then failed). */
static inline uint8_t *tw_write_skip(struct tw_writer *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->failed || w->left < n) {
		w->failed = true;
		return NULL;
	}
	w->p += n;
	w->left -= n;
	return p;
}

static inline void tw_write8(struct tw_writer *w, uint8_t v)
{
	uint8_t *p = tw_write_skip(w, 1);

	if (p)
		*p = v;
}

static inline void tw_write16(struct tw_writer *w, uint16_t v)
{
	uint8_t *p = tw_write_skip(w, 2);

	if (p)
		tw_put16(p, v);
}

static inline void tw_write32(struct tw_writer *w, uint32_t v)
{
	uint8_t *p = tw_write_skip(w, 4);

	if (p)
		tw_put32(p, v);
}

static inline void tw_write64(struct tw_writer *w, uint64_t v)
{
	uint8_t *p = tw_write_skip(w, 8);

	if (p)
		tw_put64(p, v);
}

static inline void tw_write_copy(struct tw_writer *w, const void *src, size_t n)
{
	uint8_t *p = tw_write_skip(w, n);

	if (p && n)
		memcpy(p, src, n);
}

static inline void tw_write_zero(struct tw_writer *w, size_t n)
{
	uint8_t *p = tw_write_skip(w, n);

	if (p && n)
		memset(p, 0, n);
}

#endif
