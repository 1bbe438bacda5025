/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test_packet.h"

#include "tw_cursor.h"

#include <errno.h>

static const struct {
	const char *name;
	uint8_t request_len, reply_len;
} layouts[] = {
#define X(sym, name, req, rep) [TW_LAYOUT_##sym] = {name, req, rep},
	TW_LAYOUTS(X)
#undef X
};

const char *tw_layout_name(enum tw_layout l)
{
	return layouts[l].name;
}

size_t tw_layout_request_len(enum tw_layout l)
{
	return layouts[l].request_len;
}

size_t tw_layout_reply_len(enum tw_layout l)
{
	return layouts[l].reply_len;
}

static bool is_stamp(enum tw_layout l)
{
	return l == TW_LAYOUT_STAMP || l == TW_LAYOUT_STAMP_AUTH;
}

static bool is_auth(enum tw_layout l)
{
	return l == TW_LAYOUT_TWAMP_AUTH || l == TW_LAYOUT_TWAMP_AUTH_DSCP ||
	       l == TW_LAYOUT_STAMP_AUTH;
}

static bool has_dscp_ecn(enum tw_layout l)
{
	return l == TW_LAYOUT_TWAMP_DSCP || l == TW_LAYOUT_TWAMP_AUTH_DSCP;
}

static struct tw_wire_time read_time(struct tw_reader *r)
{
	return (struct tw_wire_time){tw_read64(r)};
}

/*
 * Request in the open. TWAMP (RFC 5357 section 4.1.2) ends after the Error Estimate, padding
 * follows; STAMP (RFC 8762 section 4.2.1, RFC 8972 section 3) has all 44 octets.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |                        Sequence Number                        |  0
 * |                           Timestamp                           |  4
 * |                                                               |  8
 * |         Error Estimate        |             SSID              | 12
 * |                         MBZ (28 octets)                       | 16
 *
 * Request, authenticated. TWAMP (RFC 5357 section 4.1.2) has the HMAC at 32 and ends at 48;
 * STAMP (RFC 8762 section 4.2.2) has zeros from 28 to 95 and the HMAC at 96.
 *
 * |                        Sequence Number                        |  0
 * |                         MBZ (12 octets)                       |  4
 * |                           Timestamp                           | 16
 * |                                                               | 20
 * |         Error Estimate        |   SSID (STAMP), MBZ (TWAMP)   | 24
 * |                  MBZ (4 octets; STAMP: 68 octets)             | 28
 * |                        HMAC (16 octets)                       | 32, 96
 */
int tw_test_request_parse(
	enum tw_layout l, const void *payload, size_t len, struct tw_test_request *ret)
{
	struct tw_reader r = tw_reader_init(payload, len);
	struct tw_test_request q = {0};

	if (len < layouts[l].request_len)
		return -EMSGSIZE;
	q.seq = tw_read32(&r);
	if (is_auth(l))
		tw_read_skip(&r, 12);
	q.timestamp = read_time(&r);
	q.error_estimate = tw_read16(&r);
	if (is_stamp(l))
		q.ssid = tw_read16(&r);
	if (r.failed)
		return -EMSGSIZE;
	*ret = q;
	return 0;
}

int tw_test_request_build(
	enum tw_layout l, const struct tw_test_request *req, void *ret_payload, size_t cap)
{
	struct tw_writer w = tw_writer_init(ret_payload, cap);
	size_t len = layouts[l].request_len;

	if (cap < len)
		return -ENOSPC;
	w.left = len;
	tw_write32(&w, req->seq);
	if (is_auth(l))
		tw_write_zero(&w, 12);
	tw_write64(&w, req->timestamp.v);
	tw_write16(&w, req->error_estimate);
	if (is_stamp(l))
		tw_write16(&w, req->ssid);
	tw_write_zero(&w, w.left);
	return w.failed ? -ENOSPC : (int)len;
}

