/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef BUFFER_PRIV_H
#define BUFFER_PRIV_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Octets that wait to be sent or to become a message. What every message but those of N sessions
 * needs is inside; more comes from the heap, and goes when it is empty.
 */
#define BUFFER_INLINE 256

struct buffer {
	size_t len;
	size_t cap; /* of heap */
	uint8_t *heap;
	uint8_t fixed[BUFFER_INLINE];
};

static inline uint8_t *buffer_data(struct buffer *b)
{
	return b->heap ? b->heap : b->fixed;
}

/* Room for n more octets: NULL without memory. The caller bounds n. */
static inline uint8_t *buffer_room(struct buffer *b, size_t n)
{
	size_t cap = b->heap ? b->cap : BUFFER_INLINE;
	uint8_t *p;

	if (n > cap - b->len) {
		cap = b->len + n;
		p = realloc(b->heap, cap);
		if (!p)
			return NULL;
		if (!b->heap)
			memcpy(p, b->fixed, b->len);
		b->heap = p;
		b->cap = cap;
	}
	return buffer_data(b) + b->len;
}

/* Forget the first n octets. */
static inline void buffer_take(struct buffer *b, size_t n)
{
	b->len -= n;
	if (b->len) {
		memmove(buffer_data(b), buffer_data(b) + n, b->len);
		return;
	}
	free(b->heap);
	b->heap = NULL;
	b->cap = 0;
}

static inline void buffer_fini(struct buffer *b)
{
	free(b->heap);
	memset(b, 0, sizeof(*b));
}

#endif
