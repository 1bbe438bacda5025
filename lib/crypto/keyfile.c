/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_keyfile.h"

#include "tw_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyfile_priv.h"

/* Prefixes of one family and length. */
struct group {
	size_t first, n;
	uint8_t family, len;
};
#define GROUPS (33 + 129)

struct tw_keyfile {
	size_t n;
	size_t n_ssid;   /* the first entries, by SSID */
	size_t n_groups; /* of those behind them, longest prefixes first */
	size_t any;      /* behind all prefixes; n: nothing for everybody */
	size_t users;    /* from here on, by name */
	struct group group[GROUPS];
	size_t arena_len;
	char *arena; /* ids and keys; never moves, entries point into it */
	struct tw_secret entry[];
};

void tw_keyfile_destroy(struct tw_keyfile *kf)
{
	if (!kf)
		return;
	tw_wipe(kf->arena, kf->arena_len);
	free(kf->arena);
	free(kf);
}

/* Sort key of look-up order: kinds as in the enum, longer prefixes first; SSIDs, prefixes of one
 * length and users so that they can be searched. No two are equal. */
static int by_lookup(const void *pa, const void *pb)
{
	const struct tw_secret *a = pa;
	const struct tw_secret *b = pb;
	int d = 0;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == TW_KEYID_SSID)
		d = a->ssid - b->ssid;
	else if (a->kind == TW_KEYID_PREFIX && a->prefix_len != b->prefix_len)
		d = b->prefix_len - a->prefix_len;
	else if (a->kind == TW_KEYID_PREFIX && a->family != b->family)
		d = a->family - b->family;
	else if (a->kind == TW_KEYID_PREFIX)
		d = memcmp(a->addr, b->addr, sizeof(a->addr));
	else
		d = strcmp(a->id, b->id);
	return d;
}

/* Where in the sorted entries what is. */
static void make_index(struct tw_keyfile *kf)
{
	size_t i = 0;

	while (i < kf->n && kf->entry[i].kind == TW_KEYID_SSID)
		i++;
	kf->n_ssid = i;
	for (; i < kf->n && kf->entry[i].kind == TW_KEYID_PREFIX; i++) {
		const struct tw_secret *e = &kf->entry[i];
		struct group *g = kf->n_groups ? &kf->group[kf->n_groups - 1] : NULL;

		if (!g || g->family != e->family || g->len != e->prefix_len) {
			g = &kf->group[kf->n_groups++];
			*g = (struct group){.first = i, .family = e->family, .len = e->prefix_len};
		}
		g->n++;
	}
	kf->any = i < kf->n && kf->entry[i].kind == TW_KEYID_ANY ? i : kf->n;
	kf->users = kf->any < kf->n ? kf->any + 1 : i;
}

static bool same_id(const struct tw_secret *a, const struct tw_secret *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TW_KEYID_SSID:
		return a->ssid == b->ssid;
	case TW_KEYID_PREFIX:
		return a->family == b->family && a->prefix_len == b->prefix_len &&
		       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
	case TW_KEYID_ANY:
		return true;
	case TW_KEYID_USER:
		return strcmp(a->id, b->id) == 0;
	}
	return false;
}

/* Sorted by identity so that equal ones are neighbours. */
static int by_identity(const void *pa, const void *pb)
{
	const struct tw_secret *a = *(const struct tw_secret *const *)pa;
	const struct tw_secret *b = *(const struct tw_secret *const *)pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == TW_KEYID_USER)
		return strcmp(a->id, b->id);
	if (a->kind == TW_KEYID_SSID)
		return a->ssid < b->ssid ? -1 : a->ssid > b->ssid;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->prefix_len != b->prefix_len)
		return a->prefix_len < b->prefix_len ? -1 : 1;
	return memcmp(a->addr, b->addr, sizeof(a->addr));
}

static int check_duplicates(const struct tw_keyfile *kf, const char *name, struct tw_err *err)
{
	const struct tw_secret **v = calloc(kf->n + 1, sizeof(*v));
	int r = 0;

	if (!v)
		return tw_fail(err, -ENOMEM, "%s: out of memory", name);
	for (size_t i = 0; i < kf->n; i++)
		v[i] = &kf->entry[i];
	qsort(v, kf->n, sizeof(*v), by_identity);
	for (size_t i = 1; i < kf->n && !r; i++)
		if (same_id(v[i - 1], v[i]))
			r = tw_fail(err, -EINVAL, "%s: KEYID \"%s\" has more than one entry", name,
				v[i]->id);
	free(v);
	return r;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

int tw_keyfile_parse(const char *name, const char *text, size_t len, enum tw_keyfile_format format,
	struct tw_err *ret_err, struct tw_keyfile **ret)
{
	size_t lines = count_lines(text, len);
	struct tw_keyfile *kf = calloc(1, sizeof(*kf) + lines * sizeof(kf->entry[0]));
	const char *p = text;
	const char *end = text + len;
	char *out;
	size_t no = 0;
	int r = 0;

	/* An id and a key are never longer than their line; one more octet for the id's NUL. */
	if (kf) {
		kf->arena_len = len + lines + 1;
		kf->arena = calloc(1, kf->arena_len);
	}
	if (!kf || !kf->arena) {
		free(kf);
		return tw_fail(ret_err, -ENOMEM, "%s: out of memory", name);
	}
	out = kf->arena;
	while (p < end && !r) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;
		const char *why = NULL;

		no++;
		r = keyfile_line(p, stop, format, &out, &kf->entry[kf->n], &why);
		if (r == 1)
			kf->n++;
		r = r < 0 ? tw_fail(ret_err, r, "%s:%zu: %s", name, no, why) : 0;
		p = stop + 1;
	}
	if (!r)
		r = check_duplicates(kf, name, ret_err);
	if (r) {
		tw_keyfile_destroy(kf);
		return r;
	}
	qsort(kf->entry, kf->n, sizeof(kf->entry[0]), by_lookup);
	make_index(kf);
	*ret = kf;
	return 0;
}