/*
 * Reply in the open. TWAMP (RFC 5357 section 4.2.1) ends after the TTL at 41; with RFC 7750 it
 * has the next octet and two of zeros; STAMP (RFC 8762 section 4.3.1) has three zeros there.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |                        Sequence Number                        |  0
 * |                           Timestamp                           |  4
 * |                                                               |  8
 * |         Error Estimate        |   SSID (STAMP), MBZ (TWAMP)   | 12
 * |                       Receive Timestamp                       | 16
 * |                                                               | 20
 * |                 Session-Sender Sequence Number                | 24
 * |                    Session-Sender Timestamp                   | 28
 * |                                                               | 32
 * | Session-Sender Error Estimate |              MBZ              | 36
 * |  Sender TTL   |S-DSCP-ECN,MBZ |              MBZ              | 40
 *
 * Reply, authenticated (RFC 5357 section 4.2.1, RFC 8762 section 4.3.2; RFC 7750 at 81).
 *
 * |                        Sequence Number                        |  0
 * |                         MBZ (12 octets)                       |  4
 * |                           Timestamp                           | 16
 * |                                                               | 20
 * |         Error Estimate        |   SSID (STAMP), MBZ (TWAMP)   | 24
 * |                              MBZ                              | 28
 * |                       Receive Timestamp                       | 32
 * |                                                               | 36
 * |                         MBZ (8 octets)                        | 40
 * |                 Session-Sender Sequence Number                | 48
 * |                         MBZ (12 octets)                       | 52
 * |                    Session-Sender Timestamp                   | 64
 * |                                                               | 68
 * | Session-Sender Error Estimate |         MBZ (6 octets)        | 72
 * |  Sender TTL   |S-DSCP-ECN,MBZ |        MBZ (14 octets)        | 80
 * |                        HMAC (16 octets)                       | 96
 */
int tw_test_reply_parse(
	enum tw_layout l, const void *payload, size_t len, struct tw_test_reply *ret)
{
	struct tw_reader r = tw_reader_init(payload, len);
	struct tw_test_reply q = {0};
	bool auth = is_auth(l);

	if (len < (auth ? TW_AUTH_LEN : TW_REP_SHORT_LEN))
		return -EMSGSIZE;
	q.seq = tw_read32(&r);
	tw_read_skip(&r, auth ? 12 : 0);
	q.timestamp = read_time(&r);
	q.error_estimate = tw_read16(&r);
	q.ssid = tw_read16(&r);
	if (!is_stamp(l))
		q.ssid = 0;
	tw_read_skip(&r, auth ? 4 : 0);
	q.receive_timestamp = read_time(&r);
	tw_read_skip(&r, auth ? 8 : 0);
	q.sender_seq = tw_read32(&r);
	tw_read_skip(&r, auth ? 12 : 0);
	q.sender_timestamp = read_time(&r);
	q.sender_error_estimate = tw_read16(&r);
	if (r.failed)
		return -EMSGSIZE;
	/* From here on a short reply may end, which is no failure. */
	tw_read_skip(&r, auth ? 6 : 2);
	q.has_ttl = r.left >= 1 && !r.failed;
	q.sender_ttl = tw_read8(&r);
	q.has_dscp_ecn = has_dscp_ecn(l) && r.left >= 1 && !r.failed;
	q.s_dscp_ecn = has_dscp_ecn(l) ? tw_read8(&r) : 0;
	*ret = q;
	return 0;
}

int tw_test_reply_build(
	enum tw_layout l, const struct tw_test_reply *rep, void *ret_payload, size_t cap)
{
	struct tw_writer w = tw_writer_init(ret_payload, cap);
	size_t len = layouts[l].reply_len;
	bool auth = is_auth(l);

	if (cap < len)
		return -ENOSPC;
	w.left = len;
	tw_write32(&w, rep->seq);
	tw_write_zero(&w, auth ? 12 : 0);
	tw_write64(&w, rep->timestamp.v);
	tw_write16(&w, rep->error_estimate);
	tw_write16(&w, is_stamp(l) ? rep->ssid : 0);
	tw_write_zero(&w, auth ? 4 : 0);
	tw_write64(&w, rep->receive_timestamp.v);
	tw_write_zero(&w, auth ? 8 : 0);
	tw_write32(&w, rep->sender_seq);
	tw_write_zero(&w, auth ? 12 : 0);
	tw_write64(&w, rep->sender_timestamp.v);
	tw_write16(&w, rep->sender_error_estimate);
	tw_write_zero(&w, auth ? 6 : 2);
	tw_write8(&w, rep->sender_ttl);
	if (has_dscp_ecn(l))
		tw_write8(&w, rep->s_dscp_ecn);
	tw_write_zero(&w, w.left);
	return w.failed ? -ENOSPC : (int)len;
}