/* Everything about the open file that must hold before one octet of it is used. */
static int check_file(int fd, const char *path, struct tw_err *err, size_t *ret_size)
{
	struct stat st;

	if (fstat(fd, &st))
		return tw_fail(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return tw_fail(err, -EINVAL, "%s: not a regular file", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return tw_fail(err, -EACCES, "%s: belongs to user %u, not to us or root", path,
			(unsigned int)st.st_uid);
	if (st.st_mode & 07777 & ~(mode_t)0600)
		return tw_fail(err, -EACCES, "%s: mode %04o, keys must have 0600 or less", path,
			(unsigned int)(st.st_mode & 07777));
	if (st.st_size > TW_KEYFILE_SIZE_MAX)
		return tw_fail(err, -EFBIG, "%s: larger than %d octets", path, TW_KEYFILE_SIZE_MAX);
	*ret_size = (size_t)st.st_size;
	return 0;
}

int tw_keyfile_load(const char *path, enum tw_keyfile_format format, struct tw_err *ret_err,
	struct tw_keyfile **ret)
{
	/* O_NONBLOCK: a FIFO must not hold us before fstat() has turned it away. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t size = 0;
	size_t got = 0;
	char *text = NULL;
	int r;

	if (fd < 0)
		return tw_fail(ret_err, -errno, "%s: %s", path, strerror(errno));
	r = check_file(fd, path, ret_err, &size);
	if (r)
		goto out;
	text = malloc(size + 1);
	if (!text) {
		r = tw_fail(ret_err, -ENOMEM, "%s: out of memory", path);
		goto out;
	}
	while (got < size) {
		ssize_t n = read(fd, text + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = tw_fail(ret_err, -errno, "%s: %s", path, strerror(errno));
			goto out;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	r = tw_keyfile_parse(path, text, got, format, ret_err, ret);
out:
	if (text)
		tw_wipe(text, size + 1);
	free(text);
	close(fd);
	return r;
}

const struct tw_secret *tw_keyfile_entry(const struct tw_keyfile *kf, size_t i)
{
	return i < kf->n ? &kf->entry[i] : NULL;
}

/* A KeyID of the wire: any octets, and no end but their number. */
struct wire_id {
	const char *s;
	size_t len;
};

static int compare_user(const void *key, const void *entry)
{
	const struct wire_id *w = key;
	const char *id = ((const struct tw_secret *)entry)->id;
	size_t len = strlen(id);
	int d = memcmp(w->s, id, w->len < len ? w->len : len);

	return d ? d : (w->len > len) - (w->len < len);
}

const struct tw_secret *tw_keyfile_user(const struct tw_keyfile *kf, const void *id, size_t len)
{
	struct wire_id w = {id, len};

	while (w.len && w.s[w.len - 1] == '\0')
		w.len--;
	return bsearch(
		&w, &kf->entry[kf->users], kf->n - kf->users, sizeof(kf->entry[0]), compare_user);
}

static int compare_ssid(const void *key, const void *entry)
{
	return *(const uint16_t *)key - ((const struct tw_secret *)entry)->ssid;
}

static int compare_addr(const void *key, const void *entry)
{
	return memcmp(key, ((const struct tw_secret *)entry)->addr, 16);
}

/* The prefix of that length, as entries have theirs. */
static void mask(uint8_t *ret, const uint8_t *addr, unsigned int len)
{
	memset(ret, 0, 16);
	memcpy(ret, addr, len / 8);
	if (len % 8)
		ret[len / 8] = (uint8_t)(addr[len / 8] & 0xff00 >> len % 8);
}

/* A search in each length of prefix that there is: 162 at most, however many entries. */
const struct tw_secret *tw_keyfile_peer(
	const struct tw_keyfile *kf, uint16_t ssid, uint8_t family, const uint8_t *addr)
{
	const struct tw_secret *found = NULL;

	if (ssid)
		found = bsearch(&ssid, kf->entry, kf->n_ssid, sizeof(kf->entry[0]), compare_ssid);
	for (size_t i = 0; !found && i < kf->n_groups; i++) {
		const struct group *g = &kf->group[i];
		uint8_t prefix[16];

		if (g->family != family)
			continue;
		mask(prefix, addr, g->len);
		found = bsearch(
			prefix, &kf->entry[g->first], g->n, sizeof(kf->entry[0]), compare_addr);
	}
	return found || kf->any == kf->n ? found : &kf->entry[kf->any];
}
